"""The model in Mesa's own viewer: a Mesa user needs nothing of ours to look at it."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import mesa
import solara

from cas_model.model.system import CareSystem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # solara warns of how Mesa writes its components
    from mesa.visualization import SolaraViz, make_plot_component
    from mesa.visualization.solara_viz import ModelController


class ShownSystem(CareSystem):
    """What a Mesa user writes to see the model: a subclass with a collector."""

    def __init__(self, scenario: str = "status_quo", seed: int | None = 0) -> None:
        super().__init__(scenario, seed=seed, persons_per_agent=1000, territory="small")
        self.datacollector = mesa.DataCollector({"served": lambda m: m.outcome("functionality")})

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


render: Any = getattr(solara, "render")  # noqa: B009 - it has no types
BUTTON: Any = importlib.import_module("ipyvuetify").Btn

PARAMETERS: dict[str, Any] = {
    "scenario": {"type": "Select", "value": "status_quo", "values": ["status_quo", "polycentric"]},
    "seed": {"type": "SliderInt", "value": 0, "label": "seed", "min": 0, "max": 9, "step": 1},
}


def test_solara_viz_shows_the_model_and_its_buttons_step_and_reset_it() -> None:
    world = ShownSystem()
    world.step()
    page = SolaraViz(world, components=[make_plot_component("served")], model_params=PARAMETERS, name="Care")
    _, shown = render(page, handle_error=False)
    shown.close()
    model: Any = solara.Reactive(world)
    controls = ModelController(
        model,
        model_parameters=solara.Reactive({"scenario": "polycentric", "seed": 7}),
        play_interval=solara.Reactive(100),
        render_interval=solara.Reactive(1),
        use_threads=solara.Reactive(False),
    )
    _, shown = render(controls, handle_error=False)
    buttons = {button.children[-1]: button for button in shown.find(BUTTON).widgets}
    buttons["Step"].click()
    assert world.steps == 2
    assert world.datacollector.get_model_vars_dataframe()["served"].between(0.3, 1.0).all()
    buttons["Reset"].click()
    assert (model.value.steps, model.value.seed, model.value.scenario.name) == (0, 7, "polycentric")
    shown.close()
