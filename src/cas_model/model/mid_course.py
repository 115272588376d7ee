"""A change of rules in a running world: what differs between two scenarios is put in force from now on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cas_model.config.declarations import LEVERS, Process
from cas_model.config.errors import UsageError
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.scenario import Scenario
from cas_model.config.vocabulary import DISCIPLINES, PAYERS
from cas_model.model.columns.payments import METHODS
from cas_model.model.shocks import bind_event, check_zones, number_events

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

START = "transition.start_month"


def adopt(world: CareSystem, scenario: Scenario, resolve: Callable[[str, Process], Any]) -> None:
    """Make `scenario` the settings of a running world, and move what differs from its present ones.

    Levers, payment, terms of funding and mechanisms take their new value; events that are new are bound. What
    a reform of the old scenario has moved meanwhile stays where it is unless the new scenario states another
    value. A transition that starts anew starts from the former mix, so that shadow accounts or volunteering
    begin with nobody in the scheme.

    Parameters
    ----------
    world : CareSystem
        Between two months.
    scenario : Scenario
        Same months, burn-in, start, parameters and adaptation; the world's events come first among its own.
    resolve : function
        What an argument of a kernel is bound to in this world.

    Raises
    ------
    UsageError
        The scenarios differ in what is fixed when a world is built, or an event was taken away.
    """
    old = world.scenario
    _check(old, scenario)
    check_zones(scenario, world.territory)
    for name, value in scenario.levers.items():
        if value != old.levers[name]:
            world.state.array(LEVERS[name].column)[:] = value
    for name, strength in scenario.mechanisms.items():
        if strength != old.mechanisms[name]:
            world.set_strength(name, strength)
    _pay(world, old, scenario)
    for number, event in list(number_events(scenario.shocks))[len(old.shocks) :]:
        world.events.append(bind_event(event, number, world.territory, world.seed, resolve))
    world.scenario = scenario


def _pay(world: CareSystem, old: Scenario, new: Scenario) -> None:
    discipline = world.state.discipline
    for d, name in enumerate(DISCIPLINES):
        if new.funding.mix[name] != old.funding.mix[name]:
            discipline.mix[d] = [new.funding.mix[name][method] for method in METHODS]
        if new.funding.payers[name] != old.funding.payers[name]:
            discipline.payer_share[d] = [new.funding.payers[name][payer] for payer in PAYERS]
    for name, value in new.funding.terms.items():
        if value != old.funding.terms[name]:
            world.state.array(FUNDING_TERMS[name].column)[:] = value
    if new.funding.terms[START] != old.funding.terms[START]:
        world.state.provider.scheme[:] = 0.0


def _check(old: Scenario, new: Scenario) -> None:
    fixed = [
        name for name in ("months", "burn_in", "start", "parameters", "adaptation")
        if getattr(old, name) != getattr(new, name)
    ]  # fmt: skip
    if fixed:
        raise UsageError(
            f"a running world cannot change its {', '.join(fixed)}", fix="build a new world with the scenario"
        )
    if new.shocks[: len(old.shocks)] != old.shocks:
        raise UsageError("an event that was announced cannot be taken back", fix="build a new world")
