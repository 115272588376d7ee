"""What is typical of each discipline: care line, sector, ideological pillar, commercial character.

Rows are ordered as `DISCIPLINES`.
"""

from __future__ import annotations

LINE = (1, 1, 1, 1, 2, 3, 1, 1)
"""Care line (F36: GP, nursing and public welfare first, specialists by referral second, hospital third)."""

SECTOR_IS_WELFARE = (0, 0, 0, 0, 0, 0, 1, 1)
"""Welfare and social care rather than health care (the second and third cluster of a council, F6)."""

PILLARS = (
    (0.85, 0.09, 0.04, 0.02),
    (0.30, 0.45, 0.20, 0.05),
    (0.75, 0.08, 0.12, 0.05),
    (0.85, 0.09, 0.04, 0.02),
    (0.35, 0.55, 0.08, 0.02),
    (0.30, 0.63, 0.05, 0.02),
    (0.00, 0.55, 0.30, 0.15),
    (0.20, 0.45, 0.25, 0.10),
)
"""Shares of no or public, Catholic, socialist and liberal roots (assumption; their existence M28, S3 3.1.2).
The welfare row is sickness-fund social work; public welfare centres have none."""

FOR_PROFIT = (0.02, 0.10, 0.60, 0.15, 0.05, 0.0, 0.0, 0.10)
"""Share of commercial organisations (assumption; their existence M29, S3 3.1.2)."""
