"""Phase care, last: who is offered a dose in a vaccination campaign, and who takes it."""

from __future__ import annotations

from cas_model.config.declarations import ACT, parameter, process
from cas_model.config.vocabulary import EVERYONE, N_GROUPS
from cas_model.model.processes.groups import age_in_years, belongs, some_group_is_struck
from cas_model.model.processes.seeking import quintile
from cas_model.numerics.addressed_random import uniform
from cas_model.numerics.functions import logistic, unsigned

parameter("campaign_alone", 0.2, 0.0, 0.6, "0-1", "assumption; role of care councils S2",
          "part of the people meant that a campaign gets round to without the councils")  # fmt: skip
parameter("vaccine_willing", 2.0, 0.5, 4.0, "logit", "assumption; R76 (uptake by region)",
          "willingness to take a dose with middling experience, usual continuity and literacy")  # fmt: skip
parameter("vaccine_by_experience", 3.0, 0.0, 6.0, "logit", "assumption; trust in the own practice, S2",
          "effect of a patient's experience of care on willingness")  # fmt: skip
parameter("vaccine_by_continuity", 1.0, 0.0, 3.0, "logit", "assumption; trust in the own practice, S2",
          "effect of continuity with the own practice on willingness")  # fmt: skip
parameter("vaccine_by_literacy", 4.0, 0.0, 8.0, "logit", "assumption; M46, M65",
          "fall of willingness per unit of health literacy below its mean")  # fmt: skip
parameter("vaccine_offline", 0.8, 0.0, 2.0, "logit", "assumption; M46, M65",
          "fall of willingness without digital access")  # fmt: skip


@process(
    "care",
    ACT + 2,
    writes=("patient_vaccinated", "measure_eligible", "measure_vaccinated"),
)
def offer_doses(
    start,
    stop,
    clock_month,
    zone_first_row,
    zone_last_row,
    zone_vaccine_offer,
    zone_campaign_begins,
    zone_campaign_reach,
    zone_dose_barrier_factor,
    patient_birth_month,
    patient_rank,
    patient_practice,
    patient_literacy,
    patient_digital,
    patient_experience,
    patient_continuity,
    patient_vaccinated,
    provider_accept,
    measure_eligible,
    measure_vaccinated,
    key_dose_offer,
    origin_population_willing,
    literacy_mean,
    vaccine_willing,
    vaccine_by_experience,
    vaccine_by_continuity,
    vaccine_by_literacy,
    vaccine_offline,
):
    """Offer doses to people of the campaign's groups; willing ones take them.

    An offer comes with chance offer x reach of the campaign x acceptance of the own practice: somebody has to
    organise (M46: the council), the practice to find time. Who takes it depends on what the practice has been
    to the person (experience, continuity) and on literacy and digital access, whose barrier outreach lowers.
    A person's own disposition is drawn once, so that another offer alone changes no mind. Each campaign
    is about a new dose.
    """
    month = clock_month[0]
    for z in range(zone_first_row.size):
        low, high = max(start, zone_first_row[z]), min(stop, zone_last_row[z])
        meant = zone_vaccine_offer[z, EVERYONE] > 0.0 or some_group_is_struck(z, zone_vaccine_offer)
        if low >= high or not meant:
            continue
        for row in range(low, high):
            i = unsigned(row)
            if zone_campaign_begins[z] == 1.0:
                patient_vaccinated[i] = 0
            age, offer = age_in_years(month, patient_birth_month[i]), 0.0
            for g in range(N_GROUPS):
                if belongs(g, age, patient_rank[i]):
                    offer = max(offer, zone_vaccine_offer[z, g])
            if offer == 0.0:
                continue
            q = quintile(patient_rank[i])
            measure_eligible[z, q] += 1
            chance = offer * zone_campaign_reach[z] * provider_accept[unsigned(patient_practice[i])]
            if patient_vaccinated[i] == 0 and uniform(key_dose_offer[0], i) < chance:
                missing = max(0.0, literacy_mean - float(patient_literacy[i]))
                barrier = vaccine_by_literacy * missing + vaccine_offline * (1.0 - patient_digital[i])
                trust = vaccine_by_experience * (float(patient_experience[i]) - 0.5)
                trust += vaccine_by_continuity * (float(patient_continuity[i]) - 0.7)
                willing = logistic(vaccine_willing + trust - barrier * zone_dose_barrier_factor[z])
                patient_vaccinated[i] = uniform(origin_population_willing[0], i) < willing
            measure_vaccinated[z, q] += patient_vaccinated[i]
