"""Patterns of councils over months: chairs, crises, announcements, grants (P3, P4, P12, P14)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cas_model.calibration.measurements import BASELINE, Tables, Worlds
from cas_model.calibration.patterns import Seen, judged, pattern
from cas_model.config.vocabulary import YEAR

SUPPORTED, TWICE, CALM = "pandemic_supported", "pandemic_twice", "calm_years"
BORDERS, GRANT, NO_GRANT = "border_reform", "grant", "no_grant"
SHOCK, FUNDS_END, SECOND_SHOCK = 36, 48, 132
ANNOUNCED = 12
GRANT_ENDS = 30
EIGHT_YEARS = 8 * YEAR


def over_zones(world: Tables, column: str) -> pd.Series:
    """Return the mean over zones of what councils noted, by month."""
    rows = world.table("zone_months")
    return pd.Series(rows.groupby("month")[column].mean())


def zone_years(world: Tables) -> pd.DataFrame:
    """Return a row per zone and policy year: mean chair, staff and chance that a decision is executed."""
    rows = world.table("zone_months")
    rows = rows[rows["month"] >= 0].assign(year=lambda t: t["month"] // YEAR)
    return pd.DataFrame(rows.groupby(["zone", "year"], observed=True)[["chair", "staff", "execution"]].mean())


def explained(years: pd.DataFrame) -> float:
    """Return the share of variance of execution that the chair explains."""
    columns = years[["chair", "execution"]].to_numpy(dtype=float).T
    if columns.shape[1] < 3 or columns.std(axis=1).min() == 0.0:
        return float("nan")
    return float(np.corrcoef(columns)[0, 1] ** 2)


@pattern(
    "P3",
    "Small zones depend on their chair",
    "The chair explains 25 % or more of the variance of output where staff is below one, at least double "
    "the share where it is two or more",
    "S3 sections 3.2.1.3, 3.2.3",
    proxy="output: the chance that a council executes a decision, as in P2, P4 and P12 (on the few decisions "
    "counted in a year the chair explains 3 %: chance hides it); zones and years pooled",
    suspect="weight of the chair in execution (M14)",
)
def small_zones_depend_on_chair(worlds: Worlds) -> Seen:
    """Judge P3; the number is the share where staff is below one."""
    years = zone_years(worlds[BASELINE])
    small, large = explained(years[years["staff"] < 1]), explained(years[years["staff"] >= 2])
    return judged(small if np.isfinite(large) else np.nan, small >= 0.25 and small >= 2.0 * large)


@pattern(
    "P4",
    "COVID jump, then cliff",
    "Legitimacy rises 0.15 or more within 12 months of the shock, and not within 8 years without it; within "
    "24 months of the end of funds decisions executed fall 30 % or more, legitimacy stays above before",
    "S3 sections 3.1.2, 3.3.2",
    worlds=(SUPPORTED, CALM),
    proxy="decisions executed: the chance that a council executes one (counts are few)",
    suspect="how fast urgency and money raise legitimacy (M37), and what money does to execution (M40)",
)
def jump_and_cliff(worlds: Worlds) -> Seen:
    """Judge P4; the number is the rise of legitimacy in the year from the shock."""
    known, done = (over_zones(worlds[SUPPORTED], c) for c in ("legitimacy", "execution"))
    calm = over_zones(worlds[CALM], "legitimacy")
    calm = calm[calm.index >= 0]
    before, after = float(known[SHOCK - 1]), slice(FUNDS_END, FUNDS_END + 2 * YEAR - 1)
    rise = float(known.loc[SHOCK : SHOCK + YEAR - 1].max()) - before
    slow = float(calm.loc[:EIGHT_YEARS].max() - calm.iloc[0]) < 0.15
    falls = float(done.loc[after].min()) <= 0.7 * float(done[FUNDS_END - 1])
    return judged(rise, rise >= 0.15 and slow and falls and float(known.loc[after].min()) > before)


@pattern(
    "P5",
    "Flexibility wears off",
    "An identical shock eight years later gives a smaller jump of collaboration",
    "S3 section 3.5.1",
    worlds=(TWICE, CALM),
    proxy="collaboration: contact between partners, mean of the year from the shock less that of the year "
    "before, against the same world without shocks",
    suspect="rigidity of councils (M38)",
)
def flexibility_wears_off(worlds: Worlds) -> Seen:
    """Judge P5; the number is the second jump as a share of the first."""
    gain = over_zones(worlds[TWICE], "contact") - over_zones(worlds[CALM], "contact")

    def jump(start: int) -> float:
        return float(gain.loc[start : start + YEAR - 1].mean() - gain.loc[start - YEAR : start - 1].mean())

    first, second = jump(SHOCK), jump(SECOND_SHOCK)
    return judged(second / first if first > 0 else np.nan, second < first)


@pattern(
    "P12",
    "Reform breeds waiting",
    "After a border announcement new long-horizon investments fall 15 % or more for 12 to 36 months",
    "S3 section 3.5.2; R65",
    worlds=(BASELINE, BORDERS),
    proxy="investments: the chance that a council executes a decision, against the world without reform",
    suspect="how long waiting (M41) and the fatigue of the redraw (M42) last",
    fitted=("waiting_effect",),
)
def reform_breeds_waiting(worlds: Worlds) -> Seen:
    """Judge P12; the number is for how many months on end the fall is that large."""
    ratio = over_zones(worlds[BORDERS], "execution") / over_zones(worlds[BASELINE], "execution")
    months = longest_run((ratio.loc[ANNOUNCED:] <= 0.85).to_numpy())
    return judged(months, YEAR <= months <= 3 * YEAR)


def longest_run(held: np.ndarray) -> int:
    """Return the length of the longest run of True.

    Examples
    --------
    >>> longest_run(np.array([True, False, True, True]))
    2
    """
    longest = run = 0
    for one in held:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest


@pattern(
    "P14",
    "Pilots fade",
    "60 % or more of pilot activity is gone 24 months after the grant ends, where nothing becomes routine",
    "S0; S1; S4 section 5",
    worlds=(GRANT, NO_GRANT),
    proxy="pilot activity: strength of initiatives above the same world without a grant",
    suspect="initiative_fade; what councils go on to do with the lessons",
)
def pilots_fade(worlds: Worlds) -> Seen:
    """Judge P14; the number is the share that is gone; undefined where the grant added nothing."""
    added = over_zones(worlds[GRANT], "initiatives") - over_zones(worlds[NO_GRANT], "initiatives")
    peak, later = float(added[GRANT_ENDS - 1]), float(added[GRANT_ENDS - 1 + 2 * YEAR])
    if peak <= 0.0:
        return Seen(np.nan, None)
    return judged(1.0 - later / peak, 1.0 - later / peak >= 0.6)
