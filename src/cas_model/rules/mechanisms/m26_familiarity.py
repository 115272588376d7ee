"""M26: people who meet regularly come to trust each other and work together."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("meeting_contact", 0.5, 0.1, 1.0, "0-1", "assumption",
          "contact gained by two providers who both attend the council")  # fmt: skip
parameter("trust_to_effort", 1.5, 0.5, 3.0, "logit", "assumption; form dossier 5.2.5 (theta_2)",
          "effect of mean trust in partners on effort")  # fmt: skip


@mechanism(
    "M26",
    title="Familiarity",
    claim="regular meeting -> knowing each other's work -> joint care around clients",
    sign="+ integration",
    grade="a",
    source="S3 section 3.5.3; S4 section 5.2.2; form dossier 5.2.4",
    phase="providers",
    writes=("tie_trust", "tie_contact_drive", "provider_coordination_drive"),
    order=190 - 26,
)
def grow_familiar(
    count_ties,
    tie_filled,
    tie_partner,
    tie_event,
    tie_trust,
    tie_learning,
    tie_contact_drive,
    provider_attendance,
    provider_mean_trust,
    provider_coordination_drive,
    trust_gain,
    meeting_contact,
    trust_to_effort,
    strength,
):
    """Let trust grow by success, T <- T + gain x (1 - T); attendance brings contact, trust brings effort."""
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        j, k = t // SLOTS_UNSIGNED, unsigned(tie_partner[t])
        if tie_event[t] > 0:
            tie_trust[t] += strength * trust_gain * tie_learning[t] * (1.0 - tie_trust[t])
        together = provider_attendance[j] * provider_attendance[k]
        tie_contact_drive[t] += strength * meeting_contact * together
    for j in range(provider_mean_trust.size):
        provider_coordination_drive[j] += strength * trust_to_effort * (provider_mean_trust[j] - 0.3)
