"""Process towards a shared vision."""

from cas_model.config.declarations import lever

SHARED_VISION = lever(
    "shared_vision",
    column="zone_vision_process",
    default=0.0,
    source="status quo: none, S0 principle 1; role M01",
    meaning=(
        "Intensity of joint sense-making by all parties around a long-term vision of equity and "
        "sustainability."
    ),
)
