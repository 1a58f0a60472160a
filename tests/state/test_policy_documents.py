import json
from typing import Any

import pytest

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType
from artifact_state.organizations.policies.documents import check_document

SCP, RCP, TAGS = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY, PolicyType.TAG_POLICY


def control(**changes: Any) -> dict[str, Any]:
    """Give a service control policy of one statement, of which some elements are changed or, by None, left out."""
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | changes
    return {"Version": "2012-10-17", "Statement": [{k: v for k, v in statement.items() if v is not None}]}


def resource(**changes: Any) -> dict[str, Any]:
    """Give a resource control policy, changed in the same way."""
    return control(**{"Principal": "*", **changes})


def is_accepted(policy_type: PolicyType, document: Any) -> None:
    """Expect that a document is a policy."""
    check_document(policy_type, json.dumps(document))


def is_refused(policy_type: PolicyType, document: Any) -> None:
    """Expect that a document is none."""
    with pytest.raises(MalformedPolicyDocument) as refused:
        check_document(policy_type, document if isinstance(document, str) else json.dumps(document))
    assert refused.value.message


class TestJson:
    """What every document has in common."""

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "null", '"a"', "NaN", '{"Version": NaN}', "[" * 100_000, '{"a": 1, "a": 2}', "{} {}"]
    )
    @pytest.mark.parametrize("policy_type", [SCP, TAGS, PolicyType.GUARDDUTY_POLICY])
    def test_broken(self, policy_type: PolicyType, text: str) -> None:
        """What is no JSON object with each key once is no policy."""
        is_refused(policy_type, text)


class TestServiceControl:
    """Service control policies."""

    @pytest.mark.parametrize(
        "document",
        [
            control(),
            control(Effect="Allow", Action="*"),
            control(Action=None, NotAction=["iam:*", "sts:Get?aller*"]),
            control(Resource=None, NotResource="arn:aws:s3:::a/*"),
            control(Sid="Nothing In Particular 1"),
            control(Resource=None),
            control(Condition={"StringNotEqualsIfExists": {"aws:RequestedRegion": ["us-east-1"]}}),
            control(Condition={"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}, "Null": {"aws:PrincipalArn": "true"}}),
            control(Condition={"Bool": {"aws:MultiFactorAuthPresent": False}, "NotIpAddress": {"aws:SourceIp": "::1"}}),
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
            {"Version": "2012-10-17", "Id": "a", "Statement": [control()["Statement"][0]] * 2},
        ],
    )
    def test_accepted(self, document: Any) -> None:
        """The whole language of identity policies but for principals."""
        is_accepted(SCP, document)

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"Version": "2012-10-17"},
            {"Version": "2012-10-17", "Statement": []},
            {"Version": "2012-10-17", "Statement": ["Deny"]},
            {**control(), "Version": "2020-01-01"},
            {**control(), "Remark": ""},
            control(Effect="deny"),
            control(Effect=None),
            control(Action=None),
            control(Action=[]),
            control(Action="s3"),
            control(Action=["s3:Get", 1]),
            control(NotAction="s3:*"),
            control(Resource="bucket"),
            control(NotResource="*"),
            control(Principal="*"),
            control(NotPrincipal="*"),
            control(Sid="no-hyphens"),
            control(Condition=[]),
            control(Condition={"StringSort": {"aws:a": "b"}}),
            control(Condition={"StringEquals": {"region": "b"}}),
            control(Condition={"StringEquals": {"aws:a": {}}}),
            control(Condition={"StringEquals": {}}),
            {"Version": "2012-10-17", "Statement": [{**control(Sid="A")["Statement"][0]}] * 2},
        ],
    )
    def test_refused(self, document: Any) -> None:
        """Each rule of the grammar, broken once."""
        is_refused(SCP, document)


class TestResourceControl:
    """Resource control policies."""

    @pytest.mark.parametrize(
        "document",
        [
            resource(),
            resource(Principal={"AWS": "*"}, Action=["s3:GetObject", "sts:AssumeRole"]),
            resource(Resource=None, NotResource="arn:aws:s3:::a/*"),
            resource(Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1234567890"}}),
        ],
    )
    def test_accepted(self, document: Any) -> None:
        """Denials to everybody."""
        is_accepted(RCP, document)

    @pytest.mark.parametrize(
        "document",
        [
            control(),
            resource(Effect="Allow"),
            resource(Principal={"AWS": "111122223333"}),
            resource(Action="*"),
            resource(Action=None, NotAction="s3:*"),
            resource(NotPrincipal="*"),
        ],
    )
    def test_refused(self, document: Any) -> None:
        """Anything else."""
        is_refused(RCP, document)


ASSIGNED = {"@@assign": ["a", "b"]}


class TestManagement:
    """Policies of settings and operators."""

    @pytest.mark.parametrize(
        ("policy_type", "document"),
        [
            (TAGS, {"tags": {}}),
            (TAGS, {"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": ASSIGNED}}}),
            (TAGS, {"tags": {"a": {"tag_value": {"@@append": ["c"], "@@remove": ["d"]}}}}),
            (TAGS, {"tags": {"@@operators_allowed_for_child_policies": ["@@none"], "a": {"enforced_for": ASSIGNED}}}),
            (TAGS, {"tags": {"a": {"tag_key": {"@@operators_allowed_for_child_policies": ["@@assign", "@@append"]}}}}),
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
    def test_accepted(self, policy_type: PolicyType, document: Any) -> None:
        """What AWS's pages show."""
        is_accepted(policy_type, document)

    @pytest.mark.parametrize(
        ("policy_type", "document"),
        [
            (TAGS, {}),
            (TAGS, {"Tags": {}}),
            (TAGS, {"tags": {}, "plans": {}}),
            (TAGS, {"tags": []}),
            (TAGS, {"tags": {"a": {"tag_colour": ASSIGNED}}}),
            (TAGS, {"tags": {"a": {"tag_key": "a"}}}),
            (TAGS, {"tags": {"a": {"tag_key": {"@@assign": ["a"]}}}}),
            (TAGS, {"tags": {"a": {"tag_value": {"@@assign": "a"}}}}),
            (TAGS, {"tags": {"a": {"tag_value": {"@@append": "a"}}}}),
            (TAGS, {"tags": {"a": {"tag_value": {"@@assign": ["a"], "@@append": ["b"]}}}}),
            (TAGS, {"tags": {"a": {"tag_value": {"@@merge": ["a"]}}}}),
            (TAGS, {"tags": {"@@operators_allowed_for_child_policies": []}}),
            (TAGS, {"tags": {"@@operators_allowed_for_child_policies": ["@@some"]}}),
            (TAGS, {"tags": {"@@operators_allowed_for_child_policies": ["@@none", "@@assign"]}}),
            (TAGS, {"tags": {"@@operators_allowed_for_child_policies": "@@none"}}),
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
    def test_refused(self, policy_type: PolicyType, document: Any) -> None:
        """Each rule of the grammar, broken once."""
        is_refused(policy_type, document)
