import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    PolicyNotFound,
    PolicyTypeAlreadyEnabled,
    PolicyTypeNotEnabled,
    RootNotFound,
)
from artifact_state.events import PolicyTypeChanged
from artifact_state.model import PolicyType
from artifact_state.organizations import trusted_access
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    act,
    create_member,
    expect_refusal,
    list_all,
    root_id,
    world_with_organization,
)
from tests.support.organization_policies import (
    FULL_ACCESS,
    RCP,
    RCP_FULL_ACCESS,
    SCP,
    TAG_POLICY,
    attached_ids,
    create_policy,
    enable_policy_type,
    target_ids,
    world_with_policies,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization, whose service control policies are enabled."""
    return world_with_policies()


class TestPolicyTypes:
    """EnablePolicyType and DisablePolicyType."""

    def test_new_organization_attaches_no_policy(self) -> None:
        """Until a type is enabled, nothing is attached, and nothing can be."""
        world = world_with_organization()
        policy = create_policy(world)
        assert attached_ids(world, MANAGEMENT) == target_ids(world, FULL_ACCESS) == []
        with expect_refusal(world, PolicyTypeNotEnabled):
            act(world, targets.attach_policy, policy.id, MANAGEMENT)
        enable_policy_type(world, SCP)
        assert attached_ids(world, MANAGEMENT) == [FULL_ACCESS]
        act(world, targets.attach_policy, policy.id, MANAGEMENT)

    def test_disabling_a_type_detaches_its_policies_for_good(self, world: World) -> None:
        """A disabled type has no attachments; enabled again, only AWS's own policy is attached, to every target."""
        policy, member = create_policy(world), create_member(world, "member")
        act(world, targets.attach_policy, policy.id, member)
        act(world, targets.detach_policy, FULL_ACCESS, member)
        disabled, _ = act(world, policy_types.disable_policy_type, root_id(world), SCP)
        assert disabled.enabled_policy_types == ()
        assert attached_ids(world, member) == []
        assert target_ids(world, policy.id) == target_ids(world, FULL_ACCESS) == []
        act(world, policy_types.enable_policy_type, root_id(world), SCP)
        assert attached_ids(world, member) == [FULL_ACCESS]
        assert target_ids(world, policy.id) == []
        act(world, targets.attach_policy, policy.id, member)
        assert target_ids(world, policy.id) == [member]
        assert isinstance(world.events[-2], PolicyTypeChanged)

    def test_disabling_a_type_deletes_no_policy(self, world: World) -> None:
        """The policies of a disabled type still exist."""
        policy = create_policy(world)
        act(world, policy_types.disable_policy_type, root_id(world), SCP)
        assert [listed.id for listed in list_all(world, policies.list_policies, SCP)] == [FULL_ACCESS, policy.id]
        act(world, policies.delete_policy, policy.id)

    def test_rcp_full_access_exists_only_while_its_type_is_enabled(self, world: World) -> None:
        """RCPFullAWSAccess exists only while resource control policies are enabled, and cannot be detached."""
        assert list_all(world, policies.list_policies, RCP) == []
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.describe_policy, RCP_FULL_ACCESS)
        act(world, policy_types.enable_policy_type, root_id(world), RCP)
        assert attached_ids(world, MANAGEMENT, RCP) == [RCP_FULL_ACCESS]
        with expect_refusal(world, InvalidInput, InputReason.NON_DETACHABLE_POLICY):
            act(world, targets.detach_policy, RCP_FULL_ACCESS, MANAGEMENT)

    def test_type_cannot_be_enabled_or_disabled_twice(self, world: World) -> None:
        """An enabled type cannot be enabled, nor a disabled one disabled."""
        with expect_refusal(world, PolicyTypeAlreadyEnabled):
            act(world, policy_types.enable_policy_type, root_id(world), SCP)
        with expect_refusal(world, PolicyTypeNotEnabled):
            act(world, policy_types.disable_policy_type, root_id(world), TAG_POLICY)

    def test_root_of_another_organization_is_refused(self, world: World) -> None:
        """The root must be the organization's own."""
        for rule in (policy_types.enable_policy_type, policy_types.disable_policy_type):
            with expect_refusal(world, RootNotFound):
                act(world, rule, "r-none", TAG_POLICY)

    def test_type_of_a_service_needs_its_trusted_access(self, world: World) -> None:
        """A service's policy type needs trusted access for the service, which stays while the type is enabled."""
        policy_type, principal = PolicyType.SECURITYHUB_POLICY, "securityhub.amazonaws.com"
        with expect_refusal(world, ConstraintViolated, Constraint.SERVICE_ACCESS_NOT_ENABLED):
            act(world, policy_types.enable_policy_type, root_id(world), policy_type)
        act(world, trusted_access.enable_service_access, principal)
        act(world, policy_types.enable_policy_type, root_id(world), policy_type)
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE):
            act(world, trusted_access.disable_service_access, principal)
        act(world, policy_types.disable_policy_type, root_id(world), policy_type)
        act(world, trusted_access.disable_service_access, principal)
