"""Service-linked roles: made for a service, deleted by a task that tells how it ends."""

from datetime import timedelta

import pytest

from artifact_state import arns
from artifact_state.artifact import agreements
from artifact_state.errors import (DeletionTaskNotFound, InvalidDeletionTaskId, LinkedServiceNotFound, RoleNameTaken, RoleNotFound, SuffixNotAllowed)
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import DeletionTask, FeatureSet, RoleUsage
from artifact_state.organizations import accounts, organization, trusted_access
from artifact_state.world import World
from tests.state.test_agreements import ORGANIZATION_AGREEMENT, accept, terminate
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


@pytest.fixture
def world() -> World:
    """Give a world with an organization that trusts Artifact."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    return world


def delete(world: World, name: str = ROLE, account: str = MANAGEMENT) -> DeletionTask:
    """Ask for a role's deletion."""
    return act(world, linked_roles.delete_linked_role, name, account=account)


def exists(world: World, name: str = ROLE, account: str = MANAGEMENT) -> bool:
    """Tell whether an account has a role now."""
    try:
        role_of(world.state, account, name, world.clock.now())
    except RoleNotFound:
        return False
    return True


class TestCreateLinkedRole:
    """create_linked_role."""

    def test_in_any_account(self, world: World) -> None:
        """The role is AWS's in every detail, wherever it is made."""
        role = act(world, linked_roles.create_linked_role, ARTIFACT, account=STANDALONE)
        assert (role.account_id, role.name, role.path) == (STANDALONE, ROLE, f"/aws-service-role/{ARTIFACT}/")
        assert role.linked_service == ARTIFACT
        assert role.managed_policies == ("aws-service-role/AWSArtifactServiceRolePolicy",)
        assert role.max_session == timedelta(hours=1)
        assert role.description
        assert exists(world, account=STANDALONE)

    def test_with_a_description(self, world: World) -> None:
        """A description of one's own takes the place of AWS's."""
        role = act(world, linked_roles.create_linked_role, ARTIFACT, description="Mine", account=STANDALONE)
        assert role.description == "Mine"

    def test_that_is_there(self, world: World) -> None:
        """A role of the name is there already."""
        with expect_refusal(world, RoleNameTaken):
            act(world, linked_roles.create_linked_role, ARTIFACT)

    def test_that_was_deleted(self, world: World) -> None:
        """A deleted role may be made again, and is another role."""
        before = role_of(world.state, MANAGEMENT, ROLE, NOW).id
        act(world, trusted_access.disable_service_access, ARTIFACT)
        delete(world)
        assert act(world, linked_roles.create_linked_role, ARTIFACT).id != before

    def test_with_a_suffix(self, world: World) -> None:
        """Artifact's role takes no suffix."""
        with expect_refusal(world, SuffixNotAllowed):
            act(world, linked_roles.create_linked_role, ARTIFACT, suffix="x", account=STANDALONE)

    @pytest.mark.parametrize("principal", ["nothing.amazonaws.com", "aws-artifact-account-sync.amazonaws.com", ""])
    def test_of_a_service_that_has_none(self, world: World, principal: str) -> None:
        """A service that has no role, be it one that is trusted."""
        with expect_refusal(world, LinkedServiceNotFound):
            act(world, linked_roles.create_linked_role, principal, account=STANDALONE)


class TestDeletionTask:
    """deletion_task."""

    @pytest.mark.parametrize("task_id", ["task", "task/aws-service-role/x/y", "task/role/x/y/" + "0" * 36])
    def test_by_no_id(self, world: World, task_id: str) -> None:
        """What has not the form of a task's id is none."""
        with expect_refusal(world, InvalidDeletionTaskId):
            act(world, linked_roles.deletion_task, task_id)


class TestDeleteLinkedRole:
    """delete_linked_role and deletion_task."""

    def test_while_its_organization_trusts_artifact(self, world: World) -> None:
        """You can delete this role only if you disable trusted access: the task fails and says where it is used."""
        task = delete(world)
        itself = current_organization(world)
        arn = arns.organizations("aws", MANAGEMENT, "organization", itself.id)
        assert task.usages == (RoleUsage(region="us-east-1", resources=(arn,)),)
        assert exists(world)

    def test_while_agreements_are_active(self, world: World) -> None:
        """The failure names the active organization agreements; a terminated one is not among them."""
        ended, active = accept(world), None
        terminate(world, ended)
        active = accept(world)
        arn = arns.customer_agreement("aws", MANAGEMENT, active.id)
        assert delete(world).usages == (RoleUsage(region="us-east-1", resources=(arn,)),)

    def test_once_trusted_access_is_off(self, world: World) -> None:
        """With trusted access off the role goes, agreements or not."""
        accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert delete(world).usages == ()
        assert not exists(world)

    def test_once_the_account_has_left(self, world: World) -> None:
        """You can delete the role if you remove the member account from the organization."""
        member = create_member(world)
        act(world, linked_roles.create_linked_role, ARTIFACT, account=member)
        assert delete(world, account=member).usages
        act(world, accounts.remove_account, member)
        assert not delete(world, account=member).usages
        assert not exists(world, account=member)

    def test_once_the_organization_is_gone(self, world: World) -> None:
        """An account that stands alone again may delete it."""
        act(world, organization.delete_organization)
        assert not delete(world).usages

    def test_of_an_account_that_never_was_in_one(self, world: World) -> None:
        """Nothing uses the role of a standalone account."""
        act(world, linked_roles.create_linked_role, ARTIFACT, account=STANDALONE)
        assert not delete(world, account=STANDALONE).usages

    def test_is_made_again_by_enabling(self, world: World) -> None:
        """Re-enabling makes a role that was deleted, under a new id."""
        before = role_of(world.state, MANAGEMENT, ROLE, NOW).id
        act(world, trusted_access.disable_service_access, ARTIFACT)
        delete(world)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert role_of(world.state, MANAGEMENT, ROLE, NOW).id != before

    def test_takes_its_time(self) -> None:
        """A world may be slow: until the task completes the role is there, and a second request gives the same task."""
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

    def test_settles_how_it_ends_when_it_is_asked_for(self) -> None:
        """What is used at the time of the request fails, though it be free a moment later; a new request succeeds."""
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

    def test_has_an_id_of_awss_form(self, world: World) -> None:
        """The id says service and role, and ends in a UUID."""
        task = delete(world)
        assert task.id.startswith(f"task/aws-service-role/{ARTIFACT}/{ROLE}/")
        assert act(world, linked_roles.deletion_task, task.id) == task

    def test_of_a_role_that_is_not_there(self, world: World) -> None:
        """No role, or one that is not linked to a service."""
        with expect_refusal(world, RoleNotFound):
            delete(world, account=STANDALONE)
        member = create_member(world)
        with expect_refusal(world, RoleNotFound):
            delete(world, "OrganizationAccountAccessRole", member)

    def test_of_another_account_cannot_be_seen(self, world: World) -> None:
        """A task is its own account's."""
        task = delete(world)
        another = task.id.rpartition("/")[0] + "/" + "0" * 36
        for account, task_id in ((STANDALONE, task.id), (MANAGEMENT, another)):
            with expect_refusal(world, DeletionTaskNotFound):
                act(world, linked_roles.deletion_task, task_id, account=account)


class TestOrganizationsRole:
    """The role of Organizations itself."""

    def test_stays_in_an_organization_of_all_features(self, world: World) -> None:
        """After all features are on it cannot be deleted from any account."""
        member = create_member(world)
        for account in (MANAGEMENT, member):
            assert delete(world, ORGANIZATIONS_ROLE, account).usages
            assert exists(world, ORGANIZATIONS_ROLE, account)

    def test_goes_with_consolidated_billing_alone(self, world: World) -> None:
        """With consolidated billing only it is unused, and may be deleted."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        assert not delete(world, ORGANIZATIONS_ROLE, STANDALONE).usages
        assert not exists(world, ORGANIZATIONS_ROLE, STANDALONE)

    def test_goes_once_the_account_stands_alone(self, world: World) -> None:
        """An account that has left may delete it."""
        member = create_member(world)
        act(world, accounts.leave_organization, account=member)
        assert not delete(world, ORGANIZATIONS_ROLE, member).usages


class TestOrganizationAcceptances:
    """organization_acceptances."""

    def test_remain_while_trusted_access_is_off(self, world: World) -> None:
        """Any organization agreements that you accept remain: they are in force, reachable or not."""
        accepted = accept(world, ORGANIZATION_AGREEMENT)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert list(agreements.organization_acceptances(world.state, current_organization(world))) == [accepted]
