"""Shocks, one per file."""
