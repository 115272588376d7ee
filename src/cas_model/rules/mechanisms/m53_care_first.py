"""M53: where care was reorganised before, a financial reform sticks."""

from cas_model.config.declarations import mechanism, parameter

parameter("care_first_pace", 3.0, 0.5, 6.0, "ratio", "assumption; direction S4 section 5.3.2",
          "gain in pace of rebuilding work with full trust and joint tasks that all succeed")  # fmt: skip
parameter("care_first_hold", 0.8, 0.2, 1.0, "0-1", "assumption; direction S4 section 5.3.2",
          "fall of the hazard of leaving there")  # fmt: skip

_STRANGERS_TRUST, _STRANGERS_TASK = 0.3, 0.3


@mechanism(
    "M53",
    title="Care before finance",
    claim="reorganise care first -> competences and gaps visible, trust built -> financial reform sticks",
    sign="+ order effect",
    grade="a",
    source="S4 section 5.3.2",
    phase="providers",
    writes=("provider_uptake_pace", "provider_leaving"),
)
def build_on_care(
    provider_mean_trust,
    provider_team_task,
    provider_uptake_pace,
    provider_leaving,
    care_first_pace,
    care_first_hold,
    strength,
):
    """Raise the pace and hold members in by trust and joint work above what strangers have."""
    for j in range(provider_mean_trust.size):
        trust = max(0.0, provider_mean_trust[j] - _STRANGERS_TRUST) / (1.0 - _STRANGERS_TRUST)
        task = max(0.0, provider_team_task[j] - _STRANGERS_TASK) / (1.0 - _STRANGERS_TASK)
        built = strength * 0.5 * (trust + task)
        provider_uptake_pace[j] = min(1.0, provider_uptake_pace[j] * (1.0 + care_first_pace * built))
        provider_leaving[j] *= 1.0 - care_first_hold * built
