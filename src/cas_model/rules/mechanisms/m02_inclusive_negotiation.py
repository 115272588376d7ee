"""M02: negotiated spaces open to all actors."""

from cas_model.config.declarations import mechanism, parameter
from cas_model.config.vocabulary import PEOPLE, SOCIAL

parameter("inclusion_effect", 0.8, 0.2, 1.5, "ratio", "assumption",
          "rise of the influence of people and welfare where negotiation is fully inclusive")  # fmt: skip


@mechanism(
    "M02",
    title="Inclusive negotiation",
    claim="narrow medico-legal concertation -> inclusive negotiated spaces -> equitable decisions",
    sign="+ equity",
    grade="a",
    source="S0 pr.2; S4 Table 2",
    phase="councils",
    writes=("zone_power_drive",),
)
def open_table(zone_inclusive_negotiation, zone_power_drive, inclusion_effect, strength):
    """Raise the influence of the people and welfare clusters."""
    for z in range(zone_inclusive_negotiation.size):
        gain = 1.0 + strength * inclusion_effect * zone_inclusive_negotiation[z]
        zone_power_drive[z, PEOPLE] *= gain
        zone_power_drive[z, SOCIAL] *= 1.0 + 0.5 * (gain - 1.0)
