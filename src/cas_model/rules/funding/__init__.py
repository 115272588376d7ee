"""Payment methods, one per file."""
