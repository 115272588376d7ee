"""Room in law to delegate tasks."""

from cas_model.config.declarations import lever

TASK_DELEGATION = lever(
    "task_delegation",
    column="zone_task_delegation",
    default=0.3,
    source="status quo: assumption (barred or grey, S4 Table 2, Rec. 8); role M68",
    meaning="How far the law lets professionals hand tasks to other disciplines.",
)
