"""Worlds built to show a pattern of councils, ties or organisations, and worlds built not to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from cas_model.calibration.patterns.zone_size import INDICES, SIZES
from cas_model.config.vocabulary import SLOTS
from cas_model.outcomes.scirocco import DIMENSIONS
from made_up_worlds import MadeUpWorld, outcomes

Made = dict[str, MadeUpWorld]
BASE = "status_quo"
RNG = np.random.default_rng(4)


def noted(**columns: np.ndarray | float) -> MadeUpWorld:
    """One zone by month from 0 on."""
    n = max(np.size(c) for c in columns.values())
    table = pd.DataFrame({"month": np.arange(n), "zone": "z", **columns})
    return MadeUpWorld({"zone_months": table})


def p1(shown: bool) -> Made:
    rated = {f"share_{k}": float(k == (1 if shown else 2)) for k in range(6)}
    tables = {
        "scirocco": pd.DataFrame({"dimension": DIMENSIONS, **rated}),
        "tiers": pd.DataFrame({"goal": ["integration", "equity", "integration"], "weight": [0.7, 0.0, 0.5]}),
    }
    return {BASE: MadeUpWorld(tables)}


def p1_without_ambition() -> Made:
    worlds = p1(True)
    worlds[BASE].tables["tiers"]["weight"] = [0.6, 1.0, 0.5]
    return worlds


def p3(shown: bool) -> Made:
    """Zones of one year in which execution is the chair's where staff is thin, or where it is not."""
    rows = []
    for i in range(40):
        chair, staff = (i % 10) / 10, 0.5 if i < 20 else 2.5
        follows = staff < 1 if shown else staff > 1
        execution = chair if follows else float(RNG.random())
        rows += [(f"z{i}", month, chair, staff, execution) for month in range(12)]
    table = pd.DataFrame(rows, columns=["zone", "month", "chair", "staff", "execution"])
    return {BASE: MadeUpWorld({"zone_months": table})}


def p4(shown: bool) -> Made:
    legitimacy, execution = np.full(132, 0.3), np.full(132, 0.1)
    legitimacy[40:] = 0.5 if shown else 0.4
    execution[60:] = 0.06
    return {
        "pandemic_supported": noted(legitimacy=legitimacy, execution=execution),
        "calm_years": noted(legitimacy=np.linspace(0.3, 0.35, 132)),
    }


def p5(shown: bool) -> Made:
    contact = np.full(168, 0.3)
    contact[36:48] += 0.1
    contact[132:144] += 0.05 if shown else 0.12
    return {"pandemic_twice": noted(contact=contact), "calm_years": noted(contact=np.full(168, 0.3))}


def p7(shown: bool) -> Made:
    """Effort follows last month's contact of the tie, or contact last month's effort."""
    pages = []
    for slot in range(20):
        cause = RNG.random(60)
        effect = np.append(0.5, cause[:-1]) + 0.01 * RNG.random(60)
        contact, effort = (cause, effect) if shown else (effect, cause)
        pages.append(pd.DataFrame({"month": range(60), "tie": slot, "partner": 7, "contact": contact,
                                   "effort": effort, "task": 0.6, "trust": 0.4, "breaches": 0}))  # fmt: skip
    return {BASE: MadeUpWorld({"tie_months": pd.concat(pages)})}


def p8(shown: bool) -> Made:
    pages = []
    for slot in range(0, 40 * SLOTS, SLOTS):
        broken = slot < 20 * SLOTS
        trust = np.where(np.arange(49) > 0, 0.3 if broken and shown else 0.4, 0.35)
        breaches = np.where(np.arange(49) >= 5, int(broken), 0)
        pages.append(pd.DataFrame({"month": range(49), "tie": slot, "partner": 7, "contact": 0.3,
                                   "effort": 0.2, "task": 0.4, "trust": trust,
                                   "breaches": breaches}))  # fmt: skip
    return {BASE: MadeUpWorld({"tie_months": pd.concat(pages)})}


def p12(shown: bool) -> Made:
    waiting = np.full(60, 0.3)
    waiting[14 : 14 + (20 if shown else 40)] = 0.25
    return {BASE: noted(execution=np.full(60, 0.3)), "border_reform": noted(execution=waiting)}


def p14(shown: bool) -> Made:
    added = np.zeros(60)
    added[29], added[53] = 0.2, 0.07 if shown else 0.09
    return {"grant": noted(initiatives=0.1 + added), "no_grant": noted(initiatives=np.full(60, 0.1))}


def work(**columns: np.ndarray | float | str) -> MadeUpWorld:
    """Providers of one discipline."""
    n = max(np.size(c) for c in columns.values())
    usual = {"provider": np.arange(n), "discipline": "gp", "represents": 1.0, "heads": 1, "strain": 0.3}
    return MadeUpWorld({"workplaces": pd.DataFrame({**usual, **columns})})


def p15(shown: bool) -> Made:
    top = np.arange(20) < 4
    return {BASE: work(attendance=np.where(top, 0.9 if shown else 0.3, 0.2),
                       strain=np.where(top, 0.5, 0.3))}  # fmt: skip


def p16(shown: bool) -> Made:
    heads = np.arange(1, 21)
    return {BASE: work(heads=heads, attendance=heads / 20 if shown else np.tile([0.1, 0.2], 10))}


def p17(shown: bool) -> Made:
    return {
        "pay_fee_for_service": work(volume_share=np.full(20, 0.9), coordination=0.2),
        "pay_forfait": work(volume_share=np.full(20, 0.3), coordination=0.3 if shown else 0.25),
    }


def p19(shown: bool) -> Made:
    joined, readiness = np.arange(40) < 15, np.linspace(0.5, 0.2, 40)
    gain = np.where(joined, 0.2 if shown else 0.05, 0.1)
    return {
        "first_year": work(readiness=readiness, coordination=0.2),
        "first_year_voluntary": work(scheme=joined.astype(float)),
        "first_year_for_all": work(coordination=0.2 + gain),
    }


def p20(shown: bool) -> Made:
    scales = pd.DataFrame(
        {"satisfied": np.tile([3, 4, 5, 5], 25), "total": np.tile([2.0, 3.0, 2.0, 3.0], 25)}
    )
    targets = pd.DataFrame({"target": ["T2", "T3"], "met": [True, shown]})
    return {BASE: MadeUpWorld({"survey_targets": targets, "pacic_scales": scales})}


def p22(shown: bool) -> Made:
    worlds: Made = {}
    for k, size in enumerate(SIZES):
        rows = [(11, "flanders", "Flanders", index, 0.5 + 0.1 * k) for index in INDICES[1:]]
        hump = 0.9 if k == 2 and shown else 0.5 + 0.01 * k
        rows.append((11, "flanders", "Flanders", INDICES[0], hump))
        worlds[f"zones_of_{size}"] = MadeUpWorld({"outcomes": outcomes(*rows)})
    return worlds


def p24(shown: bool) -> Made:
    load = np.repeat([0.8, 1.1, 1.5], 12)
    return {
        "staffing_crisis": work(
            load=load,
            tie_seeking=np.repeat([0.0, 0.15, 0.05], 12),
            coordination=np.repeat([0.25, 0.3, 0.1 if shown else 0.3], 12),
        )
    }


BUILT: dict[str, Callable[[bool], Made]] = {
    "P1": p1, "P3": p3, "P4": p4, "P5": p5, "P7": p7, "P8": p8, "P12": p12, "P14": p14, "P15": p15,
    "P16": p16, "P17": p17, "P19": p19, "P20": p20, "P22": p22, "P24": p24,
}  # fmt: skip
