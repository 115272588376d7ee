"""An agent-based laboratory for the governance and funding of integrated care in Flanders."""

__version__ = "0.1.0"
