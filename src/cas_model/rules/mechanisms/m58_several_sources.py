"""M58: several sources of money steady a council; projects crowd out its policy role."""

from cas_model.config.declarations import mechanism, parameter

parameter("diversification_effect", 0.6, 0.1, 1.0, "ratio", "assumption",
          "part of the fading of initiatives prevented per unit of diversification")  # fmt: skip
parameter("project_crowding", 0.4, 0.1, 0.8, "0-1", "assumption",
          "share of meetings lost to project delivery by a council that lives on projects alone")  # fmt: skip


@mechanism(
    "M58",
    title="Several sources of money",
    claim="one subsidy source -> dependence; diversification -> stability, but projects crowd out policy",
    sign="+/-",
    grade="b",
    source="S3 section 3.3.2",
    phase="councils",
    writes=("zone_durability", "zone_crowding"),
)
def spread_risk(
    zone_core_eur,
    zone_project_eur,
    zone_cofund_eur,
    zone_durability,
    zone_crowding,
    diversification_effect,
    project_crowding,
    strength,
):
    """Diversification is 1 - sum of squared shares of the three sources; projects crowd by their share."""
    for z in range(zone_durability.size):
        money = zone_core_eur[z] + zone_project_eur[z] + zone_cofund_eur[z]
        if money > 0.0:
            core, project = zone_core_eur[z] / money, zone_project_eur[z] / money
            cofund = zone_cofund_eur[z] / money
            spread = 1.0 - core * core - project * project - cofund * cofund
            zone_durability[z] += strength * diversification_effect * spread
            zone_crowding[z] += strength * project_crowding * project
