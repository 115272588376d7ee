"""Losing practices: how large a part of its practices a zone can lose before patients find no other."""

from __future__ import annotations

import pandas as pd

from cas_model.experiments.stress_test import LOST_ALLOWED
from cas_model.report.material import Material
from cas_model.report.number_format import format_number
from cas_model.report.sections.section import Section, ShownTable

PUBLISHED = (5.0, 40.0)
"""Range of critical fractions over Austrian districts, % (T26; R26)."""
KNOWN_PUBLISHED = 80.0
"""Share of displaced patients who choose a doctor they had contact with, more than, % (T26; R26)."""
ORDERS = {"random": "in random order", "risk": "the riskiest first"}
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def _tables(material: Material) -> list[ShownTable]:
    table = material.table("stress_test")
    if not len(table):
        return []
    rows = [
        [f"{world.title}, {words}", *_row(table[table["world"].astype(str) == world.name], order)]
        for world in material.worlds
        for order, words in ORDERS.items()
    ]
    caption = (
        "Largest part of its practices that a zone can lose, %, while at most "
        f"{100 * LOST_ALLOWED:.0f} % of its patients find no other; distribution over zones of the mean over "
        f"{material.n_replicates} seed(s) and all orders. Austrian districts: {PUBLISHED[0]:.0f} to "
        f"{PUBLISHED[1]:.0f} %, and more than {KNOWN_PUBLISHED:.0f} % of displaced patients with a doctor "
        "they knew (T26). That most try such a doctor first is an input of the model; who has been nowhere "
        "else, or finds it full, goes on. Practices of a coarse world stand for several, which close "
        "together: do not compare worlds of unlike scale."
    )
    columns = (
        "World, practices close",
        "Least",
        "Lower quartile",
        "Median",
        "Upper quartile",
        "Most",
        "None at all, % of zones",
        "Displaced who knew their new practice, %",
    )
    return [ShownTable(caption, columns, rows, frozenset(range(1, len(columns))))]


def _row(table: pd.DataFrame, order: str) -> list[str]:
    own = table[table["order"].astype(str) == order]
    zones = 100.0 * own.groupby("zone", observed=True)["critical_fraction"].mean()
    shown = [format_number(float(zones.quantile(q)), 1) for q in QUANTILES]
    known = 100.0 * float(own["known_of_displaced"].mean())
    return [*shown, format_number(100.0 * float((zones == 0.0).mean()), 0), format_number(known, 0)]


STRESS = Section("stress", "Losing practices", tables=_tables)
