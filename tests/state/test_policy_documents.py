import json
from typing import Any

import pytest

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType
from artifact_state.organizations.policies.documents import check_document
from tests.support.organization_policies import RCP, SCP, TAG_POLICY

ASSIGNED = {"@@assign": ["a", "b"]}


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
    check_document(policy_type, json.dumps(document))


def assert_invalid(policy_type: PolicyType, document: Any) -> None:
    """Assert that a document, or a text, is refused as malformed, with an explanation."""
    with pytest.raises(MalformedPolicyDocument) as refused:
        check_document(policy_type, document if isinstance(document, str) else json.dumps(document))
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
            scp(Resource=None),
            scp(Condition={"StringNotEqualsIfExists": {"aws:RequestedRegion": ["us-east-1"]}}),
            scp(Condition={"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}, "Null": {"aws:PrincipalArn": "true"}}),
            scp(Condition={"Bool": {"aws:MultiFactorAuthPresent": False}, "NotIpAddress": {"aws:SourceIp": "::1"}}),
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
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
        ],
    )
    def test_invalid_resource_control_policy_is_refused(self, document: Any) -> None:
        """A resource control policy with another effect, principal or action is refused."""
        assert_invalid(RCP, document)


class TestManagement:
    """Management and declarative policies: settings and operators."""

    @pytest.mark.parametrize(
        ("policy_type", "document"),
        [
            (TAG_POLICY, {"tags": {}}),
            (TAG_POLICY, {"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": ASSIGNED}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_value": {"@@append": ["c"], "@@remove": ["d"]}}}}),
            (
                TAG_POLICY,
                {"tags": {"@@operators_allowed_for_child_policies": ["@@none"], "a": {"enforced_for": ASSIGNED}}},
            ),
            (
                TAG_POLICY,
                {"tags": {"a": {"tag_key": {"@@operators_allowed_for_child_policies": ["@@assign", "@@append"]}}}},
            ),
            (
                PolicyType.AISERVICES_OPT_OUT_POLICY,
                {"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}},
            ),
            (
                PolicyType.BACKUP_POLICY,
                {
                    "plans": {
                        "Monthly": {
                            "regions": ASSIGNED,
                            "rules": {"Hourly": {"schedule_expression": {"@@assign": "cron(0 5 ? * * *)"}}},
                            "selections": {"tags": {"all": {"tag_key": {"@@assign": "dataType"}}}},
                        }
                    }
                },
            ),
            (PolicyType.CHATBOT_POLICY, {"chatbot": {"platforms": {"slack": {"client": {"@@assign": "enabled"}}}}}),
            (
                PolicyType.DECLARATIVE_POLICY_EC2,
                {"ec2_attributes": {"serial_console_access": {"status": {"@@assign": "disabled"}}}},
            ),
            (PolicyType.S3_POLICY, {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}}),
            (PolicyType.INSPECTOR_POLICY, {"inspector": {"enablement": {"ec2_scanning": {"a": ASSIGNED}}}}),
            (PolicyType.SECURITYHUB_POLICY, {"securityhub": {"enable_in_regions": ["us-east-1"]}}),
            (PolicyType.SECURITYHUB_POLICY, {"securityhub": {"enable_in_regions": ASSIGNED}}),
            (PolicyType.GUARDDUTY_POLICY, {"anything": {"at": {"all": {"@@assign": True}}}}),
        ],
    )
    def test_management_policy_is_accepted(self, policy_type: PolicyType, document: Any) -> None:
        """Management policies as on AWS's pages are accepted."""
        assert_valid(policy_type, document)

    @pytest.mark.parametrize(
        ("policy_type", "document"),
        [
            (TAG_POLICY, {}),
            (TAG_POLICY, {"Tags": {}}),
            (TAG_POLICY, {"tags": {}, "plans": {}}),
            (TAG_POLICY, {"tags": []}),
            (TAG_POLICY, {"tags": {"a": {"tag_colour": ASSIGNED}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_key": "a"}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_key": {"@@assign": ["a"]}}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_value": {"@@assign": "a"}}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_value": {"@@append": "a"}}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_value": {"@@assign": ["a"], "@@append": ["b"]}}}}),
            (TAG_POLICY, {"tags": {"a": {"tag_value": {"@@merge": ["a"]}}}}),
            (TAG_POLICY, {"tags": {"@@operators_allowed_for_child_policies": []}}),
            (TAG_POLICY, {"tags": {"@@operators_allowed_for_child_policies": ["@@some"]}}),
            (TAG_POLICY, {"tags": {"@@operators_allowed_for_child_policies": ["@@none", "@@assign"]}}),
            (TAG_POLICY, {"tags": {"@@operators_allowed_for_child_policies": "@@none"}}),
            (
                PolicyType.AISERVICES_OPT_OUT_POLICY,
                {"services": {"default": {"opt_out_policy": {"@@assign": "optout"}}}},
            ),
            (PolicyType.BACKUP_POLICY, {"plans": {"a": {"rules": {"b": {"when": {"@@assign": "now"}}}}}}),
            (PolicyType.S3_POLICY, {"s3_attributes": {"public_access_block_configuration": {"@@assign": "some"}}}),
            (PolicyType.DECLARATIVE_POLICY_EC2, {"ec2_attributes": {"colour": {}}}),
            (PolicyType.DECLARATIVE_POLICY_EC2, {"ec2_attributes": {"serial_console_access": {"@@set": 1}}}),
            (PolicyType.GUARDDUTY_POLICY, {}),
            (PolicyType.GUARDDUTY_POLICY, {"a": {"b": {"@@assign": {}}}}),
            (PolicyType.GUARDDUTY_POLICY, {"a": {"b": {"@@assign": 1, "c": 2}}}),
        ],
    )
    def test_invalid_management_policy_is_refused(self, policy_type: PolicyType, document: Any) -> None:
        """A management policy that breaks one rule of its grammar is refused."""
        assert_invalid(policy_type, document)
