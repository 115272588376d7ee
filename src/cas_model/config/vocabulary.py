"""The words of the model: disciplines, clusters, topics, payers, tiers, and how many there are."""

import numpy as np

DISCIPLINES = (
    "gp",
    "home_nursing",
    "pharmacy",
    "allied_health",
    "mental_health",
    "hospital",
    "welfare",
    "home_care",
)
GP, HOME_NURSING, PHARMACY, ALLIED_HEALTH, MENTAL_HEALTH, HOSPITAL, WELFARE, HOME_CARE = range(8)
N_DISCIPLINES = len(DISCIPLINES)
SLOTS = N_DISCIPLINES + 2
SLOTS_UNSIGNED = np.uint32(SLOTS)
"""The same for compiled loops over ties, where a signed number would be tested for being negative."""
CLUSTERS = ("local_authorities", "health", "welfare", "people")
N_CLUSTERS = len(CLUSTERS)
LOCAL_AUTHORITIES, HEALTH, SOCIAL, PEOPLE = range(4)
TOPICS = (
    "hand_over",
    "case_management",
    "outreach",
    "shared_records",
    "workforce_relief",
    "prevention",
)
N_TOPICS = len(TOPICS)
HAND_OVER, CASE_MANAGEMENT, OUTREACH, SHARED_RECORDS, WORKFORCE_RELIEF, PREVENTION = range(6)
PAYERS = ("federal", "flemish", "local", "patient")
N_PAYERS = len(PAYERS)
LEVELS = ("federal", "flemish", "local")
GOALS = ("integration", "equity", "sustainability")
QUINTILES = 5
GROUPS = ("everyone", "seniors", "oldest", "poorest_fifth")
"""Groups of people an event can strike: all, aged 65 and over, aged 85 and over, the poorest fifth."""
N_GROUPS = len(GROUPS)
EVERYONE, SENIORS, ELDEST, POOREST_FIFTH = range(N_GROUPS)
COUNTED_GROUPS = (
    *("poorest fifth", "second fifth", "third fifth", "fourth fifth", "richest fifth"),
    *("aged 0-17", "aged 18-44", "aged 45-64", "aged 65-84", "aged 85 and over"),
    *("low literacy", "middle literacy", "high literacy"),
    *("0-1 conditions", "2-3 conditions", "4 or more conditions"),
)
"""Groups of people whose year is counted apart: everybody belongs to one of each kind."""
FIRST_AGE, FIRST_LITERACY, FIRST_CONDITIONS = QUINTILES, QUINTILES + 5, QUINTILES + 8
N_COUNTED_GROUPS = len(COUNTED_GROUPS)
YEAR = 12
"""Months."""

PANELS = 12
FIXED_POINT = 65536.0
"""Scale of the integer sums of needs: order of addition then cannot change the bits."""

OTHER_POSTS = ("core_funding", "project_funding", "governance", "administration", "investment")
CORE_FUNDING, PROJECT_FUNDING, GOVERNANCE, ADMINISTRATION, INVESTMENT = range(5)
"""What a payment is for when it is not for care: the running of councils, meta-governors and schemes.

These posts come first in the ledger; the payment methods, whatever files there are, follow them."""
RECIPIENTS = (*DISCIPLINES, "care_councils", "meta_governors", "schemes")
"""Schemes: who builds and administers the ways of paying."""
CARE_COUNCILS, META_GOVERNORS, SCHEMES = 8, 9, 10
N_RECIPIENTS = len(RECIPIENTS)
TRANSITIONS = ("full", "virtual", "voluntary", "partial")
FULL, VIRTUAL, VOLUNTARY, PARTIAL = range(4)
