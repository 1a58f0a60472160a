"""Other services in the process: the world's policies decide, and moto's mock answers."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from artifact_emulator import emulate
from artifact_emulator.http import Request
from artifact_emulator.testing import explain
from artifact_emulator.testing.in_process import Emulation
from tests.support.pytest_suites import SuiteRun

MEMBER = "222233334444"
DENY_REGION = {
    "Sid": "OnlyIreland",
    "Effect": "Deny",
    "NotAction": ["iam:*", "organizations:*", "sts:*"],
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
}
DENY_TAGGED = {
    "Sid": "Secret",
    "Effect": "Deny",
    "Action": "s3:GetObject",
    "Resource": "*",
    "Condition": {"StringEquals": {"s3:ExistingObjectTag/secret": "yes"}},
}


@pytest.fixture
def emulation() -> Iterator[Emulation]:
    """An emulation with moto's mock, whose code under test calls as a member."""
    with emulate(scenario="organization", account=MEMBER, region="eu-west-1", others="moto") as emulation:
        yield emulation


def attach(*statements: dict[str, Any]) -> None:
    """Attach a service control policy to the root."""
    organizations = boto3.client("organizations", aws_access_key_id="111122223333", aws_secret_access_key="x")
    root = organizations.list_roots()["Roots"][0]["Id"]
    if not organizations.list_roots()["Roots"][0]["PolicyTypes"]:
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    content = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = organizations.create_policy(Name="p", Description="p", Type="SERVICE_CONTROL_POLICY", Content=content)
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=root)


def user_with(*statements: dict[str, Any]) -> boto3.Session:
    """Return a session of a new user with a policy."""
    iam = boto3.client("iam")
    iam.create_user(UserName="u")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1")


class TestAllowed:
    """Calls that policies allow."""

    def test_moto_answers_under_the_calling_account(self, emulation: Emulation) -> None:
        """Resources belong to the account that calls, and the call log has the calls."""
        boto3.client("sqs").create_queue(QueueName="q")
        queue = boto3.client("sqs").list_queues()["QueueUrls"][0]
        assert queue.split("/")[-2:] == [MEMBER, "q"]
        other = boto3.client("sqs", aws_access_key_id="111122223333", aws_secret_access_key="x")
        assert "QueueUrls" not in other.list_queues()
        emulation.assert_called("CreateQueue", account=MEMBER, error="")

    @pytest.mark.usefixtures("emulation")
    def test_resources_paginators_and_files_work(self) -> None:
        """The interfaces of boto3 above the client work, and so do bodies that are files."""
        bucket = boto3.resource("s3").Bucket("mine")
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for number in range(3):
            bucket.upload_fileobj(io.BytesIO(b"content" * 1000), f"a/{number}")
        pages = (
            boto3.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket="mine", PaginationConfig={"PageSize": 1})
        )
        assert [page["Contents"][0]["Key"] for page in pages] == ["a/0", "a/1", "a/2"]
        assert bucket.Object("a/0").get()["Body"].read() == b"content" * 1000

    def test_least_policy_names_what_calls_needed(self, emulation: Emulation) -> None:
        """A suggested policy has the actions and resources of other services, of root users as of others."""
        boto3.client("sqs").create_queue(QueueName="q")
        boto3.client("s3").list_buckets()
        statements = emulation.suggest_policy(f"arn:aws:iam::{MEMBER}:root")["Statement"]
        assert {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": ["*"]} in statements
        queue = f"arn:aws:sqs:eu-west-1:{MEMBER}:q"
        assert {"Effect": "Allow", "Action": ["sqs:CreateQueue"], "Resource": [queue]} in statements

    def test_error_of_moto_is_logged(self, emulation: Emulation) -> None:
        """An error with which moto answers is the call's, and is not a denial."""
        with pytest.raises(ClientError):
            boto3.client("s3").get_object(Bucket="none", Key="k")
        emulation.assert_called("GetObject", error="NoSuchBucket")


@pytest.mark.usefixtures("emulation")
class TestDenied:
    """Calls that policies deny."""

    def test_denied_call_does_not_reach_moto(self) -> None:
        """A call that a service control policy denies changes nothing, and its error is the service's."""
        attach(DENY_REGION)
        with pytest.raises(ClientError, match="with an explicit deny in a service control policy") as caught:
            boto3.client("dynamodb", region_name="us-east-1").create_table(
                TableName="t",
                KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        assert "OnlyIreland" in explain(caught.value)
        management = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        assert boto3.client("dynamodb", **management).list_tables()["TableNames"] == []

    def test_presigned_url_is_decided_when_it_is_used(self) -> None:
        """A presigned URL has the permissions of its signer."""
        boto3.client("s3").create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for key in ("public/a", "secret/a"):
            boto3.client("s3").put_object(Bucket="mine", Key=key, Body=b"text")
        s3 = user_with({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mine/public/*"}).client(
            "s3"
        )
        urls = [
            s3.generate_presigned_url("get_object", Params={"Bucket": "mine", "Key": key})
            for key in ("public/a", "secret/a")
        ]
        replies = [requests.get(url, timeout=5) for url in urls]
        assert [reply.status_code for reply in replies] == [200, 403]
        assert replies[0].content == b"text"
        assert "because no identity-based policy allows the s3:GetObject action" in replies[1].text

    @pytest.mark.parametrize(
        ("service", "operation", "members", "code", "status", "words"),
        [
            ("s3", "head_bucket", {"Bucket": "b"}, "403", 403, ""),
            ("s3", "list_objects_v2", {"Bucket": "b"}, "AccessDenied", 403, 'resource: "arn:aws:s3:::b" because'),
            ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", 403, "Encoded authorization failure message: "),
            ("sqs", "create_queue", {"QueueName": "q"}, "AccessDenied", 403, "the sqs:createqueue action"),
            ("sns", "create_topic", {"Name": "t"}, "AuthorizationError", 403, "SNS:CreateTopic on resource: arn:"),
            ("ssm", "get_parameter", {"Name": "/a/b"}, "AccessDeniedException", 400, ":parameter/a/b because no"),
            ("lambda", "get_function", {"FunctionName": "f"}, "AccessDeniedException", 403, ":function:f because"),
            ("autoscaling", "describe_auto_scaling_groups", {}, "AccessDenied", 403, "on resource: * because"),
            ("cloudwatch", "list_metrics", {}, "AccessDeniedException", 400, "cloudwatch:ListMetrics"),
        ],
    )  # fmt: skip
    def test_each_service_refuses_in_its_words(  # noqa: PLR0913, PLR0917 - the columns of a table.
        self, service: str, operation: str, members: Any, code: str, status: int, words: str
    ) -> None:
        """A denial has the shape of the protocol, and the code and the message of the service."""
        session = user_with({"Effect": "Allow", "Action": "none:*", "Resource": "*"})
        with pytest.raises(ClientError) as caught:
            getattr(session.client(service), operation)(**members)
        response = caught.value.response
        assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
        assert words in response["Error"]["Message"]
        if operation != "head_bucket":
            assert "PRINCIPAL: IMPLICIT_DENY" in explain(caught.value)


class TestFaults:
    """Faults of services that moto answers."""

    def test_fault_is_injected_before_moto(self, emulation: Emulation) -> None:
        """A fault of a service that is not emulated can be set, and answers in place of moto."""
        emulation.set_fault("s3", "ListBuckets", error={"code": "SlowDown"})
        with pytest.raises(ClientError, match="SlowDown"):
            boto3.client("s3").list_buckets()


class TestUnknown:
    """Calls of which too little is known for a decision."""

    def test_call_is_refused_and_says_why(self, emulation: Emulation) -> None:
        """A call that depends on what is not known is refused, in words that AWS does not use, and counted."""
        attach(DENY_TAGGED)
        with pytest.raises(ClientError, match="does not know: the condition key s3:ExistingObjectTag/secret") as caught:
            boto3.client("s3").get_object(Bucket="mine", Key="k")
        explanation = explain(caught.value)
        assert "The policies depend on what the emulator does not know" in explanation
        assert "check       SERVICE_CONTROL_POLICY at arn:aws:organizations::111122223333:root" in explanation
        assert ": not known, taken as EXPLICIT_DENY\n" in explanation
        assert "Perhaps deny by statement" in explanation
        assert "Allow by statement" in explanation
        assert "--unknown audit" in explanation
        assert "detach the policy" not in explanation
        assert "decided by" not in explanation
        assert "explicit deny" not in explanation
        counted = emulation.request("GET", "capabilities")["undecided_calls"]
        assert counted == {"s3:GetObject: the condition key s3:ExistingObjectTag/secret": 1}

    @pytest.mark.parametrize("unknown", ["allow", "audit"])
    def test_call_may_pass(self, unknown: Any, caplog: pytest.LogCaptureFixture) -> None:
        """With another setting the call is passed on, which its explanation and the count say."""
        with emulate(scenario="organization", account=MEMBER, others="moto", unknown=unknown) as emulation:
            attach(DENY_TAGGED)
            with pytest.raises(ClientError) as caught:
                boto3.client("s3").get_object(Bucket="none", Key="k")
            assert caught.value.response["Error"]["Code"] == "NoSuchBucket"
            assert emulation.request("GET", "capabilities")["undecided_calls"]
            (call,) = emulation.assert_called("GetObject", error="NoSuchBucket")
            evaluation = emulation.decision(call["requestID"])["evaluations"][0]
            assert evaluation["notKnown"] == ["the condition key s3:ExistingObjectTag/secret"]
            assert "Its setting `unknown` allows such a call" in evaluation["reason"]
            assert [check["evaluatedEffect"] for check in evaluation["checks"] if "notKnown" in check] == ["ALLOW"]
        assert ("is passed on although" in caplog.text) is (unknown == "audit")

    @pytest.mark.usefixtures("emulation")
    def test_other_calls_are_decided(self) -> None:
        """A statement that what is not known cannot affect does not make calls open."""
        attach(DENY_TAGGED)
        assert boto3.client("s3").list_buckets()["Buckets"] == []


def attach_resource_policy(*statements: dict[str, Any], target: str = "") -> None:
    """Attach a resource control policy to the root, or to an account."""
    organizations = boto3.client("organizations", aws_access_key_id="111122223333", aws_secret_access_key="x")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    content = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = organizations.create_policy(Name="r", Description="r", Type="RESOURCE_CONTROL_POLICY", Content=content)
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=target or root)


@pytest.mark.usefixtures("emulation")
class TestResources:
    """Policies of resources, and resources of other accounts."""

    RESOURCE_DENY: ClassVar[dict[str, Any]] = {
        "Sid": "Never", "Effect": "Deny", "Principal": "*", "Resource": "*",
        "Action": ["sqs:CreateQueue", "s3:GetObject"],
    }  # fmt: skip

    def test_resource_control_policy_denies(self) -> None:
        """A resource control policy denies root users too, and does not affect services without such policies."""
        attach_resource_policy(self.RESOURCE_DENY)
        with pytest.raises(ClientError, match="with an explicit deny in a resource control policy") as caught:
            boto3.client("sqs").create_queue(QueueName="q")
        assert "RESOURCE_CONTROL_POLICY" in explain(caught.value)
        boto3.client("sns").create_topic(Name="t")

    def test_resource_control_policy_elsewhere_leaves_buckets_open(self) -> None:
        """A bucket may be of an account whose resource control policies deny; a queue tells its account."""
        attach_resource_policy(self.RESOURCE_DENY, target="333344445555")
        boto3.client("sqs").create_queue(QueueName="q")
        with pytest.raises(ClientError, match="does not know: the account of arn:aws:s3:::mine/k"):
            boto3.client("s3").get_object(Bucket="mine", Key="k")

    def test_queue_of_another_account_depends_on_its_policy(self) -> None:
        """Without its resource-based policy, nobody can tell whether another account may use a queue."""
        sqs = user_with({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}).client("sqs")
        url = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
        with pytest.raises(ClientError, match="does not know: the policy of arn:aws:sqs:eu-west-1:111122223333:q"):
            sqs.send_message(QueueUrl=url, MessageBody="m")

    def test_bucket_of_another_account_depends_on_its_policy(self) -> None:
        """The gate knows who created a bucket, whose ARN names no account; not even a root user gets in by itself."""
        owner, stranger = (
            boto3.client("s3", aws_access_key_id=account, aws_secret_access_key="x", region_name="us-east-1")
            for account in (MEMBER, "999999999999")
        )
        owner.create_bucket(Bucket="shared")
        owner.put_object(Bucket="shared", Key="k", Body=b"v")
        for call in (stranger.list_objects_v2, stranger.delete_bucket):
            with pytest.raises(
                ClientError, match="does not know: the policy of arn:aws:s3:::shared, which is in another"
            ):
                call(Bucket="shared")
        with pytest.raises(stranger.exceptions.BucketAlreadyExists):
            stranger.create_bucket(Bucket="shared")
        owner.delete_object(Bucket="shared", Key="k")
        owner.delete_bucket(Bucket="shared")
        stranger.create_bucket(Bucket="shared")
        assert stranger.list_objects_v2(Bucket="shared")["KeyCount"] == 0

    def test_root_user_depends_on_the_policy_of_a_queue_elsewhere(self) -> None:
        """A root user that no policy can concern still needs the policy of another account's queue."""
        url = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
        with pytest.raises(ClientError, match="does not know: the policy of arn:aws:sqs:eu-west-1:111122223333:q"):
            boto3.client("sqs").send_message(QueueUrl=url, MessageBody="m")

    def test_denial_is_shown_everywhere(self, emulation: Emulation) -> None:
        """The console and the control API explain the denial of another service's call."""
        attach(DENY_REGION)
        with pytest.raises(ClientError) as caught:
            boto3.client("ssm", region_name="us-east-1").get_parameter(Name="a")
        request_id = caught.value.response["ResponseMetadata"]["RequestId"]
        assert emulation.decision(request_id)["evaluations"][0]["decidedBy"]["sid"] == "OnlyIreland"
        page = emulation.app.handle(
            Request("GET", f"/console/decisions/{request_id}", "", {"host": "localhost"}, b"")
        ).body.decode()
        assert "OnlyIreland" in page


class TestRefusedOptions:
    """Options that cannot be."""

    def test_only_moto_answers_others(self) -> None:
        """A name of another mock is refused."""
        with pytest.raises(ValueError, match="others is 'localstack'"), emulate(others="localstack"):  # type: ignore[arg-type]
            pass


class TestMarker:
    """The marker `artifact_others`."""

    def test_moto_answers_though_the_test_does_not_import_it(self, tmp_path: Path) -> None:
        """The import of moto changes only sessions that are created later, so it comes first."""
        suite = """
            import boto3
            import pytest

            @pytest.mark.artifact_others("moto")
            def test_bucket(artifact_emulation):
                boto3.client("s3").create_bucket(Bucket="reports")
                artifact_emulation.assert_called("CreateBucket", times=1)
        """
        assert SuiteRun(tmp_path, {"others": suite}).passed("others") == 1
