"""Groups of users: who is in them, and what keeps them from being deleted."""

from collections.abc import Callable
from typing import Any

import pytest

from artifact_state.errors import DeletionObstacle, Entity, EntityInUse, EntityNameTaken, EntityNotFound, QuotaExceeded
from artifact_state.iam import attached_policies, groups, inline_policies, users
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, set_iam_quotas, world_with_organization
from tests.support.identities import ADMINISTRATOR_ACCESS, ALLOW_ALL, by_name


@pytest.fixture
def world() -> World:
    """Give a world with a group of one user."""
    world = world_with_organization()
    act(world, groups.create_group, "Admins", path="/team/")
    act(world, users.create_user, "Alice")
    act(world, groups.add_user, "admins", "alice")
    return world


def members(world: World, name: str) -> list[str]:
    """Name who is in a group."""
    group = groups.group_of(world.state, MANAGEMENT, name)
    return [user.name for user in groups.members_of(world.state, group)]


def groups_of(world: World, name: str) -> list[str]:
    """Name the groups of a user."""
    user = users.user_of(world.state, MANAGEMENT, name)
    return [group.name for group in groups.groups_of_user(world.state, user)]


class TestCreateGroup:
    """create_group."""

    def test_that_exists(self, world: World) -> None:
        """Names are kept apart without regard to case."""
        with expect_refusal(world, EntityNameTaken):
            act(world, groups.create_group, "ADMINS")
        assert act(world, groups.create_group, "Admins", account=STANDALONE).id.startswith("AGPA")

    def test_beyond_the_quota(self, world: World) -> None:
        """An account has so many groups and no more."""
        set_iam_quotas(world, GroupsPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, groups.create_group, "Others")

    def test_are_listed(self, world: World) -> None:
        """By name, below a path."""
        act(world, groups.create_group, "Abc")
        assert [one.name for one in groups.groups_of(world.state, MANAGEMENT)] == ["Abc", "Admins"]
        assert [one.name for one in groups.groups_of(world.state, MANAGEMENT, "/team/")] == ["Admins"]


class TestMembers:
    """add_user and remove_user."""

    def test_come_and_go(self, world: World) -> None:
        """Who is in a group is told on both sides; doing it twice is no error."""
        act(world, groups.add_user, "Admins", "Alice")
        assert (members(world, "Admins"), groups_of(world, "Alice")) == (["Alice"], ["Admins"])
        for _ in range(2):
            act(world, groups.remove_user, "Admins", "Alice")
        assert (members(world, "Admins"), groups_of(world, "Alice")) == ([], [])

    def test_are_in_ten_groups_at_most(self, world: World) -> None:
        """The eleventh group is over the quota."""
        for number in range(10):
            act(world, groups.create_group, f"Group{number}")
        for number in range(9):
            act(world, groups.add_user, f"Group{number}", "Alice")
        with expect_refusal(world, QuotaExceeded):
            act(world, groups.add_user, "Group9", "Alice")
        assert len(groups_of(world, "Alice")) == 10

    @pytest.mark.parametrize("change", [groups.add_user, groups.remove_user])
    @pytest.mark.parametrize(("group", "user"), [("Nothing", "Alice"), ("Admins", "Nobody")])
    def test_that_are_not_there(self, world: World, change: Callable[..., Any], group: str, user: str) -> None:
        """Neither group nor user is made up."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, group, user)


class TestUpdateGroup:
    """update_group."""

    def test_keeps_its_users(self, world: World) -> None:
        """Under another name it is the same group, with the same users."""
        before = groups.group_of(world.state, MANAGEMENT, "Admins")
        act(world, groups.update_group, "Admins", new_name="Zeta", new_path="/")
        after = groups.group_of(world.state, MANAGEMENT, "Zeta")
        assert (after.id, after.path) == (before.id, "/")
        assert (members(world, "Zeta"), groups_of(world, "Alice")) == (["Alice"], ["Zeta"])
        with expect_refusal(world, EntityNotFound):
            act(world, groups.update_group, "Admins")

    def test_to_a_name_that_is_taken(self, world: World) -> None:
        """No two groups have the same name."""
        act(world, groups.create_group, "Others")
        with expect_refusal(world, EntityNameTaken):
            act(world, groups.update_group, "Admins", new_name="others")


class TestDeleteGroup:
    """delete_group."""

    @pytest.mark.parametrize(
        ("why", "make", "take"),
        [
            (DeletionObstacle.GROUP_MEMBERSHIP, None, (groups.remove_user, "Admins", "Alice")),
            (
                DeletionObstacle.INLINE_POLICIES,
                (by_name(inline_policies.put_inline_policy), Entity.GROUP, "Admins", "p", ALLOW_ALL),
                (by_name(inline_policies.delete_inline_policy), Entity.GROUP, "Admins", "p"),
            ),
            (
                DeletionObstacle.ATTACHED_POLICIES,
                (by_name(attached_policies.attach_policy), Entity.GROUP, "Admins", ADMINISTRATOR_ACCESS),
                (by_name(attached_policies.detach_policy), Entity.GROUP, "Admins", ADMINISTRATOR_ACCESS),
            ),
        ],
    )
    def test_of_which_something_is_left(self, world: World, why: DeletionObstacle, make: Any, take: Any) -> None:
        """Users and policies go first; then it does."""
        if make:
            act(world, groups.remove_user, "Admins", "Alice")
            act(world, *make)
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, groups.delete_group, "Admins")
        assert caught.value.reason is why
        assert world.state is before
        act(world, *take)
        act(world, groups.delete_group, "Admins")
        with expect_refusal(world, EntityNotFound):
            act(world, groups.delete_group, "Admins")
