"""Organizational units: their creation, renaming and deletion, and their quotas."""

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    ParentNotFound,
    UnitNameTaken,
    UnitNotEmpty,
    UnitNotFound,
)
from artifact_state.events import UnitChanged
from artifact_state.organizations import account_closure, hierarchy, organization
from artifact_state.organizations.paths import unit_path
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.accounts import INSTANT, RETENTION
from tests.support.domain import (
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
from tests.support.hierarchy import MISSING_UNIT, account_ids, create_other_organization, create_unit, move, unit_ids


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

    @pytest.mark.parametrize("name", [None, "One", " "])
    def test_rename_without_new_name_changes_nothing(self, world: World, name: str | None) -> None:
        """None, a blank or the current name changes nothing."""
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
