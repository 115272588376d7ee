"""A calibration of a toy with three parameters, of which one does nothing: manifest and tables for a page."""

from __future__ import annotations

from typing import Any

import numpy as np

from cas_model.calibration.pipeline import Calibration, calibrate
from cas_model.calibration.problem import Target
from cas_model.calibration.specification import Design
from toy_simulators import Curved, Padded
from unit.test_history_matching import targets_at

NAMES = ["parameters.alpha", "parameters.beta", "parameters.idle"]
TRUTH = np.array([[0.4, 0.65, 0.5]])


def calibrate_toy(shift: float = 0.0, out_of_reach: str = "set_aside") -> tuple[dict[str, Any], Calibration]:
    """Calibrate to what the toy gives at known parameters, the last figure moved away by `shift`.

    Returns a manifest with the keys that the command writes, and what was found.
    """
    figures = Curved().expected(TRUTH)[0]
    figures[-1] += shift
    labels = ("T1 first of the made-up figures", "T2 second", "T3 third")
    targets = [
        Target(label, t.low, t.high, t.sd) for label, t in zip(labels, targets_at(figures, 0.03), strict=True)
    ]
    design = Design.model_validate(
        {"trajectories": 4, "waves": 2, "points_per_parameter": 12, "replicates": 2, "candidates": 80,
         "method": "importance", "out_of_reach": out_of_reach}
    )  # fmt: skip
    found = calibrate(Padded(Curved(), [0, 1, 2], 3), NAMES, targets, design)
    return {
        "title": "A toy", "question": "Which parameters?", "source": "made up", "quick": False,
        "specification": "toy.toml", "command": "cas-model calibrate toy.toml", "design": design.model_dump(),
        "claim_level": "illustrative", "scenario_hash": "0123456789", "parameters": dict.fromkeys(NAMES),
        "fitted": found.parameters, "plausible_sets": found.accepted, "effective_sets": 40.0,
        "share_left": found.left.share, "runs": 1234, "out_of_reach": found.out_of_reach,
        "targets": [
            {"target": t.name, "value": "about 1", "source": "R1", "suspect": "a mechanism"} for t in targets
        ],
        "left_out": {"T28 excess deaths": "no measurement"}, "territory": "small", "persons_per_agent": 1000,
        "burn_in": 1, "months": 12, "code_hash": "abc", "version": "0", "python": "3",
    }, found  # fmt: skip
