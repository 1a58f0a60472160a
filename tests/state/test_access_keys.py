"""Access keys: creation, activation, deletion, and the principal of a key."""

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
    """Return a world in which the management account has a user, Alice."""
    world = world_with_organization()
    act(world, users.create_user, "Alice", path="/team/")
    return world


def keys(world: World, name: str | None = "Alice") -> list[AccessKey]:
    """Return the access keys of a user, or of the root user if the name is None."""
    return act(world, lambda tx: list(access_keys.access_keys_of(tx, name)))


class TestCreateAccessKey:
    """create_access_key."""

    def test_new_key_has_the_length_of_aws_keys(self, world: World) -> None:
        """An access key id has 20 characters, the secret 40."""
        key = act(world, access_keys.create_access_key, "Alice")
        assert key.id.startswith("AKIA")
        assert (len(key.id), len(key.secret)) == (20, 40)

    def test_user_and_root_user_have_separate_quotas(self, world: World) -> None:
        """A third key of a user exceeds the quota; the root user's keys do not count."""
        created = [act(world, access_keys.create_access_key, "Alice") for _ in range(2)]
        with expect_refusal(world, QuotaExceeded):
            act(world, access_keys.create_access_key, "alice")
        assert keys(world) == created
        root = act(world, access_keys.create_access_key)
        assert (root.user_name, keys(world, None)) == (None, [root])

    def test_key_of_unknown_user_is_refused(self, world: World) -> None:
        """A key cannot be created for a user that does not exist."""
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.create_access_key, "Bob")


class TestUpdateAndDelete:
    """update_access_key and delete_access_key."""

    def test_key_is_deactivated_and_activated(self, world: World) -> None:
        """A deactivated key stays in the list and can be activated again."""
        key = act(world, access_keys.create_access_key, "Alice")
        act(world, access_keys.update_access_key, key.id, active=False, user_name="Alice")
        assert [key.active for key in keys(world)] == [False]
        act(world, access_keys.update_access_key, key.id, active=True, user_name="Alice")
        assert keys(world) == [key]

    def test_deleted_key_stays_inactive(self, world: World) -> None:
        """A deleted key is not listed and cannot be deleted again; its record stays inactive."""
        key = act(world, access_keys.create_access_key, "Alice")
        act(world, access_keys.delete_access_key, key.id, user_name="Alice")
        assert keys(world) == []
        assert not world.state.access_keys[key.id].active
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.delete_access_key, key.id, user_name="Alice")

    @pytest.mark.parametrize("name", [None, "Bob"])
    def test_key_of_another_user_is_not_found(self, world: World, name: str | None) -> None:
        """A key can only be changed under the name of its user."""
        act(world, users.create_user, "Bob")
        key = act(world, access_keys.create_access_key, "Alice")
        with expect_refusal(world, EntityNotFound):
            act(world, access_keys.update_access_key, key.id, active=False, user_name=name)


class TestAccessKeyById:
    """access_key_by_id."""

    def test_key_is_found_in_its_own_account_until_deleted(self, world: World) -> None:
        """A key is found by its own account and refused to other accounts and after its deletion."""
        key = act(world, access_keys.create_access_key, "Alice")
        assert act(world, access_keys.access_key_by_id, key.id) == key
        with expect_refusal(world, NotOwned):
            act(world, access_keys.access_key_by_id, key.id, account=STANDALONE)
        act(world, access_keys.delete_access_key, key.id, user_name="Alice")
        with expect_refusal(world, NotOwned):
            act(world, access_keys.access_key_by_id, key.id)


class TestPrincipalOf:
    """principal_of."""

    def test_principal_of_user_key_is_the_user(self, world: World) -> None:
        """The principal of a user's key has the user's ARN, with its path, and the user's id."""
        key = act(world, access_keys.create_access_key, "Alice")
        caller = access_keys.principal_of(world.state, key, partition="aws-cn", region="cn-north-1")
        user = users.user_of(world.state, MANAGEMENT, "Alice")
        assert (caller.arn, caller.user_id) == (f"arn:aws-cn:iam::{MANAGEMENT}:user/team/Alice", user.id)
        assert (caller.kind, caller.access_key_id, caller.region) == (CallerKind.USER, key.id, "cn-north-1")

    def test_principal_of_root_key_is_the_root_user(self, world: World) -> None:
        """The principal of a root user's key is the root user."""
        key = act(world, access_keys.create_access_key)
        caller = access_keys.principal_of(world.state, key, partition="aws", region="us-east-1")
        assert caller == root_user(MANAGEMENT, access_key_id=key.id)
