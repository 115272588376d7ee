"""Which differences between scenarios hold, in sentences."""

from __future__ import annotations

import pandas as pd

from cas_model.calibration.conclusions import HOLDS, SMALL, SURE
from cas_model.config.declarations import OUTCOMES
from cas_model.config.scenario_layers import load_scenario
from cas_model.report.calibration_words import counted
from cas_model.report.number_format import format_number


def conclusion_answer(verdicts: pd.DataFrame, n_sets: int, members: int) -> str:
    """Return title and sentences as Markdown.

    Parameters
    ----------
    verdicts : DataFrame
        From `cas_model.calibration.conclusions.verdict_table`.
    n_sets, members : int
        Parameter sets, and pairs of worlds that stand on them.
    """
    telling = verdicts[verdicts["verdict"] != SMALL]
    over = counted(n_sets, "parameter set")
    lines = [
        f"Of {len(verdicts)} differences from the baseline, "
        f"{len(verdicts) - len(telling)} are too small to matter.",
        f"{int((telling['verdict'] == HOLDS).sum())} of the other {len(telling)} hold: the same sign in "
        f"{format_number(100 * SURE, 0)} % or more of {members} pairs of worlds over {over}, and under every "
        "other rule of learning and of finding partners.",
    ]
    for verdict, rows in telling[telling["verdict"] != HOLDS].groupby("verdict", sort=True):
        for outcome, found in rows.groupby("outcome", sort=False):
            names = ", ".join(f"“{load_scenario(str(name)).title}”" for name in found["scenario"])
            lines.append(f"{OUTCOMES[str(outcome)].label}, {verdict}: {names}.")
    return "# Which conclusions hold?\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"
