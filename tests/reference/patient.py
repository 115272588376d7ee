"""A patient's month, decision by decision."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from cas_model.config.vocabulary import (
    ELDEST,
    EVERYONE,
    FIXED_POINT,
    GP,
    HOSPITAL,
    N_DISCIPLINES,
    PANELS,
    POOREST_FIFTH,
    SENIORS,
)
from reference.people import (
    count_conditions,
    expected_need,
    gp_shape,
    health_level,
    informal_care_probability,
    logistic,
    mental_probability,
    social_need_probability,
)

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem
    from reference.zone import PlainZone

NOWHERE, OWN, OTHER = 0, 1, 2
"""Where this month's requests were served; `last_practice` uses the same codes."""
MOST_COUNTED = 250
MOST_SQUARES = 65000


class PlainPatient(mesa.Agent):  # type: ignore[misc]
    """An inhabitant, standing for `persons_per_agent` people.

    Attributes are the columns of the patient table, with `practice` and `alternate` as providers. What the
    compiled model stores in single precision has the number type `model.single`.
    """

    model: PlainCareSystem
    birth_month: int
    municipality: int
    network: int
    rank: float
    literacy: float
    digital: int
    frailty: float
    n_conditions: int
    mental: int
    social_need: int
    informal_care: int
    complex: int
    plan: int
    coordinator: int
    health: float
    experience: float
    contact_rate: float
    barrier: float
    admission_hazard: float
    avoidable_share: float
    continuity: float
    pending: int
    year_own: int
    year_alternate: int
    year_other: int
    year_other_squares: int
    year_other_most: int
    year_practices: int
    year_repeats: int
    year_unmet: int
    year_followed: int
    year_referred: int
    year_coordinated: int
    last_contacts: int
    last_unmet: int
    last_practice: int
    vaccinated: int
    born_conditions: float
    born_mental: float
    born_social_need: float
    born_informal_care: float
    born_willing: float

    def __init__(
        self,
        model: PlainCareSystem,
        row: int,
        zone: PlainZone,
        practice: PlainProvider,
        traits: dict[str, float],
    ) -> None:
        super().__init__(model)
        self.row, self.zone, self.practice = row, zone, practice
        self.alternate: PlainProvider | None = None
        self.panel = row % PANELS
        self.__dict__.update(traits)
        self.quintile = min(int(self.rank * 5.0), 4)
        self.needed, self.admitted, self.served_at = 0, False, NOWHERE

    @property
    def needs(self) -> int:
        """The month in one byte: needed contacts, where they were served, admission."""
        return self.needed | self.served_at << 3 | self.admitted << 7

    def step(self) -> None:
        """Live through a month."""
        model = self.model
        if self.panel == model.birthday_panel:
            self.renew()
            self.grow_older()
            self.lose_way()
        self.fall_ill()
        self.suffer_event()
        if self.needed or self.pending:
            self.seek_care()
            if self.needed:
                self.ask_for_care()
            if self.served_at:
                self.be_followed_up()
        if self.complex:
            self.use_team()
        if self.admitted:
            self.stay_in_hospital()
        self.consider_dose()
        if self.panel == model.closing_panel:
            self.close_year()

    # --- demography -------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Die, move, or leave a practice that has closed; who comes instead starts without history."""
        model, numbers = self.model, self.model.numbers
        age = (model.month - self.birth_month) / 12.0
        rise = self.zone.death_rise[EVERYONE] + self.sum_over_groups(self.zone.death_rise)
        hazard = math.exp(numbers.mortality_level + numbers.mortality_age * age) * (1.0 + rise)
        dies = model.chance.uniform("death", self.row) < hazard
        leaving = numbers.moving_young if 18.0 <= age < 40.0 else numbers.moving
        moves = model.chance.uniform("move", self.row) < leaving
        if dies:
            self.zone.count("deaths", self.quintile)
            self.birth_month = model.month
            self.health = model.single(0.95)
            self.vaccinated = 0
        if dies or moves:
            self.plan = self.coordinator = self.pending = 0
            self.alternate = None
            self.last_practice = NOWHERE
            self.continuity = model.single(0.7)
        if moves or self.practice.heads == 0:
            self.register()

    def register(self) -> None:
        """Try up to 16 practices of the zone until one takes newcomers."""
        chance, practices = self.model.chance, self.zone.practices
        for attempt in range(16):
            address = self.row * 32 + 2 * attempt
            u = chance.uniform("register", address)
            new = practices[min(int(u * len(practices)), len(practices) - 1)]
            if chance.uniform("register", address + 1) < new.accept_new:
                self.practice.patients -= 1
                new.patients += 1
                self.practice, self.alternate = new, None
                return

    def grow_older(self) -> None:
        """Bring conditions, needs, barriers and hazards up to date; tell the practice what to expect."""
        model, numbers, single = self.model, self.model.numbers, self.model.single
        age, rank = (model.month - self.birth_month) / 12.0, float(self.rank)
        n = count_conditions(self.born_conditions, age, rank, numbers)
        mental = int(self.born_mental < mental_probability(n, rank, numbers))
        social = int(self.born_social_need < social_need_probability(age, rank, mental, numbers))
        carer = int(self.born_informal_care < informal_care_probability(age, n, numbers))
        self.n_conditions, self.mental, self.social_need, self.informal_care = n, mental, social, carer
        self.complex = int(n >= 3 or (n >= 1 and social == 1))
        if not self.complex:
            self.plan = self.coordinator = 0
        needs = expected_need(age, n, mental, social, carer)
        ratios = model.rate_ratios
        self.contact_rate = single(needs[GP] * ratios[GP] * float(self.frailty))
        expected = self.practice.need_by_panel[model.birthday_panel]
        for d in range(N_DISCIPLINES):
            expected[d] += int(needs[d] * ratios[d] * FIXED_POINT)
        log_barrier = (
            numbers.barrier_level
            - numbers.barrier_slope_poor * min(rank, 0.5)
            - numbers.barrier_slope_rich * max(rank - 0.5, 0.0)
        )
        self.barrier = single(math.exp(log_barrier))
        self._face_admission(age, rank, n)
        usual = health_level(age, rank, n, mental, numbers)
        health = float(self.health)
        self.health = single(health + 0.5 * (usual - health))

    def _face_admission(self, age: float, rank: float, n: int) -> None:
        """Set the hazard of admission, which continuity of care lowers and deprivation raises."""
        numbers, single = self.model.numbers, self.model.single
        usual = numbers.avoidable_admissions
        avoidable = usual * math.exp(-numbers.continuity_effect * (float(self.continuity) - 0.61))
        avoidable *= 1.0 + numbers.deprivation_effect * (0.5 - rank) / 0.8
        stays = numbers.admissions_per_year / 12.0 * (0.28 + 0.012 * max(age - 40.0, 0.0) + 0.45 * n)
        self.admission_hazard = single(stays * (1.0 - usual + avoidable))
        self.avoidable_share = single(avoidable / (1.0 - usual + avoidable))

    def lose_way(self) -> None:
        """M65: low literacy and no digital access raise the barrier."""
        numbers = self.model.numbers
        gap = numbers.literacy_mean - float(self.literacy) + 0.1 * (1.0 - self.digital)
        factor = math.exp(self.model.strength["M65"] * numbers.literacy_effect * gap)
        self.barrier = self.model.single(min(1.0, float(self.barrier) * factor))

    # --- needs and seeking ------------------------------------------------------------------------------

    def fall_ill(self) -> None:
        """Need contacts, Poisson cut at 4, and perhaps a stay in hospital."""
        u = self.model.need_draws[self.row]
        self.served_at = NOWHERE
        self.admitted = self.model.admission_draws[self.row] < self.admission_hazard
        rate = self.contact_rate * self.zone.need_factor_single
        none = self.model.exp_minus(rate)
        if u < none:
            self.needed = 0
            return
        one = none * (1.0 + rate)
        if u < one:
            self.needed = 1
            return
        two = one + none * (0.5 * rate * rate)
        three = two + none * (1.0 / 6.0 * rate * rate * rate)
        self.needed = 2 if u < two else (3 if u < three else 4)

    def groups(self) -> tuple[int, ...]:
        """Return the groups of people to which this one belongs, everyone apart."""
        age = (self.model.month - self.birth_month) / 12.0
        belongs = {
            SENIORS: age >= 65.0,
            ELDEST: age >= 85.0,
            POOREST_FIFTH: self.rank < self.model.single(0.2),
        }
        return tuple(group for group, member in belongs.items() if member)

    def sum_over_groups(self, by_group: list[float]) -> float:
        """Return the sum of what strikes the person's groups, everyone apart."""
        return sum((by_group[group] for group in self.groups() if by_group[group] > 0.0), 0.0)

    def suffer_event(self) -> None:
        """Need more contacts when an event strikes one of the person's groups."""
        rise = self.sum_over_groups(self.zone.need_rise) if any(self.zone.need_rise[1:]) else 0.0
        if rise > 0.0:
            u = self.model.chance.uniform("extra_needs", self.row)
            self.needed = min(self.needed + int(float(self.contact_rate) * rise + u), 6)

    def seek_care(self) -> None:
        """Forgo the month's needs or turn them into requests; a waiting request is never forgone."""
        zone, q = self.zone, self.quintile
        zone.count("needs", q, self.needed)
        if self.needed > 0:
            u, _ = self.model.chance.pair("seeking", self.row)
            if u < self.barrier * zone.barrier_factor_single:
                zone.count("forgone", q, self.needed)
                self.needed = 0
                self.miss_care()
        if self.pending > 0:
            self.needed += 1
        zone.count("requests", q, self.needed)

    def miss_care(self) -> None:
        """Remember an unmet need and lose some health."""
        self.year_unmet = min(self.year_unmet + 1, MOST_COUNTED)
        self.lose_health(self.model.forgone_health_loss)

    def lose_health(self, loss: float) -> None:
        """Lose utility, not below 0."""
        self.health = max(self.health - loss, self.model.single(0.0))

    # --- access -----------------------------------------------------------------------------------------

    def ask_for_care(self) -> None:
        """Ask the own practice, a practice seen before, or search along ties; else wait."""
        numbers, zone, q, n = self.model.numbers, self.zone, self.quintile, self.needed
        u, v = self.model.chance.pair("access", self.row)
        wants_own = u < numbers.loyalty
        if wants_own and v < self.practice.accept:
            self.practice.contacts += n
            zone.count("served_own", q, n)
            self.be_served(OWN)
            return
        if wants_own:
            zone.count("displaced", q, n)
        found = self.search(wants_own)
        if found is self.practice:
            found.contacts += n
            zone.count("served_own", q, n)
            self.be_served(OWN)
        elif found is not None:
            found.contacts += n
            if found is not self.alternate:
                self.switch_alternate(found)
            self.be_served(OTHER)
        elif self.pending < numbers.patience_months:
            self.pending += 1
            zone.count("delayed", q, n)
        else:
            self.pending = 0
            zone.count("lost", q, n)
            self.miss_care()

    def search(self, displaced: bool) -> PlainProvider | None:
        """Go from practice to practice until one accepts."""
        model, numbers, here = self.model, self.model.numbers, self.practice
        for step in range(int(numbers.max_search_steps)):
            address = self.row * 128 + step * 4
            known = step == 0 and self.alternate is not None
            if known and model.chance.uniform("search", address) < numbers.known_provider:
                assert self.alternate is not None
                here = self.alternate
                accepts = here.accept
            else:
                jump, pick = (model.chance.uniform("search", address + draw) for draw in (1, 2))
                here = here.next_practice(jump, pick)
                accepts = here.accept_new
                if here is self.practice:
                    accepts = 0.0 if displaced else here.accept
            if displaced:
                self.zone.count("displacements", self.quintile)
            if model.chance.uniform("search", address + 3) < accepts:
                return here
        return None

    def be_served(self, where: int) -> None:
        """Count the visits of the panel year, at the own practice or elsewhere."""
        n = self.needed
        self.zone.count("served", self.quintile, n)
        self.pending, self.served_at = 0, where
        repeats = n if self.last_practice == where else n - 1
        self.year_repeats = min(self.year_repeats + repeats, MOST_COUNTED)
        self.last_practice = where
        if where == OWN:
            self.year_own = min(self.year_own + n, MOST_COUNTED)
        else:
            self.year_alternate = min(self.year_alternate + n, MOST_COUNTED)

    def switch_alternate(self, new: PlainProvider) -> None:
        """Make `new` the known alternate; the former one joins the year's other practices."""
        n = self.year_alternate
        if n > 0:
            self.year_other = min(self.year_other + n, MOST_COUNTED)
            self.year_other_squares = min(self.year_other_squares + n * n, MOST_SQUARES)
            self.year_other_most = max(self.year_other_most, n)
            self.year_practices = min(self.year_practices + 1, MOST_COUNTED)
        self.year_alternate = 0
        self.alternate = new
        if self.last_practice == OTHER:
            self.last_practice = NOWHERE

    # --- care -------------------------------------------------------------------------------------------

    def be_followed_up(self) -> None:
        """Hear again from the practice that served; elsewhere, perhaps have a service done twice."""
        u, v = self.model.chance.pair("follow_up", self.row)
        at = self.practice
        if self.served_at == OTHER and self.alternate is not None:
            at = self.alternate
        if u < at.follow_up:
            self.year_followed = min(self.year_followed + 1, MOST_COUNTED)
        if self.served_at == OTHER:
            shared = at.shared_record * self.practice.shared_record
            if v < self.model.numbers.duplicate_without_record * (1.0 - shared):
                self.zone.count("duplicated", self.quintile)

    def use_team(self) -> None:
        """Gain or lose plan and coordinator, and need several providers together."""
        numbers, chance, practice = self.model.numbers, self.model.chance, self.practice
        u, v = chance.pair("plan", self.row)
        self.plan = int(u >= numbers.plan_lapse if self.plan else u < practice.plan_rate)
        self.coordinator = int(v >= numbers.plan_lapse if self.coordinator else v < practice.coordinator_rate)
        self.zone.count("complex", self.quintile)
        self.zone.count("covered", self.quintile, self.plan & self.coordinator)
        u, v = chance.pair("joint_task", self.row)
        if u < numbers.joint_task_rate:
            self.zone.count("joint_tasks", self.quintile)
            self.year_referred = min(self.year_referred + 1, MOST_COUNTED)
            fit = self.zone.multimorbid_fit if self.n_conditions >= 2 else self.zone.single_fit
            if v < practice.team_task * fit:
                self.zone.count("coordinated_tasks", self.quintile)
                self.year_coordinated = min(self.year_coordinated + 1, MOST_COUNTED)

    def stay_in_hospital(self) -> None:
        """Be admitted and discharged, handed over to the practice or not, and perhaps readmitted."""
        model, numbers, zone, q = self.model, self.model.numbers, self.zone, self.quintile
        draw, address = model.chance.uniform, self.row * 4
        handed = draw("discharge", address) < self.practice.hand_over
        seen = handed and draw("discharge", address + 1) < self.practice.accept
        again = numbers.readmission * (1.0 - numbers.hand_over_protection * seen)
        readmitted = draw("discharge", address + 2) < again
        zone.count("admissions", q)
        zone.count("avoidable_admissions", q, draw("discharge", address + 3) < float(self.avoidable_share))
        self.lose_health(model.admission_health_loss)
        hospital = self.practice.ties[HOSPITAL].partner
        if hospital is not None:
            hospital.admissions += 1 + readmitted
        if readmitted:
            zone.count("readmissions", q)
        elif model.month - self.birth_month >= 65 * 12:
            zone.count("discharges_65", q)
            zone.count("handed_over_65", q, seen)

    def consider_dose(self) -> None:
        """Be offered a dose in a campaign for one of the person's groups, and take it or not."""
        model, zone = self.model, self.zone
        if not any(zone.vaccine_offer):
            return
        if zone.campaign_begins:
            self.vaccinated = 0
        offer = max(zone.vaccine_offer[group] for group in (EVERYONE, *self.groups()))
        if offer == 0.0:
            return
        zone.count("eligible", self.quintile)
        chance = offer * zone.campaign_reach * self.practice.accept
        if not self.vaccinated and model.chance.uniform("dose_offer", self.row) < chance:
            self.vaccinated = int(self.born_willing < self.willingness())
        zone.count("vaccinated", self.quintile, self.vaccinated)

    def willingness(self) -> float:
        """Return the chance that people like this one take a dose: trust in the practice, and barriers."""
        numbers = self.model.numbers
        missing = max(0.0, numbers.literacy_mean - float(self.literacy))
        barrier = numbers.vaccine_by_literacy * missing + numbers.vaccine_offline * (1.0 - self.digital)
        trust = numbers.vaccine_by_experience * (float(self.experience) - 0.5)
        trust += numbers.vaccine_by_continuity * (float(self.continuity) - 0.7)
        return logistic(numbers.vaccine_willing + trust - barrier * self.zone.dose_barrier_factor)

    # --- health -----------------------------------------------------------------------------------------

    def close_year(self) -> None:
        """Look back on the panel year: continuity and experience; then start the next."""
        visits = self.year_own + self.year_alternate + self.year_other
        self._report_use(visits)
        upc = 0.7
        if visits > 0:
            upc = max(self.year_own, self.year_alternate, self.year_other_most) / visits
        followed = self.year_followed / max(visits, 1)
        joint = self.year_coordinated / self.year_referred if self.year_referred > 0 else 0.4
        covered = self.plan & self.coordinator
        experience = 0.2 + 0.3 * min(followed, 1.0) + 0.2 * upc + 0.2 * joint + 0.1 * covered
        experience -= 0.15 * (self.year_unmet > 0)
        self.experience, self.continuity = self.model.single(experience), self.model.single(upc)
        self.last_contacts, self.last_unmet = min(visits, MOST_COUNTED), int(self.year_unmet > 0)
        self._report_year(visits, upc, experience)
        self._report_groups(upc)
        self.year_own = self.year_alternate = self.year_other = self.year_other_squares = 0
        self.year_other_most = self.year_practices = self.year_repeats = self.year_unmet = 0
        self.year_followed = self.year_referred = self.year_coordinated = 0
        self.last_practice = NOWHERE

    def _report_use(self, visits: int) -> None:
        """Set the year's use beside what age, conditions and mental health predict."""
        count, q, rank = self.zone.count, self.quintile, float(self.rank)
        predicted = gp_shape((self.model.month - self.birth_month) / 12.0, self.n_conditions, self.mental, 0)
        count("panel_contacts_rank", q, visits * rank)
        count("panel_predicted", q, predicted)
        count("panel_predicted_rank", q, predicted * rank)
        if visits >= 4:
            squares = self.year_own**2 + self.year_alternate**2 + self.year_other_squares
            count("panel_four", q)
            count("panel_coc_four", q, (squares - visits) / (visits * (visits - 1.0)))

    def _report_groups(self, upc: float) -> None:
        age = (self.model.month - self.birth_month) / 12.0
        groups = (
            self.quintile,
            5 + sum(age >= bound for bound in (18, 45, 65, 85)),
            10 + sum(self.literacy >= bound for bound in (0.5, 0.7)),
            13 + sum(self.n_conditions >= bound for bound in (2, 4)),
        )
        counts = self.zone.group_counts
        for g in groups:
            counts["panel_persons"][g] += 1
            counts["panel_health"][g] += float(self.health)
            counts["panel_experience"][g] += float(self.experience)
            counts["panel_contacts"][g] += self.last_contacts
            counts["panel_any_contact"][g] += self.last_contacts > 0
            counts["panel_upc"][g] += float(self.continuity) if self.last_contacts > 0 else 0.0
            counts["panel_unmet"][g] += self.last_unmet
            counts["complex"][g] += self.complex
            counts["covered"][g] += self.plan & self.coordinator & self.complex

    def _report_year(self, visits: int, upc: float, experience: float) -> None:
        count, q, rank, health = self.zone.count, self.quintile, float(self.rank), float(self.health)
        count("panel_persons", q)
        count("panel_rank", q, rank)
        count("panel_health", q, health)
        count("panel_health_rank", q, health * rank)
        count("panel_experience", q, experience)
        count("panel_contacts", q, visits)
        count("panel_multimorbid", q, self.n_conditions >= 2)
        if self.year_unmet > 0:
            count("panel_unmet", q)
            count("panel_unmet_rank", q, rank)
        if visits > 0:
            count("panel_any_contact", q)
            count("panel_upc", q, upc)
        if visits > 1:
            squares = self.year_own**2 + self.year_alternate**2 + self.year_other_squares
            count("panel_two", q)
            count("panel_loyal", q, upc >= 0.75)
            count("panel_secon", q, self.year_repeats / (visits - 1.0))
            seen_at = (self.year_own > 0) + (self.year_alternate > 0) + self.year_practices
            count("panel_mmci", q, (1.0 - seen_at / (visits + 0.1)) / (1.0 - 1.0 / (visits + 0.1)))
            count("panel_coc", q, (squares - visits) / (visits * (visits - 1.0)))
        if self.complex:
            count("panel_complex", q)
            count("panel_complex_rank", q, rank)
            count("panel_complex_experience", q, experience)
            if self.plan & self.coordinator:
                count("panel_covered", q)
                count("panel_covered_rank", q, rank)
