"""PACIC: how people with a chronic condition would answer twenty questions on their care (I2, T2-T8).

A graded response model: the chance of an answer of at least `a` is logistic in the latent experience of the
item's subscale, with one threshold per answer. The questions say nothing on cooperation between professionals
or sectors, so that PACIC is no measure of integration (S4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from cas_model.config.declarations import parameter
from cas_model.numerics.addressed_random import uniforms
from cas_model.outcomes.measures import Floats

parameter("pacic_respondents", 1298, 100, 10000, "respondents", "S4 section 3.2",
          "people with a chronic condition who answer the emulated PACIC survey")  # fmt: skip
parameter("pacic_discrimination", 3.0, 1.0, 10.0, "logit", "assumption, set to the scale means of R87, R88",
          "how sharply answers follow the latent experience of care")  # fmt: skip
parameter("pacic_middle", 0.40, 0.2, 0.8, "0-1", "assumption, set to T4 and T6",
          "experience at which the middle answer or a better one is as likely as not")  # fmt: skip
parameter("pacic_threshold_step", 0.7, 0.3, 1.5, "logit", "assumption",
          "distance between the thresholds of two answers")  # fmt: skip
parameter("pacic_person_spread", 1.0, 0.0, 2.0, "logit", "assumption; R7 (alpha), R8 (one dimension)",
          "standard deviation of how favourably people answer, whatever their care")  # fmt: skip
parameter("pacic_activation_ease", 0.2, 0.0, 1.0, "logit", "assumption, set to R87, R88 (above goal setting)",
          "how much more often acts of the activation questions are done, at equal experience")  # fmt: skip
parameter("pacic_evaluation_ease", 0.8, 0.0, 3.0, "logit", "assumption, set to item 5 beside 4 and 6 in R88",
          "how much more favourably people judge care as a whole than report single acts")  # fmt: skip
parameter("pacic_follow_up_difficulty", 0.2, 0.0, 2.0, "logit", "assumption, set to T6; R7 (has the floor)",
          "how much rarer the acts of the follow-up questions are, at equal experience")  # fmt: skip

SUBSCALES = ("activation", "delivery", "goal_setting", "problem_solving", "follow_up")
ACTIVATION, DELIVERY, GOAL_SETTING, PROBLEM_SOLVING, FOLLOW_UP = range(len(SUBSCALES))
ANSWERS = (1, 2, 3, 4, 5)
"""Never, almost never, sometimes, mostly, always."""


class Item(NamedTuple):
    """A question in short; `evaluation` when it asks how good care was, not whether an act was done."""

    label: str
    subscale: int
    evaluation: bool = False


ITEMS = (
    Item("asked for ideas on the plan", ACTIVATION),
    Item("told about options", ACTIVATION),
    Item("asked about trouble with medicines", ACTIVATION),
    Item("given a list of things to do", DELIVERY),
    Item("satisfied with organisation of care", DELIVERY, evaluation=True),
    Item("shown how own acts matter", DELIVERY),
    Item("asked about goals", GOAL_SETTING),
    Item("helped to set goals for food or exercise", GOAL_SETTING),
    Item("given a copy of the plan", GOAL_SETTING),
    Item("encouraged to join a group", GOAL_SETTING),
    Item("asked about health habits", GOAL_SETTING),
    Item("values and preferences taken into account", PROBLEM_SOLVING, evaluation=True),
    Item("helped to a plan for daily life", PROBLEM_SOLVING),
    Item("helped to plan for hard times", PROBLEM_SOLVING),
    Item("asked how illness affects life", PROBLEM_SOLVING),
    Item("contacted after a visit", FOLLOW_UP),
    Item("encouraged to attend local programmes", FOLLOW_UP),
    Item("referred to other care or support", FOLLOW_UP),
    Item("told how other visits helped", FOLLOW_UP),
    Item("asked how other visits went", FOLLOW_UP),
)
"""The twenty questions in order (R6), in own words."""
SUBSCALE_OF_ITEM = np.array([item.subscale for item in ITEMS])


def answer(experience: Floats, parameters: Mapping[str, float], seed: int, month: int) -> NDArray[np.int64]:
    """Return answers 1-5, shape (respondents, 20).

    Parameters
    ----------
    experience : float array (respondents, 5)
        Latent experience 0-1 on each subscale.
    """
    n = len(experience)
    spread = parameters["pacic_person_spread"]
    favour = spread * ndtri(np.maximum(uniforms(seed, "pacic_person", month, n), 2.0**-54))
    easy = parameters["pacic_evaluation_ease"] * np.array([item.evaluation for item in ITEMS])
    easy += parameters["pacic_activation_ease"] * (SUBSCALE_OF_ITEM == ACTIVATION)
    hard = parameters["pacic_follow_up_difficulty"] * (SUBSCALE_OF_ITEM == FOLLOW_UP)
    felt = parameters["pacic_discrimination"] * (experience[:, SUBSCALE_OF_ITEM] - parameters["pacic_middle"])
    level = felt + favour[:, None] + easy - hard
    draws = uniforms(seed, "pacic_answer", month, level.size).reshape(level.shape)
    steps = parameters["pacic_threshold_step"] * (np.array(ANSWERS[1:]) - 3)
    # One draw per answer: a person reaches every threshold that lies below it.
    return np.asarray(1 + (draws[..., None] < expit(level[..., None] - steps)).sum(axis=-1))
