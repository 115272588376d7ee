"""Everything that can be set, as controls: label, range, step, unit, default and help from the registries."""

from __future__ import annotations

from functools import cache
from typing import Any

from cas_model.config.declarations import LEVERS, MECHANISMS, OUTCOMES, PAYMENT_METHODS, Lever
from cas_model.config.funding_terms import FUNDING_TERMS
from cas_model.config.principles import PRINCIPLES, Principle
from cas_model.config.scenario import Scenario
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.shock_declarations import SHOCKS
from cas_model.config.vocabulary import DISCIPLINES
from cas_model.model.schedule import load_processes
from cas_model.report.network import LABELS
from cas_model.report.number_format import sentence_case
from cas_model.server.live_world import acts_at_once
from cas_model.server.session import label_of
from cas_model.server.views.shown import facts
from cas_model.server.words.registries import dictionary, in_arrows, in_language

GROUPS = (
    ("levels", ("shared_vision", "co_decision", "mandate", "autonomy", "floor", "accountability",
                "inclusive_negotiation", "competence_fragmentation", "turbulence")),
    ("meta_governor", ("meta_governor_scope", "meta_governor_neutrality", "meta_governor_capacity",
                       "meta_governor_sanction", "meta_governor_tenure")),
    ("councils", ("core_budget", "project_funding", "cofunding", "staff_floor", "population_manager",
                  "paid_participation", "decision_rule", "local_authority_seats", "health_seats",
                  "welfare_seats", "people_seats")),
    ("information", ("information_maturity", "information_lag", "support_institute", "pathway_focus",
                     "task_delegation")),
)  # fmt: skip
"""Where levers stand on the page; one that is named nowhere joins the last group."""
TERMS = ("transition.mode", "transition.virtual_months", "transition.partial_share",
         "savings.one_sided_months", "risk_adjustment", "pooled_budget", "initial_investment")  # fmt: skip
BUTTONS = (
    "pandemic", "staffing_crisis", "heat_wave", "border_reform", "subsidy_cliff", "political_turnover"
)  # fmt: skip
"""Shocks with a button of their own, in this order; others follow."""
STEPS = 100


@cache
def catalogue_in(language: str) -> dict[str, Any]:
    """Return all controls with labels and meanings in a language."""
    found: dict[str, Any] = in_language(catalogue(), texts_in(language))
    return found


@cache
def texts_in(language: str) -> dict[str, str]:
    """Return whole texts of the registries and what a language has in their place."""
    return dictionary(catalogue(), language)


def catalogue() -> dict[str, Any]:
    """Return all controls, the same for every session.

    Returns
    -------
    dict
        `scenarios`, `principles`, `groups` (of levers), `terms` (of funding), `disciplines`, `methods`,
        `shocks`, `mechanisms`, `outcomes`.
    """
    load_processes()
    named = [name for _, names in GROUPS for name in names]
    left = tuple(name for name in LEVERS if name not in named)
    groups = [(key, names + (left if key == GROUPS[-1][0] else ())) for key, names in GROUPS]
    shocks = [*(s for s in BUTTONS if s in SHOCKS), *(s for s in SHOCKS if s not in BUTTONS)]
    return {
        "scenarios": _scenarios(),
        "principles": [_principle(p) for p in PRINCIPLES.values()],
        "groups": [
            {"key": key, "controls": [_lever(LEVERS[n], "governance") for n in names if n in LEVERS]}
            for key, names in groups
        ],
        "terms": [_lever(FUNDING_TERMS[name], "funding") for name in TERMS if name in FUNDING_TERMS],
        "disciplines": [{"name": d, "label": LABELS[d]} for d in DISCIPLINES],
        "methods": [
            {"name": m.name, "label": m.label, "help": f"{m.meaning} Source: {m.source}."}
            for m in sorted(PAYMENT_METHODS.values(), key=lambda m: (not m.volume_based, m.name))
        ],
        "shocks": [
            {"name": s, "label": SHOCKS[s].label, "help": _help(SHOCKS[s].meaning, SHOCKS[s].source)}
            for s in shocks
        ],
        "mechanisms": [
            {
                "key": f"mechanisms.{m.name}",
                "label": label_of(f"mechanisms.{m.name}"),
                "help": _help(in_arrows(m.claim), m.source, f"Effect: {m.sign}."),
            }
            for m in MECHANISMS.values()
            if m.modelled
        ],
        "outcomes": {name: _outcome(name) for name in OUTCOMES},
    }


def _scenarios() -> list[dict[str, str]]:
    found = []
    for name in builtin_scenarios():
        scenario = load_scenario(name)
        found.append({"name": name, "title": scenario.title, "help": " ".join(scenario.description.split())})
    return found


def _help(meaning: str, source: str, more: str = "") -> str:
    said = sentence_case(meaning.strip())
    said = said if said.endswith((".", "!", "?")) else said + "."
    return " ".join(part for part in (said, more, f"Source: {source}.") if part)


def _principle(principle: Principle) -> dict[str, Any]:
    return {
        "key": f"principles.{principle.name}",
        "label": label_of(f"principles.{principle.name}"),
        "kind": "number",
        "low": 0.0,
        "high": 1.0,
        "step": 0.05,
        "unit": "%",
        "factor": 100,
        "default": 0.0,
        "choices": [],
        "at_once": True,
        "help": _help(principle.meaning, principle.source),
    }


def _lever(lever: Lever, section: str) -> dict[str, Any]:
    key = f"{section}.{lever.name}"
    return {
        "key": key,
        "label": label_of(key),
        "kind": "choice" if lever.choices else "number",
        "low": lever.low,
        "high": lever.high,
        "step": _step(lever),
        "unit": "" if lever.unit in ("0-1", "choice", "code", "ratio") else lever.unit,
        "factor": 1,
        "default": lever.word(lever.default),
        "choices": list(lever.choices),
        "at_once": acts_at_once(key),
        "help": _help(lever.meaning, lever.source),
    }


def _step(lever: Lever) -> float:
    if lever.whole:
        return 1.0
    reach = lever.high - lever.low
    return float(next(s for s in (0.01, 0.05, 0.1, 0.5, 1.0, 10.0) if reach / s <= STEPS))


def _outcome(name: str) -> dict[str, Any]:
    fact = facts(name)
    better = {1: "more is better", -1: "less is better", 0: "neither more nor less is better"}
    return {
        "label": fact.label,
        "unit": fact.unit,
        "family": fact.family.replace("_", " "),
        "help": f"{fact.formula} ({fact.unit}; {better[fact.direction]}). Source: {fact.source}.",
    }


def values_in_force(scenario: Scenario, stated: dict[str, Any]) -> dict[str, Any]:
    """Return where every control stands, by its key.

    Parameters
    ----------
    scenario : Scenario
        Settings in force.
    stated : dict
        Settings as somebody set them, principles among them.
    """
    values: dict[str, Any] = {}
    for name, principle in PRINCIPLES.items():
        key = f"principles.{name}"
        values[key] = stated.get(key, intensity_in_force(principle, scenario.levers))
    for name, value in scenario.levers.items():
        values[f"governance.{name}"] = LEVERS[name].word(value)
    for name, value in scenario.funding.terms.items():
        values[f"funding.{name}"] = FUNDING_TERMS[name].word(value)
    for name, value in scenario.mechanisms.items():
        values[f"mechanisms.{name}"] = value
    return values


def intensity_in_force(principle: Principle, levers: dict[str, float]) -> float:
    """Return how far levers follow a principle, 0 to 1: as far as the one that follows least.

    A principle of which not every choice is made is not followed.
    """
    reached = []
    for name, full in principle.levers.items():
        if name not in LEVERS:
            continue
        lever = LEVERS[name]
        if isinstance(full, str):
            if levers[name] != lever.choices.index(full):
                return 0.0
            continue
        start, end = full if isinstance(full, tuple) else (lever.default, full)
        if end != start:
            reached.append(min(1.0, max(0.0, (levers[name] - start) / (end - start))))
    return round(min(reached, default=0.0), 2)
