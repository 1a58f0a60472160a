"""The tree of an organization: what may be where, and what stands in the way."""

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

NOWHERE = "ou-aaaa-00000000"


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


def unit(world: World, name: str, parent: str | None = None) -> str:
    """Make an organizational unit, below the root unless told otherwise; give its id."""
    return act(world, hierarchy.create_unit, parent or root_id(world), name).id


def foreign(world: World) -> tuple[str, str]:
    """Make another organization with a unit; give the ids of its root and of the unit."""
    made = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
    return made.root_id, act(world, hierarchy.create_unit, made.root_id, "Foreign", account=STANDALONE).id


class TestCreateUnit:
    """create_unit."""

    def test_is_below_its_parent(self, world: World) -> None:
        """A new unit is the last of its parent's units, named after the root, and empty."""
        first, second = unit(world, "First"), unit(world, "Second")
        assert [one.id for one in list_all(world, hierarchy.list_units_for_parent, root_id(world))] == [first, second]
        assert first.startswith(f"ou-{root_id(world).removeprefix('r-')}-")
        assert list_all(world, hierarchy.list_units_for_parent, first) == []
        assert list_all(world, hierarchy.list_accounts_for_parent, first) == []

    def test_siblings_have_different_names(self, world: World) -> None:
        """Two units of one parent cannot have the same name."""
        unit(world, "Sandbox")
        with expect_refusal(world, UnitNameTaken):
            unit(world, "Sandbox")

    def test_cousins_may_have_the_same_name(self, world: World) -> None:
        """Units of different parents may have the same name, and case makes a difference."""
        above = unit(world, "Sandbox")
        unit(world, "Sandbox", above)
        unit(world, "sandbox")

    def test_parent(self, world: World) -> None:
        """A parent that does not exist, or not in this organization, is refused."""
        with expect_refusal(world, ParentNotFound):
            unit(world, "Lost", NOWHERE)
        for parent in foreign(world):
            with expect_refusal(world, ParentNotFound):
                unit(world, "Lost", parent)

    def test_five_levels(self, world: World) -> None:
        """A unit may be five levels below the root, and not six."""
        parent = root_id(world)
        for level in range(1, 6):
            parent = unit(world, f"Level {level}", parent)
        with expect_refusal(world, ConstraintViolated, Constraint.OU_DEPTH_LIMIT_EXCEEDED):
            unit(world, "Level 6", parent)

    def test_number(self) -> None:
        """An organization has no more units than its quota, wherever they are; a deleted one makes room."""
        world = world_with_organization(quotas=quotas_with(organizational_units_per_organization=2))
        first = unit(world, "First")
        below = unit(world, "Below", first)
        with expect_refusal(world, ConstraintViolated, Constraint.OU_NUMBER_LIMIT_EXCEEDED):
            unit(world, "Third")
        act(world, hierarchy.delete_unit, below)
        unit(world, "Third")

    def test_two_thousand_is_the_quota(self, world: World) -> None:
        """Without quotas of its own a world has AWS's."""
        with transaction(world) as tx:
            assert tx.quotas.organizational_units_per_organization == 2000
            assert tx.quotas.organizational_unit_depth == 5

    def test_tags(self, world: World) -> None:
        """Tags can be set at once; with a bad one the unit is not made."""
        with expect_refusal(world, InvalidInput, InputReason.DUPLICATE_TAG_KEY):
            act(world, hierarchy.create_unit, root_id(world), "Tagged", (("a", "1"), ("a", "2")))
        made = act(world, hierarchy.create_unit, root_id(world), "Tagged", (("a", "1"), ("b", "2")))
        assert [(tag.key, tag.value) for tag in world.state.tags[made.id]] == [("a", "1"), ("b", "2")]

    def test_is_told(self, world: World) -> None:
        """The event names the unit: when it is made, renamed and deleted."""
        made = unit(world, "Told")
        act(world, hierarchy.rename_unit, made, "Renamed")
        act(world, hierarchy.delete_unit, made)
        assert [event.unit_id for event in world.events if isinstance(event, UnitChanged)] == [made] * 3


class TestRenameUnit:
    """rename_unit."""

    def test_name(self, world: World) -> None:
        """The unit keeps its id and place; its old name is free again and its new one taken."""
        one, other = unit(world, "One"), unit(world, "Other")
        assert act(world, hierarchy.rename_unit, one, "New").id == one
        assert [unit.name for unit in list_all(world, hierarchy.list_units_for_parent, root_id(world))] == [
            "New",
            "Other",
        ]
        with expect_refusal(world, UnitNameTaken):
            act(world, hierarchy.rename_unit, other, "New")
        act(world, hierarchy.rename_unit, other, "One")

    def test_what_is_in_it_stays(self, world: World) -> None:
        """Units and accounts below a renamed unit remain."""
        one, account = unit(world, "One"), create_member(world)
        below = unit(world, "Below", one)
        act(world, hierarchy.move_account, account, root_id(world), one)
        act(world, hierarchy.rename_unit, one, "New")
        assert [unit.id for unit in list_all(world, hierarchy.list_units_for_parent, one)] == [below]
        assert [found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, one)] == [account]

    @pytest.mark.parametrize("name", [None, "One"])
    def test_nothing_to_change(self, world: World, name: str | None) -> None:
        """No name, and the name that it has, change nothing."""
        one = unit(world, "One")
        before = world.state
        assert act(world, hierarchy.rename_unit, one, name).name == "One"
        assert world.state is before

    def test_unknown(self, world: World) -> None:
        """A unit of no or another organization, and a root, are no units to rename."""
        for other in (NOWHERE, foreign(world)[1]):
            with expect_refusal(world, UnitNotFound):
                act(world, hierarchy.rename_unit, other, "New")


class TestDeleteUnit:
    """delete_unit."""

    def test_is_gone(self, world: World) -> None:
        """A deleted unit is in no list, and deleting it again finds nothing; its name and tags are gone too."""
        one = act(world, hierarchy.create_unit, root_id(world), "One", (("a", "1"),)).id
        act(world, hierarchy.delete_unit, one)
        assert list_all(world, hierarchy.list_units_for_parent, root_id(world)) == []
        assert one not in world.state.tags
        with expect_refusal(world, UnitNotFound):
            act(world, hierarchy.delete_unit, one)
        unit(world, "One")

    def test_with_units(self, world: World) -> None:
        """A unit with units below it stays."""
        one = unit(world, "One")
        unit(world, "Below", one)
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, one)

    def test_with_accounts(self, world: World) -> None:
        """A unit with accounts stays until they are moved away."""
        one, account = unit(world, "One"), create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, one)
        act(world, hierarchy.move_account, account, one, root_id(world))
        act(world, hierarchy.delete_unit, one)

    def test_with_closed_accounts(self, world: World) -> None:
        """A closed account keeps its unit for 90 days, and no longer."""
        one, account = unit(world, "One"), create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        act(world, account_closure.close_account, account)
        world.clock.advance(timedelta(days=90) - timedelta(microseconds=1))
        with expect_refusal(world, UnitNotEmpty):
            act(world, hierarchy.delete_unit, one)
        world.clock.advance(timedelta(microseconds=1))
        act(world, hierarchy.delete_unit, one)


class TestDescribeUnit:
    """describe_unit."""

    def test_unit(self, world: World) -> None:
        """A unit is found by its id."""
        assert act(world, hierarchy.describe_unit, unit(world, "One")).name == "One"

    def test_unknown(self, world: World) -> None:
        """A unit of no or another organization is not found."""
        for other in (NOWHERE, foreign(world)[1]):
            with expect_refusal(world, UnitNotFound):
                act(world, hierarchy.describe_unit, other)


class TestPathOf:
    """unit_path."""

    def test_root_first(self, world: World) -> None:
        """A path begins with the root and ends with the unit."""
        above = unit(world, "Above")
        below = unit(world, "Below", above)
        assert unit_path(world.state, below) == (root_id(world), above, below)
        assert unit_path(world.state, root_id(world)) == (root_id(world),)


class TestMoveAccount:
    """move_account."""

    def test_to_a_unit_and_back(self, world: World) -> None:
        """A moved account is in one place only."""
        one, account = unit(world, "One"), create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        assert [found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, one)] == [account]
        assert [found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, root_id(world))] == [
            MANAGEMENT
        ]
        assert act(world, hierarchy.find_parent, account).id == one
        moved = world.events[-1]
        assert isinstance(moved, AccountMoved)
        assert moved.parent_id == one
        act(world, hierarchy.move_account, account, one, root_id(world))
        assert list_all(world, hierarchy.list_accounts_for_parent, one) == []

    def test_order_of_joining(self, world: World) -> None:
        """Accounts below a parent are listed in the order in which they joined, however late they were moved there."""
        one = unit(world, "One")
        early, late = create_member(world, "early"), create_member(world, "late")
        act(world, hierarchy.move_account, late, root_id(world), one)
        act(world, hierarchy.move_account, early, root_id(world), one)
        assert [found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, one)] == [early, late]

    def test_management_account(self, world: World) -> None:
        """The management account can be moved like any other, and keeps its rights."""
        one = unit(world, "One")
        act(world, hierarchy.move_account, MANAGEMENT, root_id(world), one)
        assert act(world, hierarchy.find_parent, MANAGEMENT).id == one

    def test_closed_account(self, world: World) -> None:
        """A closed account can be moved out of the way."""
        one, account = unit(world, "Suspended"), create_member(world)
        act(world, account_closure.close_account, account)
        act(world, hierarchy.move_account, account, root_id(world), one)
        assert act(world, hierarchy.find_parent, account).id == one

    def test_where_it_is(self, world: World) -> None:
        """An account that is there already is refused, whatever source is named: a repeated move tells so."""
        one, account = unit(world, "One"), create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        for source in (one, root_id(world)):
            with expect_refusal(world, AccountAlreadyInParent):
                act(world, hierarchy.move_account, account, source, one)

    def test_from_where_it_is_not(self, world: World) -> None:
        """An account cannot be moved from a unit that it is not in."""
        one, other, account = unit(world, "One"), unit(world, "Other"), create_member(world)
        with expect_refusal(world, SourceParentNotFound):
            act(world, hierarchy.move_account, account, one, other)

    def test_unknown(self, world: World) -> None:
        """Account, source and destination must exist in the organization, and are looked for in this order."""
        root, account = root_id(world), create_member(world)
        other_root, other_unit = foreign(world)
        for stranger in ("000000000000", STANDALONE):
            with expect_refusal(world, AccountNotFound):
                act(world, hierarchy.move_account, stranger, NOWHERE, NOWHERE)
        for source in (NOWHERE, other_root, other_unit):
            with expect_refusal(world, SourceParentNotFound):
                act(world, hierarchy.move_account, account, source, NOWHERE)
        for destination in (NOWHERE, other_root, other_unit):
            with expect_refusal(world, DestinationParentNotFound):
                act(world, hierarchy.move_account, account, root, destination)


class TestParentOf:
    """parent_of."""

    def test_of_units_and_accounts(self, world: World) -> None:
        """A unit and an account have one parent each."""
        above = unit(world, "Above")
        assert act(world, hierarchy.find_parent, unit(world, "Below", above)).id == above
        assert act(world, hierarchy.find_parent, above).id == root_id(world)
        assert act(world, hierarchy.find_parent, MANAGEMENT).id == root_id(world)

    def test_unknown(self, world: World) -> None:
        """What is not in the organization has no parent in it; nor has its root."""
        _, other = foreign(world)
        for child in (NOWHERE, other, STANDALONE, "000000000000", root_id(world)):
            with expect_refusal(world, ChildNotFound):
                act(world, hierarchy.find_parent, child)

    def test_account_to_come(self) -> None:
        """An account that is still being created is nowhere yet."""
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        account = create_member(world)
        with expect_refusal(world, ChildNotFound):
            act(world, hierarchy.find_parent, account)
        assert account not in [
            found.id for found, _ in list_all(world, hierarchy.list_accounts_for_parent, root_id(world))
        ]
        world.clock.advance(timedelta(seconds=1))
        assert act(world, hierarchy.find_parent, account).id == root_id(world)


class TestBelow:
    """units_below and accounts_below."""

    @pytest.mark.parametrize("rule", [hierarchy.list_units_for_parent, hierarchy.list_accounts_for_parent])
    def test_unknown(self, world: World, rule: Callable[..., Any]) -> None:
        """A parent of no or another organization has nothing."""
        for parent in (NOWHERE, *foreign(world)):
            with expect_refusal(world, ParentNotFound):
                act(world, rule, parent)

    def test_after(self, world: World) -> None:
        """A list goes on after a place, also when what was there is gone."""
        first, second, third = unit(world, "First"), unit(world, "Second"), unit(world, "Third")
        place = world.state.units[second].serial
        act(world, hierarchy.delete_unit, second)
        assert [one.id for one in list_all(world, hierarchy.list_units_for_parent, root_id(world), place)] == [third]
        assert [one.id for one in list_all(world, hierarchy.list_units_for_parent, root_id(world))] == [first, third]

    def test_departed_accounts(self, world: World) -> None:
        """An account that was removed is below nothing."""
        one, account = unit(world, "One"), create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        act(world, accounts.remove_account, account)
        assert list_all(world, hierarchy.list_accounts_for_parent, one) == []


CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "create_unit": (hierarchy.create_unit, (NOWHERE, "Name")),
    "rename_unit": (hierarchy.rename_unit, (NOWHERE, "Name")),
    "delete_unit": (hierarchy.delete_unit, (NOWHERE,)),
    "describe_unit": (hierarchy.describe_unit, (NOWHERE,)),
    "units_below": (hierarchy.list_units_for_parent, (NOWHERE,)),
    "accounts_below": (hierarchy.list_accounts_for_parent, (NOWHERE,)),
    "parent_of": (hierarchy.find_parent, (NOWHERE,)),
    "move_account": (hierarchy.move_account, (STANDALONE, NOWHERE, NOWHERE)),
}


class TestAuthority:
    """Who may: the management account, and nobody learns what exists before that is settled."""

    @pytest.mark.parametrize("name", CALLS)
    def test_member(self, world: World, name: str) -> None:
        """A member is refused."""
        rule, arguments = CALLS[name]
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, *arguments, account=member)

    @pytest.mark.parametrize("name", CALLS)
    def test_stranger(self, world: World, name: str) -> None:
        """An account in no organization is told so."""
        rule, arguments = CALLS[name]
        with expect_refusal(world, NotInOrganization):
            act(world, rule, *arguments, account=STANDALONE)


class TestDeleteOrganization:
    """What becomes of the tree with its organization."""

    def test_tree_goes_too(self, world: World) -> None:
        """Units, tags and memberships go with the organization."""
        above = unit(world, "Above")
        act(world, hierarchy.create_unit, above, "Below", (("a", "1"),))
        act(world, organization.delete_organization)
        assert len(world.state.units) == len(world.state.tags) == len(world.state.memberships) == 0
        assert len(world.state.organizations) == 0


class TestReplacedQuotas:
    """Quotas are the world's, and may change while it lives."""

    def test_at_any_time(self, world: World) -> None:
        """A quota that is lowered counts from the next call on; what is there stays."""
        unit(world, "One")
        unit(world, "Two")
        world.options = replace(world.options, quotas=quotas_with(organizational_units_per_organization=1))
        with expect_refusal(world, ConstraintViolated, Constraint.OU_NUMBER_LIMIT_EXCEEDED):
            unit(world, "Three")
        assert len(current_organization(world).units) == 2
