"""The report of a sensitivity experiment: answer, bars, pairs, years, convergence, chance, sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.config.registry import load_package
from cas_model.experiments.sensitivity.analysis import END
from cas_model.experiments.sensitivity.indices import LEADING
from cas_model.report import policy_search, robust_policies, scenario_discovery
from cas_model.report import sensitivity_figures as figures
from cas_model.report.experiment_page import Placed, Section, joined_hash, place_figure, render_page
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import Tables, label_of
from cas_model.report.number_format import MISSING, format_number, sentence_case
from cas_model.report.sensitivity_words import (
    BADGE,
    INDEX_WORDS,
    METHODS,
    NO_PAIRS,
    clear_pairs,
    factor_label,
    index_answer,
    index_number,
    index_unit,
    interval_words,
    leading_method,
    leading_rows,
    verdict_of,
)

MAX_FACTORS = 7
"""Rows of an outcome in the table of indices."""
PARTS: dict[str, Any] = {
    "search": policy_search, "robustness": robust_policies, "discovery": scenario_discovery,
}  # fmt: skip
"""What is asked beside indices: the module that tells, lists and draws the answer."""
MAX_LISTED = 40
"""Factors that the page lists; manifest.json holds all."""


def answer(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return the whole answer in sentences: what was asked beside indices first."""
    text = [line for part in _parts(manifest) for line in part.sentences(manifest, tables)]
    return text + (index_answer(manifest, tables) if leading_method(manifest) else [])


def _parts(manifest: Mapping[str, Any]) -> list[Any]:
    return [part for name, part in PARTS.items() if name in manifest["experiment"]]


def _share(value: float) -> str:
    return MISSING if value != value else f"{format_number(100 * value)} %"


def verdict_grid(manifest: Mapping[str, Any], tables: Tables, method: str) -> Grid:
    """Return what was analysed, how sure it is, and what chance does."""
    body = []
    for outcome in manifest["experiment"]["primary"]:
        row = verdict_of(tables, outcome, method)
        if row is None:
            continue
        treated = f", {int(row['n_missing'])} points: {row['treatment']}" if row["treatment"] else ""
        state = "converged" if row["converged"] else BADGE
        body.append(
            [
                sentence_case(label_of(outcome)), f"{row['status']}{treated}", format_number(row["n_points"]),
                format_number(row["widest"], 3), format_number(row["change"], 3),
                state if row["status"] == "analysed" else MISSING,
                _share(row["parameter_share"]), _share(row["seed_share"]), _share(row["noise_share"]),
            ]
        )  # fmt: skip
    tolerance = manifest["experiment"]["tolerance"]
    caption = (
        f"Converged: every factor's 95 % interval is at most ± {tolerance:g} wide, and no index moved by more"
        " when the samples were doubled"
        + (" (effects divided by the largest)" if method == "morris" else "")
        + ". Shares: variance of single runs due to factors, to the seed at all points alike, and to the "
        "seed differently at each point; they need two seeds or more."
    )
    heads = ["Outcome", "State", "Points", "Widest ±", "Last change", "Verdict", "Factors", "Seed", "Noise"]
    return Grid(caption, heads, body, (2, 3, 4, 6, 7, 8))


def index_grid(manifest: Mapping[str, Any], tables: Tables, method: str) -> Grid:
    """Return the leading and the first-order (or spread) index of the strongest factors."""
    second = {"sobol": "S1", "fast": "S1", "morris": "sigma", "pawn": "maximum"}.get(method)
    table, body = tables["indices"], []
    for outcome in manifest["experiment"]["primary"]:
        here = table[(table["outcome"] == outcome) & (table["method"] == method) & (table["year"] == END)]
        others = here[here["index"] == second].set_index("factor")
        for row in leading_rows(tables, outcome, method).head(MAX_FACTORS).to_dict("records"):
            cells = [
                sentence_case(label_of(outcome)), factor_label(str(row["factor"])),
                index_number(outcome, method, float(row["value"])), interval_words(outcome, method, row),
            ]  # fmt: skip
            if second is not None:
                other = others.loc[row["factor"]].to_dict()
                cells += [index_number(outcome, method, float(other["value"])),
                          interval_words(outcome, method, other)]  # fmt: skip
            body.append([*cells, index_unit(outcome, method)])
    heads = ["Outcome", "Factor", LEADING[method], "95 %", *([second, "95 %"] if second else []), "Unit"]
    caption = (
        f"{METHODS[method]}, at most {MAX_FACTORS} factors per outcome; all outcomes, factors, years and "
        "methods are in indices.parquet."
    )
    return Grid(caption, heads, body, tuple(range(2, len(heads) - 1)))


def pair_grid(pairs: pd.DataFrame) -> Grid:
    """Return the pairs of factors that surely do more together than the sum of both."""
    body = [
        [
            sentence_case(label_of(str(r["outcome"]))), factor_label(str(r["factor"])),
            factor_label(str(r["factor_2"])), format_number(r["value"], 2),
            interval_words(str(r["outcome"]), "sobol", r),
        ]
        for r in pairs.head(2 * MAX_FACTORS).to_dict("records")
    ]  # fmt: skip
    caption = f"Pairs whose S2 surely exceeds nought: {len(pairs)}, the largest shown."
    return Grid(caption, ["Outcome", "Factor", "Factor", "S2", "95 %"], body, (3, 4))


def factor_grid(manifest: Mapping[str, Any]) -> Grid:
    """Return the factors with their distributions and where these come from."""
    factors = manifest["experiment"]["factors"]
    body = [[key, f["distribution"], f["source"]] for key, f in list(factors.items())[:MAX_LISTED]]
    more = f", the first {MAX_LISTED} listed; all are in manifest.json" if len(factors) > MAX_LISTED else ""
    return Grid(f"The {len(factors)} factors{more}.", ["Key", "Distribution", "Source of the range"], body)


def _index_sections(manifest: Mapping[str, Any], tables: Tables, method: str) -> list[Section]:
    asked = manifest["experiment"]
    sections = [
        Section("weights", "What moves each outcome", tables=[index_grid(manifest, tables, method)]),
        Section("sure", "How sure that is", tables=[verdict_grid(manifest, tables, method)]),
    ]
    if asked["years"]:
        sections.insert(1, Section("years", "How that changes with the years"))
    if asked["second_order"]:
        pairs = clear_pairs(manifest, tables)
        sections.insert(
            1,
            Section("pairs", "What matters only together", [] if len(pairs) else [NO_PAIRS],
                    tables=[pair_grid(pairs)] if len(pairs) else []),
        )  # fmt: skip
    for other in asked["analyses"]:
        if other != method:
            grid = index_grid(manifest, tables, other)
            sections.append(Section(f"method_{other}", f"By {METHODS[other]}", tables=[grid]))
    return sections


def _index_figures(manifest: Mapping[str, Any], tables: Tables, method: str) -> list[Placed]:
    asked = manifest["experiment"]
    primary = asked["primary"]
    what = sentence_case(INDEX_WORDS[method, LEADING[method]])
    placed = []
    if method == "morris":
        placed.append(
            place_figure(
                "weights", "plane", "Size and spread of effects",
                "Each dot is a factor; the strongest are named. Right: matters more. Above the dotted line: "
                "the effect varies by more than its size, so it depends on the other factors or is far from "
                "straight.", partial(figures.draw_plane, tables, primary),
            )
        )  # fmt: skip
    placed.append(
        place_figure(
            "weights", "bars", "The strongest factors",
            f"{what}; whiskers: 95 % interval. The scale differs from panel to panel.",
            partial(figures.draw_bars, tables, primary, method),
        )
    )  # fmt: skip
    if asked["second_order"]:
        placed.append(
            place_figure(
                "pairs", "pairs", "Pairs of factors",
                "Share of variance that two factors make only together (S2). Numbers where the 95 % "
                "interval lies above 0.01; the surest pairs first. *: not converged, so nothing is sure.",
                partial(figures.draw_pairs, tables, primary),
            )
        )  # fmt: skip
    if len(asked["years"]) > 1 and method in ("sobol", "morris", "fast", "rbd_fast"):
        placed.append(
            place_figure(
                "years", "years", "The strongest factors over the years",
                f"{what}, of the mean over each year; bands: 95 % interval.",
                partial(figures.draw_years, tables, primary, method),
            )
        )  # fmt: skip
    if len(set(tables["convergence"]["n"])) > 1 and method not in ("pawn", "delta"):
        placed.append(
            place_figure(
                "sure", "convergence", "The same with fewer samples",
                "Leading index at growing parts of the design; bands: 95 % interval. A line that is still "
                "moving, or a wide band at its end, has not converged.",
                partial(figures.draw_convergence, tables, primary, method),
            )
        )  # fmt: skip
    if asked["replicates"] > 1:
        placed.append(
            place_figure(
                "sure", "noise", "Factors and chance",
                "The indices regard the mean over seeds; here is what single runs vary by.",
                partial(figures.draw_noise, tables, primary, method),
            )
        )  # fmt: skip
    return placed


def _made(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked, seed = manifest["experiment"], manifest["seeds"][0]
    chance = "shared by all points" if asked["chance"] == "common" else "different at every point"
    libraries = manifest["libraries"]
    drawn = "optuna" if asked["method"] == "nsga2" else "SALib"
    made = [
        ("Specification", f"{asked['specification']} (a copy is experiment.toml)"),
        ("Source", asked["source"]),
        ("Design", f"{METHODS[asked['method']]}, n = {format_number(asked['n'])}, by {drawn} "
                   f"{libraries[drawn]}"),
        ("Seeds", f"spawned from {seed}, {chance}; each is in design.parquet"),
    ]  # fmt: skip
    if "territory" in manifest:
        made += [
            ("Scenarios", "; ".join(f"{s['title']} ({s['hash']})" for s in manifest["scenarios"])),
            ("Territory", f"{manifest['territory_label']}, {manifest['n_zones']} primary care zones"),
            ("Patients", f"each for {manifest['persons_per_agent']} inhabitants"),
            ("Time", f"{manifest['burn_in']} months run-in + {manifest['months']} months"),
            ("Data hash", str(manifest["data_hash"])),
        ]
    if "discovery" in asked:
        used = ", ".join(f"{name} {libraries[name]}" for name in ("ema-workbench", "scikit-learn"))
        made.append(("Boxes", f"by {used}"))
    return [
        *made,
        ("Code hash", str(manifest["code_hash"])),
        ("Version", f"cas_model {manifest['version']}, Python {manifest['python']}"),
        ("Computing time", f"{format_number(manifest['run_seconds'] / 3600, 2)} core-hours of runs"),
    ]


def _lede(manifest: Mapping[str, Any]) -> str:
    asked = manifest["experiment"]
    seeds = f"{asked['replicates']} seed" + ("s" if asked["replicates"] > 1 else "")
    where = ""
    if "territory" in manifest:
        where = f", {manifest['territory_label']}, {format_number(manifest['months'] / 12)} years"
    return (
        f"A sensitivity experiment: {METHODS[asked['method']]} of {len(asked['factors'])} factors, "
        f"{format_number(asked['points'])} points, {seeds} each, {format_number(asked['runs'])} different "
        f"runs{where}."
    )


def write_sensitivity_report(folder: Path, manifest: Mapping[str, Any], tables: Tables) -> Path:
    """Write ``report.html`` and ``figures/`` of a sensitivity experiment into its folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest, tables : mapping
        From `cas_model.experiments.sensitivity.folder.run_in_folder`.

    Returns
    -------
    Path
        The HTML file; styles and figures are inside.
    """
    load_package("cas_model.outcomes")
    method, asked = leading_method(manifest), manifest["experiment"]
    failed = (
        f"{manifest['failed']} of {asked['runs']} runs failed twice and are quarantined; see the column "
        "“problem” of runs.parquet."
    )
    parts = _parts(manifest)
    placed = [figure for part in parts for figure in part.placed(manifest, tables)]
    return render_page(
        folder,
        manifest,
        placed + (_index_figures(manifest, tables, method) if method else []),
        [
            Section("question", "The question, and the answer"),
            *(part.section(manifest, tables) for part in parts),
            *(_index_sections(manifest, tables, method) if method else []),
            Section("made", "How it was made", tables=[factor_grid(manifest)]),
        ],
        lede=_lede(manifest),
        answer=answer(manifest, tables),
        made=_made(manifest),
        hashes=joined_hash(manifest).partition(" (")[0] if "scenarios" in manifest else "",
        failed=failed if manifest["failed"] else "",
    )
