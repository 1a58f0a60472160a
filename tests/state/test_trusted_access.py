import json
from datetime import timedelta

import pytest

from artifact_state import catalog, snapshot
from artifact_state.artifact.agreements import artifact_is_trusted
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    NotInOrganization,
    RoleNotFound,
    WrongAccount,
)
from artifact_state.events import RoleCreated, ServiceAccessDisabled, ServiceAccessEnabled
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet
from artifact_state.organizations import organization, trusted_access
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    world_with_organization,
)

ARTIFACT = "artifact.amazonaws.com"
SYNC = "aws-artifact-account-sync.amazonaws.com"
ROLE = "AWSServiceRoleForArtifact"
BOTH_RULES = pytest.mark.parametrize(
    "rule", [trusted_access.enable_service_access, trusted_access.disable_service_access], ids=["enable", "disable"]
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def trusted(world: World) -> list[str]:
    """Return the enabled service principals."""
    return [trust.principal for trust in list_all(world, trusted_access.list_trusted_services)]


class TestEnableServiceAccess:
    """EnableAWSServiceAccess."""

    @pytest.mark.parametrize("principal", [ARTIFACT, SYNC])
    def test_either_artifact_principal_enables_artifact(self, world: World, principal: str) -> None:
        """Either of the principals of AWS Artifact enables it, and the principal that was passed is listed."""
        act(world, trusted_access.enable_service_access, principal)
        assert trusted(world) == [principal]
        assert artifact_is_trusted(current_organization(world))

    @pytest.mark.parametrize("principal", [ARTIFACT, SYNC])
    def test_linked_role_is_created_in_the_management_account(self, world: World, principal: str) -> None:
        """The service-linked role is automatically created in your organization's management account."""
        member = create_member(world)
        act(world, trusted_access.enable_service_access, principal)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        assert (role.path, role.linked_service) == (f"/aws-service-role/{ARTIFACT}/", ARTIFACT)
        assert role.managed_policies == ("aws-service-role/AWSArtifactServiceRolePolicy",)
        with pytest.raises(RoleNotFound):
            role_of(world.state, member, ROLE, NOW)

    def test_linked_role_is_created_once(self, world: World) -> None:
        """Enabling the other principal, or enabling again, creates no second role."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, world.clock.now()) == role
        assert sum(isinstance(event, RoleCreated) and event.role_name == ROLE for event in world.events) == 1

    def test_another_service_creates_no_role_of_artifact(self, world: World) -> None:
        """Trusted access for another service does not create the role of AWS Artifact."""
        act(world, trusted_access.enable_service_access, "ram.amazonaws.com")
        assert not artifact_is_trusted(current_organization(world))
        with pytest.raises(RoleNotFound):
            role_of(world.state, MANAGEMENT, ROLE, NOW)

    def test_role_that_another_step_creates_is_not_created(self, world: World) -> None:
        """Trusted access creates no role of a service that creates it itself, or leaves it to be created by hand."""
        before = world.state.roles
        for principal in (
            "cloudtrail.amazonaws.com",
            "dashboard.eks.amazonaws.com",
            "observabilityadmin.amazonaws.com",
            "q.amazonaws.com",
        ):
            act(world, trusted_access.enable_service_access, principal)
        assert world.state.roles == before

    def test_enabling_twice_keeps_the_first_date(self, world: World) -> None:
        """Enabling an enabled service again changes nothing."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        before = world.state
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert world.state is before
        assert [trust.since for trust in list_all(world, trusted_access.list_trusted_services)] == [NOW]

    def test_each_change_is_recorded_once(self, world: World) -> None:
        """Every change of trusted access is recorded as one event; a call without effect is not."""
        for _ in range(2):
            act(world, trusted_access.enable_service_access, ARTIFACT)
            act(world, trusted_access.disable_service_access, ARTIFACT)
            act(world, trusted_access.disable_service_access, ARTIFACT)
        changes = [
            type(event) for event in world.events if isinstance(event, ServiceAccessEnabled | ServiceAccessDisabled)
        ]
        assert changes == [ServiceAccessEnabled, ServiceAccessDisabled] * 2

    @pytest.mark.parametrize(("choice", "refused_principal"), [("documented", SYNC), ("account-sync", ARTIFACT)])
    def test_world_may_refuse_one_of_the_artifact_principals(self, choice: str, refused_principal: str) -> None:
        """A world may recognize only one of the principals of AWS Artifact, as either of AWS's documents does."""
        world = world_with_organization(artifact_principal=choice)
        for rule in (trusted_access.enable_service_access, trusted_access.disable_service_access):
            with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
                act(world, rule, refused_principal)
        act(world, trusted_access.enable_service_access, ARTIFACT if refused_principal == SYNC else SYNC)


class TestDisableServiceAccess:
    """DisableAWSServiceAccess."""

    def test_disabling_keeps_the_linked_role(self, world: World) -> None:
        """The service-linked role of AWS Artifact remains when trusted access is disabled."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, NOW) == role
        assert trusted(world) == []

    def test_artifact_is_trusted_while_either_principal_is_enabled(self, world: World) -> None:
        """AWS Artifact is trusted while either of its principals is enabled."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert artifact_is_trusted(current_organization(world))
        act(world, trusted_access.disable_service_access, SYNC)
        assert not artifact_is_trusted(current_organization(world))

    def test_disabling_a_service_that_is_not_enabled_changes_nothing(self, world: World) -> None:
        """Disabling a service that is not enabled changes nothing and is not an error."""
        before = world.state
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert world.state is before

    def test_enabling_after_disabling_has_a_new_date(self, world: World) -> None:
        """A service that is enabled again after it was disabled has a new date."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert [trust.since for trust in list_all(world, trusted_access.list_trusted_services)] == [
            NOW + timedelta(days=1)
        ]


class TestRefusals:
    """Refusals of both operations."""

    @BOTH_RULES
    def test_member_is_refused(self, world: World, rule: object) -> None:
        """Only the management account may change trusted access, whatever the principal."""
        member = create_member(world)
        for principal in (ARTIFACT, "nonsense"):
            with expect_refusal(world, WrongAccount):
                act(world, rule, principal, account=member)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    def test_standalone_account_is_refused(self, world: World, rule: object) -> None:
        """A standalone account has no organization to change."""
        with expect_refusal(world, NotInOrganization):
            act(world, rule, ARTIFACT, account=STANDALONE)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    @pytest.mark.parametrize(
        "principal",
        ["stacksets.cloudformation.amazonaws.com", "reports.billing.amazonaws.com", "Artifact.amazonaws.com", "x", ""],
    )
    def test_unknown_principal_is_refused(self, world: World, rule: object, principal: str) -> None:
        """A principal that AWS does not recognize, or in another spelling, is refused."""
        with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
            act(world, rule, principal)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    def test_organization_without_all_features_is_refused(self, world: World, rule: object) -> None:
        """Trusted access needs an organization with all features."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        with expect_refusal(world, ConstraintViolated, Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE):
            act(world, rule, ARTIFACT, account=STANDALONE)  # type: ignore[arg-type] # One of the two rules.

    def test_organization_without_all_features_has_no_list(self, world: World) -> None:
        """An organization with consolidated billing only cannot list trusted services."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        with expect_refusal(world, ConstraintViolated, Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE):
            act(world, trusted_access.list_trusted_services, account=STANDALONE)


class TestAddedServices:
    """Services that belong to the options of one world."""

    def test_added_service_is_known_to_its_world_alone(self, world: World) -> None:
        """A world that has a service of its own trusts it; another world does not recognize its principal."""
        other = world_with_organization()
        added = catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}])
        world.options = replace(world.options, services=added)
        act(world, trusted_access.enable_service_access, "mine.example.com")
        assert trusted(world) == ["mine.example.com"]
        with expect_refusal(other, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
            act(other, trusted_access.enable_service_access, "mine.example.com")

    def test_added_services_survive_a_snapshot(self, world: World) -> None:
        """A snapshot of a world has the services that were added to it."""
        role = {"name": "Mine", "principal": "mine.example.com", "policy_name": "Mine", "created_in": "management"}
        entry = {"name": "Mine", "principals": ["mine.example.com"], "roles": [role], "evidence": {"a": "b"}}
        world.options = replace(world.options, services=catalog.read_services([entry]))
        restored = snapshot.load_world(json.loads(json.dumps(snapshot.dump_world(world, "0"))))
        assert restored.options == world.options


class TestTrustedServices:
    """ListAWSServiceAccessForOrganization."""

    def test_principals_are_listed_in_order_of_enabling(self, world: World) -> None:
        """The principals are listed in the order in which they were enabled."""
        for principal in (SYNC, "ram.amazonaws.com", ARTIFACT):
            act(world, trusted_access.enable_service_access, principal)
        assert trusted(world) == [SYNC, "ram.amazonaws.com", ARTIFACT]

    def test_member_and_standalone_account_cannot_list(self, world: World) -> None:
        """Neither a member nor a standalone account may list the principals."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, trusted_access.list_trusted_services, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, trusted_access.list_trusted_services, account=STANDALONE)
