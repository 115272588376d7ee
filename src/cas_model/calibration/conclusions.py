"""Which conclusions hold whatever the accepted parameters are, and whatever rule of learning is true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.problem import Floats
from cas_model.config.adaptation import ADAPTATION, default_rules
from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.parameter_sets import standing_on
from cas_model.config.scenario import ParameterSet, Scenario
from cas_model.config.scenario_layers import ROOT, builtin_scenarios, load_scenario
from cas_model.experiments.differences import paired_interval
from cas_model.experiments.manifest import data_hash, model_hash, parameters_entry, provenance
from cas_model.experiments.progress import Progress
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, care_system
from cas_model.experiments.sensitivity.factors import Value
from cas_model.experiments.sensitivity.models import RunModel, Settings, yearly_means
from cas_model.experiments.sensitivity.plan import Plan, run_address
from cas_model.experiments.sensitivity.pools import pool_of
from cas_model.experiments.sensitivity.run_store import DONE, RunStore
from cas_model.experiments.sensitivity.runner import run_pending
from cas_model.experiments.store import MANIFEST

KIND = "conclusions"
AS_USUAL = "as usual"
"""The rules that hold when a scenario says nothing."""
USUAL_OUTCOMES = (
    "coordinated_care_coverage", "hand_over_rate", "alignment", "mean_trust", "workforce_wellbeing",
    "unmet_need", "avoidable_admissions", "spending",
)  # fmt: skip
SURE = 0.9
"""Share of parameter sets with the same sign from which a conclusion holds (assumption)."""
HOLDS, SMALL, BY_SET = "holds", "too small to matter", "depends on parameters"


@dataclass(frozen=True)
class Question:
    """What is compared, over what.

    Attributes
    ----------
    scenarios : tuple of str
        The baseline first; names or files.
    outcomes : tuple of str
    sets : tuple of ParameterSet
        Accepted sets; none stands for registered defaults.
    members : int
        Pairs of set and seed: member r has set r (begun anew when there are fewer) and seed ``seed + r``.
    seed : int
    horizon : mapping
        ``run.months`` and ``run.burn_in``, where stated.
    persons_per_agent, territory
        As for `WorldRequest`.
    """

    scenarios: tuple[str, ...]
    outcomes: tuple[str, ...]
    sets: tuple[ParameterSet, ...]
    members: int
    seed: int
    horizon: Mapping[str, Any]
    persons_per_agent: int
    territory: str

    @property
    def n_sets(self) -> int:
        """Parameter sets, registered defaults counted as one."""
        return max(1, len(self.sets))

    def scenario(self, settings: Settings) -> Scenario:
        """Return the scenario of a run: settings hold its name, its set and the rules in force."""
        rules = {key: value for key, value in settings.items() if key.startswith("adaptation.")}
        found = load_scenario(str(settings["scenario"]), (), {**self.horizon, **rules})
        return standing_on(found, self.sets[int(settings["set"])]) if self.sets else found

    def identity(self) -> str:
        """Return the hash of all that a run depends on beside its settings and seed."""
        sources = [self.scenario({"scenario": name, "set": 0}).hash() for name in self.scenarios]
        values = [sorted(accepted.parameters.items()) for accepted in self.sets]
        parts = [
            sources,
            values,
            self.persons_per_agent,
            data_hash(self.territory),
            model_hash(),
            self.outcomes,
        ]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class ConclusionModel:
    """A world of the question, reduced to Flemish means of its last twelve months."""

    question: Question

    def __call__(self, settings: Settings, seed: int) -> Floats:
        """Run it; shape (1, outcomes)."""
        load_registries()
        asked = self.question
        request = WorldRequest(
            "run", asked.scenario(settings), 0, seed, asked.persons_per_agent, asked.territory
        )
        model = care_system(request, trace=False)
        model.run()
        means = yearly_means(model.records.flemish(asked.outcomes), model.burn_in, ())
        model.release()
        return means


def shipped_comparisons() -> list[str]:
    """Return the baseline and every built-in scenario of its length in which nothing strikes."""
    worlds = {name: load_scenario(name) for name in builtin_scenarios()}
    length = (worlds[ROOT].months, worlds[ROOT].burn_in)
    return [n for n, w in worlds.items() if n == ROOT or (not w.shocks and (w.months, w.burn_in) == length)]


def alternatives() -> dict[str, dict[str, str]]:
    """Return the rules as usual, and each other rule of learning and of rewiring, one at a time."""
    usual = default_rules()
    found: dict[str, dict[str, str]] = {AS_USUAL: {}}
    for family, rules in ADAPTATION.items():
        for rule in rules.values():
            if rule.name != usual[family]:
                found[f"{family}: {rule.label}"] = {f"adaptation.{family}": rule.name}
    return found


def check_question(question: Question) -> None:
    """Refuse scenarios that state their own rule, or that differ in length.

    Raises
    ------
    UsageError
        What the loader refuses, or fewer than two scenarios, or different lengths.
    """
    if len(question.scenarios) < 2:
        raise UsageError("a conclusion is about two scenarios at least", fix="name another")
    worlds = [question.scenario({"scenario": name, "set": 0}) for name in question.scenarios]
    for world in worlds[1:]:
        if (world.months, world.burn_in) != (worlds[0].months, worlds[0].burn_in):
            raise UsageError(
                f"`{world.name}` does not run as long as `{worlds[0].name}`", allowed="worlds of one length",
                fix=f"add --months {worlds[0].months} --burn-in {worlds[0].burn_in}",
            )  # fmt: skip


def prepare_folder(folder: Path, question: Question, command: str) -> None:
    """Make the folder with its manifest, or accept one of an earlier question, whose runs are then reused.

    Raises
    ------
    UsageError
        The folder holds something else.
    """
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        try:
            kind = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("kind")
        except (OSError, ValueError, AttributeError):
            kind = None
        if kind != KIND:
            raise UsageError(
                "the folder holds something else, so it is left alone", where=f"--out {folder}",
                fix="name a new folder",
            )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    worlds = [
        question.scenario({"scenario": question.scenarios[0], "set": k}) for k in range(question.n_sets)
    ]
    made = {
        "kind": KIND, "command": command, "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenarios": list(question.scenarios), "outcomes": list(question.outcomes),
        "alternatives": list(alternatives()), "claim_level": worlds[0].parameter_set,
        "parameters": parameters_entry(worlds), "members": question.members, "seed": question.seed,
        "months": worlds[0].months, "burn_in": worlds[0].burn_in,
        "persons_per_agent": question.persons_per_agent, "territory": question.territory, **provenance(),
    }  # fmt: skip
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def plan_question(question: Question) -> Plan:
    """Return every run: a point per scenario, alternative and member."""
    families = list(ADAPTATION)
    usual, identity = default_rules(), question.identity()
    keys = ("scenario", "set", *(f"adaptation.{family}" for family in families))
    columns: list[list[Any]] = [[] for _ in keys]
    seeds, runs = [], []
    for name in question.scenarios:
        for rules in alternatives().values():
            for member in range(question.members):
                in_force = [rules.get(f"adaptation.{f}", usual[f]) for f in families]
                row: list[Value] = [name, member % question.n_sets, *in_force]
                for column, value in zip(columns, row, strict=True):
                    column.append(value)
                seeds.append(question.seed + member)
                runs.append(run_address(identity, dict(zip(keys, row, strict=True)), seeds[-1]))
    plan = Plan(
        keys, np.empty((len(runs), 0)), columns, np.array(seeds)[:, None], np.empty((len(runs), 1), object)
    )
    plan.runs[:, 0] = runs
    return plan


def run_question(
    question: Question, folder: Path, *, jobs: int = 1, progress: Progress | None = None,
    model: RunModel | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Run what is not in the folder's store, and return every result.

    Parameters
    ----------
    question : Question
    folder : Path
        Whose store keeps the runs; the same question goes on where it was cut short.
    jobs : int
        Worker processes.
    progress : Progress, optional
    model : RunModel, optional
        Instead of the care system, in tests.

    Returns
    -------
    DataFrame
        scenario, alternative, member, and a column per outcome (NaN where the run failed).
    """
    store, plan = RunStore(folder), plan_question(question)
    with store.locked():
        run_pending(model or ConclusionModel(question), plan, store, pool=pool_of(jobs), progress=progress)
        store.compact()
        records = store.read(set(plan.runs.ravel()))
    rows = []
    number = 0
    for name in question.scenarios:
        for alternative in alternatives():
            for member in range(question.members):
                record = records[plan.runs[number, 0]]
                values = record.results if record.status == DONE else np.full(len(question.outcomes), np.nan)
                rows.append((name, alternative, member, *values))
                number += 1
    return pd.DataFrame(rows, columns=["scenario", "alternative", "member", *question.outcomes])


def differences_table(runs: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Compare each scenario with the first, member by member, under every alternative.

    Parameters
    ----------
    runs : DataFrame
        From `run_question`.
    outcomes : sequence of str

    Returns
    -------
    DataFrame
        scenario, outcome, alternative, n, difference, low, high (paired 95 % interval over members),
        share_same_sign (members whose difference has the sign of the mean difference as usual).
    """
    scenarios = list(dict.fromkeys(runs["scenario"]))
    table = runs.set_index(["scenario", "alternative", "member"]).sort_index()
    rows = []
    for name in scenarios[1:]:
        for outcome in outcomes:
            sign = 0.0
            for alternative in dict.fromkeys(runs["alternative"]):
                a, b = (
                    table.loc[(world, alternative), outcome].to_numpy(dtype=float)
                    for world in (scenarios[0], name)
                )
                whole = np.isfinite(a) & np.isfinite(b)
                a, b = a[whole], b[whole]
                mean = float((b - a).mean()) if len(a) else float("nan")
                if alternative == AS_USUAL:
                    sign = float(np.sign(mean))
                low, high = paired_interval(a, b)
                same = float((np.sign(b - a) == sign).mean()) if len(a) else float("nan")
                rows.append((name, outcome, alternative, len(a), mean, low, high, same))
    columns = ["scenario", "outcome", "alternative", "n", "difference", "low", "high", "share_same_sign"]
    return pd.DataFrame(rows, columns=columns)


def verdict_table(differences: pd.DataFrame, smallest: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Say of each conclusion whether its sign holds.

    Parameters
    ----------
    differences : DataFrame
        From `differences_table`.
    smallest : mapping of str to float, optional
        Smallest difference that matters; the registry's when left out.

    Returns
    -------
    DataFrame
        scenario, outcome, difference (as usual), share_sets (members with its sign, as usual), share_least
        (the same under the alternative where it is least), weakest (that alternative), verdict: ``holds``,
        ``too small to matter``, ``depends on parameters``, or ``depends on`` the weakest alternative.
    """
    known = smallest or {name: declared.smallest_that_matters for name, declared in OUTCOMES.items()}
    rows = []
    for (name, outcome), group in differences.groupby(["scenario", "outcome"], sort=False):
        usual = group[group["alternative"] == AS_USUAL].iloc[0]
        weakest = group.sort_values("share_same_sign", kind="stable").iloc[0]
        if not abs(usual["difference"]) > known[str(outcome)]:
            verdict = SMALL
        elif usual["share_same_sign"] < SURE:
            verdict = BY_SET
        elif weakest["share_same_sign"] < SURE:
            verdict = f"depends on {weakest['alternative']}"
        else:
            verdict = HOLDS
        rows.append(
            (name, outcome, usual["difference"], usual["share_same_sign"], weakest["share_same_sign"],
             weakest["alternative"], verdict)
        )  # fmt: skip
    columns = ["scenario", "outcome", "difference", "share_sets", "share_least", "weakest", "verdict"]
    return pd.DataFrame(rows, columns=columns)
