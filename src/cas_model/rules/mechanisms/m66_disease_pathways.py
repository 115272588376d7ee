"""M66: pathways for one disease make tasks clear and fit multimorbidity badly."""

from cas_model.config.declarations import mechanism, parameter

parameter("pathway_gain", 0.15, 0.0, 0.4, "ratio", "assumption; existence S4 section 5.2.2",
          "rise of joint-task success for people with one condition under pathways only")  # fmt: skip
parameter("pathway_misfit", 0.30, 0.1, 0.6, "ratio", "assumption; existence S4 section 5.2.2",
          "fall of joint-task success for people with several conditions under pathways only")  # fmt: skip


@mechanism(
    "M66",
    title="Disease pathways",
    claim="disease-by-disease pathways -> clear tasks but poor fit for multimorbidity",
    sign="+/- experience",
    grade="b",
    source="S4 section 5.2.2",
    phase="providers",
    writes=("zone_single_fit", "zone_multimorbid_fit"),
)
def follow_pathways(
    zone_pathway_focus, zone_single_fit, zone_multimorbid_fit, pathway_gain, pathway_misfit, strength
):
    """Fit joint tasks better to people with one condition, worse to people with several."""
    for z in range(zone_pathway_focus.size):
        zone_single_fit[z] += strength * pathway_gain * zone_pathway_focus[z]
        zone_multimorbid_fit[z] -= strength * pathway_misfit * zone_pathway_focus[z]
