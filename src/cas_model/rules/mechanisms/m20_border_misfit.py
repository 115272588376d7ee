"""M20: hospital and zone borders that differ weaken transmural work."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GP, HOSPITAL, SLOTS

parameter("misfit_effect", 2.0, 0.5, 4.0, "logit", "assumption",
          "fall of hand-over under full misfit")  # fmt: skip


@mechanism(
    "M20",
    title="Border misfit",
    claim="zones and hospital networks with different borders -> transaction costs -> weak transmural work",
    sign="- integration",
    grade="a",
    source="S3 section 3.1.2; S4 section 5.2.1, Rec. 3",
    phase="providers",
    writes=("provider_hand_over_drive", "tie_task_drive"),
)
def cross_borders(
    provider_discipline,
    provider_zone,
    zone_misfit,
    provider_hand_over_drive,
    tie_partner,
    tie_task_drive,
    misfit_effect,
    strength,
):
    """Lower hand-over to practices and joint tasks with hospitals by the zone's misfit."""
    for j in range(provider_discipline.size):
        if provider_discipline[j] == GP:
            loss = strength * misfit_effect * zone_misfit[provider_zone[j]]
            provider_hand_over_drive[j] -= loss
            if tie_partner[j * SLOTS + HOSPITAL] >= 0:
                tie_task_drive[j * SLOTS + HOSPITAL] -= 0.5 * loss
