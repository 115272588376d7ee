"""M40: when extra money ends, councils spend their time looking for new."""

from cas_model.config.declarations import PREPARE, mechanism, parameter

parameter("project_search", 0.4, 0.1, 0.8, "0-1", "assumption",
          "staff time spent on finding money where only the memory of it is left")  # fmt: skip


@mechanism(
    "M40",
    title="Money that vanishes",
    claim="crisis tasks end -> extra funds vanish -> councils search for project money",
    sign="- capacity",
    grade="b",
    source="S3 section 3.3.2",
    phase="councils",
    writes=("zone_staff",),
    order=PREPARE - 36,
)
def search_for_money(
    zone_project_memory, zone_project_eur, zone_core_eur, zone_staff, project_search, strength
):
    """Lose staff time by what project money has fallen below its memory, relative to it and core together."""
    for z in range(zone_staff.size):
        gone = zone_project_memory[z] - zone_project_eur[z]
        if gone > 0.0:
            zone_staff[z] *= 1.0 - strength * project_search * gone / (gone + zone_core_eur[z])
