import json
from typing import Any

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    NotInOrganization,
    ResourcePolicyNotFound,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.iam import users
from artifact_state.organizations import organization, tags
from artifact_state.organizations.policies import policies, policy_types, resource_policy
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
from tests.support.organization_policies import NO_TAGS, SCP, TAG_POLICY


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


def put(world: World, *statements: dict[str, Any]) -> str:
    """Put a resource policy as the management account, and return its content."""
    return act(world, resource_policy.put_resource_policy, document(*statements)).content


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
        content = document(statement(member, "ListRoots"))
        constraint = Constraint.UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED
        with expect_refusal(world, ConstraintViolated, constraint):
            act(world, resource_policy.put_resource_policy, content, (("a", "1"),))
        act(world, resource_policy.put_resource_policy, content, ())

    def test_resource_policy_is_deleted_with_its_organization(self, world: World) -> None:
        """A deleted organization leaves no resource policy."""
        put(world, statement(MANAGEMENT, "ListPolicies"))
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


class TestForm:
    """The form in which a resource policy is kept."""

    def test_text_is_kept_without_white_space(self, world: World, member: str) -> None:
        """White space is removed, and the members keep their order."""
        text = '{ "Statement": [%s],\n "Id": "é", "Version": "2012-10-17" }'
        kept = '{"Statement":[%s],"Id":"é","Version":"2012-10-17"}'
        sent = json.dumps(statement(member, "ListPolicies"))
        policy = act(world, resource_policy.put_resource_policy, text % sent)
        assert policy.content == kept % sent.replace(", ", ",").replace(": ", ":")

    def test_missing_version_is_supplied(self, world: World, member: str) -> None:
        """A policy without a version has the older one, in first place."""
        text = json.dumps({"Statement": [statement(member, "ListPolicies")]})
        policy = act(world, resource_policy.put_resource_policy, text)
        assert policy.content.startswith('{"Version":"2008-10-17","Statement":[{"Effect":"Allow",')

    def test_single_statement_becomes_a_list(self, world: World, member: str) -> None:
        """A statement outside a list is kept in one."""
        text = json.dumps({"Version": "2012-10-17", "Statement": statement(member, "ListPolicies")})
        assert '"Statement":[{' in act(world, resource_policy.put_resource_policy, text).content

    @pytest.mark.parametrize(
        ("principal", "kept"),
        [
            ("*", None),
            ({"AWS": "*"}, None),
            ({"AWS": "{member}"}, {"AWS": "arn:aws:iam::{member}:root"}),
            ({"AWS": [MANAGEMENT, "*"]}, {"AWS": [f"arn:aws:iam::{MANAGEMENT}:root", "*"]}),
            ({"AWS": "arn:aws:iam::{member}:root"}, {"AWS": "arn:aws:iam::{member}:root"}),
            ({"AWS": "arn:aws:iam::{member}:user/a/Alice"}, {"AWS": "arn:aws:iam::{member}:user/a/Alice"}),
            (
                {"AWS": "arn:aws:sts::{member}:assumed-role/{role}/s"},
                {"AWS": "arn:aws:sts::{member}:assumed-role/{role}/s"},
            ),
            ({"Service": "kms.amazonaws.com"}, {"Service": "kms.amazonaws.com"}),
        ],
    )
    def test_accounts_become_arns(self, world: World, member: str, principal: Any, kept: Any) -> None:
        """The number of an account becomes the ARN of its root user; other principals stay as they are."""

        def filled(value: Any) -> Any:
            text = json.dumps(value).replace("{member}", member)
            return json.loads(text.replace("{role}", "OrganizationAccountAccessRole"))

        act(world, users.create_user, "Alice", path="/a/", account=member)
        content = put(world, statement(member, "ListPolicies", Principal=filled(principal)))
        assert json.loads(content)["Statement"][0]["Principal"] == filled(kept or principal)


class TestContent:
    """The grammar of a resource policy."""

    @pytest.mark.parametrize(
        "elements",
        [
            {"Action": "organizations:Describe*"},
            {"Action": ["organizations:List*", "ORGANIZATIONS:listroots"]},
            {"Action": "organizations:ListInboundResponsibilityTransfers"},
            {"Resource": ["arn:aws:organizations::111122223333:policy/o-1234567890/tag_policy/*"]},
            {"Condition": {"StringLikeIfExists": {"organizations:PolicyType": ["TAG_POLICY", "BACKUP_*"]}}},
            {"Condition": {"StringEquals": {"s3:prefix": "irrelevant"}}},
            {"Effect": "Deny", "Sid": "A"},
        ],
    )
    def test_documented_statement_is_accepted(self, world: World, member: str, elements: dict[str, Any]) -> None:
        """Statements as on AWS's pages and in recorded calls are accepted."""
        put(world, statement(member, "ListPolicies", **elements))

    @pytest.mark.parametrize(
        "elements",
        [
            {"NotAction": "organizations:List*"},
            {"NotResource": "*"},
            {"NotPrincipal": "*"},
            {"Effect": "Permit"},
            {"Effect": "allow"},
            {"Condition": []},
            {"Principal": {"AWS": "me"}},
            {"Principal": {"AWS": []}},
            {"Principal": {}},
            {"Principal": []},
            {"Principal": {"AWS": STANDALONE}},
            {"Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:role/none"}},
            {"Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:user/none"}},
            {"Principal": {"Federated": "cognito"}},
            {"Action": []},
            {"Action": 1},
            {"Resource": []},
        ],
    )
    def test_malformed_statement_is_refused(self, world: World, member: str, elements: dict[str, Any]) -> None:
        """An unknown or malformed element, or a principal outside the organization, is refused."""
        replaced = {name.removeprefix("Not") for name in elements if name.startswith("Not")}
        malformed = statement(member, "ListPolicies", **elements)
        with expect_refusal(world, InvalidInput, InputReason.INVALID_RESOURCE_POLICY_JSON):
            put(world, {name: element for name, element in malformed.items() if name not in replaced})

    @pytest.mark.parametrize(
        ("elements", "reason"),
        [
            (
                {"Action": ["organizations:ListRoots", "organizations:CreateAccount"]},
                InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY,
            ),
            ({"Action": "organizations:*"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": "organizations:Nope"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": "s3:GetObject"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Action": "*"}, InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY),
            ({"Resource": "arn:aws:s3:::a"}, InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY),
            (
                {"Condition": {"StringEquals": {"organizations:PolicyType": "SECRET_POLICY"}}},
                InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY,
            ),
        ],
    )
    def test_unsupported_element_is_refused(
        self, world: World, member: str, elements: dict[str, Any], reason: InputReason
    ) -> None:
        """A statement may name only what can be delegated."""
        with expect_refusal(world, InvalidInput, reason):
            put(world, statement(member, "ListPolicies", **elements))

    @pytest.mark.parametrize("element", ["Effect", "Principal", "Action", "Resource"])
    def test_statement_without_an_element_is_refused(self, world: World, member: str, element: str) -> None:
        """A statement needs an effect, principals, actions and resources."""
        incomplete = statement(member, "ListPolicies")
        del incomplete[element]
        with expect_refusal(world, InvalidInput, InputReason.INVALID_RESOURCE_POLICY_JSON):
            put(world, incomplete)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "[" * 100_000,
            "{}",
            '{"Version": "2012-10-17"}',
            '{"Version": "2012-10-17", "Statement": []}',
            '{"Version": "2012-10-17", "Statement": [1]}',
        ],
    )
    def test_text_that_is_not_a_policy_is_refused(self, world: World, text: str) -> None:
        """A text that is not a policy document is refused."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_RESOURCE_POLICY_JSON):
            act(world, resource_policy.put_resource_policy, text)


class TestDelegation:
    """What a member may do whose call the resource policy allows; tests/wire has the evaluation of the policy."""

    def test_delegated_member_may_change_and_read_policies(self, world: World, member: str) -> None:
        """A delegated call is carried out like one of the management account."""
        text = PolicyText(name="Tags", description="", content=NO_TAGS)
        with world.transaction(root_user(member)) as tx:
            tx.is_delegated = True
            policy = policies.create_policy(tx, TAG_POLICY, text)
            assert policies.describe_policy(tx.as_of(tx.state), policy.id) == policy

    def test_member_without_delegation_is_refused(self, world: World, member: str) -> None:
        """A member to which nothing is delegated may neither change nor read policies."""
        text = PolicyText(name="Tags", description="", content=NO_TAGS)
        with expect_refusal(world, WrongAccount):
            act(world, policies.create_policy, TAG_POLICY, text, account=member)
        with expect_refusal(world, WrongAccount):
            list_all(world, policies.list_policies, SCP, account=member)
