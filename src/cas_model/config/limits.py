"""What settings may not do together, each of them being allowed alone."""

from __future__ import annotations

from collections.abc import Mapping

from cas_model.config.errors import UsageError

SEATS = ("local_authority_seats", "health_seats", "welfare_seats", "people_seats")
MOST_SEATS = 24
"""Members that a care council may have (F7)."""


def check_together(levers: Mapping[str, float], where: str) -> list[UsageError]:
    """Return what is wrong with the levers of a scenario taken together."""
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
