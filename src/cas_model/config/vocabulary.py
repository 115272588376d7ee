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
GROUPS = (
    *("poorest fifth", "second fifth", "third fifth", "fourth fifth", "richest fifth"),
    *("aged 0-17", "aged 18-44", "aged 45-64", "aged 65-84", "aged 85 and over"),
    *("low literacy", "middle literacy", "high literacy"),
    *("0-1 conditions", "2-3 conditions", "4 or more conditions"),
)
"""Groups of people whose year is counted apart: everybody belongs to one of each kind."""
FIRST_AGE, FIRST_LITERACY, FIRST_CONDITIONS = QUINTILES, QUINTILES + 5, QUINTILES + 8
N_GROUPS = len(GROUPS)
PANELS = 12
FIXED_POINT = 65536.0
"""Scale of the integer sums of needs: order of addition then cannot change the bits."""

METHODS = (
    "fee_for_service",
    "capitation",
    "pay_for_performance",
    "bundled_payment",
    "coordination_fee",
    "shared_savings",
)
FEE_FOR_SERVICE, CAPITATION, PAY_FOR_PERFORMANCE, BUNDLED_PAYMENT, COORDINATION_FEE, SHARED_SAVINGS = range(6)
N_METHODS = len(METHODS)
POSTS = (*METHODS, "core_funding", "project_funding", "governance", "administration")
"""What a payment is for: a payment method, or the running of councils, meta-governors and schemes."""
CORE_FUNDING, PROJECT_FUNDING, GOVERNANCE, ADMINISTRATION = range(6, 10)
N_POSTS = len(POSTS)
RECIPIENTS = (*DISCIPLINES, "care_councils", "meta_governors")
CARE_COUNCILS, META_GOVERNORS = 8, 9
N_RECIPIENTS = len(RECIPIENTS)
