"""What `run` and `compare` print when they are done: a table for people, or one JSON document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cas_model.cli.listing import print_json

if TYPE_CHECKING:
    import pandas as pd

    from cas_model.experiments.compare import Comparison


def show_run(target: Path, made: dict[str, Any], outcomes: pd.DataFrame, page: bool, as_json: bool) -> None:
    """Print the outcomes of one world.

    Parameters
    ----------
    target : Path
        The results folder.
    made : dict
        The manifest.
    outcomes : DataFrame
        With columns world, replicate and seed in front.
    page : bool
        Whether report.html was written.
    as_json : bool
        Print one JSON document instead of the table.
    """
    from cas_model.experiments.compare import last_months_mean

    if as_json:
        means = {str(name): _finite(value) for name, value in last_months_mean(outcomes).items()}
        print_json({"folder": str(target), "manifest": made, "outcomes": means})
        return
    from rich.console import Console

    from cas_model.report import terminal
    from cas_model.report.material import Material

    console = Console(highlight=False)
    console.print(terminal.headline(made, 1))
    terminal.print_run(console, Material(made, outcomes))
    _say_where(target, page)


def show_comparison(
    target: Path, made: dict[str, Any], comparison: Comparison, page: bool, as_json: bool
) -> None:
    """Print the differences between worlds, and how shocked worlds stood their shock.

    Parameters
    ----------
    target, made, page, as_json
        As for `show_run`.
    comparison : Comparison
        What was run.
    """
    if as_json:
        from cas_model.experiments.aims import aims_table
        from cas_model.experiments.individuals import individual_table

        tables = {
            "comparison": comparison.table,
            "resilience": comparison.resilience,
            "aims": aims_table(comparison.results),
            "individuals": individual_table(comparison.results),
        }
        print_json({"folder": str(target), "manifest": made} | {k: _records(t) for k, t in tables.items()})
        return
    from rich.console import Console

    from cas_model.experiments.individuals import individual_sentences, individual_table
    from cas_model.experiments.resilience import resilience_sentences
    from cas_model.report import terminal

    console = Console(highlight=False)
    console.print(terminal.headline(made, len({run["replicate"] for run in made["runs"]})))
    terminal.print_comparison(console, made, comparison.table)
    for sentence in resilience_sentences(comparison.resilience):
        console.print(f"Resilience of {sentence}", markup=False)
    for sentence in individual_sentences(individual_table(comparison.results)):
        console.print(sentence, markup=False)
    _say_where(target, page)


def _say_where(target: Path, page: bool) -> None:
    print(f"Saved to {target}" + (f" · open {target / 'report.html'}" if page else ""))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _finite(v) for k, v in row.items()} for row in table.to_dict("records")]


def _finite(value: Any) -> Any:
    # JSON has no NaN: an undefined number is null.
    return None if isinstance(value, float) and value != value else value
