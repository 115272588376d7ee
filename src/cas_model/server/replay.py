"""A session as a small file or link: what was chosen and when, from which the same worlds are lived again."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cas_model.config.errors import UsageError
from cas_model.server.live_world import Change, LiveWorld
from cas_model.server.session import CLASS_SCALE, FIRST, SECOND, SEEDS, Session
from cas_model.territory.facts import BUILT_IN, Territory, load_territory

FORMAT = 1
MOST_CHARACTERS = 200_000
"""A file or link longer than this is not one of ours."""
MOST_CHANGES = 2_000

_STRICT = ConfigDict(extra="forbid", strict=True)


class _Change(BaseModel):
    model_config = _STRICT
    month: int = Field(ge=0, le=600)
    settings: dict[str, Any] = {}
    shocks: list[dict[str, Any]] = []


class _World(BaseModel):
    model_config = _STRICT
    scenario: str
    settings: dict[str, Any] = {}
    changes: list[_Change] = Field([], max_length=MOST_CHANGES)
    fingerprint: str = ""


class _Replay(BaseModel):
    model_config = _STRICT
    format: int = Field(FORMAT, ge=FORMAT, le=FORMAT)
    seed: int = Field(0, ge=SEEDS[0], le=SEEDS[1])
    persons_per_agent: int = Field(CLASS_SCALE, ge=200, le=5000)
    territory: str = "flanders"
    months: int = Field(0, ge=0, le=600)
    worlds: list[_World] = Field(min_length=1, max_length=2)


def write_replay(session: Session) -> str:
    """Return a session as JSON: scenario, seed, scale, and each change with its month."""
    content = {
        "format": FORMAT,
        "seed": session.seed,
        "persons_per_agent": session.persons_per_agent,
        "territory": session.territory.name,
        "months": session.month,
        "worlds": [_written(world) for world in session.worlds.values()],
    }
    return json.dumps(content, indent=1)


def _written(world: LiveWorld) -> dict[str, Any]:
    changes = [
        {"month": c.month, "settings": c.settings, "shocks": [dict(s) for s in c.shocks]} for c in world.log()
    ]
    return {
        "scenario": world.source,
        "settings": world.at_start,
        "changes": changes,
        "fingerprint": world.fingerprint(),
    }


def read_replay(text: str, land: Territory | None = None) -> tuple[Session, list[str]]:
    """Live a session again.

    Parameters
    ----------
    text : str
        JSON of `write_replay`.
    land : Territory, optional
        One that may be meant beside those built in.

    Returns
    -------
    (Session, list of str)
        The session at the month in which it was written, and remarks: a world that no longer comes out the
        same, because the model has changed since.

    Raises
    ------
    UsageError
        The text is damaged, or something in it cannot be used; says what and where.
    """
    replay = _checked(text, land)
    known = land is not None and replay.territory == land.name
    session = Session(
        replay.worlds[0].scenario, seed=replay.seed, persons_per_agent=replay.persons_per_agent,
        territory=land if land is not None and known else load_territory(replay.territory),
    )  # fmt: skip
    remarks = []
    for name, written in zip((FIRST, SECOND), replay.worlds, strict=False):
        changes = [Change(c.month, c.settings, tuple(c.shocks)) for c in written.changes]
        try:
            world = session.relive(written.scenario, written.settings, changes, replay.months)
        except (UsageError, KeyError, TypeError) as problem:
            raise UsageError(f"world {name} cannot be lived again: {problem}", where="replay") from None
        session.worlds[name] = world
        if written.fingerprint and written.fingerprint != world.fingerprint():
            remarks.append(
                f"World {name} comes out differently than when it was saved: the model has changed since."
            )
    return session, remarks


def _checked(text: str, land: Territory | None) -> _Replay:
    fix = "open a file that `Save` on the page has written, or copy the whole link"
    if len(text) > MOST_CHARACTERS:
        raise UsageError("the replay file is too long", where="replay", fix=fix)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("the replay file is damaged: it is not JSON", where="replay", fix=fix) from None
    try:
        replay = _Replay.model_validate(content)
    except ValidationError as error:
        found = error.errors()[0]
        key = ".".join(str(part) for part in found["loc"]) or "the file"
        said = found["msg"].removeprefix("Input should be ")
        raise UsageError(f"`{key}` cannot be used", where="replay", allowed=said, fix=fix) from None
    allowed = [*BUILT_IN, *([land.name] if land is not None else [])]
    if replay.territory not in allowed:
        raise UsageError(
            f"unknown territory `{replay.territory}`", where="replay", allowed=", ".join(allowed)
        )
    return replay


def link_words(session: Session) -> str:
    """Return a session as one word that may stand in a link."""
    packed = zlib.compress(write_replay(session).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_link(word: str, land: Territory | None = None) -> tuple[Session, list[str]]:
    """Live the session of a link again; see `read_replay`.

    Raises
    ------
    UsageError
        The link is cut off or damaged.
    """
    fix = "copy the whole link"
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MOST_CHARACTERS + 1)
        if not unpacker.eof and len(text) <= MOST_CHARACTERS:
            raise zlib.error("cut off")
        return read_replay(text.decode("utf-8"), land)
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise UsageError("the link is damaged", where="link", fix=fix) from None
