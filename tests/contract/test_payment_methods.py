"""A payment method is one file: adding or removing it moves every position, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contract.project_files import ROOT

PROGRAM = """
import pkgutil, sys
sys.path[:0] = {path!r}
import cas_model.rules.funding as funding
funding.__path__.append({extra!r})
real = pkgutil.iter_modules
pkgutil.iter_modules = lambda path: (m for m in real(path) if m.name != {without!r})
from cas_model.config.errors import UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.model.columns.payments import METHODS
from cas_model.model.schedule import load_processes
from cas_model.model.system import CareSystem
load_processes()
print(*METHODS)
try:
    world = CareSystem(load_scenario({scenario!r}, {settings!r}), persons_per_agent=1000, territory="small")
except UsageError as problem:
    print("refused:", problem)
else:
    for _ in range(26):
        world.step()
    ledger = world.ledger_frame()
    print(*sorted(ledger["method"][ledger["recipient"] == "gp"].unique()))
    state = world.state
    received = state.provider.account_cents.sum() + state.zone.account_cents.sum()
    received += state.zone.scheme_cents.sum()
    print(int(state.payer.account_cents.sum() - received))
"""
LUMP_SUM = """
from cas_model.config.declarations import payment_method


@payment_method("a_lump_sum", label="Lump", volume_based=False, source="assumption", meaning="due = 1 EUR")
def pay(provider_mix, provider_due_eur, method):
    for j in range(provider_due_eur.shape[0]):
        provider_due_eur[j, method] = provider_mix[j, method]
"""


def _world(
    scenario: str = "status_quo", without: str = "", extra: str = "", settings: tuple[str, ...] = ()
) -> list[str]:
    """Run a world in a process of its own; return what it printed: methods, methods paid, cents missing."""
    program = PROGRAM.format(
        path=[str(ROOT / "src")], extra=extra, without=without, scenario=scenario, settings=settings
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return found.stdout.splitlines()


def test_without_a_method_the_others_are_paid_as_before() -> None:
    methods, paid, missing = _world(without="bundled_payment")
    assert "bundled_payment" not in methods
    assert paid == "capitation fee_for_service pay_for_performance"
    assert missing == "0"


@pytest.mark.parametrize(
    ("scenario", "method"), [("pay_bundles", "bundled_payment"), ("status_quo", "fee_for_service")]
)
def test_a_scenario_that_states_a_method_that_is_gone_is_refused(scenario: str, method: str) -> None:
    methods, *refusal = _world(scenario, without=method)
    assert method not in methods
    assert refusal[0].startswith("refused:")
    assert f"unknown payment method `{method}`" in "".join(refusal)


def test_a_new_method_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "a_lump_sum.py").write_text(LUMP_SUM, encoding="utf-8")
    methods, paid, missing = _world(extra=str(tmp_path), settings=("funding.mix.gp.a_lump_sum=0.3",))
    assert methods.startswith("a_lump_sum bundled_payment")
    assert "a_lump_sum" in paid
    assert missing == "0"
