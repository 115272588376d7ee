"""A primary care zone: what its people meet, its market of care, and the counts of its month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cas_model.config.vocabulary import GP, N_DISCIPLINES, N_GROUPS, N_PAYERS, OUTREACH, QUINTILES

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem


class PlainZone:
    """A zone; the council in it belongs to the compiled side, which fills the attributes declared here."""

    READ = (
        "absence",
        "alignment",
        "barrier_factor",
        "co_decision",
        "decision_pace",
        "demand_factor",
        "effective_autonomy",
        "effective_fragmentation",
        "record_maturity",
        "initiative",
        "legitimacy",
        "misfit",
        "mortality_factor",
        "multimorbid_fit",
        "pathway_focus",
        "population",
        "population_manager",
        "rigidity",
        "shared_vision",
        "single_fit",
        "task_delegation",
        "turbulence",
        "urgency",
        "vision_process",
    )
    """Columns taken over from the council each month."""
    WRITTEN = (
        *("barrier_factor", "decision_pace", "legitimacy", "multimorbid_fit", "shared_vision"),
        "single_fit",
    )
    """Columns that patients and providers change."""

    absence: float
    alignment: float
    barrier_factor: float
    co_decision: float
    decision_pace: float
    demand_factor: float
    effective_autonomy: float
    effective_fragmentation: float
    record_maturity: float
    initiative: list[float]
    legitimacy: float
    misfit: float
    mortality_factor: float
    multimorbid_fit: float
    pathway_focus: float
    population: float
    population_manager: float
    rigidity: float
    shared_vision: float
    single_fit: float
    task_delegation: float
    turbulence: float
    urgency: float
    vision_process: float

    def __init__(self, model: PlainCareSystem, row: int) -> None:
        self.model, self.row = model, row
        self.providers: list[PlainProvider] = []
        self.practices: list[PlainProvider] = []
        self.by_discipline: list[list[PlainProvider]] = [[] for _ in range(N_DISCIPLINES)]
        self.counts: dict[str, list[float]] = {}
        self.group_counts: dict[str, list[float]] = {}
        self.demand_factor_single = self.barrier_factor_single = 1.0
        self.start_month()

    def join(self, provider: PlainProvider) -> None:
        """Add a provider, in the order of the rows."""
        self.providers.append(provider)
        self.by_discipline[provider.discipline].append(provider)
        if provider.discipline == GP:
            self.practices.append(provider)

    def start_month(self) -> None:
        """Start counting anew."""
        self.paid_cents = [0] * N_PAYERS
        self.counts = {name: [0.0] * QUINTILES for name in self.model.counted}
        self.group_counts = {name: [0.0] * N_GROUPS for name in self.model.grouped}

    def count(self, name: str, quintile: int, amount: float = 1) -> None:
        """Add to a measure of the month, by socio-economic quintile."""
        self.counts[name][quintile] += amount

    def reach_out(self) -> None:
        """M46: outreach lowers barriers, in full with one FTE of population manager; then face the month."""
        model = self.model
        reach = self.initiative[OUTREACH] * (0.5 + 0.5 * min(1.0, self.population_manager))
        self.barrier_factor *= 1.0 - model.strength["M46"] * model.numbers.outreach_effect * reach
        self.demand_factor_single = model.single(self.demand_factor)
        self.barrier_factor_single = model.single(self.barrier_factor)

    def rally(self) -> float:
        """M37: return how much a crisis moves this zone; the council gains legitimacy by it."""
        flexible = self.model.strength["M37"] * self.urgency * (1.0 - self.rigidity)
        gain = self.model.numbers.urgency_legitimacy * flexible
        self.legitimacy += gain * (1.0 - self.legitimacy)
        return flexible

    def share_vision(self) -> None:
        """M01: what the vision process gives councils and providers to share."""
        self.shared_vision = self.model.strength["M01"] * self.vision_process

    def follow_pathways(self) -> None:
        """M66: pathways suit people with one condition better than people with several."""
        numbers, focus = self.model.numbers, self.pathway_focus
        strength = self.model.strength["M66"]
        self.single_fit = 1.0 + strength * numbers.pathway_gain * focus
        self.multimorbid_fit = 1.0 - strength * numbers.pathway_misfit * focus

    def co_decide(self) -> None:
        """M32: deciding together slows the council's decisions."""
        delay = self.model.strength["M32"] * self.model.numbers.co_decision_delay
        self.decision_pace = 1.0 - delay * self.co_decision

    # --- the market of care -----------------------------------------------------------------------------

    def spread_demand(self) -> None:
        """Tell every provider of the zone what is expected of it next month."""
        self._spread_over_practices()
        for discipline in range(GP + 1, N_DISCIPLINES):
            self._spread_over_partners(discipline)

    def _spread_over_practices(self) -> None:
        numbers, practices = self.model.numbers, self.practices
        openness = 0.0
        for practice in practices:
            openness += practice.accept_new * practice.capacity
            practice.inflow = 0.0
        seeking = 0.0
        for practice in practices:
            need = practice.need[GP] * self.demand_factor
            away = need * (1.0 - numbers.loyalty * practice.accept)
            for tie in practice.ties[N_DISCIPLINES:]:
                peer = tie.partner
                if peer is not None and peer.zone is self and peer.discipline == GP:
                    taken = 0.5 * (1.0 - numbers.random_jump) * peer.accept_new * away
                    peer.inflow += taken
                    away -= taken
            seeking += away
        if openness > 0.0:
            for other in practices:
                other.inflow += seeking * other.accept_new * other.capacity / openness
        for practice in practices:
            own = practice.need[GP] * self.demand_factor * numbers.loyalty
            practice.demand = own + practice.inflow

    def _spread_over_partners(self, discipline: int) -> None:
        share, here = self.model.numbers.partner_share, self.by_discipline[discipline]
        capacity = 0.0
        for provider in here:
            capacity += provider.capacity
            provider.demand = 0.0
        pooled = 0.0
        for practice in self.practices:
            need = practice.need[discipline] * self.demand_factor
            partner = practice.ties[discipline].partner
            if partner is not None and partner.zone is self and partner.discipline != GP:
                partner.demand += share * need
                need -= share * need
            pooled += need
        if capacity > 0.0:
            for provider in here:
                provider.demand += pooled * provider.capacity / capacity
