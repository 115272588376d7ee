"""The base processes of the month, one file per phase."""
