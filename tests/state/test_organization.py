"""Organizations: who may make one, who may see it, when it goes."""

import pytest

from artifact_state import ids
from artifact_state.clock import Clock
from artifact_state.errors import (
    AlreadyInOrganization,
    HandshakeNotFound,
    NotInOrganization,
    OrganizationNotEmpty,
    WrongAccount,
)
from artifact_state.events import OrganizationCreated, OrganizationDeleted
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, JoinedMethod, PartyKind, PolicyType
from artifact_state.organizations import organization, trusted_access
from artifact_state.organizations.handshakes import account_invitations, lifecycle
from artifact_state.world import World
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


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


class TestCreateOrganization:
    """create_organization."""

    def test_makes_the_caller_the_management_account(self) -> None:
        """The caller is the first member, below the root, listed as invited."""
        world = World(clock=Clock(frozen_at=NOW))
        made = act(world, organization.create_organization, FeatureSet.ALL)
        membership = world.state.memberships[MANAGEMENT]
        assert made.management_account_id == MANAGEMENT
        assert made.created_at == NOW
        assert (membership.organization_id, membership.parent_id) == (made.id, made.root_id)
        assert (membership.method, membership.joined_at) == (JoinedMethod.INVITED, NOW)
        assert isinstance(world.events[0], OrganizationCreated)

    @pytest.mark.parametrize(
        ("feature_set", "enabled"),
        [(FeatureSet.ALL, (PolicyType.SERVICE_CONTROL_POLICY,)), (FeatureSet.CONSOLIDATED_BILLING, ())],
    )
    def test_enables_policies_with_all_features(self, feature_set: FeatureSet, enabled: tuple[PolicyType, ...]) -> None:
        """Service control policies come with all features, and billing alone has none."""
        made = act(World(), organization.create_organization, feature_set)
        assert (made.feature_set, made.enabled_policy_types) == (feature_set, enabled)

    def test_makes_the_role_of_organizations(self, world: World) -> None:
        """The management account has the role with which Organizations makes other roles."""
        role = role_of(world.state, MANAGEMENT, "AWSServiceRoleForOrganizations", NOW)
        assert role.linked_service == "organizations.amazonaws.com"

    def test_twice(self, world: World) -> None:
        """A management account cannot make another."""
        with expect_refusal(world, AlreadyInOrganization):
            act(world, organization.create_organization, FeatureSet.ALL)

    def test_by_a_member(self, world: World) -> None:
        """Nor can a member."""
        member = create_member(world)
        with expect_refusal(world, AlreadyInOrganization):
            act(world, organization.create_organization, FeatureSet.ALL, account=member)

    def test_beside_another(self, world: World) -> None:
        """Many organizations live in one world and know nothing of each other."""
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        assert act(world, organization.describe_organization).id != other.id
        assert act(world, organization.describe_organization, account=STANDALONE) == other
        assert len({one.root_id for one in world.state.organizations.values()}) == 2

    def test_gives_every_root_an_id_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A root's four characters may come up twice; then they are drawn again."""
        monkeypatch.setattr(ids, "root_id", lambda *source: f"r-000{source[-1]}")
        world = World()
        for account in (MANAGEMENT, STANDALONE):
            act(world, organization.create_organization, FeatureSet.ALL, account=account)
        assert sorted(world.state.units) == ["r-0000", "r-0001"]


class TestDescribeOrganization:
    """describe_organization."""

    def test_by_a_member(self, world: World) -> None:
        """Every member may ask."""
        member = create_member(world)
        described = act(world, organization.describe_organization, account=member)
        assert described == act(world, organization.describe_organization)

    def test_by_a_stranger(self, world: World) -> None:
        """An account in no organization has nothing to be told."""
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=STANDALONE)


class TestRoots:
    """roots."""

    def test_is_one(self, world: World) -> None:
        """There is one root, named Root, without a parent."""
        ((_, root),) = list_all(world, organization.list_roots)
        assert (root.name, root.parent_id) == ("Root", None)

    def test_after_the_last(self, world: World) -> None:
        """After it there is none."""
        assert list_all(world, organization.list_roots, 0) == []

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """Only those who manage may ask."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, organization.list_roots, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.list_roots, account=STANDALONE)


class TestDeleteOrganization:
    """delete_organization."""

    def test_leaves_nothing_of_it(self, world: World) -> None:
        """Organization, root and membership are gone; the account is free to begin again."""
        act(world, organization.delete_organization)
        assert not world.state.organizations
        assert not world.state.units
        assert not world.state.memberships
        assert isinstance(world.events[-1], OrganizationDeleted)
        act(world, organization.create_organization, FeatureSet.ALL)

    def test_keeps_the_management_accounts_roles(self, world: World) -> None:
        """The account stands alone again, with the roles that it had."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        roles = world.state.roles[MANAGEMENT]
        act(world, organization.delete_organization)
        assert world.state.roles[MANAGEMENT] == roles

    def test_forgets_trusted_access(self, world: World) -> None:
        """A new organization of the same account trusts nobody."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        act(world, organization.delete_organization)
        act(world, organization.create_organization, FeatureSet.ALL)
        assert list_all(world, trusted_access.list_trusted_services) == []

    def test_withdraws_its_invitations(self, world: World) -> None:
        """An invitation of an organization that is gone does not exist any more, for anybody."""
        invited = act(world, account_invitations.invite_account, PartyKind.ACCOUNT, STANDALONE)
        act(world, organization.delete_organization)
        for account in (MANAGEMENT, STANDALONE):
            with expect_refusal(world, HandshakeNotFound):
                act(world, lifecycle.describe_handshake, invited.id, account=account)

    def test_with_members(self, world: World) -> None:
        """An organization with other accounts cannot be deleted."""
        create_member(world)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """Only the management account may."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, organization.delete_organization, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.delete_organization, account=STANDALONE)
