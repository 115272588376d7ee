"""Principle 1: a long-term vision that all parties make sense of together."""

from cas_model.config.principles import principle

JOINT_VISION = principle(
    "joint_vision",
    title="Joint long-term vision",
    source="S0 pr.1; M01",
    meaning="All parties make sense of a shared long-term vision of equity and sustainability.",
    levers={"shared_vision": 1.0},
)
