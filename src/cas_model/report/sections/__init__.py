"""The sections of a report, a file each: to add one, write its file and give it a place in the order."""

from __future__ import annotations

from cas_model.report.sections.aims import AIMS
from cas_model.report.sections.cost import COST
from cas_model.report.sections.levels import BY_LEVEL
from cas_model.report.sections.network import NETWORK
from cas_model.report.sections.rated import RATED
from cas_model.report.sections.section import Section
from cas_model.report.sections.shock import SHOCK
from cas_model.report.sections.stress import STRESS
from cas_model.report.sections.sure import SURE
from cas_model.report.sections.time import TIME
from cas_model.report.sections.where import WHERE
from cas_model.report.sections.whom import WHOM
from cas_model.report.sections.why import WHY

SECTIONS: tuple[Section, ...] = (
    *(TIME, SHOCK, STRESS, WHERE, BY_LEVEL, WHOM, RATED, NETWORK, AIMS, COST, WHY, SURE),
)
"""In reading order."""
