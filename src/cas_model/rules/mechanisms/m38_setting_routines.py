"""M38: structures that age set in their routines."""

from cas_model.config.declarations import mechanism, parameter

parameter("rigidity_growth", 0.05, 0.0, 0.1, "per year", "dossier 5.1 #56 (assumption)",
          "setting of routines, of what is still flexible")  # fmt: skip


@mechanism(
    "M38",
    title="Setting routines",
    claim="structures age -> routines set -> flexibility harder in a next crisis",
    sign="- resilience",
    grade="c",
    source="S3 section 3.5.1",
    phase="councils",
    writes=("zone_rigidity",),
)
def set_routines(zone_rigidity, rigidity_growth, strength):
    """Let rigidity grow towards 1."""
    for z in range(zone_rigidity.size):
        zone_rigidity[z] += strength * rigidity_growth / 12.0 * (1.0 - zone_rigidity[z])
