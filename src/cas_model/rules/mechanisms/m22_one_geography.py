"""M22: where all sectors share one geography, their people meet."""

import numpy as np

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import SLOTS_UNSIGNED
from cas_model.numerics.functions import clip, unsigned

parameter("aligned_contact", 1.3, 1.0, 1.6, "ratio", "dossier 5.1 #53 (size assumption)",
          "contact where no border differs, relative to the usual misfit")  # fmt: skip

USUAL_MISFIT = 0.35
"""Mean misfit of zones (dossier 5.1 #7)."""


@mechanism(
    "M22",
    title="One geography",
    claim="one geography for all sectors -> actors meet, know, value each other -> cross-sector work",
    sign="+ integration",
    grade="b",
    source="S3 sections 3.4.2, 3.5.2",
    phase="providers",
    writes=("tie_contact_drive",),
)
def share_geography(
    count_ties,
    tie_filled,
    provider_zone,
    zone_misfit,
    tie_contact_drive,
    aligned_contact,
    contact_base,
    strength,
):
    """Raise contact as misfit falls below the usual, lower it above: contact_base x (ratio - 1) at most."""
    gain = np.empty(zone_misfit.size)
    for z in range(zone_misfit.size):
        aligned = clip((USUAL_MISFIT - zone_misfit[z]) / USUAL_MISFIT, -1.0, 1.0)
        gain[z] = strength * (aligned_contact - 1.0) * contact_base * aligned
    for f in range(count_ties[0]):
        t = unsigned(tie_filled[f])
        tie_contact_drive[t] += gain[provider_zone[t // SLOTS_UNSIGNED]]
