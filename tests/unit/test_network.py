from __future__ import annotations

import numpy as np
import pytest

from cas_model.config.vocabulary import GP, HOSPITAL, N_DISCIPLINES, SLOTS
from cas_model.model.columns import COLUMNS
from cas_model.territory.network import external_internal_index
from synthesised import World, synthesise


@pytest.fixture(scope="module")
def world() -> World:
    return synthesise(30)


def slots(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Return owner and partner of every filled slot."""
    partner = world.state.tie.partner
    owner = np.repeat(np.arange(len(world.state.provider)), SLOTS)
    return owner[partner >= 0], partner[partner >= 0]


def test_partners_are_of_the_slots_discipline_and_zone(world: World) -> None:
    provider = world.state.provider
    partner = world.state.tie.partner.reshape(-1, SLOTS)
    for slot in range(SLOTS):
        filled = partner[:, slot] >= 0
        wanted = slot if slot < N_DISCIPLINES else provider.discipline[filled]
        assert (provider.discipline[partner[filled, slot]] == wanted).all()
        assert (provider.zone[partner[filled, slot]] == provider.zone[filled]).all()


def test_nobody_is_their_own_partner_and_peers_differ(world: World) -> None:
    owner, partner = slots(world)
    assert (owner != partner).all()
    for row in world.state.tie.partner.reshape(-1, SLOTS):
        known = row[row >= 0]
        assert len(set(known)) == len(known)


def test_a_practice_always_has_the_hospital_its_municipality_uses_most(world: World) -> None:
    provider, plan = world.state.provider, world.plan
    partner = world.state.tie.partner.reshape(-1, SLOTS)[:, HOSPITAL]
    for i in np.flatnonzero(provider.discipline == GP):
        present = np.flatnonzero(plan.hospital_presence[provider.zone[i]])
        shares = world.networks.municipality_share[provider.municipality[i], present]
        assert provider.network[partner[i]] == present[shares.argmax()]


def test_first_ties_stay_within_the_pillar_more_than_chance(world: World) -> None:
    pillar = world.state.provider.pillar
    index = external_internal_index(pillar, world.state.tie.partner)
    assert -0.8 < index < -0.2
    owner, partner = slots(world)
    shuffled = np.random.default_rng(0).permutation(pillar)
    by_chance = 2 * (shuffled[owner] != shuffled[partner]).mean() - 1
    assert index < by_chance - 0.1
    strong = synthesise(30, parameters={"pillar_homophily": 0.8})
    assert external_internal_index(pillar, strong.state.tie.partner) < index - 0.05


def test_slots_are_filled_by_sector(world: World) -> None:
    welfare = world.state.provider.welfare
    partner = world.state.tie.partner.reshape(-1, SLOTS)[:, :N_DISCIPLINES]
    own = world.state.provider.discipline[:, None] == np.arange(N_DISCIPLINES)
    across = welfare[:, None] != np.array([0, 0, 0, 0, 0, 0, 1, 1])
    free = ~own & (np.arange(N_DISCIPLINES) != HOSPITAL)
    assert (partner[across & free] >= 0).mean() == pytest.approx(0.40, abs=0.04)
    assert (partner[~across & free] >= 0).mean() == pytest.approx(0.75, abs=0.04)


def test_divides_lower_trust(world: World) -> None:
    provider, tie = world.state.provider, world.state.tie
    owner, partner = slots(world)
    filled = tie.partner >= 0
    trust = tie.trust[filled]
    for name in ("pillar", "welfare", "for_profit"):
        group = provider.columns[name]
        divided = group[owner] != group[partner]
        assert trust[divided].mean() < trust[~divided].mean() - 0.02
    assert 0.3 < trust.mean() < 0.5
    for name in ("trust", "contact", "formal"):
        column = COLUMNS[f"tie_{name}"]
        assert column.low <= tie.columns[name].min()
        assert tie.columns[name].max() <= column.high


def test_partners_are_near(world: World) -> None:
    far = synthesise(30, parameters={"near_partner_preference": 1.0})
    near_share = []
    for each in (world, far):
        owner, partner = slots(each)
        town = each.state.provider.municipality
        near_share.append((town[owner] == town[partner]).mean())
    assert near_share[0] > near_share[1] + 0.05


def test_ties_depend_on_the_seed_alone() -> None:
    first, again, other = synthesise(300, seed=0), synthesise(300, seed=0), synthesise(300, seed=1)
    assert first.state.tie.partner.tobytes() == again.state.tie.partner.tobytes()
    assert first.state.tie.trust.tobytes() == again.state.tie.trust.tobytes()
    assert not np.array_equal(first.state.tie.trust[:500], other.state.tie.trust[:500])
