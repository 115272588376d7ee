"""M04: clear mandates, legal backing and voice make actors answer to citizens."""

from cas_model.config.declarations import mechanism, parameter

parameter("mandate_effect", 0.8, 0.2, 1.6, "logit", "assumption",
          "effect of clear mandates and accountability on execution")  # fmt: skip


@mechanism(
    "M04",
    title="Accountability",
    claim="opaque system -> clear mandates, legal backing, voice -> accountability to citizens",
    sign="+ equity",
    grade="a",
    source="S0 pr.4; S3 section 3.4.1",
    phase="councils",
    writes=("zone_execution_drive",),
)
def hold_to_account(
    zone_region,
    zone_mandate,
    zone_accountability,
    zone_meta_sanction,
    zone_audited,
    region_meta_active,
    zone_execution_drive,
    mandate_effect,
    strength,
):
    """Raise execution with the mandate, more where somebody holds councils to account.

    A meta-governor with sanctions counts half, and in full right after an audit.
    """
    for z in range(zone_mandate.size):
        watched = region_meta_active[zone_region[z]] * zone_meta_sanction[z] * (0.5 + 0.5 * zone_audited[z])
        held = max(zone_accountability[z], watched)
        zone_execution_drive[z] += strength * mandate_effect * (zone_mandate[z] - 0.35 + held)
