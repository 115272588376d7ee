"""M43: a young reform is a chance to begin anew with each other."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS

parameter("fresh_start", 1.0, 0.0, 1.0, "0-1", "assumption",
          "part of bad memories that fades across a moved line")  # fmt: skip


@mechanism(
    "M43",
    title="Fresh start",
    claim="a young reform is also a break point -> chance to renew relations",
    sign="+ relations",
    grade="b",
    source="S3 section 3.5.1",
    phase="providers",
    writes=("tie_history",),
)
def begin_anew(
    zone_first_provider, zone_last_provider, zone_moved, tie_partner, tie_history, fresh_start, strength
):
    """Let bad memories (history below 0) fade by the share of borders that moves."""
    for z in range(zone_moved.size):
        if zone_moved[z] == 0.0:
            continue
        kept = 1.0 - strength * fresh_start * zone_moved[z]
        for t in range(zone_first_provider[z] * SLOTS, zone_last_provider[z] * SLOTS):
            if tie_partner[t] >= 0 and tie_history[t] < 0.0:
                tie_history[t] *= kept
