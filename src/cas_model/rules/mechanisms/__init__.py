"""Mechanisms M01-M68 of the evidence, one per file; each can be switched off."""
