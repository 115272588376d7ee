"""Who works with whom: trust between disciplines, and the ties of one zone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cas_model.report import network
from cas_model.report.figures import PlannedFigure
from cas_model.report.material import Material
from cas_model.report.sections.section import Section

DENSITY = "trust_weighted_density"


def _figures(material: Material) -> Iterator[PlannedFigure]:
    ties, worlds = material.table("network"), material.worlds
    if not len(ties):
        return
    caption = (
        "A row is the discipline that keeps the tie, a column its partner's. Colour: mean trust at the "
        f"end; number: ties in the model (k: thousands), mean of {material.n_replicates} "
        f"seed{'' if material.n_replicates == 1 else 's'}. "
    )
    if len(worlds) > 1:
        caption += "On the right the change in trust, in hundredths. "
    caption += "A provider keeps at most one tie to each other discipline and three to its own."
    draw = partial(network.draw_matrices, network.between_disciplines(ties), worlds)
    yield PlannedFigure("network_disciplines", "Trust between disciplines", caption, draw)
    zones = material.zones_of(DENSITY)
    if worlds[0].name not in zones.columns:
        return
    chosen = network.one_zone(ties, zones[worlds[0].name], worlds[0].name)
    if chosen is None:
        return
    zone, graphs = chosen
    caption = (
        f"{zone}, the zone whose trust-weighted density is the median in “{worlds[0].title}”; one seed, "
        "end of the run. A dot is a provider of the model, which stands for several real ones; it has "
        "the same place in every world. The wider a line, the more trust. It shows a type of context, "
        "not the real zone of that name."
    )
    draw = partial(network.draw_zone, graphs, worlds)
    yield PlannedFigure("network_zone", f"The ties of one zone: {zone}", caption, draw)


NETWORK = Section("network", "Who works with whom", _figures)
