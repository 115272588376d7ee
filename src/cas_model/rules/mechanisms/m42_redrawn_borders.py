"""M42: a redraw of borders cuts relations across the line that moved."""

from cas_model.config.declarations import PREPARE, mechanism, parameter
from cas_model.config.vocabulary import HOSPITAL, SLOTS
from cas_model.numerics.addressed_random import uniform

parameter("redraw_loss", 0.5, 0.2, 0.8, "0-1", "dossier 5.1 #54 (assumption)",
          "share of the ties across the moved line that are lost")  # fmt: skip
parameter("redraw_fatigue", 0.3, 0.0, 0.6, "0-1", "assumption; dossier 5.1 #55",
          "fatigue added where all borders move at once")  # fmt: skip


@mechanism(
    "M42",
    title="Redrawn borders",
    claim="new borders soon after the last reform -> who had just adapted must adapt again -> frustration",
    sign="- integration",
    grade="b",
    source="S3 section 3.5.2",
    phase="providers",
    writes=("tie_partner", "tie_event", "zone_fatigue"),
    order=PREPARE - 38,
)
def cut_ties(
    zone_first_provider,
    zone_last_provider,
    zone_moved,
    zone_fatigue,
    tie_partner,
    tie_event,
    key_redraw,
    redraw_loss,
    redraw_fatigue,
    strength,
):
    """Cut a tie with chance moved share x loss; the tie with the hospital follows patients and stays."""
    for z in range(zone_moved.size):
        if zone_moved[z] == 0.0:
            continue
        zone_fatigue[z] += strength * redraw_fatigue * zone_moved[z] * (1.0 - zone_fatigue[z])
        chance = strength * redraw_loss * zone_moved[z]
        for t in range(zone_first_provider[z] * SLOTS, zone_last_provider[z] * SLOTS):
            if t % SLOTS != HOSPITAL and tie_partner[t] >= 0 and uniform(key_redraw[0], t) < chance:
                tie_partner[t] = -1
                tie_event[t] = 0
