"""Filling the registries: everything that scenarios, lists and results may name."""

from __future__ import annotations

from cas_model.config.registry import load_package
from cas_model.rules import load_rules


def load_registries() -> None:
    """Register every rule, process, parameter and outcome of the model."""
    load_rules()
    load_package("cas_model.model.processes")
    load_package("cas_model.outcomes")
