import pytest

from artifact_state.clock import Clock
from artifact_state.model import FeatureSet, State
from artifact_state.organizations import organization
from artifact_state.world import World
from artifact_state.world_registry import WorldNotFound, InvalidName, WorldRegistry
from tests.support.domain import MANAGEMENT, NOW, act


@pytest.fixture
def worlds() -> WorldRegistry:
    """Give worlds of which the default one has an organization."""
    default = World(clock=Clock(frozen_at=NOW), state=State(seed="worlds"))
    act(default, organization.create_organization, FeatureSet.ALL)
    return WorldRegistry(default)


class TestGet:
    """A world on first use."""

    def test_is_empty_and_apart(self, worlds: WorldRegistry) -> None:
        """What happens in one world happens in no other."""
        mine, default = worlds.get("mine"), worlds.default.state
        assert mine.state == State(seed="worlds")
        act(mine, organization.create_organization, FeatureSet.ALL)
        assert len(mine.state.organizations) == 1
        assert worlds.default.state is default
        assert not worlds.get("yours").state.organizations

    def test_is_the_same_the_next_time(self, worlds: WorldRegistry) -> None:
        """A world stays until it is dropped."""
        assert worlds.get("mine") is worlds.get("mine")
        assert worlds.get("default") is worlds.default
        assert [world.name for world in worlds] == ["default", "mine"]

    def test_gives_equal_ids_to_equal_histories(self, worlds: WorldRegistry) -> None:
        """Each world begins with the default one's seed: a test sees the same ids in whichever world it runs."""
        for name in ("one", "two"):
            act(worlds.get(name), organization.create_organization, FeatureSet.ALL)
        assert worlds.get("one").state.organizations.keys() == worlds.get("two").state.organizations.keys()

    @pytest.mark.parametrize("name", ["", ".", "-a", "a/b", "a b", "ä", "a" * 129, "a\n"])
    def test_by_what_is_no_name(self, worlds: WorldRegistry, name: str) -> None:
        """What is no name makes no world."""
        with pytest.raises(InvalidName):
            worlds.get(name)
        with pytest.raises(InvalidName):
            worlds.create(name)
        assert len(list(worlds)) == 1


class TestMake:
    """Worlds made anew."""

    def test_by_fork(self, worlds: WorldRegistry) -> None:
        """A fork begins with the same state, the very same, and goes its own way."""
        fork = worlds.create("fork", fork="default")
        assert fork.state is worlds.default.state
        assert list(fork.events) == list(worlds.default.events)
        assert fork.clock.now() == NOW
        act(fork, organization.delete_organization)
        assert not fork.state.organizations
        assert worlds.default.state.organizations
        assert len(fork.events) > len(worlds.default.events)

    def test_has_a_clock_of_its_own(self, worlds: WorldRegistry) -> None:
        """Turning a fork's clock turns no other."""
        worlds.create("fork", fork="default").clock.resume()
        assert worlds.default.clock.now() == NOW

    def test_in_place_of_another(self, worlds: WorldRegistry) -> None:
        """A world of that name is gone."""
        act(worlds.get("mine"), organization.create_organization, FeatureSet.ALL)
        assert not worlds.create("mine").state.organizations

    def test_default_by_fork(self, worlds: WorldRegistry) -> None:
        """The default world becomes another's like, and is the same world still."""
        before = worlds.default
        act(worlds.get("mine"), organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        assert worlds.create("default", fork="mine") is before
        assert before.state is worlds.get("mine").state

    def test_of_nothing(self, worlds: WorldRegistry) -> None:
        """There is no fork of a world that is not there, and looking for it makes none."""
        with pytest.raises(WorldNotFound):
            worlds.create("fork", fork="nowhere")
        assert len(list(worlds)) == 1


class TestBegin:
    """Worlds that begin as another one is."""

    @pytest.mark.parametrize("name", ["default", "mine"])
    def test_resets_lead_back(self, worlds: WorldRegistry, name: str) -> None:
        """The world is as the other one, and is so again after a reset; the other one goes on by itself."""
        act(worlds.get("model"), organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        origin = worlds.create("origin", fork="model")
        begun = worlds.create_from(name, origin)
        assert begun is worlds.get(name)
        assert begun.name == name
        act(begun, organization.delete_organization)
        assert origin.state.organizations
        begun.reset()
        assert begun.state is origin.state

    def test_no_name(self, worlds: WorldRegistry) -> None:
        """A world whose name is none does not come to be."""
        with pytest.raises(InvalidName):
            worlds.create_from("-", worlds.get("mine"))
        assert len(list(worlds)) == 2


class TestDrop:
    """Worlds that are not needed any more."""

    def test_forgets_it(self, worlds: WorldRegistry) -> None:
        """A dropped world begins empty if it is used again."""
        act(worlds.get("mine"), organization.create_organization, FeatureSet.ALL)
        worlds.delete("mine")
        assert not worlds.get("mine").state.organizations

    def test_of_the_default_one(self, worlds: WorldRegistry) -> None:
        """The default world stays, and begins again."""
        worlds.delete("default")
        assert worlds.default.state.seed == "worlds"
        assert not worlds.default.events

    def test_of_nothing(self, worlds: WorldRegistry) -> None:
        """What is not there cannot be dropped."""
        with pytest.raises(WorldNotFound):
            worlds.delete("nowhere")


class TestReset:
    """A world that begins again."""

    def test_of_a_fork(self, worlds: WorldRegistry) -> None:
        """A fork begins again as what it was forked from."""
        fork = worlds.create("fork", fork="default")
        act(fork, organization.delete_organization)
        fork.reset()
        assert fork.state is worlds.default.state
        assert MANAGEMENT in fork.state.memberships
