"""A primary care zone: what its people meet, its market of care, and the counts of its month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cas_model.config.vocabulary import (
    EVERYONE,
    GP,
    HOME_CARE,
    HOME_NURSING,
    HOSPITAL,
    N_COUNTED_GROUPS,
    N_DISCIPLINES,
    N_GROUPS,
    N_PAYERS,
    OUTREACH,
    QUINTILES,
)

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem


class PlainZone:
    """A zone; the council in it belongs to the compiled side, which fills the attributes declared here."""

    READ = (
        "absence",
        "alignment",
        "barrier_factor",
        "campaign_begins",
        "co_decision",
        "death_rise",
        "decision_pace",
        "campaign_reach",
        "dose_barrier_factor",
        "effective_autonomy",
        "effective_fragmentation",
        "execution",
        "exit_factor",
        "fatigue",
        "hiring_factor",
        "infrastructure",
        "record_maturity",
        "initiative",
        "legitimacy",
        "misfit",
        "moved",
        "multimorbid_fit",
        "need_rise",
        "need_share",
        "pathway_focus",
        "population",
        "population_manager",
        "retirement",
        "rigidity",
        "savings",
        "savings_hope",
        "shared_vision",
        "single_fit",
        "task_delegation",
        "support",
        "turbulence",
        "urgency",
        "vaccine_offer",
        "vision_process",
    )
    """Columns taken over from the council each month."""
    WRITTEN = (
        "barrier_factor", "campaign_reach", "death_rise", "decision_pace", "dose_barrier_factor", "fatigue",
        "legitimacy", "multimorbid_fit", "need_rise", "shared_vision", "shifted", "single_fit",
    )  # fmt: skip
    """Columns that patients and providers change."""

    absence: float
    alignment: float
    barrier_factor: float
    campaign_begins: float
    co_decision: float
    death_rise: list[float]
    decision_pace: float
    campaign_reach: float
    dose_barrier_factor: float
    effective_autonomy: float
    effective_fragmentation: float
    execution: float
    exit_factor: list[float]
    fatigue: float
    hiring_factor: list[float]
    infrastructure: float
    record_maturity: float
    initiative: list[float]
    legitimacy: float
    misfit: float
    moved: float
    multimorbid_fit: float
    need_rise: list[float]
    need_share: list[float]
    pathway_focus: float
    population: float
    population_manager: float
    retirement: list[float]
    rigidity: float
    savings: float
    savings_hope: float
    shared_vision: float
    single_fit: float
    task_delegation: float
    support: float
    turbulence: float
    urgency: float
    vaccine_offer: list[float]
    vision_process: float

    def __init__(self, model: PlainCareSystem, row: int) -> None:
        self.model, self.row = model, row
        self.providers: list[PlainProvider] = []
        self.practices: list[PlainProvider] = []
        self.by_discipline: list[list[PlainProvider]] = [[] for _ in range(N_DISCIPLINES)]
        self.counts: dict[str, list[float]] = {}
        self.group_counts: dict[str, list[float]] = {}
        self.need_factor_single = self.barrier_factor_single = 1.0
        self.start_month()

    def join(self, provider: PlainProvider) -> None:
        """Add a provider, in the order of the rows."""
        self.providers.append(provider)
        self.by_discipline[provider.discipline].append(provider)
        if provider.discipline == GP:
            self.practices.append(provider)

    def start_month(self) -> None:
        """Start counting anew."""
        self.paid_cents, self.scheme_cents = [0] * N_PAYERS, 0
        self.members = self.candidates = 0
        self.shifted = 0.0
        self.counts = {name: [0.0] * QUINTILES for name in self.model.counted}
        self.group_counts = {name: [0.0] * N_COUNTED_GROUPS for name in self.model.grouped}

    def count(self, name: str, quintile: int, amount: float = 1) -> None:
        """Add to a measure of the month, by socio-economic quintile."""
        self.counts[name][quintile] += amount

    def reach_out(self) -> None:
        """M46: outreach lowers barriers and shields vulnerable groups; then face the month."""
        model, strength, numbers = self.model, self.model.strength["M46"], self.model.numbers
        initiative, manager = self.initiative[OUTREACH], min(1.0, self.population_manager)
        reach = initiative * (0.5 + 0.5 * manager)
        self.barrier_factor *= 1.0 - strength * numbers.outreach_effect * reach
        visited = min(1.0, initiative + numbers.manager_outreach * manager)
        self.dose_barrier_factor *= 1.0 - strength * numbers.outreach_effect * visited
        if any(self.vaccine_offer):
            organised = self.execution / (self.execution + numbers.campaign_execution)
            self.campaign_reach += strength * organised * (1.0 - self.campaign_reach)
        for g in range(EVERYONE + 1, N_GROUPS):
            self.need_rise[g] *= 1.0 - strength * numbers.outreach_protection * visited
            self.death_rise[g] *= 1.0 - strength * numbers.outreach_protection * visited
        self.need_factor_single = model.single(1.0 + self.need_rise[EVERYONE])
        self.barrier_factor_single = model.single(self.barrier_factor)

    def cut_ties(self) -> None:
        """M42: a redraw of borders cuts ties across the line that moved, and tires the council."""
        if self.moved == 0.0:
            return
        numbers, strength = self.model.numbers, self.model.strength["M42"]
        self.fatigue += strength * numbers.redraw_fatigue * self.moved * (1.0 - self.fatigue)
        chance = strength * numbers.redraw_loss * self.moved
        for provider in self.providers:
            for tie in provider.ties:
                across = tie.slot != HOSPITAL and tie.partner is not None
                if across and self.model.chance.uniform("redraw", tie.row) < chance:
                    tie.partner = None

    def rally(self) -> float:
        """M37: return how much a crisis moves this zone; the council gains legitimacy by it."""
        flexible = self.model.strength["M37"] * self.urgency * (1.0 - self.rigidity)
        numbers = self.model.numbers
        gain = numbers.urgency_legitimacy * (1.0 + numbers.means_effect * self.support) * flexible
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

    def expected_factor(self, discipline: int) -> float:
        """Return the zone's need of a discipline relative to normal, by the shares of the groups struck."""
        rise = self.need_rise[EVERYONE]
        for g in range(EVERYONE + 1, N_GROUPS):
            rise += self.need_rise[g] * self.need_share[g * N_DISCIPLINES + discipline]
        return 1.0 + rise

    def shift_tasks(self, gap: float) -> None:
        """M57: the tier whose spending outgrew the other's by `gap` shifts tasks to the other's staff."""
        model, numbers = self.model, self.model.numbers
        giver, taker = (HOME_NURSING, HOME_CARE) if gap > 0.0 else (HOME_CARE, HOME_NURSING)
        drive = numbers.shift_response * max(0.0, abs(gap) - numbers.shift_tolerance)
        drive *= 1.0 - model.scheme.pooled
        share = model.strength["M57"] * min(numbers.shift_most, drive * self.effective_fragmentation)
        moved = capacity = 0.0
        for provider in self.by_discipline[giver]:
            moved += share * provider.demand
        for provider in self.by_discipline[taker]:
            capacity += provider.capacity
        if capacity <= 0.0 or moved <= 0.0:
            return
        self.shifted = moved
        for provider in self.by_discipline[giver]:
            provider.demand -= share * provider.demand
        for provider in self.by_discipline[taker]:
            provider.demand += moved * (1.0 - numbers.shift_loss) * provider.capacity / capacity

    def _spread_over_practices(self) -> None:
        numbers, practices = self.model.numbers, self.practices
        openness, factor = 0.0, self.expected_factor(GP)
        for practice in practices:
            openness += practice.accept_new * practice.capacity
            practice.inflow = 0.0
        seeking = 0.0
        for practice in practices:
            need = practice.need[GP] * factor
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
            own = practice.need[GP] * factor * numbers.loyalty
            practice.demand = own + practice.inflow

    def _spread_over_partners(self, discipline: int) -> None:
        share, here = self.model.numbers.partner_share, self.by_discipline[discipline]
        capacity, factor = 0.0, self.expected_factor(discipline)
        for provider in here:
            capacity += provider.capacity
            provider.demand = 0.0
        pooled = 0.0
        for practice in self.practices:
            need = practice.need[discipline] * factor
            partner = practice.ties[discipline].partner
            if partner is not None and partner.zone is self and partner.discipline != GP:
                partner.demand += share * need
                need -= share * need
            pooled += need
        if capacity > 0.0:
            for provider in here:
                provider.demand += pooled * provider.capacity / capacity
