"""The identification of calls to all AWS services, from requests that botocore serializes."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.model import OperationModel, ServiceModel
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_emulator.gateway import cbor
from artifact_emulator.gateway.actions import actions_of
from artifact_emulator.gateway.operations import ForeignCall, identify, service_table
from artifact_emulator.gateway.service_tables import index
from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.sdk_requests import AUTHORIZATION, least_input, plain, serialized

SESSION = Session()
SERVICES = SESSION.get_available_services()
SAME = json.loads(Path(__file__).with_name("same_requests.json").read_text("utf-8"))


def model(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return SESSION.get_service_model(service)


def request(service: str, operation: str, protocol: str | None = None, **members: Any) -> Request:
    """Return the request of an operation as botocore serializes it."""
    return serialized(model(service).operation_model(operation), members, protocol)


def identified(request: Request) -> ForeignCall:
    """Return the call that a request is identified as."""
    call = identify(request)
    assert call is not None
    return call


def with_headers(request: Request, **headers: str) -> Request:
    """Return a request with further headers."""
    added = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers={**request.headers, **added})


def unsigned(request: Request) -> Request:
    """Return a request without its signature."""
    return replace(request, headers={name: text for name, text in request.headers.items() if name != "authorization"})


def expected(service: str, operation: OperationModel) -> set[str]:
    """Return the operations as which a request may be identified."""
    name = f"{service}:{operation.name}"
    if name in SAME["operations"]:
        return {SAME["operations"][name]}
    if service not in SAME["services"]:
        return {name}
    others, _ = SAME["services"][service]
    return {name, *(f"{other}:{operation}" for other in others.split() for operation in model(other).operation_names)}


def missing_members(call: ForeignCall, operation: OperationModel, members: dict[str, Any]) -> list[str]:
    """Return the members that were sent outside bodies that are not read, and were not read back."""
    shape = operation.input_shape
    assert call.members is not None
    if shape is None:
        return []
    is_xml = operation.service_model.resolved_protocol == "rest-xml"
    payload = shape.serialization.get("payload")
    missing = []
    for name, value in members.items():
        member = shape.members[name]
        is_unread = (is_xml and "location" not in member.serialization) or name == payload
        # The query protocols write nothing of a structure without required members.
        if is_unread or _is_empty(value) or (member.type_name not in ("string", "integer", "list")):
            continue
        read = call.members.get(name)
        text = isinstance(value, str | int) and str(read) == str(value)
        if not text and not (isinstance(value, list) and isinstance(read, list) and len(read) == len(value)):
            missing.append(f"{name}: {value!r} was read as {read!r}")
    return missing


def _is_empty(value: Any) -> bool:
    """Return whether a value has no parts that a form could have."""
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, list) and all(map(_is_empty, value))


class TestEveryOperation:
    """The least valid request of every operation of the locked botocore."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_operations_of_service_are_identified(self, service: str) -> None:
        """Each request is identified as its operation, and its members are read back."""
        wrong = []
        for name in model(service).operation_names:
            operation = model(service).operation_model(name)
            members = least_input(operation)
            call = identified(serialized(operation, members))
            if call.name not in expected(service, operation):
                wrong.append(f"{name} is identified as {call.name}")
            elif call.name == f"{service}:{name}":
                wrong += [f"{name}: {text}" for text in missing_members(call, operation, members)]
        assert wrong == []

    # The two services of SMS have the same name there, too.
    @pytest.mark.parametrize("service", sorted(SAME["services"].keys() - {"pinpoint-sms-voice"}))
    def test_user_agent_tells_services_with_the_same_requests_apart(self, service: str) -> None:
        """SDKs that name their client in the user agent are understood."""
        agent = f"aws-sdk-go-v2/1.39 ua/2.1 api/{model(service).service_id.hyphenize()}#1.20.3"
        for name in model(service).operation_names:
            operation = model(service).operation_model(name)
            told = identified(with_headers(serialized(operation, least_input(operation)), user_agent=agent))
            if operation.service_model.resolved_protocol.startswith("rest"):
                assert told.name == f"{service}:{name}"

    @pytest.mark.parametrize(
        "service", [name for name in SERVICES if "smithy-rpc-v2-cbor" in model(name).metadata.get("protocols", ())]
    )
    def test_operations_in_cbor_are_identified(self, service: str) -> None:
        """Requests of RPC v2 name service and operation in their path."""
        for name in model(service).operation_names:
            operation = model(service).operation_model(name)
            members = least_input(operation)
            call = identified(serialized(operation, members, "smithy-rpc-v2-cbor"))
            assert (call.service, call.operation, call.protocol) == (service, name, "smithy-rpc-v2-cbor")
            assert call.members is not None
            assert missing_members(call, operation, members) == []

    def test_every_service_has_a_title(self) -> None:
        """The table has the services of botocore under AWS's names."""
        assert service_table("s3").title == "Amazon S3"
        assert all(service_table(service).title for service in SERVICES)

    def test_data_is_small_and_indexed(self) -> None:
        """The index names each service, so that only the lines that are needed are read."""
        assert {name for names in index()["signed"].values() for name in names} >= set(SERVICES)


class TestS3:
    """The addresses of Amazon S3."""

    @pytest.mark.parametrize(
        "host",
        [
            "photos.s3.amazonaws.com",
            "photos.s3.eu-west-1.amazonaws.com",
            "photos.s3-eu-west-1.amazonaws.com",
            "photos.s3.dualstack.eu-west-1.amazonaws.com",
            "photos.s3-accelerate.amazonaws.com",
            "photos.s3-accelerate.dualstack.amazonaws.com",
            "photos.s3-fips.us-east-1.amazonaws.com",
            "photos.s3.cn-north-1.amazonaws.com.cn",
            "photos.localhost:4700",
            "photos.127.0.0.1:4700",
            "photos.s3.localhost.localstack.cloud:4566",
        ],
    )
    def test_host_names_the_bucket(self, host: str) -> None:
        """Virtual-hosted, accelerated, dual-stack and local addresses name the bucket in the host."""
        headers = {"host": host, "authorization": AUTHORIZATION.format("s3")}
        call = identified(Request("GET", "/a/b.txt", "", headers, b""))
        assert (call.operation, call.members) == ("GetObject", {"Bucket": "photos", "Key": "a/b.txt"})
        assert identified(Request("GET", "/", "list-type=2&prefix=a", headers, b"")).name == "s3:ListObjectsV2"

    @pytest.mark.parametrize("host", ["127.0.0.1:4700", "localhost:4700", "emulator:4700", "s3.amazonaws.com", ""])
    def test_path_names_the_bucket(self, host: str) -> None:
        """Other hosts leave the bucket to the path."""
        headers = {"host": host, "authorization": AUTHORIZATION.format("s3")}
        call = identified(Request("GET", "/photos/a%20b/c", "", headers, b""))
        assert (call.operation, call.members) == ("GetObject", {"Bucket": "photos", "Key": "a b/c"})
        assert identified(Request("GET", "/", "", headers, b"")).operation == "ListBuckets"
        assert identified(Request("GET", "/photos/", "", headers, b"")).operation == "ListObjects"

    def test_access_point_is_named_by_its_arn(self) -> None:
        """The host of an access point stands for its ARN."""
        host = "data-111122223333.s3-accesspoint.eu-west-1.amazonaws.com"
        headers = {"host": host, "authorization": AUTHORIZATION.format("s3")}
        members = identified(Request("GET", "/k", "", headers, b"")).members
        assert members == {"Bucket": "arn:aws:s3:eu-west-1:111122223333:accesspoint/data", "Key": "k"}

    @pytest.mark.parametrize(
        ("query", "headers"),
        [("AWSAccessKeyId=AKIA&Expires=1&Signature=s", {}), ("", {"authorization": "AWS AKIA:signature"})],
    )
    def test_signature_of_version_2_is_one_of_s3(self, query: str, headers: dict[str, str]) -> None:
        """Presigned URLs of boto3 may have a signature of version 2, which names no service."""
        call = identified(Request("GET", "/photos/k", query, headers, b""))
        assert (call.name, call.members) == ("s3:GetObject", {"Bucket": "photos", "Key": "k"})
        assert call.keys["s3:signatureversion"] == ("AWS",)

    def test_presigned_request_is_identified(self) -> None:
        """The query of a presigned URL has the Region and the service of the signature."""
        scope = "AKIA/20260101/eu-central-1/s3/aws4_request"
        query = urlencode({"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": scope, "x-id": "GetObject"})
        call = identified(Request("GET", "/photos/k", query, {"host": "localhost"}, b""))
        assert (call.name, call.region, call.signing_name) == ("s3:GetObject", "eu-central-1", "s3")
        assert call.members == {"Bucket": "photos", "Key": "k"}

    @pytest.mark.parametrize(
        ("method", "query", "headers", "operation"),
        [
            ("PUT", "x-id=PutObject", {}, "PutObject"),
            ("PUT", "", {"x-amz-copy-source": "b/k"}, "CopyObject"),
            ("PUT", "x-id=PutObject", {"x-amz-copy-source": "b/k"}, "CopyObject"),
            ("PUT", "partNumber=1&uploadId=u", {}, "UploadPart"),
            ("PUT", "partNumber=1&uploadId=u", {"x-amz-copy-source": "b/k"}, "UploadPartCopy"),
            ("GET", "uploadId=u&x-id=ListParts", {}, "ListParts"),
            ("GET", "versionId=v", {}, "GetObject"),
            ("GET", "acl", {}, "GetObjectAcl"),
            ("POST", "uploads", {}, "CreateMultipartUpload"),
            ("POST", "uploadId=u", {}, "CompleteMultipartUpload"),
            ("DELETE", "uploadId=u", {}, "AbortMultipartUpload"),
            ("DELETE", "", {}, "DeleteObject"),
            ("HEAD", "", {}, "HeadObject"),
        ],
    )
    def test_query_and_headers_tell_operations_apart(
        self, method: str, query: str, headers: dict[str, str], operation: str
    ) -> None:
        """Operations on one path differ in their query and headers, with and without the query of newer SDKs."""
        signed = {"authorization": AUTHORIZATION.format("s3"), **headers}
        assert identified(Request(method, "/photos/k", query, signed, b"")).operation == operation

    def test_directory_buckets_are_listed_under_another_signature(self) -> None:
        """A list that is signed for S3 Express is one of directory buckets."""
        headers = {"authorization": AUTHORIZATION.format("s3express")}
        assert identified(Request("GET", "/", "", headers, b"")).name == "s3:ListDirectoryBuckets"

    def test_control_is_told_by_its_path(self) -> None:
        """The host of S3 Control names an account, and no bucket."""
        signed = with_headers(
            request("s3control", "GetPublicAccessBlock", AccountId="111122223333"), host="111122223333.localhost:4700"
        )
        call = identified(signed)
        assert (call.name, call.members) == ("s3control:GetPublicAccessBlock", {"AccountId": "111122223333"})


class TestOtherForms:
    """Requests in forms that botocore does not send."""

    def test_form_of_a_json_service_is_read(self) -> None:
        """Older SDKs call Amazon SQS in the query protocol, at the address of the queue."""
        body = b"Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fx%2F111122223333%2Fq&MessageBody=m"
        headers = {
            "authorization": AUTHORIZATION.format("sqs"),
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        call = identified(Request("POST", "/111122223333/q", "", headers, body))
        assert (call.name, call.protocol) == ("sqs:SendMessage", "query")
        assert call.members == {"QueueUrl": "http://x/111122223333/q", "MessageBody": "m"}

    def test_action_in_a_query_string_is_read(self) -> None:
        """An action may be in the query of a GET request."""
        headers = {"authorization": AUTHORIZATION.format("ec2")}
        query = "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2"
        call = identified(Request("GET", "/", query, headers, b""))
        assert (call.name, call.protocol, call.members) == (
            "ec2:DescribeInstances",
            "ec2",
            {"InstanceIds": ["i-1", "i-2"]},
        )

    def test_nested_members_of_forms_are_read(self) -> None:
        """Lists, structures and maps of forms become those of the input."""
        topic = request("sns", "CreateTopic", Name="t", Attributes={"a": "b"}, Tags=[{"Key": "k", "Value": "v"}])
        assert identified(topic).members == plain(
            {"Name": "t", "Attributes": {"a": "b"}, "Tags": [{"Key": "k", "Value": "v"}]}
        )

    @pytest.mark.parametrize(
        ("service", "operation", "members"),
        [
            ("dynamodb", "ListTables", {}),
            ("sns", "ListTopics", {}),
            ("cognito-idp", "InitiateAuth", {"AuthFlow": "USER_AUTH", "ClientId": "c"}),
            ("sso", "ListAccounts", {"accessToken": "t"}),
            ("sso-oidc", "CreateToken", {"clientId": "c", "clientSecret": "s", "grantType": "g"}),
        ],
    )
    def test_unsigned_call_is_identified(self, service: str, operation: str, members: dict[str, Any]) -> None:
        """Targets, versions and the paths of operations without a signature name the service."""
        assert identified(unsigned(request(service, operation, **members))).name == f"{service}:{operation}"

    def test_host_of_aws_names_an_unsigned_call(self) -> None:
        """Anonymous requests name the service and the Region by the host."""
        call = identified(Request("GET", "/k", "", {"host": "photos.s3.eu-west-1.amazonaws.com"}, b""))
        assert (call.name, call.region) == ("s3:GetObject", "eu-west-1")

    def test_request_of_no_service_is_none(self) -> None:
        """A request that tells neither service nor operation is no call."""
        assert identify(Request("GET", "/favicon.ico", "", {"host": "localhost:4700"}, b"")) is None
        assert identify(Request("GET", "/x", "", {"authorization": AUTHORIZATION.format("unknown")}, b"")) is None

    def test_path_without_operation_is_said_so(self) -> None:
        """A path that a service does not have is a call without an operation."""
        headers = {"authorization": AUTHORIZATION.format("guardduty")}
        call = identified(Request("PUT", "/no/such/path", "", headers, b""))
        assert (call.service, call.operation, call.members) == ("guardduty", "", None)

    def test_newer_operation_keeps_its_name(self) -> None:
        """An operation that the table does not have yet is named as the request names it."""
        headers = {"authorization": AUTHORIZATION.format("dynamodb"), "x-amz-target": "DynamoDB_20120810.Invent"}
        assert identified(Request("POST", "/", "", headers, b"{}")).name == "dynamodb:Invent"

    @pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000])
    def test_unreadable_body_gives_no_members(self, body: bytes) -> None:
        """A body that cannot be read is said to be unknown, and is no error."""
        headers = {"authorization": AUTHORIZATION.format("kms"), "x-amz-target": "TrentService.Encrypt"}
        call = identified(Request("POST", "/", "", headers, body))
        assert (call.name, call.members) == ("kms:Encrypt", None)


class TestCbor:
    """The reader of CBOR."""

    @pytest.mark.parametrize(
        ("data", "value"),
        [
            ("a0", {}),
            ("bf6161 01 ff", {"a": 1}),
            ("83 01 20 3903e7", [1, -1, -1000]),
            ("7f 6161 6162 ff", "ab"),
            ("5f 4161 ff", b"a"),
            ("c1 1a 6774e100", 1735713024),
            ("f93c00", 1.0),
            ("fb3ff8000000000000", 1.5),
            ("84 f4 f5 f6 f7", [False, True, None, None]),
            ("1b0000000100000000", 2**32),
        ],
    )
    def test_values_of_the_standard_are_read(self, data: str, value: object) -> None:
        """Numbers, texts, collections of known and unknown length, tags and simple values are read."""
        assert cbor.decode(bytes.fromhex(re.sub(r"\s", "", data))) == value

    @pytest.mark.parametrize("data", ["", "61", "a1", "a161", "ff", "bf6161ff", "0000", "1c", "9fff00", "f8", "a1a000"])
    def test_other_data_is_refused(self, data: str) -> None:
        """Anything else is refused with one kind of error."""
        with pytest.raises(ValueError, match=r".+"):
            cbor.decode(bytes.fromhex(data))

    def test_deep_nesting_is_refused(self) -> None:
        """A body cannot exhaust the stack."""
        with pytest.raises(ValueError, match="deeply"):
            cbor.decode(b"\x81" * 10_000)


class TestHostileRequests:
    """Requests that no SDK sends."""

    @settings(max_examples=150, deadline=None)
    @given(
        method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]),
        path=st.text(st.sampled_from("/abc%2F.{}+? é"), max_size=30).map(lambda text: f"/{text}"),
        query=st.text(st.sampled_from("ab=&%.1X-Action"), max_size=40),
        signed=st.sampled_from(["s3", "ec2", "lambda", "sqs", "monitoring", "guardduty", "execute-api", "nothing"]),
        headers=st.dictionaries(
            st.sampled_from(["host", "x-amz-target", "content-type", "smithy-protocol", "user-agent", "x-id"]),
            st.one_of(
                st.text(max_size=20), st.sampled_from(["b.s3.amazonaws.com", "application/x-www-form-urlencoded"])
            ),
        ),
        body=st.one_of(
            st.binary(max_size=60), st.text(st.sampled_from('{}[]"a:1=&.Action'), max_size=40).map(str.encode)
        ),
    )
    def test_any_request_is_identified_or_not(  # noqa: PLR0913 - a request has many parts.
        self, *, method: str, path: str, query: str, signed: str, headers: dict[str, str], body: bytes
    ) -> None:
        """No request fails to be read, and what is identified can be authorized."""
        request = Request(method, path, query, {**headers, "authorization": AUTHORIZATION.format(signed)}, body)
        call = identify(request)
        if call is not None:
            assert actions_of(call, "111122223333", "aws").actions

    def test_numbers_of_a_form_may_be_huge(self) -> None:
        """Numbers in the names of a form are sorted, and not allocated."""
        headers = {"authorization": AUTHORIZATION.format("ec2")}
        query = "Action=StopInstances&InstanceId.99999999999999999999=i-2&InstanceId.1=i-1&InstanceId.1.1.1=x"
        assert identified(Request("GET", "/", query, headers, b"")).members == {"InstanceIds": ["i-1", "i-2"]}
