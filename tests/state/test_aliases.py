"""Account aliases."""

import pytest

from artifact_state.errors import EntityNameTaken, EntityNotFound
from artifact_state.iam import aliases
from artifact_state.world import World
from tests.state.acting import MANAGEMENT, STRANGER, a_world, act, refused


@pytest.fixture
def world() -> World:
    """Give a world in which an account has an alias."""
    world = a_world()
    act(world, aliases.create_alias, "example")
    return world


class TestAliases:
    """create_alias and delete_alias."""

    @pytest.mark.parametrize("account", [MANAGEMENT, STRANGER])
    def test_are_no_twos(self, world: World, account: str) -> None:
        """No two accounts have the same alias."""
        with refused(world, EntityNameTaken):
            act(world, aliases.create_alias, "example", account=account)

    def test_there_is_one(self, world: World) -> None:
        """A new alias takes the place of the old one, which is free for others then."""
        act(world, aliases.create_alias, "better")
        assert aliases.alias_of(world.state, MANAGEMENT) == "better"
        act(world, aliases.create_alias, "example", account=STRANGER)
        assert aliases.account_named(world.state, "example") == STRANGER

    def test_are_deleted(self, world: World) -> None:
        """Only by their account, and once."""
        with refused(world, EntityNotFound):
            act(world, aliases.delete_alias, "example", account=STRANGER)
        act(world, aliases.delete_alias, "example")
        assert aliases.account_named(world.state, "example") is None
        with refused(world, EntityNotFound):
            act(world, aliases.delete_alias, "example")
