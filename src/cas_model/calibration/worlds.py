"""The worlds in which published figures and patterns are looked for, and the tables read of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cas_model.calibration.measurements import BASELINE
from cas_model.experiments.design import load_layered
from cas_model.experiments.run import WorldRequest, WorldResult
from cas_model.territory.facts import is_built_in

FIVE_YEARS: Mapping[str, object] = {"run.months": 60, "run.burn_in": 24}
"""Length of most worlds (assumption: long enough for the patterns that name a year)."""
FIRST_YEAR: Mapping[str, object] = {"run.months": 12, "run.burn_in": 24}
DECADE: Mapping[str, object] = {"run.months": 132, "run.burn_in": 24}
ZONE_SIZES = (10_000, 30_000, 60_000, 100_000, 150_000, 300_000)
"""Inhabitants per zone (P22; steps: assumption)."""
LEVELS = ("flanders",)


@dataclass(frozen=True)
class ValidationWorld:
    """A world that a target or a pattern may need.

    Attributes
    ----------
    scenario : str
        Built-in scenario.
    layer : mapping
        Dotted keys laid over it.
    tables, also : tuple of str
        What is kept of it, see `cas_model.experiments.run.run_world`.
    levels : tuple of str
        Levels of which outcomes are kept.
    zone_size : int
        Inhabitants per zone when municipalities are grouped anew, 0 as they are.
    """

    scenario: str
    layer: Mapping[str, object] = field(default_factory=lambda: FIVE_YEARS)
    tables: tuple[str, ...] = ("outcomes",)
    also: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS
    zone_size: int = 0


def _changed(**keys: object) -> ValidationWorld:
    """Return the status quo with levers changed."""
    layer = {f"governance.{name}": value for name, value in keys.items()}
    return ValidationWorld(BASELINE, {**FIVE_YEARS, **layer})


def _at_stake(share: float) -> ValidationWorld:
    """Return the status quo with a share of general practice's pay for performance, taken from fees."""
    mix = {"fee_for_service": round(0.83 - share, 2), "pay_for_performance": share}
    return ValidationWorld(BASELINE, {**FIVE_YEARS, **{f"funding.mix.gp.{k}": v for k, v in mix.items()}})


def _without(layer: Mapping[str, object]) -> ValidationWorld:
    """Return the status quo with half of a barrier taken away."""
    return ValidationWorld(BASELINE, {**FIVE_YEARS, **layer}, ("scirocco",))


PAY_BARRIER = "half_the_fees"
_HALF_THE_FEES = {
    "gp": {"fee_for_service": 0.40, "capitation": 0.57},
    "home_nursing": {"fee_for_service": 0.275, "capitation": 0.725},
    "pharmacy": {"fee_for_service": 0.475, "capitation": 0.525},
    "allied_health": {"fee_for_service": 0.50, "capitation": 0.50},
    "mental_health": {"fee_for_service": 0.20, "capitation": 0.80},
    "hospital": {"fee_for_service": 0.20, "capitation": 0.80},
    "home_care": {"fee_for_service": 0.15, "capitation": 0.85},
}
BARRIERS = {
    PAY_BARRIER: _without(
        {f"funding.mix.{d}.{m}": v for d, mix in _HALF_THE_FEES.items() for m, v in mix.items()}
    ),
    "half_the_fragmentation": _without({"governance.competence_fragmentation": 0.30}),
    "half_the_data_gap": _without(
        {"governance.information_maturity": 0.625, "governance.information_lag": 9}
    ),
    "half_the_legal_vagueness": _without({"governance.mandate": 0.675}),
    "half_the_limits_to_delegation": _without({"governance.task_delegation": 0.65}),
    "half_the_reforms": _without({"governance.turbulence": 0.15}),
    "twice_the_council_budget": _without({"governance.core_budget": 2.66}),
    "twice_the_hiring": _without({"parameters.hiring": 0.13}),
    "half_the_border_misfit": _without(
        {"shocks": [{"kind": "border_reform", "start_month": 0, "notice_months": 0, "alignment": 0.5}]}
    ),
}
"""Barriers (S4 section 3.1), each relaxed alone: halfway to none; doubled what has no end (assumption)."""

WORLDS: dict[str, ValidationWorld] = {
    BASELINE: ValidationWorld(
        BASELINE, FIVE_YEARS, ("outcomes", "ledger", "scirocco", "survey_targets"),
        ("zones", "stress_test", "patients", "workplaces", "pacic_scales", "tiers", "zone_months",
         "tie_months"),
        ("flanders", "zone"),
    ),
    "pay_forfait": ValidationWorld("pay_forfait", tables=("outcomes", "ledger"), also=("workplaces",)),
    "pay_fee_for_service": ValidationWorld(
        "pay_fee_for_service", tables=("outcomes", "ledger"), also=("workplaces",)
    ),
    "transition_care_first": ValidationWorld("transition_care_first", tables=("ledger",)),
    "first_year": ValidationWorld(BASELINE, FIRST_YEAR, (), ("workplaces",)),
    "first_year_voluntary": ValidationWorld("transition_voluntary", FIRST_YEAR, (), ("workplaces",)),
    "first_year_for_all": ValidationWorld("transition_big_bang", FIRST_YEAR, (), ("workplaces",)),
    "resourced_councils": ValidationWorld("resourced_councils", tables=(), also=("zones",)),
    "little_autonomy": _changed(autonomy=0.15),
    "much_autonomy": _changed(autonomy=0.85),
    "low_floor": _changed(floor=0.2),
    "high_floor": _changed(floor=0.9),
    "nothing_at_stake": _at_stake(0.0),
    "little_at_stake": _at_stake(0.05),
    "much_at_stake": _at_stake(0.30),
    "pandemic_twice": ValidationWorld("pandemic_twice", {}, (), ("zone_months",)),
    "calm_years": ValidationWorld("pandemic_twice", {"shocks": []}, (), ("zone_months",)),
    "pandemic_supported": ValidationWorld("pandemic_supported", DECADE, (), ("zone_months",)),
    "border_reform": ValidationWorld("border_reform_one_step", FIVE_YEARS, (), ("zone_months",)),
    "grant": ValidationWorld(
        "subsidy_cliff", {**FIVE_YEARS, "parameters.institutionalising": 0.0}, (), ("zone_months",)
    ),
    "no_grant": ValidationWorld(
        BASELINE, {**FIVE_YEARS, "parameters.institutionalising": 0.0}, (), ("zone_months",)
    ),
    "staffing_crisis": ValidationWorld(
        BASELINE, {**FIVE_YEARS, "shocks": [{"kind": "staffing_crisis", "start_month": 0}]},
        (), ("workplaces",),
    ),
    **BARRIERS,
    **{
        f"zones_of_{size}": ValidationWorld(BASELINE, zone_size=size) for size in ZONE_SIZES
    },
}  # fmt: skip
"""Every world by label; levels of levers: assumption."""


@dataclass
class Kept:
    """What is kept of a world that ran: tables by name, among them ``fit`` (of population and supply)."""

    tables: dict[str, pd.DataFrame]

    def table(self, name: str) -> pd.DataFrame:
        """Return one table."""
        return self.tables[name]


def keep(result: WorldResult) -> Kept:
    """Return the tables of a result; of outcomes only the levels that are read, so that many worlds fit."""
    tables = {**result.tables, "fit": pd.DataFrame(result.fit)}
    if "outcomes" in tables:
        rows = tables["outcomes"]
        tables["outcomes"] = rows[rows["level"].isin(WORLDS[result.request.label].levels)].copy()
    return Kept(tables)


def requests(
    labels: Sequence[str], replicates: int, seed: int, persons_per_agent: int, territory: str
) -> list[WorldRequest]:
    """Return one run per world and seed; a seed is shared by all worlds of a replicate.

    A territory that does not come with the package, or is regrouped already, has no zones of other sizes.
    """
    regroups = is_built_in(territory) and "@" not in territory
    labels = [label for label in labels if regroups or not WORLDS[label].zone_size]
    made = {
        label: load_layered(WORLDS[label].scenario, WORLDS[label].layer, f"validation world {label}")
        for label in labels
    }

    def place(label: str) -> str:
        size = WORLDS[label].zone_size
        return f"{territory}@{size}" if size else territory

    return [
        WorldRequest(label, made[label], r, seed + r, persons_per_agent, place(label))
        for r in range(replicates)
        for label in labels
    ]


def parts(
    planned: Iterable[WorldRequest],
) -> list[tuple[list[WorldRequest], tuple[str, ...], tuple[str, ...]]]:
    """Return the runs in lots whose tables are the same, with these and those collected on request."""
    lots: dict[tuple[tuple[str, ...], tuple[str, ...]], list[WorldRequest]] = {}
    for request in planned:
        world = WORLDS[request.label]
        lots.setdefault((world.tables, world.also), []).append(request)
    return [(runs, tables, also) for (tables, also), runs in lots.items()]
