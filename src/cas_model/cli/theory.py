"""``cas-model theory``: programme theories, from a file to a verdict."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from cas_model.cli.starting import compile_at_first_start
from cas_model.config.errors import UsageError

group = typer.Typer(help="Programme theories: write, check and test them.", no_args_is_help=True)
TheoryFile = Annotated[str, typer.Argument(metavar="FILE", help="A theory file, or its name in theories/.")]


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this file."""
    group.command("new")(new)
    group.command("check")(check)
    group.command("features")(features)
    app.add_typer(group, name="theory")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A short name, e.g. trusted_outreach.")],
) -> int:
    """Write a commented template of a theory, ready to be changed."""
    from cas_model.theory import loading

    path = Path(name) if name.endswith(".toml") else loading.FOLDER / f"{name}.toml"
    if path.exists():
        raise UsageError("there is a file already", where=str(path), fix="choose another name")
    template = Path(loading.__file__).with_name("template.toml").read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template, encoding="utf-8")
    print(f"Wrote {path}. Change it with any text editor, then: cas-model theory check {path}")
    return 0


def check(file: TheoryFile) -> int:
    """Say in words what is wrong with a theory file, or how it is understood."""
    from cas_model.experiments.registries import load_registries
    from cas_model.theory.loading import load_theory
    from cas_model.theory.places import check_context
    from cas_model.theory.reading_back import read_back

    load_registries()
    theory = load_theory(file)
    compile_at_first_start()
    zones = check_context(theory)
    for paragraph in read_back(theory, zones):
        print(textwrap.fill(paragraph, 100, subsequent_indent="  "))
    return 0


def features() -> int:
    """List what a condition on zones may name, with unit and meaning."""
    from cas_model.config.declarations import OUTCOMES
    from cas_model.experiments.registries import load_registries
    from cas_model.model.zones import zone_features
    from cas_model.theory.conditions import feature_names

    load_registries()
    columns = zone_features()
    for name in feature_names():
        if name in columns:
            print(f"{name:<32} {columns[name].unit:<28} {columns[name].meaning}")
        else:
            print(f"{name:<32} {OUTCOMES[name].unit:<28} {OUTCOMES[name].label}, before the policy starts")
    return 0
