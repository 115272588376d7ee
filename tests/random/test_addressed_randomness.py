"""Randomness by address: the same bits on any number of threads, and no draw that a rule does not own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cas_model.config.declarations import MECHANISMS, PROCESSES
from cas_model.model import schedule
from cas_model.model.records import POSITION
from cas_model.model.system import CareSystem
from cas_model.numerics.addressed_random import (
    bits,
    high_single,
    low_single,
    mix,
    stream_base,
    stream_key,
    uniforms,
)
from contract.project_files import ROOT
from small_worlds import (
    Columns,
    ablated,
    calm_scenarios,
    columns_that_differ,
    copy_columns,
    new_world,
    run_months,
    run_step,
    settled_world,
    step_of,
    step_singly,
)

UNMOVED = ("needs", "complex", "deaths", "panel_persons", "panel_multimorbid", "posts")
"""Measures that follow from draws and demography alone, whatever the rules."""

DORMANT = {
    "M01", "M02", "M03", "M04", "M09", "M11", "M12", "M24", "M31", "M32", "M37", "M39", "M40", "M42", "M43",
    "M49", "M50", "M51", "M52", "M53", "M55", "M57", "M58", "M59",
}  # fmt: skip
"""Mechanisms whose context the status quo lacks; the others must change it when switched off."""


def digest(world: CareSystem) -> str:
    """Return a fingerprint of every column and of all that was recorded."""
    sponge = hashlib.blake2b(digest_size=16)
    for key, array in sorted(copy_columns(world).items()):
        sponge.update(key.encode())
        sponge.update(np.ascontiguousarray(array).tobytes())
    sponge.update(world.records.history.tobytes())
    sponge.update(world.records.payments.tobytes())
    return sponge.hexdigest()


def _run(seed: int, threads: int = 1) -> CareSystem:
    event = {"kind": "pandemic", "start_month": 3, "duration_months": 4}
    world = new_world(
        "six_principles", seed, burn_in=6, months=12, threads=threads, overrides={"shocks": [event]}
    )
    world.run()
    return world


@cache
def reference(seed: int) -> str:
    return digest(_run(seed))


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_do_not_change_a_bit(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "THREADS_PAY_FROM", 0)
    world = _run(0, threads)
    assert world.pool is not None
    assert len(world.schedule.chunks) > 1
    assert digest(world) == reference(0)


def test_a_world_repeats_itself() -> None:
    assert digest(_run(0)) == reference(0)


def test_every_seed_is_a_seed() -> None:
    assert len({reference(seed) for seed in (0, 1, -1, 2**40)}) == 4


def test_a_fresh_process_gives_the_same_bits() -> None:
    code = "from random_tests import _run, digest; print(digest(_run(0, 2)))"
    code = code.replace("random_tests", "test_addressed_randomness")
    paths = os.pathsep.join(str(ROOT / p) for p in ("tests/random", "tests", "src"))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "123"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    assert found.stdout.strip() == reference(0)


# --- one rule changes nothing but what it touches ----------------------------------------------------------


def _traced_month(mechanism: str, strength: float) -> tuple[Columns, Columns, Columns, int]:
    """Run a month; return the columns before the mechanism, after it, and at the end, and its place."""
    world = settled_world().return_to()
    world.set_strength(mechanism, strength)
    step = step_of(world, mechanism)
    seen: list[Columns] = []

    def around(now: object) -> None:
        if now is step:
            seen.append(copy_columns(world))
        run_step(world, now)  # type: ignore[arg-type]
        if now is step:
            seen.append(copy_columns(world))

    step_singly(world, around)
    world.set_strength(mechanism, 1.0)
    return seen[0], seen[1], copy_columns(world), world.schedule.steps.index(step)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_mechanism_acts_first_through_what_it_writes(mechanism: str) -> None:
    """Off and on, the month is the same up to the mechanism, and then differs in its own columns only."""
    with_before, with_after, _, _ = _traced_month(mechanism, 1.0)
    without_before, without_after, _, _ = _traced_month(mechanism, 0.0)
    assert not columns_that_differ(with_before, without_before)
    assert set(columns_that_differ(with_after, without_after)) <= set(MECHANISMS[mechanism].writes)


def _unmoved(world: CareSystem) -> NDArray[np.float64]:
    rows = [POSITION[name] for name in UNMOVED]
    return world.records.history[: world.records.n_months, rows].copy()


@cache
def _status_quo_24() -> tuple[NDArray[np.float64], Columns]:
    world = run_months(settled_world().return_to(), 24)
    return _unmoved(world), copy_columns(world)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switching_a_mechanism_off_leaves_unrelated_draws_alone(mechanism: str) -> None:
    unmoved, columns = _status_quo_24()
    with ablated(settled_world().return_to(), mechanism) as world:
        run_months(world, 24)
        found, after = _unmoved(world), copy_columns(world)
    assert np.array_equal(found, unmoved)
    assert bool(columns_that_differ(after, columns)) == (mechanism not in DORMANT)


@pytest.mark.parametrize("scenario", calm_scenarios())
def test_worlds_that_differ_in_their_rules_share_needs(scenario: str) -> None:
    quiet, other = new_world("status_quo", months=30), new_world(scenario, months=30)
    quiet.run()
    other.run()
    assert np.array_equal(_unmoved(quiet), _unmoved(other))
    assert not np.array_equal(quiet.records.history, other.records.history)


def test_the_burn_in_is_the_status_quo_whatever_the_scenario() -> None:
    quiet, other = new_world("status_quo"), new_world("six_principles")
    run_months(quiet, 12)
    run_months(other, 12)
    assert not columns_that_differ(copy_columns(quiet), copy_columns(other))
    quiet.step()
    other.step()
    assert columns_that_differ(copy_columns(quiet), copy_columns(other))


# --- the numbers themselves --------------------------------------------------------------------------------


def _streams() -> set[str]:
    asked = (name for process in PROCESSES.values() for name in process.arguments)
    return {name.partition("_")[2] for name in asked if name.startswith("key_")}


def test_no_two_streams_months_or_seeds_share_a_key() -> None:
    streams = _streams()
    assert len(streams) > 20
    keys = [
        stream_key(stream_base(seed, stream), month)
        for stream in streams
        for seed in (-1, 0, 1, 2, 1000)
        for month in range(-24, 120)
    ]
    assert len(set(keys)) == len(keys)


def test_a_stream_is_drawn_from_by_one_process_only() -> None:
    """Two processes on one stream would share chance that should be independent.

    Alternatives of one task are never in force together; they share what they have in common.
    """
    users: dict[str, set[str]] = {}
    for process in PROCESSES.values():
        for name in process.arguments:
            if name.startswith("key_"):
                users.setdefault(name, set()).add(process.rule[0] if process.rule else process.name)
    assert not {stream: names for stream, names in users.items() if len(names) > 1}


def test_compiled_bits_follow_the_readable_algorithm() -> None:
    key = stream_key(stream_base(0, "needs"), -24)
    for index in (0, 1, 2, 10**9):
        expected = mix(key + index * 0x9E3779B97F4A7C15)
        assert int(bits(np.uint64(key), np.uint64(index))) == expected
    draws = uniforms(0, "needs", -24, 3)
    assert draws.tolist() == [(mix(key + i * 0x9E3779B97F4A7C15) >> 11) * 2.0**-53 for i in range(3)]


@pytest.mark.parametrize(
    ("seed", "stream", "month"), [(0, "needs", 3), (1, "access", -24), (12345, "vote", 119)]
)
def test_draws_are_uniform(seed: int, stream: str, month: int) -> None:
    draws = uniforms(seed, stream, month, 50_000)
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    words = np.array([int(d * 2**53) for d in draws[:20_000]], dtype=np.uint64) << np.uint64(11)
    for half in (high_single, low_single):
        singles = np.array([half(word) for word in words])
        assert stats.kstest(singles, "uniform").pvalue > 0.001


N = 40_000
NOISE = 4.5 / np.sqrt(N)
"""Four and a half standard errors of a correlation of independent draws."""


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(abs(np.corrcoef(a, b)[0, 1]))


@pytest.mark.parametrize("stride", [1, 2, 8, 16, 32, 64])
def test_neighbouring_addresses_are_independent(stride: int) -> None:
    draws = uniforms(0, "search", 5, N + stride)
    assert _correlation(draws[:N], draws[stride:]) < NOISE
    assert _correlation(np.abs(draws[:N] - 0.5), np.abs(draws[stride:] - 0.5)) < NOISE


def test_months_streams_and_seeds_are_independent() -> None:
    here = uniforms(0, "needs", 5, N)
    others = [uniforms(0, "needs", 6, N), uniforms(0, "needs", 17, N), uniforms(1, "needs", 5, N)]
    others += [uniforms(0, stream, 5, N) for stream in sorted(_streams() - {"needs"})]
    assert max(_correlation(here, there) for there in others) < NOISE


def test_the_two_halves_of_a_word_are_independent() -> None:
    key = np.uint64(stream_key(stream_base(0, "needs"), 0))
    words = [np.uint64(bits(key, np.uint64(i))) for i in range(N)]
    high = np.array([high_single(w) for w in words], dtype=float)
    low = np.array([low_single(w) for w in words], dtype=float)
    assert _correlation(high, low) < NOISE
