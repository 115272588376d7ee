"""Filling the registries: everything that scenarios, lists and results may name."""

from __future__ import annotations

from cas_model.config.errors import unknown_name
from cas_model.config.registry import load_package
from cas_model.config.scenario import Scenario
from cas_model.rules import load_rules
from cas_model.territory.facts import Territory


def load_registries() -> None:
    """Register every rule, process, parameter and outcome of the model."""
    load_rules()
    load_package("cas_model.model.processes")
    load_package("cas_model.outcomes")


def check_zones(scenario: Scenario, territory: Territory) -> None:
    """Refuse a shock that strikes a zone which the territory does not have.

    Raises
    ------
    UsageError
        Naming the scenario, the zone and the nearest one.
    """
    for event in scenario.shocks:
        for zone in event.zones:
            if zone not in territory.zone_names:
                where = f"{scenario.origin}, shocks, {event.kind}, zones"
                raise unknown_name("zone", zone, territory.zone_names, where)
