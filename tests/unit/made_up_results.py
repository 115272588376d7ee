"""Results made up for tests of the report: the right columns, plausible sizes, known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import Mechanism, Outcome
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.money import break_even_table, net_cost_table, spending_table
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, WorldResult

load_registries()

MONTHS = np.arange(-24, 120)
WORLDS = ("status_quo", "polycentric", "polycentric_unsteered")
TITLES = {
    "status_quo": "Status quo",
    "polycentric": "Polycentric",
    "polycentric_unsteered": "Polycentric without a meta-governor",
}
# name: label, family, unit, direction, smallest, start, gain of the second world, noise
SHAPES: dict[str, tuple[str, str, str, int, float, float, float, float]] = {
    "coordinated_care": ("Coordinated-care coverage", "integration", "share", 1, 0.01, 0.182, 0.097, 0.005),
    "continuity": ("Continuity (Bice-Boxerman)", "integration", "index", 1, 0.02, 0.41, 0.03, 0.004),
    "usual_provider": ("Usual provider continuity", "integration", "index", 1, 0.02, 0.63, 0.0, 0.004),
    "hand_over": (
        "Hand-over after discharge within 7 days",
        "integration",
        "share",
        1,
        0.02,
        0.52,
        0.06,
        0.015,
    ),
    "trust_density": ("Trust-weighted density of ties", "integration", "index", 1, 0.01, 0.12, 0.035, 0.002),
    "unmet_concentration": ("Unmet need, concentration", "equity", "index", 1, 0.05, -0.59, 0.04, 0.06),
    "between_zones": ("Between-zone variation of access", "equity", "P90/P10", -1, 0.05, 1.42, 0.11, 0.02),
    **{
        f"unmet_need_q{q}": (
            f"Unmet need (fifth {q})",
            "equity",
            "share",
            -1,
            0.005,
            0.12 - 0.02 * q,
            -0.015 + 0.002 * q,
            0.002,
        )
        for q in range(1, 6)
    },
    "free_capacity": ("Free capacity of GP practices", "resilience", "share", 0, 0.01, 0.085, -0.02, 0.004),
    "lost_patients": ("Displaced patients lost", "resilience", "share", -1, 0.005, 0.031, -0.002, 0.003),
    "experience": ("Experience of care", "quintuple_aim", "1-5", 1, 0.1, 2.91, 0.22, 0.01),
    "strain": ("Strain of professionals", "quintuple_aim", "index", -1, 0.02, 0.41, 0.03, 0.004),
    "spending": ("Spending, all payers", "budget", "EUR/person/year", -1, 25.0, 4210.0, 62.0, 12.0),
}
FORMULAS = {
    "coordinated_care": "with plan and coordinator / complex patients",
    "hand_over": "discharges with GP contact within 7 days / discharges of 65+, not readmitted",
    "free_capacity": "sum free / sum capacity",
}
FEW = ("coordinated_care", "between_zones", *(f"unmet_need_q{q}" for q in range(1, 6)), "spending")
"""Enough for every section of a report."""
ZONE_OUTCOMES = ("coordinated_care", "hand_over", "between_zones", "free_capacity", "experience")


def _no_result(measures: Any) -> Any:
    raise AssertionError("a report never computes an outcome")


def outcome_declarations() -> dict[str, Outcome]:
    """Return declarations of the made-up outcomes."""
    return {
        name: Outcome(name, label, family, unit, -1e9, 1e9, direction, smallest,
                      FORMULAS.get(name, f"formula of {label}"), "made up", _no_result)
        for name, (label, family, unit, direction, smallest, *_) in SHAPES.items()
    }  # fmt: skip


def mechanism_declarations(n: int = 14) -> dict[str, Mechanism]:
    """Return declarations of made-up mechanisms M01, M02, ..."""
    claim = (
        "context of a certain kind -> actors reason and act on it -> an outcome that follows for some people"
    )
    return {
        f"M{i:02d}": Mechanism(
            f"M{i:02d}", f"Mechanism number {i}", claim, "+", "b", "S0 pr.1", "rules/mechanisms/x.py"
        )
        for i in range(1, n + 1)
    }


def outcomes(
    worlds: tuple[str, ...] = WORLDS[:2],
    zones: tuple[str, ...] = (),
    n_replicates: int = 5,
    names: tuple[str, ...] = tuple(SHAPES),
) -> pd.DataFrame:
    """Make tidy outcomes: gains grow over five years and chance is shared between paired worlds."""
    rng = np.random.default_rng(1)
    ramp = np.clip((MONTHS + 1) / 60.0, 0.0, 1.0)
    parts = []
    for name in names:
        start, gain, noise = SHAPES[name][5:]
        units = [("flanders", "flanders", 0.0)]
        if name in ZONE_OUTCOMES:
            units += [
                ("zone", z, float(o)) for z, o in zip(zones, rng.normal(0, 0.15, len(zones)), strict=True)
            ]
        for level, unit, offset in units:
            for replicate in range(n_replicates):
                shared = rng.normal(0, noise, MONTHS.size) + rng.normal(0, 2 * noise)
                for k, world in enumerate(worlds):
                    effect = gain * k * (1 + 2 * offset)
                    value = (
                        start * (1 + offset) + effect * ramp + shared + rng.normal(0, noise / 4, MONTHS.size)
                    )
                    parts.append(
                        pd.DataFrame(
                            {
                                "world": world,
                                "replicate": replicate,
                                "seed": replicate,
                                "month": MONTHS,
                                "level": level,
                                "unit_id": unit,
                                "outcome": name,
                                "value": value,
                            }
                        )
                    )
    frame = pd.concat(parts, ignore_index=True)
    texts = ["world", "level", "unit_id", "outcome"]
    return frame.astype(dict.fromkeys(texts, "category"))


def comparison(frame: pd.DataFrame) -> pd.DataFrame:
    """Compare the first world with each other one, with wide unpaired and narrow paired intervals."""
    last = frame[(frame["level"] == "flanders") & (frame["month"] >= 108)]
    mean = last.pivot_table(values="value", index=["outcome", "world"], columns="replicate", observed=True)
    worlds = [str(w) for w in pd.unique(frame["world"])]
    rows = []
    for other in worlds[1:]:
        for name in pd.unique(frame["outcome"]):
            label, family, unit, direction, smallest, *_ = SHAPES[name]
            a, b = (mean.loc[[(name, world)]].to_numpy(dtype=float)[0] for world in (worlds[0], other))
            half = 2.78 * (b - a).std(ddof=1) / np.sqrt(a.size)
            wide = 2.31 * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / a.size)
            change = (b - a).mean()
            clear = (
                min(abs(change - half), abs(change + half)) > smallest
                and (change - half) * (change + half) > 0
            )
            words = ("higher", "lower") if direction == 0 else ("better", "worse")
            good = (change > 0) == (direction >= 0)
            rows.append(
                {
                    "outcome": name,
                    "label": label,
                    "family": family,
                    "unit": unit,
                    "direction": direction,
                    "smallest_that_matters": smallest,
                    "world_a": worlds[0],
                    "world_b": other,
                    "mean_a": a.mean(),
                    "mean_b": b.mean(),
                    "difference": change,
                    "low": change - half,
                    "high": change + half,
                    "unpaired_low": change - wide,
                    "unpaired_high": change + wide,
                    "n_replicates": a.size,
                    "verdict": words[0 if good else 1] if clear else "unclear",
                }
            )
    return pd.DataFrame(rows)


def ledger(worlds: tuple[str, ...] = WORLDS[:2], n_replicates: int = 5) -> pd.DataFrame:
    """Make a ledger of 1 000 persons: the second world invests for three years and saves afterwards."""
    rng = np.random.default_rng(2)
    base = {"federal": 240_000.0, "flemish": 60_000.0, "local": 6_000.0, "patient": 45_000.0}
    rows = []
    for k, world in enumerate(worlds):
        for replicate in range(n_replicates):
            for month in MONTHS:
                for payer, eur in base.items():
                    extra = 0.0
                    if k and payer == "flemish" and 0 <= month < 36:
                        extra = 6_000.0 * k
                    if k and payer == "federal" and month >= 24:
                        extra = -3_500.0 * k
                    method = "investment" if payer == "flemish" else "fee_for_service"
                    rows.append((world, replicate, int(month), payer, "gp", method,
                                 eur + extra + rng.normal(0, eur / 400)))  # fmt: skip
    columns = ["world", "replicate", "month", "payer", "recipient", "method", "eur"]
    return pd.DataFrame(rows, columns=columns).astype({"world": "category", "payer": "category"})


def money_tables(book: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the analyses of a made-up ledger's money."""
    results = []
    for world in pd.unique(book["world"]):
        for replicate in pd.unique(book["replicate"]):
            rows = book[(book["world"] == world) & (book["replicate"] == replicate)]
            request = WorldRequest(str(world), load_scenario(), int(replicate), int(replicate))
            results.append(WorldResult(request, n_patients=10, tables={"ledger": rows}))
    return {
        "spending": spending_table(results),
        "net_cost": net_cost_table(results),
        "break_even": break_even_table(results),
    }


def activation(worlds: tuple[str, ...] = WORLDS[:2], n: int = 14) -> pd.DataFrame:
    """Make activation: mechanism number i differs by i steps between the first two worlds."""
    rows = []
    for k, world in enumerate(worlds):
        for i in range(1, n + 1):
            share = min(0.9, 0.05 + 0.05 * i)
            for month in (-1, 0, 60, 119):
                rows.append((world, 0, month, f"M{i:02d}", share, 0.02 * (1 + k * i / n)))
    return pd.DataFrame(rows, columns=["world", "replicate", "month", "mechanism", "share", "size"])


def fit() -> list[dict[str, Any]]:
    """Make two rows of a goodness of fit, one of them outside its tolerance."""
    return [
        {"marginal": "aged 65 or over", "unit": "%", "target": 20.4, "synthesised": 20.5, "difference": 0.1,
         "tolerance": 0.4, "ok": True},
        {"marginal": "GPs per 10 000 inhabitants", "unit": "n", "target": 10.6, "synthesised": 11.9,
         "difference": 1.3, "tolerance": 0.5, "ok": False},
    ]  # fmt: skip


def manifest(worlds: tuple[str, ...] = WORLDS[:2], **changes: Any) -> dict[str, Any]:
    """Make a manifest like that of `cas-model compare`."""
    scenarios = [
        {
            "name": w,
            "title": TITLES[w],
            "hash": f"{k}a1b2c3d4e5f",
            "description": f"What {TITLES[w]} means in two words.",
            "differences": ["governance.autonomy: 0.45 -> 0.6", "governance.co_decision: off -> on"]
            if k
            else [],
        }
        for k, w in enumerate(worlds)
    ]
    made = {
        "command": f"cas-model compare {' '.join(worlds)} --replicates 5 --out results/demo",
        "scenarios": scenarios,
        "territory_label": "Flanders",
        "n_zones": 59,
        "n_patients": 10,
        "persons_per_agent": 100,
        "months": 120,
        "burn_in": 24,
        "claim_level": "illustrative",
        "events": [{"month": 36, "label": "pandemic", "kind": "pandemic", "world": w} for w in worlds],
        "version": "0.1.0",
        "python": "3.11.7",
        "platform": "Linux",
        "code_hash": "c0de",
        "data_hash": "da7a",
        "wall_seconds": 41.5,
    }
    return {**made, **changes}
