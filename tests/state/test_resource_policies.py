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
from artifact_state.model import FeatureSet, PolicyType
from artifact_state.organizations import hierarchy, organization, tags
from artifact_state.organizations.policies import policies, policy_types, resource_policy, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.principals import root_of
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

SCP, TAGS = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.TAG_POLICY
TAG_POLICY = '{"tags": {}}'


@pytest.fixture
def world() -> World:
    """Give a world with an organization that has tag policies enabled."""
    world = world_with_organization()
    act(world, policy_types.enable_policy_type, root_id(world), TAGS)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Give a member account."""
    return create_member(world, "member")


def policy(*statements: dict[str, Any]) -> str:
    """Write a resource policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(account: str, *actions: str, **changes: Any) -> dict[str, Any]:
    """Write a statement that lets an account do something, with changes."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": [f"organizations:{one}" for one in actions],
        "Resource": "*",
        **changes,
    }


def put(world: World, *statements: dict[str, Any]) -> None:
    """Put a resource policy."""
    act(world, resource_policy.put_resource_policy, policy(*statements))


def does(world: World, account: str, action: str, rule: Any, *arguments: Any) -> Any:
    """Let an account do something under the name that policies have for it."""
    with world.transaction(root_of(account), f"organizations:{action}") as tx:
        found = rule(tx, *arguments)
        return list(found) if hasattr(found, "__next__") else found


class TestPut:
    """PutResourcePolicy, DescribeResourcePolicy and DeleteResourcePolicy."""

    def test_one_per_organization(self, world: World, member: str) -> None:
        """Putting again replaces the content and keeps the id."""
        first = act(world, resource_policy.put_resource_policy, policy(statement(member, "ListPolicies")))
        second = act(world, resource_policy.put_resource_policy, policy(statement(member, "ListRoots")))
        assert second.id == first.id
        assert act(world, resource_policy.describe_resource_policy) == second

    def test_delete(self, world: World, member: str) -> None:
        """What is deleted is gone, its tags too."""
        content = policy(statement(member, "ListPolicies"))
        made = act(world, resource_policy.put_resource_policy, content, (("a", "1"),))
        assert [one.key for one in list_all(world, tags.list_tags, made.id)] == ["a"]
        act(world, resource_policy.delete_resource_policy)
        assert not world.state.tags
        for rule in (resource_policy.describe_resource_policy, resource_policy.delete_resource_policy):
            with expect_refusal(world, ResourcePolicyNotFound):
                act(world, rule)
        with expect_refusal(world, TargetNotFound):
            list_all(world, tags.list_tags, made.id)

    def test_tags_of_one_that_is_there(self, world: World, member: str) -> None:
        """Tags come with a new policy only."""
        put(world, statement(member, "ListPolicies"))
        with expect_refusal(world, InvalidInput, InputReason.INVALID_LIST_MEMBER):
            content = policy(statement(member, "ListRoots"))
            act(world, resource_policy.put_resource_policy, content, (("a", "1"),))

    def test_goes_with_the_organization(self, world: World) -> None:
        """A deleted organization leaves no resource policy."""
        put(world, statement(STANDALONE, "ListPolicies"))
        act(world, organization.delete_organization)
        assert not world.state.resource_policies

    def test_authority(self, world: World, member: str) -> None:
        """Only the management account has a say, whatever the policy says."""
        put(world, statement(member, "ListPolicies"))
        for rule, arguments in (
            (resource_policy.put_resource_policy, (policy(statement(member, "ListRoots")),)),
            (resource_policy.describe_resource_policy, ()),
            (resource_policy.delete_resource_policy, ()),
        ):
            with expect_refusal(world, WrongAccount):
                act(world, rule, *arguments, account=member)
            with expect_refusal(world, NotInOrganization):
                act(world, rule, *arguments, account=STANDALONE)


class TestContent:
    """What a resource policy may say."""

    @pytest.mark.parametrize(
        "changes",
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
    def test_accepted(self, world: World, changes: dict[str, Any]) -> None:
        """What AWS's pages show."""
        put(world, statement(STANDALONE, "ListPolicies", **changes))

    @pytest.mark.parametrize(
        ("changes", "reason"),
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
    def test_refused(self, world: World, changes: dict[str, Any], reason: InputReason) -> None:
        """Each element, wrong once."""
        with expect_refusal(world, InvalidInput, reason):
            put(world, statement(STANDALONE, "ListPolicies", **changes))

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
    def test_no_policy(self, world: World, text: str) -> None:
        """What is no policy at all."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_RESOURCE_POLICY_JSON):
            act(world, resource_policy.put_resource_policy, text)


class TestDelegation:
    """What a member may do by the policy."""

    def test_what_it_names(self, world: World, member: str) -> None:
        """The action that is named, by the account that is named, and nothing else."""
        other = create_member(world, "other")
        put(world, statement(member, "ListPolicies", "ListRoots"))
        assert does(world, member, "ListPolicies", policies.list_policies, SCP)
        assert does(world, member, "ListRoots", organization.list_roots)
        for account, action in ((other, "ListPolicies"), (member, "DescribePolicy")):
            with expect_refusal(world, WrongAccount):
                does(world, account, action, policies.list_policies, SCP)

    def test_ends_with_it(self, world: World, member: str) -> None:
        """Without the policy, and for an account that has left, nothing is delegated."""
        put(world, statement(member, "ListPolicies"))
        act(world, resource_policy.delete_resource_policy)
        with expect_refusal(world, WrongAccount):
            does(world, member, "ListPolicies", policies.list_policies, SCP)

    def test_changes(self, world: World, member: str) -> None:
        """A member may make and attach policies, once it is told so."""
        put(world, statement(member, "CreatePolicy", "AttachPolicy", "TagResource"))
        text = PolicyText(name="Tags", description="", content=TAG_POLICY)
        made = does(world, member, "CreatePolicy", policies.create_policy, TAGS, text)
        does(world, member, "AttachPolicy", targets.attach_policy, made.id, MANAGEMENT)
        does(world, member, "TagResource", tags.tag_resource, made.id, (("a", "1"),))
        with expect_refusal(world, WrongAccount):
            does(world, member, "DetachPolicy", targets.detach_policy, made.id, MANAGEMENT)

    def test_deny(self, world: World, member: str) -> None:
        """A Deny counts more, whatever it stands before or after."""
        everybody = statement(member, "ListPolicies", Effect="Deny", Principal="*")
        put(world, statement(member, "ListPolicies"), everybody)
        with expect_refusal(world, WrongAccount):
            does(world, member, "ListPolicies", policies.list_policies, SCP)

    @pytest.mark.parametrize("operator", ["StringEquals", "StringLikeIfExists", "ForAnyValue:StringEqualsIgnoreCase"])
    def test_policy_type(self, world: World, member: str, operator: str) -> None:
        """Policies of one type can be delegated, and no others."""
        condition = {operator: {"organizations:PolicyType": ["TAG_POLICY"]}}
        put(world, statement(member, "ListPolicies", "CreatePolicy", Condition=condition))
        assert does(world, member, "ListPolicies", policies.list_policies, TAGS) == []
        with expect_refusal(world, WrongAccount):
            does(world, member, "ListPolicies", policies.list_policies, SCP)

    def test_policy_type_that_is_not(self, world: World, member: str) -> None:
        """A negated condition leaves the other types."""
        condition = {"StringNotEquals": {"organizations:PolicyType": "TAG_POLICY"}}
        put(world, statement(member, "ListPolicies", Condition=condition))
        assert does(world, member, "ListPolicies", policies.list_policies, SCP)
        with expect_refusal(world, WrongAccount):
            does(world, member, "ListPolicies", policies.list_policies, TAGS)

    @pytest.mark.parametrize(
        ("condition", "lets"),
        [
            ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}, True),
            ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}, False),
            ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, True),
            ({"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}}, False),
            ({"Null": {"aws:PrincipalOrgID": "true"}}, False),
            ({"ForAllValues:StringEquals": {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}}, True),
        ],
    )
    def test_who_asks(self, world: World, member: str, condition: dict[str, Any], *, lets: bool) -> None:
        """It is read as every other policy is: each operator, variables, and the keys of who asks."""
        put(world, statement(member, "ListPolicies", Condition=condition))
        if lets:
            assert does(world, member, "ListPolicies", policies.list_policies, SCP)
            return
        with expect_refusal(world, WrongAccount):
            does(world, member, "ListPolicies", policies.list_policies, SCP)

    def test_resources(self, world: World, member: str) -> None:
        """Both the policy and what it is attached to must be covered."""
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        made = act(world, policies.create_policy, TAGS, PolicyText(name="A", description="", content=TAG_POLICY))
        arns = [
            f"arn:aws:organizations::{MANAGEMENT}:policy/*/tag_policy/*",
            f"arn:aws:organizations::{MANAGEMENT}:ou/*/{unit}",
        ]
        put(world, statement(member, "AttachPolicy", Resource=arns))
        does(world, member, "AttachPolicy", targets.attach_policy, made.id, unit)
        with expect_refusal(world, WrongAccount):
            does(world, member, "AttachPolicy", targets.attach_policy, made.id, root_id(world))

    def test_other_organizations(self, world: World) -> None:
        """A member of another organization is delegated nothing by this one."""
        put(world, statement(STANDALONE, "ListPolicies"))
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        found = does(world, STANDALONE, "ListPolicies", policies.list_policies, SCP)
        assert [one.id for _, one in found] == ["p-FullAWSAccess"]
