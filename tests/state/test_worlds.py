"""The registry of worlds."""

import pytest

from artifact_state.clock import Clock
from artifact_state.model import FeatureSet, State
from artifact_state.organizations import organization
from artifact_state.world import World
from artifact_state.world_registry import InvalidName, SnapshotNotFound, WorldNotFound, WorldRegistry
from tests.support.domain import MANAGEMENT, NOW, act


@pytest.fixture
def worlds() -> WorldRegistry:
    """Return a registry whose default world has an organization."""
    default = World(clock=Clock(frozen_at=NOW), state=State(seed="worlds"))
    act(default, organization.create_organization, FeatureSet.ALL)
    return WorldRegistry(default)


class TestGet:
    """WorldRegistry.get."""

    def test_new_world_is_empty_and_isolated(self, worlds: WorldRegistry) -> None:
        """A change of one world changes no other."""
        mine, default = worlds.get("mine"), worlds.default.state
        assert mine.state == State(seed="worlds")
        act(mine, organization.create_organization, FeatureSet.ALL)
        assert len(mine.state.organizations) == 1
        assert worlds.default.state is default
        assert not worlds.get("yours").state.organizations

    def test_world_exists_until_it_is_deleted(self, worlds: WorldRegistry) -> None:
        """The same name returns the same world."""
        assert worlds.get("mine") is worlds.get("mine")
        assert worlds.get("default") is worlds.default
        assert [world.name for world in worlds] == ["default", "mine"]

    def test_equal_histories_give_equal_ids_in_all_worlds(self, worlds: WorldRegistry) -> None:
        """Every world has the seed of the default world, so a test sees the same ids in any of them."""
        for name in ("one", "two"):
            act(worlds.get(name), organization.create_organization, FeatureSet.ALL)
        assert worlds.get("one").state.organizations.keys() == worlds.get("two").state.organizations.keys()

    @pytest.mark.parametrize("name", ["", ".", "-a", "a/b", "a b", "ä", "a" * 129, "a\n"])
    def test_invalid_name_creates_no_world(self, worlds: WorldRegistry, name: str) -> None:
        """An invalid name is refused."""
        with pytest.raises(InvalidName):
            worlds.get(name)
        with pytest.raises(InvalidName):
            worlds.create(name)
        assert len(list(worlds)) == 1


class TestCreate:
    """WorldRegistry.create."""

    def test_fork_shares_the_state_and_is_independent(self, worlds: WorldRegistry) -> None:
        """A fork starts with the same state object, and a change of it does not change the original."""
        fork = worlds.create("fork", fork="default")
        assert fork.state is worlds.default.state
        assert list(fork.events) == list(worlds.default.events)
        assert fork.clock.now() == NOW
        act(fork, organization.delete_organization)
        assert not fork.state.organizations
        assert worlds.default.state.organizations
        assert len(fork.events) > len(worlds.default.events)

    def test_fork_has_its_own_clock(self, worlds: WorldRegistry) -> None:
        """Changing the clock of a fork does not change the original's."""
        worlds.create("fork", fork="default").clock.resume()
        assert worlds.default.clock.now() == NOW

    def test_world_of_the_same_name_is_replaced(self, worlds: WorldRegistry) -> None:
        """Creating a world discards the contents of the world that has its name."""
        act(worlds.get("mine"), organization.create_organization, FeatureSet.ALL)
        assert not worlds.create("mine").state.organizations

    def test_default_world_can_become_a_fork(self, worlds: WorldRegistry) -> None:
        """The default world takes over the contents of another and remains the same object."""
        before = worlds.default
        act(worlds.get("mine"), organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        assert worlds.create("default", fork="mine") is before
        assert before.state is worlds.get("mine").state

    def test_fork_of_a_missing_world_is_refused(self, worlds: WorldRegistry) -> None:
        """Forking a world that does not exist creates none."""
        with pytest.raises(WorldNotFound):
            worlds.create("fork", fork="nowhere")
        assert len(list(worlds)) == 1


class TestCreateFrom:
    """WorldRegistry.create_from."""

    @pytest.mark.parametrize("name", ["default", "mine"])
    def test_reset_returns_to_the_origin(self, worlds: WorldRegistry, name: str) -> None:
        """The world has the contents of its origin, also after a reset, and the origin does not change."""
        act(worlds.get("model"), organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        origin = worlds.create("origin", fork="model")
        world = worlds.create_from(name, origin)
        assert world is worlds.get(name)
        assert world.name == name
        act(world, organization.delete_organization)
        assert origin.state.organizations
        world.reset()
        assert world.state is origin.state

    def test_invalid_name_is_refused(self, worlds: WorldRegistry) -> None:
        """An invalid name creates no world."""
        with pytest.raises(InvalidName):
            worlds.create_from("-", worlds.get("mine"))
        assert len(list(worlds)) == 2


class TestDelete:
    """WorldRegistry.delete."""

    def test_deleted_world_is_empty_when_used_again(self, worlds: WorldRegistry) -> None:
        """A deleted world is created anew on its next use, without its snapshots."""
        act(worlds.get("mine"), organization.create_organization, FeatureSet.ALL)
        worlds.save_snapshot("mine", "before")
        worlds.delete("mine")
        assert not worlds.get("mine").state.organizations
        assert worlds.snapshot_names("mine") == []

    def test_default_world_is_reset_instead(self, worlds: WorldRegistry) -> None:
        """The default world cannot be deleted; it is reset."""
        worlds.delete("default")
        assert worlds.default.state.seed == "worlds"
        assert not worlds.default.events

    def test_deleting_a_missing_world_is_refused(self, worlds: WorldRegistry) -> None:
        """A world that does not exist cannot be deleted."""
        with pytest.raises(WorldNotFound):
            worlds.delete("nowhere")


class TestReset:
    """Resetting a world of the registry."""

    def test_reset_fork_returns_to_the_forked_state(self, worlds: WorldRegistry) -> None:
        """A fork is reset to the state from which it was forked."""
        fork = worlds.create("fork", fork="default")
        act(fork, organization.delete_organization)
        fork.reset()
        assert fork.state is worlds.default.state
        assert MANAGEMENT in fork.state.memberships


class TestSnapshots:
    """The snapshots of a world."""

    def test_restored_world_has_the_saved_state(self, worlds: WorldRegistry) -> None:
        """A snapshot is independent of later changes, and restoring it can be repeated."""
        before = worlds.default.state
        worlds.save_snapshot("default", "before")
        for _ in range(2):
            act(worlds.default, organization.delete_organization)
            worlds.restore_snapshot("default", "before")
            assert worlds.default.state is before
        assert worlds.find_snapshot("default", "before").state is before

    def test_saving_again_replaces_the_snapshot_and_moves_it_last(self, worlds: WorldRegistry) -> None:
        """Snapshots are listed in the order in which they were saved."""
        for name in ("one", "two", "one"):
            worlds.save_snapshot("default", name)
        assert worlds.snapshot_names("default") == ["two", "one"]
        worlds.delete_snapshot("default", "two")
        assert worlds.snapshot_names("default") == ["one"]

    def test_missing_worlds_and_snapshots_are_refused(self, worlds: WorldRegistry) -> None:
        """A snapshot can be neither saved nor found where its world or itself does not exist."""
        with pytest.raises(WorldNotFound):
            worlds.save_snapshot("nowhere", "before")
        with pytest.raises(InvalidName):
            worlds.save_snapshot("default", "not/valid")
        for method in (worlds.find_snapshot, worlds.restore_snapshot, worlds.delete_snapshot):
            with pytest.raises(SnapshotNotFound):
                method("default", "nothing")
