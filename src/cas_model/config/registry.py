"""Registries: one declaration per parameter, lever, mechanism, payment method, shock and outcome.

Registering makes a thing available; a scenario makes it active. A rule's file name is its registry key, and a
folder of rules is read by importing every module in it, so that adding a file adds a rule.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Generic, Protocol, TypeVar

from cas_model.config.errors import unknown_name


class Named(Protocol):
    """Anything with a registry key."""

    @property
    def name(self) -> str:
        """Registry key."""
        ...


T = TypeVar("T", bound=Named)


class Registry(Mapping[str, T], Generic[T]):
    """An ordered, read-only mapping from name to declaration that suggests the nearest name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, entry: T) -> T:
        """Register a declaration; a second, different one of the same name is a programming error."""
        known = self._entries.get(entry.name)
        if known is not None and known != entry:
            raise ValueError(f"{self.kind} `{entry.name}` is declared twice")
        self._entries[entry.name] = entry
        return entry

    def extend(self, entry: T) -> None:
        """Put a fuller declaration in the place of one that is known."""
        self._entries[self[entry.name].name] = entry

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise KeyError(str(unknown_name(self.kind, name, self._entries))) from None

    def require(self, name: str, where: str = "") -> T:
        """Return an entry or raise the usage error that names the nearest valid key."""
        if name not in self._entries:
            raise unknown_name(self.kind, name, self._entries, where)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@cache
def load_package(package_name: str) -> None:
    """Import every module of a package so that its declarations register themselves; once a process."""
    package = importlib.import_module(package_name)
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package_name}.{module}")
