"""What `run` and `compare` print when they are done: a table for people, or one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cas_model.cli.listing import print_json

if TYPE_CHECKING:
    import pandas as pd

    from cas_model.experiments.store import StoredResults


def show_run(target: Path, stored: StoredResults, page: bool, as_json: bool) -> None:
    """Print the outcomes of one world.

    Parameters
    ----------
    target : Path
        The results folder.
    stored : StoredResults
        What it holds.
    page : bool
        Whether report.html was written.
    as_json : bool
        Print one JSON document instead of the table.
    """
    from cas_model.experiments.differences import last_months_mean

    made, outcomes = stored.manifest, stored.tables["outcomes"]
    if as_json:
        means = {str(name): _finite(value) for name, value in last_months_mean(outcomes).items()}
        print_json({"folder": str(target), "manifest": made, "outcomes": means})
        return
    from rich.console import Console

    from cas_model.report import terminal
    from cas_model.report.material import Material

    console = Console(highlight=False)
    console.print(terminal.headline(made, 1))
    material = Material(made, stored.tables)
    terminal.print_run(console, material)
    terminal.print_shocks(console, material.table("resilience"), material.table("resilience_differences"))
    _say_where(target, page)


def show_comparison(
    target: Path, made: dict[str, Any], analyses: Mapping[str, pd.DataFrame], page: bool, as_json: bool
) -> None:
    """Print the differences between worlds, and what the other analyses say in a sentence.

    Parameters
    ----------
    target, page, as_json
        As for `show_run`.
    made : dict
        The manifest.
    analyses : mapping of str to DataFrame
        See `cas_model.experiments.analyses`.
    """
    if as_json:
        tables = {name: _records(table) for name, table in analyses.items()}
        print_json({"folder": str(target), "manifest": made} | tables)
        return
    from rich.console import Console

    from cas_model.experiments.groups import group_sentences
    from cas_model.experiments.individuals import individual_sentences
    from cas_model.report import terminal
    from cas_model.report.budget_words import break_even_sentences
    from cas_model.report.number_format import plain

    console = Console(highlight=False)
    console.print(terminal.headline(made, len({run["replicate"] for run in made["runs"]})))
    terminal.print_comparison(console, made, analyses["comparison"])
    terminal.print_shocks(console, analyses["resilience"], analyses["resilience_differences"])
    for sentence in break_even_sentences(analyses["break_even"]):
        console.print(plain(sentence), markup=False)
    for sentence in individual_sentences(analyses["individuals"]):
        console.print(sentence, markup=False)
    for sentence in group_sentences(analyses["groups"]):
        console.print(sentence, markup=False)
    _say_where(target, page)


def _say_where(target: Path, page: bool) -> None:
    print(f"Saved to {target}" + (f" · open {target / 'report.html'}" if page else ""))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _finite(v) for k, v in row.items()} for row in table.to_dict("records")]


def _finite(value: Any) -> Any:
    # JSON has no NaN: an undefined number is null.
    return None if isinstance(value, float) and value != value else value
