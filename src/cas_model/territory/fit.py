"""Goodness of fit: what the synthesised people and providers add up to, against the sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cas_model.config.declarations import Parameter
from cas_model.config.vocabulary import GP, HOME_NURSING
from cas_model.territory.census import RANK_CLASSES, Counts, count_patients, deprivation_shift
from cas_model.territory.facts import AGE_BAND_STARTS, AGE_BANDS, Territory
from cas_model.territory.geography import FLANDERS_POPULATION
from cas_model.territory.marginals import OLDEST, Marginals, tabulate_marginals
from cas_model.territory.needs import DEFAULT_RATES, rate_ratios
from cas_model.territory.population import Columns
from cas_model.territory.staffing import GP_CONTACTS, GP_SENIORS, NURSING_LOAD, OPEN_SHARE, STOP_SHARE
from cas_model.territory.supply_plan import GP_DENSITY, GP_DENSITY_SD
from cas_model.territory.traits import AGE_SHIFT, trait_values

STANDARD_ERRORS = 3.5
"""Allowed sampling error of a row (assumption: about one false alarm in two thousand rows)."""

RANK_SD = 12**-0.5
"""Standard deviation of a uniform rank."""
LEAST_FOR_RATIO = 500
"""Agents in the richest tenth below which a ratio of two rare shares says nothing and is left out."""

Row = dict[str, Any]


def goodness_of_fit(
    territory: Territory,
    patient: Columns,
    provider: Columns,
    persons_per_agent: float,
    *,
    start_month: int = -24,
    parameters: Mapping[str, float] | None = None,
    marginals: Marginals | None = None,
) -> list[Row]:
    """Compare the synthesised tables with the marginals they were made from and with published figures.

    Parameters
    ----------
    territory : Territory
    patient, provider : mapping from column name to array
        As filled by `fill_population` and `fill_supply`, before the first month.
    persons_per_agent : float
    start_month : int, default -24
        The month the population is as of.
    parameters : mapping, optional
        Parameter values that differ from the defaults; they move the targets that are parameters.
    marginals : Marginals, optional
        From `tabulate_marginals`, when the caller has them already.

    Returns
    -------
    list of dict
        Keys: marginal, unit, target, synthesised, difference, tolerance (a stated slack plus sampling
        error), ok, source. Figures for the whole of Flanders are left out for another territory.
    """
    chosen = parameters or {}
    known = marginals or tabulate_marginals(territory, chosen)
    counts = count_patients(territory, patient, provider, start_month, known)
    rows = _age_rows(territory, counts)
    rows += _deprivation_rows(territory, counts, known)
    rows += _morbidity_rows(counts, chosen)
    rows += _supply_rows(territory, provider, persons_per_agent, counts, chosen)
    return rows


def _row(marginal: str, unit: str, target: float, synthesised: float, tolerance: float, source: str) -> Row:
    difference = float(synthesised) - float(target)
    return {
        "marginal": marginal,
        "unit": unit,
        "target": float(target),
        "synthesised": float(synthesised),
        "difference": difference,
        "tolerance": float(tolerance),
        "ok": bool(abs(difference) <= tolerance + 1e-12),
        "source": source,
    }


def _sampling(share: Any, n: Any) -> Any:
    """Return the allowed sampling error of a share among `n` agents, at least that of rounding one agent."""
    size, p = np.maximum(n, 1), np.clip(share, 1e-4, 1 - 1e-4)
    return STANDARD_ERRORS * np.sqrt(p * (1 - p) / size) + 1 / size


def _band_label(band: int) -> str:
    start = AGE_BAND_STARTS[band]
    if band + 1 == len(AGE_BAND_STARTS):
        return f"{start} or over"
    return f"{start}-{AGE_BAND_STARTS[band + 1] - 1}"


def _age_rows(territory: Territory, counts: Counts) -> list[Row]:
    source = "population register, 2022"
    n = int(counts.zone_ages.sum())
    known = territory.zone_ages.sum(axis=0) / territory.zone_ages.sum()
    share = counts.zone_ages.sum(axis=0) / n
    rows = [
        _row(f"age {_band_label(b)}", "share", known[b], share[b], _sampling(known[b], n), source)
        for b in range(len(AGE_BANDS))
    ]
    zone_known = territory.zone_ages / territory.zone_ages.sum(axis=1, keepdims=True)
    agents = counts.zone_ages.sum(axis=1, keepdims=True)
    zone_share = counts.zone_ages / agents
    tolerance = _sampling(zone_known, agents)
    z, b = np.unravel_index(int((np.abs(zone_share - zone_known) / tolerance).argmax()), tolerance.shape)
    label = f"age, worst zone and band ({territory.zone_names[z]}, {_band_label(int(b))})"
    rows.append(_row(label, "share", zone_known[z, b], zone_share[z, b], tolerance[z, b], source))
    if territory.population >= 0.95 * FLANDERS_POPULATION:
        # The published shares are of 2020 and of another register: hence the slack.
        source = "dossier F49 (R72, 2020)"
        by_age = counts.cells[:, :, 0].sum(axis=1)
        for age, published, slack in ((65, 0.211, 0.012), (85, 0.033, 0.005)):
            older = by_age[age:].sum() / n
            tolerated = slack + _sampling(published, n)
            rows.append(_row(f"age {age} or over", "share", published, older, tolerated, source))
    return rows


def _deprivation_rows(territory: Territory, counts: Counts, marginals: Marginals) -> list[Row]:
    source = "administrative incomes, 2022"
    slack = 0.002
    agents = counts.zone_ages.sum(axis=1)
    n = agents.sum()
    known = territory.zone_poverty
    overall = float(territory.zone_population @ known / territory.population)
    share = counts.zone_poor / agents
    tolerance = slack + _sampling(known, agents)
    z = int((np.abs(share - known) / tolerance).argmax())
    worst = f"at risk of poverty, worst zone ({territory.zone_names[z]})"
    rows = [
        _row("at risk of poverty", "share", overall, counts.zone_poor.sum() / n,
             slack + _sampling(overall, n), source),
        _row(worst, "share", known[z], share[z], tolerance[z], source),
        _row("socio-economic rank", "mean", 0.5, counts.zone_rank.sum() / n,
             STANDARD_ERRORS * RANK_SD / np.sqrt(n), "definition: uniform"),
    ]  # fmt: skip
    if territory.n_zones > 2:
        by_income, by_rank = (
            v.argsort().argsort() for v in (territory.zone_income, counts.zone_rank / agents)
        )
        order = float(np.corrcoef(by_income, by_rank)[0, 1])
        # Few agents blur the zones' mean ranks: the correlation to expect is their reliability.
        mean_rank = territory.residents.T @ marginals.rank_quantiles.mean(axis=1) / territory.zone_population
        reliable = 1.0 / np.sqrt(1.0 + (RANK_SD**2 / agents).mean() / mean_rank.var())
        tolerated = 0.1 + 1.0 - reliable + STANDARD_ERRORS * (1.0 - reliable**2) / np.sqrt(territory.n_zones)
        label = "zones ordered by median income and by mean rank"
        rows.append(_row(label, "correlation", 1.0, order, tolerated, source))
    return rows


def _morbidity_rows(counts: Counts, chosen: Mapping[str, float]) -> list[Row]:
    everyone, multi, mixed, complex_ = np.moveaxis(counts.cells, -1, 0)
    n = int(everyone.sum())
    rows = []
    for label, first, last, known in (("25-34", 25, 35, 0.081), ("75 or over", 75, OLDEST, 0.761)):
        size = max(int(everyone[first:last].sum()), 1)
        share, tolerance = multi[first:last].sum() / size, 0.03 + _sampling(known, size)
        rows.append(
            _row(f"two or more conditions, age {label}", "share", known, share, tolerance, "T20 (R32)")
        )
    shift, error = deprivation_shift(everyone, multi)
    tenth = RANK_CLASSES // 10
    n_poor, n_rich = max(int(everyone[:, :tenth].sum()), 1), max(int(everyone[:, -tenth:].sum()), 1)
    poor, rich = mixed[:, :tenth].sum() / n_poor, mixed[:, -tenth:].sum() / n_rich
    rows += [
        _row("earlier multimorbidity, poorest against richest", "years", trait_values(chosen)[AGE_SHIFT],
             shift, 2.5 + STANDARD_ERRORS * error, "T19, dossier 5.1 #30 (R31: 10-15)"),
        _row("physical and mental conditions, poorest tenth", "share", 0.110, poor,
             0.015 + _sampling(0.110, n_poor), "T19, dossier 5.1 #31 (R31)"),
        _row("physical and mental conditions, richest tenth", "share", 0.059, rich,
             0.010 + _sampling(0.059, n_rich), "T19, dossier 5.1 #31 (R31)"),
        _row("complex patients", "share", 0.12, complex_.sum() / n, 0.02 + _sampling(0.12, n), "assumption"),
    ]  # fmt: skip
    if n_rich >= LEAST_FOR_RATIO:
        error = 1.85 * np.sqrt(0.89 / 0.110 / n_poor + 0.941 / 0.059 / n_rich)
        rows.append(
            _row("physical and mental conditions, poorest over richest tenth", "ratio", 1.85,
                 poor / max(rich, 1e-9), 0.25 + STANDARD_ERRORS * error, "T19 (R31: 1.6-2.1)")
        )  # fmt: skip
    return rows


def _supply_rows(
    territory: Territory,
    provider: Columns,
    persons_per_agent: float,
    counts: Counts,
    chosen: Mapping[str, float],
) -> list[Row]:
    def value(declared: Parameter) -> float:
        return float(chosen.get(declared.name, declared.default))

    discipline, capacity = np.asarray(provider["discipline"]), np.asarray(provider["capacity"])
    gps = np.asarray(provider["heads"])[discipline == GP].astype(float)
    people = territory.zone_population
    by_zone = np.bincount(np.asarray(provider["zone"])[discipline == GP], gps, minlength=territory.n_zones)
    density = by_zone / people * 1e4
    mean = gps.sum() / people.sum() * 1e4
    sd = np.sqrt(people @ (density - mean) ** 2 / people.sum())
    agents = int(counts.cells[:, :, 0].sum())
    need = counts.need * rate_ratios(chosen)
    rate = DEFAULT_RATES[GP] * float(rate_ratios(chosen)[GP])
    nursing = capacity[discipline == HOME_NURSING].sum()
    seniors = gps @ np.asarray(provider["senior_share"])[discipline == GP] / gps.sum()
    # A practice's share of seniors is uniform with a standard deviation of 0.23.
    seniors_error = STANDARD_ERRORS * 0.23 * np.sqrt((gps**2).sum()) / gps.sum()
    rows = [
        _row("GP density", "per 10 000", value(GP_DENSITY), mean, 0.1, "dossier 5.1 #20 (R34)"),
        _row("GP density, spread between zones", "per 10 000", value(GP_DENSITY_SD), sd, 0.15,
             "dossier 5.1 #20 (assumption)"),
        _row("people per GP", "persons", 1e4 / value(GP_DENSITY), agents * persons_per_agent / gps.sum(),
             10.0 + 0.5 * persons_per_agent / gps.sum(), "dossier F51"),
        _row("GP contacts that can be delivered", "per inhabitant/year",
             value(GP_DENSITY) / 1e4 * value(GP_CONTACTS),
             capacity[discipline == GP].sum() * 12 / people.sum(), 0.06, "dossier 5.1 #20-#21"),
        _row("GP contacts needed", "per inhabitant/year", rate, need[GP] * 12 / agents, 0.1 * rate,
             "dossier 5.1 #27, T15 (within 10 %)"),
        # Nursing need differs between people with a standard deviation of about 1.6 times its mean.
        _row("home nursing load", "ratio", value(NURSING_LOAD),
             need[HOME_NURSING] * persons_per_agent / nursing,
             0.02 + STANDARD_ERRORS * 1.6 / np.sqrt(agents), "dossier 5.1 #25 (assumption)"),
        _row("GPs aged 55 or over", "share", value(GP_SENIORS), seniors, 0.01 + seniors_error,
             "dossier 5.1 #23 (R39)"),
    ]  # fmt: skip
    return rows + _status_rows(territory, provider, value(STOP_SHARE), value(OPEN_SHARE))


def _status_rows(territory: Territory, provider: Columns, stop: float, open_: float) -> list[Row]:
    practice = np.asarray(provider["discipline"]) == GP
    gps, status = np.asarray(provider["heads"])[practice], np.asarray(provider["status"])[practice]
    zone = np.asarray(provider["zone"])[practice]
    source = "dossier 5.1 #22, T17 (R36)"
    tolerance = 0.02 + gps.max() / gps.sum()
    targets = (
        ("with a patient stop", stop),
        ("open on conditions", 1 - stop - open_),
        ("open to all", open_),
    )
    rows = [
        _row(f"GPs {label}", "share", target, gps[status == code].sum() / gps.sum(), tolerance, source)
        for code, (label, target) in enumerate(targets)
    ]
    if territory.n_zones >= 3:
        by_zone = np.bincount(zone, gps, minlength=territory.n_zones)
        stopped = np.sort(np.bincount(zone, gps * (status == 0), minlength=territory.n_zones) / by_zone)
        third = territory.n_zones // 3
        contrast = stopped[-third:].mean() / max(stopped[:third].mean(), 0.01)
        last = _row("patient stops, highest over lowest third of zones", "ratio", 2.0, contrast, 0.0,
                    "T17 (R36: at least 2)")  # fmt: skip
        rows.append({**last, "ok": bool(contrast >= 2.0)})
    return rows
