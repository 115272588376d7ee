"""Robustness of policies in a report: who disappoints least, in words, as a table, and as dots."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.sensitivity.robustness import ALL_AIMS, CRITERIA
from cas_model.report.experiment_page import Placed, Section, place_figure
from cas_model.report.experiment_tables import Grid
from cas_model.report.experiment_words import Row, Tables, in_number, label_of, listing, quoted
from cas_model.report.number_format import (
    display_unit,
    format_number,
    sentence_case,
    unit_in_prose,
    unit_of_difference,
)
from cas_model.report.palette import INK, OKABE_ITO, SOFT, new_figure, styled
from cas_model.report.scenario_discovery import outcome_value, percent, rounded

MARKS = {
    "regret_mean": ("o", "blue", "mean"), "regret_p90": ("D", "orange", "exceeded in 10 % of states"),
    "regret_max": ("^", "vermillion", "largest"),
}  # fmt: skip
CRITERION_HEADS = {"regret_mean": "Mean regret", "regret_p90": "90 % regret", "regret_max": "Largest regret",
                   "satisficing": "Meets threshold"}  # fmt: skip
LABEL_WIDTH, TITLE_WIDTH = 30, 26


def policy_label(manifest: Mapping[str, Any], policy: str) -> str:
    """Return the title of a scenario, or the choice of a factor in words."""
    titles = {entry["origin"]: entry["title"] for entry in manifest.get("scenarios", [])}
    titles |= {entry["name"]: entry["title"] for entry in manifest.get("scenarios", [])}
    return str(titles.get(policy, policy.replace("_", " ")))


def regret_words(outcome: str, value: float, *, unit: bool = True) -> str:
    """Return a regret as readers see it."""
    if outcome not in OUTCOMES:
        return rounded(value)
    behind = unit_in_prose(unit_of_difference(display_unit(OUTCOMES[outcome].unit)[0]))
    return in_number(outcome, value, signed=False) + (behind if unit else "")


def _rows(tables: Tables, outcome: str, criterion: str) -> list[dict[Any, Any]]:
    table = tables["robustness"]
    rows = table[(table["outcome"] == outcome) & (table["criterion"] == criterion)]
    return rows.sort_values(["rank", "value"], kind="stable").to_dict("records")


def _places(row: Row) -> str:
    return f"place {row['rank']}, 95 % interval {row['rank_low']} to {row['rank_high']}"


def _first(manifest: Mapping[str, Any], rows: list[dict[Any, Any]]) -> str:
    best = [row["policy"] for row in rows if row["rank"] == rows[0]["rank"]]
    return listing([quoted(policy_label(manifest, policy)) for policy in best])


def threshold_words(manifest: Mapping[str, Any], outcome: str) -> str:
    """Return a stated threshold in words."""
    aim = manifest["experiment"]["robustness"]["outcomes"][outcome]
    least = aim["at_least"] is not None
    value = outcome_value(outcome, aim["at_least"] if least else aim["at_most"])
    return f"{'at least' if least else 'at most'} {value}"


def _outcome_sentence(manifest: Mapping[str, Any], tables: Tables, outcome: str) -> str:
    label = sentence_case(label_of(outcome))
    regret, met = _rows(tables, outcome, "regret_max"), _rows(tables, outcome, "satisficing")
    if not regret[0]["n_states"]:
        return f"{label} is not compared: a value is undefined in {regret[0]['n_missing']} states."
    return (
        f"{label}: the largest regret is least under {_first(manifest, regret)}, at most "
        f"{regret_words(outcome, regret[0]['value'])} behind the best policy of a state "
        f"({_places(regret[0])}); it is greatest under "
        f"{quoted(policy_label(manifest, regret[-1]['policy']))}, "
        f"{regret_words(outcome, regret[-1]['value'])}. {_met_words(manifest, outcome, met)}"
    )


def _met_words(manifest: Mapping[str, Any], outcome: str, met: list[dict[Any, Any]]) -> str:
    """Say which policy meets a threshold most often, and which least."""
    what, best = sentence_case(threshold_words(manifest, outcome)), percent(met[0]["value"])
    if met[0]["rank"] == met[-1]["rank"]:
        return f"{what} is reached in {best} of states under every policy alike."
    return (
        f"{what} is reached most often under {_first(manifest, met)}, in {best} of states "
        f"({_places(met[0])}), least often under {quoted(policy_label(manifest, met[-1]['policy']))}, in "
        f"{percent(met[-1]['value'])}."
    )


def sentences(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return who is robust on what, and whether one policy is first on everything."""
    outcomes = list(manifest["experiment"]["robustness"]["outcomes"])
    compared = [o for o in outcomes if _rows(tables, o, "regret_max")[0]["n_states"]]
    firsts = [{r["policy"] for r in _rows(tables, o, "regret_max") if r["rank"] == 1} for o in compared]
    everywhere = set.intersection(*firsts) if firsts else set()
    if everywhere and len(compared) > 1:
        named = listing([quoted(policy_label(manifest, policy)) for policy in sorted(everywhere)])
        text = [f"{named} has the least largest regret on all {len(compared)} outcomes."]
    elif len(compared) > 1:
        text = ["No policy has the least largest regret on every outcome."]
    else:
        text = []
    text += [_outcome_sentence(manifest, tables, outcome) for outcome in outcomes]
    every = _rows(tables, ALL_AIMS, "satisficing")
    if every and every[0]["value"] > 0:
        text.append(
            f"All thresholds at once are met most often under {_first(manifest, every)}, in "
            f"{percent(every[0]['value'])} of states ({_places(every[0])})."
        )
    elif every:
        text.append("No policy meets all thresholds at once in any state.")
    return text


def robustness_grid(manifest: Mapping[str, Any], tables: Tables) -> Grid:
    """Return every policy's regret and satisficing with ranks and their intervals."""
    body = []
    outcomes = [*manifest["experiment"]["robustness"]["outcomes"], ALL_AIMS]
    for outcome in outcomes:
        table = {c: {r["policy"]: r for r in _rows(tables, outcome, c)} for c in CRITERIA}
        for policy in table["satisficing"]:
            cells = []
            for criterion in CRITERIA:
                row = table[criterion].get(policy)
                if row is None or row["value"] != row["value"]:
                    cells.append("")
                    continue
                met = criterion == "satisficing"
                value = percent(row["value"]) if met else regret_words(outcome, row["value"], unit=False)
                places = f"{row['rank_low']}\u2013{row['rank_high']}"
                cells.append(f"{value} (rank {row['rank']}, {places})")
            unit = unit_of_difference(display_unit(OUTCOMES[outcome].unit)[0]) if outcome in OUTCOMES else ""
            label = "All thresholds" if outcome == ALL_AIMS else sentence_case(label_of(outcome))
            body.append([label, policy_label(manifest, policy), *cells, unit])
    missing = tables["robustness"].groupby("outcome", observed=True)["n_missing"].max()
    gaps = ""
    if missing.max() > 0:
        gaps = f" Up to {int(missing.max())} states are left out for a failed run or an undefined value."
    caption = (
        "Regret: how far a policy stays behind the best one of the same state. Ranks with 95 % intervals: "
        f"states drawn again 1000 times. Every state's regret is in regrets.parquet.{gaps}"
    )
    heads = ["Outcome", "Policy", *CRITERION_HEADS.values(), "Unit of regret"]
    return Grid(caption, heads, body, (2, 3, 4, 5))


def threshold_grid(manifest: Mapping[str, Any]) -> Grid:
    """Return the thresholds and where they come from."""
    aims = manifest["experiment"]["robustness"]["outcomes"]
    body = [
        [sentence_case(label_of(outcome)), threshold_words(manifest, outcome), aim["source"]]
        for outcome, aim in aims.items()
    ]
    return Grid("What counts as good enough.", ["Outcome", "Threshold", "Source"], body)


def section(manifest: Mapping[str, Any], tables: Tables) -> Section:
    """Return the section of the page."""
    how = (
        "Each sampled state of what is uncertain is met by every policy with the same seeds. The largest "
        "regret asks for the least disappointment, the share of states that meet a threshold for good enough "
        "most of the time; they need not agree, and neither says how likely a state is. Runs are averaged "
        "over seeds; with few seeds, part of a regret is chance."
    )
    grids = [robustness_grid(manifest, tables), threshold_grid(manifest)]
    return Section("robustness", "Which policy is robust", [how], tables=grids)


def placed(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    """Return the figures of the section."""
    return [
        place_figure(
            "robustness", "robustness", "Regret and satisficing of every policy",
            "Left: how far a policy stays behind the best one of the same state, left is better. Right: "
            "share of states in which the threshold is met, right is better. Bars: 95 % interval over states "
            "(of the mean, left). The policy with the least largest regret stands first.",
            partial(draw_robustness, manifest, tables),
        )
    ]  # fmt: skip


@styled
def draw_robustness(manifest: Mapping[str, Any], tables: Tables) -> Figure:
    """Draw regret (left) and satisficing (right) of every policy, a row of panels per outcome."""
    outcomes = [
        o for o in manifest["experiment"]["robustness"]["outcomes"]
        if _rows(tables, o, "regret_max")[0]["n_states"]
    ]  # fmt: skip
    n = tables["robustness"]["policy"].nunique()
    figure = new_figure(0.7 + len(outcomes) * (0.75 + 0.21 * n))
    grid = figure.subplots(max(len(outcomes), 1), 2, squeeze=False, sharey="row", width_ratios=(3, 2))
    for (left, right), outcome in zip(grid, outcomes, strict=False):
        order = [str(row["policy"]) for row in _rows(tables, outcome, "regret_max")]
        _draw_regret(left, tables, outcome, order)
        _draw_share(right, tables, outcome, order)
        names = [textwrap.shorten(policy_label(manifest, p), LABEL_WIDTH, placeholder=" …") for p in order]
        left.set_yticks(range(n), names)
        left.set_ylim(n - 0.4, -0.6)
        left.set_title(sentence_case(label_of(outcome)))
        words = textwrap.fill(sentence_case(threshold_words(manifest, outcome)), TITLE_WIDTH)
        right.set_title(words, fontweight="normal")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, title="regret", loc="outside upper center", ncols=3, frameon=False)
    return figure


def _by_policy(tables: Tables, outcome: str, criterion: str, order: list[str]) -> pd.DataFrame:
    rows = pd.DataFrame(_rows(tables, outcome, criterion)).set_index("policy")
    return rows.loc[order]


def _bare(axes: Axes) -> None:
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _draw_regret(axes: Axes, tables: Tables, outcome: str, order: list[str]) -> None:
    unit, scale = display_unit(OUTCOMES[outcome].unit) if outcome in OUTCOMES else ("", 1.0)
    places = np.arange(len(order))
    largest = _by_policy(tables, outcome, "regret_max", order)["value"].to_numpy() * scale
    axes.hlines(places, 0.0, largest, color=SOFT, linewidth=0.5, zorder=1)
    mean = _by_policy(tables, outcome, "regret_mean", order)
    ends = (mean["low"] * scale, mean["high"] * scale)
    axes.hlines(places, *ends, color=OKABE_ITO["blue"], linewidth=3, alpha=0.4)
    for criterion, (mark, colour, label) in MARKS.items():
        values = _by_policy(tables, outcome, criterion, order)["value"] * scale
        axes.plot(values, places, mark, color=OKABE_ITO[colour], markersize=5, label=label, zorder=3)
    axes.set_xlim(left=-0.02 * max(float(largest.max()), 1e-12))
    shown = unit_of_difference(unit)
    axes.set_xlabel(f"regret, {shown}" if shown else "regret", labelpad=1)
    _bare(axes)


def _draw_share(axes: Axes, tables: Tables, outcome: str, order: list[str]) -> None:
    rows, places = _by_policy(tables, outcome, "satisficing", order), np.arange(len(order))
    ends = (100 * rows["low"], 100 * rows["high"])
    axes.hlines(places, *ends, color=OKABE_ITO["green"], linewidth=3, alpha=0.4)
    axes.plot(100 * rows["value"], places, "s", color=OKABE_ITO["green"], markersize=5)
    axes.set_xlim(-4, 104)
    axes.set_xlabel(f"% of {format_number(int(rows['n_states'].iloc[0]))} states", labelpad=1)
    _bare(axes)
