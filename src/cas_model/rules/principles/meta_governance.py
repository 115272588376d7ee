"""Principle 3: polycentric governance with a neutral, stable meta-governor."""

from cas_model.config.principles import principle

META_GOVERNANCE = principle(
    "meta_governance",
    title="Polycentric governance with a meta-governor",
    source="S0 pr.3; M03; settings of S-04 (dossier 5.1 #57-58, 6 PT1)",
    meaning="Levels decide together, and a neutral, stable meta-governor beyond party cycles aligns them.",
    levers={
        "co_decision": "on",
        "meta_governor_scope": "interfederal",
        "meta_governor_neutrality": (0.0, 0.8),
        "meta_governor_capacity": (0.0, 0.6),
        "meta_governor_sanction": (0.0, 0.5),
    },
)
