from datetime import timedelta

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    PolicyAlreadyAttached,
    PolicyNotAttached,
    PolicyNotFound,
    PolicyTypeNotEnabled,
    TargetNotFound,
)
from artifact_state.events import AttachmentChanged
from artifact_state.organizations import account_closure, accounts, hierarchy
from artifact_state.organizations.policies import policies, targets
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    root_id,
)
from tests.support.organization_policies import (
    FULL_ACCESS,
    NO_TAGS,
    SCP,
    TAG_POLICY,
    attached_ids,
    create_policy,
    quotas_of_type,
    target_ids,
    world_with_policies,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization, whose service control policies are enabled."""
    return world_with_policies()


class TestAttach:
    """AttachPolicy."""

    def test_policy_attaches_to_root_unit_and_accounts(self, world: World) -> None:
        """A root, a unit and accounts have policies of their own, AWS's first; inherited ones are not listed."""
        policy = create_policy(world)
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        member = create_member(world, "member")
        all_targets = [root_id(world), unit, member, MANAGEMENT]
        for target_id in all_targets:
            act(world, targets.attach_policy, policy.id, target_id)
            assert attached_ids(world, target_id) == [FULL_ACCESS, policy.id]
        assert target_ids(world, policy.id) == all_targets
        assert isinstance(world.events[-1], AttachmentChanged)

    def test_aws_managed_policy_is_attached_to_every_target(self, world: World) -> None:
        """AWS's own policy is attached to every target, later ones included, in the order of creation."""
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        member = create_member(world, "member")
        assert target_ids(world, FULL_ACCESS) == [root_id(world), MANAGEMENT, unit, member]

    def test_attachments_beyond_the_quota_are_refused(self) -> None:
        """A target has no more policies of a type than the quota, AWS's own included."""
        world = world_with_policies(quotas=quotas_of_type(SCP, max_attached=2))
        first, second = create_policy(world), create_policy(world, "Second")
        act(world, targets.attach_policy, first.id, MANAGEMENT)
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED):
            act(world, targets.attach_policy, second.id, MANAGEMENT)

    def test_attached_policy_cannot_be_attached_again(self, world: World) -> None:
        """A policy that is attached to a target cannot be attached to it again, nor can AWS's own."""
        policy = create_policy(world)
        act(world, targets.attach_policy, policy.id, MANAGEMENT)
        for policy_id in (policy.id, FULL_ACCESS):
            with expect_refusal(world, PolicyAlreadyAttached):
                act(world, targets.attach_policy, policy_id, MANAGEMENT)

    def test_unknown_policy_is_refused_before_an_unknown_target(self, world: World) -> None:
        """An unknown policy is refused first, then an unknown target."""
        with expect_refusal(world, PolicyNotFound):
            act(world, targets.attach_policy, "p-12345678", STANDALONE)
        for target_id in (STANDALONE, "r-none", "ou-none-12345678"):
            for rule in (targets.attach_policy, targets.detach_policy):
                with expect_refusal(world, TargetNotFound):
                    act(world, rule, FULL_ACCESS, target_id)
        with expect_refusal(world, TargetNotFound):
            list_all(world, targets.list_policies_for_target, STANDALONE, SCP)

    def test_policy_of_a_disabled_type_cannot_be_attached(self, world: World) -> None:
        """A policy of a type that is not enabled cannot be attached."""
        policy = create_policy(world, policy_type=TAG_POLICY, content=NO_TAGS)
        with expect_refusal(world, PolicyTypeNotEnabled):
            act(world, targets.attach_policy, policy.id, MANAGEMENT)


class TestDetach:
    """DetachPolicy."""

    def test_aws_managed_policy_can_be_replaced_and_attached_again(self, world: World) -> None:
        """AWS's own policy can be detached once another is attached, and attached again."""
        policy, member = create_policy(world), create_member(world, "member")
        act(world, targets.attach_policy, policy.id, member)
        act(world, targets.detach_policy, FULL_ACCESS, member)
        assert attached_ids(world, member) == [policy.id]
        assert member not in target_ids(world, FULL_ACCESS)
        with expect_refusal(world, PolicyNotAttached):
            act(world, targets.detach_policy, FULL_ACCESS, member)
        act(world, targets.attach_policy, FULL_ACCESS, member)
        assert attached_ids(world, member) == [FULL_ACCESS, policy.id]

    def test_last_service_control_policy_cannot_be_detached(self, world: World) -> None:
        """Every target keeps at least one service control policy."""
        with expect_refusal(world, ConstraintViolated, Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED):
            act(world, targets.detach_policy, FULL_ACCESS, root_id(world))

    def test_policy_that_is_not_attached_cannot_be_detached(self, world: World) -> None:
        """A policy that is not attached to a target cannot be detached from it."""
        policy = create_policy(world)
        with expect_refusal(world, PolicyNotAttached):
            act(world, targets.detach_policy, policy.id, MANAGEMENT)


class TestRemovedTargets:
    """Policies of targets that no longer exist."""

    def test_removed_target_no_longer_holds_its_policy(self, world: World) -> None:
        """A policy is no longer attached to an account that left or to a unit that was deleted."""
        policy, member = create_policy(world), create_member(world, "member")
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        for target_id in (member, unit):
            act(world, targets.attach_policy, policy.id, target_id)
        act(world, accounts.remove_account, member)
        act(world, hierarchy.delete_unit, unit)
        assert target_ids(world, policy.id) == []
        assert not world.state.attachments
        act(world, policies.delete_policy, policy.id)

    def test_closed_account_keeps_its_policies_for_ninety_days(self, world: World) -> None:
        """A policy stays attached to a closed account for ninety days, and can be deleted afterwards."""
        policy, member = create_policy(world), create_member(world, "member")
        act(world, targets.attach_policy, policy.id, member)
        act(world, account_closure.close_account, member)
        assert target_ids(world, policy.id) == [member]
        world.clock.advance(timedelta(days=91))
        assert target_ids(world, policy.id) == []
        act(world, policies.delete_policy, policy.id)
