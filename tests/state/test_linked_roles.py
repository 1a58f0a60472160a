"""Service-linked roles: creation, and deletion by a task."""

import json
from datetime import timedelta

import pytest

from artifact_state import arns
from artifact_state.artifact import agreements
from artifact_state.errors import (
    DeletionTaskNotFound,
    InvalidDeletionTaskId,
    LinkedServiceNotFound,
    RoleNameTaken,
    RoleNotFound,
    SuffixNotAllowed,
)
from artifact_state.iam import linked_roles, role_changes
from artifact_state.iam.role_changes import NewRole
from artifact_state.iam.roles import role_of
from artifact_state.model import DeletionTask, FeatureSet, RoleUsage
from artifact_state.organizations import accounts, organization, trusted_access
from artifact_state.world import World
from tests.support.agreements import ORGANIZATION_AGREEMENT, accept, terminate
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    world_with_organization,
)

ARTIFACT = "artifact.amazonaws.com"
ROLE = "AWSServiceRoleForArtifact"
ORGANIZATIONS_ROLE = "AWSServiceRoleForOrganizations"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"},
    }
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization that trusts Artifact."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    return world


def delete(world: World, name: str = ROLE, account: str = MANAGEMENT) -> DeletionTask:
    """Start the deletion of a role."""
    return act(world, linked_roles.delete_linked_role, name, account=account)


def exists(world: World, name: str = ROLE, account: str = MANAGEMENT) -> bool:
    """Return whether an account has a role now."""
    try:
        role_of(world.state, account, name, world.clock.now())
    except RoleNotFound:
        return False
    return True


class TestCreateLinkedRole:
    """create_linked_role."""

    def test_created_role_equals_that_of_aws(self, world: World) -> None:
        """A role has AWS's name, path, policy and session length, in any account."""
        role = act(world, linked_roles.create_linked_role, ARTIFACT, account=STANDALONE)
        assert (role.account_id, role.name, role.path) == (STANDALONE, ROLE, f"/aws-service-role/{ARTIFACT}/")
        assert role.linked_service == ARTIFACT
        assert role.managed_policies == ("aws-service-role/AWSArtifactServiceRolePolicy",)
        assert role.max_session == timedelta(hours=1)
        assert exists(world, account=STANDALONE)

    @pytest.mark.parametrize("description", [None, "Mine"])
    def test_role_has_description_of_caller_only(self, world: World, description: str | None) -> None:
        """A role has the description that the caller gave, or none; only a service's own creation has AWS's."""
        role = act(world, linked_roles.create_linked_role, ARTIFACT, description=description, account=STANDALONE)
        assert role.description == (description or "")
        assert role_of(world.state, MANAGEMENT, ROLE, NOW).description

    def test_existing_role_is_refused(self, world: World) -> None:
        """A role that exists cannot be created again."""
        with expect_refusal(world, RoleNameTaken):
            act(world, linked_roles.create_linked_role, ARTIFACT)

    def test_deleted_role_is_created_with_new_id(self, world: World) -> None:
        """A deleted role can be created again, with another id."""
        before = role_of(world.state, MANAGEMENT, ROLE, NOW).id
        act(world, trusted_access.disable_service_access, ARTIFACT)
        delete(world)
        assert act(world, linked_roles.create_linked_role, ARTIFACT).id != before

    def test_suffix_is_refused(self, world: World) -> None:
        """Artifact's role does not allow a suffix."""
        with expect_refusal(world, SuffixNotAllowed):
            act(world, linked_roles.create_linked_role, ARTIFACT, suffix="x", account=STANDALONE)

    @pytest.mark.parametrize("principal", ["autoscaling", "connect", "lexv2"])
    def test_suffix_is_part_of_name(self, world: World, principal: str) -> None:
        """A service with an optional suffix takes roles with and without one, of different names."""
        for suffix in (None, "x", "y"):
            role = act(
                world, linked_roles.create_linked_role, f"{principal}.amazonaws.com", suffix=suffix, account=STANDALONE
            )
            assert role.name.endswith(f"_{suffix}") == (suffix is not None)
        with expect_refusal(world, RoleNameTaken):
            act(world, linked_roles.create_linked_role, f"{principal}.amazonaws.com", suffix="x", account=STANDALONE)

    @pytest.mark.parametrize(
        ("principal", "suffix", "is_unknown"),
        [
            ("profile.amazonaws.com", None, True),
            ("profile.amazonaws.com", "x", False),
            ("controltower.amazonaws.com", None, True),
            ("nothing.amazonaws.com", None, False),
            (ARTIFACT, None, False),
        ],
    )
    def test_unconfirmed_answers_are_unknown(
        self, world: World, principal: str, suffix: str | None, *, is_unknown: bool
    ) -> None:
        """The answer is unknown for services whose role is not confirmed, and for a suffix that is missing."""
        assert act(world, linked_roles.is_unknown, principal, suffix) == is_unknown

    @pytest.mark.parametrize("principal", ["nothing.amazonaws.com", "aws-artifact-account-sync.amazonaws.com", ""])
    def test_service_without_linked_role_is_refused(self, world: World, principal: str) -> None:
        """A service without a service-linked role is refused, even if it can be trusted."""
        with expect_refusal(world, LinkedServiceNotFound):
            act(world, linked_roles.create_linked_role, principal, account=STANDALONE)


class TestDeletionTask:
    """deletion_task."""

    @pytest.mark.parametrize("task_id", ["task", "task/aws-service-role/x/y", "task/role/x/y/" + "0" * 36])
    def test_malformed_task_id_is_refused(self, world: World, task_id: str) -> None:
        """A text that does not have the form of a task id is refused."""
        with expect_refusal(world, InvalidDeletionTaskId):
            act(world, linked_roles.deletion_task, task_id)


class TestDeleteLinkedRole:
    """delete_linked_role and deletion_task."""

    def test_deletion_fails_while_artifact_is_trusted(self, world: World) -> None:
        """The deletion fails and names the organization while trusted access is enabled."""
        task = delete(world)
        arn = arns.organizations("aws", MANAGEMENT, "organization", current_organization(world).id)
        assert task.usages == (RoleUsage(region="us-east-1", resources=(arn,)),)
        assert exists(world)

    def test_deletion_fails_with_active_agreements(self, world: World) -> None:
        """The failure names the active organization agreements, but no terminated one."""
        terminate(world, accept(world))
        active = accept(world)
        arn = arns.customer_agreement("aws", MANAGEMENT, active.id)
        assert delete(world).usages == (RoleUsage(region="us-east-1", resources=(arn,)),)

    def test_deletion_succeeds_without_trusted_access(self, world: World) -> None:
        """Without trusted access the role is deleted, even with agreements."""
        accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert delete(world).usages == ()
        assert not exists(world)

    def test_deletion_succeeds_after_removal_from_organization(self, world: World) -> None:
        """The role of a member can be deleted after its removal from the organization."""
        member = create_member(world)
        act(world, linked_roles.create_linked_role, ARTIFACT, account=member)
        assert delete(world, account=member).usages
        act(world, accounts.remove_account, member)
        assert not delete(world, account=member).usages
        assert not exists(world, account=member)

    def test_deletion_succeeds_after_organization_is_deleted(self, world: World) -> None:
        """The role can be deleted after the organization is deleted."""
        act(world, organization.delete_organization)
        assert not delete(world).usages

    def test_deletion_succeeds_in_standalone_account(self, world: World) -> None:
        """No service uses the role of a standalone account."""
        act(world, linked_roles.create_linked_role, ARTIFACT, account=STANDALONE)
        assert not delete(world, account=STANDALONE).usages

    def test_enabling_trusted_access_creates_deleted_role_again(self, world: World) -> None:
        """Enabling trusted access again creates a deleted role with a new id."""
        before = role_of(world.state, MANAGEMENT, ROLE, NOW).id
        act(world, trusted_access.disable_service_access, ARTIFACT)
        delete(world)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, NOW).id != before

    def test_role_exists_until_delayed_task_completes(self) -> None:
        """Until a delayed task completes, the role exists and a second request returns the same task."""
        world = world_with_organization(deletion_delay=timedelta(minutes=1))
        act(world, linked_roles.create_linked_role, ARTIFACT, account=STANDALONE)
        task = delete(world, account=STANDALONE)
        before = world.state
        assert delete(world, account=STANDALONE) == task
        assert world.state is before
        world.clock.advance(timedelta(seconds=59))
        assert exists(world, account=STANDALONE)
        world.clock.advance(timedelta(seconds=1))
        assert not exists(world, account=STANDALONE)
        with expect_refusal(world, RoleNotFound):
            delete(world, account=STANDALONE)

    def test_outcome_of_task_is_determined_at_request(self) -> None:
        """The use of the role at the time of the request determines the outcome of a task."""
        world = world_with_organization(deletion_delay=timedelta(minutes=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        task = delete(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        world.clock.advance(timedelta(minutes=1))
        assert act(world, linked_roles.deletion_task, task.id).usages
        assert exists(world)
        second = delete(world)
        assert second.id != task.id
        assert not second.usages

    def test_running_task_fails_when_trusted_access_is_enabled_again(self) -> None:
        """The service uses the role again, so that the role stays, with its id."""
        world = world_with_organization(deletion_delay=timedelta(minutes=1))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        before = role_of(world.state, MANAGEMENT, ROLE, NOW)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        task = delete(world)
        assert not task.usages
        world.clock.advance(timedelta(seconds=59))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        world.clock.advance(timedelta(minutes=1))
        assert act(world, linked_roles.deletion_task, task.id).usages
        assert role_of(world.state, MANAGEMENT, ROLE, world.clock.now()) == before

    def test_enabling_trusted_access_adopts_no_impostor(self) -> None:
        """A role of the same name that no service created stays an ordinary role, and can be deleted as one."""
        world = world_with_organization()
        act(world, role_changes.create_role, NewRole(name=ROLE, path="/", trust_policy=TRUST))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        assert (role.linked_service, role.path) == (None, "/")
        with expect_refusal(world, RoleNotFound):
            delete(world)
        act(world, role_changes.delete_role, ROLE)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, NOW).linked_service == ARTIFACT

    def test_task_id_has_form_of_aws(self, world: World) -> None:
        """A task id contains the service, the role and a UUID."""
        task = delete(world)
        assert task.id.startswith(f"task/aws-service-role/{ARTIFACT}/{ROLE}/")
        assert act(world, linked_roles.deletion_task, task.id) == task

    def test_unknown_or_unlinked_role_is_not_found(self, world: World) -> None:
        """A role that does not exist or is not linked to a service is not found."""
        with expect_refusal(world, RoleNotFound):
            delete(world, account=STANDALONE)
        member = create_member(world)
        with expect_refusal(world, RoleNotFound):
            delete(world, "OrganizationAccountAccessRole", member)

    def test_task_of_another_account_is_not_found(self, world: World) -> None:
        """An account does not find the tasks of other accounts."""
        task = delete(world)
        another = task.id.rpartition("/")[0] + "/" + "0" * 36
        for account, task_id in ((STANDALONE, task.id), (MANAGEMENT, another)):
            with expect_refusal(world, DeletionTaskNotFound):
                act(world, linked_roles.deletion_task, task_id, account=account)


class TestOrganizationsRole:
    """The service-linked role of Organizations."""

    def test_role_is_in_use_with_all_features(self, world: World) -> None:
        """In an organization with all features, no account can delete the role."""
        member = create_member(world)
        for account in (MANAGEMENT, member):
            assert delete(world, ORGANIZATIONS_ROLE, account).usages
            assert exists(world, ORGANIZATIONS_ROLE, account)

    def test_role_is_unused_with_consolidated_billing(self, world: World) -> None:
        """In an organization with consolidated billing the role can be deleted."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        assert not delete(world, ORGANIZATIONS_ROLE, STANDALONE).usages
        assert not exists(world, ORGANIZATIONS_ROLE, STANDALONE)

    def test_role_is_unused_after_leaving(self, world: World) -> None:
        """An account that has left its organization can delete the role."""
        member = create_member(world)
        act(world, accounts.leave_organization, account=member)
        assert not delete(world, ORGANIZATIONS_ROLE, member).usages


class TestOrganizationAcceptances:
    """organization_acceptances."""

    def test_acceptance_stays_in_force_without_trusted_access(self, world: World) -> None:
        """Accepted organization agreements stay in force without trusted access."""
        accepted = accept(world, ORGANIZATION_AGREEMENT)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert list(agreements.organization_acceptances(world.state, current_organization(world))) == [accepted]
