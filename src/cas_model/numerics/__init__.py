"""Addressed random numbers and small numeric functions."""
