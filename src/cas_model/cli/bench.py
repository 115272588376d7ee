"""``cas-model bench``: how fast and how large the model is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cas_model.cli import options
from cas_model.cli.listing import print_json

Table = list[list[str]]
DOCUMENT = "bench.json"


def add_commands(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command("bench")(bench)


def bench(
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables and the figure.")] = Path(
        "results/bench"
    ),
    sizes: Annotated[
        str | None,
        typer.Option(
            "--sizes",
            metavar="N,N,...",
            help="Patients to measure instead of all sizes; leaves whole runs and starts out.",
            show_default="10000 to 6650000",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the two smallest sizes, about a minute.")
    ] = False,
    readme: Annotated[
        bool,
        typer.Option("--readme", help="Also write the tables into the README files of a source checkout."),
    ] = False,
    again: Annotated[
        Path | None,
        typer.Option("--from", help="Show a bench.json of an earlier benchmark; measure nothing."),
    ] = None,
    json: options.Json = False,
) -> int:
    """Measure time and memory at several sizes, beside plain Mesa and this machine's bounds."""
    from cas_model.benchmark.plan import load_plan, parse_sizes

    plan = load_plan()
    if sizes is not None:
        plan = plan.narrowed(parse_sizes(sizes))
    if quick:
        plan = plan.quick()
    document = _read(again) if again is not None else _measure(plan, json)
    _save(document, plan, out)
    if readme:
        _write_readme(document, plan)
    if json:
        print_json(document)
        return 0
    _show(document, plan)
    print(f"Saved to {out}")
    return 0


def _read(path: Path) -> dict[str, Any]:
    import json

    from cas_model.config.errors import UsageError

    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if "worlds" in document:
            return document
        reason = "it holds no measured worlds"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise UsageError(
        f"this is not a document of `cas-model bench` ({reason})",
        where=f"--from {path}",
        fix=f"name the {DOCUMENT} that it wrote",
    )


def _measure(plan: Any, as_json: bool) -> dict[str, Any]:
    from cas_model.benchmark.suite import run_suite, steps_of
    from cas_model.experiments.progress import progress_for

    total = 1 + len(steps_of(plan))
    document: dict[str, Any] = {}
    with progress_for(total, "Measuring", "measurements", as_json=as_json) as shown:
        for done, (_, so_far) in enumerate(run_suite(plan), start=1):
            document = so_far
            shown.update(done)
    return document


def _save(document: dict[str, Any], plan: Any, out: Path) -> None:
    import json

    from cas_model.benchmark.figure import draw_benchmark, load_peers
    from cas_model.benchmark.table import as_csv, as_markdown, profile_table, sizes_table, summary_markdown
    from cas_model.experiments.store import added_to, explain_os_error
    from cas_model.report.palette import save_figure

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os_error(error, f"writing {out}") from error
    with added_to(out) as work:
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (work / DOCUMENT).write_text(text + "\n", encoding="utf-8")
        (work / "bench.csv").write_text(as_csv(sizes_table(document)), encoding="utf-8")
        words = summary_markdown(document, plan) + "\n\n" + as_markdown(profile_table(document)) + "\n"
        (work / "bench.md").write_text(words, encoding="utf-8")
        save_figure(draw_benchmark(document, load_peers()), work, "bench")


def _write_readme(document: dict[str, Any], plan: Any) -> None:
    from cas_model.benchmark.measure import TESTS
    from cas_model.benchmark.table import as_markdown, fill_marked, profile_table, summary_markdown

    root, summary = TESTS.parent, summary_markdown(document, plan)
    for path in (root / "README.md", root / "benchmarks" / "README.md"):
        fill_marked(path, "benchmark", summary)
    fill_marked(root / "benchmarks" / "README.md", "profile", as_markdown(profile_table(document)))


def _show(document: dict[str, Any], plan: Any) -> None:
    from rich.console import Console

    from cas_model.benchmark.table import LEGEND, bounds_line, profile_table, sizes_table, targets_table

    console = Console(highlight=False)
    targets = targets_table(document, plan)
    _print_table(console, "Time and memory", sizes_table(document, short=True))
    console.print(f"\n{LEGEND}.", markup=False)
    if bounds_line(document):
        console.print(f"\n{bounds_line(document)}", markup=False)
    _print_table(console, "Where a month goes (one thread)", profile_table(document))
    if len(targets) > 1:
        _print_table(console, "Targets", targets)
    for note in document["notes"]:
        console.print(f"Note: {note}.", markup=False)


def _print_table(console: Any, title: str, table: Table) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    head, *body = table
    shown = RichTable(
        box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", title_justify="left"
    )
    for i, heading in enumerate(head):
        numeric = i > 0 and all(not row[i] or row[i][0].isdigit() for row in body)
        shown.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        shown.add_row(*(Text(cell) for cell in row))
    console.print(f"\n{title}", style="bold")
    console.print(shown)
