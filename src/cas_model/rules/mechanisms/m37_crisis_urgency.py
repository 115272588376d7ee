"""M37: a crisis makes young structures collaborate fast."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("urgency_contact", 0.5, 0.1, 0.8, "0-1", "assumption",
          "contact gained under full urgency in a flexible zone")  # fmt: skip
parameter("urgency_legitimacy", 0.04, 0.01, 0.08, "per month", "assumption; P4 (+0.15 within a year)",
          "legitimacy gained a month under full urgency in a flexible zone")  # fmt: skip


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
    zone_rigidity,
    zone_legitimacy,
    tie_contact_drive,
    urgency_contact,
    urgency_legitimacy,
    strength,
):
    """Raise contact and the council's legitimacy with urgency, less where routines have set."""
    urgent = False
    for z in range(zone_urgency.size):
        flexible = strength * zone_urgency[z] * (1.0 - zone_rigidity[z])
        zone_legitimacy[z] += urgency_legitimacy * flexible * (1.0 - zone_legitimacy[z])
        urgent = urgent or flexible > 0.0
    if not urgent:
        return
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        z = provider_zone[t // SLOTS_UNSIGNED]
        flexible = strength * zone_urgency[z] * (1.0 - zone_rigidity[z])
        tie_contact_drive[t] += urgency_contact * flexible
