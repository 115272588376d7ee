"""Institute that supports the councils."""

from cas_model.config.declarations import lever

SUPPORT_INSTITUTE = lever(
    "support_institute",
    column="zone_support_institute",
    default=0.4,
    source="status quo: assumption; existence F20, role M17",
    meaning="Strength of the support institute that pools expertise and coaches councils.",
)
