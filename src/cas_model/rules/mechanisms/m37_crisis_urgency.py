"""M37: a crisis makes young structures collaborate fast."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("urgency_contact", 0.5, 0.1, 0.8, "0-1", "assumption",
          "contact gained under full urgency in a flexible zone")  # fmt: skip
parameter("urgency_legitimacy", 0.04, 0.01, 0.08, "per month", "assumption; P4 (+0.15 within a year)",
          "legitimacy gained a month under full urgency in a flexible zone")  # fmt: skip
parameter("means_effect", 0.5, 0.0, 1.0, "ratio", "assumption; P4, form dossier 5.2.10 (support)",
          "rise of that gain per unit of project money an event brings, relative to core")  # fmt: skip


@mechanism(
    "M37",
    title="Crisis collaboration",
    claim="shared urgency + young structures + extra means -> fast collaboration, recognition",
    sign="+ resilience, legitimacy",
    grade="a",
    source="S3 sections 3.1.2, 3.5.1; S2; form dossier 5.2.10",
    phase="providers",
    writes=("tie_contact_drive", "zone_legitimacy"),
)
def rally(
    count_ties,
    tie_filled,
    provider_zone,
    zone_urgency,
    zone_support,
    zone_rigidity,
    zone_legitimacy,
    tie_contact_drive,
    urgency_contact,
    urgency_legitimacy,
    means_effect,
    strength,
):
    """Raise contact and the council's legitimacy with urgency, less where routines have set.

    Means for the crisis make the council more visible.
    """
    urgent = False
    for z in range(zone_urgency.size):
        flexible = strength * zone_urgency[z] * (1.0 - zone_rigidity[z])
        gain = urgency_legitimacy * (1.0 + means_effect * zone_support[z]) * flexible
        zone_legitimacy[z] += gain * (1.0 - zone_legitimacy[z])
        urgent = urgent or flexible > 0.0
    if not urgent:
        return
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        z = provider_zone[t // SLOTS_UNSIGNED]
        flexible = strength * zone_urgency[z] * (1.0 - zone_rigidity[z])
        tie_contact_drive[t] += urgency_contact * flexible
