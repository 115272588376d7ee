"""Take rule files away, each in a fork; print as JSON what is registered then and whether a world runs."""

from __future__ import annotations

import importlib
import importlib.abc
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import mesa  # noqa: F401 (imported before forking: what takes long is shared)
import pandas as pd  # noqa: F401
import scipy.stats  # noqa: F401

from cas_model.config import adaptation, declarations, principles
from cas_model.config.errors import UsageError
from cas_model.config.registry import Registry
from cas_model.config.scenario_layers import load_scenario
from cas_model.config.shock_declarations import SHOCKS


class _Hide(importlib.abc.MetaPathFinder):
    def __init__(self, module: str) -> None:
        self.module = module

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname == self.module:
            raise ModuleNotFoundError(fullname)


def _registries() -> dict[str, Registry[Any]]:
    known: list[Registry[Any]] = [
        *(declarations.PARAMETERS, declarations.LEVERS, declarations.MECHANISMS, declarations.PROCESSES),
        *(declarations.PAYMENT_METHODS, SHOCKS, principles.PRINCIPLES),
        *adaptation.ADAPTATION.values(),
    ]
    return {registry.kind: registry for registry in known}


def _declared() -> dict[str, list[tuple[str, str]]]:
    """Return what each rule file declares, by loading one module after the other."""
    from cas_model.rules import KINDS

    found: dict[str, list[tuple[str, str]]] = {}
    for kind in KINDS:
        package = importlib.import_module(f"cas_model.rules.{kind}")
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            before = {(r, n) for r, reg in _registries().items() for n in reg}
            importlib.import_module(f"cas_model.rules.{kind}.{module}")
            after = {(r, n) for r, reg in _registries().items() for n in reg}
            found[f"rules/{kind}/{module}.py"] = sorted(after - before)
    return found


def _hide(name: str) -> None:
    hidden = "cas_model.rules." + name.replace("/", ".")
    sys.meta_path.insert(0, _Hide(hidden))
    listed: Any = pkgutil.iter_modules

    def without(path: Iterable[str] | None = None, prefix: str = "") -> Iterator[pkgutil.ModuleInfo]:
        folder = name.split("/")[0]
        for info in listed(path, prefix):
            places = [Path(p).name for p in path or []]
            if not (info.name == name.split("/")[1] and folder in places):
                yield info

    vars(pkgutil)["iter_modules"] = without


def _load_all() -> None:
    # Not at the top: the model reads which payment methods there are when it is imported.
    from cas_model.model.schedule import load_processes

    load_processes()


def _load_without(name: str) -> dict[str, Any]:
    """Hide a file, load all others, and return what is registered then."""
    _hide(name)
    _load_all()
    found: dict[str, Any] = {"registries": {kind: list(registry) for kind, registry in _registries().items()}}
    try:
        load_scenario("status_quo")
        found["status_quo"] = "loads"
    except UsageError as error:
        found["status_quo"] = str(error)
    if _shapes_the_columns(name):
        found |= _run_what_is_left()
    return found


def _shapes_the_columns(name: str) -> bool:
    """Whether the model looks at this kind of file when it is imported, so that it cannot be struck later."""
    return name.startswith("funding/")


def _run_without(name: str, declared: list[tuple[str, str]]) -> dict[str, Any]:
    """Strike a file's declarations out and run a world of what is left."""
    for kind, entry in declared:
        del _registries()[kind]._entries[entry]
    return _run_what_is_left()


def _run_what_is_left() -> dict[str, Any]:
    try:
        _run("status_quo")
    except UsageError:
        _run(BARE)
    return {"ran": "two months"}


BARE = str(Path(__file__).with_name("bare.toml"))
"""A scenario that stands on nothing, for a world without what the status quo states."""


def _run(scenario: str) -> None:
    settings = load_scenario(scenario, ["run.burn_in=1", "run.months=3"])
    from cas_model.model.system import CareSystem

    world = CareSystem(settings, territory="small", persons_per_agent=2000)
    world.step()
    world.step()


def _in_fork(look: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    here, there = os.pipe()
    if os.fork() == 0:
        os.close(here)
        try:
            found = look(*arguments)
        except BaseException as error:
            found = {"ran": f"{type(error).__name__}: {error}", "registries": {}, "status_quo": ""}
        with os.fdopen(there, "w") as out:
            json.dump(found, out)
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as answer:
        answered: dict[str, Any] = json.load(answer)
    os.wait()
    return answered


def main(names: list[str]) -> None:
    """Look at the world without each of the rules."""
    without = {name: _in_fork(_load_without, name) for name in names}
    declared = _in_fork(_declared)
    _load_all()
    everything = {kind: list(registry) for kind, registry in _registries().items()}
    _run("status_quo")  # forks find the kernels compiled
    for name in (n for n in names if not _shapes_the_columns(n)):
        without[name] |= _in_fork(_run_without, name, declared[f"rules/{name}.py"])
    print(json.dumps({"registries": everything, "declared": declared, "without": without}))


if __name__ == "__main__":
    main(sys.argv[1:])
