"""Published figures as a file: value, band, level, source, use, and the measurement they compare with."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cas_model.calibration.measurements import BASELINE, load_measurements
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.toml_source import read_toml, together
from cas_model.experiments.spec import parse_document

USES = {"C": "calibrate", "V": "validate", "P": "envelope"}


class PublishedTarget(BaseModel):
    """A published figure.

    Attributes
    ----------
    id, name, value, level, source : str
        Number in the dossier, short name, the figure as published, what it is about, and where it stands.
    use : str
        C calibrate, V validate, P plausibility envelope only.
    low, high : float or None
        Band of the simulated figure that passes; one side may be open. None for what is not measurable.
    share : float or None
        Share of seeds inside the band that passes; the median over seeds has to be inside when left out.
    measure : str
        Of `cas_model.calibration.measurements`.
    not_measurable : str
        Why the model cannot be compared with it; either this or `measure`.
    suspect : str
        Mechanism suspected when it fails.
    sd : float or None
        Standard deviation of observation error and of what the model leaves out, together; of what is fitted.
    not_fitted : str
        Why a figure to calibrate is no part of a calibration.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(pattern=r"^T[1-9][0-9]?$")
    name: str = Field(min_length=1)
    value: str = Field(min_length=1)
    level: str = Field(min_length=1)
    source: str = Field(min_length=1)
    use: Literal["C", "V", "P"]
    low: float | None = None
    high: float | None = None
    share: float | None = Field(None, gt=0.0, le=1.0)
    measure: str = ""
    not_measurable: str = ""
    suspect: str = ""
    sd: float | None = Field(None, gt=0.0)
    not_fitted: str = ""

    @property
    def label(self) -> str:
        """Number and name."""
        return f"{self.id} {self.name}"

    def within(self, value: float) -> bool:
        """Return whether a simulated figure is inside the band; NaN is not."""
        low = value >= (float("-inf") if self.low is None else self.low)
        return low and value <= (float("inf") if self.high is None else self.high)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    targets: list[PublishedTarget] = Field(min_length=1)


def load_targets(source: str) -> list[PublishedTarget]:
    """Read a file of targets.

    Raises
    ------
    UsageError
        Every problem at once, with file, target, what is allowed and the nearest fix.
    """
    path = Path(source)
    keys = sorted({*_Document.model_fields, *PublishedTarget.model_fields})
    targets = parse_document(read_toml(path), path, _Document, keys).targets
    problems = [problem for target in targets for problem in _problems(target, f"{path}, {target.id}")]
    twice = [label for label, n in Counter(target.label for target in targets).items() if n > 1]
    problems += [UsageError(f"`{label}` is stated twice", where=str(path), allowed="once") for label in twice]
    together(problems)
    return targets


def why_not_fitted(target: PublishedTarget) -> str:
    """Return why a calibration cannot fit a figure; nothing when it can."""
    if target.not_measurable or target.not_fitted:
        return target.not_measurable or target.not_fitted
    others = [label for label in load_measurements()[target.measure].worlds if label != BASELINE]
    return f"it takes other worlds than a single run: {', '.join(others)}" if others else ""


def _problems(target: PublishedTarget, where: str) -> list[UsageError]:
    if bool(target.measure) == bool(target.not_measurable):
        allowed = "either `measure` or `not_measurable`"
        return [UsageError(f"`{target.name}` has both or neither", where=where, allowed=allowed)]
    if target.not_measurable:
        return []
    problems = []
    if target.measure not in load_measurements():
        problems.append(unknown_name("measurement", target.measure, sorted(load_measurements()), where))
    if target.low is None and target.high is None:
        problems.append(UsageError("there is no band", where=where, fix="state `low`, `high` or both"))
    if target.low is not None and target.high is not None and target.low > target.high:
        band = f"{target.low:g} to {target.high:g}"
        problems.append(UsageError(f"the band is {band}", where=where, allowed="low up to high"))
    if target.use == "C" and not target.not_fitted:
        absent = [key for key in ("low", "high", "sd") if getattr(target, key) is None]
        problems += [
            UsageError(f"`{target.name}` is to be fitted and has no `{key}`", where=where,
                       fix=f"state `{key}`, or `not_fitted` with the reason")
            for key in absent
        ]  # fmt: skip
    return problems
