"""Worlds and transactions: what is refused changes nothing, by construction."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from artifact_state.clock import Clock
from artifact_state.errors import NotInOrganization
from artifact_state.events import OrganizationCreated
from artifact_state.model import Account, FeatureSet, State
from artifact_state.organizations import organization
from artifact_state.principals import root_of
from artifact_state.world import Transaction, World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, world_with_organization

ACCOUNT = Account(id=MANAGEMENT, name="Name", email="name@example.com")


@pytest.fixture
def world() -> World:
    """Give an empty world."""
    return World(clock=Clock(frozen_at=NOW), state=State(seed="state"))


def drafts_and_raises(tx: Transaction, error: Exception) -> None:
    """Draft a change, and fail."""
    tx.put(ACCOUNT)
    tx.serial()
    tx.record(OrganizationCreated(at=tx.now, organization_id="o", management_account_id=MANAGEMENT))
    raise error


class TestTransaction:
    """One operation's view of a world."""

    def test_assigns_its_draft_at_the_end(self, world: World) -> None:
        """Until the block is left, nobody sees a change; then everybody does."""
        before = world.state
        with world.transaction(root_of(MANAGEMENT)) as tx:
            tx.put(ACCOUNT)
            assert tx.state.accounts[MANAGEMENT] == ACCOUNT
            assert world.state is before
        assert world.state.accounts[MANAGEMENT] == ACCOUNT
        assert MANAGEMENT not in before.accounts

    def test_assigns_nothing_when_it_is_left_by_a_refusal(self, world: World) -> None:
        """Raising leaves the state the same object, however much was drafted."""
        before = world.state
        with pytest.raises(NotInOrganization):
            act(world, drafts_and_raises, NotInOrganization())
        assert world.state is before
        assert not world.events

    def test_assigns_nothing_when_it_fails(self, world: World) -> None:
        """A failure of the emulator's own changes nothing either, and the world goes on."""
        before = world.state
        with pytest.raises(ZeroDivisionError):
            act(world, drafts_and_raises, ZeroDivisionError())
        assert world.state is before
        act(world, organization.create_organization, FeatureSet.ALL)

    def test_that_only_reads_leaves_the_same_object(self, world: World) -> None:
        """Reading is no change."""
        act(world, organization.create_organization, FeatureSet.ALL)
        before = world.state
        act(world, organization.describe_organization)
        assert world.state is before

    def test_reads_the_time_once(self) -> None:
        """An operation has one now, though the clock runs."""
        world = World()
        with world.transaction(root_of(MANAGEMENT)) as tx:
            now = tx.now
            world.clock.advance(timedelta(days=1))
            assert tx.now is now
        with world.transaction(root_of(MANAGEMENT)) as later:
            assert later.now - now >= timedelta(days=1)

    def test_takes_serials_in_order(self, world: World) -> None:
        """Serials count what is made, and go on in the next transaction."""
        taken = []
        for _ in range(2):
            with world.transaction(root_of(MANAGEMENT)) as tx:
                taken += [tx.serial(), tx.serial()]
        assert taken == [1, 2, 3, 4]

    def test_drops_what_is_not_there(self, world: World) -> None:
        """Dropping a record that is not kept is no error."""
        with world.transaction(root_of(MANAGEMENT)) as tx:
            tx.put(ACCOUNT)
            tx.drop(ACCOUNT)
            tx.drop(ACCOUNT)
        assert MANAGEMENT not in world.state.accounts

    def test_comes_one_after_the_other(self, world: World) -> None:
        """Threads take turns: no serial is given twice, none is lost."""

        def take(_: int) -> int:
            with world.transaction(root_of(MANAGEMENT)) as tx:
                return tx.serial()

        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(take, range(400)))
        assert sorted(taken) == list(range(1, 401))


class TestState:
    """A state is a value."""

    def test_does_not_change(self, world: World) -> None:
        """Neither the state nor a record in it can be assigned to."""
        act(world, organization.create_organization, FeatureSet.ALL)
        with pytest.raises(FrozenInstanceError):
            world.state.serial = 0  # type: ignore[misc] # It is frozen.
        with pytest.raises(FrozenInstanceError):
            world.state.memberships[MANAGEMENT].serial = 0  # type: ignore[misc] # So is this.

    def test_is_a_snapshot(self, world: World) -> None:
        """Keeping a reference is a snapshot, and assigning it restores."""
        act(world, organization.create_organization, FeatureSet.ALL)
        snapshot = world.state
        act(world, organization.delete_organization)
        assert not world.state.organizations
        world.state = snapshot
        assert act(world, organization.describe_organization).management_account_id == MANAGEMENT

    def test_is_a_fork(self) -> None:
        """Two worlds that begin with one state go their own ways."""
        world = world_with_organization()
        fork = World(clock=world.clock, state=world.state)
        act(fork, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        assert STANDALONE in fork.state.memberships
        assert STANDALONE not in world.state.memberships

    def test_is_equal_after_an_equal_history(self) -> None:
        """Equal seeds and equal calls at equal times give equal states, ids included."""
        one, other = world_with_organization(), world_with_organization()
        assert one.state is not other.state
        assert one.state == other.state

    def test_is_different_with_another_seed(self) -> None:
        """Another seed gives other ids."""
        worlds = [World(clock=Clock(frozen_at=NOW), state=State(seed=seed)) for seed in ("a", "b")]
        first, second = [act(world, organization.create_organization, FeatureSet.ALL).id for world in worlds]
        assert first != second


class TestReset:
    """Beginning again."""

    def test_empties_a_world(self) -> None:
        """Nothing is left but the seed; the same calls give the same ids again."""
        world = world_with_organization()
        before = world.state
        world.reset()
        assert world.state == State(seed="state")
        assert not world.events
        act(world, organization.create_organization, FeatureSet.ALL)
        assert world.state == before


class TestEvents:
    """What is told of a world."""

    def test_are_told_once_the_transaction_is_through(self, world: World) -> None:
        """Events come in the order in which things happened, each at its instant."""
        act(world, organization.create_organization, FeatureSet.ALL)
        assert isinstance(world.events[0], OrganizationCreated)
        assert {event.at for event in world.events} == {NOW}

    def test_are_bounded(self, world: World) -> None:
        """However long a world lives, the oldest events give way."""
        assert world.events.maxlen == 10_000
