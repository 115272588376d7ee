"""The page that solara serves: a seat per browser, and the components that show it."""

from __future__ import annotations

import importlib
import inspect
import operator
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, cast
from urllib.parse import parse_qs

from cas_model.server.classroom import CLASSROOM
from cas_model.server.seat import Seat
from cas_model.server.serving import SERVED
from cas_model.server.views.catalogue import catalogue_in
from cas_model.server.views.shapes import shapes_of
from cas_model.server.words import words

Act = Callable[[dict[str, Any]], None]
Json = dict[str, Any]
Drawn = Callable[[int], None]

solara: Any = importlib.import_module("solara")

STYLE = Path(__file__).parent / "vue" / "page.css"


P = ParamSpec("P")


def component(function: Callable[P, None]) -> Callable[P, Any]:
    """Make a component of solara; its own decorator carries no types."""
    return cast("Callable[P, Any]", solara.component(function))


@dataclass(frozen=True)
class Sealed:
    """Data on their way to a browser; solara would search an open dictionary for elements at every frame."""

    content: Any


def _unsealed(value: Any, widget: Any) -> Any:
    return value.content if isinstance(value, Sealed) else value


def vue(name: str) -> Callable[[Callable[P, None]], Callable[P, Any]]:
    """Make a component of a file in the folder `vue`; arguments ``event_...`` are called from there."""

    def make(function: Callable[P, None]) -> Callable[P, Any]:
        data = [n for n in inspect.signature(function).parameters if not n.startswith("event_")]
        unseal = dict.fromkeys(data, _unsealed)
        shown = solara.component_vue(f"vue/{name}.vue", vuetify=False, to_json=unseal)(function)

        def sealed(**given: Any) -> Any:
            return shown(**{n: Sealed(value) if n in unseal else value for n, value in given.items()})

        return cast("Callable[P, Any]", sealed)

    return make


@vue("top_bar")
def top_bar(
    *, words: Json, top: Json, strip: Json, scenarios: list[Json], problem: str, event_act: Act
) -> None:
    """Time, lesson, scenario, and what the worlds differ in."""


@vue("lever_panel")
def lever_panel(*, words: Json, catalogue: Json, levers: Json, event_act: Act) -> None:
    """Everything that can be set."""


@vue("map_view")
def zone_map(
    *, words: Json, shapes: Json, outcomes: Json, map: Json, zone: int, event_act: Act, event_drawn: Drawn
) -> None:
    """Maps with their ranking."""


@vue("lines_view")
def line_charts(*, words: Json, outcomes: Json, lines: Json, event_act: Act) -> None:
    """Outcomes over time."""


@vue("panel_view")
def pictures(*, words: Json, panel: Json, event_act: Act) -> None:
    """For whom, who pays, how mature, and why."""


@vue("zone_view")
def one_zone(*, words: Json, zone: Json, event_act: Act) -> None:
    """One zone close by."""


@vue("lesson_view")
def lesson_steps(*, words: Json, lesson: Json, event_act: Act) -> None:
    """A lesson."""


@vue("share_view")
def share_dialog(*, words: Json, share: Json, event_act: Act) -> None:
    """Link, files, and the class."""


@component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """Leave out the bars of solara: the page fills the window by itself."""
    solara.Div(children=children)


@component
def Page() -> None:  # noqa: N802
    """Show one seat, which leaves when its browser does."""
    view, set_view = solara.use_state(cast(Json, {}), eq=operator.is_)
    query = parse_qs(solara.use_router().search or "")

    def show(new: Json) -> None:
        # Two threads may show at once; the older view must not come last.
        set_view(lambda kept: new if new["frame"] > kept.get("frame", -1) else kept)

    seat = solara.use_memo(lambda: _take_seat(show, query), [])
    solara.use_effect(lambda: seat.leave if seat else None, [])
    solara.Title("cas_model")
    solara.Style(STYLE)
    if seat is None:
        solara.Text(words("en")["problem"]["full"])
        return
    shown = view or seat.first_view
    said, act = shown["words"], seat.act
    # The same object for all who read one language, and sent once to each browser.
    controls = catalogue_in(shown["top"]["language"])
    classes = ["cas", "big"] if shown["top"]["big"] else ["cas"]
    with solara.Div(classes=classes):
        top_bar(
            words=said, top=shown["top"], strip=shown["strip"], scenarios=controls["scenarios"],
            problem=shown["problem"], event_act=act,
        )  # fmt: skip
        lever_panel(words=said, catalogue=controls, levers=shown["levers"], event_act=act)
        zone_map(
            words=said, shapes=shapes_of(seat.session.territory), outcomes=controls["outcomes"],
            map=shown["map"],
            zone=-1 if shown["zone"] is None else shown["zone"]["row"], event_act=act, event_drawn=seat.drawn,
        )  # fmt: skip
        whole = bool(shown["lesson"] or shown["zone"])
        with solara.Div(classes=["cas-side", "whole"] if whole else ["cas-side"]):
            if shown["zone"]:
                one_zone(words=said, zone=shown["zone"], event_act=act)
            elif shown["lesson"]:
                lesson_steps(words=said, lesson=shown["lesson"], event_act=act)
            else:
                line_charts(words=said, outcomes=controls["outcomes"], lines=shown["lines"], event_act=act)
                pictures(words=said, panel=shown["panel"], event_act=act)
        share_dialog(words=said, share=shown["share"], event_act=act)


def _take_seat(show: Callable[[Json], None], query: dict[str, list[str]]) -> Seat | None:
    """Return a seat set up as the address asks, or None when the room is full."""
    name = uuid.uuid4().hex
    if CLASSROOM.enter(name) is None:
        return None
    seat = Seat(name, CLASSROOM, show, persons_per_agent=SERVED.persons_per_agent, territory=SERVED.territory)
    asked = {key: values[0] for key, values in query.items()}
    seat.arrive(asked)
    return seat
