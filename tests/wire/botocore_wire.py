"""The wire as AWS's own client has it: botocore writes the requests, reads the replies, and its models judge both.

A call goes straight into a core, without a socket. Every answer is checked before a test sees it: the envelope of its
protocol; members, types, enums, lengths and patterns of the model; and, for an error, whether its operation may give
it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

import regex
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, HeadersDict, create_request_object, prepare_request_dict
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

import artifact_emulator
from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request

SERVICES = ("organizations", "artifact", "cloudtrail", "iam", "sts")
MODELS = Path(artifact_emulator.__file__).parent / "botocore_models"
ENDPOINT = "http://127.0.0.1:4700"
CONTENT_TYPES = {"json": "application/x-amz-json-1.1", "rest-json": "application/json", "query": "text/xml"}

# What every operation of a protocol may answer although no model declares it, its status, and why.
COMMON_ERRORS: Mapping[str, dict[str, tuple[int, str]]] = {
    "json": {
        "SerializationException": (400, "the body is no JSON object, or a member is of the wrong type"),
        "UnknownOperationException": (400, "AWS has no such operation"),
        "MissingAuthenticationTokenException": (400, "the request is not signed"),
        "IncompleteSignatureException": (400, "the Authorization header is not whole"),
        "UnrecognizedClientException": (400, "nobody has this key or this token"),
        "InvalidSignatureException": (400, "another secret signed, or something was altered"),
        "ExpiredTokenException": (400, "temporary credentials are past their time"),
        "NotImplemented": (501, "AWS has the operation, the emulator has not"),
    },
    "rest-json": {
        "UnknownOperationException": (404, "AWS has no such path"),
        "UnsupportedMediaTypeException": (415, "the body is not JSON"),
        "MissingAuthenticationTokenException": (403, "the request is not signed"),
        "IncompleteSignatureException": (403, "the Authorization header is not whole"),
        "UnrecognizedClientException": (403, "nobody has this key or this token"),
        "InvalidSignatureException": (403, "another secret signed, or something was altered"),
        "ExpiredTokenException": (403, "temporary credentials are past their time"),
        "NotImplemented": (501, "AWS has the operation, the emulator has not"),
    },
    # Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    "query": {
        "Throttling": (400, "the account asks too often"),
        "AccessDenied": (403, "IAM and STS declare no denial, and both deny"),
        "ValidationError": (400, "a member breaks a constraint of its shape"),
        "InvalidParameterValue": (400, "the tags of a session do not fit each other"),
        "MalformedInput": (400, "a member is of the wrong type, or both a value and a structure"),
        "MalformedQueryString": (404, "the form cannot be read"),
        "MissingAction": (400, "the form names no operation"),
        "InvalidAction": (400, "AWS has no such operation, or not in this version"),
        "MissingAuthenticationToken": (403, "the request is not signed"),
        "IncompleteSignature": (400, "the Authorization header is not whole"),
        "InvalidClientTokenId": (403, "nobody has this key or this token"),
        "SignatureDoesNotMatch": (403, "another secret signed, or something was altered"),
        "ExpiredToken": (403, "temporary credentials are past their time"),
        "NotImplemented": (501, "AWS has the operation, the emulator has not"),
    },
}
# What one operation answers although its model does not declare it, and why.
EXCEPTIONS: Mapping[tuple[str, str], dict[str, tuple[int, str]]] = {
    # AWS refuses a boundary that does not exist with it, and declares it of CreateUser only.
    ("iam", "CreateRole"): {"NoSuchEntity": (404, "the policy that is to bound the role does not exist")},
    # AWS's page on the integration lets nobody modify the role while access is trusted; IAM declares no error for it.
    ("iam", "TagRole"): {"UnmodifiableEntity": (400, "no change of the linked role while its service uses it")},
    ("iam", "UntagRole"): {"UnmodifiableEntity": (400, "no change of the linked role while its service uses it")},
}


# What AWS answers although its model does not list it, in its own examples:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
BEYOND: Mapping[str, tuple[str, ...]] = {
    "PolicySourceType": ("IAM Policy", "Resource Policy", "Permissions Boundary Policy"),
}


@cache
def model(service: str) -> ServiceModel:
    """Load AWS's model of a service, with the operations that the emulator adds to it."""
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH, str(MODELS)], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """Give AWS's model of an operation."""
    return model(service).operation_model(operation)


def protocol_of(service: str) -> str:
    """Name the protocol of a service, as AWS's model does."""
    protocol: str = model(service).metadata["protocol"]
    return protocol


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reply as botocore reads it."""

    reply: Reply
    data: dict[str, Any]
    """What a client is given: the output, or the error as botocore lays it out."""

    @property
    def status(self) -> int:
        """Tell the HTTP status."""
        return self.reply.status

    @property
    def code(self) -> str:
        """Tell the error's code, "" for a success."""
        code: str = self.data.get("Error", {}).get("Code", "") if self.reply.status >= 300 else ""
        return code

    @property
    def message(self) -> str:
        """Tell the error's message."""
        message: str = self.data["Error"]["Message"]
        return message


@dataclass(frozen=True)
class Client:
    """An account that calls a core as botocore would."""

    core: App
    account: str = "111122223333"
    region: str = "us-east-1"
    credentials: Credentials | None = None
    endpoint: str = ENDPOINT

    def request(self, service: str, operation: str, /, **parameters: Any) -> Request:
        """Write a request, signed."""
        found = operation_model(service, operation)
        serializer = create_serializer(protocol_of(service), include_validation=False)
        request = serializer.serialize_to_request(parameters, found)
        prepare_request_dict(request, endpoint_url=self.endpoint, context={})
        return self.signed(service, create_request_object(request))

    def signed(self, service: str, request: AWSRequest) -> Request:
        """Sign a request and give it as a core takes it."""
        # An account's root user needs no secret that is his own.
        credentials = self.credentials or Credentials(self.account, "placeholder")
        SigV4Auth(credentials, model(service).signing_name, self.region).add_auth(request)
        prepared = request.prepare()
        url = urlsplit(prepared.url)
        headers = {name.lower(): _text(value) for name, value in prepared.headers.items()}
        body = prepared.body or b""
        return Request(
            prepared.method,
            url.path or "/",
            url.query,
            {"host": url.netloc} | headers,
            body.encode() if isinstance(body, str) else bytes(body),
        )

    def call(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        """Call an operation; every answer must be one that AWS's model allows."""
        return answer(self.core, self.request(service, operation, **parameters), service, operation)

    def does(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call an operation that succeeds; give its output."""
        got = self.call(service, operation, **parameters)
        assert got.status == operation_model(service, operation).http.get("responseCode", 200), got.reply
        return {name: value for name, value in got.data.items() if name != "ResponseMetadata"}

    def is_refused(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        """Call an operation that is refused, and so changes nothing."""
        return refused(self.core, self.request(service, operation, **parameters), service, operation)


def answer(core: App, request: Request, service: str, operation: str = "") -> Answer:
    """Put a request to a core; give the reply as botocore reads it, once it is proved to be a legal one."""
    reply = core.handle(request)
    wrong = list(complaints_of(reply, service, operation))
    assert not wrong, f"{wrong}\n{request}\n{reply}"
    return Answer(reply=reply, data=parsed(reply, service, operation))


def refused(core: App, request: Request, service: str, operation: str = "") -> Answer:
    """Put a request to a core that refuses it, and so stays as it was."""
    before = core.world.state
    got = answer(core, request, service, operation)
    assert got.status >= 400, got.reply
    assert core.world.state is before
    return got


def parsed(reply: Reply, service: str, operation: str = "") -> dict[str, Any]:
    """Read a reply with botocore's parser, as its endpoint does."""
    parser = create_parser(protocol_of(service))
    response = {"status_code": reply.status, "headers": HeadersDict(reply.headers), "body": reply.body}
    output = operation_model(service, operation).output_shape if operation else None
    data: dict[str, Any] = parser.parse(response, output)
    if reply.status >= 300:
        shape = model(service).shape_for_error_code(data["Error"]["Code"])
        if shape is not None:
            data.update(parser.parse(response, shape))
    return data


def complaints_of(reply: Reply, service: str, operation: str = "") -> Iterator[str]:
    """Say what AWS's model of an operation, or its protocol, does not allow in a reply."""
    headers = {name.lower(): value for name, value in reply.headers}
    protocol = protocol_of(service)
    if headers.get("content-type") != CONTENT_TYPES[protocol]:
        yield f"content type {headers.get('content-type')}"
    if str(UUID(headers["x-amzn-requestid"])) != headers["x-amzn-requestid"]:
        yield f"request id {headers['x-amzn-requestid']}"
    if b"<html" in reply.body.lower():
        yield "HTML"
    if reply.status == 500:
        yield "the emulator failed"
    if reply.status >= 300:
        yield from _of_error(reply, headers, service, operation)
    elif not operation:
        yield f"status {reply.status} for an operation that does not exist"
    else:
        yield from _of_success(reply, headers, service, operation)


def _of_success(reply: Reply, headers: Mapping[str, str], service: str, operation: str) -> Iterator[str]:
    found = operation_model(service, operation)
    if reply.status != found.http.get("responseCode", 200):
        yield f"status {reply.status}"
    protocol = protocol_of(service)
    if protocol == "query":
        yield from _of_document(reply.body, headers, service, found)
    elif found.output_shape is None:
        if reply.body not in (b"", b"{}"):
            yield f"{operation} answers nothing"
    elif reply.body or reply.status != 204:
        value = json.loads(reply.body, parse_constant=_no_constant)
        yield from complaints(found.output_shape, value, operation, "unix" if protocol == "json" else "iso")


def _of_document(body: bytes, headers: Mapping[str, str], service: str, found: OperationModel) -> Iterator[str]:
    namespace = f"{{{model(service).metadata['xmlNamespace']}}}"
    root = ET.fromstring(body)
    if root.tag != f"{namespace}{found.name}Response":
        yield f"root {root.tag}"
    if root.findtext(f"{namespace}ResponseMetadata/{namespace}RequestId") != headers["x-amzn-requestid"]:
        yield "the request id of the body is not the header's"
    wrapper = found.output_shape.serialization.get("resultWrapper") if found.output_shape else None
    expected = [wrapper, "ResponseMetadata"] if wrapper else ["ResponseMetadata"]
    if [one.tag.removeprefix(namespace) for one in root] != expected:
        yield f"children {[one.tag for one in root]}"
    elif wrapper:
        value = _read_xml(found.output_shape, root[0], namespace)
        yield from complaints(found.output_shape, value, found.name, "iso")


def _of_error(reply: Reply, headers: Mapping[str, str], service: str, operation: str) -> Iterator[str]:
    data = parsed(reply, service, operation)
    code, status = data["Error"]["Code"], reply.status
    if not data["Error"]["Message"]:
        yield f"{code} without a message"
    if data["ResponseMetadata"]["RequestId"] != headers["x-amzn-requestid"]:
        yield "botocore finds another request id"
    declared = operation_model(service, operation).error_shapes if operation else []
    shape = next((one for one in declared if code_of(one) == code), None)
    if shape is None:
        also = COMMON_ERRORS[protocol_of(service)] | EXCEPTIONS.get((service, operation), {})
        if also.get(code, (0, ""))[0] != status:
            yield f"{operation} declares no {code} of status {status}, nor is it common"
    elif status_of(shape) != status:
        yield f"status {status} of {code}"
    elif protocol_of(service) != "query":
        # A message travels even with an error that has no member for it.
        unsaid = {"__type", *({"message"} if not shape.members else ())}
        members = {key: value for key, value in json.loads(reply.body).items() if key not in unsaid}
        yield from complaints(shape, members, code, "iso")


def complaints(shape: Shape, value: Any, at: str, instants: str) -> Iterator[str]:
    """Say what in a value, as it travels, a shape forbids; `instants` is `unix` or `iso`."""
    kind = shape.type_name
    if kind == "structure":
        yield from _of_structure(shape, value, at, instants)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{at}: {value!r} is no list"
            return
        for place, one in enumerate(value):
            yield from complaints(shape.member, one, f"{at}[{place}]", instants)
    elif kind == "map":
        for key, one in value.items():
            yield from complaints(shape.key, key, f"{at} key", instants)
            yield from complaints(shape.value, one, f"{at}[{key!r}]", instants)
    elif not _is_of_kind(kind, value, instants):
        yield f"{at}: {value!r} is no {kind}"
        return
    yield from _of_bounds(shape, value, at)


def _of_structure(shape: Shape, value: Any, at: str, instants: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no structure"
        return
    members = {one.serialization.get("name", name): one for name, one in shape.members.items()}
    yield from (f"{at}: unknown member {name}" for name in value.keys() - members.keys())
    yield from (f"{at}: no {name}" for name in shape.required_members if name not in value)
    for name in value.keys() & members.keys():
        yield from complaints(members[name], value[name], f"{at}.{name}", instants)


def _is_of_kind(kind: str, value: Any, instants: str) -> bool:
    if kind in ("integer", "long"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "timestamp" and instants == "iso":
        return (
            isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", value) is not None
        )
    if kind in ("timestamp", "double", "float"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, bool if kind == "boolean" else str)


def _of_bounds(shape: Shape, value: Any, at: str) -> Iterator[str]:
    traits = shape.metadata
    # The id of a root user is that of his account: AWS's answers have it so, its model of IAM wants longer ones.
    if at.endswith(".UserId") and isinstance(value, str) and re.fullmatch("[0-9]{12}", value):
        return
    size = value if isinstance(value, int | float) else len(value)
    if not traits.get("min", size) <= size <= traits.get("max", size):
        yield f"{at}: {value!r} is not within {traits.get('min')} and {traits.get('max')}"
    if traits.get("enum") and value not in (*traits["enum"], *BEYOND.get(shape.name, ())):
        yield f"{at}: {value!r} is not one of {traits['enum']}"
    # The models of Organizations and IAM know one partition; AWS's answers in the others have theirs.
    known = re.sub("^arn:aws-(us-gov|cn):", "arn:aws:", value) if isinstance(value, str) else ""
    if "pattern" in traits and isinstance(value, str) and not pattern_of(traits["pattern"]).fullmatch(known):
        yield f"{at}: {value!r} does not match {traits['pattern']}"


@cache
def pattern_of(pattern: str) -> "regex.Pattern[str]":
    """Read a pattern of AWS's models."""
    # The one escape of a code point beyond four digits; Java would read U+1000 and a zero.
    return regex.compile(pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF"))


def _read_xml(shape: Shape, element: ET.Element, namespace: str) -> Any:
    """Read an element strictly as its shape says: what is not in the model stays, and is complained of."""
    tags = [(one.tag.removeprefix(namespace), one) for one in element]
    kind = shape.type_name
    if kind == "structure":
        members = {one.serialization.get("name", name): one for name, one in shape.members.items()}
        assert len({tag for tag, _ in tags}) == len(tags), f"repeated members of {shape.name}"
        return {tag: _read_xml(members[tag], one, namespace) if tag in members else one for tag, one in tags}
    if kind == "list":
        assert all(tag == "member" for tag, _ in tags), f"{shape.name}: {tags}"
        return [_read_xml(shape.member, one, namespace) for _, one in tags]
    if kind == "map":
        assert all(tag == "entry" for tag, _ in tags), f"{shape.name}: {tags}"
        return {key.text: _read_xml(shape.value, value, namespace) for _, (key, value) in tags}
    assert not tags, f"{shape.name} has children"
    return _read_text(kind, element.text or "")


def _read_text(kind: str, text: str) -> Any:
    if kind in ("integer", "long") and re.fullmatch("-?[0-9]+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def code_of(shape: Shape) -> str:
    """Tell by which code an error travels."""
    code: str = shape.metadata.get("error", {}).get("code", shape.name)
    return code


def status_of(shape: Shape) -> int:
    """Tell the HTTP status of an error."""
    status: int = shape.metadata.get("error", {}).get("httpStatusCode", 500 if shape.metadata.get("fault") else 400)
    return status


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
