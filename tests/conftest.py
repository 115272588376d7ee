"""Settings every test shares."""

from __future__ import annotations

import os

from hypothesis import settings

# Before anything draws: no window, whatever the machine's settings.
os.environ.setdefault("MPLBACKEND", "Agg")

# The same examples on every run and machine; no time limit, because the first call of a kernel compiles it.
settings.register_profile("house", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("house")
