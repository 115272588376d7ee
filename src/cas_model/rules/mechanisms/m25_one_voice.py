"""M25: a region that speaks as one is heard by the authorities."""

import numpy as np

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import GOALS

parameter("hearing_rate", 0.02, 0.0, 0.06, "per month", "assumption; existence S3 section 3.4.2",
          "speed at which the Flemish tier takes over what all regions ask with one voice")  # fmt: skip
parameter("unison_spread", 0.1, 0.03, 0.2, "0-1", "assumption",
          "mean distance of a region's councils from their common goal at which nobody is heard")  # fmt: skip

_FLEMISH = 1


@mechanism(
    "M25",
    title="One voice",
    claim="region speaks as one -> authorities respond where a lone organisation is ignored",
    sign="+ influence",
    grade="c",
    source="S3 section 3.4.2",
    phase="meta_governance",
    writes=("authority_goals",),
)
def be_heard(zone_region, zone_goals, region_goals, authority_goals, hearing_rate, unison_spread, strength):
    """Draw the goals of the Flemish tier to those of each region, by how close its councils are.

    Closeness is 1 - (mean distance of councils from their mean) / `unison_spread`, at least 0.
    """
    n_regions = region_goals.shape[0]
    common = np.zeros((n_regions, len(GOALS)))
    members, gap = np.zeros(n_regions), np.zeros(n_regions)
    for z in range(zone_region.size):
        members[zone_region[z]] += 1.0
        common[zone_region[z]] += zone_goals[z]
    for z in range(zone_region.size):
        r = zone_region[z]
        for g in range(len(GOALS)):
            gap[r] += abs(zone_goals[z, g] - common[r, g] / members[r]) / len(GOALS) / members[r]
    for r in range(n_regions):
        unison = max(0.0, 1.0 - gap[r] / unison_spread) if members[r] > 0.0 else 0.0
        pull = strength * hearing_rate * unison / n_regions
        for g in range(len(GOALS)):
            authority_goals[_FLEMISH, g] += pull * (region_goals[r, g] - authority_goals[_FLEMISH, g])
