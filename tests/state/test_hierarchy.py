"""The tree of an organization: moves between parents, parents and children, and the authority over them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    AccountAlreadyInParent,
    AccountNotFound,
    ChildNotFound,
    DestinationParentNotFound,
    NotInOrganization,
    ParentNotFound,
    SourceParentNotFound,
    WrongAccount,
)
from artifact_state.events import AccountMoved
from artifact_state.organizations import account_closure, accounts, hierarchy
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    root_id,
    world_with_organization,
)
from tests.support.hierarchy import MISSING_UNIT, account_ids, create_other_organization, create_unit, move, unit_ids


class TestMoveAccount:
    """move_account."""

    def test_moved_account_is_in_one_place(self, world: World) -> None:
        """A moved account is below its new parent only, and the move is recorded."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        move(world, account, root_id(world), unit_id)
        assert account_ids(world, unit_id) == [account]
        assert account_ids(world, root_id(world)) == [MANAGEMENT]
        assert act(world, hierarchy.find_parent, account).id == unit_id
        moved = world.events[-1]
        assert isinstance(moved, AccountMoved)
        assert moved.parent_id == unit_id
        move(world, account, unit_id, root_id(world))
        assert account_ids(world, unit_id) == []

    def test_accounts_are_listed_in_order_of_joining(self, world: World) -> None:
        """Accounts below a parent are listed in the order in which they joined, whenever they were moved there."""
        unit_id = create_unit(world, "One")
        early, late = create_member(world, "early"), create_member(world, "late")
        move(world, late, root_id(world), unit_id)
        move(world, early, root_id(world), unit_id)
        assert account_ids(world, unit_id) == [early, late]

    def test_management_account_can_be_moved(self, world: World) -> None:
        """The management account can be moved like any other."""
        unit_id = create_unit(world, "One")
        move(world, MANAGEMENT, root_id(world), unit_id)
        assert act(world, hierarchy.find_parent, MANAGEMENT).id == unit_id

    def test_closed_account_can_be_moved(self, world: World) -> None:
        """A closed account can be moved."""
        unit_id, account = create_unit(world, "Suspended"), create_member(world)
        act(world, account_closure.close_account, account)
        move(world, account, root_id(world), unit_id)
        assert act(world, hierarchy.find_parent, account).id == unit_id

    def test_move_to_current_parent_is_refused(self, world: World) -> None:
        """A move to the account's current parent is refused, whatever the source, so that a repeated move is."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        move(world, account, root_id(world), unit_id)
        for source in (unit_id, root_id(world)):
            with expect_refusal(world, AccountAlreadyInParent):
                move(world, account, source, unit_id)

    def test_move_from_wrong_source_is_refused(self, world: World) -> None:
        """An account cannot be moved from a unit that it is not in."""
        unit_id, other, account = create_unit(world, "One"), create_unit(world, "Other"), create_member(world)
        with expect_refusal(world, SourceParentNotFound):
            move(world, account, unit_id, other)

    def test_account_source_and_destination_are_checked_in_order(self, world: World) -> None:
        """The account, the source and the destination must be of the organization, and are checked in this order."""
        root, account = root_id(world), create_member(world)
        other_root, other_unit = create_other_organization(world)
        for outside in ("000000000000", STANDALONE):
            with expect_refusal(world, AccountNotFound):
                move(world, outside, MISSING_UNIT, MISSING_UNIT)
        for source in (MISSING_UNIT, other_root, other_unit):
            with expect_refusal(world, SourceParentNotFound):
                move(world, account, source, MISSING_UNIT)
        for destination in (MISSING_UNIT, other_root, other_unit):
            with expect_refusal(world, DestinationParentNotFound):
                move(world, account, root, destination)


class TestFindParent:
    """find_parent."""

    def test_unit_and_account_have_one_parent(self, world: World) -> None:
        """A unit and an account have one parent each."""
        above = create_unit(world, "Above")
        assert act(world, hierarchy.find_parent, create_unit(world, "Below", above)).id == above
        assert act(world, hierarchy.find_parent, above).id == root_id(world)
        assert act(world, hierarchy.find_parent, MANAGEMENT).id == root_id(world)

    def test_child_outside_organization_is_not_found(self, world: World) -> None:
        """A child outside the organization is not found, nor is the root."""
        _, other = create_other_organization(world)
        for child in (MISSING_UNIT, other, STANDALONE, "000000000000", root_id(world)):
            with expect_refusal(world, ChildNotFound):
                act(world, hierarchy.find_parent, child)

    def test_account_in_creation_has_no_parent(self) -> None:
        """An account that is still being created is not in the tree."""
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        account = create_member(world)
        with expect_refusal(world, ChildNotFound):
            act(world, hierarchy.find_parent, account)
        assert account not in account_ids(world, root_id(world))
        world.clock.advance(timedelta(seconds=1))
        assert act(world, hierarchy.find_parent, account).id == root_id(world)


class TestListForParent:
    """list_units_for_parent and list_accounts_for_parent."""

    @pytest.mark.parametrize("rule", [hierarchy.list_units_for_parent, hierarchy.list_accounts_for_parent])
    def test_missing_parent_is_not_found(self, world: World, rule: Callable[..., Any]) -> None:
        """A missing parent and those of another organization are not found."""
        for parent in (MISSING_UNIT, *create_other_organization(world)):
            with expect_refusal(world, ParentNotFound):
                act(world, rule, parent)

    def test_listing_continues_after_deleted_unit(self, world: World) -> None:
        """A listing continues after any place, even that of a unit deleted since."""
        first, second, third = create_unit(world, "First"), create_unit(world, "Second"), create_unit(world, "Third")
        place = world.state.units[second].serial
        act(world, hierarchy.delete_unit, second)
        assert unit_ids(world, root_id(world), place) == [third]
        assert unit_ids(world, root_id(world)) == [first, third]

    def test_removed_account_is_below_no_parent(self, world: World) -> None:
        """An account that was removed is not listed below its former unit."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        move(world, account, root_id(world), unit_id)
        act(world, accounts.remove_account, account)
        assert account_ids(world, unit_id) == []


RULES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "create_unit": (hierarchy.create_unit, (MISSING_UNIT, "Name")),
    "rename_unit": (hierarchy.rename_unit, (MISSING_UNIT, "Name")),
    "delete_unit": (hierarchy.delete_unit, (MISSING_UNIT,)),
    "describe_unit": (hierarchy.describe_unit, (MISSING_UNIT,)),
    "list_units_for_parent": (hierarchy.list_units_for_parent, (MISSING_UNIT,)),
    "list_accounts_for_parent": (hierarchy.list_accounts_for_parent, (MISSING_UNIT,)),
    "find_parent": (hierarchy.find_parent, (MISSING_UNIT,)),
    "move_account": (hierarchy.move_account, (STANDALONE, MISSING_UNIT, MISSING_UNIT)),
}


class TestAuthority:
    """The callers that may use the rules; they are checked before anything is looked up."""

    @pytest.mark.parametrize("name", RULES)
    def test_member_is_refused(self, world: World, name: str) -> None:
        """A member is refused by every rule."""
        rule, arguments = RULES[name]
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, *arguments, account=member)

    @pytest.mark.parametrize("name", RULES)
    def test_standalone_account_is_refused(self, world: World, name: str) -> None:
        """A standalone account is refused by every rule, because it is in no organization."""
        rule, arguments = RULES[name]
        with expect_refusal(world, NotInOrganization):
            act(world, rule, *arguments, account=STANDALONE)
