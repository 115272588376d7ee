"""The report of an experiment: question, answer, ranks and reversals or loops, effects, how it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from cas_model.config.registry import load_package
from cas_model.experiments.design import JOIN
from cas_model.experiments.ramp import TIPS
from cas_model.report import ramp_figures
from cas_model.report.dose_figures import draw_course, draw_doses
from cas_model.report.dose_words import course_sentences, dose_sentences, longest_course
from cas_model.report.experiment_figures import SURE, draw_distances, draw_interactions, draw_ranks
from cas_model.report.experiment_tables import Grid, cell_grid, effect_grids, loop_grid, reversal_grids
from cas_model.report.experiment_words import Tables, answer, decided, quoted
from cas_model.report.figures import MAX_PANELS, PlannedFigure, save_planned
from cas_model.report.narrative import CLAIM_SENTENCES
from cas_model.report.number_format import format_number
from cas_model.report.page import DATA_LIMITS, MODEL_LIMITS, inline_svg

MAX_HASHES = 4
"""Scenario hashes that a figure's footer spells out; more are joined into one."""


@dataclass
class Section:
    """A section of the page; its figures are found by `key`."""

    key: str
    title: str
    texts: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    tables: list[Grid] = field(default_factory=list)


def joined_hash(manifest: Mapping[str, Any]) -> str:
    """Return the scenario hashes of a figure's footer; many become one, over all of them in order."""
    hashes = [str(s["hash"]) for s in manifest["scenarios"]]
    if len(hashes) <= MAX_HASHES:
        return " / ".join(h[:8] for h in hashes)
    whole = hashlib.blake2b(" ".join(hashes).encode(), digest_size=4).hexdigest()
    return f"{whole} (all {len(hashes)} together; each is listed under “How it was made”)"


def _factorial_sections(manifest: Mapping[str, Any], tables: Tables) -> list[Section]:
    asked, primary = manifest["experiment"], manifest["experiment"]["primary"]
    n_conditions = len(asked["conditions"])
    rules = (
        "A rank is one more than the number of options that are clearly better: by more than the smallest "
        "difference that "
        "matters, over the whole 95 % interval of paired seeds. Options that cannot be told apart share a "
        "rank, which may "
        "mean that they are alike, or that there are too few seeds. Intervals are not corrected for their "
        "number."
    )
    return [
        Section("ranks", "Who leads on what", [rules]),
        Section("reversals", "Where the order turns", [] if len(tables["reversals"]) else ["No pair swaps."],
                tables=reversal_grids(tables, n_conditions)),
        Section("effects", "What each factor does", tables=effect_grids(tables["effects"], primary)),
        Section("course", "Year by year"),
        *([Section("doses", "Dose and response")] if asked["axes"] else []),
    ]  # fmt: skip


Placed = tuple[str, PlannedFigure]
"""A figure and the key of its section."""


def place_figure(section: str, name: str, title: str, caption: str, draw: Callable[[], Figure]) -> Placed:
    """Plan a figure of a section."""
    return section, PlannedFigure(name, title, caption, draw)


def _factorial_figures(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    asked = manifest["experiment"]
    primary, ranked, factors = asked["primary"], asked["ranked"], asked["factors"]
    regimes = factors[ranked]
    others = [name for name in factors if name != ranked]
    per_row = len(factors[others[-1]]) if others else 1
    figures = [
        place_figure(
            "ranks", "ranks", f"Ranks of {ranked}, per condition",
            "1 (dark) is first. Bold: clearly ahead of every other. Parentheses: in fewer than "
            f"{100 * SURE:.0f} % of seeds the rank is the same. Grey “=”: no two "
            "options differ "
            "clearly. For spending, first is cheapest, which is neither good nor bad by itself.",
            partial(draw_ranks, tables["ranks"], primary, regimes, per_row),
        )
    ]  # fmt: skip
    for i, condition in enumerate(
        dict.fromkeys([JOIN.join(asked["conditions"][0]), JOIN.join(asked["conditions"][-1])])
    ):
        rows = tables["pairs"][tables["pairs"]["condition"] == condition]
        figures.append(
            place_figure(
                "reversals", f"distances_{i + 1}", f"How far apart: {condition or 'all cells'}",
                f"Difference from {quoted(regimes[0])}, 95 % interval over paired seeds. Shaded: too small "
                "to matter. "
                "Where the order of the markers changes from row to row, ranks reverse between outcomes.",
                partial(draw_distances, rows, primary, regimes),
            )
        )  # fmt: skip
    if others:
        moved = set(decided(tables["ranks"])["outcome"])
        ordered = [o for o in primary if o in moved] + [o for o in primary if o not in moved]
        chosen = [o for o in primary if o in ordered[:8]]
        figures.append(
            place_figure(
                "effects", "interactions", "Every option under every condition",
                "Means of cells with the 95 % interval of each mean. Options share their seeds, so that "
                "differences "
                "between them are surer than these bars suggest. Parallel lines: the condition changes all "
                "options "
                "alike. Crossing lines: the order turns.",
                partial(draw_interactions, tables["cells"], chosen, ranked, others, regimes),
            )
        )  # fmt: skip
    shown = longest_course(tables["course"])
    figures.append(
        place_figure(
            "course", "course", f"Year by year: {shown['condition'].iloc[0] or 'all cells'}",
            f"Difference from {quoted(regimes[0])} in each policy year, 95 % interval over paired seeds. "
            "Shaded: too small to matter.",
            partial(draw_course, shown, primary[:MAX_PANELS], regimes),
        )
    )  # fmt: skip
    for factor, axis in asked["axes"].items():
        marked = factor == ranked
        best = " Marks on the lower edge: the best level and its 95 % interval, where levels differ clearly."
        figures.append(
            place_figure(
                "doses", "doses", f"Response along {factor}",
                "Difference from the lowest, 95 % interval over paired seeds. Shaded: too small to matter."
                f"{best if marked else ''}",
                partial(
                    draw_doses, tables["doses"], tables["optima"], primary[:MAX_PANELS], axis, marked=marked
                ),
            )
        )  # fmt: skip
    return figures


def _ramp_sections(manifest: Mapping[str, Any], tables: Tables) -> list[Section]:
    rules = [
        "An outcome that is counted over twelve months is drawn against the setting of those twelve "
        "months, so that a "
        "system without memory leaves no loop.",
        "A loop that is as wide on a slow route as on a fast one is memory: the system depends on where it "
        "has been. "
        "A loop that narrows on the slower route is delay: the system would follow if it were given time.",
        "A response tips when the steepest tenth of the way up surely moves more than "
        f"{TIPS:.0f} times as fast "
        "as an even response would. Its place and pace have bootstrap intervals over seeds. Where the "
        "steepest part is the last one, nothing is "
        "concluded: a system that only lags is steepest there too.",
    ]
    return [
        Section("loops", "The way up and the way down", points=rules, tables=[loop_grid(tables["loops"])]),
        Section("time", "In time"),
    ]


def setting_in_words(key: str) -> str:
    """Return what a dotted key sets, for an axis.

    Examples
    --------
    >>> setting_in_words("governance.turbulence"), setting_in_words("funding.mix.gp.capitation")
    ('turbulence', 'capitation, share of income (gp)')
    """
    *path, name = key.split(".")
    words = name.replace("_", " ")
    return words if path[0] == "governance" else f"{words}, share of income ({path[-1].replace('_', ' ')})"


def _ramp_figures(manifest: Mapping[str, Any], tables: Tables) -> list[Placed]:
    asked = manifest["experiment"]
    ramp, primary = asked["ramp"], asked["primary"]
    routes = list(ramp["routes"])
    setting = setting_in_words(ramp["moves"])
    settings = {
        str(name): rows["setting"].to_list()
        for name, rows in tables["settings"].groupby("route", observed=True, sort=False)
    }
    loops, curves, series = (tables[name] for name in ("loops", "curves", "series"))
    return [
        place_figure(
            "loops",
            "loops",
            f"Response to {setting}",
            "Difference from the world that never moved, 95 % interval over paired seeds. Shaded: too "
            "small to "
            "matter. The area between the two ways is the loop.",
            partial(ramp_figures.draw_loops, curves, primary, routes, setting),
        ),
        place_figure(
            "loops",
            "pace",
            "How fast the response goes on the way up",
            "Share of the response per tenth of the way, relative to an even pace. Dot: the steepest part; "
            "bar: "
            f"where it lies. A tipping point lies surely above the dotted line ({TIPS:.0f}×), and not at "
            "the end.",
            partial(ramp_figures.draw_pace, curves, loops, primary, routes, setting),
        ),
        place_figure(
            "time",
            "time",
            "Setting and response over time",
            "Mean over seeds of the difference from the world that never moved. Shaded: too small to matter.",
            partial(ramp_figures.draw_in_time, series, settings, primary, setting),
        ),
    ]


def _made(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked, seeds = manifest["experiment"], manifest["seeds"]
    return [
        ("Specification", f"{asked['specification']} (a copy is experiment.toml)"),
        ("Source", asked["source"]),
        ("Territory", f"{manifest['territory_label']}, {manifest['n_zones']} primary care zones"),
        (
            "Patients",
            f"{format_number(manifest['n_patients'])}, each for {manifest['persons_per_agent']} inhabitants",
        ),
        ("Time", f"{manifest['burn_in']} months run-in + {manifest['months']} months"),
        ("Seeds", f"{seeds[0]} to {seeds[-1]}, the same in every cell"),
        ("Code hash", str(manifest["code_hash"])),
        ("Data hash", str(manifest["data_hash"])),
        ("Version", f"cas_model {manifest['version']}, Python {manifest['python']}"),
        ("Computing time", f"{manifest['wall_seconds']:.0f} s"),
    ]


def experiment_answer(manifest: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return all sentences that answer the question of a factorial or a ramp."""
    if manifest["experiment"]["kind"] == "ramp":
        return answer(manifest, tables)
    told = [*dose_sentences(manifest, tables), *course_sentences(manifest, tables["course"])]
    return [*told, *answer(manifest, tables)]


def write_experiment_report(folder: Path, manifest: Mapping[str, Any], tables: Tables) -> Path:
    """Write ``report.html`` and ``figures/`` of an experiment into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest : mapping
        From `cas_model.experiments.experiment.experiment_manifest`.
    tables : mapping of str to DataFrame
        Of the design.

    Returns
    -------
    Path
        The HTML file; styles and figures are inside.
    """
    load_package("cas_model.outcomes")
    asked = manifest["experiment"]
    ramp = asked["kind"] == "ramp"
    n_runs = len(asked["cells"]) * asked["replicates"]
    failed = f"{manifest['failed']} of {n_runs} runs failed and are left out; see failures.json."
    return render_page(
        folder,
        manifest,
        (_ramp_figures if ramp else _factorial_figures)(manifest, tables),
        [
            Section("question", "The question, and the answer"),
            *(_ramp_sections if ramp else _factorial_sections)(manifest, tables),
            Section("made", "How it was made", tables=[cell_grid(manifest)]),
        ],
        lede=_lede(manifest),
        answer=experiment_answer(manifest, tables),
        made=_made(manifest),
        hashes=joined_hash(manifest),
        failed=failed if manifest["failed"] else "",
    )


def render_page(
    folder: Path, manifest: Mapping[str, Any], placed: Sequence[Placed], sections: Sequence[Section], *,
    lede: str, answer: Sequence[str], made: Sequence[tuple[str, str]], hashes: str, failed: str,
) -> Path:  # fmt: skip
    """Draw the figures of an experiment of any kind, and write its page.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest : mapping
        With title, question, claim level, seeds and command.
    placed : sequence of (section key, PlannedFigure)
        What to draw, and where.
    sections : sequence of Section
        In order, from the question to how it was made.
    lede, answer, made : str, sequence of str, sequence of (name, value)
        The first lines, the answer in sentences, and the last list.
    hashes : str
        Of scenarios, for the footers.
    failed : str
        What to say of failed runs; empty when there are none.
    """
    footnote = (str(manifest["claim_level"]), list(manifest["seeds"]), hashes)
    figures: dict[str, list[dict[str, Any]]] = {}
    for section, planned in placed:
        svg = save_planned(planned, footnote, folder / "figures")
        label = f"{planned.title}. {planned.caption}"
        shown = {"name": planned.name, "title": planned.title, "caption": planned.caption}
        figures.setdefault(section, []).append({**shown, "svg": inline_svg(svg, planned.name, label)})
    environment = Environment(
        loader=PackageLoader("cas_model.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    claim = str(manifest["claim_level"])
    page = environment.get_template("experiment.html.j2").render(
        asked=manifest["experiment"],
        manifest=manifest,
        lede=lede,
        sections=sections,
        figures=figures,
        answer=answer,
        claim=CLAIM_SENTENCES.get(claim, f"Claim level of the parameters: {claim}."),
        failed=failed,
        made=made,
        limits=[*DATA_LIMITS, *MODEL_LIMITS],
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _lede(manifest: Mapping[str, Any]) -> str:
    asked = manifest["experiment"]
    design = "A ramp" if asked["kind"] == "ramp" else "A full factorial"
    crossed = " × ".join(f"{len(levels)} {name}" for name, levels in asked["factors"].items())
    return (
        f"{design} with an agent-based model of integrated care: {len(asked['cells'])} worlds"
        f"{f' ({crossed})' if crossed else ''}, {asked['replicates']} paired seeds each, "
        f"{manifest['territory_label']}, "
        f"{format_number(manifest['months'] / 12)} years."
    )
