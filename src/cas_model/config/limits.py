"""What settings may not do together, each of them being allowed alone."""

from __future__ import annotations

from collections.abc import Mapping

from cas_model.config.errors import UsageError

SEATS = ("local_authority_seats", "health_seats", "welfare_seats", "people_seats")
MOST_SEATS = 24
"""Members that a care council may have (F7)."""


def check_seats(levers: Mapping[str, float], where: str) -> list[UsageError]:
    """Return a problem when all clusters together have more seats than a council may have."""
    seats = {name: levers[name] for name in SEATS if name in levers}
    total = sum(seats.values())
    if total <= MOST_SEATS:
        return []
    stated = ", ".join(f"{name} {value:g}" for name, value in seats.items())
    return [
        UsageError(
            f"the council would have {total:g} seats ({stated})",
            where=f"{where}, governance",
            allowed=f"at most {MOST_SEATS} seats",
            fix=f"take {total - MOST_SEATS:g} seats away",
        )
    ]


def check_start(terms: Mapping[str, float], months: int, where: str) -> list[UsageError]:
    """Return a problem when a new way of paying would come in after the end."""
    start = terms["transition.start_month"]
    if start < months:
        return []
    return [
        UsageError(
            f"the new mix comes in at month {start:g}, and the run ends after {months} months",
            where=f"{where}, funding.transition.start_month",
            allowed=f"0 to {months - 1} months",
            fix=f"use {months - 1}, or set run.months above {start:g}",
        )
    ]
