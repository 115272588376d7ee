"""Border reform: zones, regions and hospital networks get the same borders, in one step or several."""

from cas_model.config.declarations import Parameter
from cas_model.config.shock_declarations import SEVERITY, duration_months, shock, start_month


@shock(
    "border_reform",
    label="Border reform",
    source="dossier 7 S-13, 6 PT8; M22, M42; S4 Rec. 3",
    meaning="borders are announced and aligned: what moves cuts ties, and less misfit is left for good",
    fields=(
        start_month(24, "dossier 7 S-13"),
        duration_months(1, 240, "dossier 7 S-13 (one step); several steps are spread evenly over it"),
        Parameter("steps", 1, 1, 12, "steps", "dossier 7 S-13 (one or three)", "steps it takes", whole=True),
        Parameter(
            "notice_months", 12, 0, 48, "months", "assumption; P12 (waiting after an announcement)",
            "how long before each step it is announced", whole=True,
        ),
        Parameter("alignment", 0.8, 0.0, 1.0, "0-1", "assumption", "share of the misfit it closes in all"),
        Parameter(
            "shifted", 0.0, 0.0, 1.0, "0-1", "assumption; M42 (who had just adapted must adapt again)",
            "share of the work across organisations whose border moves without closing any misfit, in all",
        ),
        SEVERITY,
    ),
    alone=True,
    writes=(
        "zone_announced", "zone_moved", "zone_misfit", "zone_hospital_misfit", "zone_region_misfit",
    ),
)  # fmt: skip
def redraw(
    event_now,
    event_zones,
    event_duration_months,
    event_steps,
    event_notice_months,
    event_alignment,
    event_shifted,
    event_severity,
    zone_announced,
    zone_moved,
    zone_misfit,
    zone_hospital_misfit,
    zone_region_misfit,
):
    """Announce each step during its notice, then take it: an equal part of the misfit in all to be closed.

    Steps that fall into one month are taken together. A notice counts as one reform spread over its months,
    not longer than the time since the step before. The share of the zone that moves is the misfit
    that the step closes, and what it shifts besides.
    """
    now, steps = event_now[0], int(event_steps)
    gap = event_duration_months / event_steps
    closed = min(1.0, event_severity * event_alignment)
    for step in range(steps):
        due = float(int(step * gap))
        notice = event_notice_months if step == 0 else min(event_notice_months, due - int((step - 1) * gap))
        announced = (
            min(1.0, event_severity) * 12.0 / notice if notice > 0.0 and due - notice <= now < due else 0.0
        )
        left = (1.0 - closed * (step + 1) / steps) / (1.0 - closed * step / steps)
        for z in range(event_zones.size):
            if event_zones[z]:
                zone_announced[z] += announced
                if now == due:
                    before = zone_misfit[z]
                    zone_hospital_misfit[z] *= left
                    zone_region_misfit[z] *= left
                    zone_misfit[z] = 1.0 - (1.0 - zone_hospital_misfit[z]) * (1.0 - zone_region_misfit[z])
                    shifted = event_severity * event_shifted / steps
                    zone_moved[z] = min(1.0, zone_moved[z] + before - zone_misfit[z] + shifted)
