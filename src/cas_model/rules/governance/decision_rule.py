"""Voting rule of the care council."""

from cas_model.config.declarations import lever

DECISION_RULE = lever(
    "decision_rule",
    column="zone_decision_rule",
    default=1.0,
    high=2.0,
    unit="choice",
    source="dossier 5.1 #9, F9 (R43)",
    meaning=(
        "What a council decision needs: a majority of seats, a majority in each cluster as well, or "
        "consensus."
    ),
    choices=("simple_majority", "per_cluster", "consensus"),
)
