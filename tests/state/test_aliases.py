"""Account aliases."""

import pytest

from artifact_state.errors import EntityNameTaken, EntityNotFound
from artifact_state.iam import aliases
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, world_with_organization


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has an alias."""
    world = world_with_organization()
    act(world, aliases.create_alias, "example")
    return world


class TestAliases:
    """create_alias and delete_alias."""

    @pytest.mark.parametrize("account", [MANAGEMENT, STANDALONE])
    def test_alias_in_use_is_refused(self, world: World, account: str) -> None:
        """Two accounts cannot have the same alias."""
        with expect_refusal(world, EntityNameTaken):
            act(world, aliases.create_alias, "example", account=account)

    def test_new_alias_replaces_and_frees_the_old_one(self, world: World) -> None:
        """A new alias replaces the old one, which other accounts can then use."""
        act(world, aliases.create_alias, "better")
        assert aliases.alias_of(world.state, MANAGEMENT) == "better"
        act(world, aliases.create_alias, "example", account=STANDALONE)
        assert aliases.account_with_alias(world.state, "example") == STANDALONE

    def test_alias_is_deleted_by_its_account_once(self, world: World) -> None:
        """Only the account of an alias can delete it, and only once."""
        with expect_refusal(world, EntityNotFound):
            act(world, aliases.delete_alias, "example", account=STANDALONE)
        act(world, aliases.delete_alias, "example")
        assert aliases.account_with_alias(world.state, "example") is None
        with expect_refusal(world, EntityNotFound):
            act(world, aliases.delete_alias, "example")
