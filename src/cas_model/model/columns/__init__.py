"""Every column of the model, declared once: table, type, unit, range and meaning.

Patients are rows ordered by zone and practice, providers by zone and discipline; a provider owns `SLOTS` tie
rows (one main partner per discipline and two peers), so that tie ``provider * SLOTS + slot`` needs no index.
Zone columns hold the care council of the zone.
"""

from cas_model.model.columns import governance, patients, payments, providers
from cas_model.model.columns.column import COLUMNS, Column
from cas_model.model.columns.groups import GROUP_MEASURES
from cas_model.model.columns.measures import MEASURES

__all__ = [
    "COLUMNS",
    "GROUP_MEASURES",
    "MEASURES",
    "Column",
    "governance",
    "patients",
    "payments",
    "providers",
]
