import json
from typing import Any

import pytest

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType
from artifact_state.organizations.policies.documents import check_document
from tests.support.domain import NOW
from tests.support.organization_policies import RCP, SCP, TAG_POLICY


def scp(**elements: Any) -> dict[str, Any]:
    """Return a service control policy of one statement with elements replaced, or left out if they are None."""
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | elements
    present = {name: value for name, value in statement.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [present]}


def rcp(**elements: Any) -> dict[str, Any]:
    """Return a resource control policy of one statement with elements replaced, or left out if they are None."""
    return scp(**{"Principal": "*", **elements})


def assert_valid(policy_type: PolicyType, document: Any) -> None:
    """Assert that a document is a valid policy."""
    check_document(policy_type, json.dumps(document), NOW)


def assert_invalid(policy_type: PolicyType, document: Any) -> None:
    """Assert that a document, or a text, is refused as malformed, with an explanation."""
    with pytest.raises(MalformedPolicyDocument) as refused:
        check_document(policy_type, document if isinstance(document, str) else json.dumps(document), NOW)
    assert refused.value.message


class TestJson:
    """The JSON that documents of every type share."""

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "null", '"a"', "NaN", '{"Version": NaN}', "[" * 100_000, '{"a": 1, "a": 2}', "{} {}"]
    )
    @pytest.mark.parametrize("policy_type", [SCP, TAG_POLICY, PolicyType.GUARDDUTY_POLICY])
    def test_text_that_is_not_a_json_object_is_refused(self, policy_type: PolicyType, text: str) -> None:
        """A text that is not a JSON object, or that has duplicate keys, is refused."""
        assert_invalid(policy_type, text)


class TestServiceControl:
    """Service control policies."""

    @pytest.mark.parametrize(
        "document",
        [
            scp(),
            scp(Effect="Allow", Action="*"),
            scp(Action=None, NotAction=["iam:*", "sts:Get?aller*"]),
            scp(Resource=None, NotResource="arn:aws:s3:::a/*"),
            scp(Sid="Nothing In Particular 1"),
            scp(Condition={"ForAnyValue:Stringlike": {"aws:TagKeys": "a"}, "null": {"aws:PrincipalArn": "true"}}),
            scp(Condition={"StringNotEqualsIfExists": {"aws:RequestedRegion": ["us-east-1"]}}),
            scp(Condition={"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}, "Null": {"aws:PrincipalArn": "true"}}),
            scp(Condition={"Bool": {"aws:MultiFactorAuthPresent": False}, "NotIpAddress": {"aws:SourceIp": "::1"}}),
            {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
            {"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
            {"Version": "2012-10-17", "Id": "a", "Statement": [scp()["Statement"][0]] * 2},
        ],
    )
    def test_service_control_policy_is_accepted(self, document: Any) -> None:
        """A service control policy may use the language of identity-based policies, conditions included."""
        assert_valid(SCP, document)

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"Version": "2012-10-17"},
            {"Version": "2012-10-17", "Statement": []},
            {"Version": "2012-10-17", "Statement": ["Deny"]},
            {**scp(), "Version": "2020-01-01"},
            {**scp(), "Remark": ""},
            scp(Effect="deny"),
            scp(Effect=None),
            scp(Action=None),
            scp(Action=[]),
            scp(Action="s3"),
            scp(Action=["s3:Get", 1]),
            scp(NotAction="s3:*"),
            scp(Resource="bucket"),
            scp(NotResource="*"),
            scp(Resource=None),
            scp(Principal="*"),
            scp(NotPrincipal="*"),
            scp(Sid="no-hyphens"),
            scp(Condition=[]),
            scp(Condition={"StringSort": {"aws:a": "b"}}),
            scp(Condition={"StringEquals": {"region": "b"}}),
            scp(Condition={"StringEquals": {"aws:a": {}}}),
            scp(Condition={"StringEquals": {}}),
            {"Version": "2012-10-17", "Statement": [{**scp(Sid="A")["Statement"][0]}] * 2},
        ],
    )
    def test_invalid_service_control_policy_is_refused(self, document: Any) -> None:
        """A service control policy that breaks one rule of the grammar is refused."""
        assert_invalid(SCP, document)


class TestResourceControl:
    """Resource control policies."""

    @pytest.mark.parametrize(
        "document",
        [
            rcp(),
            rcp(Principal={"AWS": "*"}, Action=["s3:GetObject", "sts:AssumeRole"]),
            rcp(Resource=None, NotResource="arn:aws:s3:::a/*"),
            rcp(Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1234567890"}}),
            rcp(Condition={"ForAnyValue:Stringlike": {"aws:TagKeys": ["a*"]}}),
            rcp(Action="SQS:NoSuchAction"),
        ],
    )
    def test_resource_control_policy_is_accepted(self, document: Any) -> None:
        """A resource control policy denies, and for every principal."""
        assert_valid(RCP, document)

    @pytest.mark.parametrize(
        "document",
        [
            scp(),
            rcp(Effect="Allow"),
            rcp(Principal={"AWS": "111122223333"}),
            rcp(Action="*"),
            rcp(Action=None, NotAction="s3:*"),
            rcp(NotPrincipal="*"),
            rcp(Action="iam:GetRole"),
            rcp(Action=["s3:GetObject", "ec2:*"]),
            rcp(Action="s*:GetObject"),
            rcp(Action="s3"),
            rcp(Resource=None),
        ],
    )
    def test_invalid_resource_control_policy_is_refused(self, document: Any) -> None:
        """A resource control policy with another effect, principal or action is refused."""
        assert_invalid(RCP, document)


class TestStoredText:
    """The text that AWS stores and returns."""

    def test_resource_control_policy_is_stored_in_canonical_form(self) -> None:
        """A resource control policy is stored without white space, with a version and with a list of statements."""
        statement = rcp(Action="sqs:SendMessage")["Statement"][0]
        stored = check_document(RCP, json.dumps({"Statement": statement}, indent=2), NOW)
        assert stored == json.dumps({"Version": "2008-10-17", "Statement": [statement]}, separators=(",", ":"))

    @pytest.mark.parametrize(
        ("policy_type", "text"),
        [
            (SCP, '{"Statement": {"Effect": "Deny",\n "Action": "*", "Resource": "*"}}'),
            (TAG_POLICY, '{ "tags": {} }'),
        ],
    )
    def test_other_documents_are_stored_as_they_are(self, policy_type: PolicyType, text: str) -> None:
        """Every other document is stored as it was sent, with its white space and without a version."""
        assert check_document(policy_type, text, NOW) == text
