"""Declarations, registries, scenarios and errors."""
