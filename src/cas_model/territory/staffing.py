"""Professionals, capacity and open doors of every provider at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cas_model.config.declarations import parameter
from cas_model.config.vocabulary import GP, HOME_NURSING, HOSPITAL
from cas_model.numerics.addressed_random import uniforms
from cas_model.territory.facts import Floats, Territory
from cas_model.territory.geography import HospitalNetworks
from cas_model.territory.marginals import Marginals
from cas_model.territory.needs import need_by_municipality
from cas_model.territory.population import LIST_SPREAD, Columns, list_pressure, round_to_total
from cas_model.territory.supply_plan import SupplyPlan, hospital_rows
from cas_model.territory.traits import trait_values

GP_CONTACTS = parameter(
    "gp_contacts_capacity", 5500, 4500, 6500, "contacts/GP/year", "dossier 5.1 #21 (T15 plus slack)",
    "contacts a GP can deliver",
)  # fmt: skip
STOP_SHARE = parameter(
    "gp_stop_share", 0.17, 0.09, 0.25, "share", "dossier 5.1 #22, T17 (R36)",
    "GPs who take no new patients at the start",
)  # fmt: skip
OPEN_SHARE = parameter(
    "gp_open_share", 0.25, 0.17, 0.33, "share", "dossier 5.1 #22, T17 (R36)",
    "GPs open to all new patients at the start; the others are open on conditions",
)  # fmt: skip
STATUS_NOISE = parameter(
    "gp_status_noise", 0.45, 0.1, 1.0, "log", "assumption (zones differ at least twofold, T17)",
    "spread of what else than patients per GP decides on a patient stop",
)  # fmt: skip
GP_SENIORS = parameter(
    "gp_senior_share", 0.51, 0.45, 0.58, "share", "dossier 5.1 #23 (R39)", "GPs aged 55 or over"
)
OTHER_SENIORS = parameter(
    "other_senior_share", 0.30, 0.15, 0.45, "share", "assumption", "other professionals aged 55 or over"
)
NURSE_VACANCY = parameter(
    "nurse_vacancy_share", 0.05, 0.02, 0.12, "share", "dossier 5.1 #26 (R70)", "vacant posts in home nursing"
)
SIZE_SPREAD = parameter(
    "organisation_size_sd", 0.45, 0.0, 1.0, "log", "assumption",
    "spread of professionals per row within a discipline and zone",
)  # fmt: skip

NURSING_LOAD = parameter(
    "home_nursing_load_start", 0.92, 0.85, 1.0, "ratio", "dossier 5.1 #25 (assumption)",
    "need over capacity in home nursing at the start",
)  # fmt: skip
_LOADS = (
    NURSING_LOAD,
    parameter("pharmacy_load_start", 0.88, 0.8, 1.0, "ratio", "assumption",
              "need over capacity in pharmacies at the start"),
    parameter("allied_health_load_start", 0.92, 0.8, 1.05, "ratio", "assumption",
              "need over capacity in allied health at the start"),
    parameter("mental_health_load_start", 0.95, 0.85, 1.2, "ratio", "assumption",
              "need over capacity in mental health care at the start"),
    parameter("hospital_load_start", 0.92, 0.8, 1.05, "ratio", "assumption",
              "need over capacity in hospitals at the start"),
    parameter("welfare_load_start", 0.95, 0.85, 1.2, "ratio", "assumption",
              "need over capacity in welfare work at the start"),
    parameter("home_care_load_start", 0.94, 0.85, 1.2, "ratio", "assumption",
              "need over capacity in home care at the start"),
)  # fmt: skip

_HEAD_CONTACTS = (
    parameter("nurse_contacts", 320, 200, 420, "contacts/head/month", "assumption (18 visits a working day)",
              "visits one home nurse delivers"),
    parameter("pharmacist_contacts", 1100, 700, 1600, "contacts/head/month", "assumption",
              "visits one pharmacist serves"),
    parameter("allied_health_contacts", 220, 150, 300, "contacts/head/month", "assumption (12 a day)",
              "sessions one allied health professional delivers"),
    parameter("mental_health_contacts", 80, 50, 120, "contacts/head/month", "assumption",
              "contacts one mental health professional delivers"),
    parameter("hospital_contacts", 120, 60, 200, "contacts/head/month", "assumption",
              "outpatient contacts and stays per hospital physician"),
    parameter("welfare_contacts", 45, 25, 80, "contacts/head/month", "assumption",
              "contacts one welfare worker delivers"),
    parameter("home_care_contacts", 75, 50, 110, "contacts/head/month", "assumption (four visits a day)",
              "visits one home carer delivers"),
)  # fmt: skip


def staff_providers(
    plan: SupplyPlan,
    territory: Territory,
    networks: HospitalNetworks,
    provider: Columns,
    seed: int,
    parameters: Mapping[str, float],
    marginals: Marginals,
) -> None:
    """Fill heads, posts, senior_share, contacts_per_head, capacity and status, in place.

    Reads discipline and zone. See `supply.fill_supply` for the rules and the arguments.
    """
    capacity = _capacity_by_cell(plan, territory, networks, provider, parameters, marginals)
    _spread_professionals(plan, provider, capacity, seed, parameters)
    seniors = np.where(
        np.asarray(provider["discipline"]) == GP,
        parameters.get(GP_SENIORS.name, GP_SENIORS.default),
        parameters.get(OTHER_SENIORS.name, OTHER_SENIORS.default),
    )
    spread = np.minimum(seniors, 1.0 - seniors) * 0.8
    draw = uniforms(seed, "supply_seniors", 0, plan.n_providers)
    provider["senior_share"][:] = seniors + spread * (2.0 * draw - 1.0)
    _set_status(plan, territory, provider, seed, parameters)


def _capacity_by_cell(
    plan: SupplyPlan,
    territory: Territory,
    networks: HospitalNetworks,
    provider: Columns,
    chosen: Mapping[str, float],
    marginals: Marginals,
) -> Floats:
    """Return what the rows of each zone and discipline can deliver together, contacts a month (Z, 8).

    Hospitals serve across zones: their capacity is written row by row instead.
    """
    per_head = need_by_municipality(marginals, trait_values(chosen), chosen)
    need = territory.residents.T @ per_head
    loads = np.array([1.0] + [chosen.get(load.name, load.default) for load in _LOADS])
    capacity: Floats = need / loads
    capacity[:, GP] = plan.gp_heads * chosen.get(GP_CONTACTS.name, GP_CONTACTS.default) / 12.0
    by_network = (territory.residents * per_head[:, [HOSPITAL]]).T @ networks.municipality_share
    serving = hospital_rows(plan, territory, networks)
    hospital = np.bincount(serving.ravel(), by_network.ravel(), minlength=plan.n_providers)
    is_hospital = np.asarray(provider["discipline"]) == HOSPITAL
    provider["capacity"][is_hospital] = hospital[is_hospital] / loads[HOSPITAL]
    return capacity


def _spread_professionals(
    plan: SupplyPlan, provider: Columns, capacity: Floats, seed: int, chosen: Mapping[str, float]
) -> None:
    """Spread professionals over rows; contacts per head make a zone's capacity exact."""
    heads_do = np.array(
        [chosen.get(GP_CONTACTS.name, GP_CONTACTS.default) / 12.0]
        + [chosen.get(each.name, each.default) for each in _HEAD_CONTACTS]
    )
    draw = uniforms(seed, "supply_size", 0, plan.n_providers)
    weight = np.exp(chosen.get(SIZE_SPREAD.name, SIZE_SPREAD.default) * np.sqrt(12.0) * (draw - 0.5))
    for z, d in np.ndindex(*plan.rows.shape):
        rows = slice(int(plan.first[z, d]), int(plan.first[z, d + 1]))
        if d == HOSPITAL:
            heads = np.maximum(np.round(provider["capacity"][rows] / heads_do[d]), 1.0)
            provider["contacts_per_head"][rows] = provider["capacity"][rows] / heads
        else:
            share = weight[rows] / weight[rows].sum()
            n = len(share)
            total = max(round(capacity[z, d] / heads_do[d]), n)
            heads = 1 + round_to_total(share * (total - n), total - n)
            provider["contacts_per_head"][rows] = capacity[z, d] / total
        provider["heads"][rows] = heads
    heads = np.asarray(provider["heads"])
    vacancy = chosen.get(NURSE_VACANCY.name, NURSE_VACANCY.default)
    nursing = np.asarray(provider["discipline"]) == HOME_NURSING
    provider["posts"][:] = np.where(nursing, np.round(heads / (1.0 - vacancy)), heads)
    provider["capacity"][:] = heads * provider["contacts_per_head"]


def _set_status(
    plan: SupplyPlan, territory: Territory, provider: Columns, seed: int, chosen: Mapping[str, float]
) -> None:
    """Close the practices with most patients per GP, then open those with fewest (shares of GPs).

    What else decides is noise. Other disciplines start open to new patients (assumption).
    """
    provider["status"][:] = 2
    rows = np.flatnonzero(np.asarray(provider["discipline"]) == GP)
    zone, heads = np.asarray(provider["zone"])[rows], np.asarray(provider["heads"])[rows].astype(float)
    per_gp = territory.zone_population / plan.gp_heads
    spread = chosen.get(LIST_SPREAD.name, LIST_SPREAD.default)
    noise = chosen.get(STATUS_NOISE.name, STATUS_NOISE.default)
    draw = uniforms(seed, "supply_status", 0, plan.n_providers)[rows]
    score = np.log(per_gp[zone] * list_pressure(rows, seed, spread)) + noise * np.sqrt(12.0) * (draw - 0.5)
    order = np.argsort(-score, kind="stable")
    # A practice's place in the queue is the share of GPs before its own middle.
    place = (np.cumsum(heads[order]) - 0.5 * heads[order]) / heads.sum()
    stop = chosen.get(STOP_SHARE.name, STOP_SHARE.default)
    open_ = chosen.get(OPEN_SHARE.name, OPEN_SHARE.default)
    status: NDArray[Any] = np.ones(len(rows), dtype=np.int8)
    status[order] = np.where(place < stop, 0, np.where(place >= 1.0 - open_, 2, 1))
    provider["status"][rows] = status
