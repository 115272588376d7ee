"""Lessons: a question, two worlds that differ in one thing, a prediction, and an explanation with its source.

A lesson is one Markdown file. Between lines of ``+++`` stand its settings in TOML; below, per language under
a heading ``# en: TITLE`` or ``# nl: TITLE``, a part ``## question``, a part ``## difference`` (what differs,
in a few words) and a part ``## explanation``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.config.toml_source import flatten
from cas_model.outcomes import load_outcomes

FOLDER = Path(__file__).parent / "lessons"
PARTS = ("question", "difference", "explanation")
_FENCE = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_LANGUAGE = re.compile(r"^# ([a-z]{2}): (.+)$", re.MULTILINE)
_PART = re.compile(r"^## (\w+)\s*$", re.MULTILINE)
_STRICT = ConfigDict(extra="forbid", strict=True)


class _World(BaseModel):
    model_config = _STRICT
    scenario: str = "status_quo"
    settings: dict[str, Any] = {}
    shocks: list[dict[str, Any]] = []


class _Front(BaseModel):
    model_config = _STRICT
    order: int = 99
    seed: int = Field(0, ge=0, le=2**31 - 1)
    months: int = Field(60, ge=12, le=600)
    outcome: str
    also: list[str] = []
    panel: str = "why"
    source: str
    a: _World = _World()
    b: _World = _World()


@dataclass(frozen=True)
class Telling:
    """A lesson in one language; question and explanation as HTML."""

    title: str
    question: str
    difference: str
    explanation: str


@dataclass(frozen=True)
class Lesson:
    """A lesson that can be run.

    Attributes
    ----------
    months : int
        Policy months until predictions are compared.
    outcome, also : str and tuple of str
        What is predicted, and what is shown beside it.
    panel : str
        Picture that opens with the result.
    worlds : dict
        ``A`` and ``B`` -> scenario and settings, shocks among them.
    tellings : dict
        Language -> texts; English always.
    """

    name: str
    order: int
    seed: int
    months: int
    outcome: str
    also: tuple[str, ...]
    panel: str
    source: str
    worlds: dict[str, tuple[str, dict[str, Any]]]
    tellings: dict[str, Telling] = field(repr=False)

    def told(self, language: str) -> Telling:
        """Return the texts in a language, or in English when there are none."""
        return self.tellings.get(language, self.tellings["en"])


@cache
def lessons() -> dict[str, Lesson]:
    """Return every lesson of the folder by name, in their order."""
    found = [read_lesson(path) for path in sorted(FOLDER.glob("*.md")) if path.stem != "README"]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda one: (one.order, one.name))}


def read_lesson(path: Path) -> Lesson:
    """Read one lesson.

    Raises
    ------
    UsageError
        What is missing or cannot be used, and where.
    """
    where = path.name
    match = _FENCE.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise UsageError(
            "the file does not begin with settings between lines of +++",
            where=where,
            fix="see lessons/README.md",
        )
    try:
        front = _Front.model_validate(tomllib.loads(match[1]))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the settings are not valid TOML: {error}", where=where) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"`{key}`: {first['msg']}", where=where, fix="see lessons/README.md") from None
    load_outcomes()
    for outcome in (front.outcome, *front.also):
        OUTCOMES.require(outcome, where)
    return Lesson(
        name=path.stem,
        order=front.order,
        seed=front.seed,
        months=front.months,
        outcome=front.outcome,
        also=tuple(front.also),
        panel=front.panel,
        source=front.source,
        worlds={"A": _laid(front.a), "B": _laid(front.b)},
        tellings=_tellings(match[2], where),
    )


def _laid(world: _World) -> tuple[str, dict[str, Any]]:
    settings = flatten(world.settings)
    if world.shocks:
        settings["shocks"] = world.shocks
    return world.scenario, settings


def _tellings(body: str, where: str) -> dict[str, Telling]:
    found = {}
    render = MarkdownIt("commonmark").render
    pieces = _LANGUAGE.split(body)
    for language, title, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        named = _PART.split(text)
        parts = dict(zip(named[1::2], (p.strip() for p in named[2::2]), strict=True))
        missing = [part for part in PARTS if not parts.get(part)]
        if missing:
            raise UsageError(f"`# {language}` lacks the part `## {missing[0]}`", where=where)
        found[language] = Telling(
            title.strip(), render(parts["question"]), parts["difference"], render(parts["explanation"])
        )
    if "en" not in found:
        raise UsageError("there is no English text", where=where, fix="begin it with `# en: TITLE`")
    return found
