"""Integration: continuity, coordination, hand-over, relations, alignment, execution (dossier I3-I12)."""

from __future__ import annotations

import numpy as np

from cas_model.config.declarations import outcome
from cas_model.outcomes.measures import Floats, Measures, divide

FAMILY = "integration"


@outcome(
    "coordinated_care_coverage",
    label="Coordinated-care coverage",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    period_months=12,
    formula="complex patients with shared plan and named coordinator / complex patients",
    source="I7 (definition assumption); S2; S4 section 5.2.2",
)
def coordinated_care_coverage(m: Measures) -> Floats:
    """Share of complex patients covered, over 12 months."""
    return m.ratio("covered", "complex")


@outcome(
    "continuity_coc",
    label="Continuity (Bice-Boxerman)",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="mean over patients with >= 2 contacts of (sum n_p^2 - N) / (N (N - 1)), practice level",
    source="I3; R9",
)
def continuity_coc(m: Measures) -> Floats:
    """Mean Bice-Boxerman index of the panels of 12 months."""
    return m.ratio("panel_coc", "panel_two")


@outcome(
    "continuity_upc",
    label="Usual provider continuity",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="mean over patients with >= 1 contact of max n_p / N, practice level",
    source="I4; R9",
)
def continuity_upc(m: Measures) -> Floats:
    """Mean usual provider continuity of the panels of 12 months."""
    return m.ratio("panel_upc", "panel_any_contact")


@outcome(
    "continuity_secon",
    label="Sequential continuity",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="mean over patients with >= 2 contacts of consecutive visits to one practice / (N - 1)",
    source="I5; R9",
)
def continuity_secon(m: Measures) -> Floats:
    """Mean sequential continuity of the panels of 12 months."""
    return m.ratio("panel_secon", "panel_two")


@outcome(
    "continuity_mmci",
    label="Modified modified continuity index",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="mean over patients with >= 2 contacts of (1 - M / (N + 0.1)) / (1 - 1 / (N + 0.1)), M seen",
    source="I6; R9",
)
def continuity_mmci(m: Measures) -> Floats:
    """Mean modified modified continuity index of the panels of 12 months."""
    return m.ratio("panel_mmci", "panel_two")


@outcome(
    "loyal_patients",
    label="Patients loyal to one practice",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    period_months=12,
    formula="patients with >= 2 contacts and UPC >= 0.75 / patients with >= 2 contacts",
    source="T16; R33",
)
def loyal_patients(m: Measures) -> Floats:
    """Share of patients loyal to one practice."""
    return m.ratio("panel_loyal", "panel_two")


@outcome(
    "hand_over_rate",
    label="Discharges handed over to the GP",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    period_months=12,
    formula="discharges of 65+ with GP contact within 7 days / discharges of 65+, not readmitted",
    source="I8; R9b",
)
def hand_over_rate(m: Measures) -> Floats:
    """Share of discharges of people aged 65+ that are followed by a GP contact."""
    return m.ratio("handed_over_65", "discharges_65")


@outcome(
    "joint_task_success",
    label="Joint tasks handed over well",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    period_months=12,
    formula="coordinated joint tasks / joint tasks of complex patients",
    source="assumption; S4 section 5.2.2",
)
def joint_task_success(m: Measures) -> Floats:
    """Share of joint tasks that were coordinated."""
    return m.ratio("coordinated_tasks", "joint_tasks")


@outcome(
    "trust_weighted_density",
    label="Trust-weighted network density",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.002,
    formula="sum over ties of trust / (n (n - 1) / 2), n real organisations of the zone",
    source="I10 (assumption); motive R58",
)
def trust_weighted_density(m: Measures) -> Floats:
    """Trust carried by ties over all pairs of a zone; the mean over zones at higher levels."""
    zones = m.zones()
    n = zones.total("organisations")
    density = divide(zones.total("ties_trust"), n * (n - 1.0) / 2.0)
    return _mean_over_zones(m, density)


@outcome(
    "mean_trust",
    label="Trust between partners",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="mean trust over ties",
    source="dossier 0.4 t.trust; R58",
)
def mean_trust(m: Measures) -> Floats:
    """Mean trust over ties."""
    return m.ratio("ties_trust", "ties")


@outcome(
    "cross_sector_ties",
    label="Ties between health and welfare",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.01,
    formula="ties between health and welfare / ties",
    source="I9",
)
def cross_sector_ties(m: Measures) -> Floats:
    """Share of ties that cross the sectors."""
    return m.ratio("ties_across", "ties")


@outcome(
    "alignment",
    label="Alignment of goals across levels",
    family=FAMILY,
    unit="index",
    low=0,
    high=1,
    direction=1,
    smallest_that_matters=0.02,
    formula="1 - mean distance of goal vectors over pairs of federal, Flemish, region, zone",
    source="I11 (assumption); S0 pr.1, pr.3",
)
def alignment(m: Measures) -> Floats:
    """Mean alignment over councils."""
    return m.ratio("alignment", "councils")


@outcome(
    "implementation_rate",
    label="Council decisions executed",
    family=FAMILY,
    unit="share",
    low=0,
    high=2,
    direction=1,
    smallest_that_matters=0.03,
    formula="decisions executed / adopted, both smoothed over 12 months",
    source="I12 (assumption); S3 section 3.2.3",
)
def implementation_rate(m: Measures) -> Floats:
    """Executed over adopted decisions (above 1 while a backlog is worked off)."""
    return m.ratio("executed", "adopted")


def _mean_over_zones(m: Measures, zone_values: Floats) -> Floats:
    weights = m.membership / m.membership.sum(axis=1, keepdims=True)
    return np.asarray(zone_values @ weights.T)


@outcome(
    "in_scheme",
    label="Providers in a new way of paying",
    family=FAMILY,
    unit="share",
    low=0,
    high=1,
    direction=0,
    smallest_that_matters=0.01,
    formula="organisations by their share in a new mix / all organisations",
    source="S-08; PT5 (retention)",
)
def in_scheme(m: Measures) -> Floats:
    """Share of organisations that are paid by a new mix."""
    return m.ratio("in_scheme", "organisations")


@outcome(
    "shifted_tasks",
    label="Tasks shifted between tiers",
    family=FAMILY,
    unit="per 1 000 people a year",
    low=0,
    high=1e5,
    direction=-1,
    smallest_that_matters=10,
    period_months=12,
    formula="tasks moved between home nursing and home care for the payer's sake / inhabitants x 1000",
    source="M57",
)
def shifted_tasks(m: Measures) -> Floats:
    """Tasks shifted in 12 months, per 1000 inhabitants."""
    return 1000.0 * m.total("shifted") / m.population
