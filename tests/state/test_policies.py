from datetime import timedelta
from typing import Any

import pytest

from artifact_state.clock import Clock
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    MalformedPolicyDocument,
    NotInOrganization,
    PolicyInUse,
    PolicyNameTaken,
    PolicyNotFound,
    PolicyTypeNotAvailable,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.events import PolicyChanged
from artifact_state.model import FeatureSet, State
from artifact_state.organizations import organization, tags
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
)
from tests.support.organization_policies import (
    DENY,
    FULL_ACCESS,
    NO_TAGS,
    SCP,
    TAG_POLICY,
    create_policy,
    quotas_of_type,
    target_ids,
    world_with_policies,
)

RULES: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (policies.create_policy, (SCP, PolicyText(name="a", description="", content=DENY))),
    (policies.update_policy, (FULL_ACCESS,)),
    (policies.delete_policy, (FULL_ACCESS,)),
    (policies.describe_policy, (FULL_ACCESS,)),
    (policies.list_policies, (SCP,)),
    (targets.attach_policy, (FULL_ACCESS, MANAGEMENT)),
    (targets.detach_policy, (FULL_ACCESS, MANAGEMENT)),
    (targets.list_policies_for_target, (MANAGEMENT, SCP)),
    (targets.list_targets_for_policy, (FULL_ACCESS,)),
    (policy_types.enable_policy_type, ("r-none", SCP)),
    (policy_types.disable_policy_type, ("r-none", SCP)),
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization, whose service control policies are enabled."""
    return world_with_policies()


class TestCreate:
    """CreatePolicy."""

    def test_new_policy_is_listed_last_and_has_no_targets(self, world: World) -> None:
        """A new policy is listed after AWS's own and older ones, and is attached to nothing."""
        first, second = create_policy(world), create_policy(world, "Second")
        listed = list_all(world, policies.list_policies, SCP)
        assert [policy.id for policy in listed] == [FULL_ACCESS, first.id, second.id]
        assert list_all(world, policies.list_policies, TAG_POLICY) == []
        assert target_ids(world, first.id) == []
        assert act(world, policies.describe_policy, first.id) == first
        assert isinstance(world.events[-1], PolicyChanged)

    def test_policy_can_be_created_before_its_type_is_enabled(self, world: World) -> None:
        """A policy of a type that is not enabled can be created."""
        assert create_policy(world, policy_type=TAG_POLICY, content=NO_TAGS).type is TAG_POLICY

    def test_duplicate_policy_name_is_refused(self, world: World) -> None:
        """No two policies of a type have the same name, AWS's own included."""
        create_policy(world)
        create_policy(world, policy_type=TAG_POLICY, content=NO_TAGS)
        for name in ("Deny", "FullAWSAccess"):
            with expect_refusal(world, PolicyNameTaken):
                create_policy(world, name)

    def test_invalid_or_long_policy_content_is_refused(self, world: World) -> None:
        """A document that is not valid for the type is refused, and one that is too long, white space included."""
        with expect_refusal(world, MalformedPolicyDocument):
            create_policy(world, content="{}")
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_CONTENT_LIMIT_EXCEEDED):
            create_policy(world, content=DENY + " " * 10_240)

    def test_policies_beyond_the_quota_are_refused(self) -> None:
        """An organization has no more policies of a type than the quota."""
        world = world_with_policies(quotas=quotas_of_type(SCP, max_per_organization=1))
        first = create_policy(world)
        with expect_refusal(world, ConstraintViolated, Constraint.POLICY_NUMBER_LIMIT_EXCEEDED):
            create_policy(world, "Second")
        act(world, policies.delete_policy, first.id)
        create_policy(world, "Second")

    def test_policy_tags_are_deleted_with_the_policy(self, world: World) -> None:
        """A policy can be tagged when it is created and later; its tags are deleted with it."""
        text = PolicyText(name="Tagged", description="", content=DENY)
        policy = act(world, policies.create_policy, SCP, text, (("a", "1"),))
        act(world, tags.tag_resource, policy.id, (("b", "2"),))
        listed = list_all(world, tags.list_tags, policy.id)
        assert [(tag.key, tag.value) for tag in listed] == [("a", "1"), ("b", "2")]
        act(world, policies.delete_policy, policy.id)
        assert not world.state.tags
        with expect_refusal(world, TargetNotFound):
            list_all(world, tags.list_tags, policy.id)

    def test_organization_with_consolidated_billing_has_no_policies(self) -> None:
        """An organization with consolidated billing only has no policies and no policy types."""
        world = World(options=Options(), clock=Clock(frozen_at=NOW), state=State(seed="billing"))
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        assert list_all(world, policies.list_policies, SCP) == []
        with expect_refusal(world, PolicyTypeNotAvailable):
            create_policy(world)
        with expect_refusal(world, PolicyTypeNotAvailable):
            act(world, policy_types.enable_policy_type, root_id(world), SCP)


class TestUpdate:
    """UpdatePolicy."""

    def test_update_changes_only_the_given_members(self, world: World) -> None:
        """A member that is not given stays as it is; the old name can be used again."""
        policy = create_policy(world)
        world.clock.advance(timedelta(hours=1))
        updated = act(world, policies.update_policy, policy.id, name="New", description="Why")
        assert (updated.name, updated.description, updated.content) == ("New", "Why", DENY)
        assert updated.changed_at == NOW + timedelta(hours=1)
        create_policy(world)

    def test_empty_description_changes_nothing(self, world: World) -> None:
        """An empty description leaves the description as it is."""
        policy = create_policy(world)
        act(world, policies.update_policy, policy.id, description="Why")
        assert act(world, policies.update_policy, policy.id, description="").description == "Why"

    def test_update_refuses_a_duplicate_name_or_invalid_content(self, world: World) -> None:
        """The name of another policy and an invalid document are refused; the policy's own name is accepted."""
        policy, other = create_policy(world), create_policy(world, "Other")
        assert act(world, policies.update_policy, policy.id, name="Deny").name == "Deny"
        with expect_refusal(world, PolicyNameTaken):
            act(world, policies.update_policy, policy.id, name=other.name)
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, policies.update_policy, policy.id, content=NO_TAGS)

    @pytest.mark.parametrize("rule", [policies.update_policy, policies.delete_policy])
    def test_aws_managed_policy_is_immutable(self, world: World, rule: Any) -> None:
        """A policy that AWS manages can neither be updated nor deleted."""
        with expect_refusal(world, InvalidInput, InputReason.IMMUTABLE_POLICY):
            act(world, rule, FULL_ACCESS)


class TestDelete:
    """DeletePolicy."""

    def test_attached_policy_cannot_be_deleted(self, world: World) -> None:
        """A policy can be deleted once it is attached to nothing."""
        policy = create_policy(world)
        act(world, targets.attach_policy, policy.id, root_id(world))
        with expect_refusal(world, PolicyInUse):
            act(world, policies.delete_policy, policy.id)
        act(world, targets.detach_policy, policy.id, root_id(world))
        act(world, policies.delete_policy, policy.id)
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.delete_policy, policy.id)
        create_policy(world)

    def test_policy_of_another_organization_is_not_found(self, world: World) -> None:
        """A policy of another organization is not found."""
        policy = create_policy(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        with expect_refusal(world, PolicyNotFound):
            act(world, policies.delete_policy, policy.id, account=STANDALONE)

    def test_policies_are_deleted_with_their_organization(self, world: World) -> None:
        """Policies and attachments are deleted with their organization."""
        policy = create_policy(world)
        act(world, targets.attach_policy, policy.id, MANAGEMENT)
        act(world, targets.attach_policy, policy.id, root_id(world))
        act(world, organization.delete_organization)
        assert not world.state.policies
        assert not world.state.attachments


class TestAuthority:
    """The accounts that may use the rules of policies, targets and policy types."""

    @pytest.mark.parametrize(("rule", "arguments"), RULES, ids=[rule.__name__ for rule, _ in RULES])
    def test_member_and_standalone_account_are_refused(
        self, world: World, rule: Any, arguments: tuple[Any, ...]
    ) -> None:
        """A member may neither change nor read policies; a standalone account has none."""
        member = create_member(world, "member")
        for account, error in ((member, WrongAccount), (STANDALONE, NotInOrganization)):
            with expect_refusal(world, error):
                result = act(world, rule, *arguments, account=account)
                list(result)
