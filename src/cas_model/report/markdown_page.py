"""A page of sections as one Markdown text, beside its HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cas_model.report.documents.markdown import table
from cas_model.report.experiment_page import Placed, Section
from cas_model.report.narrative import CLAIM_SENTENCES
from cas_model.report.page import MODEL_LIMITS


def markdown_page(
    manifest: Mapping[str, Any], placed: Sequence[Placed], sections: Sequence[Section], *, title: str,
    question: str, lede: str, answer: Sequence[str], made: Sequence[tuple[str, str]],
) -> str:  # fmt: skip
    """Return what `cas_model.report.experiment_page.render_page` shows, with links to the figures."""
    claim = str(manifest["claim_level"])
    lines = [f"# {title}", "", lede, "", f"Claim level: {claim}.", ""]
    for number, section in enumerate(sections, start=1):
        lines += [f"## {number}. {section.title}", ""]
        if section.key == "question":
            lines += [question, "", *(f"> {sentence}\n>" for sentence in answer)]
            lines += [f"> {CLAIM_SENTENCES.get(claim, claim)}", ""]
        for text in section.texts:
            lines += [text, ""]
        lines += [*(f"- {point}" for point in section.points), ""] if section.points else []
        for key, planned in placed:
            if key == section.key:
                lines += [f"![{planned.title}](figures/{planned.name}.svg)", "", f"*{planned.caption}*", ""]
        for grid in section.tables:
            lines += [grid.caption, "", table(grid.heads, grid.rows), ""]
        if section.key == "made":
            lines += [f"    {manifest['command']}", "", *(f"- {name}: {value}" for name, value in made), ""]
            lines += [*(f"- {text}" for text in MODEL_LIMITS), ""]
    return "\n".join(lines)
