"""M15: in a small territory people know each other."""

import math

import numpy as np

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import unsigned

parameter("relational_scale", 200000, 100000, 400000, "inhabitants", "assumption; form dossier 5.2.7",
          "population over which relations thin out")  # fmt: skip
parameter("relational_effect", 0.3, 0.1, 0.6, "0-1", "assumption",
          "gain in contact in a very small zone")  # fmt: skip


@mechanism(
    "M15",
    title="Small territory",
    claim="small territory -> relations and trust easy, but range and skills lacking",
    sign="+ relations; an inverted U in size together with M18",
    grade="a",
    source="S4 section 5.2.1",
    phase="providers",
    writes=("tie_contact_drive",),
)
def know_each_other(
    count_ties,
    tie_filled,
    provider_zone,
    zone_population,
    tie_contact_drive,
    relational_scale,
    relational_effect,
    strength,
):
    """Raise contact by exp(-N / scale), against the mean zone of 115 000."""
    usual = math.exp(-115000.0 / relational_scale)
    gain = np.empty(zone_population.size)
    for z in range(zone_population.size):
        close = math.exp(-zone_population[z] / relational_scale)
        gain[z] = strength * relational_effect * (close - usual)
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        tie_contact_drive[t] += gain[provider_zone[t // SLOTS_UNSIGNED]]
