"""Groups of users: their members, and the obstacles to their deletion."""

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
    """Return a world in which the management account has a group with one user."""
    world = world_with_organization()
    act(world, groups.create_group, "Admins", path="/team/")
    act(world, users.create_user, "Alice")
    act(world, groups.add_user, "admins", "alice")
    return world


def members(world: World, name: str) -> list[str]:
    """Return the names of the users of a group."""
    group = groups.group_of(world.state, MANAGEMENT, name)
    return [user.name for user in groups.members_of(world.state, group)]


def group_names(world: World, name: str) -> list[str]:
    """Return the names of the groups of a user."""
    user = users.user_of(world.state, MANAGEMENT, name)
    return [group.name for group in groups.groups_of_user(world.state, user)]


class TestCreateGroup:
    """create_group and groups_of."""

    def test_name_in_use_is_refused_in_any_case(self, world: World) -> None:
        """A group name is unique in its account, regardless of case."""
        with expect_refusal(world, EntityNameTaken):
            act(world, groups.create_group, "ADMINS")
        assert act(world, groups.create_group, "Admins", account=STANDALONE).id.startswith("AGPA")

    def test_group_beyond_quota_is_refused(self, world: World) -> None:
        """The number of groups in an account is limited."""
        set_iam_quotas(world, GroupsPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, groups.create_group, "Others")

    def test_groups_are_listed_by_name_below_path(self, world: World) -> None:
        """Groups are listed by name, below a path."""
        act(world, groups.create_group, "Abc")
        assert [group.name for group in groups.groups_of(world.state, MANAGEMENT)] == ["Abc", "Admins"]
        assert [group.name for group in groups.groups_of(world.state, MANAGEMENT, "/team/")] == ["Admins"]


class TestMembers:
    """add_user and remove_user."""

    def test_user_is_added_and_removed(self, world: World) -> None:
        """Group and user both show the membership; adding and removing twice is accepted."""
        act(world, groups.add_user, "Admins", "Alice")
        assert (members(world, "Admins"), group_names(world, "Alice")) == (["Alice"], ["Admins"])
        for _ in range(2):
            act(world, groups.remove_user, "Admins", "Alice")
        assert (members(world, "Admins"), group_names(world, "Alice")) == ([], [])

    def test_user_is_in_ten_groups_at_most(self, world: World) -> None:
        """An eleventh group of a user exceeds the quota."""
        for number in range(10):
            act(world, groups.create_group, f"Group{number}")
        for number in range(9):
            act(world, groups.add_user, f"Group{number}", "Alice")
        with expect_refusal(world, QuotaExceeded):
            act(world, groups.add_user, "Group9", "Alice")
        assert len(group_names(world, "Alice")) == 10

    @pytest.mark.parametrize("change", [groups.add_user, groups.remove_user])
    @pytest.mark.parametrize(("group", "user"), [("Nothing", "Alice"), ("Admins", "Nobody")])
    def test_unknown_group_or_user_is_refused(
        self, world: World, change: Callable[..., Any], group: str, user: str
    ) -> None:
        """Neither the group nor the user may be unknown."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, group, user)


class TestUpdateGroup:
    """update_group."""

    def test_renamed_group_keeps_id_and_users(self, world: World) -> None:
        """A renamed group keeps its id and its users."""
        before = groups.group_of(world.state, MANAGEMENT, "Admins")
        act(world, groups.update_group, "Admins", new_name="Zeta", new_path="/")
        after = groups.group_of(world.state, MANAGEMENT, "Zeta")
        assert (after.id, after.path) == (before.id, "/")
        assert (members(world, "Zeta"), group_names(world, "Alice")) == (["Alice"], ["Zeta"])
        with expect_refusal(world, EntityNotFound):
            act(world, groups.update_group, "Admins")

    def test_rename_to_name_in_use_is_refused(self, world: World) -> None:
        """A group cannot take the name of another group."""
        act(world, groups.create_group, "Others")
        with expect_refusal(world, EntityNameTaken):
            act(world, groups.update_group, "Admins", new_name="others")


class TestDeleteGroup:
    """delete_group."""

    @pytest.mark.parametrize(
        ("obstacle", "add", "remove"),
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
    def test_group_with_users_or_policies_is_not_deleted(
        self, world: World, obstacle: DeletionObstacle, add: Any, remove: Any
    ) -> None:
        """A group is deleted only after its users and policies are removed."""
        if add:
            act(world, groups.remove_user, "Admins", "Alice")
            act(world, *add)
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, groups.delete_group, "Admins")
        assert caught.value.reason is obstacle
        assert world.state is before
        act(world, *remove)
        act(world, groups.delete_group, "Admins")
        with expect_refusal(world, EntityNotFound):
            act(world, groups.delete_group, "Admins")
