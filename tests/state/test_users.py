"""IAM users: names, tags, and what keeps them from being deleted."""

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
    """Give a world with a user."""
    world = world_with_organization()
    act(world, users.create_user, "Alice", path="/team/", tags=[("k", "v")])
    return world


def the_user(world: World, name: str = "Alice") -> User:
    """Give a user of the management account."""
    return users.user_of(world.state, MANAGEMENT, name)


def names(world: World, **named: str) -> list[str]:
    """Name the users of the management account."""
    return [user.name for user in users.users_of(world.state, MANAGEMENT, **named)]


class TestCreateUser:
    """create_user."""

    def test_is_told(self, world: World) -> None:
        """A user has an id of his own kind, and his making is told."""
        assert the_user(world).id.startswith("AIDA")
        assert len(the_user(world).id) == 21
        assert isinstance(world.events[-1], IdentityChanged)

    @pytest.mark.parametrize("name", ["Alice", "ALICE"])
    def test_that_exists(self, world: World, name: str) -> None:
        """Names are kept apart without regard to case; the refusal tells the name that is there."""
        with expect_refusal(world, EntityNameTaken):
            act(world, users.create_user, name)

    def test_in_another_account(self, world: World) -> None:
        """Another account has names of its own."""
        made = act(world, users.create_user, "Alice", account=STANDALONE)
        assert made.id != the_user(world).id
        assert names(world) == ["Alice"]

    def test_beyond_the_quota(self, world: World) -> None:
        """An account has so many users and no more."""
        set_iam_quotas(world, UsersPerAccount=2)
        act(world, users.create_user, "Bob")
        with expect_refusal(world, QuotaExceeded):
            act(world, users.create_user, "Carol")

    @pytest.mark.parametrize(
        ("tags", "why"),
        [
            ([("aws:k", "")], TagRule.RESERVED),
            ([("AWS:k", "")], TagRule.RESERVED),
            ([("k", "1"), ("K", "2")], TagRule.DUPLICATE),
        ],
    )
    def test_with_keys_that_are_none(self, world: World, tags: list[tuple[str, str]], why: TagRule) -> None:
        """Keys of AWS are not an account's to set, and no two may be alike."""
        before = world.state
        with pytest.raises(InvalidTagKeys) as caught:
            act(world, users.create_user, "Bob", tags=tags)
        assert caught.value.reason is why
        assert world.state is before


class TestUsersOf:
    """users_of."""

    def test_by_name_below_a_path(self, world: World) -> None:
        """By name without regard to case, below a path, after a name."""
        for name in ("bob", "Carol", "adam"):
            act(world, users.create_user, name)
        assert names(world) == ["adam", "Alice", "bob", "Carol"]
        assert names(world, path_prefix="/team/") == ["Alice"]
        assert names(world, after="ALICE") == ["bob", "Carol"]


class TestUpdateUser:
    """update_user."""

    def test_stays_who_he_is(self, world: World) -> None:
        """Another name and path; id, tags, groups and keys are as before."""
        act(world, groups.create_group, "Admins")
        act(world, groups.add_user, "Admins", "Alice")
        key = act(world, access_keys.create_access_key, "Alice")
        before = the_user(world)
        act(world, users.update_user, "alice", new_name="Zoe", new_path="/other/")
        after = the_user(world, "Zoe")
        assert (after.id, after.tags, after.groups, after.path) == (before.id, before.tags, ("admins",), "/other/")
        assert world.state.access_keys[key.id].user_name == "Zoe"
        assert names(world) == ["Zoe"]

    def test_to_the_same_name_in_other_case(self, world: World) -> None:
        """Case may change."""
        act(world, users.update_user, "Alice", new_name="ALICE")
        assert names(world) == ["ALICE"]

    def test_to_a_name_that_is_taken(self, world: World) -> None:
        """No two users have the same name."""
        act(world, users.create_user, "Bob")
        with expect_refusal(world, EntityNameTaken):
            act(world, users.update_user, "Alice", new_name="bob")


class TestTags:
    """tag_user and untag_user."""

    def test_keys_are_the_same_in_any_case(self, world: World) -> None:
        """A key that differs in case takes the place of the one that is there."""
        act(world, users.tag_user, "Alice", [("K", "new"), ("other", "")])
        assert dict(the_user(world).tags) == {"K": "new", "other": ""}
        act(world, users.untag_user, "Alice", ["k", "nothing"])
        assert dict(the_user(world).tags) == {"other": ""}

    def test_fifty(self, world: World) -> None:
        """Fifty fit, the fifty-first does not."""
        act(world, users.tag_user, "Alice", [(str(number), "") for number in range(49)])
        with expect_refusal(world, QuotaExceeded):
            act(world, users.tag_user, "Alice", [("more", "")])


# What stands in the way of a deletion: what makes it, what takes it away.
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

    @pytest.mark.parametrize("why", OBSTACLES)
    def test_of_whom_something_is_left(self, world: World, why: DeletionObstacle) -> None:
        """Password, policies and groups go first; then he does."""
        act(world, groups.create_group, "Admins")
        (make, made), (take, taken) = OBSTACLES[why]
        act(world, make, *made, **({"user_name": "Alice"} if why is DeletionObstacle.LOGIN else {}))
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, users.delete_user, "Alice")
        assert caught.value.reason is why
        assert world.state is before
        act(world, take, *taken)
        act(world, users.delete_user, "Alice")
        assert names(world) == []

    def test_who_has_keys(self, world: World) -> None:
        """Keys go first, those that are switched off too."""
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
    def test_who_is_not_there(self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Another account's user is not there, for any change."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, change, "Alice", *arguments, account=STANDALONE)
        assert (caught.value.kind, caught.value.name) == (Entity.USER, "Alice")
        assert world.state is before


class TestNameMeant:
    """name_meant."""

    def meant(self, world: World, kind: CallerKind, name: str | None) -> str | None:
        """Ask as a caller of some kind."""
        arn = f"arn:aws:iam::{MANAGEMENT}:user/team/Alice"
        caller = Caller(account_id=MANAGEMENT, arn=arn, user_id="AIDAEXAMPLE", kind=kind)
        with world.transaction(caller) as tx:
            return users.resolve_user_name(tx, name)

    def test_is_the_caller_himself(self, world: World) -> None:
        """Without a name a user means himself, the root user nobody; a name is a name."""
        assert self.meant(world, CallerKind.USER, None) == "Alice"
        assert self.meant(world, CallerKind.ROOT, None) is None
        assert self.meant(world, CallerKind.ROLE, "Bob") == "Bob"

    def test_of_a_role(self, world: World) -> None:
        """A session of a role must say whom it means."""
        with expect_refusal(world, UserNameRequired):
            self.meant(world, CallerKind.ROLE, None)


class TestQuotas:
    """The quotas by name."""

    def test_are_all_known(self) -> None:
        """Each quota that is refused has its number in the catalogue."""
        assert all(catalog.quotas().iam[quota.value] > 0 for quota in IdentityQuota)
