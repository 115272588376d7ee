"""A contest of two theories: what each predicts, which experiment tells them apart, and who wins.

Both theories explain an outcome that they share, and each says through what. Hence, under the intervention of
either, a theory expects that nothing of the effect is left when its own mechanism is off, and all of it when
only the other's is; and that the effect appears in its own context rather than in the other's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cas_model.config.errors import UsageError
from cas_model.config.scenario import ParameterSet
from cas_model.experiments.compare import Builder
from cas_model.experiments.progress import Progress
from cas_model.theory.conditions import zones_in_context
from cas_model.theory.effects import Floats, SeedEffects, holm, p_value, seeds_needed
from cas_model.theory.theory import EFFECT, Claim, Theory
from cas_model.theory.trial import Trial, run_trial
from cas_model.theory.worlds import plan_ablations
from cas_model.theory.zone_sets import paired_zones

FIRST, SECOND, BOTH, NEITHER, UNDETERMINED = "first", "second", "both", "neither", "undetermined"
OFF = {FIRST: "without the first's mechanism", SECOND: "without the second's mechanism"}
"""Contrasts of an arm: its intervention while a mechanism is off in both worlds."""
PLACES = "contexts"
"""The experiment that looks where the effect appears."""
PILOT_SEEDS = 4
PILOT_OFFSET = 1000
"""Seeds of the pilot are these many further on, so that none serves twice."""
LEAST_ZONES = 3
"""Zones that only one context holds, fewer than which are not compared."""
CANDIDATE_COLUMNS = (
    *("arm", "theory", "outcome", "experiment", "first_expects", "second_expects", "effect", "found"),
    *("noise", "separation", "usable"),
)
TEST_COLUMNS = ("question", "estimate", "low", "high", "n_seeds", "p", "p_holm", "answer", "seeds_needed")


@dataclass(frozen=True)
class Contest:
    """Two theories and the arms on which they meet.

    Attributes
    ----------
    first, second : Theory
    arms : dict of str to Theory
        `FIRST` and `SECOND` to the theory whose intervention is made, with the shared claims and with worlds
        in which either mechanism is off; one arm alone when both make the same intervention.
    off : dict of str to list of str
        Mechanisms that only the first, or only the second, works through.
    """

    first: Theory
    second: Theory
    arms: dict[str, Theory]
    off: dict[str, list[str]]

    def theory(self, side: str) -> Theory:
        """Return the theory of a side."""
        return self.first if side == FIRST else self.second


@dataclass(frozen=True)
class Outcome:
    """Who wins, and the answers that say so.

    Attributes
    ----------
    winner : str
        `FIRST`, `SECOND`, `BOTH`, `NEITHER` or `UNDETERMINED`.
    why : str
        The part of the rule that applied.
    tests : DataFrame
        Columns `TEST_COLUMNS`.
    seeds_needed : float
        That would decide an undetermined contest; NaN otherwise.
    """

    winner: str
    why: str
    tests: pd.DataFrame
    seeds_needed: float


RULE = (
    "One intervention is made on fresh seeds, as it is and with either mechanism off. If it does not move "
    "the shared outcome by what matters, neither theory has anything to explain. A mechanism is necessary "
    "when at least {share} of the effect is lost without it. If only one of the two is necessary, its "
    "theory wins; if both are, both hold, for the one works through the other; if neither is, neither "
    "explains the effect. Where the contexts were chosen as the experiment, the theory wins in whose own "
    "zones the effect is larger. A question is answered when its p, corrected for the questions asked, is "
    "below {significance}."
)
"""Said before the run."""


def prepare_contest(first: Theory, second: Theory) -> Contest:
    """Find what two theories can be told apart by.

    Raises
    ------
    UsageError
        They claim no outcome in common, or neither has a mechanism of its own.
    """
    keys = [c.key for c in first.claims if c.wants_effect]
    shared = [c.key for c in second.claims if c.wants_effect and c.key in keys]
    if not shared:
        raise UsageError(
            f"`{first.name}` and `{second.name}` expect no effect on the same outcome, so that nothing that "
            "is found for one speaks against the other",
            allowed=f"`{first.name}`: {_listed(first)}; `{second.name}`: {_listed(second)}",
            fix="choose theories that explain the same outcome",
        )
    own, other = first.document.mechanism.switches, second.document.mechanism.switches
    off = {
        FIRST: [name for name in own if name not in other],
        SECOND: [name for name in other if name not in own],
    }
    off = {side: names for side, names in off.items() if names}
    if not off:
        raise UsageError(
            f"`{first.name}` and `{second.name}` work through the same mechanism ({', '.join(own)})",
            fix="choose theories whose mechanisms differ",
        )
    arms = {FIRST: _arm(first, shared, off)}
    if _what_is_made(first) != _what_is_made(second):
        arms[SECOND] = _arm(second, shared, off)
    return Contest(first, second, arms, off)


def _listed(theory: Theory) -> str:
    return ", ".join(claim.key for claim in theory.claims if claim.wants_effect)


def _what_is_made(theory: Theory) -> tuple[str, ...]:
    return tuple(world.scenario.hash() for world in theory.worlds[:2])


def _arm(theory: Theory, shared: Sequence[str], off: dict[str, list[str]]) -> Theory:
    named = {OFF[side]: names for side, names in off.items()}
    worlds, contrasts = plan_ablations(theory.document, theory.origin, named)
    claims = tuple(replace(claim, primary=True) for claim in theory.claims if claim.key in shared)
    return replace(theory, claims=claims, worlds=worlds, contrasts=contrasts)


def run_arm(
    arm: Theory, *, replicates: int, persons_per_agent: int, pilot: bool, jobs: int = 1, threads: int = 1,
    sets: Sequence[ParameterSet] = (), progress: Progress | None = None, build: Builder | None = None,
) -> Trial:  # fmt: skip
    """Run the worlds of an arm: a pilot on seeds of its own, or the experiment."""
    size = arm.document.run
    seed = size.seed + (PILOT_OFFSET if pilot else 0)
    document = arm.document.model_copy(update={"run": size.model_copy(update={"seed": seed})})
    return run_trial(
        replace(arm, document=document), replicates=replicates, persons_per_agent=persons_per_agent,
        jobs=jobs, threads=threads, sets=sets, progress=progress, build=build,
    )  # fmt: skip


def candidates(contest: Contest, pilots: dict[str, Trial]) -> pd.DataFrame:
    """Return every experiment that could tell the theories apart, the best first.

    Parameters
    ----------
    contest : Contest
    pilots : dict of str to Trial
        Of each arm, from `run_arm`.

    Returns
    -------
    DataFrame
        Columns `CANDIDATE_COLUMNS`. ``effect`` is that of the intervention in the pilot, ``found`` what
        the experiment showed there, ``first_expects`` and ``second_expects`` what either theory says it
        shows, in the unit of the outcome. ``noise`` is the standard deviation over seeds of the number that
        decides, and ``separation`` the difference of the predictions in standard errors of so many seeds.
        ``usable``: the effect is larger than what matters.
    """
    rows = [row for side, trial in pilots.items() for row in _candidates_of(contest, side, trial)]
    table = pd.DataFrame(rows, columns=list(CANDIDATE_COLUMNS))
    # Where nothing moves there is nothing to explain, however quiet it is.
    return table.sort_values(["usable", "separation"], ascending=False, kind="stable", ignore_index=True)


def _candidates_of(contest: Contest, side: str, trial: Trial) -> Iterator[tuple[object, ...]]:
    arm = trial.theory
    seeds = SeedEffects(arm, trial.tables["trial_places"])
    for claim in arm.claims:
        place = seeds.place_of(claim)
        effect = seeds.effect(EFFECT, place, claim.key)
        if effect is None:
            continue
        mean = float(np.nanmean(effect))
        usable = claim.sign * mean > claim.smallest
        for mine in contest.off:
            left = seeds.effect(OFF[mine], place, claim.key)
            if left is None:
                continue
            expected = {mine: 0.0, _other(mine): mean}
            decides = effect - left - arm.document.verdict.mechanism_share * effect
            yield _candidate(contest, side, claim, OFF[mine], expected, mean, float(np.nanmean(left)),
                             decides, usable)  # fmt: skip
        between = _between_contexts(contest, trial, claim)
        if between is not None:
            expected = {FIRST: mean, SECOND: -mean}
            yield _candidate(contest, side, claim, PLACES, expected, mean, float(np.nanmean(between)),
                             between, usable)  # fmt: skip


def _candidate(
    contest: Contest, side: str, claim: Claim, experiment: str, expected: dict[str, float], effect: float,
    found: float, decides: Floats, usable: bool,
) -> tuple[object, ...]:  # fmt: skip
    noise = float(np.nanstd(decides, ddof=1)) if decides.size > 1 else math.nan
    gap = abs(expected[FIRST] - expected[SECOND])
    error = noise / math.sqrt(decides.size)
    separation = gap / error if error > 0 else math.inf
    return (
        side, contest.theory(side).name, claim.key, experiment, expected[FIRST], expected[SECOND], effect,
        found, noise, separation, usable,
    )  # fmt: skip


def _other(side: str) -> str:
    return SECOND if side == FIRST else FIRST


def _between_contexts(contest: Contest, trial: Trial, claim: Claim) -> Floats | None:
    """Return per seed the effect in zones of the first context alone less that in those of the second's.

    None when the contexts are not of zones, hardly differ, or the outcome is no zone's own.
    """
    sides = (contest.first, contest.second)
    if claim.measure != "mean" or any(theory.document.context.people for theory in sides):
        return None
    context = trial.tables["trial_context"].reset_index(drop=True)
    if any(c.feature not in context for theory in sides for c in theory.conditions):
        return None
    inside = []
    for theory in sides:
        seeds = [zones_in_context(theory.conditions, own) for _, own in context.groupby("replicate")]
        inside.append(pd.concat(seeds).reindex(context.index))
    effects = paired_zones(trial.theory, trial.tables["trial_zones"], claim)
    members = pd.DataFrame(
        {
            **{name: context[name] for name in ("replicate", "population")},
            "zone": context["zone"].astype(str),
            "first": inside[0] & ~inside[1],
            "second": inside[1] & ~inside[0],
        }
    )
    zones = effects.merge(members, on=["replicate", "zone"])
    numbers = []
    for _, own in zones.groupby("replicate"):
        parts = [own[own[name]] for name in ("first", "second")]
        if min(len(part) for part in parts) < LEAST_ZONES:
            return None
        first, second = (float(np.average(p["effect"], weights=p["population"])) for p in parts)
        numbers.append(first - second)
    return np.array(numbers) if numbers else None


def decide(contest: Contest, chosen: pd.Series, trial: Trial) -> Outcome:
    """Apply `RULE` to the experiment.

    Parameters
    ----------
    contest : Contest
    chosen : row of `candidates`
        The experiment.
    trial : Trial
        Its arm on fresh seeds.
    """
    arm = trial.theory
    rule = arm.document.verdict
    claim = next(c for c in arm.claims if c.key == chosen["outcome"])
    seeds = SeedEffects(arm, trial.tables["trial_places"])
    place = seeds.place_of(claim)
    effect = seeds.effect(EFFECT, place, claim.key)
    assert effect is not None
    asked: dict[str, tuple[Floats, Floats]] = {"effect": (effect, claim.sign * effect - claim.smallest)}
    if chosen["experiment"] == PLACES:
        between = _between_contexts(contest, trial, claim)
        assert between is not None
        asked[PLACES] = (between, claim.sign * between)
    else:
        for side in contest.off:
            left = seeds.effect(OFF[side], place, claim.key)
            assert left is not None
            lost = claim.sign * (effect - left - rule.mechanism_share * effect)
            asked[OFF[side]] = (left, lost)
    tests = _tests(asked, rule.significance, rule.power)
    winner, why = _winner(contest, dict(zip(tests["question"], tests["answer"], strict=True)))
    unclear = tests.loc[tests["answer"] == "unclear", "seeds_needed"]
    needed = float(unclear.max()) if winner == UNDETERMINED and len(unclear) else math.nan
    return Outcome(winner, why, tests, needed)


def _tests(asked: dict[str, tuple[Floats, Floats]], significance: float, power: float) -> pd.DataFrame:
    from cas_model.experiments.differences import paired_interval

    rows = []
    corrected = holm([p_value(votes) for _, votes in asked.values()])
    for (question, (values, votes)), p in zip(asked.items(), corrected, strict=True):
        known, own = values[np.isfinite(values)], p_value(votes)
        low, high = paired_interval(np.zeros_like(known), known)
        answer = "unclear" if p >= significance else "yes" if np.nanmean(votes) > 0 else "no"
        factor = p / own if own > 0 else 1.0
        needed = seeds_needed(votes, significance / max(1.0, factor), power)
        rows.append((question, float(known.mean()), low, high, known.size, own, p, answer,
                     needed if answer == "unclear" else math.nan))  # fmt: skip
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def _winner(contest: Contest, answers: dict[str, str]) -> tuple[str, str]:
    if answers["effect"] == "no":
        return NEITHER, "the intervention does not move the outcome by what matters: nothing to explain"
    if "unclear" in answers.values():
        return UNDETERMINED, "these seeds leave a question open"
    if PLACES in answers:
        return (FIRST if answers[PLACES] == "yes" else SECOND), "the effect is larger in its own zones"
    needed = [side for side in contest.off if answers[OFF[side]] == "yes"]
    if len(needed) == 2:
        return BOTH, "the effect is lost without either mechanism: the one works through the other"
    if needed:
        return needed[0], "the effect is lost without its mechanism, and not without the other's"
    if len(contest.off) == 1:  # the mechanisms of the other are part of those of this one
        return _other(next(iter(contest.off))), "the effect stays without what only the other works through"
    return NEITHER, "the effect stays without either mechanism"
