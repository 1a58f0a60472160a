"""Access keys: two for each user, whom they stand for, and how they end."""

import pytest

from artifact_state.errors import EntityNotFound, NotOwned, QuotaExceeded
from artifact_state.iam import access_keys, users
from artifact_state.model import CallerKind
from artifact_state.model.identities import AccessKey
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, world_with_organization


@pytest.fixture
def world() -> World:
    """Give a world with a user."""
    world = world_with_organization()
    act(world, users.create_user, "Alice", path="/team/")
    return world


def keys(world: World, name: str | None = "Alice") -> list[AccessKey]:
    """Give the access keys of a user, of the root user without a name."""
    return act(world, lambda tx: list(access_keys.access_keys_of(tx, name)))


class TestCreateAccessKey:
    """create_access_key."""

    def test_encodes_the_account(self, world: World) -> None:
        """Twenty characters, of which tools read the account; the secret has forty."""
        key = act(world, access_keys.create_access_key, "Alice")
        assert key.id.startswith("AKIA")
        assert (len(key.id), len(key.secret)) == (20, 40)

    def test_two_for_each(self, world: World) -> None:
        """The third is over the quota; the root user's are counted for himself."""
        made = [act(world, access_keys.create_access_key, "Alice") for _ in range(2)]
        with expect_refusal(world, QuotaExceeded):
            act(world, access_keys.create_access_key, "alice")
        assert keys(world) == made
        root = act(world, access_keys.create_access_key)
        assert (root.user_name, keys(world, None)) == (None, [root])

    def test_for_nobody(self, world: World) -> None:
        """A user who is not there gets none."""
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.create_access_key, "Bob")


class TestLife:
    """update_access_key and delete_access_key."""

    def test_is_switched_off_and_on(self, world: World) -> None:
        """It stays, switched off, and is good again when it is switched on."""
        key = act(world, access_keys.create_access_key, "Alice")
        act(world, access_keys.update_access_key, key.id, active=False, user_name="Alice")
        assert [one.active for one in keys(world)] == [False]
        act(world, access_keys.update_access_key, key.id, active=True, user_name="Alice")
        assert keys(world) == [key]

    def test_is_deleted_for_ever(self, world: World) -> None:
        """It is not listed, and there is room for another; what is left of it is no good."""
        key = act(world, access_keys.create_access_key, "Alice")
        act(world, access_keys.delete_access_key, key.id, user_name="Alice")
        assert keys(world) == []
        assert not world.state.access_keys[key.id].active
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.delete_access_key, key.id, user_name="Alice")

    @pytest.mark.parametrize("name", [None, "Bob"])
    def test_of_another_user(self, world: World, name: str | None) -> None:
        """A key is changed in the name of its own user only."""
        act(world, users.create_user, "Bob")
        key = act(world, access_keys.create_access_key, "Alice")
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.update_access_key, key.id, active=False, user_name=name)


class TestAccessKeyAt:
    """access_key_at."""

    def test_in_the_account(self, world: World) -> None:
        """A key of the caller's account is told; another's and a deleted one are not."""
        key = act(world, access_keys.create_access_key, "Alice")
        assert act(world, access_keys.access_key_by_id, key.id) == key
        with expect_refusal(world, NotOwned):
            act(world, access_keys.access_key_by_id, key.id, account=STANDALONE)
        act(world, access_keys.delete_access_key, key.id, user_name="Alice")
        with expect_refusal(world, NotOwned):
            act(world, access_keys.access_key_by_id, key.id)


class TestPrincipalOf:
    """principal_of."""

    def test_a_user(self, world: World) -> None:
        """He calls under his ARN, path included, and his own id."""
        key = act(world, access_keys.create_access_key, "Alice")
        caller = access_keys.principal_of(world.state, key, partition="aws-cn", region="cn-north-1")
        user = users.user_of(world.state, MANAGEMENT, "Alice")
        assert (caller.arn, caller.user_id) == (f"arn:aws-cn:iam::{MANAGEMENT}:user/team/Alice", user.id)
        assert (caller.kind, caller.access_key_id, caller.region) == (CallerKind.USER, key.id, "cn-north-1")

    def test_the_root_user(self, world: World) -> None:
        """A key of the root user is his."""
        key = act(world, access_keys.create_access_key)
        caller = access_keys.principal_of(world.state, key, partition="aws", region="us-east-1")
        assert caller == root_user(MANAGEMENT, access_key_id=key.id)
