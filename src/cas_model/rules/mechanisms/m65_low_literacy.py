"""M65: low health literacy keeps the most vulnerable from care."""

import math

import numpy as np

from cas_model.config.declarations import APPLY, mechanism, parameter
from cas_model.config.vocabulary import PANELS

parameter("literacy_effect", 2.0, 0.5, 4.0, "log per unit", "assumption",
          "rise of the log barrier per unit of literacy missing, against its mean")  # fmt: skip


@mechanism(
    "M65",
    title="Low literacy",
    claim="low health and digital literacy, unclear landscape -> the most vulnerable profit least",
    sign="- equity",
    grade="a",
    source="S4 Table 2",
    phase="demography",
    writes=("patient_barrier",),
    order=APPLY,
)
def lose_way(
    start,
    stop,
    clock_month,
    patient_literacy,
    patient_digital,
    patient_barrier,
    literacy_effect,
    literacy_mean,
    strength,
):
    """Raise the barrier by exp(effect x (mean - literacy)), and by a fifth without digital access."""
    panel = (clock_month[0] - 1) % PANELS
    for i in range(start + (panel - start) % PANELS, stop, PANELS):
        gap = literacy_mean - float(patient_literacy[i]) + 0.1 * (1.0 - patient_digital[i])
        factor = math.exp(strength * literacy_effect * gap)
        patient_barrier[i] = np.float32(min(1.0, patient_barrier[i] * factor))
