"""A world that costs nothing: what the experiments layer asks of a model, without the model."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cas_model.config.declarations import Outcome
from cas_model.experiments import dashboard, differences
from cas_model.experiments.run import WorldRequest
from cas_model.model.surveys import pacic_profile, scirocco_profile, survey_targets
from cas_model.outcomes.scirocco import DIMENSIONS, PUBLISHED_MEDIANS


def _nothing(_: Any) -> Any:
    return None


def fake_outcome(name: str, direction: int = 1, smallest: float = 0.01) -> Outcome:
    return Outcome(
        name, name.replace("_", " "), "integration", "0-1", 0.0, 1.0, direction, smallest, "f", "s", _nothing
    )


FAKE_OUTCOMES = {
    "responsive": fake_outcome("responsive"),
    "burden": fake_outcome("burden", direction=-1),
    "indifferent": fake_outcome("indifferent"),
    "functionality": fake_outcome("functionality"),
}


def use_fake_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let analyses know the outcomes of fake worlds, and no others."""
    for module in (differences, dashboard):
        monkeypatch.setattr(module, "OUTCOMES", FAKE_OUTCOMES)


class FakeWorld:
    """Outcomes follow the lever `autonomy`, a noise of the seed that worlds share, and a small own noise."""

    def __init__(self, request: WorldRequest, months_kept: int | None = None) -> None:
        self.request, self.n_patients = request, 66_531

    def release(self) -> None:
        """Hold nothing, give up nothing."""

    def run(
        self,
        progress: Callable[[int, int], None] | None = None,
        when_full: Callable[[int], None] | None = None,
    ) -> None:
        months = self.request.scenario.burn_in + self.request.scenario.months
        if progress is not None:
            progress(months, months)
        if when_full is not None:
            when_full(-self.request.scenario.burn_in)

    def outcomes_frame(self, since: int | None = None) -> pd.DataFrame:
        scenario, seed = self.request.scenario, self.request.seed
        autonomy = scenario.levers["autonomy"]
        shared = np.random.default_rng(seed).normal(0, 0.2)
        own = np.random.default_rng([seed, int(1000 * autonomy)]).normal(0, 0.005)
        values = {
            "responsive": autonomy + shared + own,
            "burden": autonomy + shared - own,
            "indifferent": shared,
        }
        struck = {m for e in scenario.shocks for m in range(int(e.fields["start_month"]), scenario.months)}
        rows = [
            (month, level, unit, name, value)
            for month in range(-scenario.burn_in, scenario.months)
            for name, value in values.items()
            for level, unit in (("flanders", "Flanders"), ("zone", "A"), ("zone", "B"))
        ]
        rows += [
            (month, "flanders", "Flanders", "functionality", 0.5 if month in sorted(struck)[:4] else 1.0)
            for month in range(-scenario.burn_in, scenario.months)
        ]
        return pd.DataFrame(rows, columns=["month", "level", "unit_id", "outcome", "value"])

    def ledger_frame(self, since: int | None = None) -> pd.DataFrame:
        return pd.DataFrame(
            {"month": [0, 0], "payer": ["federal", "patient"], "recipient": ["gp", "gp"],
             "method": ["capitation", "fee_for_service"], "eur": [10.5, 2.0]}
        )  # fmt: skip

    def activation_frame(self, since: int | None = None) -> pd.DataFrame:
        return pd.DataFrame({"month": [0], "mechanism": ["M26"], "share": [0.5], "size": [0.01]})

    def people_frame(self) -> pd.DataFrame:
        rng = np.random.default_rng(self.request.seed)
        n, gain = 400, self.request.scenario.levers["autonomy"] - 0.45
        income = np.repeat(np.arange(5), n // 5)
        return pd.DataFrame(
            {"row": np.arange(n), "birth_month": -400, "income": income, "age": 6, "literacy": 11,
             "conditions": 13, "place": 16, "health": 0.7 + 0.1 * rng.random(n) + gain * (0.1 * income - 0.1),
             "experience": 0.5, "unmet": 0}
        )  # fmt: skip

    def providers_frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"provider": [0, 1], "zone": "A", "discipline": "gp", "represents": 1.0,
             "outcome": "responsive", "value": [self.request.scenario.levers["autonomy"], 0.5]}
        )  # fmt: skip

    def equity_curve_frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"measure": "unmet need", "people_share": [0.0, 0.5, 1.0], "amount_share": [0.0, 0.75, 1.0],
             "index": -0.25}
        )  # fmt: skip

    def scirocco_frame(self) -> pd.DataFrame:
        return scirocco_profile(
            pd.DataFrame({"dimension": DIMENSIONS, "rating": PUBLISHED_MEDIANS}, index=range(12))
        )

    def pacic_frame(self) -> pd.DataFrame:
        return pacic_profile(pd.DataFrame({"item": range(1, 21), "answer": 3}))

    def survey_targets_frame(self) -> pd.DataFrame:
        return survey_targets(self.scirocco_frame(), self.pacic_frame())

    def network_frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"zone": "A", "provider": [0, 1], "discipline": ["gp", "welfare"],
             "sector": ["health", "welfare"], "partner": [1, 0], "partner_discipline": ["welfare", "gp"],
             "partner_sector": ["welfare", "health"], "trust": [0.5, 0.7], "formal": [0, 1],
             "shared_record": 0.1}
        )  # fmt: skip

    def fit_rows(self) -> list[dict[str, Any]]:
        return [{"marginal": "65+", "unit": "%", "target": 21.1, "synthesised": 21.0, "difference": -0.1,
                 "tolerance": 0.3, "ok": True}]  # fmt: skip


def broken_on_replicate_one(request: WorldRequest, months_kept: int | None = None) -> FakeWorld:
    if request.replicate == 1 and request.label == "decentralised":
        raise ZeroDivisionError("one world is broken")
    return FakeWorld(request)


def deadly_on_replicate_one(request: WorldRequest) -> FakeWorld:
    if request.replicate == 1 and request.label == "decentralised":
        os._exit(9)
    return FakeWorld(request)
