"""M67: known roles and a network sized to need make transitions seamless."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import CASE_MANAGEMENT, GP, HAND_OVER, HOSPITAL, SLOTS

parameter("agreement_effect", 1.5, 0.5, 3.0, "logit", "assumption",
          "effect of running hand-over agreements on hand-over")  # fmt: skip
parameter("known_role_effect", 1.5, 0.5, 3.0, "logit", "assumption",
          "effect of trust between practice and hospital on hand-over")  # fmt: skip


@mechanism(
    "M67",
    title="Known roles",
    claim="network sized to need, case manager, known roles -> seamless transitions",
    sign="+ experience",
    grade="a",
    source="S4 section 5.2.2; S2 case manager",
    phase="providers",
    writes=("provider_hand_over_drive", "provider_case_management"),
)
def hand_over(
    provider_discipline,
    provider_zone,
    tie_partner,
    tie_trust,
    zone_initiative,
    provider_hand_over_drive,
    provider_case_management,
    agreement_effect,
    known_role_effect,
    strength,
):
    """Raise hand-over with the zone's agreements and case management, and with trust in the hospital.

    Case management also supports the practices' plans and coordinators for complex patients.
    """
    for j in range(provider_discipline.size):
        t = j * SLOTS + HOSPITAL
        if provider_discipline[j] == GP and tie_partner[t] >= 0:
            z = provider_zone[j]
            provider_case_management[j] += strength * zone_initiative[z, CASE_MANAGEMENT]
            agreed = 0.7 * zone_initiative[z, HAND_OVER] + 0.3 * zone_initiative[z, CASE_MANAGEMENT]
            reason = agreement_effect * agreed + known_role_effect * (tie_trust[t] - 0.3)
            provider_hand_over_drive[j] += strength * reason
