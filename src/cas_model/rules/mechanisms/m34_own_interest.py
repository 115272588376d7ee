"""M34: the own organisation's interest comes first."""

from cas_model.config.declarations import APPLY, mechanism, mechanism_step, parameter
from cas_model.config.vocabulary import GP

parameter("interest_effect", 0.6, 0.2, 1.2, "logit", "assumption; existence S3 section 3.5.3",
          "fall of the reasons to coordinate of a provider that looks at its own interest only")  # fmt: skip
parameter("selectivity", 6.0, 1.0, 12.0, "ratio", "assumption; direction PT5 (cream-skimming)",
          "fall of acceptance of newcomers per self-interest and per unpaid share of need")  # fmt: skip


@mechanism(
    "M34",
    title="Own interest",
    claim="own-organisation interest dominates -> moving beyond it takes effort and courage",
    sign="- integration",
    grade="b",
    source="S3 section 3.5.3; S4 Table 2",
    phase="providers",
    writes=("provider_coordination_drive",),
)
def look_inward(provider_self_interest, provider_coordination_drive, interest_effect, strength):
    """Lower the reasons to coordinate by self-interest."""
    for j in range(provider_self_interest.size):
        provider_coordination_drive[j] -= strength * interest_effect * provider_self_interest[j]


@mechanism_step("M34", phase="providers", writes=("provider_accept_new",), order=APPLY + 4 - 34)
def choose_newcomers(
    provider_discipline,
    provider_patients,
    provider_need,
    provider_self_interest,
    provider_volume_share,
    provider_accept_new,
    scheme_risk_adjustment,
    selectivity,
    strength,
):
    """Lower acceptance of newcomers, out of self-interest, by what pay for the list leaves of its need.

    Nobody is chosen by person: a practice whose people need more than the mean, which pay reckons with as far
    as it is not adjusted for risk, closes its door.
    """
    if scheme_risk_adjustment[0] >= 1.0:
        return
    need, patients = 0.0, 0
    for j in range(provider_discipline.size):
        if provider_discipline[j] == GP:
            need += provider_need[j, GP]
            patients += provider_patients[j]
    mean = need / patients
    for j in range(provider_discipline.size):
        if provider_discipline[j] == GP and provider_need[j, GP] > 0.0:
            short = max(0.0, 1.0 - provider_patients[j] * mean / provider_need[j, GP])
            unpaid = (1.0 - scheme_risk_adjustment[0]) * short * (1.0 - provider_volume_share[j])
            refused = min(1.0, selectivity * provider_self_interest[j] * unpaid)
            provider_accept_new[j] *= 1.0 - strength * refused
