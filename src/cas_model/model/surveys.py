"""Surveys among the people of a world: SCIROCCO and PACIC with the published samples (I1, I2, T1-T8).

The states that people see are read off a world as it stands after a month; what they then answer is a
measurement model (`cas_model.outcomes.scirocco`, `cas_model.outcomes.pacic`). A survey changes nothing in the
world, and its draws have addresses of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cas_model.config.errors import UsageError
from cas_model.config.vocabulary import GP, N_DISCIPLINES, PANELS, PEOPLE, SLOTS
from cas_model.model.processes.demography import first_of_panel
from cas_model.numerics.addressed_random import uniforms
from cas_model.outcomes.measures import Floats, divide
from cas_model.outcomes.pacic import ANSWERS, ITEMS, SUBSCALE_OF_ITEM, SUBSCALES, answer
from cas_model.outcomes.scirocco import DIMENSIONS, HIGHEST, PUBLISHED_MEDIANS, draw_raters, rate

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem

TARGETS = (
    ("T1", "SCIROCCO medians equal to the published ones", 12.0, 12.0),
    ("T1", "highest SCIROCCO median", 0.0, 2.0),
    ("T2", "PACIC items mostly answered never to sometimes", 15.0, 17.0),
    ("T3", "satisfied with the organisation of care", 0.60, 0.70),
    ("T4", "not asked about goals", 0.50, 0.60),
    ("T5", "not asked for ideas on the plan", 0.42, 0.50),
    ("T5", "not told about options", 0.42, 0.50),
    ("T5", "not asked about trouble with medicines", 0.42, 0.50),
    ("T6", "not contacted after a visit", 0.50, 0.65),
    ("T7", "never or only sometimes referred to other care", 0.50, 1.0),
    ("T8", "preferences taken into account", 0.50, 1.0),
)
"""Target, what is asked, and the published range (dossier T1 to T8)."""

SATISFIED = 5
"""Item of PACIC that asks how satisfied people are with the organisation of their care."""

Columns = dict[str, NDArray[Any]]


def maturity_states(world: CareSystem) -> Floats:
    """Return the state 0-1 behind each SCIROCCO dimension in each zone, shape (zones, 12).

    Parameters
    ----------
    world : CareSystem
        A world after one month or more.

    Notes
    -----
    Source: dossier T1, right column (assumption). Finance is the money that is both apart from volume and
    stable, so the product of the two. What the model does not hold is replaced by the nearest it does: use of
    shared records at both ends of a tie for ties with data exchange, the maturity of the information system
    for the share of projects evaluated (as in M45), and the part of initiatives that no longer needs a grant
    for the spread of successful pilots.
    """
    z, p = world.state.zone, world.state.provider
    heads = p.heads.astype(float)
    steered = world.state.region.meta_active[z.region] * z.meta_capacity
    core = divide(z.core_eur, z.core_eur + z.project_eur + z.cofund_eur)
    initiatives = z.initiative.sum(axis=1)
    states = (
        _mean_by_zone(world, p.readiness, heads),
        (z.mandate + z.legitimacy + steered) / 3.0,
        _data_ties(world),
        _share_of_complex(world, world.state.patient.plan & world.state.patient.coordinator),
        (1.0 - _mean_by_zone(world, p.volume_share, heads)) * np.nan_to_num(core),
        1.0 - (z.effective_fragmentation + z.misfit + 1.0 - z.task_delegation) / 3.0,
        (z.data + np.minimum(1.0, z.population_manager)) / 2.0,
        _empowerment(world),
        z.information_maturity,
        _sectors_per_network(world),
        np.nan_to_num(divide(z.institutionalised.sum(axis=1), initiatives)),
        _mean_by_zone(world, p.skill, heads),
    )
    return np.asarray(np.clip(np.column_stack(states), 0.0, 1.0))


def _mean_by_zone(world: CareSystem, values: NDArray[Any], weights: Floats) -> Floats:
    """Return the weighted mean over each zone's providers; 0 in a zone without weight."""
    zone, n = world.state.provider.zone, len(world.state.zone)
    return np.nan_to_num(divide(_sum_by(zone, weights * values, n), _sum_by(zone, weights, n)))


def _sum_by(place: NDArray[Any], values: NDArray[Any], n: int) -> Floats:
    """Return the sum of the values at each of `n` places."""
    return np.bincount(place, weights=values, minlength=n).astype(float)


def _ties(world: CareSystem) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the slots that have a partner, and whose they are."""
    filled = np.nonzero(world.state.tie.partner >= 0)[0]
    return filled, filled // SLOTS


def _data_ties(world: CareSystem) -> Floats:
    """Return the share of ties over which both ends use a shared record."""
    filled, owner = _ties(world)
    p, n = world.state.provider, len(world.state.zone)
    both = p.shared_record[owner] * p.shared_record[world.state.tie.partner[filled]]
    zone, weight = p.zone[owner], p.represents[owner]
    return np.nan_to_num(divide(_sum_by(zone, weight * both, n), _sum_by(zone, weight, n)))


def _sectors_per_network(world: CareSystem) -> Floats:
    """Return the share of the other disciplines with which a practice has an agreement."""
    filled, owner = _ties(world)
    p, partner = world.state.provider, world.state.tie.partner[filled]
    kept = (world.state.tie.formal[filled] == 1) & (p.discipline[owner] == GP) & (p.discipline[partner] != GP)
    met = np.zeros((len(p), N_DISCIPLINES), dtype=bool)
    met[owner[kept], p.discipline[partner[kept]]] = True
    practices = p.represents * (p.discipline == GP)
    return _mean_by_zone(world, met.sum(axis=1) / (N_DISCIPLINES - 1), practices)


def _zone_of_patients(world: CareSystem) -> NDArray[Any]:
    z = world.state.zone
    return np.repeat(np.arange(len(z)), z.last_row - z.first_row)


def _share_of_complex(world: CareSystem, has: NDArray[Any]) -> Floats:
    """Return the share of each zone's complex patients who have something."""
    is_complex, zone, n = (
        world.state.patient.columns["complex"] == 1,
        _zone_of_patients(world),
        len(world.state.zone),
    )
    return np.nan_to_num(divide(_sum_by(zone, is_complex & (has == 1), n), _sum_by(zone, is_complex, n)))


def _empowerment(world: CareSystem) -> Floats:
    """Return the mean of literacy, the people cluster's share of adopted items, and shared plans."""
    z, zone = world.state.zone, _zone_of_patients(world)
    literacy = divide(_sum_by(zone, world.state.patient.literacy, len(z)), z.last_row - z.first_row)
    voice = divide(z.agenda_items[:, PEOPLE], z.agenda_items.sum(axis=1))
    plans = _share_of_complex(world, world.state.patient.plan)
    return (np.nan_to_num(literacy) + np.nan_to_num(voice) + plans) / 3.0


def scirocco_survey(world: CareSystem) -> pd.DataFrame:
    """Let professionals of a world rate the maturity of integrated care where they work.

    Returns
    -------
    DataFrame
        Tidy: rater, zone, role (``front_line`` or ``other``), dimension, rating (0-5).
    """
    values, land = world.scenario.parameters, world.territory
    heads = _sum_by(world.state.provider.zone, world.state.provider.heads, land.n_zones)
    zones, front_line = draw_raters(heads, values, world.seed, world.month)
    ratings = rate(maturity_states(world)[zones], front_line, values, world.seed, world.month)
    n, repeated = len(zones), len(DIMENSIONS)
    return pd.DataFrame(
        {
            "rater": np.repeat(np.arange(n), repeated),
            "zone": pd.Categorical.from_codes(np.repeat(zones, repeated), pd.Index(land.zone_names)),
            "role": pd.Categorical.from_codes(
                np.repeat(front_line.astype(np.int8), repeated), pd.Index(["other", "front_line"])
            ),
            "dimension": pd.Categorical.from_codes(np.tile(np.arange(repeated), n), pd.Index(DIMENSIONS)),
            "rating": ratings.ravel(),
        }
    )


def respondents(world: CareSystem) -> NDArray[np.int64]:
    """Draw patient rows for PACIC among `eligible` ones, with replacement.

    A row stands for many people and can be drawn more than once; it then answers as different people.

    Raises
    ------
    UsageError
        Nobody in the world qualifies.
    """
    able = eligible(world)
    if len(able) == 0:
        raise UsageError("nobody qualifies for the survey", fix="run more months, or more patients per world")
    n = round(world.scenario.parameters["pacic_respondents"])
    drawn = uniforms(world.seed, "pacic_respondent", world.month, n) * len(able)
    return np.asarray(able[drawn.astype(np.int64)])


def eligible(world: CareSystem) -> NDArray[np.int64]:
    """Return patient rows that PACIC asks: a long-term condition, two or more professionals in the year.

    Only the panel whose year closes next month is asked, so that "the last twelve months" (of which eleven
    are counted) are the patient's own. Two practices count as two professionals, and so does a practice with
    a joint task.
    """
    p, panel = world.state.patient, world.month % PANELS
    rows = np.arange(first_of_panel(0, panel), len(p), PANELS)
    practices = (p.year_own[rows] > 0).astype(int) + (p.year_alternate[rows] > 0) + p.year_practices[rows]
    several = (practices >= 2) | ((practices >= 1) & (p.year_referred[rows] > 0))
    return np.asarray(rows[(p.n_conditions[rows] >= 1) & several])


def care_experience(world: CareSystem, rows: NDArray[np.int64]) -> Floats:
    """Return the latent experience 0-1 of patients on the five subscales of PACIC, shape (rows, 5).

    Half of each is the experience of the last whole year, the other half what the subscale asks about
    (assumption): readiness of the practice; continuity; a shared plan and that readiness; joint tasks done
    well; contacts followed up.
    """
    p, provider = world.state.patient, world.state.provider
    ready = provider.readiness[p.practice[rows]]
    visits = p.year_own[rows].astype(float) + p.year_alternate[rows] + p.year_other[rows]
    referred = p.year_referred[rows].astype(float)
    # Where the year held no joint task, what the practice's joint tasks come to.
    done = divide(p.year_coordinated[rows].astype(float), referred)
    joint = np.where(referred > 0, done, provider.team_task[p.practice[rows]])
    followed = np.minimum(1.0, divide(p.year_followed[rows].astype(float), visits))
    asked = (ready, p.continuity[rows], (p.plan[rows] + ready) / 2.0, joint, followed)
    return np.asarray((np.column_stack(asked) + p.experience[rows][:, None]) / 2.0)


def pacic_survey(world: CareSystem) -> pd.DataFrame:
    """Ask people with a long-term condition about their care.

    Returns
    -------
    DataFrame
        Tidy: respondent, n_conditions, rank, item (1-20), subscale, answer (1-5).
    """
    rows = respondents(world)
    given = answer(care_experience(world, rows), world.scenario.parameters, world.seed, world.month)
    n, patient = len(rows), world.state.patient
    return pd.DataFrame(
        {
            "respondent": np.repeat(np.arange(n), len(ITEMS)),
            "n_conditions": np.repeat(patient.n_conditions[rows], len(ITEMS)),
            "rank": np.repeat(patient.columns["rank"][rows], len(ITEMS)),
            "item": np.tile(np.arange(1, len(ITEMS) + 1), n),
            "subscale": pd.Categorical.from_codes(np.tile(SUBSCALE_OF_ITEM, n), pd.Index(SUBSCALES)),
            "answer": given.ravel(),
        }
    )


def pacic_scales_frame(world: CareSystem) -> pd.DataFrame:
    """Survey a world's patients; return each one's `pacic_scales` and how satisfied they are (1-5)."""
    if len(eligible(world)) == 0:
        return pd.DataFrame({name: [] for name in (*SUBSCALES, "total", "satisfied")}, dtype=float)
    answers = pacic_survey(world)
    satisfied = answers[answers["item"] == SATISFIED].set_index("respondent")["answer"]
    return pacic_scales(answers).assign(satisfied=satisfied).reset_index(drop=True)


def _distribution(place: NDArray[Any], n_groups: int, values: NDArray[Any], points: Sequence[int]) -> Columns:
    """Return count, median, quartiles and the share of every point per group; NaN where nobody answered."""
    width = len(points)
    counts = np.bincount(place * width + (values - points[0]), minlength=n_groups * width)
    reached = counts.reshape(n_groups, width).cumsum(axis=1)
    n = reached[:, -1]
    columns: Columns = {"n": n}
    for name, share in (("median", 0.5), ("lower_quartile", 0.25), ("upper_quartile", 0.75)):
        # A median between two points is no answer anybody gave: the lower one.
        rank = np.floor(share * (n - 1)).astype(np.int64)
        point = points[0] + (reached <= rank[:, None]).sum(axis=1)
        columns[name] = np.where(n > 0, point, np.nan)
    shares = divide(counts.reshape(n_groups, width).astype(float), n[:, None].astype(float))
    return columns | {f"share_{k}": shares[:, i] for i, k in enumerate(points)}


def scirocco_profile(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return each dimension's median, quartiles and distribution beside the published Belgian median (T1)."""
    place = pd.Categorical(ratings["dimension"], list(DIMENSIONS)).codes.astype(np.int64)
    found = _distribution(place, len(DIMENSIONS), ratings["rating"].to_numpy(), range(HIGHEST + 1))
    return pd.DataFrame({"dimension": DIMENSIONS, **found, "published_median": PUBLISHED_MEDIANS})


def pacic_profile(answers: pd.DataFrame) -> pd.DataFrame:
    """Return each item's median, quartiles and distribution, with what it asks and its subscale."""
    place = answers["item"].to_numpy(dtype=np.int64) - 1
    found = _distribution(place, len(ITEMS), answers["answer"].to_numpy(dtype=np.int64), ANSWERS)
    named = {
        "item": np.arange(1, len(ITEMS) + 1),
        "label": [item.label for item in ITEMS],
        "subscale": [SUBSCALES[item.subscale] for item in ITEMS],
    }
    return pd.DataFrame({**named, **found})


def pacic_scales(answers: pd.DataFrame) -> pd.DataFrame:
    """Return each respondent's five subscales and total: plain means of items, a row per respondent."""
    wide = answers.pivot_table(
        values="answer", index="respondent", columns="subscale", aggfunc="mean", observed=True
    )
    scales = wide[list(SUBSCALES)].assign(total=answers.groupby("respondent")["answer"].mean())
    return pd.DataFrame(scales.to_numpy(), index=scales.index, columns=[*SUBSCALES, "total"])


def survey_targets(profile: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Read targets T1 to T8 off the two profiles.

    "Not (mostly)" is read as never or almost never, "never or only sometimes" as the three lowest answers,
    and "mostly or always" as the two highest (assumption).

    Parameters
    ----------
    profile, items : DataFrame
        From `scirocco_profile` and `pacic_profile`.

    Returns
    -------
    DataFrame
        target, asked, value (NaN where nobody was asked), low, high, met.
    """
    asked = items.set_index("item")
    rare = asked["share_1"] + asked["share_2"]
    low = rare + asked["share_3"]
    values = (
        float((profile["median"] == profile["published_median"]).sum()),
        float(profile["median"].max()),
        float((low > 0.5).sum()) if low.notna().any() else float("nan"),
        *(1.0 - low[5], rare[7], rare[1], rare[2], rare[3], rare[16], low[18], 1.0 - low[12]),
    )
    table = pd.DataFrame(TARGETS, columns=["target", "asked", "low", "high"])
    table.insert(2, "value", np.array(values))
    return table.assign(met=table["value"].between(table["low"], table["high"]))


def scirocco_frame(world: CareSystem) -> pd.DataFrame:
    """Survey a world's professionals and return their `scirocco_profile`."""
    return scirocco_profile(scirocco_survey(world))


def pacic_frame(world: CareSystem) -> pd.DataFrame:
    """Survey a world's patients and return their `pacic_profile`; n is 0 where nobody qualifies."""
    if len(eligible(world)) == 0:
        return pacic_profile(pd.DataFrame({"item": [], "answer": []}, dtype=np.int64))
    return pacic_profile(pacic_survey(world))


def survey_targets_frame(world: CareSystem) -> pd.DataFrame:
    """Take both surveys of a world and return its `survey_targets`."""
    return survey_targets(scirocco_frame(world), pacic_frame(world))
