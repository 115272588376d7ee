"""The report: one HTML file with everything inside, readable without a network, on paper too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from joblib import Parallel, delayed
from markupsafe import Markup

from cas_model.config.declarations import OUTCOMES, Mechanism, Outcome
from cas_model.config.registry import load_package
from cas_model.report import certainty
from cas_model.report.figures import PlannedFigure, save_planned
from cas_model.report.findings import (
    Finding,
    by_family,
    findings_csv,
    findings_markdown,
    findings_of,
    levels_markdown,
    levels_of,
)
from cas_model.report.material import Material, World, family_title, hashes_of, outcome_facts, pairs_of
from cas_model.report.narrative import in_sentence, run_sentences, summary_sentences
from cas_model.report.number_format import THIN, decimals_for, format_number, unit_in_prose
from cas_model.report.palette import WORLD_COLOURS
from cas_model.report.sections import SECTIONS
from cas_model.rules import load_rules
from cas_model.territory.facts import Territory, is_built_in

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
"""Spaces as wide as a digit and as a point: they align decimals in a right-aligned column."""

VERDICT_SIGNS = {
    "better": "✓",
    "worse": "✗",
    "unclear": "?",
    "similar": "≈",
    "higher": "↑",
    "lower": "↓",
    "dearer": "↑",
    "cheaper": "↓",
}

CLOSE_CALL = 1.5
"""A clear finding is a close call when its interval ends within this many smallest differences of zero."""

OBSERVED = (
    "Population, age, income and poverty risk per municipality are observed (vaccination register of "
    "March 2022; "
    "administrative incomes of 2022, or 2019 where 2022 is missing)."
)
DATA_LIMITS = (
    "Everything about individual people is synthesised so that it adds up to the totals of the "
    "territory's tables.",
    "Hospital networks and their catchments are placed by the model from distance and size. They are "
    "not the real "
    "ones.",
    "Maps draw zones from municipality centroids. Borders on them are approximate.",
)
FLEMISH_LIMITS = (
    "The four Antwerp city zones are reported together in the source: each gets a quarter of their "
    "population, so "
    "differences between these four say nothing about the real ones.",
    "The zone of Brussels is not in the data: the run covers the 59 zones of the Flemish Region.",
)
MODEL_LIMITS = (
    "The sources say in which direction most mechanisms work, and seldom how strongly. How fast trust "
    "grows, what a "
    "chair or a powerful partner does to a council, and how strong a meta-governor is are the least "
    "known and among the "
    "most decisive numbers.",
    "No rule adds to an outcome directly. Rules change what people and organisations know, can and "
    "want; outcomes follow "
    "from what they do. Integration is not assumed to save money.",
    "The model compares rules under equal conditions. It does not predict the date or the size of a "
    "real change.",
    "A zone on the map is a type of context, not a judgement on the real council of that name.",
)


def _without_ids_clash(svg: str, prefix: str) -> str:
    """Prefix every id of an SVG, so that several can share one page."""
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(xlink:href|href)="#', rf'\1="#{prefix}-', svg)
    return re.sub(r"url\(#", f"url(#{prefix}-", svg)


def inline_svg(path: Path, prefix: str, label: str) -> Markup:
    """Return an SVG file as markup for a page: no XML header, unique ids, a label for screen readers.

    Parameters
    ----------
    path : Path
        The file written by `save_figure`.
    prefix : str
        Makes ids unique in the page.
    label : str
        Text read aloud in place of the picture.
    """
    text = path.read_text(encoding="utf-8")
    text = _without_ids_clash(text[text.index("<svg") :], prefix)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    quoted = str(Markup.escape(label))
    return Markup(text.replace("<svg ", f'<svg role="img" aria-label="{quoted}" ', 1))


def aligned(numbers: Sequence[str]) -> list[str]:
    """Pad numbers after the point, so that right-aligned tabular digits line up on the decimal point."""
    widest = max((len(n.partition(".")[2]) for n in numbers), default=0)
    padded = []
    for number in numbers:
        _, point, rest = number.partition(".")
        pad = FIGURE_SPACE * (widest - len(rest))
        padded.append(number + (pad if point or not widest else POINT_SPACE + pad))
    return padded


def _finding_rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    columns = {
        name: aligned([getattr(f, name) for f in findings]) for name in ("value_a", "value_b", "difference")
    }
    rows = []
    i = 0
    for heading, members in by_family(findings):
        block = []
        for f in members:
            block.append(
                {
                    "label": f.label,
                    "unit": f.unit,
                    "words": f.words,
                    "sign": VERDICT_SIGNS.get(f.words, ""),
                    "interval": f.interval,
                    "absolute": f.per_thousand,
                    **{name: column[i] for name, column in columns.items()},
                }
            )
            i += 1
        rows.append({"title": heading, "rows": block})
    return rows


def _close_calls(findings: Sequence[Finding], limit: int = 5) -> list[str]:
    """Name the clear findings whose interval ends nearest to the smallest difference that matters."""
    near = sorted(
        (min(abs(f.low), abs(f.high)) / f.smallest, i)
        for i, f in enumerate(findings)
        if f.verdict != "unclear" and f.smallest > 0
    )
    chosen = [findings[i] for reach, i in near if reach < CLOSE_CALL][:limit]
    return [f"{in_sentence(f.label)} ({f.difference}{unit_in_prose(f.unit)}, {f.interval})" for f in chosen]


def _comparisons(material: Material, declarations: Mapping[str, Outcome] | None) -> list[dict[str, Any]]:
    if material.comparison is None:
        return []
    by_name = {w.name: w for w in material.worlds}
    blocks = []
    for a, b in pairs_of(material.comparison):
        world_a, world_b = by_name[a], by_name[b]
        findings = findings_of(material.comparison, a, b, declarations)
        rows = material.comparison
        rows = rows[(rows["world_a"] == a) & (rows["world_b"] == b)]
        narrowing = certainty.median_narrowing(certainty.without_quintiles(rows))
        blocks.append(
            {
                "a": world_a,
                "b": world_b,
                "findings": findings,
                "groups": _finding_rows(findings),
                "sentences": summary_sentences(material, findings, world_a, world_b),
                "narrowing": format_number(narrowing, 1),
                "equivalent": format_number(material.n_replicates * narrowing**2),
                "close": _close_calls(findings),
                "negligible": [in_sentence(f.label) for f in findings if f.negligible],
                "open": [
                    in_sentence(f.label) for f in findings if f.verdict == "unclear" and not f.negligible
                ],
            }
        )
    return blocks


def _levels(material: Material) -> list[dict[str, Any]]:
    levels = levels_of(material)
    values = aligned([level.value for level in levels])
    rows = list(zip(levels, values, strict=True))
    return [
        {
            "title": family_title(family),
            "rows": [{"level": level, "value": value} for level, value in members],
        }
        for family, members in groupby(rows, key=lambda pair: pair[0].family)
    ]


def _fit_rows(fit: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for row in fit:
        decimals = decimals_for(abs(float(row["tolerance"])) or 0.01)
        cells = {k: format_number(float(row[k]), decimals) for k in ("target", "synthesised", "tolerance")}
        cells["difference"] = format_number(float(row["difference"]), decimals, signed=True)
        rows.append({"marginal": row["marginal"], "unit": row["unit"], "ok": bool(row["ok"]), **cells})
    return rows


def _register(material: Material, declarations: Mapping[str, Outcome] | None) -> list[dict[str, Any]]:
    """Return every declared outcome with formula, source and Flemish values, measured here or not."""
    declared = OUTCOMES if declarations is None else declarations
    facts = {fact.name: fact for fact in outcome_facts(list(declared), None, declared)}
    rows = []
    for name, fact in facts.items():
        known = name in material.final.index
        levels = [
            format_number(float(material.final[w.name][name]), fact.decimals)
            if known and w.name in material.final
            else "–"
            for w in material.worlds
        ]
        shown = {"label": fact.label, "unit": fact.unit, "formula": fact.formula, "source": fact.source}
        rows.append({**shown, "months": declared[name].period_months, "levels": levels})
    return rows


def _made(material: Material) -> list[tuple[str, str]]:
    m = material.manifest
    seeds = ", ".join(str(s) for s in material.seeds)
    entries = [
        ("Territory", f"{m.get('territory_label', 'Flanders')}, {m.get('n_zones', '?')} primary care zones"),
        (
            "Patients",
            f"{format_number(m['n_patients'])}, each for {m.get('persons_per_agent', 1)} inhabitants",
        ),
        ("Time", f"{m.get('burn_in', 0)} months run-in + {m.get('months', '?')} months"),
        ("Seeds", f"{seeds} (the same in every world)" if len(material.worlds) > 1 else seeds),
        ("Claim level", str(m.get("claim_level", "illustrative"))),
        ("Parameters", _parameters(m)),
        ("Scenario hash", hashes_of(m)),
        ("Data hash", str(m.get("data_hash", ""))[:16]),
        ("Code hash", str(m.get("code_hash", ""))[:16]),
        ("Version", f"cas_model {m.get('version', '')}".strip()),
        ("Python", str(m.get("python", ""))),
        ("Machine", str(m.get("platform", ""))),
        ("Computing time", f"{m['wall_seconds']:.1f} s" if "wall_seconds" in m else ""),
    ]
    return [(name, value) for name, value in entries if value and value != "cas_model"]


def _parameters(manifest: Mapping[str, Any]) -> str:
    known = manifest.get("parameters", {})
    if not known.get("hash"):
        return "registered defaults"
    n, made = known["sets"], known["hash"]
    many = f"{n} sets, one a seed: intervals span parameters and chance" if n > 1 else "one set"
    level, source = manifest.get("claim_level", ""), known["sources"][0].rpartition(":")[0]
    return f"{many} ({level}; {source}, hash {made})"


def _data_limits(territory: str) -> list[str]:
    observed = [OBSERVED] if is_built_in(territory) else ["The territory's tables are the user's own."]
    return [*observed, *DATA_LIMITS, *(FLEMISH_LIMITS if territory == "flanders" else ())]


def _title(worlds: Sequence[World], under: str) -> str:
    shocks = f", under the shocks of “{under.replace('_', ' ')}”" if under else ""
    if len(worlds) == 1:
        return worlds[0].title + shocks
    others = [w.title for w in worlds[1:]]
    listed = others[0] if len(others) == 1 else ", ".join(others[:-1]) + " and " + others[-1]
    return f"{listed} compared with {worlds[0].title}{shocks}"


def write_report(
    folder: Path,
    manifest: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    fit: Sequence[Mapping[str, Any]],
    territory: Territory | None,
    *,
    outcome_declarations: Mapping[str, Outcome] | None = None,
    mechanism_declarations: Mapping[str, Mechanism] | None = None,
    jobs: int = 1,
) -> Path:
    """Write ``report.html``, ``figures/`` and the findings as Markdown and CSV into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest : mapping
        ``command``; ``scenarios`` (each with name, title, description, differences, hash); ``n_patients``,
        ``persons_per_agent``, ``n_zones``, ``months``, ``burn_in``, ``claim_level``; optionally
        ``territory`` (name), ``territory_label``, ``events`` (month, label, kind), ``version``, ``python``,
        ``platform``,
        ``code_hash``, ``data_hash``, ``wall_seconds``.
    tables : mapping of str to DataFrame
        See `cas_model.experiments.store.StoredResults`; ``outcomes`` must be there, a section whose table is
        missing or empty is left out.
    fit : sequence of mapping
        Rows of the goodness of fit: marginal, unit, target, synthesised, difference, tolerance, ok.
    territory : Territory or None
        Shapes for the maps; None leaves the maps out.
    outcome_declarations, mechanism_declarations : mapping, optional
        The registries when left out.
    jobs : int
        Processes that share the drawing of figures; 1 draws here.

    Returns
    -------
    Path
        The HTML file. It needs nothing else: styles and figures are inside.
    """
    load_package("cas_model.outcomes")
    load_rules()
    material = Material(manifest, tables, outcome_declarations, territory, mechanism_declarations)
    blocks = _comparisons(material, outcome_declarations)
    environment = Environment(
        loader=PackageLoader("cas_model.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(
        title=_title(material.worlds, Path(str(manifest.get("under", ""))).stem),
        worlds=material.worlds,
        world_colours=WORLD_COLOURS,
        manifest=manifest,
        scenarios=list(manifest.get("scenarios") or []),
        comparisons=blocks,
        run=run_sentences(material, levels_of(material)) if not blocks else None,
        levels=_levels(material) if not blocks else [],
        sections=_sections(material, folder, jobs),
        fit=_fit_rows(fit),
        made=_made(material),
        outcomes=_register(material, outcome_declarations),
        data_limits=_data_limits(str(manifest.get("territory", "flanders"))),
        model_limits=MODEL_LIMITS,
        n_replicates=material.n_replicates,
        inhabitants=format_number(material.persons),
        years=format_number(float(manifest.get("months", 0)) / 12),
        thin=THIN,
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    _write_tables(folder, material, blocks)
    return path


def _sections(material: Material, folder: Path, jobs: int) -> list[dict[str, Any]]:
    """Return the sections that the data allow, their figures drawn."""
    planned = [(section, figure) for section in SECTIONS for figure in section.figures(material)]
    manifest = material.manifest
    footnote = (str(manifest.get("claim_level", "illustrative")), material.seeds, hashes_of(manifest))
    drawing = (delayed(save_planned)(figure, footnote, folder / "figures") for _, figure in planned)
    figures: dict[str, list[dict[str, Any]]] = {}
    drawn = Parallel(n_jobs=min(jobs, len(planned) or 1))(drawing)
    for (section, figure), svg in zip(planned, drawn, strict=True):
        figures.setdefault(section.key, []).append(_shown(figure, svg))
    shown = []
    for section in SECTIONS:
        pictures = figures.get(section.key, [])
        parts = {"figures": pictures, "tables": section.tables(material), "words": section.words(material)}
        if any(parts.values()) or section.body:
            shown.append({"key": section.key, "title": section.title, "body": section.body, **parts})
    return shown


def _shown(figure: PlannedFigure, svg: Path) -> dict[str, Any]:
    markup = inline_svg(svg, figure.name, f"{figure.title}. {figure.caption}")
    return {"name": figure.name, "title": figure.title, "caption": figure.caption, "svg": markup}


def _write_tables(folder: Path, material: Material, blocks: Sequence[Mapping[str, Any]]) -> None:
    if not blocks:
        text = levels_markdown(levels_of(material), material.worlds[0].title)
        (folder / "summary.md").write_text(text, encoding="utf-8")
        return
    markdown = "\n".join(
        f"## {b['b'].title} against {b['a'].title}\n\n"
        + findings_markdown(b["findings"], b["a"].title, b["b"].title)
        for b in blocks
    )
    csv = [findings_csv(b["findings"], b["a"].name, b["b"].name) for b in blocks]
    (folder / "summary.md").write_text(markdown, encoding="utf-8")
    (folder / "summary.csv").write_text(
        csv[0] + "".join(c.partition("\n")[2] for c in csv[1:]), encoding="utf-8"
    )
