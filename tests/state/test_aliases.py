"""Account aliases."""

import pytest

from artifact_state.errors import EntityNameTaken, EntityNotFound
from artifact_state.iam import aliases
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, world_with_organization


@pytest.fixture
def world() -> World:
    """Give a world in which an account has an alias."""
    world = world_with_organization()
    act(world, aliases.create_alias, "example")
    return world


class TestAliases:
    """create_alias and delete_alias."""

    @pytest.mark.parametrize("account", [MANAGEMENT, STANDALONE])
    def test_are_no_twos(self, world: World, account: str) -> None:
        """No two accounts have the same alias."""
        with expect_refusal(world, EntityNameTaken):
            act(world, aliases.create_alias, "example", account=account)

    def test_there_is_one(self, world: World) -> None:
        """A new alias takes the place of the old one, which is free for others then."""
        act(world, aliases.create_alias, "better")
        assert aliases.alias_of(world.state, MANAGEMENT) == "better"
        act(world, aliases.create_alias, "example", account=STANDALONE)
        assert aliases.account_with_alias(world.state, "example") == STANDALONE

    def test_are_deleted(self, world: World) -> None:
        """Only by their account, and once."""
        with expect_refusal(world, EntityNotFound):
            act(world, aliases.delete_alias, "example", account=STANDALONE)
        act(world, aliases.delete_alias, "example")
        assert aliases.account_with_alias(world.state, "example") is None
        with expect_refusal(world, EntityNotFound):
            act(world, aliases.delete_alias, "example")
