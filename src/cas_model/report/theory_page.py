"""The dossier of a theory: HTML and Markdown, from the folder of a trial."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cas_model.config.registry import load_package
from cas_model.report.experiment_page import Placed, Section, joined_hash, place_figure, render_page
from cas_model.report.markdown_page import markdown_page
from cas_model.report.number_format import format_number
from cas_model.report.theory_figures import (
    draw_ablation,
    draw_diagram,
    draw_doses,
    draw_order,
    draw_places,
)
from cas_model.report.theory_sets import set_grids, set_sentences
from cas_model.report.theory_words import (
    Manifest,
    Tables,
    circularity,
    effects_grid,
    evidence_grid,
    strengths_grid,
    verdict_sentences,
)
from cas_model.rules import load_rules

DOTS = "Dot: mean over paired seeds; bar: its 95 % interval. Shaded: too small to matter."


def write_dossier(folder: Path, manifest: Manifest, tables: Tables) -> tuple[Path, Path]:
    """Write ``report.html``, ``dossier.md`` and ``figures/`` of a trial into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    manifest : mapping
        From `cas_model.theory.store.theory_manifest`.
    tables : mapping of str to DataFrame
        Those of the trial, its tests and its strengths.

    Returns
    -------
    tuple of Path
        The HTML and the Markdown file.
    """
    load_package("cas_model.outcomes")
    load_rules()
    figures = _figures(manifest, tables)
    sections = _sections(manifest, tables)
    answer = verdict_sentences(manifest, tables)
    asked = {"title": manifest["theory"]["title"], "question": manifest["theory"]["question"]}
    failed = f"{manifest['failed']} runs failed; their seeds are left out; see failures.json."
    page = render_page(
        folder, {**manifest, "experiment": asked}, figures, sections,
        lede=_lede(manifest), answer=answer, made=_made(manifest), hashes=joined_hash(manifest),
        failed=failed if manifest["failed"] else "",
    )  # fmt: skip
    markdown = folder / "dossier.md"
    text = markdown_page(
        manifest, figures, sections, title=asked["title"], question=asked["question"], lede=_lede(manifest),
        answer=answer, made=_made(manifest),
    )  # fmt: skip
    markdown.write_text(text, encoding="utf-8")
    return page, markdown


def _lede(manifest: Manifest) -> str:
    theory = manifest["theory"]
    worlds = len(manifest["scenarios"])
    return (
        f"A programme theory on trial in an agent-based model of integrated care: {worlds} worlds, "
        f"{theory['replicates']} paired seeds each, {manifest['territory_label']}, "
        f"{format_number(manifest['months'] / 12)} years. Verdict: {manifest['verdict']['kind']}."
    )


def _figures(manifest: Manifest, tables: Tables) -> list[Placed]:
    effects = tables["trial_effects"]
    figures = [
        place_figure(
            "question", "theory", "The theory", "The rival is drawn in outline.",
            partial(draw_diagram, manifest),
        ),
        place_figure(
            "where", "places", "The effect in the context, and outside it", DOTS,
            partial(draw_places, manifest, effects),
        ),
        place_figure(
            "how", "ablation", "With the mechanism on and off, and by other ways",
            f"{DOTS} What is lost when the mechanism is off went through it.",
            partial(draw_ablation, manifest, effects),
        ),
    ]  # fmt: skip
    if "dose 1/3" in set(effects["contrast"]):
        figures.append(
            place_figure(
                "how", "doses", "More of it, more effect?",
                "Line: mean over paired seeds in the context; band: 95 % interval. Dashed: an effect in "
                "proportion to the dose. Only numbers move part of the way; words stay in full.",
                partial(draw_doses, manifest, effects),
            )
        )  # fmt: skip
    if tables["trial_leads"]["lead"].notna().any():
        figures.append(
            place_figure(
                "how", "order", "What moves first",
                "Difference between the world with and without the intervention, mean over seeds. Triangle: "
                "half way to the largest. Activation is the share of agents or "
                "zones that the mechanism changes, times the size of the change, in all of the territory.",
                partial(draw_order, manifest, tables["trial_traces"], tables["trial_leads"]),
            )
        )  # fmt: skip
    return figures


def _sections(manifest: Manifest, tables: Tables) -> list[Section]:
    theory = manifest["theory"]
    where = " and ".join(theory["conditions"]) or "every zone"
    people = (
        f" Among people, the context is: {theory['context']['people']}."
        if theory["context"]["people"]
        else ""
    )
    n, zones = len(theory["zones_in_context"]), int(manifest["n_zones"])
    lags = [] if tables["trial_leads"]["lead"].notna().any() else [
        "What moves first cannot be told: mechanism or outcome does not differ between the two worlds."
    ]  # fmt: skip
    return [
        Section("question", "The theory, and the verdict"),
        Section("evidence", "The evidence", tables=[evidence_grid(manifest, tables)]),
        Section(
            "where", "Where it works",
            [f"The context: {where}. When the policy begins, {n} of {zones} zones are in it.{people}"],
            tables=[effects_grid(manifest, tables)],
        ),
        Section(
            "sets", "Zones compared as sets (qualitative comparative analysis)",
            set_sentences(manifest, tables), tables=set_grids(manifest, tables),
        ),
        Section("how", "How it works, and what else would do", lags),
        Section(
            "limits", "What the verdict assumes, and its limits",
            [circularity(tables) if tables["trial_strengths"]["assumed"].any() else
             "Every number that says how strong the theory’s own mechanism is has a source."],
            [*theory["limits"], *(f"May matter, and is not varied here: {m}." for m in theory["moderators"])],
            [strengths_grid(tables)],
        ),
        Section("field", "What data from the field would settle it", [theory["field_data"]]),
        Section("rule", "The rule of the verdict, stated before the runs", [theory["rule"]]),
        Section("made", "How it was made"),
    ]  # fmt: skip


def _made(manifest: Manifest) -> list[tuple[str, str]]:
    theory, seeds = manifest["theory"], manifest["seeds"]
    return [
        ("Theory", f"{theory['origin']} (a copy is theory.toml)"),
        ("Sources", "; ".join(theory["sources"])),
        ("Territory", f"{manifest['territory_label']}, {manifest['n_zones']} primary care zones"),
        (
            "Patients",
            f"{format_number(manifest['n_patients'])}, each for {manifest['persons_per_agent']} inhabitants",
        ),
        ("Time", f"{manifest['burn_in']} months run-in + {manifest['months']} months"),
        ("Seeds", f"{seeds[0]} to {seeds[-1]}, the same in every world"),
        ("Worlds", "; ".join(scenario["name"] for scenario in manifest["scenarios"])),
        ("Code hash", str(manifest["code_hash"])),
        ("Data hash", str(manifest["data_hash"])),
        ("Version", f"cas_model {manifest['version']}, Python {manifest['python']}"),
        ("Computing time", f"{manifest['wall_seconds']:.0f} s"),
    ]
