"""``cas-model docs``: the documents that are written from the code."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Document(StrEnum):
    """What can be written."""

    odd = "odd"
    evidence = "evidence"
    trace = "trace"


def add_commands(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command("docs")(docs)


def docs(
    document: Annotated[Document, typer.Argument(help="What to write.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write or replace.", show_default="standard output"),
    ] = None,
) -> int:
    """Write, in Markdown from the code: the model (odd), its sources (evidence), or what was tested (trace).

    `trace` also reads `results/reference` and `docs/architecture.md` below the working folder.
    """
    from cas_model.report.documents import write_evidence, write_odd, write_trace

    writers = {Document.odd: write_odd, Document.evidence: write_evidence, Document.trace: write_trace}
    text = writers[document]()
    if out is None:
        print(text, end="")
        return 0
    _save(text, out)
    print(f"Saved {out}")
    return 0


def _save(text: str, out: Path) -> None:
    """Write a file beside its place and move it there when whole.

    Raises
    ------
    UsageError
        The target is a folder.
    CasModelError
        It cannot be written.
    """
    from cas_model.config.errors import UsageError
    from cas_model.experiments.store import explain_os_error

    if out.is_dir():
        raise UsageError("this is a folder, not a file", where=f"--out {out}", fix="name a file, as odd.md")
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(out)
    except OSError as error:
        raise explain_os_error(error, f"writing {out}") from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)
