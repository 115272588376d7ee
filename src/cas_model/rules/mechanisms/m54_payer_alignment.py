"""M54: payers that do not align cost providers administration, and keep them from joining."""

from cas_model.config.declarations import mechanism, parameter

parameter("misaligned_admin", 0.04, 0.01, 0.08, "0-1", "assumption",
          "working time lost to administration under full fragmentation of payers")  # fmt: skip
parameter("aligned_entry", 1.5, 0.3, 2.5, "ratio", "assumption; direction S4 section 5.3.2",
          "rise of willingness to join per unit of fragmentation below the status quo's")  # fmt: skip


@mechanism(
    "M54",
    title="Payer alignment",
    claim="payers align their mechanisms -> less administration -> more providers join",
    sign="+ integration",
    grade="a",
    source="S4 section 5.3.2",
    phase="providers",
    writes=("provider_admin", "provider_willingness"),
)
def fill_forms(
    provider_zone,
    zone_effective_fragmentation,
    provider_admin,
    provider_willingness,
    misaligned_admin,
    aligned_entry,
    strength,
):
    """Add administration by effective fragmentation (against the status quo's 0.6, which the base holds).

    By the same difference fewer, or more, join a voluntary scheme.
    """
    for j in range(provider_zone.size):
        gap = zone_effective_fragmentation[provider_zone[j]] - 0.6
        provider_admin[j] += strength * misaligned_admin * gap
        provider_willingness[j] *= 1.0 - strength * aligned_entry * gap
