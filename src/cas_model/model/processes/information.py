"""Phase information: what the field is like, and what councils see of it, late and blurred."""

from __future__ import annotations

from cas_model.config.declarations import ACT, PREPARE, parameter, process
from cas_model.config.vocabulary import (
    CASE_MANAGEMENT,
    HAND_OVER,
    N_TOPICS,
    OUTREACH,
    PREVENTION,
    QUINTILES,
    SHARED_RECORDS,
    WORKFORCE_RELIEF,
)
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import clip

parameter("signal_speed", 0.1, 0.03, 0.3, "per month", "assumption",
          "smoothing of a month's events into the need for a topic")  # fmt: skip
parameter("data_noise", 0.15, 0.0, 0.3, "0-1", "assumption; little local data (M64)",
          "error of what a council sees without any data")  # fmt: skip


@process("information", PREPARE, writes=("zone_need_signal",))
def assess_need(
    zone_need_signal,
    zone_poverty,
    zone_first_provider,
    zone_last_provider,
    provider_strain,
    provider_shared_record,
    measure_discharges_65,
    measure_handed_over_65,
    measure_complex,
    measure_covered,
    measure_needs,
    measure_forgone,
    measure_lost,
    signal_speed,
):
    """Update how much each topic is needed in the zone, 0-1.

    Hand-over: 1 - hand-over rate; case management: 1 - coverage of complex patients; outreach: unmet share of
    needs x 10 and poverty x 3; records: 1 - use; relief: strain x 2; prevention: poverty x 5.
    """
    for z in range(zone_poverty.size):
        discharges = handed = patients = covered = needs = unmet = 0.0
        for q in range(QUINTILES):
            discharges += measure_discharges_65[z, q]
            handed += measure_handed_over_65[z, q]
            patients += measure_complex[z, q]
            covered += measure_covered[z, q]
            needs += measure_needs[z, q]
            unmet += measure_forgone[z, q] + measure_lost[z, q]
        strain = record = 0.0
        first, last = zone_first_provider[z], zone_last_provider[z]
        for j in range(first, last):
            strain += provider_strain[j] / (last - first)
            record += provider_shared_record[j] / (last - first)
        for topic in range(N_TOPICS):
            now = zone_need_signal[z, topic]
            if topic == HAND_OVER and discharges > 0.0:
                now = 1.0 - handed / discharges
            elif topic == CASE_MANAGEMENT and patients > 0.0:
                now = 1.0 - covered / patients
            elif topic == OUTREACH and needs > 0.0:
                now = min(1.0, 10.0 * unmet / needs + 3.0 * zone_poverty[z])
            elif topic == SHARED_RECORDS:
                now = 1.0 - record
            elif topic == WORKFORCE_RELIEF:
                now = min(1.0, 2.0 * strain)
            elif topic == PREVENTION:
                now = min(1.0, 5.0 * zone_poverty[z])
            zone_need_signal[z, topic] += signal_speed * (now - zone_need_signal[z, topic])


@process("information", ACT, writes=("zone_perceived_need", "zone_data"))
def update_dashboards(
    zone_need_signal,
    zone_perceived_need,
    zone_data,
    zone_information_maturity,
    zone_information_lag,
    zone_population_manager,
    key_dashboard,
    data_noise,
):
    """Let councils see local need as far as they have data, and the Flemish mean for the rest.

    What they see lags by `information_lag` months (exponential) with an error that shrinks with data. Data
    come from the information system and the population manager.
    """
    n_zones = zone_data.size
    for z in range(n_zones):
        target = clip(0.7 * zone_information_maturity[z] + 0.2 * zone_population_manager[z], 0.0, 1.0)
        zone_data[z] += 0.1 * (target - zone_data[z])
    for topic in range(N_TOPICS):
        mean = 0.0
        for z in range(n_zones):
            mean += zone_need_signal[z, topic] / n_zones
        for z in range(n_zones):
            seen = zone_data[z] * zone_need_signal[z, topic] + (1.0 - zone_data[z]) * mean
            error = (2.0 * uniform(key_dashboard[0], z * N_TOPICS + topic) - 1.0) * data_noise
            seen = clip(seen + error * (1.0 - zone_data[z]), 0.0, 1.0)
            speed = 1.0 / (1.0 + zone_information_lag[z])
            zone_perceived_need[z, topic] += speed * (seen - zone_perceived_need[z, topic])
