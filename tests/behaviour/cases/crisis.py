"""Claims M37-M46: crisis, pace of reform and learning."""

from behaviour.case import (
    Case,
    alternating,
    both,
    counted,
    crisis,
    every_other,
    execution_but_for_fatigue,
    mean,
    of_ties,
    put,
    running,
    ties_kept,
)
from cas_model.config.vocabulary import ELDEST, OUTREACH

heat = {"shocks": [{"kind": "heat_wave", "start_month": 1}]}
campaign = {"shocks": [{"kind": "vaccination_campaign", "start_month": 1}]}
redrawn = {"shocks": [{"kind": "border_reform", "start_month": 1, "notice_months": 0, "alignment": 1.0}]}
announced = {"shocks": [{"kind": "border_reform", "start_month": 12}]}
unreached = put(zone_initiative=0, zone_population_manager=0)

CASES = (
    Case("M37", "a crisis brings young structures together", put(zone_rigidity=0), put(zone_rigidity=1),
         of_ties("tie_contact"), +1, 6, 12, world=crisis),
    Case("M37", "and earns them recognition", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_legitimacy"), +1, 6, 12, world=crisis),
    Case("M38", "structures that age set in routines", put(zone_rigidity=0), put(zone_rigidity=1),
         mean("zone_rigidity"), +1, 12, 12),
    Case("M39", "a crisis narrows local room", put(zone_autonomy=0.8),
         put(zone_autonomy=0, zone_effective_autonomy=0),
         mean("zone_effective_autonomy"), -1, 3, 3, world=crisis),
    Case("M41", "reforms tire", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_fatigue"), +1, 12),
    Case("M41", "the tired wait and see", put(zone_turbulence=2), put(zone_turbulence=0, zone_fatigue=0),
         mean("zone_execution"), -1, 12),
    Case("M44", "pilots without a future tire", put(zone_initiative=0.8, zone_institutionalised=0),
         put(zone_initiative=0.8, zone_institutionalised=0.8), mean("zone_fatigue"), +1, 3, leak=0.01),
    Case("M44", "who took part is asked again", put(provider_attended=alternating(0.1, 0.9)),
         put(provider_attended=0.3), every_other("provider_attendance"), +1, 1, 1, leak=0.01),
    Case("M45", "what is not evaluated is forgotten", put(zone_information_maturity=0, zone_learning=1),
         put(zone_information_maturity=1), mean("zone_learning"), -1, 6, 12),
    Case("M46", "outreach spares people going without",
         both(running(OUTREACH), put(zone_population_manager=1)), unreached, counted("forgone", 12), -1, 12),
    Case("M46", "and shields old people in heat", both(running(OUTREACH), put(zone_population_manager=1)),
         unreached, mean("zone_death_rise", ELDEST), -1, world=heat),
    Case("M46", "and brings the dose to those whom no letter reaches",
         both(running(OUTREACH), put(zone_population_manager=1, patient_literacy=0.2)), unreached,
         mean("patient_vaccinated"), +1, 6, world=campaign, world_out_of_context={}),
    Case("M46", "and a council that gets things done brings a campaign to people",
         put(zone_execution=0.9, zone_initiative=0), unreached, mean("zone_campaign_reach"), +1,
         world=campaign, world_out_of_context={}),
    Case("M46", "and a weak council does no harm to it", put(zone_execution=0.02, zone_initiative=0),
         unreached, mean("zone_campaign_reach"), +1, world=campaign, world_out_of_context={}),
    Case("M40", "councils whose project money is gone look for new", put(zone_project_memory=200_000),
         put(zone_project_memory=0), mean("zone_staff"), -1, 1, 12),
    Case("M42", "borders that move cut ties", put(), put(), ties_kept, -1, 1, 1, world=redrawn,
         world_out_of_context=announced),
    Case("M42", "and tire", put(), put(), mean("zone_fatigue"), +1, 1, 1, world=redrawn,
         world_out_of_context=announced),
    Case("M43", "across them bad memories fade", put(tie_history=-0.5), put(tie_history=-0.5),
         of_ties("tie_history"), +1, 1, 1, world=redrawn, world_out_of_context=announced),
    Case("M41", "and while it is announced councils wait", put(zone_turbulence=0, zone_fatigue=0),
         put(zone_turbulence=0, zone_fatigue=0), execution_but_for_fatigue, -1, world=announced,
         world_out_of_context={}),
    Case("M41", "a reform of borders tires before it comes", put(zone_turbulence=0, zone_fatigue=0),
         put(zone_turbulence=0, zone_fatigue=0), mean("zone_fatigue"), +1, world=announced,
         world_out_of_context={}),
)  # fmt: skip
