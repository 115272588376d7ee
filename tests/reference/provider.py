"""A provider's month: payment, staff, strain, and how much it coordinates with others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from cas_model.config.vocabulary import (
    ALLIED_HEALTH,
    CASE_MANAGEMENT,
    FIXED_POINT,
    GP,
    HAND_OVER,
    HOME_CARE,
    HOME_NURSING,
    HOSPITAL,
    MENTAL_HEALTH,
    N_DISCIPLINES,
    PANELS,
    PHARMACY,
    WELFARE,
    WORKFORCE_RELIEF,
)
from cas_model.model.processes.workload import ADMIN_BASE, MOST_LOAD
from reference.payment import BY_SAVINGS, BY_VOLUME
from reference.people import added, clip, logistic
from reference.tie import PlainTie

if TYPE_CHECKING:
    from reference.system import PlainCareSystem
    from reference.zone import PlainZone

TEAM = (HOME_NURSING, PHARMACY, ALLIED_HEALTH, MENTAL_HEALTH, WELFARE, HOME_CARE)


class PlainProvider(mesa.Agent):  # type: ignore[misc]
    """A practice, team or facility; attributes are the columns of the provider table."""

    model: PlainCareSystem
    discipline: int
    welfare: int
    line: int
    municipality: int
    pillar: int
    for_profit: int
    network: int
    represents: float
    heads: int
    posts: int
    senior_share: float
    contacts_per_head: float
    status: int
    capacity: float
    demand: float
    inflow: float
    load: float
    accept: float
    accept_new: float
    strain: float
    strain_drive: float
    readiness: float
    readiness_drive: float
    skill: float
    admin: float
    self_interest: float
    coordination: float
    coordination_drive: float
    propensity: float
    effort_payoff: float
    effort_ceiling: float
    volume_share: float
    tie_seeking: float
    mean_trust: float
    attendance: float
    shared_record: float
    follow_up: float
    hand_over: float
    hand_over_drive: float
    case_management: float
    team_task: float
    plan_rate: float
    coordinator_rate: float
    delivered: float
    income_eur: float
    payoff: float
    mix: list[float]
    expected: float
    scheme: float
    savings_share: float
    stake: float
    volume_change: float
    rebuilt: float
    uptake: float
    uptake_limit: float
    uptake_pace: float
    willingness: float
    leaving: float
    safe_months: float
    overhead: float
    patients: int
    contacts: int
    admissions: int
    need: list[float]
    due_eur: list[float]
    account_cents: int
    need_by_panel: list[list[int]]

    def __init__(self, model: PlainCareSystem, row: int, zone: PlainZone, columns: dict[str, float]) -> None:
        super().__init__(model)
        self.row, self.zone = row, zone
        self.ties: list[PlainTie] = []
        self.__dict__.update(columns)
        zone.join(self)

    def next_practice(self, jump: float, u: float) -> PlainProvider:
        """Where a displaced patient goes from here: a peer, or anywhere in the zone."""
        practices = self.zone.practices
        if jump >= self.model.numbers.random_jump:
            peer = self.ties[N_DISCIPLINES + (1 if u < 0.5 else 0)].partner
            if peer is not None and peer.zone is self.zone and peer.discipline == GP:
                return peer
        return practices[min(int(u * len(practices)), len(practices) - 1)]

    # --- payment ----------------------------------------------------------------------------------------

    def set_terms(self) -> None:
        """Be paid by the former mix, moved by the share in the scheme, and feel it as far as it sank in."""
        scheme, d = self.model.scheme, self.discipline
        if self.model.month == scheme.entry:
            self.scheme = scheme.decreed()
        self.mix = [
            old + self.scheme * (new - old) for new, old in zip(scheme.mix[d], scheme.former[d], strict=True)
        ]
        formerly = added(by * share for by, share in zip(BY_VOLUME, scheme.former[d], strict=True))
        now = added(by * share for by, share in zip(BY_VOLUME, self.mix, strict=True))
        full = added(by * share for by, share in zip(BY_VOLUME, scheme.mix[d], strict=True))
        self.volume_change = full - formerly if scheme.in_shadow else now - formerly
        self.volume_share = formerly if scheme.in_shadow else formerly + self.rebuilt
        self.savings_share = added(by * share for by, share in zip(BY_SAVINGS, self.mix, strict=True))

    def count_services(self) -> None:
        """Count what was delivered and what was to be expected, in normal contacts."""
        model, numbers, adjusted = self.model, self.model.numbers, self.model.scheme.risk_adjustment
        if self.discipline == GP:
            self.delivered = self.contacts * model.persons_per_agent
            average = self.patients * model.mean_need
            self.expected = adjusted * self.need[GP] + (1.0 - adjusted) * average
        else:
            self.delivered = min(self.demand, numbers.stretch * self.capacity)
            self.expected = self.demand
        if self.discipline == HOSPITAL:
            stays = self.admissions * model.persons_per_agent
            self.delivered += stays * numbers.fee_stay / numbers.fee_hospital

    # --- payment schemes --------------------------------------------------------------------------------

    def weigh_scheme(self) -> None:
        """Weigh what is at stake: rebuilding work (M50, M52, M53, M55), joining and leaving (M49, M53)."""
        numbers, strength, scheme, zone = (
            self.model.numbers,
            self.model.strength,
            self.model.scheme,
            self.zone,
        )
        change = scheme.change[self.discipline]
        paid = self.scheme * change
        self.stake = change if scheme.in_shadow else paid
        self.uptake_limit = 1.0 if paid > 0.0 else 0.0
        self.uptake_pace = numbers.uptake_pace if self.stake > 0.0 or self.rebuilt != 0.0 else 0.0
        self.willingness = 1.0 if scheme.is_open() and self.scheme == 0.0 and change > 0.0 else 0.0
        exposed = 1.0 if self.savings_share > 0.0 and paid > 0.0 else 0.0
        self.leaving = exposed * numbers.leave_by_loss * max(0.0, -zone.savings)
        self.overhead = 0.0
        zone.members += self.stake > 0.0
        zone.candidates += self.willingness > 0.0
        # M49: who could not lose at first has learned.
        expertise = self.safe_months / (self.safe_months + numbers.experience_months)
        self.leaving *= 1.0 - strength["M49"] * expertise
        # M50: shadow accounts teach.
        if self.stake > 0.0 and self.scheme == 0.0:
            self.uptake_limit = strength["M50"] * numbers.shadow_learning
            self.overhead = strength["M50"] * numbers.shadow_overhead
        # M52: little at stake is overlooked.
        attention = min(1.0, self.stake / numbers.attention_threshold)
        self.uptake_limit *= 1.0 - strength["M52"] * (1.0 - attention * attention)
        # M53: trust and joint work from before help to rebuild and to stay.
        trust = max(0.0, self.mean_trust - 0.3) / (1.0 - 0.3)
        task = max(0.0, self.team_task - 0.3) / (1.0 - 0.3)
        built = strength["M53"] * 0.5 * (trust + task)
        self.uptake_pace = min(1.0, self.uptake_pace * (1.0 + numbers.care_first_pace * built))
        self.leaving *= 1.0 - numbers.care_first_hold * built
        # M55: structures are lacking.
        lacking = 1.0 - zone.infrastructure
        self.uptake_limit *= 1.0 - strength["M55"] * numbers.structure_need * lacking

    def volunteer(self) -> None:
        """M50, M51: double accounts and two systems take time; the ready wish to join."""
        numbers, strength, zone = self.model.numbers, self.model.strength, self.zone
        if self.stake > 0.0 and self.scheme == 0.0:
            self.admin += strength["M50"] * numbers.shadow_time
        if zone.candidates and (self.stake > 0.0 or self.willingness > 0.0):
            members = zone.members / (zone.members + zone.candidates)
            self.admin += strength["M51"] * numbers.two_systems_admin * 4.0 * members * (1.0 - members)
            wish = 2.0 * logistic(numbers.entry_selection * (self.readiness - numbers.entry_readiness))
            self.willingness *= 1.0 + strength["M51"] * (wish - 1.0)

    def change_over(self) -> None:
        """Join or leave the scheme, gather months without risk, and rebuild work."""
        chance, scheme = self.model.chance, self.model.scheme
        sharing = self.savings_share > 0.0 or scheme.savings_since > 0.0
        if scheme.is_safe and self.stake > 0.0 and sharing:
            self.safe_months += 1.0
        if self.leaving > 0.0 and chance.uniform("leave", self.row) < self.leaving:
            self.scheme = 0.0
        elif self.willingness > 0.0:
            wish = self.model.numbers.join_rate * self.willingness
            if chance.uniform("join", self.row) < wish:
                self.scheme = 1.0
        target = self.uptake_limit * self.volume_change
        self.rebuilt += self.uptake_pace * (target - self.rebuilt)
        self.uptake = clip(self.rebuilt / self.volume_change, 0.0, 1.0) if self.volume_change != 0.0 else 0.0

    # --- staff ------------------------------------------------------------------------------------------

    def sum_list_need(self) -> None:
        """Sum the month's need of every discipline over the twelve panels of the list, in persons."""
        if self.discipline == GP:
            scale = self.model.persons_per_agent / FIXED_POINT
            for d in range(N_DISCIPLINES):
                self.need[d] = sum(self.need_by_panel[panel][d] for panel in range(PANELS)) * scale

    def turn_over_staff(self) -> None:
        """Let professionals leave by age, strain and events, and vacancies fill."""
        numbers, chance = self.model.numbers, self.model.chance
        heads, senior = self.heads, self.senior_share
        zone, d = self.zone, self.discipline
        pressure = max(0.0, 1.0 + numbers.exit_by_strain * (self.strain - 0.25)) * zone.exit_factor[d]
        leave_senior = senior * numbers.exit_senior * pressure / 12.0 + senior * zone.retirement[d]
        leave_senior = min(senior, leave_senior)
        leave_junior = (1.0 - senior) * numbers.exit_junior * pressure / 12.0
        u = chance.uniform("exit", self.row)
        leaving = min(heads, math.floor(heads * (leave_senior + leave_junior) + u))
        vacancies = max(0, self.posts - heads)
        hired = vacancies * numbers.hiring * zone.hiring_factor[d]
        joining = math.floor(hired + chance.uniform("hire", self.row))
        seniors = heads * senior + (heads - heads * senior) * numbers.turning_senior / 12.0
        if leaving > 0:
            seniors -= leaving * leave_senior / (leave_senior + leave_junior)
        self.heads = heads - leaving + joining
        if self.heads > 0:
            self.senior_share = clip(seniors / self.heads, 0.0, 1.0)

    # --- the month's reasons ----------------------------------------------------------------------------

    def weigh_reasons(self) -> None:
        """Sum what this month presses on strain, readiness, coordination, hand-over and tie seeking."""
        self.feel_pressure()
        self.weigh_readiness()
        self.weigh_coordination()
        self.weigh_hand_over()
        self.feel_shortage()

    def feel_pressure(self) -> None:
        """Work strain and administration: load, M50, M51, M54 and M62."""
        numbers, strength, zone = self.model.numbers, self.model.strength, self.zone
        self.admin = ADMIN_BASE
        self.volunteer()
        self.strain_drive = numbers.strain_base + numbers.strain_by_load * max(0.0, self.load - 0.85)
        # M54: payers that do not align cost administration, and the wish to join.
        gap = zone.effective_fragmentation - 0.6
        self.admin += strength["M54"] * numbers.misaligned_admin * gap
        self.willingness *= 1.0 - strength["M54"] * numbers.aligned_entry * gap
        # M62: teamwork costs time, and satisfies by what succeeds; a relief initiative takes over part.
        effort = strength["M62"] * self.coordination
        relief = strength["M62"] * zone.initiative[WORKFORCE_RELIEF]
        self.admin += numbers.teamwork_time * effort - numbers.relief_time * relief
        satisfaction = numbers.teamwork_satisfaction * effort * self.team_task
        self.strain_drive -= satisfaction + numbers.relief_strain * relief

    def weigh_readiness(self) -> None:
        """Readiness to change: vision (M01), room (M31), ownership (M32), fear of loss (M36)."""
        numbers, strength, zone = self.model.numbers, self.model.strength, self.zone
        ready = numbers.readiness_base
        ready += numbers.vision_effect * zone.shared_vision * zone.alignment
        # M31: obligation breeds resistance; room engages those who trust each other.
        room = zone.effective_autonomy - 0.45
        weight = 1.0 if room < 0.0 else self.mean_trust
        ready += strength["M31"] * numbers.obligation_effect * room * weight
        ready += strength["M32"] * numbers.ownership_effect * zone.co_decision
        threat = 0.5 * zone.turbulence + max(0.0, 0.45 - zone.effective_autonomy)
        ready -= strength["M36"] * numbers.fear_effect * self.self_interest * threat
        self.readiness_drive = ready

    def weigh_coordination(self) -> None:
        """Reasons for effort (M34, M61, M26), and what more of it would bring: joy, income (M47-M49)."""
        numbers, strength = self.model.numbers, self.model.strength
        self.coordination_drive = (
            numbers.coordination_base
            + self.propensity
            + numbers.coordination_by_readiness * (self.readiness - 0.35)
            + numbers.coordination_by_skill * (self.skill - 0.25)
        )
        payoff = numbers.satisfaction_payoff * (self.team_task - 0.4)
        payoff -= strength["M47"] * numbers.volume_penalty * self.volume_share
        free = 1.0 - self.volume_share - numbers.non_volume_midpoint
        payoff += strength["M48"] * numbers.non_volume_payoff * logistic(numbers.non_volume_slope * free)
        hope = 100.0 * max(0.0, self.zone.savings_hope) * self.savings_share
        payoff += strength["M49"] * numbers.savings_payoff * hope * self.mean_trust
        self.effort_payoff = payoff
        self.coordination_drive -= strength["M34"] * numbers.interest_effect * self.self_interest
        excess = min(max(0.0, self.load - numbers.overload_threshold), 1.0)
        self.coordination_drive -= strength["M61"] * numbers.overload_effect * excess
        self.coordination_drive += strength["M26"] * numbers.trust_to_effort * (self.mean_trust - 0.3)

    def weigh_hand_over(self) -> None:
        """Reasons to hand a discharge over: effort, borders (M20), records (M64), known roles (M67)."""
        numbers, strength, zone = self.model.numbers, self.model.strength, self.zone
        self.hand_over_drive = numbers.hand_over_base + self.coordination
        self.case_management = 0.0
        if self.discipline != GP:
            return
        self.hand_over_drive -= strength["M20"] * numbers.misfit_effect * zone.misfit
        tie = self.ties[HOSPITAL]
        if tie.partner is not None:
            self.hand_over_drive -= self.lost_to_market(tie.partner)
            missing = 1.0 - self.shared_record * tie.partner.shared_record
            self.hand_over_drive -= strength["M64"] * numbers.record_effect * missing
            self.case_management = strength["M67"] * zone.initiative[CASE_MANAGEMENT]
            agreed = 0.7 * zone.initiative[HAND_OVER] + 0.3 * zone.initiative[CASE_MANAGEMENT]
            known = numbers.known_role_effect * (tie.trust - 0.3)
            self.hand_over_drive += strength["M67"] * (numbers.agreement_effect * agreed + known)

    def lost_to_market(self, hospital: PlainProvider) -> float:
        """M21: what the power and market logic of a hospital's network cost."""
        networks = self.model.world.state.network
        power, n = networks.power.tolist(), hospital.network
        effect = self.model.strength["M21"] * self.model.numbers.market_effect
        return float(effect * float(networks.commercial[n]) * power[n] / max(power))

    def feel_shortage(self) -> None:
        """M60: moderate shortage makes a provider look for partners."""
        self.tie_seeking = self.model.numbers.seeking_base
        u = (self.load - 0.9) / 0.15
        if u > 0.0:
            effect = self.model.strength["M60"] * self.model.numbers.shortage_seeking
            self.tie_seeking += effect * u * math.exp(1.0 - u)

    # --- what follows from them -------------------------------------------------------------------------

    def open_doors(self) -> None:
        """Set capacity, load, and whom to accept next month."""
        stretch = self.model.numbers.stretch
        present = self.heads * self.contacts_per_head * (1.0 - self.zone.absence)
        self.capacity = present * (1.0 - self.admin) / (1.0 - ADMIN_BASE)
        if self.capacity <= 0.0:
            self.load, self.accept, self.accept_new = 2.0, 0.0, 0.0
            return
        load = self.demand / self.capacity
        self.load = min(load, MOST_LOAD)
        self.accept = min(1.0, stretch / max(load, 1e-9))
        self.accept_new = clip((stretch + 0.1 - load) / 0.2, 0.05, 1.0)
        if self.discipline == GP:
            self.accept_new = (0.1, 0.7, 0.95)[self.status] * self.accept_new
        self.choose_newcomers()

    def choose_newcomers(self) -> None:
        """M34: a practice that is paid less than its list needs is choosy, out of self-interest."""
        model = self.model
        if self.discipline == GP and self.need[GP] > 0.0 and model.scheme.risk_adjustment < 1.0:
            short = max(0.0, 1.0 - self.patients * model.mean_need / self.need[GP])
            unpaid = (1.0 - model.scheme.risk_adjustment) * short * (1.0 - self.volume_share)
            refused = min(1.0, model.numbers.selectivity * self.self_interest * unpaid)
            self.accept_new *= 1.0 - model.strength["M34"] * refused

    def learn(self) -> None:
        """Follow the month's pressures in strain, record use and the learned inclination to coordinate."""
        numbers = self.model.numbers
        self.strain += numbers.strain_speed * (logistic(self.strain_drive) - self.strain)
        self.shared_record += numbers.record_adoption * (self.zone.record_maturity - self.shared_record)
        self.learn_effort()
        self.payoff = self.effort_payoff * self.coordination - self.strain

    def learn_effort(self) -> None:
        """Learn how far coordination pays, by the rule in force."""
        rule = self.model.world.scenario.adaptation["learning"]
        numbers, payoff = self.model.numbers, self.effort_payoff
        if rule == "experience_weighted":
            gain = numbers.learning_intensity * payoff
            rate = numbers.learning_rate
            self.propensity = clip((1.0 - rate) * self.propensity + rate * gain, -4.0, 4.0)
        elif rule == "replicator":
            step = numbers.learning_rate * numbers.learning_intensity * payoff
            self.propensity = clip(self.propensity + step, -4.0, 4.0)
        else:
            self.propensity = 0.0

    def imitate(self) -> None:
        """Copy half of the way to a trusted peer that is better off."""
        u, imitation = self.model.chance.uniform("imitation", self.row), self.model.numbers.imitation
        tie = self.ties[N_DISCIPLINES + (1 if u < 0.5 * imitation else 0)]
        peer = tie.partner
        if u < imitation and peer is not None and peer.payoff > self.payoff:
            self.propensity += 0.5 * tie.trust * (peer.propensity - self.propensity)

    def change(self) -> None:
        """Move effort and readiness, and settle ties."""
        numbers = self.model.numbers
        # M68: no more effort than the law allows.
        barred = 1.0 - self.zone.task_delegation
        self.effort_ceiling = 1.0 - self.model.strength["M68"] * numbers.delegation_limit * barred
        effort = min(logistic(self.coordination_drive), self.effort_ceiling)
        self.coordination += numbers.coordination_speed * (effort - self.coordination)
        self.readiness += numbers.readiness_speed * (logistic(self.readiness_drive) - self.readiness)
        self.skill += numbers.skill_by_practice * (self.coordination - self.skill)
        for tie in self.ties:
            tie.settle()
        if self.model.world.scenario.adaptation["rewiring"] == "fixed":
            self.tie_seeking = 0.0

    def meet_patients(self) -> None:
        """Turn effort and ties into the chances patients meet next month."""
        numbers, trust, n = self.model.numbers, 0.0, 0
        for tie in self.ties:
            if tie.partner is not None:
                trust += tie.trust
                n += 1
        self.mean_trust = trust / n if n else 0.0
        team = 0.0
        for discipline in TEAM:
            tie = self.ties[discipline]
            team += tie.task if tie.partner is not None else 0.1
        self.team_task = team / len(TEAM)
        if self.discipline == GP:
            effort = self.coordination
            self.follow_up = logistic(numbers.follow_up_base + 3.0 * effort) * self.accept
            hospital = self.ties[HOSPITAL].partner
            self.hand_over = logistic(self.hand_over_drive) if hospital is not None else 0.0
            support = 0.5 + self.team_task + self.case_management
            self.plan_rate = numbers.plan_base * effort * support
            self.coordinator_rate = numbers.coordinator_base * effort * support
