"""Outcomes, one family per file; each file registers what it measures."""

from cas_model.config.registry import load_package


def load_outcomes() -> None:
    """Register every outcome."""
    load_package("cas_model.outcomes")
