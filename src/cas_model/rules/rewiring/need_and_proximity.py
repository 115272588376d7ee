"""Partners are found among whom one happens to meet, by need and nearness."""

from cas_model.config.adaptation import adaptation_rule
from cas_model.config.vocabulary import SLOTS
from cas_model.numerics.addressed_random import uniform
from cas_model.rules.rewiring import MEETINGS, begin_tie, meet_somebody, suits, wanted_discipline


@adaptation_rule(
    "rewiring",
    "need_and_proximity",
    label="Need and nearness",
    source="assumption; proximity and need of M22, M26, M60",
    meaning="one whom a seeker meets and who suits, from its own municipality if possible",
    writes=(
        "tie_partner", "tie_trust", "tie_contact", "tie_task", "tie_history", "tie_breaches", "tie_formal",
    ),
    default=True,
)  # fmt: skip
def seek_near(
    zone_first_provider,
    zone_last_provider,
    provider_discipline,
    provider_municipality,
    provider_heads,
    provider_zone,
    provider_tie_seeking,
    tie_partner,
    tie_trust,
    tie_contact,
    tie_task,
    tie_history,
    tie_breaches,
    tie_formal,
    key_seek,
    key_candidate,
    trust_resting,
):
    """Look for partners in empty slots.

    A seeker meets eight random providers of the zone and takes the last near one that suits, else the first
    that suits.
    """
    for j in range(provider_discipline.size):
        first, last = zone_first_provider[provider_zone[j]], zone_last_provider[provider_zone[j]]
        for s in range(SLOTS):
            t = j * SLOTS + s
            if tie_partner[t] >= 0 or uniform(key_seek[0], t) >= provider_tie_seeking[j]:
                continue
            wanted, found = wanted_discipline(s, provider_discipline[j]), -1
            for attempt in range(MEETINGS):
                c = meet_somebody(t, attempt, first, last, key_candidate)
                near = found < 0 or provider_municipality[c] == provider_municipality[j]
                if near and suits(c, j, s, wanted, provider_discipline, provider_heads, tie_partner):
                    found = c
            if found >= 0:
                begin_tie(t, found, tie_partner, tie_trust, tie_contact, tie_task, tie_history, tie_breaches,
                          tie_formal, trust_resting)  # fmt: skip
