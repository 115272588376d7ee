"""The report's opening paragraph in plain language: what was asked, what the model says, how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cas_model.report.findings import Finding, Level
from cas_model.report.material import FINAL_MONTHS, Material, World
from cas_model.report.number_format import MISSING, format_number, sentence_case, unit_in_prose
from cas_model.report.shock_words import shock_paragraph


def _phrase(finding: Finding) -> str:
    """Say one finding as part of a sentence: "coordinated care from 18.2 to 27.9 % (+97 per 1 000)"."""
    absolute = f" ({finding.per_thousand})" if finding.per_thousand else ""
    return (
        f"{in_sentence(finding.label)} from {finding.value_a} to "
        f"{finding.value_b}{unit_in_prose(finding.unit)}" + absolute
    )


def in_sentence(label: str) -> str:
    """Return a label with a small first letter, unless it begins with an abbreviation ("GP contacts")."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _listing(findings: Sequence[Finding], limit: int) -> str:
    chosen = sorted(findings, key=lambda f: -f.effect)[:limit]
    parts = [_phrase(f) for f in chosen]
    return parts[0] if len(parts) == 1 else "; ".join(parts[:-1]) + "; and " + parts[-1]


def _count(n: int, noun: str = "outcome") -> str:
    return f"{format_number(n)} {noun}" + ("" if n == 1 else "s")


def _scenario(manifest: Mapping[str, Any], world: World) -> Mapping[str, Any]:
    return next((s for s in manifest.get("scenarios", []) if s["name"] == world.name), {})


def _asked(manifest: Mapping[str, Any], a: World, b: World) -> str:
    scenario = _scenario(manifest, b)
    n = len(scenario.get("differences") or [])
    settings = (
        f"The two worlds differ in {_count(n, 'setting')} and share every other chance event. " if n else ""
    )
    return (
        f"What would change in {manifest.get('territory_label', 'Flanders')} if its care were governed "
        "and paid as in "
        f"“{b.title}” instead of “{a.title}”? {settings}"
    ).strip()


def _says(findings: Sequence[Finding], manifest: Mapping[str, Any]) -> str:
    money = [f for f in findings if f.family == "budget"]
    others = [f for f in findings if f.family != "budget"]
    groups = {
        word: [f for f in others if f.words == word] for word in ("better", "worse", "similar", "unclear")
    }
    moved = [f for f in others if f.words in ("higher", "lower")]
    years = format_number(float(manifest.get("months", 120)) / 12, 0)
    counts = [
        f"{len(groups[w]) or 'none'} {'gets' if len(groups[w]) == 1 else 'get'} {w}"
        for w in ("better", "worse")
    ]
    if moved:
        counts.append(f"{len(moved)} move without being good or bad in themselves")
    counts += [f"{len(groups['similar'])} stay similar", f"{len(groups['unclear'])} are unclear"]
    text = [
        f"Over the last {FINAL_MONTHS} months of {years} simulated years, of {_count(len(others))} "
        "besides spending "
        f"{', '.join(counts[:-1])} and {counts[-1]}."
    ]
    for word, heading in (("better", "The largest gains"), ("worse", "The largest losses")):
        if groups[word]:
            text.append(f"{heading}: {_listing(groups[word], 3)}.")
    if money:
        main = max(money, key=lambda f: abs(f.mean_a))
        text.append(f"{sentence_case(_phrase(main))}: {main.words}.")
    return " ".join(text)


def _sure(replicates: int) -> str:
    return (
        f"Each world was run {format_number(replicates)} times, with the same chance events in every "
        "world. The intervals "
        "cover chance only: they say nothing about whether the assumed parameters are right. “Similar” means "
        "that any difference is too small to matter; “unclear” that the interval also reaches further."
    )


CLAIM_SENTENCES = {
    "illustrative": (
        "The parameters are illustrative: assumed from literature and judgement, not fitted to Flemish "
        "data. Read the "
        "results as what follows from the stated assumptions, not as a forecast."
    ),
    "calibrated": (
        "The parameters are calibrated: chosen because the model then reproduces published figures. "
        "Predictions "
        "outside those figures remain untested."
    ),
    "partly calibrated": (
        "The parameters are partly calibrated: at the scale of the fit the model comes within tolerance of "
        "the published figures, but for those that no parameters reach together with the others, which the "
        "calibration names."
    ),
    "least implausible, not accepted": (
        "The parameters were not accepted: no values agreed with all published figures, and these miss them "
        "least. Nothing that follows from them may count as calibrated."
    ),
    "validated": "The parameters are validated: the model also reproduces published figures that were "
    "held out of the fit.",
}


def summary_sentences(material: Material, findings: Sequence[Finding], a: World, b: World) -> dict[str, str]:
    """Write the report's opening paragraph for one pair of worlds.

    Parameters
    ----------
    material : Material
        Manifest and replicates.
    findings : sequence of Finding
        From `findings_of` for the same pair.
    a, b : World
        Baseline and other world.

    Returns
    -------
    dict of str to str
        ``asked``, ``says``, ``sure`` and ``claim``, each one or more sentences.
    """
    manifest = material.manifest
    claim = str(manifest.get("claim_level", "illustrative"))
    return {
        "asked": _asked(manifest, a, b),
        "says": f"{_says(findings, manifest)} {shock_paragraph(material, (a, b))}".strip(),
        "sure": _sure(material.n_replicates),
        "claim": CLAIM_SENTENCES.get(claim, f"Claim level of the parameters: {claim}."),
    }


def run_sentences(material: Material, levels: Sequence[Level]) -> dict[str, str]:
    """Write the opening paragraph of a report on one world (keys as in `summary_sentences`)."""
    manifest, world = material.manifest, material.worlds[0]
    scenario = _scenario(manifest, world)
    years = format_number(float(manifest.get("months", 120)) / 12, 0)
    chosen = [next(group) for _, group in groupby(levels, key=lambda r: r.family)]
    parts = "; ".join(
        f"{in_sentence(r.label)} {r.value}{unit_in_prose(r.unit)}" for r in chosen if r.value != MISSING
    )
    claim = str(manifest.get("claim_level", "illustrative"))
    description = str(scenario.get("description") or "").strip()
    return {
        "asked": f"What does {manifest.get('territory_label', 'Flanders')} look like under "
        f"“{world.title}”? {description}",
        "says": f"Averaged over the last {FINAL_MONTHS} months of {years} simulated years: {parts}. "
        f"{shock_paragraph(material, (world,))}".strip(),
        "sure": "This is one run with one set of chance events, so no difference can be read from it. "
        "Compare two "
        "scenarios with paired seeds to see what a rule changes.",
        "claim": CLAIM_SENTENCES.get(claim, f"Claim level of the parameters: {claim}."),
    }
