"""Policies that are too large, too deep or invalid are refused by every operation, without effect."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from artifact_state.policy_syntax import wildcards
from tests.support.control_api import control_result
from tests.support.hostile_policies import (
    INVALID_DOCUMENTS,
    LONG_DOCUMENTS,
    MAX_SIZES,
    POLICY_INPUTS,
    PolicyInput,
    every_policy_input,
    inline,
    policy_with,
    prepare_account,
    with_value,
)
from tests.support.iam_users import client_with_key
from tests.support.wire_client import Client
from tests.wire.error_tables.iam_policies import POLICY, TRUST

SETTINGS = {"TAG_POLICY": '{"tags": {}}', "AISERVICES_OPT_OUT_POLICY": '{"services": {}}'}
DELEGATION = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "organizations:ListPolicies",
            "Resource": "*",
        },
    }
)


@pytest.fixture
def client(management: Client) -> Client:
    """Return a client of an account that has what the operations need."""
    return prepare_account(management)


class TestInvalidPolicies:
    """Documents that are not policies."""

    @every_policy_input
    @pytest.mark.parametrize("document", INVALID_DOCUMENTS.values(), ids=INVALID_DOCUMENTS)
    def test_invalid_policy_is_refused(self, client: Client, policy_input: PolicyInput, document: str) -> None:
        """Each operation refuses an invalid document with the error of its service."""
        error = policy_input.expect_error(client, document)
        assert (error.status, error.code) == (400, policy_input.error_code)

    @every_policy_input
    @pytest.mark.parametrize("document", LONG_DOCUMENTS.values(), ids=LONG_DOCUMENTS)
    def test_long_invalid_policy_is_refused(self, client: Client, policy_input: PolicyInput, document: str) -> None:
        """A long invalid document is refused, however deep it is and however many digits it has."""
        error = policy_input.expect_error(client, document)
        assert (error.status, error.code) == (400, policy_input.error_code_if_long)

    @every_policy_input
    def test_nul_character_is_refused(self, client: Client, policy_input: PolicyInput) -> None:
        """A NUL character is refused by the shape of the input, or as invalid JSON."""
        error = policy_input.expect_error(client, policy_with(Sid="@").replace("@", "\x00"))
        assert (error.status, error.code) == (
            400,
            "ValidationError" if policy_input.service != "organizations" else policy_input.error_code,
        )

    @pytest.mark.parametrize(
        "policy_input", [POLICY_INPUTS[name] for name in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")]
    )
    def test_duplicate_key_is_refused_by_organizations(self, client: Client, policy_input: PolicyInput) -> None:
        """AWS Organizations refuses a document with a duplicate key."""
        document = POLICY.replace('"Action"', '"Action": "iam:*", "Action"')
        assert policy_input.expect_error(client, document).code == policy_input.error_code

    @pytest.mark.parametrize("name", ["managed", "version", "user", "trust", "simulated", "session"])
    def test_too_many_statements_are_refused(self, client: Client, name: str) -> None:
        """A document with 10,000 statements exceeds the maximum length."""
        statement = {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*"}
        if name == "trust":
            statement = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 10_000})
        error = POLICY_INPUTS[name].expect_error(client, document)
        assert error.code == ("PackedPolicyTooLarge" if name == "session" else "ValidationError")


def padded(document: str, size: int) -> str:
    """Return a policy padded to a number of characters, with further white space."""
    sid = document.replace('"Effect"', '"Sid": "@", "Effect"', 1)
    padding = size - len("".join(sid.split())) + 1
    return sid.replace("@", "a" * padding) + " " * 500


IAM_LIMITS = {
    "managed": (POLICY, 6_144, "Cannot exceed quota for PolicySize: 6144"),
    "version": (POLICY, 6_144, "Cannot exceed quota for PolicySize: 6144"),
    "user": (POLICY, 2_048, "Maximum policy size of 2048 bytes exceeded for user Alice"),
    "group": (POLICY, 5_120, "Maximum policy size of 5120 bytes exceeded for group Admins"),
    "role": (POLICY, 10_240, "Maximum policy size of 10240 bytes exceeded for role Dev"),
    "trust": (TRUST, 2_048, "Cannot exceed quota for ACLSizePerRole: 2048"),
    "new trust": (TRUST, 2_048, "Cannot exceed quota for ACLSizePerRole: 2048"),
}


class TestSizes:
    """The maximum sizes of policies."""

    @pytest.mark.parametrize(
        ("name", "document", "size", "message"), [(name, *rest) for name, rest in IAM_LIMITS.items()]
    )
    def test_maximum_size_of_iam_policies(
        self, client: Client, name: str, document: str, size: int, message: str
    ) -> None:
        """A policy of exactly the maximum size is accepted; white space does not count."""
        error = POLICY_INPUTS[name].expect_error(client, padded(document, size + 1))
        assert (error.status, error.code, error.message) == (409, "LimitExceeded", message)
        POLICY_INPUTS[name].accept(client, padded(document, size))

    @pytest.mark.parametrize(
        ("kind", "name", "size"), [("User", "Alice", 2_048), ("Group", "Admins", 5_120), ("Role", "Dev", 10_240)]
    )
    def test_maximum_size_of_inline_policies_together(self, client: Client, kind: str, name: str, size: int) -> None:
        """The inline policies of an identity share a limit; a replaced policy no longer counts."""
        inline(kind, name, "First").accept(client, padded(POLICY, size - 200))
        error = inline(kind, name, "Second").expect_error(client, padded(POLICY, 201))
        assert (error.status, error.code) == (409, "LimitExceeded")
        inline(kind, name, "Second").accept(client, padded(POLICY, 200))
        inline(kind, name, "First").accept(client, padded(POLICY, size - 200))

    def test_maximum_size_of_session_policy(self, client: Client) -> None:
        """A session policy has at most 2,048 characters, including white space."""
        error = POLICY_INPUTS["session"].expect_error(client, POLICY.ljust(2_049))
        assert (error.status, error.code) == (400, "PackedPolicyTooLarge")
        assert error.message == "Packed policy consumes 101% of allotted space, please use smaller policy."
        POLICY_INPUTS["session"].accept(client, POLICY.ljust(2_048))

    def test_maximum_size_of_federated_session_policy(self, client: Client) -> None:
        """The shape of GetFederationToken has the same limit."""
        assert POLICY_INPUTS["federation"].expect_error(client, POLICY.ljust(2_049)).code == "ValidationError"
        POLICY_INPUTS["federation"].accept(client, POLICY.ljust(2_048))

    @pytest.mark.parametrize(("policy_type", "size"), MAX_SIZES.items())
    def test_maximum_size_of_organization_policies(self, client: Client, policy_type: str, size: int) -> None:
        """In policies of organizations white space counts."""
        denial = (
            policy_with(Effect="Deny", Principal="*", Action="s3:*")
            if policy_type.startswith("RESOURCE")
            else policy_with()
        )
        document = SETTINGS.get(policy_type, denial)
        error = POLICY_INPUTS[policy_type].expect_error(client, document.ljust(size + 1))
        assert (error.code, error.data["Reason"]) == ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")
        POLICY_INPUTS[policy_type].accept(client, document.ljust(size))

    def test_maximum_size_of_resource_policy(self, client: Client) -> None:
        """A resource policy has at most 40,000 characters."""
        error = POLICY_INPUTS["resource"].expect_error(client, DELEGATION.ljust(40_001))
        assert (error.code, error.data["Reason"]) == ("InvalidInputException", "MAX_LENGTH_EXCEEDED:CONTENT")
        POLICY_INPUTS["resource"].accept(client, DELEGATION.ljust(40_000))

    def test_quota_limits_resource_policy(self, client: Client) -> None:
        """A quota of the world can lower the limit."""
        control_result(client.app, "PATCH", "/_emulator/quotas", {"resource_policy_length": 300})
        error = POLICY_INPUTS["resource"].expect_error(client, DELEGATION.ljust(301))
        assert (error.code, error.data["Reason"]) == ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")


ODD_POLICIES = {
    "a number beyond all": (with_value("1e999999"), True),
    "a number below all": (with_value("-1e999999"), False),
    "1,800 digits": (with_value("9" * 1_800), True),
    "a key twice": (policy_with().replace('"Action"', '"Action": "s3:*", "Action"'), True),
    "an unknown condition key": (with_value('"a"', "StringEquals", "nobody:knows"), False),
    "a lone surrogate as a value": (with_value(r'"\ud800"', "StringEquals", "aws:username"), False),
    "a lone surrogate as a key": (with_value('"a"', "StringEquals", r"\ud800:x"), False),
    "NUL as a value": (with_value(r'"\u0000"', "StringEquals", "aws:username"), False),
    "stars and nothing else": (policy_with(Action="iam:" + "*" * 1_500), True),
    "more stars than letters": (policy_with(Action="iam:" + "*e*" * 500), False),
}


class TestOddPolicies:
    """Valid policies with unusual content."""

    @pytest.mark.parametrize(("document", "allows"), ODD_POLICIES.values(), ids=ODD_POLICIES)
    def test_odd_policy_is_kept_and_evaluated(self, client: Client, document: str, *, allows: bool) -> None:
        """An odd policy is kept as written and evaluated."""
        POLICY_INPUTS["user"].accept(client, document)
        kept = client.do("iam", "GetUserPolicy", UserName="Alice", PolicyName="New")["PolicyDocument"]
        assert unquote(kept) == document
        assert client_with_key(client, "Alice").call("iam", "GetUser").status == (200 if allows else 403)

    @pytest.mark.parametrize("document", [document for document, _ in ODD_POLICIES.values()], ids=ODD_POLICIES)
    def test_odd_policy_is_simulated(self, client: Client, document: str) -> None:
        """An odd policy can be simulated."""
        POLICY_INPUTS["simulated"].accept(client, document)
        client.do("iam", "GetContextKeysForCustomPolicy", PolicyInputList=[document])

    @pytest.mark.parametrize("letter", ["a", "?"])
    def test_wildcards_match_in_few_steps(self, client: Client, monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
        """Matching 1,000 stars with 2,000 characters searches each piece between two stars once."""
        searches = []
        find = wildcards._Piece.find

        def counted(piece: Any, text: str, start: int) -> int:
            searches.append(piece)
            return find(piece, text, start)

        monkeypatch.setattr(wildcards._Piece, "find", counted)
        arn = "arn:aws:s3:::"
        document = policy_with(Action="s3:GetObject", Resource=arn + f"{letter}*" * 1_000 + "b")
        reply = client.do(
            "iam",
            "SimulateCustomPolicy",
            PolicyInputList=[document],
            ActionNames=["s3:GetObject"],
            ResourceArns=[arn + "a" * 2_000, arn + "a" * 2_000 + "b"],
        )
        (result,) = reply["EvaluationResults"]
        decisions = [specific["EvalResourceDecision"] for specific in result["ResourceSpecificResults"]]
        assert decisions == ["implicitDeny", "allowed"]
        # The statement is evaluated a few times, and each evaluation searches each piece once.
        assert 0 < len(searches) <= 4 * 1_000
