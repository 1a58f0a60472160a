"""What calls to other services need permission for: actions, resources and condition keys, and what is not known."""

import json
from typing import Any

import pytest
from botocore.session import Session

from artifact_emulator.gateway.actions import ForeignRequest, actions_of
from artifact_emulator.gateway.operations import identify
from artifact_emulator.gateway.service_tables import service_table
from artifact_emulator.http import Request
from tests.support.sdk_requests import AUTHORIZATION, serialized

SESSION = Session()
ACCOUNT = "111122223333"
HERE = f"eu-west-1:{ACCOUNT}"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
VAULT = "arn:aws:backup:eu-west-1:444455556666:backup-vault:v"


def needed(service: str, operation: str, /, **members: Any) -> ForeignRequest:
    """Return what a call of an operation needs permission for."""
    request = serialized(SESSION.get_service_model(service).operation_model(operation), members)
    call = identify(request)
    assert call is not None
    assert call.operation == operation
    return actions_of(call, ACCOUNT, "aws")


def named(service: str, operation: str, /, **members: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Return the actions and the full ARNs of the resources of a call, of which all are known."""
    requests = needed(service, operation, **members).actions
    assert all(request.is_known and not request.partial for request in requests)
    return [(request.action, request.resources) for request in requests]


class TestActions:
    """The actions of an operation."""

    @pytest.mark.parametrize(
        ("service", "operation", "members", "actions"),
        [
            ("s3", "ListBuckets", {}, ["s3:ListAllMyBuckets"]),
            ("s3", "HeadBucket", {"Bucket": "b"}, ["s3:ListBucket"]),
            ("s3", "GetObject", {"Bucket": "b", "Key": "k", "VersionId": "v"}, ["s3:GetObjectVersion"]),
            ("s3", "PutObject", {"Bucket": "b", "Key": "k"}, ["s3:PutObject"]),
            ("s3", "DeleteBucketCors", {"Bucket": "b"}, ["s3:PutBucketCORS"]),
            ("s3", "CreateSession", {"Bucket": "b--x-s3"}, ["s3express:CreateSession"]),
            ("s3control", "GetBucket", {"AccountId": ACCOUNT, "Bucket": "bbb"}, ["s3-outposts:GetBucket"]),
            (
                "kms",
                "ReEncrypt",
                {"CiphertextBlob": b"", "DestinationKeyId": "k"},
                ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
            ),
            ("lambda", "Invoke", {"FunctionName": "f"}, ["lambda:InvokeFunction"]),
            ("sqs", "SendMessageBatch", {"QueueUrl": "http://x/1/q", "Entries": []}, ["sqs:SendMessage"]),
            (
                "sns",
                "CreateTopic",
                {"Name": "t", "Tags": [{"Key": "k", "Value": "v"}]},
                ["sns:CreateTopic", "sns:TagResource"],
            ),
            ("apigateway", "GetRestApis", {}, ["apigateway:GET"]),
            ("apigatewayv2", "CreateApi", {"Name": "n", "ProtocolType": "HTTP"}, ["apigateway:POST"]),
            ("resourcegroupstaggingapi", "GetResources", {}, ["tag:GetResources"]),
            ("sso-admin", "ListInstances", {}, ["sso:ListInstances"]),
            ("budgets", "DescribeBudgets", {"AccountId": ACCOUNT}, ["budgets:ViewBudget"]),
        ],
    )
    def test_call_needs_actions(
        self, service: str, operation: str, members: dict[str, Any], actions: list[str]
    ) -> None:
        """Where the action has not the name of the operation, a table with sources tells it."""
        assert [request.action for request in needed(service, operation, **members).actions] == actions

    def test_member_needs_a_further_action(self) -> None:
        """Members that set tags or an access control list need the permission to do so."""
        actions = named("s3", "PutObject", Bucket="b", Key="k", ACL="public-read", Tagging="a=1")
        assert [action for action, _ in actions] == ["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectAcl"]

    def test_role_in_a_call_is_passed(self) -> None:
        """A call that gives a service a role needs the permission to pass it to that service."""
        role = f"arn:aws:iam::{ACCOUNT}:role/r"
        function: dict[str, Any] = {"FunctionName": "f", "Code": {}, "Role": role}
        *_, passed = needed("lambda", "CreateFunction", **function).actions
        assert (passed.action, passed.resources) == ("iam:PassRole", (role,))
        assert passed.keys == {"iam:PassedToService": ("lambda.amazonaws.com",)}
        target = {"Id": "1", "Arn": f"arn:aws:sqs:{HERE}:q"}
        assert [name for name, _ in named("events", "PutTargets", Rule="r", Targets=[target])] == ["events:PutTargets"]
        actions = named("events", "PutTargets", Rule="r", Targets=[target, target | {"RoleArn": role}])
        assert actions[1:] == [("iam:PassRole", (role,))]

    def test_role_of_an_instance_profile_is_unknown(self) -> None:
        """A profile does not tell its role."""
        profile = {"Name": "p"}
        *_, passed = needed("ec2", "AssociateIamInstanceProfile", InstanceId="i-1", IamInstanceProfile=profile).actions
        assert (passed.action, passed.partial) == ("iam:PassRole", (f"arn:aws:iam::{ACCOUNT}:role/*",))

    def test_operation_without_known_action_is_said_so(self) -> None:
        """An operation that AWS's reference does not have is named after itself, and said to be unknown."""
        call = identify(
            Request(
                "POST",
                "/",
                "",
                {"authorization": AUTHORIZATION.format("kms"), "x-amz-target": "TrentService.New"},
                b"{}",
            )
        )
        assert call is not None
        request = actions_of(call, ACCOUNT, "aws")
        assert [(action.action, action.is_known, action.partial) for action in request.actions] == [
            ("kms:New", False, ("*",))
        ]
        assert request.unknown == ("no action is known for kms:New",)

    def test_table_and_reference_agree(self) -> None:
        """The shares that the documentation names: operations with a known action."""
        tables = [service_table(name) for name in SESSION.get_available_services()]
        operations = [entry for table in tables for entry in table.operations.values()]
        assert sum(len(entry) > 1 for entry in operations) / len(operations) > 0.95


class TestResources:
    """The ARNs of the resources of a call."""

    @pytest.mark.parametrize(
        ("service", "operation", "members", "resources"),
        [
            ("s3", "GetObject", {"Bucket": "b", "Key": "a b/c"}, ["arn:aws:s3:::b/a b/c"]),
            ("s3", "ListObjectsV2", {"Bucket": "b"}, ["arn:aws:s3:::b"]),
            ("s3", "ListBuckets", {}, ["*"]),
            (
                "sqs",
                "SendMessage",
                {"QueueUrl": "http://h/444455556666/q", "MessageBody": "m"},
                ["arn:aws:sqs:eu-west-1:444455556666:q"],
            ),
            (
                "sns",
                "Publish",
                {"TopicArn": "arn:aws:sns:us-east-1:444455556666:t", "Message": "m"},
                ["arn:aws:sns:us-east-1:444455556666:t"],
            ),
            ("sns", "Unsubscribe", {"SubscriptionArn": f"arn:aws:sns:{HERE}:t:0-1"}, [f"arn:aws:sns:{HERE}:t"]),
            ("kms", "Encrypt", {"KeyId": "0-1", "Plaintext": b"x"}, [f"arn:aws:kms:{HERE}:key/0-1"]),
            (
                "kms",
                "CreateAlias",
                {"AliasName": "alias/a", "TargetKeyId": "0-1"},
                [f"arn:aws:kms:{HERE}:alias/a", f"arn:aws:kms:{HERE}:key/0-1"],
            ),
            (
                "ssm",
                "GetParameters",
                {"Names": ["/a/b", "c:3"]},
                [f"arn:aws:ssm:{HERE}:parameter/a/b", f"arn:aws:ssm:{HERE}:parameter/c"],
            ),
            (
                "lambda",
                "Invoke",
                {"FunctionName": "f", "Qualifier": "live"},
                [f"arn:aws:lambda:{HERE}:function:f:live"],
            ),
            (
                "dynamodb",
                "Query",
                {"TableName": "ttt", "IndexName": "iii"},
                [f"arn:aws:dynamodb:{HERE}:table/ttt/index/iii"],
            ),
            ("dynamodb", "GetItem", {"TableName": "ttt", "Key": {}}, [f"arn:aws:dynamodb:{HERE}:table/ttt"]),
            (
                "dynamodb",
                "BatchGetItem",
                {"RequestItems": {"ttt": {"Keys": [{"k": {"S": "v"}}]}}},
                [f"arn:aws:dynamodb:{HERE}:table/ttt"],
            ),
            (
                "logs",
                "PutRetentionPolicy",
                {"logGroupName": "g", "retentionInDays": 1},
                [f"arn:aws:logs:{HERE}:log-group:g:log-stream:"],
            ),
            ("events", "PutRule", {"Name": "r"}, [f"arn:aws:events:{HERE}:rule/r"]),
            ("events", "PutRule", {"Name": "r", "EventBusName": "bus"}, [f"arn:aws:events:{HERE}:rule/bus/r"]),
            (
                "events",
                "PutEvents",
                {"Entries": [{}, {"EventBusName": "bus"}]},
                [f"arn:aws:events:{HERE}:event-bus/default", f"arn:aws:events:{HERE}:event-bus/bus"],
            ),
            ("ecr", "GetRepositoryPolicy", {"repositoryName": "rr"}, [f"arn:aws:ecr:{HERE}:repository/rr"]),
            ("ecs", "DescribeTasks", {"tasks": ["t"]}, [f"arn:aws:ecs:{HERE}:task/default/t"]),
            ("eks", "DescribeCluster", {"name": "c"}, [f"arn:aws:eks:{HERE}:cluster/c"]),
            ("route53", "GetHostedZone", {"Id": "/hostedzone/Z1"}, ["arn:aws:route53:::hostedzone/Z1"]),
            ("apigateway", "GetRestApi", {"restApiId": "a"}, ["arn:aws:apigateway:eu-west-1::/restapis/a"]),
            ("apigatewayv2", "GetApi", {"ApiId": "a"}, ["arn:aws:apigateway:eu-west-1::/apis/a"]),
            (
                "guardduty",
                "GetFilter",
                {"DetectorId": "d", "FilterName": "f"},
                [f"arn:aws:guardduty:{HERE}:detector/d/filter/f"],
            ),
            (
                "budgets",
                "DescribeBudget",
                {"AccountId": ACCOUNT, "BudgetName": "b"},
                [f"arn:aws:budgets::{ACCOUNT}:budget/b"],
            ),
            ("backup", "DescribeBackupVault", {"BackupVaultName": VAULT}, [VAULT]),
            (
                "ec2",
                "TerminateInstances",
                {"InstanceIds": ["i-1", "i-2"]},
                [f"arn:aws:ec2:{HERE}:instance/i-1", f"arn:aws:ec2:{HERE}:instance/i-2"],
            ),
            (
                "ec2",
                "CreateSubnet",
                {"VpcId": "vpc-1"},
                [f"arn:aws:ec2:{HERE}:subnet/*", f"arn:aws:ec2:{HERE}:vpc/vpc-1"],
            ),
            ("ec2", "DescribeInstances", {}, ["*"]),
            (
                "sso-admin",
                "ListAccountAssignments",
                {"InstanceArn": INSTANCE, "AccountId": ACCOUNT, "PermissionSetArn": PERMISSION_SET},
                [f"arn:aws:sso:::account/{ACCOUNT}", INSTANCE, PERMISSION_SET],
            ),
        ],
    )
    def test_members_tell_resources(
        self, service: str, operation: str, members: dict[str, Any], resources: list[str]
    ) -> None:
        """Names, ids, addresses and ARNs among the members become the ARNs that AWS evaluates."""
        found = [arn for _, arns in named(service, operation, **members) for arn in arns]
        assert sorted(found) == sorted(resources)

    def test_copy_reads_its_source(self) -> None:
        """A copy needs one action on the source and another on the target."""
        assert named("s3", "CopyObject", Bucket="b", Key="k", CopySource="from/a%20b?versionId=1") == [
            ("s3:GetObject", ("arn:aws:s3:::from/a b",)),
            ("s3:PutObject", ("arn:aws:s3:::b/k",)),
        ]

    def test_object_is_read_through_an_access_point(self) -> None:
        """An access point in the host is the resource, and the bucket behind it is unknown."""
        headers = {
            "host": f"ap-{ACCOUNT}.s3-accesspoint.eu-west-1.amazonaws.com",
            "authorization": AUTHORIZATION.format("s3"),
        }
        call = identify(Request("GET", "/a/k", "", headers, b""))
        assert call is not None
        [action] = actions_of(call, ACCOUNT, "aws").actions
        assert action.resources == (f"arn:aws:s3:{HERE}:accesspoint/ap/object/a/k",)

    def test_transaction_needs_the_actions_of_its_items(self) -> None:
        """A transaction needs the actions of its items on their tables, and no others."""
        put = {"Put": {"TableName": "one", "Item": {}}}
        delete = {"Delete": {"TableName": "two", "Key": {}}}
        assert named("dynamodb", "TransactWriteItems", TransactItems=[put, delete]) == [
            ("dynamodb:PutItem", (f"arn:aws:dynamodb:{HERE}:table/one",)),
            ("dynamodb:DeleteItem", (f"arn:aws:dynamodb:{HERE}:table/two",)),
        ]

    def test_instance_is_started_with_all_its_resources(self) -> None:
        """RunInstances is evaluated on what it uses and, with * for the ids, on what it creates."""
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "k", "Value": "v"}]}]
        *run, tag = named(
            "ec2",
            "RunInstances",
            ImageId="ami-1",
            MinCount=1,
            MaxCount=1,
            SubnetId="subnet-1",
            SecurityGroupIds=["sg-1"],
            TagSpecifications=tags,
        )
        assert {action for action, _ in run} == {"ec2:RunInstances"}
        assert {arn for _, arns in run for arn in arns} == {
            "arn:aws:ec2:eu-west-1::image/ami-1",
            *(f"arn:aws:ec2:{HERE}:{name}/*" for name in ("instance", "network-interface", "volume")),
            f"arn:aws:ec2:{HERE}:security-group/sg-1",
            f"arn:aws:ec2:{HERE}:subnet/subnet-1",
        }
        assert tag == ("ec2:CreateTags", (f"arn:aws:ec2:{HERE}:volume/*",))

    @pytest.mark.parametrize(
        ("service", "operation", "members", "partial"),
        [
            ("kms", "Encrypt", {"KeyId": "alias/a", "Plaintext": b"x"}, f"arn:aws:kms:{HERE}:key/*"),
            ("secretsmanager", "GetSecretValue", {"SecretId": "s"}, f"arn:aws:secretsmanager:{HERE}:secret:s-??????"),
            ("ec2", "CreateTags", {"Resources": ["i-1"], "Tags": []}, "arn:aws:ec2:eu-west-1:*:*/i-1"),
            ("cloudformation", "DescribeStackEvents", {"StackName": "s"}, f"arn:aws:cloudformation:{HERE}:stack/s/*"),
        ],
    )
    def test_unknown_part_of_a_resource_is_said_so(
        self, service: str, operation: str, members: dict[str, Any], partial: str
    ) -> None:
        """What only the service knows of an ARN has a wildcard, and is named in words."""
        request = needed(service, operation, **members)
        [action] = request.actions
        assert (action.resources, action.partial) == ((), (partial,))
        assert f"the resource of {action.action}: only {partial} is known of it" in request.unknown

    def test_body_of_s3_is_not_read(self) -> None:
        """The keys in the body of DeleteObjects are unknown, and its bucket is known."""
        actions = needed("s3", "DeleteObjects", Bucket="b", Delete={"Objects": [{"Key": "k"}]}).actions
        assert [action.resources for action in actions if action.resources] == []
        assert "arn:aws:s3:::b/*" in {arn for action in actions for arn in action.partial}

    def test_unreadable_input_is_said_so(self) -> None:
        """A body that cannot be read leaves the resource and all condition keys unknown."""
        headers = {"authorization": AUTHORIZATION.format("kms"), "x-amz-target": "TrentService.Encrypt"}
        call = identify(Request("POST", "/", "", headers, b"{"))
        assert call is not None
        request = actions_of(call, ACCOUNT, "aws")
        assert request.actions[0].partial == (f"arn:aws:kms:{HERE}:key/*",)
        assert "the input of kms:Encrypt: its body cannot be read" in request.unknown

    def test_very_many_resources_are_not_told_apart(self) -> None:
        """A call that names more resources than are told apart has a partial resource, and loses none silently."""
        [action] = needed("ec2", "StopInstances", InstanceIds=[f"i-{number}" for number in range(1001)]).actions
        assert (action.resources, action.partial) == ((), (f"arn:aws:ec2:{HERE}:instance/*",))

    def test_partition_is_that_of_the_caller(self) -> None:
        """ARNs are of the partition of the caller."""
        request = serialized(SESSION.get_service_model("s3").operation_model("HeadBucket"), {"Bucket": "b"})
        call = identify(request)
        assert call is not None
        assert actions_of(call, ACCOUNT, "aws-cn").actions[0].resources == ("arn:aws-cn:s3:::b",)


class TestConditionKeys:
    """The condition keys that a call carries itself."""

    @pytest.mark.parametrize(
        ("service", "operation", "members", "keys"),
        [
            (
                "s3",
                "ListObjectsV2",
                {"Bucket": "b", "Prefix": "p/", "MaxKeys": 5},
                {"s3:prefix": ("p/",), "s3:max-keys": ("5",)},
            ),
            (
                "s3",
                "PutObject",
                {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms"},
                {"s3:x-amz-server-side-encryption": ("aws:kms",)},
            ),
            ("ssm", "PutParameter", {"Name": "n", "Value": "v", "Overwrite": True}, {"ssm:Overwrite": ("true",)}),
            (
                "ec2",
                "RunInstances",
                {
                    "InstanceType": "t3.micro",
                    "MetadataOptions": {"HttpTokens": "required"},
                    "MinCount": 1,
                    "MaxCount": 1,
                },
                {
                    "ec2:InstanceType": ("t3.micro",),
                    "ec2:MetadataHttpTokens": ("required",),
                    "ec2:Region": ("eu-west-1",),
                },
            ),
            (
                "kms",
                "CreateKey",
                {"KeySpec": "RSA_2048", "Tags": [{"TagKey": "k", "TagValue": "v"}]},
                {"kms:KeySpec": ("RSA_2048",), "aws:RequestTag/k": ("v",), "aws:TagKeys": ("k",)},
            ),
            (
                "sqs",
                "CreateQueue",
                {"QueueName": "q", "tags": {"k": "v"}},
                {"aws:RequestTag/k": ("v",), "aws:TagKeys": ("k",)},
            ),
            ("sqs", "UntagQueue", {"QueueUrl": "http://x/1/q", "TagKeys": ["a", "b"]}, {"aws:TagKeys": ("a", "b")}),
            (
                "guardduty",
                "CreateDetector",
                {"Enable": True, "Tags": {"k": "v"}},
                {"aws:RequestTag/k": ("v",), "aws:TagKeys": ("k",)},
            ),
        ],
    )
    def test_members_tell_condition_keys(
        self, service: str, operation: str, members: dict[str, Any], keys: dict[str, tuple[str, ...]]
    ) -> None:
        """Tags, headers and members of the names of keys are their values."""
        found = {
            key: value for action in needed(service, operation, **members).actions for key, value in action.keys.items()
        }
        assert {key: found.get(key) for key in keys} == keys

    def test_signature_tells_condition_keys_of_s3(self) -> None:
        """The kind of a signature is a condition key of Amazon S3's actions."""
        action = needed("s3", "GetObject", Bucket="b", Key="k").actions[0]
        assert action.keys["s3:authType"] == ("REST-HEADER",)
        presigned = identify(Request("GET", "/b/k", "X-Amz-Credential=a/b/c/s3/d&X-Amz-Signature=0", {}, b""))
        assert presigned is not None
        assert actions_of(presigned, ACCOUNT, "aws").actions[0].keys["s3:authType"] == ("REST-QUERY-STRING",)

    def test_absent_member_is_an_absent_key(self) -> None:
        """A key whose member is not in the call is known to be absent."""
        action = needed("s3", "ListObjectsV2", Bucket="b").actions[0]
        assert "s3:prefix" not in {*action.keys, *action.unknown_keys}

    def test_keys_belong_to_a_type_of_resources(self) -> None:
        """The type of an instance is a key of the instance, and absent from the image that it starts from."""
        request = needed("ec2", "RunInstances", InstanceType="t3.micro", ImageId="ami-1", MinCount=1, MaxCount=1)
        with_key = {arn for action in request.actions if "ec2:InstanceType" in action.keys for arn in action.resources}
        assert with_key == {f"arn:aws:ec2:{HERE}:instance/*"}
        image = next(action for action in request.actions if "arn:aws:ec2:eu-west-1::image/ami-1" in action.resources)
        assert "ec2:InstanceType" not in image.unknown_keys
        assert "ec2:Owner" in image.unknown_keys

    def test_default_of_the_service_is_unknown(self) -> None:
        """A key whose member is absent has the service's default, or what a launch template says."""
        plain = needed("ec2", "RunInstances", MinCount=1, MaxCount=1).unknown
        assert "condition key ec2:InstanceType" in plain
        assert "condition key aws:RequestTag/${TagKey}" not in plain
        template = {"LaunchTemplateName": "t"}
        request = needed("ec2", "RunInstances", LaunchTemplate=template, MinCount=1, MaxCount=1)
        assert "condition key aws:RequestTag/${TagKey}" in request.unknown

    def test_modified_resource_has_the_values_of_before(self) -> None:
        """What a call sets is not what the resource has when the call is decided."""
        request = needed("ec2", "ModifyVolume", VolumeId="vol-1", VolumeType="gp3")
        assert "condition key ec2:VolumeType" in request.unknown

    def test_key_of_the_resource_is_unknown(self) -> None:
        """What only the service knows, such as the tags of a resource, is said to be unknown."""
        request = needed("ec2", "StopInstances", InstanceIds=["i-1"])
        assert "aws:ResourceTag/${TagKey}" in request.actions[0].unknown_keys
        assert "condition key aws:ResourceTag/${TagKey}" in request.unknown


class TestData:
    """The generated table."""

    def test_variables_are_filled_by_members_of_the_call(self) -> None:
        """Each member that fills a variable of an ARN exists in an operation of its service."""
        for service in ("s3", "ec2", "lambda", "kms"):
            table, model = service_table(service), SESSION.get_service_model(service)
            members = {
                name
                for operation in map(model.operation_model, model.operation_names)
                for name in (operation.input_shape.members if operation.input_shape else ())
            }
            assert set(table.fills.values()) <= members

    def test_every_action_names_a_set_of_keys(self) -> None:
        """The numbers of the table lead somewhere."""
        for service in SESSION.get_available_services():
            table = service_table(service)
            for entry in table.operations.values():
                for _, number, types, *_ in entry[1:]:
                    marked = dict(name.partition(",")[::2] for name in types.split(";") if name)
                    for key_set in (number, *filter(None, marked.values())):
                        assert 0 <= int(key_set) < len(table.key_sets)
                    kinds = [name.rstrip("!+") for name in marked if not name.startswith("@")]
                    assert table.arns.keys() >= set(kinds), json.dumps(kinds)
