"""The pattern of zones of other sizes (P22)."""

from __future__ import annotations

import numpy as np

from cas_model.calibration.measurements import Worlds, last_year
from cas_model.calibration.patterns import Seen, judged, pattern
from cas_model.config.declarations import OUTCOMES

SIZES = (10_000, 30_000, 60_000, 100_000, 150_000, 300_000)
INDICES = (
    "coordinated_care_coverage",
    "hand_over_rate",
    "cross_sector_ties",
    "alignment",
    "implementation_rate",
)
"""Integration of dossier 4.1, but for the density of ties, which falls with the number of organisations."""


@pattern(
    "P22",
    "An inverted U in zone size",
    "From 10 000 to 300 000 inhabitants an inner optimum exists for at least one index of integration, and "
    "not at the same size for all",
    "S4 section 5.2.1",
    worlds=tuple(f"zones_of_{size}" for size in SIZES),
    proxy="an inner optimum exceeds both ends by more than the smallest difference that matters (assumption)",
    suspect="familiarity in small zones (M15) against staff and means of large ones (M16, M18)",
)
def inner_optimum(worlds: Worlds) -> Seen:
    """Judge P22; the number is how many indices have an inner optimum."""
    best, inner = [], 0
    for index in INDICES:
        found = np.array([last_year(worlds[f"zones_of_{size}"], index) for size in SIZES])
        if not np.isfinite(found).all():
            continue
        best.append(int(np.argmax(found)))
        ends = max(found[0], found[-1]) + OUTCOMES[index].smallest_that_matters
        inner += 0 < best[-1] < len(SIZES) - 1 and found.max() > ends
    if len(best) < 2:
        return Seen(np.nan, None)
    return judged(inner, inner > 0 and len(set(best)) > 1)
