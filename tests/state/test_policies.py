import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.clock import Clock
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    MalformedPolicyDocument,
    NotInOrganization,
    PolicyAlreadyAttached,
    PolicyInUse,
    PolicyNameTaken,
    PolicyNotAttached,
    PolicyNotFound,
    PolicyTypeAlreadyEnabled,
    PolicyTypeNotAvailable,
    PolicyTypeNotEnabled,
    RootNotFound,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.events import AttachmentChanged, PolicyChanged, PolicyTypeChanged
from artifact_state.model import FeatureSet, Policy, PolicyType, State
from artifact_state.organizations import account_closure, accounts, hierarchy, organization, tags, trusted_access
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.world import Options, World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    root_id,
    world_with_organization,
)

SCP, RCP, TAGS = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY, PolicyType.TAG_POLICY
DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "artifact:*", "Resource": "*"}})
FULL, RCP_FULL = "p-FullAWSAccess", "p-RCPFullAWSAccess"


@pytest.fixture
def world() -> World:
    """Give a world with an organization, and its own policies enabled."""
    return world_with_organization()


def make(world: World, name: str = "Deny", policy_type: PolicyType = SCP, content: str = DENY) -> Policy:
    """Make a policy."""
    return act(world, policies.create_policy, policy_type, PolicyText(name=name, description="", content=content))


def attached_ids(world: World, target_id: str, policy_type: PolicyType = SCP) -> list[str]:
    """Name what is attached to something itself."""
    return [one.id for one in list_all(world, targets.list_policies_for_target, target_id, policy_type)]


def target_ids(world: World, policy_id: str) -> list[str]:
    """Name what a policy is attached to."""
    return [one.id for one in list_all(world, targets.list_targets_for_policy, policy_id) if one]


def limited(policy_type: PolicyType, **changed: Any) -> catalog.Quotas:
    """Give AWS's quotas, those of one type changed."""
    quotas = catalog.quotas()
    changes = {policy_type.value: replace(quotas.policies[policy_type.value], **changed)}
    return replace(quotas, policies={**quotas.policies, **changes})


class TestCreate:
    """CreatePolicy."""

    def test_is_listed_after_awss_own(self, world: World) -> None:
        """A new policy is the last of its type, and attached to nothing."""
        first, second = make(world), make(world, "Second")
        assert [one.id for one in list_all(world, policies.list_policies, SCP)] == [FULL, first.id, second.id]
        assert list_all(world, policies.list_policies, TAGS) == []
        assert target_ids(world, first.id) == []
        assert act(world, policies.describe_policy, first.id) == first
        assert isinstance(world.events[-1], PolicyChanged)

    def test_before_its_type_is_enabled(self, world: World) -> None:
        """A policy can be written first and its type enabled afterwards."""
        assert make(world, policy_type=TAGS, content='{"tags": {}}').type is TAGS

    def test_name(self, world: World) -> None:
        """No two policies of a type have the same name; AWS's own counts."""
        make(world)
        make(world, policy_type=TAGS, content='{"tags": {}}')
        for name in ("Deny", "FullAWSAccess"):
            with expect_refusal(world, PolicyNameTaken):
                make(world, name)

    def test_content(self, world: World) -> None:
        """What is no policy of the type is refused, and so is one that is too long, blanks counted."""
        with expect_refusal(world, MalformedPolicyDocument):
            make(world, content="{}")
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_CONTENT_LIMIT_EXCEEDED):
            make(world, content=DENY + " " * 10_240)

    def test_number(self) -> None:
        """An organization has no more policies of a type than its quota."""
        world = world_with_organization(quotas=limited(SCP, max_per_organization=1))
        first = make(world)
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_NUMBER_LIMIT_EXCEEDED):
            make(world, "Second")
        act(world, policies.delete_policy, first.id)
        make(world, "Second")

    def test_tags(self, world: World) -> None:
        """Tags can be set at once, later, and go with the policy."""
        text = PolicyText(name="Tagged", description="", content=DENY)
        made = act(world, policies.create_policy, SCP, text, (("a", "1"),))
        act(world, tags.tag_resource, made.id, (("b", "2"),))
        assert [(one.key, one.value) for one in list_all(world, tags.list_tags, made.id)] == [("a", "1"), ("b", "2")]
        act(world, policies.delete_policy, made.id)
        assert not world.state.tags
        with expect_refusal(world, TargetNotFound):
            list_all(world, tags.list_tags, made.id)

    def test_consolidated_billing(self) -> None:
        """An organization for billing alone has no policies at all."""
        world = World(options=Options(), clock=Clock(frozen_at=NOW), state=State(seed="billing"))
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        assert list_all(world, policies.list_policies, SCP) == []
        with expect_refusal(world, PolicyTypeNotAvailable):
            make(world)
        with expect_refusal(world, PolicyTypeNotAvailable):
            act(world, policy_types.enable_policy_type, root_id(world), SCP)


class TestUpdate:
    """UpdatePolicy."""

    def test_what_is_given(self, world: World) -> None:
        """What is not given stays; an old name is free again."""
        made = make(world)
        world.clock.advance(timedelta(hours=1))
        changed = act(world, policies.update_policy, made.id, name="New", description="Why")
        assert (changed.name, changed.description, changed.content) == ("New", "Why", DENY)
        assert changed.changed_at == NOW + timedelta(hours=1)
        make(world)

    def test_name_and_content(self, world: World) -> None:
        """A name that is taken and a document that is none are refused; its own name is not."""
        made, other = make(world), make(world, "Other")
        assert act(world, policies.update_policy, made.id, name="Deny").name == "Deny"
        with expect_refusal(world, PolicyNameTaken):
            act(world, policies.update_policy, made.id, name=other.name)
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, policies.update_policy, made.id, content='{"tags": {}}')

    @pytest.mark.parametrize("rule", [policies.update_policy, policies.delete_policy])
    def test_awss_own(self, world: World, rule: Any) -> None:
        """What AWS manages can neither be changed nor deleted."""
        with expect_refusal(world, InvalidInput, InputReason.IMMUTABLE_POLICY):
            act(world, rule, FULL)


class TestDelete:
    """DeletePolicy."""

    def test_while_it_is_attached(self, world: World) -> None:
        """A policy goes once it is attached to nothing."""
        made = make(world)
        act(world, targets.attach_policy, made.id, root_id(world))
        with expect_refusal(world, PolicyInUse):
            act(world, policies.delete_policy, made.id)
        act(world, targets.detach_policy, made.id, root_id(world))
        act(world, policies.delete_policy, made.id)
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.delete_policy, made.id)
        make(world)

    def test_of_another_organization(self, world: World) -> None:
        """Another organization's policy is not there."""
        made = make(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.delete_policy, made.id, account=STANDALONE)


class TestAttach:
    """AttachPolicy and DetachPolicy."""

    def test_to_everything(self, world: World) -> None:
        """Root, unit and account have policies of their own, AWS's first; nothing is inherited in the list."""
        made = make(world)
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        member = create_member(world, "member")
        everything = [root_id(world), unit, member, MANAGEMENT]
        for target_id in everything:
            act(world, targets.attach_policy, made.id, target_id)
            assert attached_ids(world, target_id) == [FULL, made.id]
        assert target_ids(world, made.id) == everything
        assert isinstance(world.events[-1], AttachmentChanged)

    def test_awss_own_is_everywhere(self, world: World) -> None:
        """AWS's own policy is attached to everything, to what is made later too, in the order of creation."""
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        member = create_member(world, "member")
        assert target_ids(world, FULL) == [root_id(world), MANAGEMENT, unit, member]

    def test_awss_own_detached(self, world: World) -> None:
        """AWS's own can be replaced by another, and attached again."""
        made, member = make(world), create_member(world, "member")
        act(world, targets.attach_policy, made.id, member)
        act(world, targets.detach_policy, FULL, member)
        assert attached_ids(world, member) == [made.id]
        assert member not in target_ids(world, FULL)
        with expect_refusal(world, PolicyNotAttached):
            act(world, targets.detach_policy, FULL, member)
        act(world, targets.attach_policy, FULL, member)
        assert attached_ids(world, member) == [FULL, made.id]

    def test_one_is_left(self, world: World) -> None:
        """There is always one service control policy."""
        with expect_refusal(world, ConstraintViolated, Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED):
            act(world, targets.detach_policy, FULL, root_id(world))

    def test_no_more_than_fit(self) -> None:
        """No more are attached than the quota, AWS's own among them."""
        world = world_with_organization(quotas=limited(SCP, max_attached=2))
        first, second = make(world), make(world, "Second")
        act(world, targets.attach_policy, first.id, MANAGEMENT)
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED):
            act(world, targets.attach_policy, second.id, MANAGEMENT)

    def test_twice(self, world: World) -> None:
        """What is attached cannot be attached again, nor what is not be detached."""
        made = make(world)
        with expect_refusal(world, PolicyNotAttached):
            act(world, targets.detach_policy, made.id, MANAGEMENT)
        act(world, targets.attach_policy, made.id, MANAGEMENT)
        for one in (made.id, FULL):
            with expect_refusal(world, PolicyAlreadyAttached):
                act(world, targets.attach_policy, one, MANAGEMENT)

    def test_unknown(self, world: World) -> None:
        """The policy is looked for first, then the target."""
        with expect_refusal(world, PolicyNotFound):
            act(world, targets.attach_policy, "p-12345678", STANDALONE)
        for target_id in (STANDALONE, "r-none", "ou-none-12345678"):
            for rule in (targets.attach_policy, targets.detach_policy):
                with expect_refusal(world, TargetNotFound):
                    act(world, rule, FULL, target_id)
        with expect_refusal(world, TargetNotFound):
            list_all(world, targets.list_policies_for_target, STANDALONE, SCP)

    def test_of_a_type_that_is_off(self, world: World) -> None:
        """A policy of a type that is not enabled cannot be attached."""
        made = make(world, policy_type=TAGS, content='{"tags": {}}')
        with expect_refusal(world, PolicyTypeNotEnabled):
            act(world, targets.attach_policy, made.id, MANAGEMENT)

    def test_is_gone_with_its_target(self, world: World) -> None:
        """An account that leaves and a unit that is deleted leave their policies behind."""
        made, member = make(world), create_member(world, "member")
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        for target_id in (member, unit):
            act(world, targets.attach_policy, made.id, target_id)
        act(world, accounts.remove_account, member)
        act(world, hierarchy.delete_unit, unit)
        assert target_ids(world, made.id) == []
        assert not world.state.attachments
        act(world, policies.delete_policy, made.id)

    def test_of_a_closed_account(self, world: World) -> None:
        """A closed account keeps its policies for ninety days, and then holds none back."""
        made, member = make(world), create_member(world, "member")
        act(world, targets.attach_policy, made.id, member)
        act(world, account_closure.close_account, member)
        assert target_ids(world, made.id) == [member]
        world.clock.advance(timedelta(days=91))
        assert target_ids(world, made.id) == []
        act(world, policies.delete_policy, made.id)


class TestTypes:
    """EnablePolicyType and DisablePolicyType."""

    def test_disabling_detaches_for_good(self, world: World) -> None:
        """Disabled, nothing is attached; enabled again, AWS's own alone is, also where it was detached."""
        made, member = make(world), create_member(world, "member")
        act(world, targets.attach_policy, made.id, member)
        act(world, targets.detach_policy, FULL, member)
        disabled, _ = act(world, policy_types.disable_policy_type, root_id(world), SCP)
        assert disabled.enabled_policy_types == ()
        assert attached_ids(world, member) == []
        assert target_ids(world, made.id) == target_ids(world, FULL) == []
        act(world, policy_types.enable_policy_type, root_id(world), SCP)
        assert attached_ids(world, member) == [FULL]
        assert target_ids(world, made.id) == []
        act(world, targets.attach_policy, made.id, member)
        assert target_ids(world, made.id) == [member]
        assert isinstance(world.events[-2], PolicyTypeChanged)

    def test_policies_stay(self, world: World) -> None:
        """Disabling a type deletes none of its policies."""
        made = make(world)
        act(world, policy_types.disable_policy_type, root_id(world), SCP)
        assert [one.id for one in list_all(world, policies.list_policies, SCP)] == [FULL, made.id]
        act(world, policies.delete_policy, made.id)

    def test_awss_own_of_resource_control(self, world: World) -> None:
        """RCPFullAWSAccess is there only while its type is enabled, and cannot be detached."""
        assert list_all(world, policies.list_policies, RCP) == []
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.describe_policy, RCP_FULL)
        act(world, policy_types.enable_policy_type, root_id(world), RCP)
        assert attached_ids(world, MANAGEMENT, RCP) == [RCP_FULL]
        with expect_refusal(world, InvalidInput, InputReason.NON_DETACHABLE_POLICY):
            act(world, targets.detach_policy, RCP_FULL, MANAGEMENT)

    def test_twice(self, world: World) -> None:
        """What is on is on, what is off is off, and the root is the organization's."""
        with expect_refusal(world, PolicyTypeAlreadyEnabled):
            act(world, policy_types.enable_policy_type, root_id(world), SCP)
        with expect_refusal(world, PolicyTypeNotEnabled):
            act(world, policy_types.disable_policy_type, root_id(world), TAGS)
        for rule in (policy_types.enable_policy_type, policy_types.disable_policy_type):
            with expect_refusal(world, RootNotFound):
                act(world, rule, "r-none", TAGS)

    def test_of_a_service(self, world: World) -> None:
        """A service's type needs its trusted access, which stays while the type is enabled."""
        kind, principal = PolicyType.SECURITYHUB_POLICY, "securityhub.amazonaws.com"
        with expect_refusal(world, ConstraintViolated, Constraint.SERVICE_ACCESS_NOT_ENABLED):
            act(world, policy_types.enable_policy_type, root_id(world), kind)
        act(world, trusted_access.enable_service_access, principal)
        act(world, policy_types.enable_policy_type, root_id(world), kind)
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE):
            act(world, trusted_access.disable_service_access, principal)
        act(world, policy_types.disable_policy_type, root_id(world), kind)
        act(world, trusted_access.disable_service_access, principal)


class TestAuthority:
    """Who may."""

    RULES = (
        (policies.create_policy, (SCP, PolicyText(name="a", description="", content=DENY))),
        (policies.update_policy, (FULL,)),
        (policies.delete_policy, (FULL,)),
        (policies.describe_policy, (FULL,)),
        (policies.list_policies, (SCP,)),
        (targets.attach_policy, (FULL, MANAGEMENT)),
        (targets.detach_policy, (FULL, MANAGEMENT)),
        (targets.list_policies_for_target, (MANAGEMENT, SCP)),
        (targets.list_targets_for_policy, (FULL,)),
        (policy_types.enable_policy_type, ("r-none", SCP)),
        (policy_types.disable_policy_type, ("r-none", SCP)),
    )

    @pytest.mark.parametrize(("rule", "arguments"), RULES, ids=[rule.__name__ for rule, _ in RULES])
    def test_members_and_strangers(self, world: World, rule: Any, arguments: tuple[Any, ...]) -> None:
        """A member may neither change nor read policies; a standalone account has none."""
        member = create_member(world, "member")
        for account, error in ((member, WrongAccount), (STANDALONE, NotInOrganization)):
            with expect_refusal(world, error):
                found = act(world, rule, *arguments, account=account)
                list(found)

    def test_organization_that_is_deleted(self, world: World) -> None:
        """Policies, attachments and tags go with their organization."""
        made = make(world)
        act(world, targets.attach_policy, made.id, MANAGEMENT)
        act(world, targets.attach_policy, made.id, root_id(world))
        act(world, organization.delete_organization)
        assert not world.state.policies
        assert not world.state.attachments
