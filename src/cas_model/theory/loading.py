"""Reading a theory file: everything that is wrong with it is said at once, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import cas_model
from cas_model.config.declarations import MECHANISMS, OUTCOMES
from cas_model.config.errors import UsageError, nearest, unknown_name
from cas_model.config.toml_source import read_toml, together
from cas_model.config.vocabulary import COUNTED_GROUPS
from cas_model.model.zones import zone_features
from cas_model.theory.conditions import Condition, feature_names, read_condition
from cas_model.theory.document import (
    EXPECTED,
    MEASURES,
    RELATIONS,
    SECTIONS,
    SIGNS_OF_FAILURE,
    Document,
    OutcomeText,
)
from cas_model.theory.theory import BASELINE, INTERVENTION, RIVAL, Claim, Theory
from cas_model.theory.units import measure_unit, read_smallest
from cas_model.theory.worlds import plan_worlds, run_in_alone

FOLDER = Path("theories")
SHIPPED = Path(cas_model.__file__).with_name("theories")
"""Where an installed package holds them; in a source checkout they are in `FOLDER`."""


def find_theory(name_or_path: str) -> Path:
    """Return the path of a theory: a file, or a name (or its first part) in the folder ``theories``.

    Raises
    ------
    UsageError
        When there is no such file, with the nearest there is.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.exists():
        return path
    # Those of the folder one works in take the place of shipped ones of the same name.
    there = {p.stem: p for folder in (SHIPPED, FOLDER) for p in sorted(folder.glob("*.toml"))}
    begun = [name for name in there if name.partition("_")[0] == name_or_path]
    if name_or_path in there or len(begun) == 1:
        return there.get(name_or_path) or there[begun[0]]
    known = sorted(there)
    match = nearest(name_or_path, known)
    fix = f"did you mean `{match}`?" if match else "give the path of a file that ends in .toml"
    raise UsageError(
        f"there is no theory file `{name_or_path}`", where="theory", allowed=", ".join(known), fix=fix
    )


def load_theory(name_or_path: str) -> Theory:
    """Read and check a theory file, and load all worlds of its trial.

    Parameters
    ----------
    name_or_path : str
        A TOML file, or the name of one in ``theories``.

    Raises
    ------
    UsageError
        Every problem at once, in words.
    """
    path = find_theory(name_or_path)
    document = _parse(_read(path), path)
    problems = list(_name_problems(document, path))
    conditions = _collected(_conditions(document, path), problems)
    claims = _collected(_claims(document, path), problems)
    together(problems)
    worlds, contrasts = plan_worlds(document, str(path))
    theory = Theory(
        path.stem, str(path), document, tuple(conditions), tuple(claims), worlds, contrasts,
        run_in_alone(worlds[0].scenario),
    )  # fmt: skip
    together(list(_world_problems(theory, path)))
    return theory


# --- the text ---------------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    """Return the content of the file; of a line that is not TOML, say what to do about it."""
    try:
        return read_toml(path)
    except UsageError as error:
        found = re.search(r"\(at line (\d+)", error.problem)
        if found is None:
            raise
        number = int(found[1])
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        # A value that never ends is noticed on the line after it.
        line = lines[number - 1] if number <= len(lines) else ""
        raise UsageError(
            f"line {number} cannot be read: `{line.strip()}`",
            where=str(path), fix=_advice(line, error.problem),
        ) from None  # fmt: skip


def _advice(line: str, problem: str) -> str:
    key, equals, value = (part.strip() for part in line.partition("="))
    if "overwrite" in problem or "twice" in problem:
        return "this key or table is stated twice; remove one of the two"
    if not equals and key.startswith("["):
        return "close the name of a table: `[context]`, or `[[outcomes]]` for each of several"
    if not equals:
        return "write each line as `key = value`, or put a # before a remark: `# a remark`"
    if value.count('"') % 2:
        return f'close the text with a second quotation mark: `{key} = "..."`'
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        return f"write decimals with a point: `{key} = {value.replace(',', '.')}`"
    if value and not value.startswith(('"', "[", "{")):
        return f'put words between quotation marks: `{key} = "{value}"`'
    return 'write each line as `key = value`, with words between quotation marks: `title = "..."`'


_MISSING = {
    "falsifier": "say what would prove the theory wrong: add a table [falsifier] with words and refuted_if",
    "rival": "name another explanation: add a table [rival] with words, and switches or settings",
    "context": "say where the theory should hold: add a table [context] with words",
    "outcomes": "say what should change: add a table [[outcomes]] with name, expected and smallest",
    "field_data": "say which data from the field would settle the matter: field_data = \"...\"",
    "smallest": 'say from what size an effect matters: smallest = "2 percentage points"',
    "expected": f'say what should happen: expected = "rises" (or {", ".join(EXPECTED[1:])})',
    "switches": 'name mechanisms of the model: switches = ["M18"] (see `cas-model list mechanisms`)',
}  # fmt: skip


def _parse(content: dict[str, Any], path: Path) -> Document:
    try:
        return Document.model_validate(content)
    except ValidationError as error:
        together([_explain(found, path) for found in error.errors()])
        raise AssertionError("a failed validation holds at least one problem") from None


def _explain(found: Any, path: Path) -> UsageError:
    loc, value = found["loc"], found["input"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)[1:]
    where, last = f"{path}, {key}", str(loc[-1])
    if found["type"] == "extra_forbidden":
        section = ".".join(str(part) for part in loc[:-1] if isinstance(part, str))
        if section and last in Document.model_fields:
            return UsageError(
                f"`{last}` stands in the table [{section}]", where=where,
                fix=f"move the line {last} = ... to the top of the file, before the first [table]",
            )  # fmt: skip
        keys = SECTIONS.get(section, Document).model_fields
        return unknown_name("key", last, keys, where)
    if found["type"] == "missing" or (found["type"] == "too_short" and last in _MISSING):
        return UsageError(f"`{key}` is missing", where=where, fix=_MISSING.get(last, f"add {last} = ..."))
    if found["type"] in ("string_too_short", "too_short"):
        return UsageError(f"`{key}` is empty", where=where, fix=f"write something for {last}")
    allowed = found["msg"].removeprefix("Input should be ")
    allowed = {"a valid string": "text between quotation marks", "a valid list": "a list: [ ... ]"}.get(
        allowed, allowed.replace("valid dictionary or instance of", "table for")
    )
    return UsageError(f"`{key}` is {value!r}", where=where, allowed=allowed)


# --- the names --------------------------------------------------------------------------------------------


def _collected(made: Iterator[Any], problems: list[UsageError]) -> list[Any]:
    """Return what is made; problems among it go to the list of problems."""
    things: list[Any] = []
    for thing in made:
        (problems if isinstance(thing, UsageError) else things).append(thing)
    return things


def _conditions(document: Document, path: Path) -> Iterator[Condition | UsageError]:
    for feature, words in document.context.zones.items():
        where = f"{path}, context.zones.{feature}"
        if feature not in feature_names():
            yield unknown_name("feature of zones", feature, feature_names(), where)
            continue
        try:
            yield read_condition(feature, words, where)
        except UsageError as problem:
            yield problem


def _claims(document: Document, path: Path) -> Iterator[Claim | UsageError]:
    seen: set[str] = set()
    for number, text in enumerate(document.outcomes, start=1):
        where = f"{path}, outcomes[{number}]"
        if text.name not in OUTCOMES:
            yield unknown_name("outcome", text.name, OUTCOMES, f"{where}.name")
            continue
        problems = list(_claim_problems(text, where))
        measured = text.measure in MEASURES
        if measured:
            try:
                smallest = read_smallest(text.smallest, measure_unit(text.name, text.measure), where)
            except UsageError as problem:
                problems.append(problem)
        key = text.name if text.measure == "mean" else f"{text.name}, {text.measure}"
        key += f" {text.explained_by}" if text.explained_by else ""
        if key in seen:
            problems.append(
                UsageError(f"the outcome `{key}` is claimed twice", where=where, fix="remove one")
            )
        seen.add(key)
        yield from problems
        if not problems:
            yield Claim(
                text.name, key, text.expected, smallest, text.measure, text.explained_by or "", text.primary,
                text.label,
            )  # fmt: skip


def _claim_problems(text: OutcomeText, where: str) -> Iterator[UsageError]:
    if text.expected not in EXPECTED:
        yield _wrong_word("the expected sign", text.expected, EXPECTED, f"{where}.expected")
    if text.measure not in MEASURES:
        yield _wrong_word("the measure", text.measure, MEASURES, f"{where}.measure")
    wants_feature = text.measure == "share explained by"
    if wants_feature and text.explained_by not in zone_features():
        yield unknown_name(
            "feature of zones", str(text.explained_by), zone_features(), f"{where}.explained_by"
        )
    if text.explained_by and not wants_feature:
        yield UsageError("`explained_by` belongs to another measure", where=where,
                         fix='add measure = "share explained by"')  # fmt: skip


SYNONYMS = {
    "up": "rises", "increases": "rises", "increase": "rises", "higher": "rises", "improves": "rises",
    "more": "rises", "+": "rises", "positive": "rises", "grows": "rises", "rise": "rises",
    "down": "falls", "decreases": "falls", "decrease": "falls", "lower": "falls", "less": "falls",
    "drops": "falls", "-": "falls", "negative": "falls", "worsens": "falls", "fall": "falls",
    "same": "stays", "unchanged": "stays", "equal": "as large", "0": "stays", "no change": "stays",
}  # fmt: skip
"""What people write for words of the file."""


def _wrong_word(what: str, word: str, allowed: Sequence[str], where: str) -> UsageError:
    meant = SYNONYMS.get(word.strip().lower())
    match = meant if meant in allowed else nearest(word, allowed)
    fix = f'write "{match}"' if match else ""
    return UsageError(f"{what} is `{word}`", where=where, allowed=", ".join(allowed), fix=fix)


def _name_problems(document: Document, path: Path) -> Iterator[UsageError]:
    for section, switches in (("mechanism", document.mechanism.switches), ("rival", document.rival.switches)):
        for name in switches:
            where = f"{path}, {section}.switches"
            if name not in MECHANISMS:
                yield _unknown_mechanism(name, where)
            elif not MECHANISMS[name].modelled:
                yield UsageError(
                    f"mechanism `{name}` is not in the model: {MECHANISMS[name].reason}", where=where
                )
    both = set(document.mechanism.switches) & set(document.rival.switches)
    if both:
        yield UsageError(
            f"the mechanism and its rival share {', '.join(sorted(both))}, so nothing can tell them apart",
            where=f"{path}, rival.switches", fix="keep it on one side only",
        )  # fmt: skip
    trace = document.mechanism.trace
    if trace is not None and trace not in MECHANISMS and trace not in OUTCOMES:
        yield unknown_name(
            "mechanism or outcome", trace, [*MECHANISMS, *OUTCOMES], f"{path}, mechanism.trace"
        )
    if not (document.rival.switches or document.rival.settings):
        yield UsageError(
            "the rival can neither be switched off nor tried", where=f"{path}, rival",
            fix="add switches = [...] (mechanisms it works through) or a table [rival.settings]",
        )  # fmt: skip
    if not any(text.primary for text in document.outcomes):
        yield UsageError("no outcome is primary, so that no verdict can rest on one",
                         where=f"{path}, outcomes", fix="write primary = true for at least one")  # fmt: skip
    people = document.context.people
    if people is not None and people not in COUNTED_GROUPS:
        yield unknown_name("group of people", people, COUNTED_GROUPS, f"{path}, context.people")
    if people is not None and document.context.zones:
        yield UsageError("the context names zones and a group of people", where=f"{path}, context",
                         fix="test them in two files, one for each")  # fmt: skip
    yield from _compare_problems(document, path)
    yield from _run_problems(document, path)


def _compare_problems(document: Document, path: Path) -> Iterator[UsageError]:
    for feature, stated in document.compare.items():
        where = f"{path}, compare.{feature}"
        if feature not in feature_names():
            yield unknown_name("feature of zones", feature, feature_names(), where)
        anchors = stated if isinstance(stated, list) else [0.0, 1.0, 2.0]
        monotone = len(anchors) == 3 and (
            anchors[0] < anchors[1] < anchors[2] or anchors[0] > anchors[1] > anchors[2]
        )
        if not monotone or (isinstance(stated, str) and stated not in ("high", "low")):
            yield UsageError(
                f"the set of zones by `{feature}` is {stated!r}", where=where,
                allowed='"high", "low", or three values that rise or fall: [fully out, crossover, fully in]',
            )  # fmt: skip


def _unknown_mechanism(name: str, where: str) -> UsageError:
    """Name the mechanism whose number or title is nearest."""
    titles = {declared.title.lower(): key for key, declared in MECHANISMS.items()}
    match = nearest(name.upper(), MECHANISMS) if re.fullmatch(r"[mM]\d+", name) else None
    match = match or titles.get(nearest(name.lower().replace("_", " "), titles) or "")
    fix = (
        f"did you mean `{match}` ({MECHANISMS[match].title})?" if match else "see `cas-model list mechanisms`"
    )
    return UsageError(f"unknown mechanism `{name}`", where=where, fix=fix)


def _run_problems(document: Document, path: Path) -> Iterator[UsageError]:
    names = [run.name for run in document.runs]
    claimed = [text.name for text in document.outcomes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield UsageError(f"two runs are called `{name}`", where=f"{path}, runs", fix="rename one")
    for run in document.runs:
        where = f"{path}, run `{run.name}`"
        for key in ("theory_expects", "rival_expects"):
            word = getattr(run, key)
            if word is not None and word not in RELATIONS:
                yield _wrong_word(key.replace("_", " "), word, RELATIONS, f"{where}, {key}")
        if run.outcome is not None and run.outcome not in claimed:
            yield unknown_name("outcome of this theory", run.outcome, claimed, f"{where}, outcome")
    falsifier = document.falsifier
    where = f"{path}, falsifier"
    if falsifier.refuted_if not in SIGNS_OF_FAILURE:
        yield _wrong_word("`refuted_if`", falsifier.refuted_if, SIGNS_OF_FAILURE, where)
    known = [INTERVENTION, *([RIVAL] if document.rival.settings else []), *names]
    if falsifier.run not in known:
        yield unknown_name("run", falsifier.run, known, f"{where}.run")
    if falsifier.outcome is not None and falsifier.outcome not in claimed:
        yield unknown_name("outcome of this theory", falsifier.outcome, claimed, f"{where}.outcome")
    if falsifier.run == INTERVENTION and falsifier.refuted_if == "as large":
        yield UsageError("the intervention is as large as itself, so that this would always refute",
                         where=where, fix='name a run, or write refuted_if = "no effect"')  # fmt: skip


def _world_problems(theory: Theory, path: Path) -> Iterator[UsageError]:
    by_hash: dict[str, str] = {}
    for world in theory.worlds:
        twin = by_hash.setdefault(world.scenario.hash(), world.name)
        if twin == world.name:
            continue
        if {twin, world.name} == {BASELINE, INTERVENTION}:
            yield UsageError(
                "the intervention changes nothing: its settings are those of the baseline already",
                where=f"{path}, intervention.settings",
                fix="compare with `cas-model list levers`, which shows the status quo of every lever",
            )
            return
        yield UsageError(f"the worlds `{twin}` and `{world.name}` are the same", where=str(path),
                         fix="change the settings of one of them, or remove it")  # fmt: skip
