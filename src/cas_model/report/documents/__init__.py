"""Documents written from the registries: evidence tables, ODD+D description, TRACE account of tests.

Everything tabular, and every rule, comes from declarations and docstrings; the connecting prose is in the
templates beside this file. The same code always gives the same text.
"""

from cas_model.report.documents.evidence import write_evidence
from cas_model.report.documents.odd import write_odd
from cas_model.report.documents.trace import write_trace

__all__ = ["write_evidence", "write_odd", "write_trace"]
