"""Columns of zones (with their care councils), regions, tiers, the support institute and networks."""

from __future__ import annotations

from cas_model.config.vocabulary import GOALS, N_CLUSTERS, N_DISCIPLINES, N_GROUPS, N_TOPICS
from cas_model.model.columns.column import BIG, column

# --- zone: a primary care zone and its care council ------------------------------------------------------
for _name, _start, _unit, _meaning, _low, _high in (
    ("population", 115000, "persons", "inhabitants", 0, BIG),
    ("poverty", 0.08, "0-1", "share of people at risk of poverty", 0, 1),
    ("risk_points", 0, "0-9", "points on the criteria that weight the council budget", 0, 9),
    ("city", 0, "0/1", "the zone is (part of) a city", 0, 1),
    ("largest_municipality", 0.4, "0-1", "population share of the largest municipality", 0, 1),
    ("hospital_misfit", 0.35, "0-1", "share of hospital use outside the zone's main network", 0, 1),
    ("region_misfit", 0.0, "0-1", "population share outside the zone's main region", 0, 1),
    ("misfit", 0.35, "0-1", "share of cross-organisation work across other borders", 0, 1),
    # environment, set by levers
    ("fragmentation", 0.6, "0-1", "competence fragmentation between tiers", 0, 1),
    ("effective_fragmentation", 0.6, "0-1", "fragmentation left after coordination", 0, 1),
    ("mandate", 0.35, "0-1", "clarity of mandates and legal backing", 0, 1),
    ("autonomy", 0.45, "0-1", "room for local decisions", 0, 1),
    ("effective_autonomy", 0.45, "0-1", "autonomy after crisis steering", 0, 1),
    ("floor", 0.6, "0-1", "strength of central minimum standards", 0, 1),
    ("turbulence", 0.3, "per year", "structural reforms announced", 0, 5),
    ("co_decision", 0, "0/1", "levels decide together", 0, 1),
    ("decision_rule", 1, "code", "0 simple majority, 1 per cluster, 2 consensus", 0, 2),
    ("local_authority_seats", 6, "seats", "council seats of local authorities", 1, 12),
    ("health_seats", 6, "seats", "council seats of health care", 1, 12),
    ("welfare_seats", 6, "seats", "council seats of welfare", 1, 12),
    ("people_seats", 3, "seats", "council seats of the people cluster", 0, 12),
    ("paid_participation", 0, "0-1", "share of meeting time that is paid", 0, 1),
    ("population_manager", 0.5, "FTE", "population manager", 0, 3),
    ("core_budget_rate", 1.33, "EUR/weighted inhabitant/year", "core budget", 0, 20),
    ("staff_floor", 0, "FTE", "staff guaranteed to every council", 0, 5),
    ("cofunding_rate", 0, "EUR/inhabitant/year", "co-funding by municipalities", 0, 10),
    ("vision_process", 0, "0-1", "joint sense-making on a shared long-term vision", 0, 1),
    ("shared_vision", 0, "0-1", "vision that clusters share when they vote", 0, 1),
    (
        "record_maturity",
        0.25,
        "0-1",
        "use of shared records that the information system makes possible",
        0,
        1,
    ),
    ("inclusive_negotiation", 0, "0-1", "negotiated spaces opened to all actors", 0, 1),
    ("accountability", 0, "0-1", "accountability towards citizens", 0, 1),
    ("information_maturity", 0.25, "0-1", "health information and learning system", 0, 1),
    ("information_lag", 18, "months", "age of the data a council sees", 0, 60),
    ("support_institute", 0.4, "0-1", "support of the institute for primary care", 0, 1),
    ("pathway_focus", 0.3, "0-1", "care of complex patients along pathways for one disease", 0, 1),
    ("task_delegation", 0.3, "0-1", "room in law to delegate tasks", 0, 1),
    ("meta_scope", 0, "code", "0 none, 1 regional, 2 Flemish, 3 federal, 4 interfederal", 0, 4),
    ("meta_neutrality", 0.8, "0-1", "independence of the meta-governor", 0, 1),
    ("meta_capacity", 0.6, "0-1", "capacity of the meta-governor", 0, 1),
    ("meta_sanction", 0.5, "0-1", "power to hold actors to account", 0, 1),
    ("meta_tenure", 6, "years", "term of the meta-governor", 0, 40),
    # council
    ("core_eur", 0, "EUR/year", "core budget", 0, BIG),
    ("project_eur", 0, "EUR/year", "project money", 0, BIG),
    ("cofund_eur", 0, "EUR/year", "co-funding", 0, BIG),
    ("city_staff", 0, "FTE", "city officials who work for the council", 0, 5),
    ("staff", 1, "FTE", "staff net of reporting", 0, 50),
    ("reporting", 0.15, "0-1", "share of staff time spent on justification", 0, 1),
    ("skill", 0.4, "0-1", "competence of the council's staff", 0, 1),
    ("chair", 0.57, "0-1", "quality of the chair", 0, 1),
    ("chair_months", 24, "months", "months left in the chair's term", 0, 600),
    ("legitimacy", 0.35, "0-1", "recognition by the field", 0, 1),
    ("rigidity", 0.1, "0-1", "how far routines have set", 0, 1),
    ("fatigue", 0.2, "0-1", "reform and pilot fatigue", 0, 1),
    ("learning", 0.1, "stock", "lessons drawn from evaluated initiatives", 0, 100),
    ("data", 0.2, "0-1", "how well the council sees its population", 0, 1),
    ("alignment", 0.6, "0-1", "agreement of goals across levels", 0, 1),
    ("decision_pace", 1, "0-1", "share of meetings that come to a vote", 0, 1),
    ("execution_drive", 0, "logit", "sum of reasons for execution this month", -50, 50),
    ("execution", 0.3, "0-1", "chance that a decision is executed in a month", 0, 1),
    ("adopted", 0, "n", "decisions adopted, last 12 months (smoothed)", 0, BIG),
    ("executed", 0, "n", "decisions executed, last 12 months (smoothed)", 0, BIG),
    ("audited", 0, "0-1", "pressure left of the last audit by a meta-governor", 0, 1),
    # what the month's events do to the zone
    ("absence", 0, "0-1", "share of staff absent", 0, 1),
    ("urgency", 0, "0-1", "shared urgency of a crisis", 0, 1),
    ("barrier_factor", 1, "ratio", "what outreach leaves of patients' barriers", 0, 5),
    ("single_fit", 1, "ratio", "how joint tasks fit people with one condition", 0, 2),
    ("multimorbid_fit", 1, "ratio", "how joint tasks fit people with several conditions", 0, 2),
    (
        "campaign_reach",
        0.2,
        "0-1",
        "part of the people meant whom a campaign gets round to",
        0,
        1,
    ),
    ("dose_barrier_factor", 1, "ratio", "what outreach leaves of the barriers to a dose", 0, 5),
    ("support", 0, "ratio", "project money that an event brings, relative to the core budget", 0, 20),
    ("announced", 0, "per year", "border reforms announced, beside turbulence", 0, 50),
    ("moved", 0, "0-1", "share of work across organisations whose border moves this month", 0, 1),
    ("campaign_begins", 0, "0/1", "a vaccination campaign begins this month", 0, 1),
    # council money besides the core
    ("project_rate", 0, "ratio", "project money relative to the core budget", 0, 5),
    (
        "converted",
        0,
        "ratio",
        "former project money that has become core, relative to the core budget",
        0,
        50,
    ),
    ("project_memory", 0, "EUR/year", "project money the council is used to (12 months)", 0, BIG),
    ("durability", 0, "0-1", "part of the fading of initiatives that steady money prevents", 0, 50),
    ("crowding", 0, "0-1", "share of meetings that project delivery takes from policy", 0, 50),
):
    column("zone", _name, "f8", _start, _unit, _meaning, _low, _high)
for _name, _start, _unit, _meaning, _high, _width in (
    ("need_rise", 0, "ratio", "rise of need above normal this month, per group", 20, N_GROUPS),
    ("death_rise", 0, "ratio", "rise of mortality above normal this month, per group", 50, N_GROUPS),
    ("vaccine_offer", 0, "per month", "chance that a campaign offers a dose, per group", 1, N_GROUPS),
    (
        "need_share",
        0,
        "0-1",
        "share of need at the start, per group and discipline",
        1,
        N_GROUPS * N_DISCIPLINES,
    ),
    ("death_share", 0, "0-1", "share of deaths at the start, per group", 1, N_GROUPS),
    ("exit_factor", 1, "ratio", "hazard of leaving relative to normal, per discipline", 100, N_DISCIPLINES),
    ("retirement", 0, "per month", "share of seniors who retire in a wave, per discipline", 1, N_DISCIPLINES),
    (
        "hiring_factor",
        1,
        "ratio",
        "chance to fill a vacancy relative to normal, per discipline",
        1,
        N_DISCIPLINES,
    ),
):
    column("zone", _name, "f8", _start, _unit, _meaning, 0, _high, width=_width)
column("zone", "n_active", "i8", 0, "n", "patients with a request this month", 0, BIG)
column("zone", "n_practices", "i8", 0, "n", "general practices (the zone's first providers)", 0, BIG)
column("zone", "region", "i2", 0, "row", "reference region", 0, 999)
column("zone", "first_row", "i8", 0, "row", "first patient row", 0, BIG)
column("zone", "last_row", "i8", 0, "row", "one past the last patient row", 0, BIG)
column("zone", "first_provider", "i8", 0, "row", "first provider row", 0, BIG)
column("zone", "last_provider", "i8", 0, "row", "one past the last provider row", 0, BIG)
column("zone", "power", "f8", 0.25, "0-1", "influence share of each cluster", width=N_CLUSTERS)
column(
    "zone",
    "power_drive",
    "f8",
    1,
    "weight",
    "sum of this month's claims to influence",
    0,
    BIG,
    width=N_CLUSTERS,
)
column("zone", "cluster_attendance", "f8", 0.4, "0-1", "attendance of each cluster", width=N_CLUSTERS)
column("zone", "need_signal", "f8", 0.5, "0-1", "need for each topic as it is", width=N_TOPICS)
column(
    "zone", "perceived_need", "f8", 0.5, "0-1", "need for each topic as the council sees it", width=N_TOPICS
)
column(
    "zone",
    "backlog",
    "f8",
    0,
    "n",
    "adopted decisions that wait for execution, per topic",
    0,
    BIG,
    width=N_TOPICS,
)
column("zone", "initiative", "f8", 0.1, "0-1", "strength of running initiatives, per topic", width=N_TOPICS)
column(
    "zone",
    "institutionalised",
    "f8",
    0.0,
    "0-1",
    "part of each initiative that no longer needs a grant",
    width=N_TOPICS,
)
column(
    "zone",
    "agenda_items",
    "f8",
    0,
    "n",
    "adopted items per proposing cluster (smoothed)",
    0,
    BIG,
    width=N_CLUSTERS,
)
column("zone", "goals", "f8", 0.5, "0-1", "goal vector of the council", width=len(GOALS))

# --- region, authority, support institute ----------------------------------------------------------------
column("region", "goals", "f8", 0.5, "0-1", "goal vector agreed in the region", width=len(GOALS))
column("region", "meta_active", "f8", 0, "0/1", "a meta-governor is in office", 0, 1)
column("region", "meta_months", "f8", 0, "months", "months left in its term", 0, 600)
column("region", "meta_standing", "f8", 0.3, "0-1", "recognition earned by the meta-governor", 0, 1)
column("authority", "goals", "f8", 0.5, "0-1", "goal vector of the tier", width=len(GOALS))
column("authority", "cycle_months", "f8", 36, "months", "months to the next election", 0, 600)
column("institute", "pool", "f8", 0.1, "0-1", "pooled know-how per topic", width=N_TOPICS)

column("network", "size", "f8", 0, "persons", "inhabitants who use the network", 0, BIG)
column("network", "power", "f8", 0, "0-1", "share of all hospital use", 0, 1)
column("network", "commercial", "f8", 0.5, "0-1", "how far the network follows market logic", 0, 1)
column("network", "seat", "i2", 0, "row", "municipality of the seat", 0, 999)
