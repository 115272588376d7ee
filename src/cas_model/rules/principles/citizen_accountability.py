"""Principle 4: clear mandates, legal backing, and accountability to citizens."""

from cas_model.config.principles import principle

CITIZEN_ACCOUNTABILITY = principle(
    "citizen_accountability",
    title="Accountability to citizens",
    source="S0 pr.4; M04; mandate of S-04",
    meaning="Mandates are clear and backed by law, and who decides answers to citizens.",
    levers={"accountability": 1.0, "mandate": 0.7},
)
