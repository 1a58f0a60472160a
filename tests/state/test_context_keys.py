"""The condition keys that policies refer to."""

import json
from typing import Any

import pytest

from artifact_state.errors import InvalidPolicyInput
from artifact_state.iam import groups, users
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.policy_evaluation.simulation.input import inspected_policies, simulated_policies
from artifact_state.policy_evaluation.simulation.principals import policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import context_keys_of
from tests.support.domain import STANDALONE, act, world_with_organization
from tests.support.simulation import policy_document

USER_NAME = {"StringEquals": {"aws:username": "a"}}


def document(version: str | None = "2012-10-17", **elements: Any) -> str:
    """Return a policy with one statement of these elements."""
    return json.dumps(({"Version": version} if version else {}) | {"Statement": elements})


def keys_of(*documents: str) -> list[str]:
    """Return the condition keys of policies, sorted: AWS's order is not known."""
    return sorted(context_keys_of(inspected_policies(documents)))


class TestContextKeysOf:
    """context_keys_of inspected policies."""

    @pytest.mark.parametrize(
        ("elements", "keys"),
        [
            (
                {
                    "Resource": "arn:aws:s3:::bucket/${aws:PrincipalTag/Team}/${aws:username}",
                    "Condition": {
                        "StringEquals": {"s3:ExistingObjectTag/Owner": "${aws:PrincipalTag/Team}"},
                        "Null": {"AWS:SourceIp": "false"},
                    },
                },
                ["AWS:SourceIp", "aws:PrincipalTag/Team", "aws:username", "s3:ExistingObjectTag/Owner"],
            ),
            ({"Resource": "arn:aws:s3:::b/${aws:username, 'a'}/${*}/${?}/${$}"}, ["$", "*", "?", "aws:username"]),
            ({"version": "2008-10-17", "Resource": "arn:aws:s3:::bucket/${aws:username}"}, []),
            ({"NotResource": "arn:aws:s3:::bucket/${aws:PrincipalTag/project}"}, ["aws:PrincipalTag/project"]),
            (
                {
                    "Resource": "arn:aws:s3:::bucket/${aws:username}/${AWS:username}",
                    "Condition": {"StringEquals": {"aws:username": "${aws:username}", "AWS:username": "a"}},
                },
                ["AWS:username", "aws:username"],
            ),
            (
                {"Condition": {"NumericEquals": {"aws:MultiFactorAuthAge": "${aws:PrincipalTag/Age}"}}},
                ["aws:MultiFactorAuthAge", "aws:PrincipalTag/Age"],
            ),
            ({"Condition": {"NumericEquals": {"aws:MultiFactorAuthAge": "nope"}}}, ["aws:MultiFactorAuthAge"]),
            ({"Condition": {"StringEquals": {"${aws:username}": "a"}}}, ["${aws:username}"]),
            ({"Action": "${aws:username}", "Resource": "*"}, []),
            ({"Principal": {"AWS": "${aws:username}"}, "Action": "*", "Resource": "*"}, []),
        ],
    )
    def test_keys_of_conditions_and_variables(self, elements: dict[str, Any], keys: list[str]) -> None:
        """Keys are listed once in each spelling, those of variables only in the newer version of the language."""
        assert keys_of(document(**{"Effect": "Allow"} | elements)) == keys

    @pytest.mark.parametrize(
        "elements",
        [
            {},
            {"Principal": "*"},
            {"Action": "*"},
            {"Resource": "*"},
            {"Action": "madeup:Thing", "Resource": "*"},
            {"Action": "abc", "Resource": "*"},
            {"Action": "*", "Resource": "bad"},
            {"Action": [], "Resource": []},
            {"version": None},
        ],
    )
    def test_incomplete_statement_is_accepted(self, elements: dict[str, Any]) -> None:
        """A statement may lack an action and a resource, or have invalid ones."""
        assert keys_of(document(**{"Effect": "Allow", "Condition": USER_NAME} | elements)) == ["aws:username"]

    @pytest.mark.parametrize("content", ['{"Statement": []}', '{"Version": "2012-10-17"}'])
    def test_policy_without_statements_has_no_keys(self, content: str) -> None:
        """A policy may lack statements."""
        assert keys_of(content) == []

    def test_key_of_several_policies_is_repeated(self) -> None:
        """A key is listed for each policy that refers to it."""
        policy = document(Effect="Allow", Condition=USER_NAME)
        assert keys_of(policy, policy) == ["aws:username"] * 2

    @pytest.mark.parametrize(
        "content",
        [
            document(Effect="Allow", Condition={"MadeUp": {"aws:username": "a"}}),
            document(Condition=USER_NAME),
            '{"Statement": {"Effect": "Allow"}, "Foo": "x"}',
            "{",
        ],
    )
    def test_invalid_policy_is_refused(self, content: str) -> None:
        """Unknown operators and elements, and a statement without an effect, are refused."""
        with pytest.raises(InvalidPolicyInput, match="Policy input list item 2 has invalid content"):
            keys_of(document(Effect="Allow"), content)

    def test_service_control_policies_have_no_keys(self) -> None:
        """Keys of the boundary are listed, those of service control policies are not."""
        boundary = policy_document(Condition={"Null": {"sts:ExternalId": True}})
        of_scp = policy_document(Condition={"Bool": {"aws:SecureTransport": "true"}})
        assert context_keys_of(simulated_policies([], [boundary], [[of_scp]])) == ["sts:ExternalId"]

    def test_keys_of_a_principal(self) -> None:
        """Keys of a user are those of its own policies, its groups' and additional ones, even if they are the same."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        group = act(world, groups.create_group, "Admins", account=STANDALONE)
        own, shared = (policy_document(Condition={"Null": {key: True}}) for key in ("a:own", "a:group"))
        act(world, put_inline_policy, user, "own", own, account=STANDALONE)
        act(world, put_inline_policy, group, "shared", shared, account=STANDALONE)
        act(world, groups.add_user, "Admins", "Alice", account=STANDALONE)
        arn = f"arn:aws:iam::{STANDALONE}:user/elsewhere/Alice"
        policies = act(world, policies_of_principal, arn, inspected_policies([own]), account=STANDALONE)
        assert sorted(context_keys_of(policies)) == ["a:group", "a:own", "a:own"]
