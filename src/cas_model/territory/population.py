"""The synthetic population: every column of the patient table that exists before the first month.

Rows of a zone are contiguous and sorted by practice. Who lives in which municipality and is registered where
is laid out by quota, and age and socio-economic rank follow low-discrepancy sequences through the
municipality's distributions, so that a coarse population is a fair sample of the fine one: its marginals are
nearer to the real ones than independent draws would bring them. Everything else is drawn by address
(seed, stream, row).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

from cas_model.config.declarations import parameter
from cas_model.config.vocabulary import GP
from cas_model.numerics.addressed_random import bits, stream_base, stream_key, uniform, uniforms
from cas_model.territory.facts import Floats, Ints, Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.marginals import OLDEST, Marginals, tabulate_marginals
from cas_model.territory.traits import (
    COORDINATOR_START,
    OVERLAP,
    PLAN_START,
    count_conditions,
    digital_probability,
    health_level,
    informal_care_probability,
    is_complex,
    literacy_level,
    mental_probability,
    multimorbidity_logit,
    social_need_probability,
    trait_values,
)

Columns = Mapping[str, NDArray[Any]]
ZoneLayout = tuple[int, Ints, Ints, Ints]
"""A zone, its practices (P), its municipalities (K), and the last row of each of the P * K cells."""

FRAILTY_SHAPE = parameter(
    "frailty_shape", 1.3, 0.8, 4.0, "-",
    "dossier 5.1 #27-#28, solved: 85 % have a GP contact in a year at 5.3 contacts a head",
    "shape of the gamma distribution of frailty (mean 1)",
)  # fmt: skip
HOME_PREFERENCE = parameter(
    "own_municipality_preference", 6.0, 1.0, 20.0, "ratio", "assumption (proximity)",
    "weight of a practice in the own municipality against one elsewhere in the zone",
)  # fmt: skip
LIST_SPREAD = parameter(
    "list_pressure_sd", 0.10, 0.0, 0.3, "log", "assumption",
    "spread between practices of a zone in patients per GP",
)  # fmt: skip

FRAILTY_STEPS = 4096
STREAMS = (
    "population_conditions",
    "population_mental",
    "population_social_need",
    "population_informal_care",
    "population_literacy",
    "population_digital",
    "population_frailty",
    "population_plan",
    "population_coordinator",
    "population_health",
    "population_network",
)
FILLED = (
    "birth_month", "practice", "municipality", "network", "rank", "literacy", "digital", "frailty",
    "n_conditions", "mental", "social_need", "informal_care", "complex", "plan", "coordinator", "health",
)  # fmt: skip
"""Patient columns that `fill_population` writes."""

# Additive recurrence of the plane (plastic number): age and rank are spread evenly together.
_STEP_AGE, _STEP_RANK = 0.7548776662466927, 0.5698402909980532


def zone_rows(territory: Territory, persons_per_agent: float) -> Ints:
    """Return the patient agents of each zone, shape (Z,).

    Zones get their population over `persons_per_agent`, rounded by largest remainder so that the total is
    the rounded total, and at least one agent each.

    Examples
    --------
    >>> from cas_model.territory.facts import load_territory
    >>> small = load_territory("small")
    >>> int(zone_rows(small, 100).sum()) == round(small.population / 100)
    True
    """
    return round_to_total(territory.zone_population / persons_per_agent, least=1)


def round_to_total(values: Floats, total: int | None = None, least: int = 0) -> Ints:
    """Round to integers by largest remainder.

    Parameters
    ----------
    values : float array (n,)
        Numbers of at least 0.
    total : int, optional
        Sum of the result, by default the rounded sum of `values`; missed only where `least` demands more.
    least : int, default 0
        Smallest entry.

    Examples
    --------
    >>> round_to_total(np.array([1.5, 1.3, 0.2])).tolist()
    [2, 1, 0]
    """
    whole = np.maximum(np.floor(values).astype(np.int64), least)
    missing = (round(float(values.sum())) if total is None else total) - int(whole.sum())
    if missing > 0:
        order = np.argsort(-(values - whole), kind="stable")
        whole += missing // len(whole)
        whole[order[: missing % len(whole)]] += 1
    while missing < 0 and (whole > least).any():
        # Raising small entries to `least` overshot: take back where the value was exceeded most.
        where = int(np.argmax(np.where(whole > least, whole - values, -np.inf)))
        whole[where] -= 1
        missing += 1
    return whole


def list_weights(heads: NDArray[Any], rows: NDArray[Any], seed: int, spread: float) -> Floats:
    """Return the relative list size that practices aim at: GPs times `list_pressure`.

    Parameters
    ----------
    heads : array (n,)
        GPs of each practice.
    rows : int array (n,)
        Provider rows of the practices (the address of their draw).
    spread : float
        Standard deviation of the log pressure (`list_pressure_sd`).
    """
    return np.asarray(heads, dtype=float) * list_pressure(rows, seed, spread)


def list_pressure(rows: NDArray[Any], seed: int, spread: float) -> Floats:
    """Return patients per GP of each practice relative to its zone: uniform in logs, median 1.

    Parameters as in `list_weights`.
    """
    n = int(np.max(rows, initial=-1)) + 1
    draw = uniforms(seed, "supply_list_pressure", 0, n)[np.asarray(rows, dtype=np.int64)]
    pressure: Floats = np.exp(spread * np.sqrt(12.0) * (draw - 0.5))
    return pressure


def fill_population(
    territory: Territory,
    networks: HospitalNetworks,
    provider: Columns,
    patient: Columns,
    persons_per_agent: float,
    seed: int,
    *,
    start_month: int = -24,
    parameters: Mapping[str, float] | None = None,
    threads: int = 1,
    marginals: Marginals | None = None,
) -> Ints:
    """Fill the starting columns of the patient table (`FILLED`).

    Parameters
    ----------
    territory : Territory
    networks : HospitalNetworks
        Its `municipality_share` gives each patient's network.
    provider : mapping from column name to array
        Provider columns, filled by `supply.fill_supply`: discipline, zone, municipality, heads.
    patient : mapping from column name to array
        Preallocated patient columns with `zone_rows(...).sum()` rows; written in place.
    persons_per_agent : float
        People a patient row stands for.
    seed : int
    start_month : int, default -24
        The month the population is as of (the first month of the burn-in).
    parameters : mapping, optional
        Parameter values that differ from the defaults.
    threads : int, default 1
        Zones filled at once; the result does not depend on it.
    marginals : Marginals, optional
        From `tabulate_marginals`, when the caller has them already.

    Returns
    -------
    int array (Z + 1,)
        First patient row of each zone, and the number of rows.
    """
    chosen = parameters or {}
    known = marginals or tabulate_marginals(territory, chosen)
    first = np.concatenate([[0], np.cumsum(zone_rows(territory, persons_per_agent))])
    traits = trait_values(chosen)
    atoms = frailty_atoms(chosen.get(FRAILTY_SHAPE.name, FRAILTY_SHAPE.default))
    keys = np.array([stream_key(stream_base(seed, name), 0) for name in STREAMS], dtype=np.uint64)
    use = np.cumsum(networks.municipality_share, axis=1)
    use /= use[:, -1:]
    columns = [patient[name] for name in FILLED]
    turn_age, turn_rank = uniforms(seed, "population_sequence", 0, 2 * territory.n_zones).reshape(2, -1)

    def fill(layout: ZoneLayout) -> None:
        z, practices, towns, ends = layout
        _fill_zone(first[z], start_month, practices, towns, ends, turn_age[z], turn_rank[z], known.age_below,
                   known.rank_quantiles, use, traits, atoms, keys, *columns)  # fmt: skip

    _for_each(fill, _zone_layouts(territory, provider, first, seed, chosen), threads)
    return first


def _for_each(work: Callable[[ZoneLayout], None], items: Iterator[ZoneLayout], threads: int) -> None:
    if threads <= 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, item) for item in items]:
            done.result()


@lru_cache(maxsize=16)
def frailty_atoms(shape: float) -> NDArray[np.float32]:
    """Return the means of `FRAILTY_STEPS` equally likely classes of a gamma variable of mean 1."""
    edges = gammaincinv(shape, np.arange(FRAILTY_STEPS + 1) / FRAILTY_STEPS)
    # The mean of a gamma class is a difference of the distribution function with shape + 1.
    atoms = np.diff(gammainc(shape + 1.0, edges)) * FRAILTY_STEPS
    singles: NDArray[np.float32] = atoms.astype(np.float32)
    singles.flags.writeable = False
    return singles


def _zone_layouts(
    territory: Territory, provider: Columns, first: Ints, seed: int, chosen: Mapping[str, float]
) -> Iterator[ZoneLayout]:
    """Yield the layout of each zone's rows."""
    is_practice = np.asarray(provider["discipline"]) == GP
    preference = chosen.get(HOME_PREFERENCE.name, HOME_PREFERENCE.default)
    spread = chosen.get(LIST_SPREAD.name, LIST_SPREAD.default)
    turn = uniforms(seed, "population_layout", 0, territory.n_zones)
    residents = territory.residents
    for z in range(territory.n_zones):
        practices = np.flatnonzero(is_practice & (np.asarray(provider["zone"]) == z))
        towns = np.flatnonzero(residents[:, z] > 0)
        n = int(first[z + 1] - first[z])
        weights = list_weights(provider["heads"][practices], practices, seed, spread)
        share = register(
            residents[towns, z], towns, weights, np.asarray(provider["municipality"])[practices], preference
        )
        # Systematic sampling over the (practice, municipality) cells: each gets its quota, up or down.
        ends = np.floor(np.cumsum(share.ravel()) * n + turn[z]).astype(np.int64)
        ends = np.minimum(ends, n)
        ends[-1] = n
        yield z, practices.astype(np.int64), towns.astype(np.int64), ends


@njit(cache=True, nogil=True)
def register(residents, towns, weights, practice_town, preference):
    """Return the share of a zone's people in each cell (practice, municipality), shape (P, K), sum 1.

    Practices get lists in proportion to `weights` and municipalities their residents; within these totals
    people prefer practices of their own municipality. Iterative proportional fitting (Deming and Stephan
    1940, doi:10.1214/aoms/1177731829) of the preference matrix.
    """
    cells = np.ones((weights.size, towns.size))
    for p in range(weights.size):
        for k in range(towns.size):
            if practice_town[p] == towns[k]:
                cells[p, k] = preference
    by_practice = weights / weights.sum()
    by_town = residents / residents.sum()
    for _ in range(30):
        for p in range(weights.size):
            cells[p] *= by_practice[p] / cells[p].sum()
        for k in range(towns.size):
            cells[:, k] *= by_town[k] / cells[:, k].sum()
    return cells


@njit(cache=True, nogil=True, inline="always")
def _age_in_months(u, below):
    """Return the age at which a share `u` of the municipality is younger."""
    low, high = 0, OLDEST
    while high - low > 1:
        middle = (low + high) // 2
        if below[middle] <= u:
            low = middle
        else:
            high = middle
    width = below[high] - below[low]
    part = (u - below[low]) / width if width > 0.0 else 0.5
    return int((low + min(max(part, 0.0), 0.9999)) * 12.0)


@njit(cache=True, nogil=True, inline="always")
def _rank_at(u, quantiles):
    """Return the rank at quantile `u` of a municipality."""
    place = u * (quantiles.size - 1)
    step = min(int(place), quantiles.size - 2)
    return quantiles[step] + (place - step) * (quantiles[step + 1] - quantiles[step])


@njit(cache=True, nogil=True, inline="always")
def _spread(key, row):
    """Return a deviation of mean 0 and variance 1, nearly normal: the sum of four 16-bit uniforms."""
    word = bits(key, np.uint64(row))
    total = 0.0
    for shift in (0, 16, 32, 48):
        total += np.float64(np.int64((word >> np.uint64(shift)) & np.uint64(0xFFFF))) / 65536.0
    return (total - 2.0 + 2.0 / 65536.0) * 1.7320508075688772


@njit(cache=True, nogil=True)
def _fill_zone(
    start, start_month, practices, towns, ends, turn_age, turn_rank, age_below, rank_quantiles, use, traits,
    atoms, keys, birth_month, practice, municipality, network, rank, literacy, digital, frailty,
    n_conditions, mental, social_need, informal_care, complex_, plan, coordinator, health,
):  # fmt: skip
    """Write all rows of a zone: cell by cell, practice after practice."""
    for cell in range(ends.size):
        town = towns[cell % towns.size]
        begin = ends[cell - 1] if cell > 0 else 0
        for row in range(start + begin, start + ends[cell]):
            age_u = turn_age + (row - start) * _STEP_AGE
            rank_u = turn_rank + (row - start) * _STEP_RANK
            months = _age_in_months(age_u - np.floor(age_u), age_below[town])
            age = months / 12.0
            r = _rank_at(rank_u - np.floor(rank_u), rank_quantiles[town])
            n = count_conditions(uniform(keys[0], row), multimorbidity_logit(age, r, traits), traits)
            m = 1 if uniform(keys[1], row) < mental_probability(n, r, traits) else 0
            s = 1 if uniform(keys[2], row) < social_need_probability(age, r, m, traits) else 0
            c = is_complex(n, s)
            has_plan = c if uniform(keys[7], row) < traits[PLAN_START] else 0
            p_both = traits[OVERLAP] * traits[PLAN_START]
            p_other = (traits[COORDINATOR_START] - p_both) / max(1.0 - traits[PLAN_START], 1e-9)
            p_coordinator = traits[OVERLAP] if has_plan == 1 else p_other
            birth_month[row] = start_month - months
            practice[row] = practices[cell // towns.size]
            municipality[row] = town
            rank[row] = r
            n_conditions[row] = n
            mental[row] = m
            social_need[row] = s
            complex_[row] = c
            plan[row] = has_plan
            coordinator[row] = c if uniform(keys[8], row) < p_coordinator else 0
            informal = informal_care_probability(age, n, traits)
            informal_care[row] = 1 if uniform(keys[3], row) < informal else 0
            literacy[row] = literacy_level(age, r, _spread(keys[4], row), traits)
            digital[row] = 1 if uniform(keys[5], row) < digital_probability(age, r, traits) else 0
            frailty[row] = atoms[int(uniform(keys[6], row) * FRAILTY_STEPS)]
            health[row] = health_level(age, r, n, m, _spread(keys[9], row), traits)
            u = uniform(keys[10], row)
            h = 0
            while h < use.shape[1] - 1 and u >= use[town, h]:
                h += 1
            network[row] = h
