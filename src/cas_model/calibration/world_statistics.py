"""A world reduced to emulated measurements, the same that a validation takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import BASELINE, load_measurements
from cas_model.calibration.problem import Floats
from cas_model.experiments.run import care_system
from cas_model.experiments.run_tables import FINAL, ON_REQUEST
from cas_model.experiments.sensitivity.models import Settings, WorldModel
from cas_model.model.diaries import DIARIES


@dataclass
class EndedWorld:
    """The tables of a world that has run, each made when a measurement first reads it.

    Attributes
    ----------
    model : CareSystem
        After its last month. Of its outcomes those of Flanders are read.
    """

    model: Any
    _made: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return one table by name.

        Raises
        ------
        KeyError
            The table is noted month by month, which a light run does not do.
        """
        if name in DIARIES:
            raise KeyError(f"table {name} is noted month by month, and a calibration reads a world's end")
        if name not in self._made:
            if name == "outcomes":
                self._made[name] = self.model.outcomes_frame(level="flanders")
            elif name == "ledger":
                self._made[name] = self.model.ledger_frame()
            else:
                self._made[name] = (FINAL | ON_REQUEST)[name](self.model)
        return self._made[name]


def read_measurements(world: Any, names: Sequence[str]) -> Floats:
    """Return the named measurements of a world that has run.

    Parameters
    ----------
    world : CareSystem
        After its last month.
    names : sequence of str
        Of `cas_model.calibration.measurements`, which need no other world.

    Returns
    -------
    float array (names,)
        NaN where the world leaves one undefined.
    """
    worlds = {BASELINE: EndedWorld(world)}
    known = load_measurements()
    return np.array([known[name].read(worlds) for name in names], dtype=float)


@dataclass(frozen=True)
class StatisticsModel:
    """A world reduced to the measurements of a calibration.

    Attributes
    ----------
    world : WorldModel
        Which world.
    names : tuple of str
        Measurements.
    """

    world: WorldModel
    names: tuple[str, ...]

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Run the world and return its measurements, shape (1, names)."""
        model = care_system(self.world.request(settings, seed), trace=False)
        model.run()
        values = read_measurements(model, self.names)[None, :]
        model.release()
        return values
