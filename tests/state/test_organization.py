"""Organizations: their creation, description and deletion, and their root."""

from datetime import timedelta

import pytest

from artifact_state import ids
from artifact_state.clock import Clock
from artifact_state.errors import (
    AccountCreationNotFound,
    AlreadyInOrganization,
    Constraint,
    ConstraintViolated,
    HandshakeNotFound,
    NotInOrganization,
    OrganizationNotEmpty,
    WrongAccount,
)
from artifact_state.events import OrganizationCreated, OrganizationDeleted
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, JoinedMethod, PartyKind
from artifact_state.organizations import account_creation, organization, trusted_access
from artifact_state.organizations.handshakes import account_invitations, lifecycle
from artifact_state.world import World
from tests.support.accounts import INSTANT, RETENTION, close_account, request_account
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    world_with_organization,
)


class TestCreateOrganization:
    """create_organization."""

    def test_caller_becomes_management_account(self) -> None:
        """The caller's account is the first member, below the root, listed as invited."""
        world = World(clock=Clock(frozen_at=NOW))
        created = act(world, organization.create_organization, FeatureSet.ALL)
        membership = world.state.memberships[MANAGEMENT]
        assert created.management_account_id == MANAGEMENT
        assert created.created_at == NOW
        assert (membership.organization_id, membership.parent_id) == (created.id, created.root_id)
        assert (membership.method, membership.joined_at) == (JoinedMethod.INVITED, NOW)
        assert isinstance(world.events[0], OrganizationCreated)

    @pytest.mark.parametrize("feature_set", FeatureSet)
    def test_new_organization_has_no_policy_type(self, feature_set: FeatureSet) -> None:
        """A new organization has no policy type enabled, with all features or with consolidated billing only."""
        created = act(World(), organization.create_organization, feature_set)
        assert (created.feature_set, created.enabled_policy_types) == (feature_set, ())

    def test_management_account_gets_linked_role_of_organizations(self, world: World) -> None:
        """The management account gets the role with which Organizations creates other roles."""
        role = role_of(world.state, MANAGEMENT, "AWSServiceRoleForOrganizations", NOW)
        assert role.linked_service == "organizations.amazonaws.com"

    def test_management_account_cannot_create_second_organization(self, world: World) -> None:
        """A management account cannot create another organization."""
        with expect_refusal(world, AlreadyInOrganization):
            act(world, organization.create_organization, FeatureSet.ALL)

    def test_member_cannot_create_organization(self, world: World) -> None:
        """A member account cannot create an organization."""
        member = create_member(world)
        with expect_refusal(world, AlreadyInOrganization):
            act(world, organization.create_organization, FeatureSet.ALL, account=member)

    def test_organizations_in_one_world_are_independent(self, world: World) -> None:
        """Each organization in a world has its own id and its own root."""
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        assert act(world, organization.describe_organization).id != other.id
        assert act(world, organization.describe_organization, account=STANDALONE) == other
        assert len({record.root_id for record in world.state.organizations.values()}) == 2

    def test_duplicate_root_id_is_drawn_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The four characters of a root's id may be in use already; then they are drawn again."""
        monkeypatch.setattr(ids, "root_id", lambda *source: f"r-000{source[-1]}")
        world = World()
        for account in (MANAGEMENT, STANDALONE):
            act(world, organization.create_organization, FeatureSet.ALL, account=account)
        assert sorted(world.state.units) == ["r-0000", "r-0001"]

    def test_organization_in_govcloud_needs_all_features(self, world: World) -> None:
        """In AWS GovCloud (US) an organization cannot have consolidated billing only."""
        with expect_refusal(
            world, ConstraintViolated, Constraint.CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION
        ):
            act(
                world,
                organization.create_organization,
                FeatureSet.CONSOLIDATED_BILLING,
                account=STANDALONE,
                region="us-gov-west-1",
            )
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE, region="us-gov-west-1")


class TestDescribeOrganization:
    """describe_organization."""

    def test_member_describes_same_organization_as_management_account(self, world: World) -> None:
        """Every member may describe the organization."""
        member = create_member(world)
        described = act(world, organization.describe_organization, account=member)
        assert described == act(world, organization.describe_organization)

    def test_standalone_account_has_no_organization(self, world: World) -> None:
        """A standalone account has no organization to describe."""
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=STANDALONE)


class TestListRoots:
    """list_roots."""

    def test_organization_has_one_root(self, world: World) -> None:
        """There is one root, named Root, without a parent."""
        ((_, root),) = list_all(world, organization.list_roots)
        assert (root.name, root.parent_id) == ("Root", None)

    def test_no_root_follows_the_only_one(self, world: World) -> None:
        """After the only root the listing is empty."""
        assert list_all(world, organization.list_roots, 0) == []

    def test_only_management_account_lists_roots(self, world: World) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, organization.list_roots, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.list_roots, account=STANDALONE)


class TestDeleteOrganization:
    """delete_organization."""

    def test_deleted_organization_leaves_no_records(self, world: World) -> None:
        """The organization, its root and its membership are gone, and the account can create a new organization."""
        act(world, organization.delete_organization)
        assert not world.state.organizations
        assert not world.state.units
        assert not world.state.memberships
        assert isinstance(world.events[-1], OrganizationDeleted)
        act(world, organization.create_organization, FeatureSet.ALL)

    def test_former_management_account_keeps_its_roles(self, world: World) -> None:
        """The former management account keeps the roles that it had."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        roles = world.state.roles[MANAGEMENT]
        act(world, organization.delete_organization)
        assert world.state.roles[MANAGEMENT] == roles

    def test_deletion_ends_trusted_access(self, world: World) -> None:
        """A new organization of the same account trusts no service."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        act(world, organization.delete_organization)
        act(world, organization.create_organization, FeatureSet.ALL)
        assert list_all(world, trusted_access.list_trusted_services) == []

    def test_invitations_of_deleted_organization_are_not_found(self, world: World) -> None:
        """Neither party finds an invitation of a deleted organization."""
        invitation = act(world, account_invitations.invite_account, PartyKind.ACCOUNT, STANDALONE)
        act(world, organization.delete_organization)
        for account in (MANAGEMENT, STANDALONE):
            with expect_refusal(world, HandshakeNotFound):
                act(world, lifecycle.describe_handshake, invitation.id, account=account)

    def test_organization_with_members_cannot_be_deleted(self, world: World) -> None:
        """An organization with other accounts cannot be deleted."""
        create_member(world)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)

    def test_only_management_account_deletes_organization(self, world: World) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, organization.delete_organization, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.delete_organization, account=STANDALONE)

    def test_closed_accounts_prevent_deletion_for_ninety_days(self, world: World) -> None:
        """Closed accounts prevent the deletion until their 90 days have passed."""
        close_account(world, create_member(world))
        world.clock.advance(RETENTION - INSTANT)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)
        world.clock.advance(INSTANT)
        act(world, organization.delete_organization)
        assert len(world.state.memberships) == 0

    def test_accounts_being_created_prevent_deletion(self) -> None:
        """Accounts that are still being created prevent the deletion."""
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        create_member(world)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)

    def test_new_organization_has_no_requests_of_deleted_one(self, world: World) -> None:
        """A new organization of the same account does not have the requests of the deleted one."""
        creation = request_account(world, email=".@example.com")
        act(world, organization.delete_organization)
        act(world, organization.create_organization, FeatureSet.ALL)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id)
