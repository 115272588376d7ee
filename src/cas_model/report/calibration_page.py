"""The report of a calibration: what misses first, then the space, the parameters, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.calibration.identifiability import LEFT_OPEN, NARROWED_DOWN, PINNED_DOWN
from cas_model.report.calibration_figures import (
    MOST_CORRELATED,
    MOST_PROFILES,
    draw_correlations,
    draw_fit,
    draw_identifiability,
    draw_profiles,
    draw_waves,
)
from cas_model.report.calibration_words import (
    MET,
    answer,
    band,
    counted,
    failures_first,
    short,
    verdict_of,
)
from cas_model.report.experiment_page import Placed, Section, place_figure, render_page
from cas_model.report.experiment_tables import Grid
from cas_model.report.number_format import MISSING, format_number
from cas_model.report.validation_page import number

Tables = Mapping[str, pd.DataFrame]


def _range(row: pd.Series, low: str, middle: str, high: str) -> str:
    if row[middle] != row[middle]:
        return MISSING
    return f"{number(row[middle])} [{number(row[low])}, {number(row[high])}]"


def fit_grid(made: Mapping[str, Any], tables: Tables, met: bool) -> Grid:
    """Return the figures that are met, or those that are not, with what the model gives."""
    stated = {target["target"]: target for target in made["targets"]}
    rows = []
    for _, row in failures_first(made, tables).iterrows():
        verdict = verdict_of(made, row)
        if verdict.startswith(MET) != met:
            continue
        published = stated[row["statistic"]]
        rows.append(
            [row["statistic"], published["value"], band(row),
             _range(row, "prior_low", "prior_median", "prior_high"),
             _range(row, "low", "median", "high"), number(row["central"]) or MISSING, number(row["nearest"]),
             verdict if met or not published["suspect"] else f"{verdict}; suspected: {published['suspect']}",
             published["source"]]
        )  # fmt: skip
    caption = "Figures that are met." if met else "Figures that are not met."
    heads = [
        "Figure", "Published", "Band", "Before: median [90 % of runs]", "After: median [90 % of runs]",
        "Most central set", "Nearest of all runs", "Verdict", "Source",
    ]  # fmt: skip
    return Grid(caption, heads, rows)


def left_out_grid(made: Mapping[str, Any]) -> Grid:
    """Return the figures meant for calibration that are no part of it, with the reason."""
    rows = [[label, why] for label, why in made["left_out"].items()]
    return Grid("Figures meant for calibration that were not fitted.", ["Figure", "Reason"], rows)


def wave_grid(waves: pd.DataFrame) -> Grid:
    """Return what each wave cost and left."""
    rows = [
        [f"{row['wave']}", format_number(row["n_points"]), format_number(row["n_runs"]),
         f"{row['n_emulators']}", "largest" if row["ruled_out_by"] == 1 else "second largest",
         share(row["share_of_before"]), share(row["share"])]
        for row in waves.to_dict("records")
    ]  # fmt: skip
    heads = [
        "Wave", "Points", "Runs", "Emulators trusted", "Ruled out by implausibility that is",
        "Left of what there was, %", "Left of the whole space, %",
    ]  # fmt: skip
    return Grid("Waves of history matching.", heads, rows, (1, 2, 3, 5, 6))


def share(value: float) -> str:
    """Return a share in % with digits enough to be told from nothing.

    Examples
    --------
    >>> share(0.25), share(0.00001234), share(0.0)
    ('25', '0.0012', '0')
    """
    percent = 100.0 * value
    if percent == 0.0:
        return "0"
    return format_number(percent, 0 if percent >= 10 else 2 if percent >= 0.1 else 4)


def parameter_grid(found: pd.DataFrame, verdict: str) -> Grid:
    """Return the parameters of one verdict: how much narrower they are, and where they lie in their range."""
    rows = [
        [short(row["parameter"]), format_number(row["contraction"], 2), format_number(row["ks"], 2),
         f"{share(row['median'])} [{share(row['low'])}, {share(row['high'])}]"]
        for row in found[found["verdict"] == verdict].to_dict("records")
    ]  # fmt: skip
    heads = [
        "Parameter",
        "Contraction",
        "Distance from the prior",
        "Posterior, % of the prior's range [90 %]",
    ]
    return Grid(f"Parameters {verdict} by the figures.", heads, rows, (1, 2))


def emulator_grid(emulators: pd.DataFrame) -> Grid:
    """Return how the emulators of the last wave fared on runs they had not seen."""
    last = emulators[emulators["wave"] == emulators["wave"].max()]
    rows = [
        [row["statistic"], number(row["explained"]) or MISSING, number(row["rms"]) or MISSING,
         share(row["noise_share"]) if row["noise_share"] == row["noise_share"] else MISSING,
         row["refusal"] or "trusted"]
        for row in last.to_dict("records")
    ]  # fmt: skip
    heads = [
        "Figure", "Share of variance explained (left one out)", "Error over what it expects (1 is honest)",
        "Of the variance between points chance, %", "Verdict",
    ]  # fmt: skip
    return Grid("Emulators of the last wave.", heads, rows, (1, 2, 3))


def _sections(made: Mapping[str, Any], tables: Tables) -> list[Section]:
    fits = [fit_grid(made, tables, met=False), fit_grid(made, tables, met=True), left_out_grid(made)]
    sections = [
        Section("figures", "Published figures, what is missed first", tables=[g for g in fits if g.rows]),
        Section("waves", "What was ruled out", tables=[wave_grid(tables["waves"]),
                                                       emulator_grid(tables["emulators"])]),
    ]  # fmt: skip
    if "identifiability" in tables:
        grids = [
            parameter_grid(tables["identifiability"], v) for v in (LEFT_OPEN, NARROWED_DOWN, PINNED_DOWN)
        ]
        text = (
            "Contraction is 1 − variance of the posterior / variance of the prior: 0 when the figures say "
            "nothing of a parameter, 1 when they fix it. What is left open keeps its whole range in the sets."
        )
        sections.append(
            Section("parameters", "What the figures say of each parameter", [text],
                    tables=[grid for grid in grids if grid.rows])
        )  # fmt: skip
    return sections


def _placed(made: Mapping[str, Any], tables: Tables) -> list[Placed]:
    cutoff = float(made["design"]["cutoff"])
    shown = failures_first(made, tables)
    placed = [
        place_figure(
            "figures", "fit", "Published figures beside simulated ones",
            "What is missed comes first. The unit is a figure's tolerance: half its band and one standard "
            "deviation of observation and of what the model leaves out. "
            + ("Lines: 90 % of single runs before (parameters over their whole range) and after (accepted)."
               if made["plausible_sets"] else "No set was accepted: line, 90 % of single runs over the whole "
               "range of all parameters; diamond, the point of all runs that comes nearest to this figure, "
               "whatever becomes of the others."),
            partial(draw_fit, shown),
        ),
        place_figure(
            "waves", "waves", "What is left of the space after each wave",
            "Right: the share that each figure alone ruled out in the first wave, by an implausibility above "
            f"{cutoff:g} standard deviations.",
            partial(draw_waves, tables, cutoff),
        ),
    ]  # fmt: skip
    if "identifiability" not in tables:
        return placed
    placed += [
        place_figure(
            "parameters", "identifiability", "Prior and posterior of each parameter",
            "Grey: the range of the prior.", partial(draw_identifiability, tables),
        ),
        place_figure(
            "parameters", "profiles", "How well the figures can be met with a parameter held",
            f"By the emulators; at most {MOST_PROFILES} parameters, those known best.",
            partial(draw_profiles, tables, cutoff),
        ),
    ]  # fmt: skip
    if len(tables["correlations"]):
        placed.append(
            place_figure(
                "parameters", "correlations", "Which parameters make up for each other",
                f"At most {MOST_CORRELATED} parameters, those with the strongest correlations.",
                partial(draw_correlations, tables),
            )
        )  # fmt: skip
    return placed


def write_calibration_report(folder: Path, made: Mapping[str, Any], tables: Tables) -> Path:
    """Write ``report.html`` and ``figures/`` of a calibration into its folder, with accepted sets or without.

    Parameters
    ----------
    folder : Path
        An existing folder.
    made : mapping
        Its manifest.
    tables : mapping of str to DataFrame
        See `cas_model.calibration.pipeline.Calibration`.

    Returns
    -------
    Path
        The HTML file.
    """
    asked = {"title": made["title"], "question": made["question"]}
    seed = int(made["design"]["seed"])
    lede = (
        f"{counted(len(made['fitted']), 'parameter')} of {len(made['parameters'])} fitted to "
        f"{counted(len(made['targets']), 'published figure')} with {format_number(made['runs'])} runs"
        f"{'; a quick look, which never counts as calibrated' if made['quick'] else ''}."
    )
    return render_page(
        folder, {**made, "experiment": asked, "seeds": [seed]}, _placed(made, tables),
        [Section("question", "The question, and the answer"), *_sections(made, tables),
         Section("made", "How it was made")],
        lede=lede, answer=answer(made, tables),
        made=[
            ("Specification", f"{made['specification']} (a copy is experiment.toml)"),
            ("Source", made["source"]),
            ("Territory", made["territory"]),
            ("Patients", f"each for {made['persons_per_agent']} inhabitants"),
            ("Time", f"{made['burn_in']} months run-in + {made['months']} months; read at the end"),
            ("Design", ", ".join(f"{key} {value}" for key, value in made["design"].items())),
            ("Code hash", str(made["code_hash"])),
            ("Version", f"cas_model {made['version']}, Python {made['python']}"),
        ],
        hashes=str(made["scenario_hash"])[:8], failed="",
    )  # fmt: skip
