import json
from typing import Any

import pytest

from artifact_state.errors import (
    InputReason,
    InvalidInput,
    NotInOrganization,
    ResourcePolicyNotFound,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.model import FeatureSet
from artifact_state.organizations import hierarchy, organization, tags
from artifact_state.organizations.policies import policies, policy_types, resource_policy, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    root_id,
    world_with_organization,
)
from tests.support.organization_policies import FULL_ACCESS, NO_TAGS, SCP, TAG_POLICY, create_policy


@pytest.fixture
def world() -> World:
    """Return a world with an organization, whose tag policies are enabled."""
    world = world_with_organization()
    act(world, policy_types.enable_policy_type, root_id(world), TAG_POLICY)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Return the id of a member account."""
    return create_member(world, "member")


def document(*statements: dict[str, Any]) -> str:
    """Return the text of a resource policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(account: str, *actions: str, **elements: Any) -> dict[str, Any]:
    """Return a statement that allows actions of AWS Organizations to an account, with elements replaced or added."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": [f"organizations:{action}" for action in actions],
        "Resource": "*",
        **elements,
    }


def put(world: World, *statements: dict[str, Any]) -> None:
    """Put a resource policy as the management account."""
    act(world, resource_policy.put_resource_policy, document(*statements))


def act_as(world: World, account: str, action: str, rule: Any, *arguments: Any) -> Any:
    """Run a rule in a transaction of an account that knows the action by its policy name, and return its result."""
    with world.transaction(root_user(account), f"organizations:{action}") as tx:
        result = rule(tx, *arguments)
        return list(result) if hasattr(result, "__next__") else result


def list_policies(world: World, account: str, policy_type: Any = SCP) -> Any:
    """List the policies of a type as an account."""
    return act_as(world, account, "ListPolicies", policies.list_policies, policy_type)


class TestPut:
    """PutResourcePolicy, DescribeResourcePolicy and DeleteResourcePolicy."""

    def test_putting_again_replaces_the_content_and_keeps_the_id(self, world: World, member: str) -> None:
        """An organization has one resource policy: putting again replaces its content and keeps its id."""
        first = act(world, resource_policy.put_resource_policy, document(statement(member, "ListPolicies")))
        second = act(world, resource_policy.put_resource_policy, document(statement(member, "ListRoots")))
        assert second.id == first.id
        assert act(world, resource_policy.describe_resource_policy) == second

    def test_deleted_resource_policy_is_gone_with_its_tags(self, world: World, member: str) -> None:
        """A deleted resource policy and its tags no longer exist."""
        content = document(statement(member, "ListPolicies"))
        policy = act(world, resource_policy.put_resource_policy, content, (("a", "1"),))
        assert [tag.key for tag in list_all(world, tags.list_tags, policy.id)] == ["a"]
        act(world, resource_policy.delete_resource_policy)
        assert not world.state.tags
        for rule in (resource_policy.describe_resource_policy, resource_policy.delete_resource_policy):
            with expect_refusal(world, ResourcePolicyNotFound):
                act(world, rule)
        with expect_refusal(world, TargetNotFound):
            list_all(world, tags.list_tags, policy.id)

    def test_tags_of_an_existing_resource_policy_are_refused(self, world: World, member: str) -> None:
        """Tags are accepted with a new resource policy only."""
        put(world, statement(member, "ListPolicies"))
        with expect_refusal(world, InvalidInput, InputReason.INVALID_LIST_MEMBER):
            content = document(statement(member, "ListRoots"))
            act(world, resource_policy.put_resource_policy, content, (("a", "1"),))

    def test_resource_policy_is_deleted_with_its_organization(self, world: World) -> None:
        """A deleted organization leaves no resource policy."""
        put(world, statement(STANDALONE, "ListPolicies"))
        act(world, organization.delete_organization)
        assert not world.state.resource_policies

    def test_only_the_management_account_may_use_resource_policy_operations(self, world: World, member: str) -> None:
        """Only the management account puts, reads and deletes the resource policy, whatever the policy allows."""
        put(world, statement(member, "ListPolicies"))
        for rule, arguments in (
            (resource_policy.put_resource_policy, (document(statement(member, "ListRoots")),)),
            (resource_policy.describe_resource_policy, ()),
            (resource_policy.delete_resource_policy, ()),
        ):
            with expect_refusal(world, WrongAccount):
                act(world, rule, *arguments, account=member)
            with expect_refusal(world, NotInOrganization):
                act(world, rule, *arguments, account=STANDALONE)


class TestContent:
    """The grammar of a resource policy."""

    @pytest.mark.parametrize(
        "elements",
        [
            {"Principal": {"AWS": "111122223333"}},
            {"Principal": "*"},
            {"Principal": {"AWS": ["arn:aws:iam::111122223333:role/a/b", "arn:aws:iam::111122223333:user/c"]}},
            {"Action": "organizations:List*"},
            {"Resource": ["arn:aws:organizations::111122223333:policy/o-1234567890/tag_policy/*"]},
            {"Condition": {"StringLikeIfExists": {"organizations:PolicyType": ["TAG_POLICY", "BACKUP_*"]}}},
            {"Effect": "Deny", "Sid": "A"},
        ],
    )
    def test_documented_statement_is_accepted(self, world: World, elements: dict[str, Any]) -> None:
        """Statements as on AWS's pages are accepted."""
        put(world, statement(STANDALONE, "ListPolicies", **elements))

    @pytest.mark.parametrize(
        ("elements", "reason"),
        [
            ({"NotAction": "organizations:List*"}, InputReason.INVALID_RESOURCE_POLICY_JSON),
            ({"NotResource": "*"}, InputReason.INVALID_RESOURCE_POLICY_JSON),
            ({"Effect": "Permit"}, InputReason.INVALID_RESOURCE_POLICY_JSON),
            ({"Condition": []}, InputReason.INVALID_RESOURCE_POLICY_JSON),
            ({"Principal": {"AWS": "me"}}, InputReason.INVALID_PRINCIPAL),
            ({"Principal": {"Service": "artifact.amazonaws.com"}}, InputReason.INVALID_PRINCIPAL),
            ({"Principal": []}, InputReason.INVALID_PRINCIPAL),
            ({"Action": "organizations:CreateAccount"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": "organizations:EnableAWS*"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": "*"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": 1}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Resource": "arn:aws:s3:::a"}, InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY),
            (
                {"Condition": {"StringEquals": {"organizations:PolicyType": "SECRET_POLICY"}}},
                InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY,
            ),
        ],
    )
    def test_statement_with_an_invalid_element_is_refused(
        self, world: World, elements: dict[str, Any], reason: InputReason
    ) -> None:
        """A statement with one invalid element is refused with the reason of that element."""
        with expect_refusal(world, InvalidInput, reason):
            put(world, statement(STANDALONE, "ListPolicies", **elements))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "[" * 100_000,
            "{}",
            '{"Version": "2012-10-17"}',
            '{"Version": "2012-10-17", "Statement": [1]}',
        ],
    )
    def test_text_that_is_not_a_policy_is_refused(self, world: World, text: str) -> None:
        """A text that is not a policy document is refused."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_RESOURCE_POLICY_JSON):
            act(world, resource_policy.put_resource_policy, text)


class TestDelegation:
    """The actions that a resource policy delegates to members."""

    def test_policy_delegates_only_its_actions_to_its_accounts(self, world: World, member: str) -> None:
        """The named account may use the named actions; other accounts and other actions are refused."""
        other = create_member(world, "other")
        put(world, statement(member, "ListPolicies", "ListRoots"))
        assert list_policies(world, member)
        assert act_as(world, member, "ListRoots", organization.list_roots)
        for account, action in ((other, "ListPolicies"), (member, "DescribePolicy")):
            with expect_refusal(world, WrongAccount):
                act_as(world, account, action, policies.list_policies, SCP)

    def test_delegation_ends_when_the_policy_is_deleted(self, world: World, member: str) -> None:
        """Without the resource policy nothing is delegated."""
        put(world, statement(member, "ListPolicies"))
        act(world, resource_policy.delete_resource_policy)
        with expect_refusal(world, WrongAccount):
            list_policies(world, member)

    def test_delegated_member_creates_attaches_and_tags_policies(self, world: World, member: str) -> None:
        """A member may create, attach and tag policies if these actions are delegated, and may not detach them."""
        put(world, statement(member, "CreatePolicy", "AttachPolicy", "TagResource"))
        text = PolicyText(name="Tags", description="", content=NO_TAGS)
        policy = act_as(world, member, "CreatePolicy", policies.create_policy, TAG_POLICY, text)
        act_as(world, member, "AttachPolicy", targets.attach_policy, policy.id, MANAGEMENT)
        act_as(world, member, "TagResource", tags.tag_resource, policy.id, (("a", "1"),))
        with expect_refusal(world, WrongAccount):
            act_as(world, member, "DetachPolicy", targets.detach_policy, policy.id, MANAGEMENT)

    def test_deny_overrides_allow(self, world: World, member: str) -> None:
        """A statement that denies takes precedence over one that allows."""
        deny = statement(member, "ListPolicies", Effect="Deny", Principal="*")
        put(world, statement(member, "ListPolicies"), deny)
        with expect_refusal(world, WrongAccount):
            list_policies(world, member)

    @pytest.mark.parametrize("operator", ["StringEquals", "StringLikeIfExists", "ForAnyValue:StringEqualsIgnoreCase"])
    def test_condition_limits_delegation_to_a_policy_type(self, world: World, member: str, operator: str) -> None:
        """The policies of one type can be delegated, and no others."""
        condition = {operator: {"organizations:PolicyType": ["TAG_POLICY"]}}
        put(world, statement(member, "ListPolicies", "CreatePolicy", Condition=condition))
        assert list_policies(world, member, TAG_POLICY) == []
        with expect_refusal(world, WrongAccount):
            list_policies(world, member)

    def test_negated_condition_delegates_the_other_policy_types(self, world: World, member: str) -> None:
        """A negated condition delegates all policy types but the named one."""
        condition = {"StringNotEquals": {"organizations:PolicyType": "TAG_POLICY"}}
        put(world, statement(member, "ListPolicies", Condition=condition))
        assert list_policies(world, member)
        with expect_refusal(world, WrongAccount):
            list_policies(world, member, TAG_POLICY)

    @pytest.mark.parametrize(
        ("condition", "allowed"),
        [
            ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}, True),
            ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}, False),
            ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, True),
            ({"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}}, False),
            ({"Null": {"aws:PrincipalOrgID": "true"}}, False),
            ({"ForAllValues:StringEquals": {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}}, True),
        ],
    )
    def test_conditions_on_the_caller_are_evaluated(
        self, world: World, member: str, condition: dict[str, Any], *, allowed: bool
    ) -> None:
        """Conditions are evaluated as in every policy: operators, policy variables, and the keys of the caller."""
        put(world, statement(member, "ListPolicies", Condition=condition))
        if allowed:
            assert list_policies(world, member)
            return
        with expect_refusal(world, WrongAccount):
            list_policies(world, member)

    def test_policy_and_target_must_both_be_covered_by_the_resources(self, world: World, member: str) -> None:
        """The resources of a statement must cover both the policy and the target that it is attached to."""
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        policy = create_policy(world, "A", TAG_POLICY, NO_TAGS)
        arns = [
            f"arn:aws:organizations::{MANAGEMENT}:policy/*/tag_policy/*",
            f"arn:aws:organizations::{MANAGEMENT}:ou/*/{unit}",
        ]
        put(world, statement(member, "AttachPolicy", Resource=arns))
        act_as(world, member, "AttachPolicy", targets.attach_policy, policy.id, unit)
        with expect_refusal(world, WrongAccount):
            act_as(world, member, "AttachPolicy", targets.attach_policy, policy.id, root_id(world))

    def test_policy_delegates_nothing_to_another_organization(self, world: World) -> None:
        """An account of another organization acts on its own organization, whatever this policy allows it."""
        put(world, statement(STANDALONE, "ListPolicies"))
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        assert [policy.id for _, policy in list_policies(world, STANDALONE)] == [FULL_ACCESS]
