"""What is counted of a patient's year, by zone and group of people (`GROUPS`)."""

from __future__ import annotations

from cas_model.config.vocabulary import N_GROUPS
from cas_model.model.columns.column import BIG, column

GROUP_MEASURES = (
    ("panel_persons", "n", "patients whose panel year ends this month"),
    ("panel_health", "sum", "their health"),
    ("panel_experience", "sum", "their experience of care"),
    ("panel_contacts", "n", "their GP contacts in the year"),
    ("panel_any_contact", "n", "of whom at least one GP contact in the year"),
    ("panel_upc", "sum", "their usual provider continuity (one or more contacts)"),
    ("panel_unmet", "n", "of whom at least one unmet need in the year"),
    ("complex", "n", "complex patients among them"),
    ("covered", "n", "of whom with shared plan and coordinator"),
)
"""Named as the measures of the same content, so that one formula serves groups and places alike."""
for _name, _unit, _meaning in GROUP_MEASURES:
    column("group", _name, "f8", 0, _unit, _meaning, 0, BIG, width=N_GROUPS, monthly=True)
