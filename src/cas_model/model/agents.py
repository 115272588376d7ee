"""Mesa agents that view rows of the tables: made when somebody looks, never before.

`Patient`, `Provider`, `CareCouncil`, `MetaGovernor`, `HospitalNetwork`, `Authority` and `SupportInstitute`
read and write their row by attribute, so that ``model.agents_by_type[Patient].agg("health", np.mean)`` and
the other `AgentSet` operations work as in any Mesa model. Stepping them does nothing: the compiled month
does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
from mesa.agent import AgentSet

from cas_model.config.vocabulary import CLUSTERS, DISCIPLINES, LEVELS, SLOTS

if TYPE_CHECKING:
    from cas_model.model.system import CareSystem


class RowAgent(mesa.Agent):  # type: ignore[misc]
    """A view of one row; its columns are its attributes.

    Parameters
    ----------
    model : CareSystem
        The world.
    row : int
        Row in the table named by the class attribute `table`.
    unique_id : int
        Number of the agent in the model, unlike that of any other agent of any type.
    """

    table: ClassVar[str] = ""

    def __init__(self, model: CareSystem, row: int, unique_id: int) -> None:
        # Not Agent.__init__: its counter keeps every model it ever saw alive.
        object.__setattr__(self, "row", row)
        self.model = model
        self.pos = None
        self.unique_id = unique_id
        model.register_agent(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        columns = self.model.state.tables[self.table].columns
        if name not in columns:
            raise AttributeError(f"{type(self).__name__} has no attribute or column `{name}`")
        value = columns[name][self.row]
        return value.item() if value.ndim == 0 else value

    def __setattr__(self, name: str, value: Any) -> None:
        model = self.__dict__.get("model")
        if model is not None and name in model.state.tables[self.table].columns:
            model.state.tables[self.table].columns[name][self.row] = value
        else:
            object.__setattr__(self, name, value)


class Patient(RowAgent):
    """An inhabitant, standing for `persons_per_agent` people."""

    table = "patient"

    @property
    def age(self) -> float:
        """Years."""
        return (self.model.month - self.birth_month) / 12.0  # type: ignore[no-any-return]

    @property
    def zone(self) -> str:
        """Name of the primary care zone."""
        return self.model.territory.zone_names[self.model.state.provider.zone[self.practice]]  # type: ignore[no-any-return]


class Provider(RowAgent):
    """A practice, team or facility, standing for `represents` real organisations."""

    table = "provider"

    @property
    def discipline_name(self) -> str:
        """One of `DISCIPLINES`."""
        return DISCIPLINES[self.discipline]

    @property
    def partners(self) -> dict[int, float]:
        """Trust in each present partner, by provider row."""
        rows = slice(self.row * SLOTS, (self.row + 1) * SLOTS)
        tie = self.model.state.tie
        found = zip(tie.partner[rows].tolist(), tie.trust[rows].tolist(), strict=True)
        return {partner: trust for partner, trust in found if partner >= 0}


class CareCouncil(RowAgent):
    """The care council of a primary care zone."""

    table = "zone"

    @property
    def name(self) -> str:
        """Name of the zone."""
        return self.model.territory.zone_names[self.row]  # type: ignore[no-any-return]

    @property
    def influence(self) -> dict[str, float]:
        """Influence share of each cluster."""
        return dict(zip(CLUSTERS, self.power.tolist(), strict=True))


class MetaGovernor(RowAgent):
    """The meta-governor of a reference region (in office or not)."""

    table = "region"

    @property
    def name(self) -> str:
        """Name of the region."""
        return self.model.territory.region_names[self.row]  # type: ignore[no-any-return]


class HospitalNetwork(RowAgent):
    """A locoregional hospital network."""

    table = "network"

    @property
    def name(self) -> str:
        """Municipality of its seat."""
        return self.model.networks.names[self.row]  # type: ignore[no-any-return]


class Authority(RowAgent):
    """A tier of government."""

    table = "authority"

    @property
    def name(self) -> str:
        """One of `LEVELS`."""
        return LEVELS[self.row]


class SupportInstitute(RowAgent):
    """The institute that supports primary care zones."""

    table = "institute"


KINDS: tuple[type[RowAgent], ...] = (
    Patient,
    Provider,
    CareCouncil,
    MetaGovernor,
    HospitalNetwork,
    Authority,
    SupportInstitute,
)


class AgentViews(Mapping[type[RowAgent], AgentSet]):
    """Agents by type; a type's views are made at the first look."""

    def __init__(self, model: CareSystem) -> None:
        self._model = model
        self._made: dict[type[RowAgent], AgentSet] = {}

    def __getitem__(self, kind: type[RowAgent]) -> AgentSet:
        if kind not in KINDS:
            raise KeyError(kind)
        if kind not in self._made:
            first = 1 + sum(self._n_agents(earlier) for earlier in KINDS[: KINDS.index(kind)])
            views = [kind(self._model, row, first + row) for row in range(self._n_agents(kind))]
            self._made[kind] = AgentSet(views, random=self._model.random)
        return self._made[kind]

    def _n_agents(self, kind: type[RowAgent]) -> int:
        return len(self._model.state.tables[kind.table])

    def __iter__(self) -> Iterator[type[RowAgent]]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)

    def make_all(self) -> None:
        """Make the views of every type."""
        for kind in KINDS:
            self[kind]
