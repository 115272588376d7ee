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
    observed_implausibility,
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
LEAST_PLAUSIBLE = 0.05
"""Where a smaller part of the posterior's sets is plausible when run, some figure is out of reach."""
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
    matching = _Matching(wide, fitted, targets, design, keep, say, jobs)
    for _ in range(design.waves):
        if not matching.wave():
            break
    posterior = _accept(narrow, matching, targets, design, keep, say)
    left, names_aside = matching.left, [targets[column].name for column in matching.aside]
    result = Calibration(fitted, columns, left, names_aside, posterior, tables=tables | matching.tables)
    if posterior is None or not len(left.pool):
        say("History matching: nothing is left; no parameters agree with all targets.")
        result.tables["fit"] = _fit(left, None)
        return result
    result.tables["fit"] = _fit(left, posterior)
    if result.accepted:
        result.tables |= _posterior_tables(fitted, targets, left, posterior)
        if best:
            result.best = search_best_fit(
                narrow, posterior, targets, matching.counted,
                trials=design.trials, replicates=design.replicates, seed=design.seed + STAGE_BEST,
            )  # fmt: skip
    return result


def _accept(
    simulator: Simulator, matching: _Matching, targets: Sequence[Target], design: Design, keep: Keep,
    say: Callable[[str], None],
) -> Posterior | None:  # fmt: skip
    """Run the posterior; where hardly a set is plausible, set a figure aside, match once more and try again.

    Emulators leave room for what they are unsure of, so that only runs show that figures exclude each other.
    """
    posterior, tries = None, 0
    while len(matching.left.pool):
        tries += 1
        posterior = _posterior(simulator, matching.left, matching.counted, design, keep, tries)
        accepted = int((posterior.weights > 0).sum())
        say(
            f"Posterior: {accepted} of {len(posterior.points)} sets that were run are plausible, "
            f"as good as {posterior.effective_size:.0f} equally likely ones."
        )
        if accepted >= LEAST_PLAUSIBLE * len(posterior.points) or not matching.may_set_aside:
            break
        seen, asked = matching.counted, [targets[column] for column in matching.counted]
        found = observed_implausibility(posterior.results[:, :, seen], posterior.chance[seen], asked)
        matching.set_aside(seen[in_the_way(found, design.cutoff)])
        matching.wave()
    return posterior


class _Matching:
    """Waves of history matching, what they leave, and the figures that are set aside on the way."""

    def __init__(
        self, simulator: Simulator, names: Sequence[str], targets: Sequence[Target], design: Design,
        keep: Keep, say: Callable[[str], None], jobs: int,
    ) -> None:  # fmt: skip
        self._simulator, self._targets, self._design = simulator, targets, design
        self._keep, self._say, self._jobs, self._d = keep, say, jobs, len(names)
        self.left = whole_cube(targets, self._d, design.cutoff, design.seed)
        self.aside: list[int] = []
        self._sizes: list[dict[str, object]] = []
        self._checks: list[dict[str, object]] = []
        self._blame: list[dict[str, object]] = []

    @property
    def counted(self) -> list[int]:
        """Columns of the figures that are not set aside."""
        return [column for column in range(len(self._targets)) if column not in self.aside]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """What the waves did so far."""
        rows = {"waves": self._sizes, "emulators": self._checks, "ruled_out": self._blame}
        return {name: pd.DataFrame(found) for name, found in rows.items()}

    @property
    def may_set_aside(self) -> bool:
        """Whether the design lets a figure be set aside, and more than one is left to go by."""
        return self._design.out_of_reach == "set_aside" and len(self.counted) > 1

    def set_aside(self, column: int, alone: bool = False) -> None:
        """Judge by a figure no more, and bring back what it ruled out; `alone` when no others bar its way."""
        reach = "Out of reach and" if alone else "Out of reach together with the other figures, and"
        self._say(f"{reach} set aside: {self._targets[column].name}.")
        self.aside.append(column)
        if self.left.region.waves:
            self.left = _without(self.left, self.aside, self._d, self._design)

    def wave(self) -> bool:
        """Run one more wave; return whether another could rule out much more."""
        targets, design = self._targets, self._design
        number = len(self._sizes) + 1
        n = design.points_per_parameter * self._d
        # Each wave draws from generators of its own, so that one that is continued draws what it would have.
        drawing, filling = (np.random.default_rng([design.seed, STAGE_WAVES + number, k]) for k in (0, 1))

        def draw() -> Floats:
            if not self.left.region.waves:
                return np.asarray(qmc.LatinHypercube(self._d, rng=drawing).random(n))
            return space_filling(self.left.pool, n, drawing)

        points = self._keep(f"wave_{number}", draw)
        values = simulate(self._simulator, points, design.replicates, (design.seed, STAGE_WAVES + number))
        _refuse_undefined(targets, values)
        emulators = fit_emulators(points, values, [t.name for t in targets], design.seed + number, self._jobs)
        found = implausibility(emulators, targets, self.left.pool)
        if design.out_of_reach == "set_aside":
            for column in out_of_reach(found, design.cutoff):
                if column not in self.aside:
                    self.set_aside(column, alone=not self._sizes)
        emulators = emulators.without(self.aside, REACHLESS)
        order = 2 if number <= design.forgiving_waves and len(emulators.usable) > 2 else 1
        before = self.left
        self.left = rule_out(before, Wave(points, values, emulators, order), filling)
        while not len(self.left.pool) and self.may_set_aside and len(emulators.usable) > 1:
            self.left = before
            column = in_the_way(implausibility(emulators, targets, before.pool), design.cutoff)
            self.set_aside(column)
            emulators, before = emulators.without(self.aside, REACHLESS), self.left
            self.left = rule_out(before, Wave(points, values, emulators, order), filling)
        self._sizes.append(
            {"wave": number, "n_points": len(points), "n_runs": len(points) * design.replicates,
             "ruled_out_by": order, "n_emulators": len(emulators.usable), "share": self.left.share,
             "share_of_before": self.left.share / before.share, "relative_error": self.left.relative_error}
        )  # fmt: skip
        for target, emulator in zip(targets, emulators.each, strict=True):
            self._checks.append({"wave": number, "statistic": target.name, **vars(emulator.check)})
        self._blame += _blame(number, targets, found, design.cutoff)
        self._say(
            f"Wave {number}: {self.left.share:.3g} of the space is left "
            f"({len(emulators.usable)} of {len(targets)} emulators can be trusted)."
        )
        return bool(len(self.left.pool)) and self.left.share <= SLOW * before.share


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
        Implausibility; NaN where an emulator was refused. Rows that are plausible in all columns say nothing.
    cutoff : float

    Examples
    --------
    >>> in_the_way(np.array([[9.0, 9.0, 1.0], [1.0, 4.0, 1.0], [1.0, 5.0, 2.0], [2.5, 0.0, 0.0]]), 3.0)
    1
    """
    misses = found > cutoff
    counts = np.where(misses.any(axis=1), misses.sum(axis=1), found.shape[1])
    fewest = counts == counts.min()
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
    simulator: Simulator, left: Left, counted: Sequence[int], design: Design, keep: Keep, tries: int
) -> Posterior:
    def draw() -> Floats:
        if design.method == "abc_smc":
            found = draw_by_abc_smc(left, design.candidates, design.seed + STAGE_POSTERIOR)
        else:
            rng = np.random.default_rng([design.seed, STAGE_POSTERIOR, tries])
            found = draw_by_importance(left, design.candidates, rng)
        return np.column_stack([found.points, found.weights, found.log_density])

    kept = keep(f"posterior_{tries}", draw)
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
