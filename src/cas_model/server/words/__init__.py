"""The page's own words, a TOML file per language; what the model declares stays in English."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cas_model.config.toml_source import read_toml

LANGUAGES = ("en", "nl")


@cache
def words(language: str) -> dict[str, Any]:
    """Return the page's words in a language; one that does not exist gives English."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    return read_toml(Path(__file__).parent / f"{chosen}.toml")
