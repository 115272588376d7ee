"""Which sources a declaration cites, and how far its numbers rest on them."""

from __future__ import annotations

import re

_CODE = re.compile(r"\b(?:RS|PT|[RTPFMIEG])\d+b?\b|\bS-\d\d\b|\bS[0-4]\b|#\d+|dossier \d+(?:\.\d+)*")
_RANGE = re.compile(r"(RS|PT|[RTPFMIEG#])(\d+)-\1?(\d+)")

SOURCED, MOTIVATED, ASSUMED = "sourced", "assumed, with a motive", "assumed"
STANDINGS = (SOURCED, MOTIVATED, ASSUMED)


def cited(text: str) -> tuple[str, ...]:
    """Return the codes that a text cites, in order, each once (keys of ``docs/sources.md``).

    Examples
    --------
    >>> cited("dossier 5.1 #27-#28; R48-R50, S4 section 5.2.1; form dossier 5.2.5 (theta_2)")
    ('dossier 5.1', '#27', '#28', 'R48', 'R49', 'R50', 'S4', 'dossier 5.2.5')
    """
    return tuple(dict.fromkeys(_CODE.findall(_RANGE.sub(_spell_out, text))))


def _spell_out(found: re.Match[str]) -> str:
    family, first, last = found[1], found[2], found[3]
    width = len(first)
    return ", ".join(f"{family}{n:0{width}d}" for n in range(int(first), int(last) + 1))


def standing(source: str) -> str:
    """Return how far a number rests on evidence, from the words of its source.

    ``sourced`` cites something and admits no assumption; ``assumed, with a motive`` is a size that was
    assumed although its direction, form or existence is cited; ``assumed`` cites nothing.

    Examples
    --------
    >>> standing("dossier 5.1 #29 (R32)"), standing("assumption; direction T27"), standing("assumption")
    ('sourced', 'assumed, with a motive', 'assumed')
    """
    admitted = "assumption" in source or "unverified" in source
    if not cited(source):
        return ASSUMED
    return MOTIVATED if admitted else SOURCED
