"""M57: the tier whose spending grows shifts tasks to the other tier's staff."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import HOME_CARE, HOME_NURSING

parameter("shift_response", 1.0, 0.2, 3.0, "ratio", "assumption; direction S3 section 3.3.2",
          "share of tasks shifted per unit by which a tier's spending outgrew the other's")  # fmt: skip
parameter("shift_tolerance", 0.01, 0.0, 0.03, "0-1", "assumption",
          "difference in growth that no tier acts on")  # fmt: skip
parameter("shift_most", 0.2, 0.05, 0.4, "0-1", "assumption", "largest share of tasks that can be shifted")
parameter("shift_loss", 0.1, 0.0, 0.3, "0-1", "assumption; sign S3 section 3.3.2 (- efficiency)",
          "part of the shifted tasks that nobody takes over")  # fmt: skip

_FEDERAL, _FLEMISH = 0, 1


@mechanism(
    "M57",
    title="Cost shifting between tiers",
    claim="federal pays nurses, Flanders home care -> savings by shifting tasks to the other tier's staff",
    sign="- efficiency",
    grade="c",
    source="S3 section 3.3.2",
    phase="providers",
    writes=("provider_demand", "zone_shifted"),
)
def shift_tasks(
    zone_first_provider,
    zone_last_provider,
    zone_effective_fragmentation,
    zone_shifted,
    scheme_pooled_budget,
    payer_recent_cents,
    payer_usual_cents,
    provider_discipline,
    provider_capacity,
    provider_demand,
    shift_response,
    shift_tolerance,
    shift_most,
    shift_loss,
    strength,
):
    """Move demand from home nursing (federal) to home care (Flemish), or back, and lose some of it.

    The tier whose spending grew more, last year against the last four, moves a share by the difference, by
    effective fragmentation and by the budgets that are not pooled.
    """
    federal, flemish = payer_usual_cents[_FEDERAL], payer_usual_cents[_FLEMISH]
    if federal == 0.0 or flemish == 0.0:
        return
    gap = payer_recent_cents[_FEDERAL] / federal - payer_recent_cents[_FLEMISH] / flemish
    giver, taker = (HOME_NURSING, HOME_CARE) if gap > 0.0 else (HOME_CARE, HOME_NURSING)
    drive = shift_response * max(0.0, abs(gap) - shift_tolerance) * (1.0 - scheme_pooled_budget[0])
    for z in range(zone_first_provider.size):
        share = strength * min(shift_most, drive * zone_effective_fragmentation[z])
        moved = capacity = 0.0
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            if provider_discipline[j] == giver:
                moved += share * provider_demand[j]
            elif provider_discipline[j] == taker:
                capacity += provider_capacity[j]
        if capacity <= 0.0 or moved <= 0.0:
            continue
        zone_shifted[z] = moved
        for j in range(zone_first_provider[z], zone_last_provider[z]):
            if provider_discipline[j] == giver:
                provider_demand[j] -= share * provider_demand[j]
            elif provider_discipline[j] == taker:
                provider_demand[j] += moved * (1.0 - shift_loss) * provider_capacity[j] / capacity
