"""The page that solara serves: a seat per browser, and the components that show it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import solara

from cas_model.server.classroom import CLASSROOM
from cas_model.server.seat import Seat
from cas_model.server.serving import SERVED
from cas_model.server.views.catalogue import catalogue
from cas_model.server.views.shapes import shapes_of
from cas_model.server.words import words

Act = Callable[[dict[str, Any]], None]
Json = dict[str, Any]

STYLE = Path(__file__).parent / "vue" / "page.css"
CATALOGUE = catalogue()
"""The controls are the same for everybody, and sent once to each browser."""


@solara.component_vue("vue/top_bar.vue", vuetify=False)
def TopBar(  # noqa: D103, N802
    words: Json, top: Json, strip: Json, scenarios: list[Json], problem: str, event_act: Act
) -> None: ...


@solara.component_vue("vue/lever_panel.vue", vuetify=False)
def LeverPanel(words: Json, catalogue: Json, levers: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component_vue("vue/map_view.vue", vuetify=False)
def MapView(  # noqa: D103, N802
    words: Json, shapes: Json, catalogue: Json, map: Json, zone: int, event_act: Act,
    event_drawn: Callable[[int], None],
) -> None: ...  # fmt: skip


@solara.component_vue("vue/lines_view.vue", vuetify=False)
def LinesView(words: Json, catalogue: Json, lines: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component_vue("vue/panel_view.vue", vuetify=False)
def PanelView(words: Json, panel: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component_vue("vue/zone_view.vue", vuetify=False)
def ZoneView(words: Json, zone: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component_vue("vue/lesson_view.vue", vuetify=False)
def LessonView(words: Json, lesson: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component_vue("vue/share_view.vue", vuetify=False)
def ShareView(words: Json, share: Json, event_act: Act) -> None: ...  # noqa: D103, N802


@solara.component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """Leave out the bars of solara: the page fills the window by itself."""
    solara.Div(children=children)


@solara.component
def Page() -> None:  # noqa: N802
    """Show one seat, which leaves when its browser does."""
    view, set_view = solara.use_state({})
    query = parse_qs(solara.use_router().search or "")
    seat = solara.use_memo(lambda: _take_seat(set_view, query), [])
    solara.use_effect(lambda: seat.leave if seat else None, [])
    solara.Title("cas_model")
    solara.Style(STYLE)
    if seat is None:
        solara.Text(words("en")["problem"]["full"])
        return
    shown = view or seat.first_view
    said, act = shown["words"], seat.act
    classes = ["cas", "big"] if shown["top"]["big"] else ["cas"]
    with solara.Div(classes=classes):
        TopBar(
            words=said, top=shown["top"], strip=shown["strip"], scenarios=CATALOGUE["scenarios"],
            problem=shown["problem"], event_act=act,
        )  # fmt: skip
        LeverPanel(words=said, catalogue=CATALOGUE, levers=shown["levers"], event_act=act)
        MapView(
            words=said, shapes=shapes_of(seat.session.territory), catalogue=CATALOGUE, map=shown["map"],
            zone=-1 if shown["zone"] is None else shown["zone"]["row"], event_act=act, event_drawn=seat.drawn,
        )  # fmt: skip
        whole = bool(shown["lesson"] or shown["zone"])
        with solara.Div(classes=["cas-side", "whole"] if whole else ["cas-side"]):
            if shown["zone"]:
                ZoneView(words=said, zone=shown["zone"], event_act=act)
            elif shown["lesson"]:
                LessonView(words=said, lesson=shown["lesson"], event_act=act)
            else:
                LinesView(words=said, catalogue=CATALOGUE, lines=shown["lines"], event_act=act)
                PanelView(words=said, panel=shown["panel"], event_act=act)
        ShareView(words=said, share=shown["share"], event_act=act)


def _take_seat(show: Callable[[Json], None], query: dict[str, list[str]]) -> Seat | None:
    """Return a seat set up as the address asks, or None when the room is full."""
    name = uuid.uuid4().hex
    if CLASSROOM.enter(name) is None:
        return None
    seat = Seat(name, CLASSROOM, show, persons_per_agent=SERVED.persons_per_agent, territory=SERVED.territory)
    asked = {key: values[0] for key, values in query.items()}
    seat.arrive(asked)
    return seat
