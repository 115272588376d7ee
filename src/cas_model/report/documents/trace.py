"""The TRACE document: what was tested of the model, what holds and what does not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.calibration.validation import FAIL, NOT_RUN, OPEN
from cas_model.config.declarations import LEVERS, MECHANISMS, OUTCOMES, PARAMETERS
from cas_model.config.parameter_sets import SHIPPED
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.toml_source import read_toml
from cas_model.experiments.registries import load_registries
from cas_model.model.schedule import load_processes
from cas_model.report.documents.citations import STANDINGS, standing
from cas_model.report.documents.evidence import ALTERNATIVE_HEADINGS, alternative_rows
from cas_model.report.documents.markdown import fill, table
from cas_model.report.narrative import CLAIM_SENTENCES
from cas_model.report.number_format import plain
from cas_model.report.validation_page import (
    SIGNS,
    answer,
    band_in_words,
    barrier_grid,
    number,
    set_to_it,
    simulated_in_words,
)

REFERENCE = Path("results/reference")
VALIDATION, OF_ACCEPTED = "validation", "validation_calibrated"
"""Where the verdicts on registered defaults are kept, and those on the first accepted set."""
TABLES = ("targets", "patterns", "fit", "barriers")
ACCEPTED = "with the first accepted set"

Row = tuple[object, ...]


def write_trace(project: Path = Path()) -> str:
    """Return the TRACE document as one Markdown text.

    Parameters
    ----------
    project : Path
        The project's folder: its ``results/reference`` holds the stored validation and experiments, its
        ``docs/architecture.md`` says which kinds of tests there are.
    """
    load_registries()
    claim = load_scenario("status_quo").parameter_set
    made, tables = read_validation(project / REFERENCE / VALIDATION)
    targets, patterns = tables["targets"], tables["patterns"]
    fitted, beside = read_validation(project / REFERENCE / OF_ACCEPTED)
    grid = barrier_grid(tables["barriers"]) if len(tables["barriers"]) else None
    failing = [str(i) for t in (targets, patterns) for i in t.loc[t["verdict"] == FAIL, "id"]]
    return fill(
        "trace.md.j2",
        claim=claim,
        claim_sentence=CLAIM_SENTENCES.get(claim, ""),
        verdicts=[plain(s) for s in answer(made, tables)] if made else [],
        verdicts_accepted=[plain(s) for s in answer(fitted, beside)] if fitted else [],
        failing=", ".join(dict.fromkeys(failing)),
        counts={
            "steps": len(load_processes()),
            "mechanisms": sum(m.modelled for m in MECHANISMS.values()),
            "levers": len(LEVERS),
            "shocks": len(SHOCKS),
            "outcomes": len(OUTCOMES),
            "parameters": len(PARAMETERS),
        },
        standings=table(("standing", "parameters"), _standings()),
        grades=table(("grade", "mechanisms"), _grades()),
        alternatives=table(ALTERNATIVE_HEADINGS, alternative_rows()),
        tests=_kinds_of_tests(project),
        fit=table(("marginal", "target", "synthesised", "unit", "within tolerance"), _fit(tables["fit"])),
        calibrated=_targets(targets, "calibrate", beside["targets"]),
        held_out=_targets(targets, "validate", beside["targets"]),
        envelope=_targets(targets, "envelope", beside["targets"]),
        barriers=table(grid.heads, ([plain(cell) for cell in row] for row in grid.rows)) if grid else "",
        patterns=table(
            ("pattern", "criterion", "simulated", "seeds in which it holds", "verdict", ACCEPTED, "remark"),
            _pattern_rows(patterns, beside["patterns"]),
        ),
        open=table(("", "why"), _open(targets, patterns)),
        made=made,
        shipped=read_toml(SHIPPED) if SHIPPED.is_file() else {},
        experiments=list(_experiments(project / REFERENCE)),
    )


def read_validation(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return manifest and tables of a stored validation; an empty manifest and tables where there is none."""
    made: dict[str, Any] = {}
    if (folder / "manifest.json").exists():
        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return made, {name: _read(folder / f"{name}.csv") for name in TABLES}


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=["id", "use", "verdict"])
    rows = pd.read_csv(path)
    texts = [c for c in rows.columns if not pd.api.types.is_numeric_dtype(rows[c])]
    return rows.fillna(dict.fromkeys(texts, ""))


def _standings() -> Iterator[Row]:
    known = Counter(standing(p.source) for p in PARAMETERS.values())
    yield from ((name, known[name]) for name in STANDINGS)


def _grades() -> Iterator[Row]:
    yield from sorted(Counter(m.grade for m in MECHANISMS.values() if m.modelled).items())


def _kinds_of_tests(project: Path) -> str:
    text = (project / "docs" / "architecture.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^\| `tests/.*$", text, re.MULTILINE))


def _fit(rows: pd.DataFrame) -> Iterator[Row]:
    for row in rows.to_dict("records"):
        yield (row["marginal"], row["target"], row["synthesised"], row["unit"], "yes" if row["ok"] else "no")


def _targets(targets: pd.DataFrame, use: str, beside: pd.DataFrame) -> str:
    rows = targets[(targets["use"] == use) & ~targets["verdict"].isin([OPEN, NOT_RUN])]
    return table(
        ("figure", "published", "band", "simulated", "verdict", ACCEPTED, "suspected"),
        (
            (
                f"{r['id']} {r['name']}", r["published"], plain(band_in_words(r)),
                plain(simulated_in_words(r)), SIGNS[r["verdict"]], _beside(r, beside), _suspected(r),
            )
            for _, r in rows.iterrows()
        ),
    )  # fmt: skip


def _beside(row: pd.Series, beside: pd.DataFrame) -> str:
    """Return verdict and figure of the same row under accepted parameters; empty where none is stored."""
    for _, other in beside[beside["id"] == row["id"]].iterrows():
        if other["name"] == row["name"]:
            return f"{SIGNS[other['verdict']].split()[0]} {plain(simulated_in_words(other))}"
    return ""


def _suspected(row: Mapping[str, Any] | pd.Series) -> str:
    return str(row["suspect"]) if row["verdict"] == FAIL else ""


def _pattern_rows(patterns: pd.DataFrame, beside: pd.DataFrame) -> Iterator[Row]:
    for _, r in patterns[~patterns["verdict"].isin([OPEN, NOT_RUN])].iterrows():
        yield (
            f"{r['id']} {r['name']}", r["criterion"], plain(simulated_in_words(r)),
            f"{number(100 * r['held'])} %", SIGNS[r["verdict"]], _beside(r, beside),
            "; ".join(part for part in (set_to_it(r), _suspected(r)) if part),
        )  # fmt: skip


def _open(targets: pd.DataFrame, patterns: pd.DataFrame) -> Iterator[Row]:
    for rows in (targets, patterns):
        for _, r in rows[rows["verdict"].isin([OPEN, NOT_RUN])].iterrows():
            yield f"{r['id']} {r['name']}", r["note"] or SIGNS[r["verdict"]]


def _experiments(reference: Path) -> Iterator[dict[str, str]]:
    """Yield title and answer of every experiment that is kept."""
    for path in sorted(reference.glob("*/answer.md")):
        title, _, rest = path.read_text(encoding="utf-8").partition("\n")
        yield {"title": title.lstrip("# "), "answer": rest.strip()}
