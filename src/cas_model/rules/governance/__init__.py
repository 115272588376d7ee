"""Governance levers, one per file."""
