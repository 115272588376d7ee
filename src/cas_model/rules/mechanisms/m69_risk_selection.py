"""M69: who is paid less than its list needs becomes choosy with newcomers."""

from cas_model.config.declarations import APPLY, mechanism, parameter
from cas_model.config.vocabulary import GP

parameter("selectivity", 3.0, 0.5, 6.0, "ratio", "assumption; direction PT5 (cream-skimming)",
          "fall of acceptance of newcomers per share of income that the list's need is not paid")  # fmt: skip


@mechanism(
    "M69",
    title="Risk selection",
    claim="pay for a list without adjustment for risk -> a needy list does not pay -> newcomers refused",
    sign="- equity",
    grade="c",
    source="PT5; S4 section 5.3.3",
    phase="providers",
    writes=("provider_accept_new",),
    order=APPLY + 4 - 69,
)
def choose_newcomers(
    provider_discipline,
    provider_patients,
    provider_need,
    provider_volume_share,
    provider_accept_new,
    scheme_risk_adjustment,
    selectivity,
    strength,
):
    """Lower acceptance of newcomers by the margin that pay for the list leaves below its need.

    Nobody is chosen by person: a practice whose people need more than the mean, which pay reckons with as far
    as it is not adjusted for risk, closes its door.
    """
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
            provider_accept_new[j] *= 1.0 - strength * min(1.0, selectivity * unpaid)
