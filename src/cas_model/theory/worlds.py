"""The worlds of a trial: intervention x mechanism x rival, doses, and discriminating runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cas_model.config.declarations import LEVERS
from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.config.toml_source import flatten, together
from cas_model.experiments.design import load_layered
from cas_model.theory.document import Document
from cas_model.theory.theory import (
    BASELINE,
    BOTH_OFF,
    DOSES,
    EFFECT,
    ELSEWHERE,
    FORCED,
    INTERVENTION,
    MECHANISM_OFF,
    RIVAL,
    RIVAL_BY_MECHANISM,
    RIVAL_OFF,
    Contrast,
    World,
    run_contrast,
)

Layer = dict[str, Any]


def _over(*layers: Mapping[str, Any]) -> Layer:
    """Lay settings over each other; shocks and reforms of a later layer take the place of earlier ones."""
    return {key: value for layer in layers for key, value in layer.items()}


def switched_off(mechanisms: list[str]) -> Layer:
    """Return the settings that turn mechanisms off."""
    return {f"mechanisms.{name}": 0 for name in mechanisms}


def partial_dose(
    settings: Mapping[str, Any], nothing: Mapping[str, Any], before: Scenario, share: float
) -> Layer | None:
    """Return the settings moved a share of the way from nothing to the full dose.

    Parameters
    ----------
    settings, nothing : mapping of str to value
        The full dose, and a dose of zero where the scenario `before` does not say what that is. Numbers move,
        those within shocks too; words stay as in the full dose.
    before : Scenario
        Without the intervention.
    share : float
        0-1.

    Returns
    -------
    dict or None
        None when a setting cannot be given in part (a word, a shock, a reform) and `nothing` is empty.
    """
    table = before.table()
    start = {key: 0.0 if key.startswith("principles.") else table.get(key) for key in settings}
    changed = {key: full for key, full in settings.items() if start[key] != full}
    if not nothing and not all(_is_number(full) and _is_number(start[key]) for key, full in changed.items()):
        return None
    dose: Layer = {}
    for key, full in settings.items():
        lever = LEVERS.get(key.removeprefix("governance."))
        part = _between(nothing.get(key, start[key]), full, share)
        dose[key] = round(part) if lever is not None and lever.whole else part
    return dose


def _between(none: Any, full: Any, share: float) -> Any:
    """Return a value between two of the same shape; anything but numbers is as in the full one."""
    if _is_number(none) and _is_number(full):
        return none + share * (full - none)
    if isinstance(none, list) and isinstance(full, list) and len(none) == len(full):
        return [_between(a, b, share) for a, b in zip(none, full, strict=True)]
    if isinstance(none, dict) and isinstance(full, dict):
        return {key: _between(none.get(key), value, share) for key, value in full.items()}
    return full


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Plan:
    """Worlds and contrasts as they are put together; a world that cannot be loaded becomes a problem."""

    def __init__(self, document: Document, origin: str) -> None:
        self.origin, self.base = origin, document.context.scenario
        size = document.run
        self.always: Layer = {"run.months": size.months, "run.burn_in": size.burn_in}
        self.environment = flatten(document.context.environment)
        self.intervention = flatten(document.intervention.settings)
        self.nothing = flatten(document.intervention.nothing)
        self.worlds: dict[str, World] = {}
        self.contrasts: list[Contrast] = []
        self.problems: list[UsageError] = []

    def add(
        self, name: str, words: str, place: str, *layers: Mapping[str, Any], environment: Any = None
    ) -> None:
        """Load a world: its layers over the environment of the context, or over another."""
        around = self.environment if environment is None else environment
        layer = _over(around, *layers, self.always)
        try:
            scenario = load_layered(self.base, layer, f"{self.origin}, {place}")
        except UsageError as problem:
            told = problem.problem.replace("this world cannot be loaded", "the settings cannot be used")
            self.problems.append(UsageError(told.replace("override ", ""), where=problem.where))
        else:
            self.worlds[name] = World(name, words, scenario)

    def compare(self, name: str, world: str, against: str) -> None:
        """Plan a contrast."""
        self.contrasts.append(Contrast(name, world, against))


def plan_worlds(document: Document, origin: str) -> tuple[tuple[World, ...], tuple[Contrast, ...]]:
    """Return all worlds of a trial, and which are compared.

    Raises
    ------
    UsageError
        Settings that a world refuses, each with the table of the file it stands in.
    """
    plan = _Plan(document, origin)
    plan.add(BASELINE, "without the intervention", "context.environment")
    if not plan.problems:
        plan.add(INTERVENTION, document.intervention.words, "intervention.settings", plan.intervention)
    together(plan.problems)  # every other world would only repeat them
    plan.compare(EFFECT, INTERVENTION, BASELINE)
    mine, rivals = document.mechanism.switches, document.rival.switches
    off = {MECHANISM_OFF: mine, RIVAL_OFF: rivals, BOTH_OFF: [*mine, *rivals]}
    _add_ablations(plan, {name: off[name] for name in off if rivals or name == MECHANISM_OFF})
    _add_doses(plan)
    if document.context.elsewhere:
        around = _over(plan.environment, flatten(document.context.elsewhere))
        place = "context.elsewhere"
        plan.add("elsewhere, baseline", "another environment", place, environment=around)
        plan.add("elsewhere, intervention", "the intervention in another environment", place,
                 plan.intervention, environment=around)  # fmt: skip
        plan.compare(ELSEWHERE, "elsewhere, intervention", "elsewhere, baseline")
    if document.mechanism.forced:
        forced = document.mechanism.forced
        plan.add("mechanism forced", forced.words, "mechanism.forced.settings", flatten(forced.settings))
        plan.compare(FORCED, "mechanism forced", BASELINE)
    if document.rival.settings:
        settings = flatten(document.rival.settings)
        plan.add("rival", document.rival.words, "rival.settings", settings)
        plan.compare(RIVAL, "rival", BASELINE)
        name = f"rival, {MECHANISM_OFF}"
        plan.add(name, "the rival without the mechanism", "rival.settings", settings,
                 switched_off(document.mechanism.switches))  # fmt: skip
        plan.compare(RIVAL_BY_MECHANISM, name, f"{BASELINE}, {MECHANISM_OFF}")
    for run in document.runs:
        name, place = run_contrast(run), f"run `{run.name}`"
        everywhere, own = flatten(run.everywhere), flatten(run.settings)
        around = _over(plan.environment, everywhere)
        arm = plan.intervention if run.intervention else {}
        plan.add(name, run.words, place, arm, own, environment=around)
        against = BASELINE
        if everywhere:
            against = f"{name}, baseline"
            plan.add(against, f"baseline of the run {run.name}", place, environment=around)
        plan.compare(name, name, against)
    together(plan.problems)
    return tuple(plan.worlds.values()), tuple(plan.contrasts)


def plan_ablations(
    document: Document, origin: str, off: Mapping[str, list[str]]
) -> tuple[tuple[World, ...], tuple[Contrast, ...]]:
    """Return the intervention and its baseline as they are, and with named lists of mechanisms off."""
    plan = _Plan(document, origin)
    plan.add(BASELINE, "without the intervention", "context.environment")
    plan.add(INTERVENTION, document.intervention.words, "intervention.settings", plan.intervention)
    plan.compare(EFFECT, INTERVENTION, BASELINE)
    _add_ablations(plan, off)
    together(plan.problems)
    return tuple(plan.worlds.values()), tuple(plan.contrasts)


def _add_ablations(plan: _Plan, off: Mapping[str, list[str]]) -> None:
    """Add both arms with lists of mechanisms off: the theory's, its rival's, both."""
    for name, switches in off.items():
        for arm, settings in ((BASELINE, {}), (INTERVENTION, plan.intervention)):
            words = f"{arm}, without {', '.join(switches)}"
            plan.add(f"{arm}, {name}", words, "mechanism.switches", settings, switched_off(switches))
        plan.compare(name, f"{INTERVENTION}, {name}", f"{BASELINE}, {name}")


def _add_doses(plan: _Plan) -> None:
    before = plan.worlds[BASELINE].scenario
    for name, share in DOSES.items():
        dose = partial_dose(plan.intervention, plan.nothing, before, share)
        if dose is not None:
            plan.add(name, f"{name.removeprefix('dose ')} of the intervention", "intervention.settings", dose)
            if name in plan.worlds:
                plan.compare(name, name, BASELINE)


def run_in_alone(baseline: Scenario) -> Scenario:
    """Return a scenario that ends when the policy would begin."""
    return replace(baseline, months=0, shocks=(), reforms=())
