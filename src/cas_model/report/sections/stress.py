"""Losing practices: how large a part of its practices a zone can lose before patients find no other."""

from __future__ import annotations

import pandas as pd

from cas_model.experiments.stress_test import LOST_ALLOWED
from cas_model.report.material import Material
from cas_model.report.number_format import format_number
from cas_model.report.sections.section import Section, ShownTable

PUBLISHED = (5.0, 40.0)
"""Range of critical fractions over Austrian districts, % (T26; R26)."""
PUBLISHED_FAMILIAR = 80.0
"""More than this share of displaced patients chose a doctor they had been to before, % (T26; R26)."""
ORDERS = {"random": "in random order", "risk": "the riskiest first"}
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


SPREAD = ("Least", "Lower quartile", "Median", "Upper quartile", "Most")


def _tables(material: Material) -> list[ShownTable]:
    table = material.table("stress_test")
    return [_fractions(material, table), _familiar(material, table)] if len(table) else []


def _fractions(material: Material, table: pd.DataFrame) -> ShownTable:
    rows = [
        [f"{world.title}, {words}", *_row(table[table["world"].astype(str) == world.name], order)]
        for world in material.worlds
        for order, words in ORDERS.items()
    ]
    caption = (
        "Largest part of its practices that a zone can lose, %, while at most "
        f"{100 * LOST_ALLOWED:.0f} % of its patients find no other; distribution over zones of the mean over "
        f"{material.n_replicates} seed{'' if material.n_replicates == 1 else 's'} and all orders. "
        f"Austrian districts: {PUBLISHED[0]:.0f} to {PUBLISHED[1]:.0f} % (T26). Practices of a "
        "coarse world stand for several, which close together: do not compare worlds of unlike scale."
    )
    columns = ("World, practices close", *SPREAD, "None at all, % of zones")
    return ShownTable(caption, columns, rows, frozenset(range(1, len(columns))))


def _familiar(material: Material, table: pd.DataFrame) -> ShownTable:
    rows = []
    for world in material.worlds:
        own = table[table["world"].astype(str) == world.name]
        rows.append([world.title, *_spread(own, "familiar_share")])
    caption = (
        "Where the displaced go when one practice closes: of those who find another, the share who find one "
        "they have been to before, %; distribution over zones. Published for Austria: more than "
        f"{PUBLISHED_FAMILIAR:.0f} % (T26). No independent test: the chance that a displaced patient first "
        "tries a practice seen before is taken from the same source (parameter known_provider). The share "
        "stays below that chance where people have been nowhere else, or the practice they know is full."
    )
    return ShownTable(caption, ("World", *SPREAD), rows, frozenset(range(1, 1 + len(SPREAD))))


def _spread(table: pd.DataFrame, measure: str) -> list[str]:
    zones = 100.0 * table.groupby("zone", observed=True)[measure].mean()
    return [format_number(float(zones.quantile(q)), 1) for q in QUANTILES]


def _row(table: pd.DataFrame, order: str) -> list[str]:
    own = table[table["order"].astype(str) == order]
    zones = 100.0 * own.groupby("zone", observed=True)["critical_fraction"].mean()
    return [*_spread(own, "critical_fraction"), format_number(100.0 * float((zones == 0.0).mean()), 0)]


STRESS = Section("stress", "Losing practices", tables=_tables)
