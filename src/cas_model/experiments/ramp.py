"""Ramps: a setting moved slowly up and down again, and what the system remembers of the journey.

Everything is measured on the *response*: the outcome of the world whose setting moves, minus that of the
world of
the same seed whose setting stays low. What both worlds do anyway (ageing, trends, chance) drops out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.declarations import OUTCOMES, Outcome
from cas_model.config.errors import UsageError
from cas_model.config.scenario import Scenario
from cas_model.config.toml_source import nest, together
from cas_model.experiments.design import Cell, Ramp, Route, load_layered
from cas_model.experiments.differences import LAST_MONTHS, paired_interval

Floats = NDArray[np.float64]

STILL = "never moved"
"""Name of the world whose setting stays low."""
GRID = 61
"""Points of the setting at which the two branches are compared."""
BANDS = 10
"""Equal parts of the way up, for the response per step."""
TIPS = 2.0
"""A response tips when its steepest part is surely this many times as steep as an even response."""
RESAMPLES = 400
"""Bootstrap samples of seeds for quantities that are not means."""
CURVE_COLUMNS = ("outcome", "route", "branch", "setting", "response", "low", "high")
LOOP_COLUMNS = (
    "outcome", "label", "unit", "direction", "smallest_that_matters", "route", "n_replicates",
    "at_top", "at_top_low", "at_top_high", "gap", "gap_low", "gap_high", "area",
    "left", "left_low", "left_high", "returns",
    "steepest_at", "steepest_at_low", "steepest_at_high",
    "steepness", "steepness_low", "steepness_high", "tips",
)  # fmt: skip


def ramp_problems(document: Any, path: Path) -> list[UsageError]:
    """Return what is wrong with a ramp that its types do not say."""
    problems = []
    if document.factors:
        problems.append(
            UsageError("a ramp has no factors", where=f"{path}, factors", fix="remove [[factors]]")
        )
    for table, months in (("run", document.run.months), ("quick", document.quick.months)):
        if months is not None:
            problems.append(
                UsageError(
                    "the months of a ramp follow from its routes",
                    where=f"{path}, {table}.months",
                    fix="remove it",
                )
            )
    ramp = document.ramp
    if ramp is None:
        return [*problems, UsageError("a ramp needs the table [ramp]", where=str(path))]
    if ramp.low == ramp.high:
        problems.append(UsageError(f"low and high are both {ramp.low:g}", where=f"{path}, ramp"))
    if ramp.moves.split(".")[0] not in ("governance", "funding"):
        problems.append(
            UsageError(
                f"`{ramp.moves}` cannot move in time", where=f"{path}, ramp.moves",
                allowed="governance.LEVER or funding.mix.DISCIPLINE.METHOD",
            )
        )  # fmt: skip
    names = [route.name for route in ramp.routes]
    for name in sorted({n for n in names if names.count(n) > 1} | ({STILL} & set(names))):
        problems.append(UsageError(f"the route name `{name}` is taken", where=f"{path}, ramp.routes"))
    return problems


def reforms_of(ramp: Ramp, route: Route) -> list[dict[str, Any]]:
    """Return the timed reforms that move the setting along a route."""
    reforms = [{"month": ramp.settle, "over_months": route.up, **nest([(ramp.moves, ramp.high)], "ramp")}]
    if route.down:
        month = ramp.settle + route.up + route.hold
        reforms.append({"month": month, "over_months": route.down, **nest([(ramp.moves, ramp.low)], "ramp")})
    return reforms


def ramp_cells(
    ramp: Ramp, base: str, layer: Mapping[str, Any], run: Mapping[str, Any], path: Path
) -> list[Cell]:
    """Load the world that never moves, and one per route.

    Raises
    ------
    UsageError
        The setting or one of its ends is not what a scenario may hold.
    """
    start = {**layer, **run, ramp.moves: ramp.low, "run.months": ramp.months}
    problems: list[UsageError] = []
    cells = []
    for name, reforms in ((STILL, None), *((r.name, reforms_of(ramp, r)) for r in ramp.routes)):
        laid = start if reforms is None else {**start, "reforms": [*layer.get("reforms", []), *reforms]}
        try:
            cells.append(Cell(name, (name,), load_layered(base, laid, f"{path}, ramp, {name}")))
        except UsageError as problem:
            problems.append(problem)
            break  # the routes share what is wrong
    together(problems)
    return cells


def setting_in_time(scenario: Scenario, key: str) -> Floats:
    """Return the value of a setting in every policy month.

    Parameters
    ----------
    scenario : Scenario
        With its reforms.
    key : str
        ``governance.<lever>`` or ``funding.mix.<discipline>.<method>``.
    """
    section, *rest = key.split(".")
    value = scenario.levers[rest[0]] if section == "governance" else scenario.funding.mix[rest[-2]][rest[-1]]
    values = np.empty(scenario.months)
    for month in range(scenario.months):
        for reform in scenario.reforms:
            if reform.is_moving(month):
                value = dict(reform.values(month)).get(key, value)
        values[month] = value
    return values


def settings_table(ramp: Ramp, cells: Sequence[Cell]) -> pd.DataFrame:
    """Return the value of the setting per route and month: columns route, month, setting."""
    parts = []
    for cell in cells[1:]:
        values = setting_in_time(cell.scenario, ramp.moves)
        parts.append(pd.DataFrame({"route": cell.name, "month": np.arange(values.size), "setting": values}))
    return pd.concat(parts, ignore_index=True)


def trailing_mean(values: Floats, months: int) -> Floats:
    """Return the mean over the last `months`; shorter at the beginning, where nothing moves yet.

    An outcome over twelve months answers to the setting of those twelve, so that it is drawn against their
    mean;
    otherwise every ramp would seem to leave a loop.
    """
    total = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(ends - months, 0)
    means: Floats = (total[ends] - total[starts]) / (ends - starts)
    return means


def branches(setting: Floats, low: float, high: float) -> tuple[slice, slice | None]:
    """Return the months of the way up and of the way down (None when it never comes back).

    Parameters
    ----------
    setting : float array (months,)
        Setting as an outcome sees it, from `trailing_mean`.
    low, high : float
        The ends of the ramp, in either order.
    """
    travelled = np.round((setting - low) / (high - low), 9)
    moved = np.flatnonzero(travelled > 0.0)
    top = np.flatnonzero(travelled >= travelled.max())
    up = slice(max(int(moved[0]) - 1, 0), int(top[0]) + 1)
    if travelled[-1] >= travelled.max():
        return up, None
    # Over twelve months a short stay on top leaves a peak that is no month's own value.
    home = int(np.argmax((travelled <= 0.0) & (np.arange(setting.size) > top[-1])))
    return up, slice(int(top[-1]), (home or setting.size - 1) + 1)


def on_grid(setting: Floats, response: Floats, months: slice, points: Floats) -> Floats:
    """Return responses (R, points) of the months of one branch at given values of the setting."""
    x = setting[months]
    order = np.argsort(x, kind="stable")
    return np.array([np.interp(points, x[order], row[months][order]) for row in response])


def loop_gap(points: Floats, up: Floats, down: Floats) -> Floats:
    """Return per seed the mean distance between the branches: loop area over the range of the setting.

    Positive when the outcome is higher on the way down.

    Examples
    --------
    >>> points = np.linspace(0.0, 1.0, 5)
    >>> loop_gap(points, points[None], points[None] ** 2)
    array([-0.15625])
    """
    gap: Floats = np.trapezoid(down - up, points, axis=1) / (points[-1] - points[0])
    return gap


def steepest(up: Floats) -> tuple[int, float]:
    """Return the band in which the mean response (over seeds) moves fastest, and how many times an even pace.

    Parameters
    ----------
    up : float array (R, BANDS + 1)
        Responses at the ends of equal bands of the setting.

    Examples
    --------
    >>> steepest(np.array([[0.0, 1.0, 2.0, 3.0, 8.0]]))
    (3, 2.5)
    """
    curve = up.mean(axis=0)
    steps = np.diff(curve)
    whole = curve[-1] - curve[0]
    if whole == 0.0:
        return 0, 1.0
    # The fastest move in the direction of the whole response; wriggles against it are noise or overshoot.
    pace = steps / whole * steps.size
    band = int(np.argmax(pace))
    return band, float(pace[band])


def _spread(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.quantile(np.asarray(values, dtype=float), (0.025, 0.975))
    return float(low), float(high)


def _mean_and_interval(values: Floats) -> tuple[float, float, float]:
    return float(values.mean()), *paired_interval(np.zeros_like(values), values)


def _returns(low: float, high: float, smallest: float) -> str:
    if -smallest <= low and high <= smallest:
        return "yes"
    return "no" if low > smallest or high < -smallest else "unclear"


def _tipping(points: Floats, up: Floats, smallest: float, top: tuple[float, float]) -> dict[str, Any]:
    ends = np.linspace(points[0], points[-1], BANDS + 1)
    bands = np.array([np.interp(ends, points, row) for row in up])
    middle = (ends[:-1] + ends[1:]) / 2
    band, pace = steepest(bands)
    rng = np.random.default_rng(0)  # which seeds a sample holds says nothing about the model
    drawn = [steepest(bands[rng.integers(0, len(bands), len(bands))]) for _ in range(RESAMPLES)]
    at_low, at_high = _spread([float(middle[b]) for b, _ in drawn])
    low, high = _spread([p for _, p in drawn])
    answers = top[0] > smallest or top[1] < -smallest
    return {
        "steepest_at": float(middle[band]), "steepest_at_low": at_low, "steepest_at_high": at_high,
        "steepness": pace, "steepness_low": low, "steepness_high": high,
        "tips": _tips((low, high), band == BANDS - 1, at_high >= middle[-1], answers),
    }  # fmt: skip


def _tips(steepness: tuple[float, float], late: bool, perhaps_late: bool, answers: bool) -> str:
    if not answers:
        return "no response"  # the pace of nothing is noise
    if steepness[1] < TIPS:
        return "no"
    # A system that merely lags is also steepest at the end of the way, so that nothing follows from it.
    if late:
        return "late"
    return "yes" if steepness[0] > TIPS and not perhaps_late else "unclear"


def measure_route(
    declared: Outcome, setting: Floats, response: Floats, ramp: Ramp, route: Route
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure one outcome along one route.

    Parameters
    ----------
    declared : Outcome
        Its period and the smallest difference that matters.
    setting : float array (months,)
        Value of the setting in each month.
    response : float array (R, months)
        Outcome minus that of the world that never moved, per seed.
    ramp : Ramp
        The ends.
    route : Route
        The months it takes.

    Returns
    -------
    (row, curves)
        The numbers of `LOOP_COLUMNS` that belong to the route, and both branches with their intervals.
    """
    seen = trailing_mean(setting, declared.period_months)
    up, down = branches(seen, ramp.low, ramp.high)
    points = np.linspace(seen[up].min(), seen[up].max(), GRID)
    rising = on_grid(seen, response, up, points)
    smallest = declared.smallest_that_matters
    if ramp.high < ramp.low:
        points, rising = points[::-1], rising[:, ::-1]
    top, top_low, top_high = _mean_and_interval(rising[:, -1])
    tipping = _tipping(np.arange(GRID, dtype=float), rising, smallest, (top_low, top_high))
    for key in ("steepest_at", "steepest_at_low", "steepest_at_high"):
        tipping[key] = float(np.interp(tipping[key], np.arange(GRID), points))
    row = {
        "n_replicates": len(response),
        "at_top": top,
        "at_top_low": top_low,
        "at_top_high": top_high,
        **tipping,
    }
    parts = [("up", rising)]
    if down is not None:
        falling = on_grid(seen, response, down, points)
        gap, gap_low, gap_high = _mean_and_interval(loop_gap(points, rising, falling))
        # Every route is looked at as long after its own end, whatever the others still do.
        rest = response[:, : ramp.settle + route.months + ramp.after][:, -LAST_MONTHS:]
        end, end_low, end_high = _mean_and_interval(rest.mean(axis=1))
        row |= {"gap": gap, "gap_low": gap_low, "gap_high": gap_high,
                "area": gap * abs(points[-1] - points[0]),
                "left": end, "left_low": end_low, "left_high": end_high,
                "returns": _returns(end_low, end_high, smallest)}  # fmt: skip
        parts.append(("down", falling))
    curves = [
        {"branch": branch, "setting": x, "response": mean, "low": low, "high": high}
        for branch, values in parts
        for x, (mean, low, high) in zip(points, map(_mean_and_interval, values.T), strict=True)
    ]
    return row, pd.DataFrame(curves)


def measure_ramp(
    ramp: Ramp, cells: Sequence[Cell], series: pd.DataFrame, declared: Mapping[str, Outcome] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure every outcome along every route.

    Parameters
    ----------
    ramp : Ramp
        What moves, and between which ends.
    cells : sequence of Cell
        The world that never moved, then one per route.
    series : DataFrame
        Columns cell, replicate, month (0 and later), outcome, value.
    declared : mapping, optional
        Outcome declarations; the registry when left out.

    Returns
    -------
    (loops, curves)
        Columns `LOOP_COLUMNS` and `CURVE_COLUMNS`. Seeds that failed in one of a pair are left out of it.
    """
    outcomes = OUTCOMES if declared is None else declared
    loops, curves = [], []
    for name in pd.unique(series["outcome"]):
        wide = series[series["outcome"] == name].pivot_table(
            index=["cell", "replicate"], columns="month", values="value", observed=True
        )
        still = wide.loc[STILL]
        for route, cell in zip(ramp.routes, cells[1:], strict=True):
            if cell.name not in wide.index.get_level_values(0):
                continue
            moved = wide.loc[cell.name]
            both = moved.index.intersection(still.index)
            if both.empty:
                continue
            response = (moved.loc[both] - still.loc[both]).to_numpy(dtype=float, copy=True)
            # Until it moves, the world is the other one; a yearly outcome may still be undefined there.
            response[:, : ramp.settle] = 0.0
            entry = outcomes[str(name)]
            row, lines = measure_route(
                entry, setting_in_time(cell.scenario, ramp.moves), response, ramp, route
            )
            facts = {"outcome": name, "label": entry.label, "unit": entry.unit, "direction": entry.direction,
                     "smallest_that_matters": entry.smallest_that_matters, "route": cell.name}  # fmt: skip
            loops.append({**facts, **row})
            curves.append(lines.assign(outcome=name, route=cell.name))
    table = pd.DataFrame(loops, columns=list(LOOP_COLUMNS))
    drawn = pd.concat(curves)[list(CURVE_COLUMNS)] if curves else pd.DataFrame(columns=list(CURVE_COLUMNS))
    return table.fillna({"returns": "stays on top"}), drawn
