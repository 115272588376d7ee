"""The six governance principles as bundles of levers, one per file."""
