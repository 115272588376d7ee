"""The calibration pipeline: screening, waves of history matching, posterior, runs of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.stats import qmc

from cas_model.calibration.emulator import fit_emulators, pooled_variance
from cas_model.calibration.fit import all_runs, fit_table, least_implausible
from cas_model.calibration.history_matching import (
    Left,
    Wave,
    implausibility,
    nth_largest,
    rule_out,
    space_filling,
    whole_cube,
)
from cas_model.calibration.identifiability import (
    contraction_table,
    correlation_table,
    profile_table,
)
from cas_model.calibration.posterior import (
    BestFit,
    Drawn,
    Posterior,
    draw_by_abc_smc,
    draw_by_importance,
    latest_emulators,
    search_best_fit,
    weigh_with_runs,
)
from cas_model.calibration.problem import Floats, Simulator, Target, simulate
from cas_model.calibration.screening import BEYOND, KEPT, screen
from cas_model.calibration.specification import Design
from cas_model.config.errors import CasModelError

SLOW = 0.9
"""A wave that leaves more than this part of what there was is the last."""
REACHLESS = "its figure is out of reach"
STAGE_SCREENING, STAGE_POSTERIOR, STAGE_BEST = 1, 2, 3
STAGE_WAVES = 100
"""Numbers that keep the seeds of stages apart."""


class Narrowable(Simulator, Protocol):
    """A simulator that can be asked with some of its parameters only."""

    def keeping(self, columns: Sequence[int], scattered: Sequence[int] = ()) -> Simulator:
        """Return the simulator of some columns; others are drawn by the seed, or stay at their default."""
        ...


Keep = Callable[[str, Callable[[], Floats]], Floats]
"""Returns the points of a stage: those drawn before a cut, or else new ones."""


def keep_nothing(name: str, make: Callable[[], Floats]) -> Floats:
    """Draw the points of a stage anew."""
    return make()


@dataclass
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    parameters : list of str
        That were fitted.
    columns : list of int
        Where they stand among those asked.
    left : Left
        What history matching has not ruled out.
    out_of_reach : list of str
        Statistics that were set aside, since no parameters come near their figure, alone or together with
        the others.
    posterior : Posterior or None
        None when nothing was left.
    best : BestFit or None
        When asked.
    tables : dict of str to DataFrame
        ``screening``, ``waves``, ``emulators``, ``ruled_out``, ``fit``, and, unless nothing is accepted,
        ``identifiability``, ``correlations``, ``profiles``.
    """

    parameters: list[str]
    columns: list[int]
    left: Left
    out_of_reach: list[str]
    posterior: Posterior | None = None
    best: BestFit | None = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Sets whose own runs are plausible."""
        return 0 if self.posterior is None else int((self.posterior.weights > 0).sum())

    def least_implausible(self, n: int) -> tuple[Floats, Floats]:
        """Return n points of all that were run, the least implausible first, and how implausible each is."""
        points, results = all_runs(self.left.region.waves, self.posterior)
        targets = self.left.region.targets
        counted = [k for k, target in enumerate(targets) if target.name not in self.out_of_reach]
        chance = latest_emulators(self.left.region).chance
        return least_implausible(points, results, chance, targets, counted, n)


def calibrate(
    simulator: Narrowable, names: Sequence[str], targets: Sequence[Target], design: Design, *,
    keep: Keep = keep_nothing, say: Callable[[str], None] = lambda _: None, best: bool = False, jobs: int = 1,
) -> Calibration:  # fmt: skip
    """Find the parameters that agree with the targets.

    Parameters
    ----------
    simulator : Narrowable
        From points of the unit cube to statistics, one per target.
    names : sequence of str
        Of the parameters, one per column of a point.
    targets : sequence of Target
        In the order of the statistics.
    design : Design
        Effort and seed.
    keep : callable, optional
        Remembers the points of each stage, so that a calibration that was cut short goes on where it was.
    say : callable, optional
        Told in a sentence what each stage came to.
    best : bool
        Search one best fit too.
    jobs : int
        Processes that fit emulators.

    Raises
    ------
    CasModelError
        No emulator can be trusted, or most runs fail.
    """
    columns, loose, tables = list(range(len(names))), list[int](), {}
    if design.trajectories:
        table = screen(
            simulator, names, targets, trajectories=design.trajectories, idle_below=design.idle_below,
            most=design.most_parameters, seed=design.seed + STAGE_SCREENING,
        )  # fmt: skip
        tables["screening"] = table
        kept = set(table.loc[table["verdict"] == KEPT, "parameter"])
        beyond = set(table.loc[table["verdict"] == BEYOND, "parameter"])
        columns = [column for column, name in enumerate(names) if name in kept] or columns[:1]
        loose = [column for column, name in enumerate(names) if name in beyond]
        say(f"Screening: {len(columns)} of {len(names)} parameters are fitted, {len(loose)} count as chance.")
    fitted = [names[column] for column in columns]
    # What a parameter that is not fitted could do must not rule out those that are: in the waves it varies.
    narrow, wide = simulator.keeping(columns), simulator.keeping(columns, loose)
    left, aside, found = _waves(wide, fitted, targets, design, keep, say, jobs)
    names_aside = [targets[column].name for column in aside]
    result = Calibration(fitted, columns, left, names_aside, tables=tables | found)
    if not len(left.pool):
        say("History matching: nothing is left; no parameters agree with all targets.")
        result.tables["fit"] = _fit(left, None)
        return result
    counted = [column for column in range(len(targets)) if column not in aside]
    result.posterior = posterior = _posterior(narrow, left, counted, design, keep)
    say(
        f"Posterior: {result.accepted} of {len(posterior.points)} sets that were run are plausible, "
        f"as good as {posterior.effective_size:.0f} equally likely ones."
    )
    result.tables["fit"] = _fit(left, posterior)
    if result.accepted:
        result.tables |= _posterior_tables(fitted, targets, left, posterior)
        if best:
            result.best = search_best_fit(
                narrow, posterior, targets, counted,
                trials=design.trials, replicates=design.replicates, seed=design.seed + STAGE_BEST,
            )  # fmt: skip
    return result


def _waves(
    simulator: Simulator, names: Sequence[str], targets: Sequence[Target], design: Design, keep: Keep,
    say: Callable[[str], None], jobs: int,
) -> tuple[Left, list[int], dict[str, pd.DataFrame]]:  # fmt: skip
    d, aside = len(names), list[int]()
    left = whole_cube(targets, d, design.cutoff, design.seed)
    sizes, checks, blame = [], [], []
    for number in range(1, design.waves + 1):
        n = design.points_per_parameter * d
        before = left
        # Each wave draws from generators of its own, so that one that is continued draws what it would have.
        drawing, filling = (np.random.default_rng([design.seed, STAGE_WAVES + number, k]) for k in (0, 1))

        def draw(left: Left = left, n: int = n, rng: np.random.Generator = drawing) -> Floats:
            if not left.region.waves:
                return np.asarray(qmc.LatinHypercube(d, rng=rng).random(n))
            return space_filling(left.pool, n, rng)

        points = keep(f"wave_{number}", draw)
        values = simulate(simulator, points, design.replicates, (design.seed, STAGE_WAVES + number))
        _refuse_undefined(targets, values)
        emulators = fit_emulators(points, values, [t.name for t in targets], design.seed + number, jobs)
        found = implausibility(emulators, targets, before.pool)
        more = out_of_reach(found, design.cutoff) if design.out_of_reach == "set_aside" else []
        for column in [column for column in more if column not in aside]:
            say(f"Out of reach and set aside: {targets[column].name}.")
            aside.append(column)
        if more and before.region.waves:
            before = _without(before, aside, d, design)
        emulators = emulators.without(aside, REACHLESS)
        order = 2 if number <= design.forgiving_waves and len(emulators.usable) > 2 else 1
        left = rule_out(before, Wave(points, values, emulators, order), filling)
        while not len(left.pool) and design.out_of_reach == "set_aside" and len(emulators.usable) > 1:
            column = in_the_way(implausibility(emulators, targets, before.pool), design.cutoff)
            say(f"Out of reach together with the other figures, and set aside: {targets[column].name}.")
            aside.append(column)
            emulators = emulators.without(aside, REACHLESS)
            before = _without(before, aside, d, design)
            left = rule_out(before, Wave(points, values, emulators, order), filling)
        sizes.append(
            {"wave": number, "n_points": len(points), "n_runs": len(points) * design.replicates,
             "ruled_out_by": order, "n_emulators": len(emulators.usable), "share": left.share,
             "share_of_before": left.share / before.share, "relative_error": left.relative_error}
        )  # fmt: skip
        for target, emulator in zip(targets, emulators.each, strict=True):
            checks.append({"wave": number, "statistic": target.name, **vars(emulator.check)})
        blame += _blame(number, targets, found, design.cutoff)
        say(
            f"Wave {number}: {left.share:.3g} of the space is left "
            f"({len(emulators.usable)} of {len(targets)} emulators can be trusted)."
        )
        if not len(left.pool) or left.share > SLOW * before.share:
            break
    tables = {"waves": sizes, "emulators": checks, "ruled_out": blame}
    return left, aside, {name: pd.DataFrame(rows) for name, rows in tables.items()}


def _refuse_undefined(targets: Sequence[Target], values: Floats) -> None:
    """Stop when a statistic is defined in no run, since no set could ever be shown to agree with it."""
    absent = [t.name for t, column in zip(targets, np.moveaxis(values, 2, 0), strict=True)
              if not np.isfinite(column).any()]  # fmt: skip
    if absent:
        raise CasModelError(
            f"undefined in every run: {', '.join(absent)}\n"
            "  fix: fewer persons per agent or more months, or state `not_fitted` with the reason"
        )


def _without(left: Left, aside: Sequence[int], d: int, design: Design) -> Left:
    """Apply the waves there are again, from the whole space, without the figures that are set aside."""
    again = whole_cube(left.region.targets, d, design.cutoff, design.seed)
    for number, wave in enumerate(left.region.waves, start=1):
        rng = np.random.default_rng([design.seed, STAGE_WAVES + number, 2])
        again = rule_out(again, replace(wave, emulators=wave.emulators.without(aside, REACHLESS)), rng)
    return again


def out_of_reach(found: Floats, cutoff: float) -> list[int]:
    """Return the columns whose implausibility exceeds the cut-off wherever one looks.

    Parameters
    ----------
    found : float array (n, statistics)
        Over what is left of the space; NaN where an emulator was refused.
    cutoff : float
    """
    known = np.isfinite(found).all(axis=0)
    return [column for column in np.nonzero(known)[0].tolist() if found[:, column].min() > cutoff]


def in_the_way(found: Floats, cutoff: float) -> int:
    """Return the column that most often misses where the fewest miss; of equals the one that misses by most.

    Parameters
    ----------
    found : float array (n, statistics)
        Implausibility where nothing is plausible in all columns; NaN where an emulator was refused.
    cutoff : float

    Examples
    --------
    >>> in_the_way(np.array([[9.0, 9.0, 1.0], [1.0, 4.0, 1.0], [1.0, 5.0, 2.0]]), 3.0)
    1
    """
    misses = found > cutoff
    fewest = misses.sum(axis=1) == misses.sum(axis=1).min()
    often, far = misses[fewest].mean(axis=0), np.nan_to_num(found[fewest]).mean(axis=0)
    return int(np.lexsort((far, often))[-1])


def _blame(number: int, targets: Sequence[Target], found: Floats, cutoff: float) -> list[dict[str, object]]:
    """Say what each target alone rules out, and how near the model can come to it at all."""
    rows: list[dict[str, object]] = []
    for target, column in zip(targets, found.T, strict=True):
        known = bool(np.isfinite(column).all())
        rows.append(
            {"wave": number, "statistic": target.name,
             "share_ruled_out": float((column > cutoff).mean()) if known else float("nan"),
             "least": float(column.min()) if known else float("nan")}
        )  # fmt: skip
    return rows


def _posterior(
    simulator: Simulator, left: Left, counted: Sequence[int], design: Design, keep: Keep
) -> Posterior:
    def draw() -> Floats:
        if design.method == "abc_smc":
            found = draw_by_abc_smc(left, design.candidates, design.seed + STAGE_POSTERIOR)
        else:
            rng = np.random.default_rng([design.seed, STAGE_POSTERIOR])
            found = draw_by_importance(left, design.candidates, rng)
        return np.column_stack([found.points, found.weights, found.log_density])

    kept = keep("posterior", draw)
    drawn = Drawn(kept[:, :-2], kept[:, -2], kept[:, -1])
    values = simulate(simulator, drawn.points, design.replicates, (design.seed, STAGE_POSTERIOR))
    known = latest_emulators(left.region).chance
    seen = np.array([pooled_variance(values[:, :, column]) for column in range(values.shape[2])])
    chance = np.where(np.isfinite(seen), seen, known)
    return weigh_with_runs(drawn, values, chance, left.region.targets, design.cutoff, counted)


def _fit(left: Left, posterior: Posterior | None) -> pd.DataFrame:
    waves = left.region.waves
    _, results = all_runs(waves, posterior)
    accepted = posterior if posterior is not None and posterior.weights.any() else None
    return fit_table(
        left.region.targets, waves[0].results, accepted, results, latest_emulators(left.region).chance
    )


def _posterior_tables(
    names: Sequence[str], targets: Sequence[Target], left: Left, posterior: Posterior
) -> dict[str, pd.DataFrame]:
    cube = whole_cube(targets, len(names), left.region.cutoff, 0).pool
    points = np.vstack([cube, left.pool])
    waves = left.region.waves
    worst = np.max(
        [nth_largest(implausibility(w.emulators, targets, points), w.order) for w in waves], axis=0
    )
    return {
        "identifiability": contraction_table(names, posterior),
        "correlations": correlation_table(names, posterior),
        "profiles": profile_table(names, points, worst),
    }
