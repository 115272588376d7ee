"""Partners are found through partners: triads close."""

from cas_model.config.adaptation import adaptation_rule
from cas_model.config.vocabulary import SLOTS
from cas_model.numerics.addressed_random import uniform
from cas_model.rules.rewiring import MEETINGS, begin_tie, meet_somebody, suits, wanted_discipline


@adaptation_rule(
    "rewiring",
    "partners_of_partners",
    label="Partners of partners",
    source="assumption; multiplex ties and reputation raise trust (R63)",
    meaning="the partner whom the most trusted partner has in the discipline, else one whom a seeker meets",
    writes=(
        "tie_partner", "tie_trust", "tie_contact", "tie_task", "tie_history", "tie_breaches", "tie_formal",
    ),
)  # fmt: skip
def seek_through_partners(
    zone_first_provider,
    zone_last_provider,
    provider_discipline,
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
    """Look for partners in empty slots among the partners of partners, then among whom one meets."""
    for j in range(provider_discipline.size):
        first, last = zone_first_provider[provider_zone[j]], zone_last_provider[provider_zone[j]]
        for s in range(SLOTS):
            t = j * SLOTS + s
            if tie_partner[t] >= 0 or uniform(key_seek[0], t) >= provider_tie_seeking[j]:
                continue
            wanted, found, most = wanted_discipline(s, provider_discipline[j]), -1, -1.0
            for other in range(j * SLOTS, (j + 1) * SLOTS):
                k = tie_partner[other]
                if k < 0 or tie_trust[other] <= most:
                    continue
                c = tie_partner[k * SLOTS + wanted]
                if c >= 0 and suits(c, j, s, wanted, provider_discipline, provider_heads, tie_partner):
                    found, most = c, tie_trust[other]
            attempt = 0
            while found < 0 and attempt < MEETINGS:
                c = meet_somebody(t, attempt, first, last, key_candidate)
                if suits(c, j, s, wanted, provider_discipline, provider_heads, tie_partner):
                    found = c
                attempt += 1
            if found >= 0:
                begin_tie(t, found, tie_partner, tie_trust, tie_contact, tie_task, tie_history, tie_breaches,
                          tie_formal, trust_resting)  # fmt: skip
