"""How a discipline's income is split: over payment methods and over payers; each split sums to one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cas_model.config.declarations import PAYMENT_METHODS, check_number
from cas_model.config.errors import UsageError, unknown_name
from cas_model.config.vocabulary import DISCIPLINES, PAYERS

REMAINDER = "fee_for_service"
"""The method that takes what the others leave when a layer does not state it."""
TOLERANCE = 1e-9

Mix = dict[str, dict[str, float]]

PAYER_SHARES: Mix = {
    discipline: dict(zip(PAYERS, shares, strict=True))
    for discipline, shares in {
        "gp": (0.80, 0.00, 0.00, 0.20),
        "home_nursing": (0.95, 0.00, 0.00, 0.05),
        "pharmacy": (0.78, 0.00, 0.00, 0.22),
        "allied_health": (0.75, 0.00, 0.00, 0.25),
        "mental_health": (0.55, 0.30, 0.00, 0.15),
        "hospital": (0.90, 0.03, 0.00, 0.07),
        "welfare": (0.00, 0.62, 0.33, 0.05),
        "home_care": (0.00, 0.70, 0.05, 0.25),
    }.items()
}
"""Who pays when a scenario does not say: tiers F22, F23, F25; sizes assumption."""


def starting_mix() -> Mix:
    """Return the mix before any layer speaks: everything by fee for service."""
    return {d: {m: float(m == REMAINDER) for m in PAYMENT_METHODS} for d in DISCIPLINES}


def _shares(
    stated: dict[str, Any], names: Collection[str], kind: str, where: str, problems: list[UsageError]
) -> dict[str, float]:
    shares = {}
    for name, value in stated.items():
        place = f"{where}.{name}"
        try:
            if name not in names:
                raise unknown_name(kind, name, names, place)
            shares[name] = check_number(value, 0.0, 1.0, f"share of `{name}`", place)
        except UsageError as problem:
            problems.append(problem)
    return shares


def _completed(
    inherited: dict[str, float], shares: dict[str, float], remainder: str | None, where: str
) -> dict[str, float]:
    whole = {**inherited, **shares}
    others = sum(value for name, value in whole.items() if name != remainder)
    if remainder is not None and shares and remainder not in shares:
        # Rounded so that 1 - 0.4 - 0.03 prints and hashes as 0.57, not as 0.5700000000000001.
        whole[remainder] = round(max(0.0, 1.0 - others), 12)
    total = sum(whole.values())
    if abs(total - 1.0) > TOLERANCE:
        stated = ", ".join(f"{m} {v:g}" for m, v in whole.items() if v)
        if remainder is None:
            word = "lower" if total > 1.0 else "raise"
            fix = f"{word} the shares by {abs(total - 1.0):.6g} together, so that all of it is paid once"
        elif others > 1.0 + TOLERANCE:
            fix = f"lower the other shares by {others - 1.0:.6g}, so that {remainder} can be 0"
        else:
            fix = f"set {remainder} to {1.0 - others:.6g}, or leave it out: it takes what the others leave"
        raise UsageError(
            f"the shares sum to {total:.6g}, not to 1 ({stated or 'nobody pays'})", where=where, fix=fix
        )
    return whole


def _apply(
    inherited: Mix,
    stated: dict[str, dict[str, Any]],
    names: Collection[str],
    kind: str,
    remainder: str | None,
    where: str,
) -> tuple[Mix, list[UsageError]]:
    problems: list[UsageError] = []
    result = {discipline: dict(shares) for discipline, shares in inherited.items()}
    for discipline, wanted in stated.items():
        place = f"{where}.{discipline}"
        if discipline not in result:
            problems.append(unknown_name("discipline", discipline, DISCIPLINES, place))
            continue
        found = len(problems)
        shares = _shares(wanted, names, kind, place, problems)
        if len(problems) > found:
            continue
        try:
            result[discipline] = _completed(result[discipline], shares, remainder, place)
        except UsageError as problem:
            problems.append(problem)
    return result, problems


def apply_mix(mix: Mix, stated: dict[str, dict[str, Any]], where: str) -> tuple[Mix, list[UsageError]]:
    """Lay stated shares of payment methods over an inherited mix.

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
    remainder = REMAINDER if REMAINDER in PAYMENT_METHODS else None
    return _apply(mix, stated, PAYMENT_METHODS, PAYMENT_METHODS.kind, remainder, where)


def apply_payers(payers: Mix, stated: dict[str, dict[str, Any]], where: str) -> tuple[Mix, list[UsageError]]:
    """Lay stated shares of payers over inherited ones, as `apply_mix` does; no payer takes the remainder."""
    return _apply(payers, stated, PAYERS, "payer", None, where)
