import json
from typing import Any

import pytest

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType
from artifact_state.organizations.policies import policies
from artifact_state.organizations.policies.documents import check_document
from tests.support.domain import NOW, act, expect_refusal, world_with_organization
from tests.support.management_policies import (
    AIR_GAPPED_VAULT,
    CHILDREN,
    GUID,
    VAULT,
    archive,
    assign,
    assigned,
    chat,
    copy,
    opt_out,
    plan,
    rule,
    schedule,
    selection,
    tag,
)
from tests.support.organization_policies import create_policy

TAG, BACKUP = PolicyType.TAG_POLICY, PolicyType.BACKUP_POLICY
OPT_OUT, CHAT = PolicyType.AISERVICES_OPT_OUT_POLICY, PolicyType.CHATBOT_POLICY
EMPTY: dict[PolicyType, dict[str, Any]] = {
    OPT_OUT: {"services": {}},
    TAG: {"tags": {}},
    BACKUP: {"plans": {}},
    CHAT: {"chatbot": {}},
}
"""The smallest document of each type of which answers of AWS were recorded."""
RECORDED_TYPES = pytest.mark.parametrize("policy_type", EMPTY)
EC2, BEDROCK = PolicyType.DECLARATIVE_POLICY_EC2, PolicyType.BEDROCK_POLICY
SECURITY_HUB, CSPM = PolicyType.SECURITYHUB_POLICY, PolicyType.SECURITYHUB_CSPM_POLICY
GUARDDUTY, INSPECTOR, S3 = PolicyType.GUARDDUTY_POLICY, PolicyType.INSPECTOR_POLICY, PolicyType.S3_POLICY
NETWORK, UPGRADE = PolicyType.NETWORK_SECURITY_DIRECTOR_POLICY, PolicyType.UPGRADE_ROLLOUT_POLICY
REGIONS = {"enable_in_regions": assign(["ALL_SUPPORTED"]), "disable_in_regions": assign([])}


def is_accepted(policy_type: PolicyType, document: Any) -> bool:
    """Return whether a document, or a text, is a valid policy of a type."""
    try:
        check_document(policy_type, document if isinstance(document, str) else json.dumps(document), NOW)
    except MalformedPolicyDocument:
        return False
    return True


def each(*values: Any) -> tuple[Any, ...]:
    """Return values of different types, to loop over."""
    return values


def guardduty(**block: Any) -> dict[str, Any]:
    """Return a GuardDuty policy with one block."""
    return {"guardduty": {"enablement": {"default": block}}}


def guardrail(region: str = "us-east-1", **settings: Any) -> dict[str, Any]:
    """Return a Bedrock policy with one guardrail."""
    return {"bedrock": {"guardrail_inference": {region: {"config_1": settings}}}}


def ec2(**attributes: Any) -> dict[str, Any]:
    """Return a declarative policy for EC2."""
    return {"ec2_attributes": attributes}


class TestEveryType:
    """What the documents of all types have in common."""

    @RECORDED_TYPES
    def test_document_has_the_element_of_its_type_alone(self, policy_type: PolicyType) -> None:
        """The top element may be empty and in any case; no other type's element is accepted, and none is not."""
        (element,) = EMPTY[policy_type]
        assert is_accepted(policy_type, EMPTY[policy_type])
        assert is_accepted(policy_type, {element.upper(): {}})
        for document in each({}, {"other": {}}, {**EMPTY[policy_type], "other": {}}, {CHILDREN: ["@@all"]}):
            assert not is_accepted(policy_type, document)

    @RECORDED_TYPES
    @pytest.mark.parametrize("operator", ["@@assign", "@@append", "@@remove", "@@Assign"])
    def test_value_operator_at_the_top_takes_plain_values(self, policy_type: PolicyType, operator: str) -> None:
        """A value operator may stand beside the top element, with plain values, and not in it."""
        for value in each(None, "one", 1, [], ["one"], [None]):
            assert is_accepted(policy_type, {**EMPTY[policy_type], operator: value})
        for value in each({}, [{}], [["one"]]):
            assert not is_accepted(policy_type, {**EMPTY[policy_type], operator: value})
        (element,) = EMPTY[policy_type]
        for value in each("one", ["one"], [], 1):
            assert not is_accepted(policy_type, {element: {operator: value}})

    @RECORDED_TYPES
    @pytest.mark.parametrize(
        ("operators", "accepted"),
        [
            (["@@assign"], True),
            (["@@none"], True),
            (["@@all", "@@assign"], True),
            (["@@assign", "@@append", "@@remove"], True),
            (["@@assign", "@@Assign"], True),
            ([], False),
            ("@@none", False),
            (["@@some"], False),
            ([1], False),
            (["@@none", "@@remove"], False),
            (["@@none", "@@Assign"], False),
            (["@@None", "@@NONE"], False),
            (["@@assign", "@@assign"], False),
        ],
    )
    def test_operators_of_children_are_listed_once(
        self,
        policy_type: PolicyType,
        operators: Any,
        accepted: bool,  # noqa: FBT001 - A column of the table.
    ) -> None:
        """The operators of child policies are listed once each, `@@none` alone, at the top and in every object."""
        (element,) = EMPTY[policy_type]
        for name in (CHILDREN, "@@Operators_Allowed_For_Child_Policies"):
            assert is_accepted(policy_type, {**EMPTY[policy_type], name: operators}) is accepted
            assert is_accepted(policy_type, {element: {name: operators}}) is accepted

    @pytest.mark.parametrize(
        ("policy_type", "text"),
        [
            (CHAT, '{"chatbot": {}, "Chatbot": {}}'),
            (CHAT, '{"chatbot": {"platforms": {"slack": {}, "Slack": {}}}}'),
            (TAG, '{"tags": {"Key": {}, "key": {}}}'),
            (OPT_OUT, '{"services": {}, "services": {}}'),
            (OPT_OUT, '{"services": {"default": {"opt_out_policy": {"@@assign": "optIn", "@@Assign": "optIn"}}}}'),
        ],
    )
    def test_names_that_differ_in_case_alone_are_refused(self, policy_type: PolicyType, text: str) -> None:
        """Two names of one object that are equal, or differ in case alone, are refused."""
        assert not is_accepted(policy_type, text)

    @pytest.mark.parametrize("value", [None, [], "a", 1])
    def test_object_is_required_where_one_belongs(self, value: Any) -> None:
        """Null, a list and a plain value are refused where an object belongs."""
        for document in ({"tags": value}, {"tags": {"a": value}}, {"tags": {"a": {"tag_key": value}}}):
            assert not is_accepted(TAG, document)

    def test_refused_update_changes_nothing(self) -> None:
        """An update with a malformed document changes neither name nor description."""
        world = world_with_organization()
        policy = create_policy(world, "A", TAG, '{"tags": {}}')
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, policies.update_policy, policy.id, name="B", description="b", content='{"tags": null}')
        assert act(world, policies.describe_policy, policy.id) == policy


ACCEPTED: list[tuple[PolicyType, list[Any]]] = [
    (
        OPT_OUT,
        [
            {"services": {"default": {}}},
            opt_out({}),
            opt_out({CHILDREN: ["@@none"]}),
            *(opt_out(assign(value)) for value in ("optIn", "optOut")),
            *(opt_out(assign("optIn"), service) for service in ("lex", "connecthealth::operations", "workspaces")),
        ],
    ),
    (
        TAG,
        [
            tag(),
            tag("Key", tag_key=assign("KEY"), TAG_VALUE=assign(["red"])),
            *(tag(tag_value=assign(value)) for value in ([], ["a*b", 1, True, 1.5, ""])),
            tag(tag_value={"@@assign": ["a"], "@@append": ["b"], "@@remove": ["a"]}),
            tag(enforced_for=assign(["ecs:ALL_SUPPORTED", "dynamodb:table"])),
            tag(report_required_tag_for={"@@append": ["ec2:instance"]}),
        ],
    ),
    (
        BACKUP,
        [
            *(plan(name) for name in ("with.dot", "A_-9", "x" * 50)),
            *(plan(regions=assign(value)) for value in ([], ["us-east-1"], ["us-east-1", "us-east-1"])),
            plan(regions={"@@assign": ["us-east-1"], "@@append": ["eu-west-1"], "@@remove": ["us-east-1"]}),
            plan(rules={str(number): {} for number in range(11)}),
            *(
                rule(start_backup_window_minutes=assign(value))
                for value in ("60", "10080", 60, "060", "4294967296", "9999999999999999")
            ),
            *(rule(lifecycle=assigned(move_to_cold_storage_after_days=value)) for value in ("1", "36500", "36501", 1)),
            rule(lifecycle=assigned(move_to_cold_storage_after_days="30", delete_after_days="60")),
            *(rule(target_backup_vault_name=assign(value)) for value in ("vault", "a", "x" * 50)),
            *(rule(enable_continuous_backup=assign(value)) for value in (False, "false")),
            *(
                rule(enable_continuous_backup=assign(value), lifecycle=assigned(delete_after_days="35"))
                for value in (True, "true")
            ),
            rule(enable_continuous_backup=assign("false"), lifecycle=assigned(delete_after_days="36")),
            *(
                plan(advanced_backup_settings={service: assigned(**{name: value})})
                for service, name in (("ec2", "windows_vss"), ("s3", "backup_acls"), ("s3", "backup_object_tags"))
                for value in ("enabled", "disabled")
            ),
            *(rule(index_actions=assigned(resource_types=value)) for value in (["EBS"], ["EBS", "S3"])),
            rule(index_actions={"resource_types": {"@@remove": ["EBS"]}}),
            rule(copy_actions=copy()),
            rule(copy_actions=copy("arn:aws:backup:us-west-1:111111111111:backup-vault:third")),
            rule(target_logically_air_gapped_backup_vault_arn=assign(AIR_GAPPED_VAULT)),
            plan(selections={"tags": {}}),
            *(
                plan(selections={"tags": {"cost": selection(**changed)}})
                for changed in ({}, {"iam_role_arn": None}, {"tag_key": "x" * 128}, {"tag_value": [1, ""]})
            ),
            *(
                plan(backup_plan_tags={"cost": assigned(tag_key=key, tag_value=value)})
                for key, value in (("cost", "one"), ("Cost", ""), ("cost", 12), ("cost", True))
            ),
            schedule("0 5 ? * * *"),
            *(schedule(fields, lifecycle=archive()) for fields in ("0 5 1 * ? *", "0 5 L-3 * ? *")),
            schedule("0 5 1 * ? *", copy_actions=copy(lifecycle=archive())),
            plan(scan_settings={"GUARDDUTY": assigned(scanner_role_arn="arn:aws:iam::$account:role/scan")}),
            rule(scan_actions={"guardduty": assigned(scan_mode="FULL_SCAN")}),
        ],
    ),
    (
        CHAT,
        [
            chat(),
            {"Chatbot": {"Platforms": {"Slack": {"Client": {"@@Assign": "enabled"}}}}},
            {"chatbot": {"default": {"client": assign("disabled")}}},
            *(chat(**{platform: {"client": assign("enabled")}}) for platform in ("slack", "microsoft_teams", "chime")),
            *(
                chat(slack={"workspaces": assign(value)})
                for value in (["*"], ["T0123", "T0123"], ["123", 1], [], ["*", "T0"], ["T" * 255])
            ),
            chat(slack={"workspaces": assign([f"T{number}" for number in range(256)])}),
            chat(slack={"default": {"supported_channel_types": {"@@append": ["public", "public"]}}}),
            chat(slack={"overrides": {"T0123": {}, "9": {"supported_role_settings": assign(["channel_role"])}}}),
            chat(microsoft_teams={"default": {"supported_role_settings": assign(["user_role"])}}),
            chat(microsoft_teams={"tenants": {"*": assign(["*", GUID]), GUID: {"@@append": [GUID]}}}),
            chat(microsoft_teams={"tenants": {GUID: {}, "*": {CHILDREN: ["@@append"]}}}),
            chat(microsoft_teams={"overrides": {GUID: {GUID: {"supported_role_settings": assign([])}}}}),
        ],
    ),
    (
        EC2,
        [
            ec2(exception_message=assign("See https://example.com.")),
            ec2(serial_console_access=assigned(status="disabled")),
            ec2(vpc_block_public_access={"internet_gateway_block": assigned(mode="off")}),
            ec2(instance_metadata_defaults=assigned(http_put_response_hop_limit="-1", http_tokens="required")),
            ec2(
                allowed_images_settings={
                    "state": assign("audit_mode"),
                    "image_criteria": {"criteria_10": {"allowed_image_providers": {"@@append": ["amazon"]}}},
                }
            ),
        ],
    ),
    (SECURITY_HUB, [{"securityhub": {**REGIONS, "features": {"network_scanning": REGIONS}}}]),
    (SECURITY_HUB, [{"securityhub": {"enable_in_regions": {"@@append": ["eu-central-1"]}}}]),
    (CSPM, [{"securityhub_cspm": {"cspm_enablement": REGIONS, "standards": {"a": {"b": assign(["c"])}}}}]),
    (INSPECTOR, [{"inspector": {"enablement": {"lambda_standard_scanning": {"lambda_code_scanning": REGIONS}}}}]),
    (NETWORK, [{"network_security_director": {"enablement": {"network_security_scan": REGIONS}}}]),
    (UPGRADE, [{"upgrade_rollout": {"tags": {"a": {"tag_values": {"b": assigned(patch_order="second")}}}}}]),
    (BEDROCK, [guardrail(identifier=assign("arn:aws:bedrock:us-east-1:123456789012:guardrail/abc:1"))]),
    (BEDROCK, [guardrail(selective_content_guarding=assigned(system="selective"))]),
    (S3, [{"s3_attributes": {"public_access_block_configuration": assign("all")}}]),
    (
        GUARDDUTY,
        [
            guardduty(foundational=assigned(status="enabled"), s3_data_events=assigned(status="enabled")),
            {"guardduty": {"enablement": {"us-east-1": {"foundational": assigned(status="disabled")}}}},
        ],
    ),
]
REFUSED: list[tuple[PolicyType, list[Any]]] = [
    (
        OPT_OUT,
        [
            *(opt_out(assign("optIn"), service) for service in ("unknown", "*", "Default", "LEX", "", "lex ")),
            *(opt_out(assign(value)) for value in each("optin", "optOut ", "", True, 1, None, [], ["optOut"], {})),
            *(opt_out({operator: []}) for operator in ("@@append", "@@remove", "@@enforced_for")),
            opt_out({"@@assign": "optOut", "@@append": []}),
            {"services": {"default": {"other": assign("optOut")}}},
            opt_out({"other": {}}),
        ],
    ),
    (
        TAG,
        [
            tag(""),
            tag("x" * 129),
            tag(other=assign("key")),
            *(tag(tag_key=assign(value)) for value in (12, "other", ["key"])),
            *(tag(tag_value=assign(value)) for value in ("a", ["a*b*"], [{"x": "y"}], [None])),
            tag(tag_value={"@@append": "a"}),
            *(tag(enforced_for=assign([value])) for value in ("ecs:*", "ecs", "*:table")),
        ],
    ),
    (
        BACKUP,
        [
            plan(other=assign("one")),
            rule(other=assign("one")),
            rule(lifecycle=assigned(other="1")),
            *(plan(name) for name in ("with space", "\u00e9", "x" * 51)),
            *(plan(regions=assign(value)) for value in (["wrong"], ["*"], "us-east-1", [12])),
            *(
                rule(start_backup_window_minutes=assign(value))
                for value in ("0", "59", "60.5", 60.0, True, "bad", "+60", " 60", "1e2", "1" + "0" * 16)
            ),
            *(rule(lifecycle=assigned(move_to_cold_storage_after_days=value)) for value in ("-1", "0", "bad")),
            *(
                rule(target_backup_vault_name=assign(value))
                for value in ("with space", "with.dot", "x" * 51, "", ["vault"])
            ),
            *(rule(target_backup_vault_name={operator: ["vault"]}) for operator in ("@@append", "@@remove")),
            *(rule(enable_continuous_backup=assign(value)) for value in (True, "true", "TRUE", 1, "yes")),
            rule(enable_continuous_backup=assign("true"), lifecycle=assigned(delete_after_days="36")),
            rule(
                enable_continuous_backup=assign("true"),
                lifecycle=assigned(move_to_cold_storage_after_days="1", delete_after_days="30"),
            ),
            *(plan(advanced_backup_settings={"ec2": assigned(windows_vss=value)}) for value in ("wrong", True)),
            plan(advanced_backup_settings={"other": {}}),
            *(rule(index_actions=assigned(resource_types=value)) for value in (["WRONG"], [])),
            *(rule(copy_actions=copy(vault)) for vault in ("bad", VAULT.replace("us-east-1", "$region"))),
            rule(copy_actions={VAULT: {}}),
            *(rule(target_logically_air_gapped_backup_vault_arn=assign(vault)) for vault in ("bad", VAULT)),
            *(
                plan(selections={"tags": {"cost": selection(**changed)}})
                for changed in each(
                    {"tag_key": None},
                    {"tag_value": None},
                    {"tag_key": ""},
                    {"tag_key": "x" * 129},
                    {"tag_value": []},
                    {"tag_value": "one"},
                    {"iam_role_arn": "arn:aws:iam::111111111111:role/worker"},
                    {"iam_role_arn": "bad"},
                )
            ),
            *(
                plan(backup_plan_tags={"cost": assigned(**parts)})
                for parts in (
                    {"tag_key": "other", "tag_value": "one"},
                    {"tag_key": "", "tag_value": "one"},
                    {"tag_key": 12, "tag_value": "one"},
                    {"tag_key": "cost", "tag_value": ["one"]},
                    {"tag_key": "cost"},
                    {"tag_value": "one"},
                )
            ),
            *(schedule(fields) for fields in ("* * * * * *", "0,30 14 ? * * *", "0 5 31 FEB ? *")),
            rule(schedule_expression=assign("rate(1 day)")),
            rule(lifecycle=archive()),
            schedule("0 5 ? * * *", lifecycle=archive()),
            schedule("0 5 1 * ? *", lifecycle=archive(delete="60")),
            schedule("0 5 1 * ? *", lifecycle=archive(cold=None)),
            schedule("0 5 1 * ? *", lifecycle=archive(delete=None)),
            rule(copy_actions=copy(lifecycle=archive())),
        ],
    ),
    (
        CHAT,
        [
            {"chatbot": {"other": {}}},
            {"chatbot": {"default": {"other": assign("disabled")}}},
            *(chat(**{platform: {}}) for platform in ("default", "unknown")),
            *(chat(**{platform: {"other": assign("enabled")}}) for platform in ("slack", "chime")),
            *(
                chat(slack={"client": assign(value)})
                for value in each("ENABLED", "true", True, 1, None, ["enabled"], {})
            ),
            chat(slack={"client": {"@@append": ["enabled"]}}),
            *(
                chat(slack={"workspaces": assign(value)})
                for value in each(["one"], [""], ["T*"], ["aBC"], ["T_A"], [True], [None], [{}], "*", ["T" * 256])
            ),
            *(
                chat(slack={"default": {"supported_channel_types": assign(value)}})
                for value in (["PUBLIC"], ["*"], ["wrong"], [True], [1], [None], "public")
            ),
            chat(microsoft_teams={"default": {"supported_channel_types": assign(["public"])}}),
            chat(chime={"default": {}}),
            *(chat(slack={"overrides": {name: {}}}) for name in ("*", "", "with space", "T*", "T" * 256)),
            chat(slack={"overrides": {"T0123": {"client": assign("disabled")}}}),
            *(chat(microsoft_teams={"tenants": {name: assign(["*"])}}) for name in ("one", "", "a" * 36)),
            *(
                chat(microsoft_teams={"tenants": {GUID: {operator: ["*", name]}}})
                for operator in ("@@assign", "@@append")
                for name in ("one", "", GUID.upper())
            ),
            *(
                chat(microsoft_teams={"overrides": overrides})
                for overrides in each(
                    {"*": {}},
                    {GUID: {"*": {}}},
                    {GUID: {GUID.upper(): {}}},
                    {GUID: {"supported_role_settings": assign(["user_role"])}},
                    {GUID: {"teams": {GUID: {}}}},
                )
            ),
        ],
    ),
    (
        EC2,
        [
            ec2(other={}),
            ec2(serial_console_access=assigned(status="maybe")),
            ec2(image_block_public_access=assigned(state="foo")),
            ec2(vpc_block_public_access={"internet_gateway_block": assigned(mode="x")}),
            ec2(instance_metadata_defaults=assigned(http_put_response_hop_limit="65")),
            ec2(allowed_images_settings={"image_criteria": {"criteria_11": {}}}),
        ],
    ),
    (SECURITY_HUB, [{"securityhub": {"enable_in_regions": assign(["wrong"])}}, {"securityhub": {"other": {}}}]),
    (SECURITY_HUB, [{"securityhub": {"enable_in_regions": ["us-east-1"]}}]),
    (CSPM, [{"securityhub_cspm": {"cspm_enablement": {"other": {}}}}, {"securityhub_cspm": {"controls": assign({})}}]),
    (CSPM, [{"securityhub_cspm": {"controls": {operator: "b"}}} for operator in ("@@append", "@@set")]),
    (INSPECTOR, [{"inspector": {"enablement": {"other": REGIONS}}}]),
    (UPGRADE, [{"upgrade_rollout": {"default": assigned(patch_order="third")}}]),
    (UPGRADE, [{"upgrade_rollout": {"default": {"patch_order": "last"}}}]),
    (BEDROCK, [guardrail(identifier=assign("arn:aws:bedrock:us-east-1:123456789012:guardrail/abc:DRAFT"))]),
    (BEDROCK, [guardrail(region="nowhere")]),
    (S3, [{"s3_attributes": {"public_access_block_configuration": assign("some")}}]),
    (
        GUARDDUTY,
        [
            guardduty(s3_data_events=assigned(status="enabled")),
            guardduty(foundational=assigned(status="disabled"), s3_data_events=assigned(status="enabled")),
            guardduty(foundational=assigned(status="on")),
            guardduty(other=assigned(status="enabled")),
            {"guardduty": {"enablement": {"nowhere": {}}}},
        ],
    ),
]


def rows(table: list[tuple[PolicyType, list[Any]]]) -> list[Any]:
    """Return the rows of a table as parameters that carry the type and the document in their ids."""
    return [
        pytest.param(policy_type, document, id=f"{policy_type.value} {json.dumps(document)[:100]}")
        for policy_type, documents in table
        for document in documents
    ]


class TestDocuments:
    """The documents of each type; the first four types' answers were recorded, the others' are documented."""

    @pytest.mark.parametrize(("policy_type", "document"), rows(ACCEPTED))
    def test_valid_document_is_accepted(self, policy_type: PolicyType, document: Any) -> None:
        """A document that keeps to the grammar of its type is accepted."""
        assert is_accepted(policy_type, document)

    @pytest.mark.parametrize(("policy_type", "document"), rows(REFUSED))
    def test_malformed_document_is_refused(self, policy_type: PolicyType, document: Any) -> None:
        """A document that breaks one rule of its type is refused."""
        assert not is_accepted(policy_type, document)

    @pytest.mark.parametrize("policy_type", list(PolicyType))
    def test_document_of_another_type_is_refused(self, policy_type: PolicyType) -> None:
        """No type accepts the documents of another type."""
        for other in set(PolicyType) - {policy_type}:
            documents = [document for listed, documents in ACCEPTED if listed is other for document in documents]
            assert not any(is_accepted(policy_type, document) for document in documents)

    def test_deeply_nested_document_is_refused(self) -> None:
        """A document nested almost as deeply as JSON can be read is refused, not answered with an error."""
        assert not is_accepted(CSPM, '{"securityhub_cspm":{"controls":' + '{"a":' * 950 + '"x"' + "}" * 952)
