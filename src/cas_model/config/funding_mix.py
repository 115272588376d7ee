"""Funding mixes: which share of a discipline's income each payment method brings; shares sum to one."""

from __future__ import annotations

from typing import Any

from cas_model.config.declarations import PAYMENT_METHODS, check_number
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.vocabulary import DISCIPLINES

REMAINDER = "fee_for_service"
"""The method that takes what the others leave when a layer does not state it."""
TOLERANCE = 1e-9

Mix = dict[str, dict[str, float]]


def starting_mix() -> Mix:
    """Return the mix before any layer speaks: everything by fee for service."""
    return {d: {m: float(m == REMAINDER) for m in PAYMENT_METHODS} for d in DISCIPLINES}


def _shares(stated: dict[str, Any], where: str, problems: list[UsageError]) -> dict[str, float]:
    shares = {}
    for method, value in stated.items():
        place = f"{where}.{method}"
        try:
            PAYMENT_METHODS.require(method, place)
            shares[method] = check_number(value, 0.0, 1.0, f"share of `{method}`", place)
        except UsageError as problem:
            problems.append(problem)
    return shares


def _completed(inherited: dict[str, float], shares: dict[str, float], where: str) -> dict[str, float]:
    mix = {**inherited, **shares}
    others = sum(value for method, value in mix.items() if method != REMAINDER)
    if shares and REMAINDER not in shares:
        # Rounded so that 1 - 0.4 - 0.03 prints and hashes as 0.57, not as 0.5700000000000001.
        mix[REMAINDER] = round(max(0.0, 1.0 - others), 12)
    total = others + mix[REMAINDER]
    if abs(total - 1.0) > TOLERANCE:
        stated = ", ".join(f"{m} {v:g}" for m, v in mix.items() if v)
        if others > 1.0 + TOLERANCE:
            fix = f"lower the other shares by {others - 1.0:.6g}, so that fee_for_service can be 0"
        else:
            fix = f"set {REMAINDER} to {1.0 - others:.6g}, or leave it out: it takes what the others leave"
        raise UsageError(f"the shares sum to {total:.6g}, not to 1 ({stated})", where=where, fix=fix)
    return mix


def apply_mix(mix: Mix, stated: dict[str, dict[str, Any]], where: str) -> tuple[Mix, list[UsageError]]:
    """Lay stated shares over an inherited mix.

    Parameters
    ----------
    mix : dict
        Complete inherited mix, discipline -> method -> share.
    stated : dict
        What one layer states; disciplines and methods may be missing.
    where : str
        File or flag and key, for messages.

    Returns
    -------
    (mix, problems)
        The new complete mix, and every problem found: unknown discipline or method, share outside
        [0, 1] or not finite, shares of a discipline that do not sum to one within 1e-9.
    """
    problems: list[UsageError] = []
    result = {discipline: dict(shares) for discipline, shares in mix.items()}
    for discipline, wanted in stated.items():
        place = f"{where}.{discipline}"
        if discipline not in result:
            problems.append(unknown_name("discipline", discipline, DISCIPLINES, place))
            continue
        found = len(problems)
        shares = _shares(wanted, place, problems)
        if len(problems) > found:
            continue
        try:
            result[discipline] = _completed(result[discipline], shares, place)
        except UsageError as problem:
            problems.append(problem)
    return result, problems
