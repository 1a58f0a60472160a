"""The tree of an organization: its units, the accounts in them, and the limits of both."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    AccountAlreadyInParent,
    AccountNotFound,
    ChildNotFound,
    Constraint,
    ConstraintViolated,
    DestinationParentNotFound,
    InputReason,
    InvalidInput,
    NotInOrganization,
    ParentNotFound,
    SourceParentNotFound,
    UnitNameTaken,
    UnitNotEmpty,
    UnitNotFound,
    WrongAccount,
)
from artifact_state.events import AccountMoved, UnitChanged
from artifact_state.model import FeatureSet
from artifact_state.organizations import account_closure, accounts, hierarchy, organization
from artifact_state.organizations.paths import unit_path
from artifact_state.world import World
from tests.support.accounts import INSTANT, RETENTION
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    quotas_with,
    root_id,
    transaction,
    world_with_organization,
)

MISSING_UNIT = "ou-aaaa-00000000"


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def create_unit(world: World, name: str = "Unit", parent: str | None = None) -> str:
    """Create an organizational unit, by default below the root, and return its id."""
    return act(world, hierarchy.create_unit, parent or root_id(world), name).id


def create_other_organization(world: World) -> tuple[str, str]:
    """Create another organization with a unit, and return the ids of its root and of the unit."""
    other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
    return other.root_id, act(world, hierarchy.create_unit, other.root_id, "Foreign", account=STANDALONE).id


def move(world: World, account: str, source: str, destination: str) -> None:
    """Move an account."""
    act(world, hierarchy.move_account, account, source, destination)


def unit_ids(world: World, parent: str, *after: int) -> list[str]:
    """Return the ids of the units directly below a parent."""
    return [unit.id for unit in list_all(world, hierarchy.list_units_for_parent, parent, *after)]


def account_ids(world: World, parent: str) -> list[str]:
    """Return the ids of the accounts directly below a parent."""
    return [account.id for account, _ in list_all(world, hierarchy.list_accounts_for_parent, parent)]


class TestCreateUnit:
    """create_unit."""

    def test_created_unit_is_last_below_parent(self, world: World) -> None:
        """A new unit is the last of its parent's units, has an id derived from the root's, and is empty."""
        first, second = create_unit(world, "First"), create_unit(world, "Second")
        assert unit_ids(world, root_id(world)) == [first, second]
        assert first.startswith(f"ou-{root_id(world).removeprefix('r-')}-")
        assert unit_ids(world, first) == []
        assert account_ids(world, first) == []

    def test_siblings_cannot_have_same_name(self, world: World) -> None:
        """Two units of one parent cannot have the same name."""
        create_unit(world, "Sandbox")
        with expect_refusal(world, UnitNameTaken):
            create_unit(world, "Sandbox")

    def test_units_of_different_parents_may_have_same_name(self, world: World) -> None:
        """Units of different parents may have the same name, and names are case-sensitive."""
        above = create_unit(world, "Sandbox")
        create_unit(world, "Sandbox", above)
        create_unit(world, "sandbox")

    def test_parent_outside_organization_is_not_found(self, world: World) -> None:
        """A missing parent and those of another organization are not found."""
        with expect_refusal(world, ParentNotFound):
            create_unit(world, "Lost", MISSING_UNIT)
        for parent in create_other_organization(world):
            with expect_refusal(world, ParentNotFound):
                create_unit(world, "Lost", parent)

    def test_units_nest_five_levels_deep(self, world: World) -> None:
        """A unit may be five levels below the root, and not six."""
        parent = root_id(world)
        for level in range(1, 6):
            parent = create_unit(world, f"Level {level}", parent)
        with expect_refusal(world, ConstraintViolated, Constraint.OU_DEPTH_LIMIT_EXCEEDED):
            create_unit(world, "Level 6", parent)

    def test_quota_counts_all_units_of_organization(self) -> None:
        """The quota counts all units of the organization at any level; a deleted one no longer counts."""
        world = world_with_organization(quotas=quotas_with(organizational_units_per_organization=2))
        first = create_unit(world, "First")
        below = create_unit(world, "Below", first)
        with expect_refusal(world, ConstraintViolated, Constraint.OU_NUMBER_LIMIT_EXCEEDED):
            create_unit(world, "Third")
        act(world, hierarchy.delete_unit, below)
        create_unit(world, "Third")

    def test_default_quotas_are_aws_quotas(self, world: World) -> None:
        """A world without explicit quotas has AWS's: two thousand units on five levels."""
        with transaction(world) as tx:
            assert tx.quotas.organizational_units_per_organization == 2000
            assert tx.quotas.organizational_unit_depth == 5

    def test_tags_are_set_on_creation(self, world: World) -> None:
        """Tags can be set on creation; an invalid one refuses the call."""
        with expect_refusal(world, InvalidInput, InputReason.DUPLICATE_TAG_KEY):
            act(world, hierarchy.create_unit, root_id(world), "Tagged", (("a", "1"), ("a", "2")))
        unit = act(world, hierarchy.create_unit, root_id(world), "Tagged", (("a", "1"), ("b", "2")))
        assert [(tag.key, tag.value) for tag in world.state.tags[unit.id]] == [("a", "1"), ("b", "2")]

    def test_each_change_of_unit_is_recorded(self, world: World) -> None:
        """An event names the unit when it is created, renamed and deleted."""
        unit_id = create_unit(world, "New")
        act(world, hierarchy.rename_unit, unit_id, "Renamed")
        act(world, hierarchy.delete_unit, unit_id)
        assert [event.unit_id for event in world.events if isinstance(event, UnitChanged)] == [unit_id] * 3


class TestRenameUnit:
    """rename_unit."""

    def test_renamed_unit_frees_its_former_name(self, world: World) -> None:
        """The unit keeps its id and place; its former name is available and its new one is not."""
        unit_id, other = create_unit(world, "One"), create_unit(world, "Other")
        assert act(world, hierarchy.rename_unit, unit_id, "New").id == unit_id
        assert [unit.name for unit in list_all(world, hierarchy.list_units_for_parent, root_id(world))] == [
            "New",
            "Other",
        ]
        with expect_refusal(world, UnitNameTaken):
            act(world, hierarchy.rename_unit, other, "New")
        act(world, hierarchy.rename_unit, other, "One")

    def test_renamed_unit_keeps_its_content(self, world: World) -> None:
        """Units and accounts below a renamed unit remain."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        below = create_unit(world, "Below", unit_id)
        move(world, account, root_id(world), unit_id)
        act(world, hierarchy.rename_unit, unit_id, "New")
        assert unit_ids(world, unit_id) == [below]
        assert account_ids(world, unit_id) == [account]

    @pytest.mark.parametrize("name", [None, "One"])
    def test_rename_without_new_name_changes_nothing(self, world: World, name: str | None) -> None:
        """None, or the current name, changes nothing."""
        unit_id = create_unit(world, "One")
        before = world.state
        assert act(world, hierarchy.rename_unit, unit_id, name).name == "One"
        assert world.state is before

    def test_missing_unit_cannot_be_renamed(self, world: World) -> None:
        """A missing unit and one of another organization are not found."""
        for other in (MISSING_UNIT, create_other_organization(world)[1]):
            with expect_refusal(world, UnitNotFound):
                act(world, hierarchy.rename_unit, other, "New")


class TestDeleteUnit:
    """delete_unit."""

    def test_deleted_unit_leaves_no_records(self, world: World) -> None:
        """A deleted unit is not listed, its tags are gone, and its name is available."""
        unit_id = act(world, hierarchy.create_unit, root_id(world), "One", (("a", "1"),)).id
        act(world, hierarchy.delete_unit, unit_id)
        assert unit_ids(world, root_id(world)) == []
        assert unit_id not in world.state.tags
        with expect_refusal(world, UnitNotFound):
            act(world, hierarchy.delete_unit, unit_id)
        create_unit(world, "One")

    def test_unit_with_units_cannot_be_deleted(self, world: World) -> None:
        """A unit with units below it cannot be deleted."""
        unit_id = create_unit(world, "One")
        create_unit(world, "Below", unit_id)
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, unit_id)

    def test_unit_with_accounts_cannot_be_deleted(self, world: World) -> None:
        """A unit with accounts cannot be deleted until they are moved away."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        move(world, account, root_id(world), unit_id)
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, unit_id)
        move(world, account, unit_id, root_id(world))
        act(world, hierarchy.delete_unit, unit_id)

    def test_closed_account_prevents_deletion_for_ninety_days(self, world: World) -> None:
        """A closed account prevents the deletion of its unit for 90 days, and no longer."""
        unit_id, account = create_unit(world, "One"), create_member(world)
        move(world, account, root_id(world), unit_id)
        act(world, account_closure.close_account, account)
        world.clock.advance(RETENTION - INSTANT)
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, unit_id)
        world.clock.advance(INSTANT)
        act(world, hierarchy.delete_unit, unit_id)


class TestDescribeUnit:
    """describe_unit."""

    def test_unit_is_found_by_id(self, world: World) -> None:
        """A unit is found by its id."""
        assert act(world, hierarchy.describe_unit, create_unit(world, "One")).name == "One"

    def test_missing_unit_is_not_found(self, world: World) -> None:
        """A missing unit and one of another organization are not found."""
        for other in (MISSING_UNIT, create_other_organization(world)[1]):
            with expect_refusal(world, UnitNotFound):
                act(world, hierarchy.describe_unit, other)


class TestUnitPath:
    """unit_path."""

    def test_path_leads_from_root_to_unit(self, world: World) -> None:
        """A path begins with the root and ends with the unit."""
        above = create_unit(world, "Above")
        below = create_unit(world, "Below", above)
        assert unit_path(world.state, below) == (root_id(world), above, below)
        assert unit_path(world.state, root_id(world)) == (root_id(world),)


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
        assert account not in [
            found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, root_id(world))
        ]
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


class TestDeleteOrganization:
    """The deletion of an organization with units."""

    def test_units_are_deleted_with_organization(self, world: World) -> None:
        """Units, tags and memberships are deleted with the organization."""
        above = create_unit(world, "Above")
        act(world, hierarchy.create_unit, above, "Below", (("a", "1"),))
        act(world, organization.delete_organization)
        assert len(world.state.units) == len(world.state.tags) == len(world.state.memberships) == 0
        assert len(world.state.organizations) == 0


class TestChangedQuotas:
    """Quotas that are changed while a world exists."""

    def test_lowered_quota_keeps_existing_units(self, world: World) -> None:
        """A lowered quota applies from the next call on; existing units remain."""
        create_unit(world, "One")
        create_unit(world, "Two")
        world.options = replace(world.options, quotas=quotas_with(organizational_units_per_organization=1))
        with expect_refusal(world, ConstraintViolated, Constraint.OU_NUMBER_LIMIT_EXCEEDED):
            create_unit(world, "Three")
        assert len(current_organization(world).units) == 2
