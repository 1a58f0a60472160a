"""Trusted access: who may enable it, for whom, and what it leaves behind."""

import json
from dataclasses import replace
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
    """Give a world with an organization."""
    return world_with_organization()


def trusted(world: World) -> list[str]:
    """List the principals that the organization trusts."""
    return [one.principal for one in list_all(world, trusted_access.trusted_services)]


class TestEnableServiceAccess:
    """enable_service_access."""

    @pytest.mark.parametrize("principal", [ARTIFACT, SYNC])
    def test_trusts_artifact(self, world: World, principal: str) -> None:
        """Either of Artifact's principals opens it; what was passed is what is listed."""
        act(world, trusted_access.enable_service_access, principal)
        assert trusted(world) == [principal]
        assert artifact_is_trusted(current_organization(world))

    @pytest.mark.parametrize("principal", [ARTIFACT, SYNC])
    def test_makes_the_role_in_the_management_account(self, world: World, principal: str) -> None:
        """The service-linked role is automatically created in your organization's management account."""
        member = create_member(world)
        act(world, trusted_access.enable_service_access, principal)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        assert (role.path, role.linked_service) == (f"/aws-service-role/{ARTIFACT}/", ARTIFACT)
        assert role.managed_policies == ("aws-service-role/AWSArtifactServiceRolePolicy",)
        with pytest.raises(RoleNotFound):
            role_of(world.state, member, ROLE, NOW)

    def test_makes_the_role_once(self, world: World) -> None:
        """Both principals, and enabling again after a disable, find the role that is there."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, world.clock.now()) == role
        assert sum(isinstance(event, RoleCreated) and event.role_name == ROLE for event in world.events) == 1

    def test_of_another_service_makes_no_role_of_artifacts(self, world: World) -> None:
        """Another service's trust is its own affair."""
        act(world, trusted_access.enable_service_access, "ram.amazonaws.com")
        assert not artifact_is_trusted(current_organization(world))
        with pytest.raises(RoleNotFound):
            role_of(world.state, MANAGEMENT, ROLE, NOW)

    def test_twice_keeps_the_first_date(self, world: World) -> None:
        """Enabling what is enabled changes nothing at all."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        before = world.state
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert world.state is before
        assert [one.since for one in list_all(world, trusted_access.trusted_services)] == [NOW]

    def test_is_told(self, world: World) -> None:
        """One event each time that something changed."""
        for _ in range(2):
            act(world, trusted_access.enable_service_access, ARTIFACT)
            act(world, trusted_access.disable_service_access, ARTIFACT)
            act(world, trusted_access.disable_service_access, ARTIFACT)
        told = [type(one) for one in world.events if isinstance(one, ServiceAccessEnabled | ServiceAccessDisabled)]
        assert told == [ServiceAccessEnabled, ServiceAccessDisabled] * 2

    @pytest.mark.parametrize(("choice", "refused_principal"), [("documented", SYNC), ("account-sync", ARTIFACT)])
    def test_of_the_principal_that_the_world_does_not_take(self, choice: str, refused_principal: str) -> None:
        """A world may take one of Artifact's principals only, as either of AWS's documents has it."""
        world = world_with_organization(artifact_principal=choice)
        for rule in (trusted_access.enable_service_access, trusted_access.disable_service_access):
            with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
                act(world, rule, refused_principal)
        act(world, trusted_access.enable_service_access, ARTIFACT if refused_principal == SYNC else SYNC)


class TestDisableServiceAccess:
    """disable_service_access."""

    def test_leaves_the_role(self, world: World) -> None:
        """The AWS Artifact role that AWS Artifact creates remains."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, NOW) == role
        assert trusted(world) == []

    def test_of_one_principal_leaves_the_other(self, world: World) -> None:
        """Artifact is trusted while either principal is."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert artifact_is_trusted(current_organization(world))
        act(world, trusted_access.disable_service_access, SYNC)
        assert not artifact_is_trusted(current_organization(world))

    def test_of_what_is_not_enabled(self, world: World) -> None:
        """Disabling what is not enabled changes nothing, and is no error."""
        before = world.state
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert world.state is before

    def test_begins_anew_afterwards(self, world: World) -> None:
        """Enabling after a disable has a new date."""
        act(world, trusted_access.enable_service_access, ARTIFACT)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        world.clock.advance(timedelta(days=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert [one.since for one in list_all(world, trusted_access.trusted_services)] == [NOW + timedelta(days=1)]


class TestRefusals:
    """What both rules refuse."""

    @BOTH_RULES
    def test_a_member(self, world: World, rule: object) -> None:
        """Only an administrator in the management account can, whatever the principal."""
        member = create_member(world)
        for principal in (ARTIFACT, "nonsense"):
            with expect_refusal(world, WrongAccount):
                act(world, rule, principal, account=member)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    def test_a_stranger(self, world: World, rule: object) -> None:
        """An account in no organization has nothing to enable."""
        with expect_refusal(world, NotInOrganization):
            act(world, rule, ARTIFACT, account=STANDALONE)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    @pytest.mark.parametrize(
        "principal",
        ["stacksets.cloudformation.amazonaws.com", "reports.billing.amazonaws.com", "Artifact.amazonaws.com", "x", ""],
    )
    def test_an_unknown_principal(self, world: World, rule: object, principal: str) -> None:
        """A principal that AWS does not know, or spells otherwise."""
        with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
            act(world, rule, principal)  # type: ignore[arg-type] # One of the two rules.

    @BOTH_RULES
    def test_an_organization_for_billing_alone(self, world: World, rule: object) -> None:
        """Trusted access needs all features."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        with expect_refusal(world, ConstraintViolated, Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE):
            act(world, rule, ARTIFACT, account=STANDALONE)  # type: ignore[arg-type] # One of the two rules.


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
    """trusted_services."""

    def test_come_in_the_order_of_enabling(self, world: World) -> None:
        """The longest enabled is first."""
        for principal in (SYNC, "ram.amazonaws.com", ARTIFACT):
            act(world, trusted_access.enable_service_access, principal)
        assert trusted(world) == [SYNC, "ram.amazonaws.com", ARTIFACT]

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """Only those who manage may list."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, trusted_access.trusted_services, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, trusted_access.trusted_services, account=STANDALONE)
