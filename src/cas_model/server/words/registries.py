"""What the model declares, in the language of the page: labels, meanings and units by registered name.

Views say them in English, as the registries do. On the way to a browser whole texts are replaced for which a
language has another one, so that no view needs to know of languages. What it lacks stays in English.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cas_model.config.declarations import MECHANISMS
from cas_model.config.toml_source import read_toml
from cas_model.report.number_format import sentence_case

SOURCE = {"nl": "Bron:"}
SAID = frozenset(
    {
        "label",
        "labels",
        "title",
        "unit",
        "help",
        "family",
        "discipline",
        "payer",
        "dimension",
        "claim",
        "topic",
    }
)
"""Keys of what a view gives to be read."""


@cache
def read_registries(language: str) -> dict[str, dict[str, str | list[str]]]:
    """Return the texts of a language by registry and name; none where the registries speak it themselves."""
    path = Path(__file__).parent / f"registries_{language}.toml"
    return read_toml(path) if path.is_file() else {}


def dictionary(catalogue: dict[str, Any], language: str) -> dict[str, str]:
    """Return whole English texts of a catalogue, and what a language has in their place.

    Parameters
    ----------
    catalogue : dict
        From `cas_model.server.views.catalogue.catalogue`.
    language : str
        Of the page.
    """
    told = read_registries(language)
    if not told:
        return {}
    found: dict[str, str] = {}

    def learn(registry: str, name: str, shown: dict[str, Any], label: str = "label", front: str = "") -> None:
        text = told[registry].get(name)
        if text is None:  # a rule that was added since
            return
        own, meaning = (text, "") if isinstance(text, str) else (text[0], text[1])
        found[sentence_case(shown[label])] = sentence_case(front + own)
        found[shown[label]] = front + own
        if meaning:
            source = shown["help"].partition("Source:")[2]
            found[shown["help"]] = f"{meaning} {SOURCE[language]}{source}"

    for scenario in catalogue["scenarios"]:
        learn("scenarios", scenario["name"], scenario, "title")
    for principle in catalogue["principles"]:
        learn("principles", principle["key"].partition(".")[2], principle)
    controls = [c for group in catalogue["groups"] for c in group["controls"]] + catalogue["terms"]
    for control in controls:
        learn("levers", control["key"].partition(".")[2], control)
    for registry in ("disciplines", "methods", "shocks"):
        for entry in catalogue[registry]:
            learn(registry, entry["name"], entry)
    for mechanism in catalogue["mechanisms"]:
        name, _, title = mechanism["label"].partition(" ")
        learn("mechanisms", name, mechanism, front=f"{name} ")
        own = told["mechanisms"].get(name)
        if isinstance(own, list):
            found |= {title: own[0], in_arrows(MECHANISMS[name].claim): own[1].rstrip(".")}
    for name, outcome in catalogue["outcomes"].items():
        learn("outcomes", name, outcome)
    for section in ("families", "units", "others"):
        found |= {english: str(own) for english, own in told[section].items()}
    return found


def in_arrows(claim: str) -> str:
    """Return a mechanism's claim as the page prints it."""
    return claim.replace("->", "→")


def in_language(content: Any, known: dict[str, str], key: str = "") -> Any:
    """Return content with every whole text that is known replaced, under the keys of `SAID` only.

    Under other keys a word may be a name by which things are found again.
    """
    if not known:
        return content
    if isinstance(content, str):
        return known.get(content, content) if key in SAID else content
    if isinstance(content, dict):
        return {name: in_language(value, known, name) for name, value in content.items()}
    if isinstance(content, list | tuple):
        if content and isinstance(content[0], int | float):  # a long row of numbers
            return content
        return [in_language(value, known, key) for value in content]
    return content
