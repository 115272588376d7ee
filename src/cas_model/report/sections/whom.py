"""For whom: gradients from the poorest to the richest fifth, and equity over time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from cas_model.experiments.groups import flag_in_words
from cas_model.report import concentration, equity, individuals
from cas_model.report.figures import PlannedFigure, small_multiples
from cas_model.report.material import FINAL_MONTHS, Material, OutcomeFacts
from cas_model.report.number_format import sentence_case
from cas_model.report.sections.section import Section


def _figures(material: Material) -> Iterator[PlannedFigure]:
    groups = equity.gradients(material.facts)
    if groups:
        labels = {stem: _stem_label(stem, facts, material.facts) for stem, facts in groups.items()}
        draw = partial(equity.draw_gradients, material.final, groups, labels, material.worlds)
        caption = (
            f"Mean of the last {FINAL_MONTHS} months over all seeds, by fifth of socio-economic rank. "
            "Gap: poorest minus richest fifth."
        )
        yield PlannedFigure("whom_gradient", "From the poorest to the richest fifth", caption, draw)
    yield from _curves(material)
    yield from _people(material)
    yield from small_multiples(material, "whom", ("equity",))


def _curves(material: Material) -> Iterator[PlannedFigure]:
    table = material.table("equity_curve")
    curves = concentration.mean_curves(table) if len(table) else table
    if len(curves):
        caption = (
            "People at the end of the run by socio-economic rank, the poorest first; mean over seeds. A "
            "line above the diagonal: more than their share falls to the poor. The number is the "
            "concentration index, twice the area between diagonal and line (below 0: among the poor). "
            "Unmet need and ill health (1 minus utility) are of everybody, coordinated care (plan and "
            "coordinator) of complex patients."
        )
        draw = partial(concentration.draw_curves, curves, material.worlds)
        yield PlannedFigure("whom_curves", "Who bears what", caption, draw)


def _people(material: Material) -> Iterator[PlannedFigure]:
    table = material.table("individuals")
    if not len(table):
        return
    worlds = {w.name: w for w in material.worlds}
    for (a, b), pair in table.groupby(["world_a", "world_b"], sort=False, observed=True):
        if a not in worlds or b not in worlds:
            continue
        more = f"_{b}" if len(material.worlds) > 2 else ""
        against = f"The same people in “{worlds[b].title}” and in “{worlds[a].title}”, all seeds together. "
        flag = (
            "▲: clearly worse on average in a state shown here or in the other figure, while everyone is not."
        )
        caption = (
            f"{against}Thin: 5th to 95th percentile of people; thick: 25th to 75th; dot: median; black "
            f"bar: mean. Shaded: too small to matter to one person. {flag}"
        )
        draw = partial(individuals.draw_spread, pair, worlds[b].index)
        yield PlannedFigure(
            f"whom_individuals{more}", "Who gains and who loses, person by person", caption, draw
        )
        caption = f"{against}Counted are those who differ by at least what matters to one person. {flag}"
        draw = partial(individuals.draw_shares, pair)
        yield PlannedFigure(f"whom_shares{more}", "How many are better and worse off", caption, draw)


def _stem_label(stem: str, facts: list[OutcomeFacts], everything: list[OutcomeFacts]) -> str:
    whole = next((f.label for f in everything if f.name == stem), None)
    if whole:
        return whole
    # The quintile labels share a beginning; what follows it names the fifth.
    common = facts[0].label
    while common and not all(f.label.startswith(common) for f in facts):
        common = common[:-1]
    common = re.sub(r"[ ,:(-]*(fifth|quintile|Q)?[ ,:(-]*$", "", common)
    return common or sentence_case(stem.replace("_", " "))


def _words(material: Material) -> list[str]:
    words = [
        "A concentration index below zero means that the problem (or the service) is concentrated among "
        "poorer people; above zero, among richer people."
    ]
    groups = material.table("groups")
    titles = {w.name: w.title for w in material.worlds}
    for (a, b), rows in (
        groups.groupby(["world_a", "world_b"], sort=False, observed=True) if len(groups) else ()
    ):
        flags = [flag_in_words(row) for row in rows[rows["flagged"].astype(bool)].to_dict("records")]
        against = f"“{titles.get(str(b), str(b))}” against “{titles.get(str(a), str(a))}”"
        if material.n_replicates < 2:
            said = "one seed gives no interval, so that no group can be said to be worse off for sure"
        elif flags:
            said = "; ".join(flags)
        else:
            said = "none found: no group is clearly worse off where the mean of all is not"
        outcomes, units = rows["outcome"].nunique(), rows["unit_id"].nunique()
        words.append(
            f"Unintended consequences of {against} ({outcomes} recorded outcomes, {units} groups, only "
            f"differences that matter): {said}."
        )
    people = material.table("individuals")
    behind = people[people["left_behind"].astype(bool)] if len(people) else people
    for (a, b), rows in behind.groupby(["world_a", "world_b"], observed=True) if len(behind) else ():
        states = zip(rows["group"], rows["state"], strict=True)
        named = "; ".join(f"{group} ({individuals.SHOWN[state][0].lower()})" for group, state in states)
        words.append(
            f"Person by person, “{titles.get(str(b), str(b))}” against “{titles.get(str(a), str(a))}” leaves "
            f"behind: {named}."
        )
    return words


WHOM = Section("whom", "For whom", _figures, _words)
