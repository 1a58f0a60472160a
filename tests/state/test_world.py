"""Worlds and transactions: a refused operation changes nothing, by construction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from artifact_state.clock import Clock
from artifact_state.errors import NotInOrganization
from artifact_state.events import OrganizationCreated
from artifact_state.model import Account, FeatureSet, State
from artifact_state.organizations import organization
from artifact_state.principals import root_user
from artifact_state.world import Transaction, World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, world_with_organization

ACCOUNT = Account(id=MANAGEMENT, name="Name", email="name@example.com")


@pytest.fixture
def world() -> World:
    """Return an empty world with a frozen clock."""
    return World(clock=Clock(frozen_at=NOW), state=State(seed="state"))


def change_and_raise(tx: Transaction, error: Exception) -> None:
    """Change the draft, and raise an error."""
    tx.put(ACCOUNT)
    tx.serial()
    tx.record(OrganizationCreated(at=tx.now, organization_id="o", management_account_id=MANAGEMENT))
    raise error


class TestTransaction:
    """Transaction."""

    def test_draft_is_committed_at_the_end(self, world: World) -> None:
        """Changes are visible to others only after the block."""
        before = world.state
        with world.transaction(root_user(MANAGEMENT)) as tx:
            tx.put(ACCOUNT)
            assert tx.state.accounts[MANAGEMENT] == ACCOUNT
            assert world.state is before
        assert world.state.accounts[MANAGEMENT] == ACCOUNT
        assert MANAGEMENT not in before.accounts

    def test_refusal_discards_the_draft(self, world: World) -> None:
        """After a refusal the state is the same object, and no event is recorded."""
        before = world.state
        with pytest.raises(NotInOrganization):
            act(world, change_and_raise, NotInOrganization())
        assert world.state is before
        assert not world.events

    def test_internal_error_discards_the_draft(self, world: World) -> None:
        """An error of the emulator itself changes nothing, and the world remains usable."""
        before = world.state
        with pytest.raises(ZeroDivisionError):
            act(world, change_and_raise, ZeroDivisionError())
        assert world.state is before
        act(world, organization.create_organization, FeatureSet.ALL)

    def test_reading_keeps_the_same_state_object(self, world: World) -> None:
        """A transaction that changes nothing commits the same object."""
        act(world, organization.create_organization, FeatureSet.ALL)
        before = world.state
        act(world, organization.describe_organization)
        assert world.state is before

    def test_time_is_read_once(self) -> None:
        """A transaction has one instant as `now`, even if the clock runs."""
        world = World()
        with world.transaction(root_user(MANAGEMENT)) as tx:
            now = tx.now
            world.clock.advance(timedelta(days=1))
            assert tx.now is now
        with world.transaction(root_user(MANAGEMENT)) as later:
            assert later.now - now >= timedelta(days=1)

    def test_serials_are_consecutive(self, world: World) -> None:
        """Serials continue in the next transaction."""
        serials = []
        for _ in range(2):
            with world.transaction(root_user(MANAGEMENT)) as tx:
                serials += [tx.serial(), tx.serial()]
        assert serials == [1, 2, 3, 4]

    def test_dropping_a_missing_record_is_not_an_error(self, world: World) -> None:
        """A record can be dropped twice."""
        with world.transaction(root_user(MANAGEMENT)) as tx:
            tx.put(ACCOUNT)
            tx.drop(ACCOUNT)
            tx.drop(ACCOUNT)
        assert MANAGEMENT not in world.state.accounts

    def test_transactions_of_threads_are_serialized(self, world: World) -> None:
        """No serial is issued twice, and none is lost."""

        def take_serial(_: int) -> int:
            with world.transaction(root_user(MANAGEMENT)) as tx:
                return tx.serial()

        with ThreadPoolExecutor(8) as threads:
            serials = list(threads.map(take_serial, range(400)))
        assert sorted(serials) == list(range(1, 401))


class TestState:
    """State."""

    def test_state_and_records_are_immutable(self, world: World) -> None:
        """Neither the state nor its records can be assigned to."""
        act(world, organization.create_organization, FeatureSet.ALL)
        with pytest.raises(AttributeError, match="immutable"):
            world.state.serial = 0  # type: ignore[misc] # The assignment must fail.
        with pytest.raises(AttributeError, match="immutable"):
            world.state.memberships[MANAGEMENT].serial = 0  # type: ignore[misc] # The assignment must fail.

    def test_reference_to_a_state_is_a_snapshot(self, world: World) -> None:
        """Assigning an earlier state restores it."""
        act(world, organization.create_organization, FeatureSet.ALL)
        snapshot = world.state
        act(world, organization.delete_organization)
        assert not world.state.organizations
        world.state = snapshot
        assert act(world, organization.describe_organization).management_account_id == MANAGEMENT

    def test_worlds_with_the_same_state_are_independent(self) -> None:
        """A change of a fork does not change the original."""
        world = world_with_organization()
        fork = World(clock=world.clock, state=world.state)
        act(fork, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        assert STANDALONE in fork.state.memberships
        assert STANDALONE not in world.state.memberships

    def test_equal_histories_give_equal_states(self) -> None:
        """Equal calls at equal times from equal seeds give equal states, including their ids."""
        first, second = world_with_organization(), world_with_organization()
        assert first.state is not second.state
        assert first.state == second.state

    def test_another_seed_gives_other_ids(self) -> None:
        """Ids depend on the seed."""
        worlds = [World(clock=Clock(frozen_at=NOW), state=State(seed=seed)) for seed in ("a", "b")]
        first, second = [act(world, organization.create_organization, FeatureSet.ALL).id for world in worlds]
        assert first != second


class TestReset:
    """World.reset."""

    def test_reset_world_is_empty_and_repeats_its_ids(self) -> None:
        """Only the seed remains, and equal calls give equal ids again."""
        world = world_with_organization()
        before = world.state
        world.reset()
        assert world.state == State(seed="state")
        assert not world.events
        act(world, organization.create_organization, FeatureSet.ALL)
        assert world.state == before


class TestReplaceWith:
    """World.replace_with, and the names of the first version."""

    def test_reset_returns_to_the_replaced_contents(self, world: World) -> None:
        """The world takes over the contents of another, and returns to them after a reset."""
        other = world_with_organization()
        world.replace_with(other)
        assert world.state is other.state
        act(world, organization.delete_organization)
        world.reset()
        assert world.state is other.state

    def test_former_names_warn(self) -> None:
        """The names of the first version still work, and name the new ones."""
        world, other = World(), World()
        with pytest.warns(DeprecationWarning, match="replace_with"):
            world.become(other)
        with pytest.warns(DeprecationWarning, match="locked"), world.still():
            assert world.is_locked


class TestEvents:
    """World.events."""

    def test_events_are_recorded_on_commit(self, world: World) -> None:
        """Events have the order of the changes, and the instant of their transaction."""
        act(world, organization.create_organization, FeatureSet.ALL)
        assert isinstance(world.events[0], OrganizationCreated)
        assert {event.at for event in world.events} == {NOW}

    def test_number_of_events_is_limited(self, world: World) -> None:
        """The oldest events are dropped, so that a long-lived world does not grow."""
        assert world.events.maxlen == 10_000
