"""A relation that a provider keeps with a partner, and what a month of joint work does to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cas_model.config.vocabulary import GP, HOSPITAL, N_DISCIPLINES, SLOTS
from reference.people import clip, logistic

if TYPE_CHECKING:
    from reference.provider import PlainProvider
    from reference.system import PlainCareSystem


class PlainTie:
    """One of a provider's ten slots for a partner; attributes are the columns of the tie table."""

    trust: float
    history: float
    contact: float
    formal: int
    learning: float
    event: int
    task_drive: float
    contact_drive: float
    task: float
    breaches: int

    def __init__(
        self, model: PlainCareSystem, owner: PlainProvider, slot: int, columns: dict[str, float]
    ) -> None:
        self.model, self.owner, self.slot = model, owner, slot
        self.row = owner.row * SLOTS + slot
        self.partner: PlainProvider | None = None
        self.is_new = False
        self.__dict__.update(columns)

    def live_month(self, flexible: float) -> None:
        """Gather the month's reasons, try a joint task, and learn from how it went.

        Parameters
        ----------
        flexible : float
            How much a crisis moves the zone (M37).
        """
        self.event = 0
        if self.partner is None:
            return
        self.gather_reasons(self.partner, flexible)
        self.work_together()
        self.grow_familiar(self.partner)
        self.remember()

    def gather_reasons(self, partner: PlainProvider, flexible: float) -> None:
        """Sum what helps and hinders joint tasks, contact and the growth of trust."""
        numbers, strength, owner, zone = self.model.numbers, self.model.strength, self.owner, self.owner.zone
        effort = owner.coordination + partner.coordination
        task = numbers.task_base + numbers.task_by_effort * effort + numbers.task_by_trust * self.trust
        contact, learning = numbers.contact_base, 1.0
        # M07: split competences, in full between sectors.
        sectors_differ = owner.welfare != partner.welfare
        loss = numbers.fragmentation_effect * zone.effective_fragmentation
        task -= strength["M07"] * loss * (1.0 if sectors_differ else 1.0 / 3.0)
        # M15: people of a small territory know each other.
        scale = numbers.relational_scale
        closeness = math.exp(-zone.population / scale) - math.exp(-115000.0 / scale)
        contact += strength["M15"] * numbers.relational_effect * closeness
        # M20: borders that differ.
        with_hospital = owner.discipline == GP and self.slot == HOSPITAL
        if with_hospital:
            task -= 0.5 * (strength["M20"] * numbers.misfit_effect * zone.misfit)
            # M21: networks that follow the market.
            task -= 0.5 * owner.lost_to_market(partner)
        # M28: trust stays within the pillar.
        if owner.pillar > 0 and partner.pillar > 0 and owner.pillar != partner.pillar:
            learning *= 1.0 - strength["M28"] * numbers.pillar_distance
        # M29: a commercial partner meets suspicion.
        if owner.for_profit != partner.for_profit:
            learning *= 1.0 - strength["M29"] * numbers.commercial_distance
        # M30: a formal agreement is not yet a contact.
        if self.formal == 1:
            learning *= 1.0 - strength["M30"] * numbers.formal_distance
        # M33: sectors speak different languages.
        if sectors_differ:
            gap = strength["M33"] * numbers.sector_distance * (1.0 - 0.5 * (owner.skill + partner.skill))
            task -= gap
            learning *= 1.0 - 0.5 * gap
        # M37: a crisis brings people together.
        contact += numbers.urgency_contact * flexible
        # M64: records that do not match.
        task -= strength["M64"] * numbers.record_effect * (1.0 - owner.shared_record * partner.shared_record)
        self.task_drive, self.contact_drive, self.learning = task, contact, learning

    def work_together(self) -> None:
        """Meet or not, and try a joint task: success (1), quiet failure (0) or a broken agreement (-1)."""
        chance = self.model.chance
        if chance.uniform("meeting", self.row) >= self.contact:
            return
        u = chance.uniform("joint_work", self.row)
        if u < self.task:
            self.event = 1
        elif u >= 1.0 - self.model.numbers.breach_share * (1.0 - self.task):
            self.event = -1

    def grow_familiar(self, partner: PlainProvider) -> None:
        """M26: trust grows by success, contact by attending the same council."""
        numbers, strength = self.model.numbers, self.model.strength["M26"]
        if self.event > 0:
            self.trust += strength * numbers.trust_gain * self.learning * (1.0 - self.trust)
        together = self.owner.attendance * partner.attendance
        self.contact_drive += strength * numbers.meeting_contact * together

    def remember(self) -> None:
        """M27: a breach costs more trust than a success brings, and both are remembered."""
        numbers, strength = self.model.numbers, self.model.strength["M27"]
        self.history -= self.history / numbers.memory_months
        if self.event > 0:
            self.history += strength * 0.05 * (1.0 - self.history)
        elif self.event < 0:
            self.trust -= strength * numbers.breach_ratio * numbers.trust_gain * self.trust
            self.history -= strength * 0.3 * (1.0 + self.history)
        self.task_drive += strength * numbers.memory_effect * self.history

    def settle(self) -> None:
        """Set next month's chance of success and contact; unused trust fades."""
        if self.partner is None:
            return
        numbers = self.model.numbers
        self.task = logistic(self.task_drive)
        self.contact += numbers.contact_speed * (clip(self.contact_drive, 0.02, 0.98) - self.contact)
        if self.event == 0:
            self.trust -= numbers.trust_decay * (self.trust - numbers.trust_resting)
        elif self.event < 0:
            self.breaches += 1

    def seek(self) -> None:
        """Look for a partner when the slot is empty, by the rule in force."""
        self.is_new = False
        looking = self.partner is None
        if not looking or self.model.chance.uniform("seek", self.row) >= self.owner.tie_seeking:
            return
        rule = self.model.world.scenario.adaptation["rewiring"]
        found = self.find_near() if rule == "need_and_proximity" else self.find_through_partners()
        if found is not None:
            self.partner, self.is_new = found, True
            self.trust, self.history = self.model.numbers.trust_resting, 0.0
            self.contact, self.task = 0.2, 0.3
            self.breaches = self.formal = 0

    def drop(self) -> None:
        """Give up a tie without trust or with a closed partner, but not one made this month."""
        partner = self.partner
        if partner is None or self.is_new or self.slot == HOSPITAL:
            return
        tired = self.trust < self.model.numbers.drop_trust
        if (tired and self.model.chance.uniform("drop", self.row) < 0.1) or partner.heads == 0:
            self.partner, self.event = None, 0

    def find_near(self) -> PlainProvider | None:
        """Meet eight providers of the zone; take the last near one that suits, else the first that suits."""
        found = None
        for met in self.meetings():
            if self.suits(met) and (found is None or met.municipality == self.owner.municipality):
                found = met
        return found

    def find_through_partners(self) -> PlainProvider | None:
        """Take whom the most trusted partner has in the wanted discipline, else the first met that suits."""
        found, most = None, -1.0
        for tie in self.owner.ties:
            if tie.partner is not None and tie.trust > most:
                known = tie.partner.ties[self.wanted].partner
                if known is not None and self.suits(known):
                    found, most = known, tie.trust
        if found is not None:
            return found
        return next((met for met in self.meetings() if self.suits(met)), None)

    @property
    def wanted(self) -> int:
        """The discipline the slot is for; peers have the owner's."""
        return self.slot if self.slot < N_DISCIPLINES else self.owner.discipline

    def meetings(self) -> Iterator[PlainProvider]:
        """Meet eight random providers of the zone."""
        providers = self.owner.zone.providers
        for attempt in range(8):
            u = self.model.chance.uniform("candidate", self.row * 8 + attempt)
            yield providers[min(int(u * len(providers)), len(providers) - 1)]

    def suits(self, met: PlainProvider) -> bool:
        """Whether somebody is wanted, at work, and not the owner's other peer already."""
        if met.discipline != self.wanted or met is self.owner or met.heads == 0:
            return False
        if self.slot < N_DISCIPLINES:
            return True
        other = self.owner.ties[2 * N_DISCIPLINES + 1 - self.slot]
        return met is not other.partner
