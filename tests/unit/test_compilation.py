from __future__ import annotations

from pathlib import Path

import pytest
from numba import typeof

from cas_model.experiments.compilation import TINY, _compile_share, kernels_are_compiled
from cas_model.model.system import CareSystem


def test_a_machine_without_compiled_kernels_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not kernels_are_compiled()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "kernel.nbi").touch()
    assert kernels_are_compiled()


def test_a_share_is_compiled_for_the_types_that_a_month_uses() -> None:
    """The compiled signature must be the one that running the step asks for, or the start is paid twice."""
    _compile_share(0, 10**6)
    world = CareSystem("status_quo", persons_per_agent=TINY, territory="small")
    first = world.schedule.steps[0]
    asked = tuple(typeof(a) for a in first.arguments)  # type: ignore[no-untyped-call]
    before = list(first.process.kernel.signatures)  # type: ignore[attr-defined]
    assert asked in before
    world.step()
    assert list(first.process.kernel.signatures) == before  # type: ignore[attr-defined]
