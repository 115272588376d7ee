"""M19: many tables to attend favour large organisations."""

from cas_model.config.declarations import mechanism, parameter

parameter("attending_size", 2.0, 0.5, 6.0, "professionals", "assumption; direction P16",
          "size of an organisation that can attend half as often as a very large one")  # fmt: skip


@mechanism(
    "M19",
    title="Many arenas",
    claim="many arenas to attend -> only large organisations can staff them -> representation skewed",
    sign="- voice",
    grade="b",
    source="S3 sections 3.2.1.2, 3.3.1",
    phase="councils",
    writes=("provider_attendance",),
)
def stay_away(
    provider_heads, provider_represents, provider_zone, provider_attendance, zone_paid_participation,
    attending_size, strength,
):  # fmt: skip
    """Lower attendance of small organisations, less where participation is paid."""
    for j in range(provider_heads.size):
        size = provider_heads[j] / provider_represents[j]
        able = size / (size + attending_size * (1.0 - 0.7 * zone_paid_participation[provider_zone[j]]))
        provider_attendance[j] *= 1.0 - strength * (1.0 - able)
