"""IAM users: names, tags, and the obstacles to their deletion."""

from collections.abc import Callable
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    IdentityQuota,
    InvalidTagKeys,
    QuotaExceeded,
    TagRule,
    UserNameRequired,
)
from artifact_state.events import IdentityChanged
from artifact_state.iam import access_keys, attached_policies, groups, inline_policies, logins, users
from artifact_state.model import Caller, CallerKind
from artifact_state.model.identities import User
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, set_iam_quotas, world_with_organization
from tests.support.identities import ADMINISTRATOR_ACCESS, ALLOW_ALL, by_name


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has a user."""
    world = world_with_organization()
    act(world, users.create_user, "Alice", path="/team/", tags=[("k", "v")])
    return world


def user(world: World, name: str = "Alice") -> User:
    """Return a user of the management account."""
    return users.user_of(world.state, MANAGEMENT, name)


def names(world: World, **named: str) -> list[str]:
    """Return the names of the management account's users."""
    return [user.name for user in users.users_of(world.state, MANAGEMENT, **named)]


class TestCreateUser:
    """create_user."""

    def test_new_user_has_id_and_event(self, world: World) -> None:
        """A new user has an id of its kind, and its creation is an event."""
        assert user(world).id.startswith("AIDA")
        assert len(user(world).id) == 21
        assert isinstance(world.events[-1], IdentityChanged)

    @pytest.mark.parametrize("name", ["Alice", "ALICE"])
    def test_name_in_use_is_refused_in_any_case(self, world: World, name: str) -> None:
        """A user name is unique in its account, regardless of case."""
        with expect_refusal(world, EntityNameTaken):
            act(world, users.create_user, name)

    def test_accounts_have_separate_names(self, world: World) -> None:
        """Accounts have separate user names."""
        other = act(world, users.create_user, "Alice", account=STANDALONE)
        assert other.id != user(world).id
        assert names(world) == ["Alice"]

    def test_user_beyond_quota_is_refused(self, world: World) -> None:
        """The number of users in an account is limited."""
        set_iam_quotas(world, UsersPerAccount=2)
        act(world, users.create_user, "Bob")
        with expect_refusal(world, QuotaExceeded):
            act(world, users.create_user, "Carol")

    @pytest.mark.parametrize(
        ("tags", "rule"),
        [
            ([("aws:k", "")], TagRule.RESERVED),
            ([("AWS:k", "")], TagRule.RESERVED),
            ([("k", "1"), ("K", "2")], TagRule.DUPLICATE),
        ],
    )
    def test_invalid_tag_keys_are_refused(self, world: World, tags: list[tuple[str, str]], rule: TagRule) -> None:
        """Reserved and duplicate tag keys are refused."""
        before = world.state
        with pytest.raises(InvalidTagKeys) as caught:
            act(world, users.create_user, "Bob", tags=tags)
        assert caught.value.reason is rule
        assert world.state is before


class TestUsersOf:
    """users_of."""

    def test_users_are_listed_by_name_below_path(self, world: World) -> None:
        """Users are listed by name, regardless of case, below a path and after a name."""
        for name in ("bob", "Carol", "adam"):
            act(world, users.create_user, name)
        assert names(world) == ["adam", "Alice", "bob", "Carol"]
        assert names(world, path_prefix="/team/") == ["Alice"]
        assert names(world, after="ALICE") == ["bob", "Carol"]


class TestUpdateUser:
    """update_user."""

    def test_renamed_user_keeps_id_tags_groups_and_keys(self, world: World) -> None:
        """A renamed user keeps its id, tags, groups and access keys."""
        act(world, groups.create_group, "Admins")
        act(world, groups.add_user, "Admins", "Alice")
        key = act(world, access_keys.create_access_key, "Alice")
        before = user(world)
        act(world, users.update_user, "alice", new_name="Zoe", new_path="/other/")
        after = user(world, "Zoe")
        assert (after.id, after.tags, after.groups, after.path) == (before.id, before.tags, ("admins",), "/other/")
        assert world.state.access_keys[key.id].user_name == "Zoe"
        assert names(world) == ["Zoe"]

    def test_case_of_name_can_change(self, world: World) -> None:
        """The case of a name can change."""
        act(world, users.update_user, "Alice", new_name="ALICE")
        assert names(world) == ["ALICE"]

    def test_rename_to_name_in_use_is_refused(self, world: World) -> None:
        """A user cannot take the name of another user."""
        act(world, users.create_user, "Bob")
        with expect_refusal(world, EntityNameTaken):
            act(world, users.update_user, "Alice", new_name="bob")


class TestTags:
    """tag_user and untag_user."""

    def test_tag_keys_are_case_insensitive(self, world: World) -> None:
        """A tag replaces the one whose key differs only in case."""
        act(world, users.tag_user, "Alice", [("K", "new"), ("other", "")])
        assert dict(user(world).tags) == {"K": "new", "other": ""}
        act(world, users.untag_user, "Alice", ["k", "nothing"])
        assert dict(user(world).tags) == {"other": ""}

    def test_tag_beyond_fifty_is_refused(self, world: World) -> None:
        """A user has 50 tags at most."""
        act(world, users.tag_user, "Alice", [(str(number), "") for number in range(49)])
        with expect_refusal(world, QuotaExceeded):
            act(world, users.tag_user, "Alice", [("more", "")])


# The rules, with their arguments, that create and remove each obstacle.
OBSTACLES: dict[DeletionObstacle, tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...]] = {
    DeletionObstacle.LOGIN: ((logins.create_login, ("Correct-Horse-1",)), (logins.delete_login, ("Alice",))),
    DeletionObstacle.INLINE_POLICIES: (
        (by_name(inline_policies.put_inline_policy), (Entity.USER, "Alice", "p", ALLOW_ALL)),
        (by_name(inline_policies.delete_inline_policy), (Entity.USER, "Alice", "p")),
    ),
    DeletionObstacle.ATTACHED_POLICIES: (
        (by_name(attached_policies.attach_policy), (Entity.USER, "Alice", ADMINISTRATOR_ACCESS)),
        (by_name(attached_policies.detach_policy), (Entity.USER, "Alice", ADMINISTRATOR_ACCESS)),
    ),
    DeletionObstacle.GROUP_MEMBERSHIP: (
        (groups.add_user, ("Admins", "Alice")),
        (groups.remove_user, ("Admins", "Alice")),
    ),
}


class TestDeleteUser:
    """delete_user."""

    @pytest.mark.parametrize("obstacle", OBSTACLES)
    def test_user_with_dependents_is_not_deleted(self, world: World, obstacle: DeletionObstacle) -> None:
        """A user is deleted only after its login, policies and group memberships are removed."""
        act(world, groups.create_group, "Admins")
        (create, create_arguments), (remove, remove_arguments) = OBSTACLES[obstacle]
        act(world, create, *create_arguments, **({"user_name": "Alice"} if obstacle is DeletionObstacle.LOGIN else {}))
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, users.delete_user, "Alice")
        assert caught.value.reason is obstacle
        assert world.state is before
        act(world, remove, *remove_arguments)
        act(world, users.delete_user, "Alice")
        assert names(world) == []

    def test_user_with_access_key_is_not_deleted(self, world: World) -> None:
        """A user is deleted only after its access keys, active or not, are deleted."""
        key = act(world, access_keys.create_access_key, "Alice")
        act(world, access_keys.update_access_key, key.id, active=False, user_name="Alice")
        with expect_refusal(world, EntityInUse, DeletionObstacle.ACCESS_KEYS):
            act(world, users.delete_user, "Alice")
        act(world, access_keys.delete_access_key, key.id, user_name="Alice")
        act(world, users.delete_user, "Alice")

    @pytest.mark.parametrize(
        ("change", "arguments"),
        [
            (users.delete_user, ()),
            (users.update_user, ()),
            (users.tag_user, ([("k", "v")],)),
            (users.untag_user, (["k"],)),
        ],
    )
    def test_user_of_another_account_is_not_found(
        self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> None:
        """The users of other accounts are not found."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, change, "Alice", *arguments, account=STANDALONE)
        assert (caught.value.kind, caught.value.name) == (Entity.USER, "Alice")
        assert world.state is before


class TestResolveUserName:
    """resolve_user_name."""

    def resolve(self, world: World, kind: CallerKind, name: str | None) -> str | None:
        """Resolve a user name as a caller of some kind."""
        arn = f"arn:aws:iam::{MANAGEMENT}:user/team/Alice"
        caller = Caller(account_id=MANAGEMENT, arn=arn, user_id="AIDAEXAMPLE", kind=kind)
        with world.transaction(caller) as tx:
            return users.resolve_user_name(tx, name)

    def test_default_is_the_calling_user(self, world: World) -> None:
        """Without a name the calling user is returned, for a root user None; a name is returned as it is."""
        assert self.resolve(world, CallerKind.USER, None) == "Alice"
        assert self.resolve(world, CallerKind.ROOT, None) is None
        assert self.resolve(world, CallerKind.ROLE, "Bob") == "Bob"

    def test_role_session_needs_user_name(self, world: World) -> None:
        """The session of a role must name a user."""
        with expect_refusal(world, UserNameRequired):
            self.resolve(world, CallerKind.ROLE, None)


class TestQuotas:
    """IdentityQuota."""

    def test_every_quota_is_in_catalog(self) -> None:
        """Every quota has a number in the catalog."""
        assert all(catalog.quotas().iam[quota.value] > 0 for quota in IdentityQuota)
