"""Disease pathways against whole-person care."""

from cas_model.config.declarations import lever

PATHWAY_FOCUS = lever(
    "pathway_focus",
    column="zone_pathway_focus",
    default=0.3,
    source="status quo: size assumption (some care pathways exist, S4 5.2.2); role M66",
    meaning="How far care for complex patients follows pathways for one disease instead of the whole person.",
)
