"""Documents written from the registries: the evidence tables and the ODD+D description of the model.

Everything tabular, and every rule, comes from declarations and docstrings; the connecting prose is in the
templates beside this file. The same code always gives the same text.
"""

from cas_model.report.documents.evidence import write_evidence
from cas_model.report.documents.odd import write_odd

__all__ = ["write_evidence", "write_odd"]
