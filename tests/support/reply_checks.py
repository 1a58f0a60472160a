"""Checks of a reply against AWS's models: the envelope of its protocol, every member, and every error."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser

from artifact_emulator.http import Reply
from tests.support.aws_models import code_of, model, operation_model, pattern_of, protocol_of, status_of

CONTENT_TYPES = {"json": "application/x-amz-json-1.1", "rest-json": "application/json", "query": "text/xml"}

# The errors that every operation of a protocol may return although no model declares them: status and reason.
COMMON_ERRORS: Mapping[str, dict[str, tuple[int, str]]] = {
    "json": {
        "SerializationException": (400, "the body is not a JSON object, or a member has the wrong type"),
        "UnknownOperationException": (400, "AWS has no such operation"),
        "MissingAuthenticationTokenException": (400, "the request is not signed"),
        "IncompleteSignatureException": (400, "the Authorization header is incomplete"),
        "UnrecognizedClientException": (400, "the access key or the session token is unknown"),
        "InvalidSignatureException": (400, "the request was signed with another secret key, or altered"),
        "ExpiredTokenException": (400, "the session credentials have expired"),
        "NotImplemented": (501, "the emulator does not have the operation"),
        "ServiceUnavailable": (503, "the data directory of the emulator cannot be written"),
    },
    "rest-json": {
        "UnknownOperationException": (404, "AWS has no such path"),
        "UnsupportedMediaTypeException": (415, "the body is not JSON"),
        "MissingAuthenticationTokenException": (403, "the request is not signed"),
        "IncompleteSignatureException": (403, "the Authorization header is incomplete"),
        "UnrecognizedClientException": (403, "the access key or the session token is unknown"),
        "InvalidSignatureException": (403, "the request was signed with another secret key, or altered"),
        "ExpiredTokenException": (403, "the session credentials have expired"),
        "NotImplemented": (501, "the emulator does not have the operation"),
        "ServiceUnavailable": (503, "the data directory of the emulator cannot be written"),
    },
    # Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    "query": {
        "Throttling": (400, "the account exceeds a request rate"),
        "AccessDenied": (403, "IAM and AWS STS declare no error for a denial"),
        "ValidationError": (400, "a member breaks a constraint of its shape"),
        "InvalidParameterValue": (400, "the tags of a session contradict each other"),
        "MalformedInput": (400, "a member has the wrong type, or is both a value and a structure"),
        "MalformedQueryString": (404, "the form cannot be parsed"),
        "MissingAction": (400, "the form names no operation"),
        "InvalidAction": (400, "AWS has no such operation, or not in this version"),
        "MissingAuthenticationToken": (403, "the request is not signed"),
        "IncompleteSignature": (400, "the Authorization header is incomplete"),
        "InvalidClientTokenId": (403, "the access key or the session token is unknown"),
        "SignatureDoesNotMatch": (403, "the request was signed with another secret key, or altered"),
        "ExpiredToken": (403, "the session credentials have expired"),
        "NotImplemented": (501, "the emulator does not have the operation"),
        "ServiceUnavailable": (503, "the data directory of the emulator cannot be written"),
    },
}
# The errors that one operation returns although its model does not declare them, and why.
EXCEPTIONS: Mapping[tuple[str, str], dict[str, tuple[int, str]]] = {
    # AWS refuses a missing permissions boundary with this error, but declares it only for CreateUser.
    ("iam", "CreateRole"): {"NoSuchEntity": (404, "the policy of the permissions boundary does not exist")},
    # AWS's page on the integration forbids changes of the role while access is trusted; IAM declares no error for them.
    ("iam", "TagRole"): {"UnmodifiableEntity": (400, "the linked role cannot be changed while its service uses it")},
    ("iam", "UntagRole"): {"UnmodifiableEntity": (400, "the linked role cannot be changed while its service uses it")},
}
# Values that the enumerations of AWS's models lack, in AWS's own examples and in recorded replies:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
# https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (organizations_resource_policy.json)
UNLISTED_VALUES: Mapping[str, tuple[str, ...]] = {
    "PermissionsBoundaryAttachmentType": ("Policy",),
    "PolicySourceType": ("IAM Policy", "Resource Policy", "Permissions Boundary Policy"),
    "ConstraintViolationExceptionReason": ("UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED",),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def parse_reply(reply: Reply, service: str, operation: str = "") -> dict[str, Any]:
    """Return a reply as botocore parses it."""
    parser = create_parser(protocol_of(service))
    response = {"status_code": reply.status, "headers": HeadersDict(reply.headers), "body": reply.body}
    output = operation_model(service, operation).output_shape if operation else None
    data: dict[str, Any] = parser.parse(response, output)
    if reply.status >= 300:
        shape = model(service).shape_for_error_code(data["Error"]["Code"])
        if shape is not None:
            data.update(parser.parse(response, shape))
    return data


def reply_problems(reply: Reply, service: str, operation: str = "") -> Iterator[str]:
    """Yield what AWS's model of an operation, or its protocol, does not allow in a reply."""
    headers = {name.lower(): value for name, value in reply.headers}
    if headers.get("content-type") != CONTENT_TYPES[protocol_of(service)]:
        yield f"content type {headers.get('content-type')}"
    if str(UUID(headers["x-amzn-requestid"])) != headers["x-amzn-requestid"]:
        yield f"request id {headers['x-amzn-requestid']}"
    if b"<html" in reply.body.lower():
        yield "HTML"
    if reply.status == 500:
        yield "an internal error of the emulator"
    if reply.status >= 300:
        yield from _error_problems(reply, headers, service, operation)
    elif not operation:
        yield f"status {reply.status} for an operation that does not exist"
    else:
        yield from _success_problems(reply, headers, service, operation)


def value_problems(shape: Shape, value: Any, path: str, instants: str) -> Iterator[str]:
    """Yield what a shape does not allow in a value on the wire; `instants` is `unix` or `iso`."""
    kind = shape.type_name
    if kind == "structure":
        yield from _structure_problems(shape, value, path, instants)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is not a list"
            return
        for index, element in enumerate(value):
            yield from value_problems(shape.member, element, f"{path}[{index}]", instants)
    elif kind == "map":
        for key, element in value.items():
            yield from value_problems(shape.key, key, f"{path} key", instants)
            yield from value_problems(shape.value, element, f"{path}[{key!r}]", instants)
    elif not _is_of_kind(kind, value, instants):
        yield f"{path}: {value!r} is not of the type {kind}"
        return
    yield from _limit_problems(shape, value, path)


def _success_problems(reply: Reply, headers: Mapping[str, str], service: str, operation: str) -> Iterator[str]:
    expected = operation_model(service, operation)
    if reply.status != expected.http.get("responseCode", 200):
        yield f"status {reply.status}"
    protocol = protocol_of(service)
    if protocol == "query":
        yield from _document_problems(reply.body, headers, service, expected)
    elif expected.output_shape is None:
        if reply.body not in (b"", b"{}"):
            yield f"{operation} has no output"
    elif reply.body or reply.status != 204:
        value = json.loads(reply.body, parse_constant=_refuse_constant)
        yield from value_problems(expected.output_shape, value, operation, "unix" if protocol == "json" else "iso")


def _document_problems(
    body: bytes, headers: Mapping[str, str], service: str, expected: OperationModel
) -> Iterator[str]:
    namespace = f"{{{model(service).metadata['xmlNamespace']}}}"
    root = ET.fromstring(body)
    if root.tag != f"{namespace}{expected.name}Response":
        yield f"root {root.tag}"
    if root.findtext(f"{namespace}ResponseMetadata/{namespace}RequestId") != headers["x-amzn-requestid"]:
        yield "the request ids of body and header differ"
    wrapper = expected.output_shape.serialization.get("resultWrapper") if expected.output_shape else None
    children = [child.tag.removeprefix(namespace) for child in root]
    if children != ([wrapper, "ResponseMetadata"] if wrapper else ["ResponseMetadata"]):
        yield f"children {children}"
    elif wrapper:
        value = _xml_value(expected.output_shape, root[0], namespace)
        yield from value_problems(expected.output_shape, value, expected.name, "iso")


def _error_problems(reply: Reply, headers: Mapping[str, str], service: str, operation: str) -> Iterator[str]:
    data = parse_reply(reply, service, operation)
    code, status = data["Error"]["Code"], reply.status
    if not data["Error"]["Message"]:
        yield f"{code} without a message"
    if data["ResponseMetadata"]["RequestId"] != headers["x-amzn-requestid"]:
        yield "botocore finds another request id"
    declared = operation_model(service, operation).error_shapes if operation else []
    shape = next((shape for shape in declared if code_of(shape) == code), None)
    if shape is None:
        undeclared = COMMON_ERRORS[protocol_of(service)] | EXCEPTIONS.get((service, operation), {})
        if undeclared.get(code, (0, ""))[0] != status:
            yield f"{code} of status {status} is neither declared by {operation} nor common"
    elif status_of(shape) != status:
        yield f"status {status} of {code}"
    elif protocol_of(service) != "query":
        # An error without a member for it has a message all the same.
        ignored = {"__type", *({"message"} if not shape.members else ())}
        members = {name: value for name, value in json.loads(reply.body).items() if name not in ignored}
        yield from value_problems(shape, members, code, "iso")


def _structure_problems(shape: Shape, value: Any, path: str, instants: str) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return  # Any JSON.
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is not a structure"
        return
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    yield from (f"{path}: unknown member {name}" for name in value.keys() - members.keys())
    yield from (f"{path}: no {name}" for name in shape.required_members if name not in value)
    for name in value.keys() & members.keys():
        yield from value_problems(members[name], value[name], f"{path}.{name}", instants)


def _is_of_kind(kind: str, value: Any, instants: str) -> bool:
    if kind in ("integer", "long"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "timestamp" and instants == "iso":
        return isinstance(value, str) and _INSTANT.fullmatch(value) is not None
    if kind in ("timestamp", "double", "float"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, bool if kind == "boolean" else str)


def _limit_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    traits = shape.metadata
    # The id of a root user is its account id in AWS's replies, but too short for AWS's model of IAM.
    if path.endswith(".UserId") and isinstance(value, str) and re.fullmatch("[0-9]{12}", value):
        return
    size = value if isinstance(value, int | float) else len(value)
    if not traits.get("min", size) <= size <= traits.get("max", size):
        yield f"{path}: {value!r} is not between {traits.get('min')} and {traits.get('max')}"
    # AWS Organizations adds the parameter at fault to a reason: INVALID_ENUM:POLICY_TYPE.
    listed = value.partition(":")[0] if shape.name == "InvalidInputExceptionReason" else value
    if traits.get("enum") and listed not in (*traits["enum"], *UNLISTED_VALUES.get(shape.name, ())):
        yield f"{path}: {value!r} is not one of {traits['enum']}"
    # The models of AWS Organizations and IAM know only the partition aws; replies in other partitions have theirs.
    in_aws = re.sub("^arn:aws-(us-gov|cn):", "arn:aws:", value) if isinstance(value, str) else ""
    if "pattern" in traits and isinstance(value, str) and not pattern_of(traits["pattern"]).fullmatch(in_aws):
        yield f"{path}: {value!r} does not match {traits['pattern']}"


def _xml_value(shape: Shape, element: ET.Element, namespace: str) -> Any:
    """Return the value of an element; an element that the shape does not have stays an element, which is a problem."""
    children = [(child.tag.removeprefix(namespace), child) for child in element]
    kind = shape.type_name
    if kind == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        assert len({tag for tag, _ in children}) == len(children), f"repeated members of {shape.name}"
        return {tag: _xml_value(members[tag], child, namespace) if tag in members else child for tag, child in children}
    if kind == "list":
        assert all(tag == "member" for tag, _ in children), f"{shape.name}: {children}"
        return [_xml_value(shape.member, child, namespace) for _, child in children]
    if kind == "map":
        assert all(tag == "entry" for tag, _ in children), f"{shape.name}: {children}"
        return {key.text: _xml_value(shape.value, value, namespace) for _, (key, value) in children}
    assert not children, f"{shape.name} has children"
    return _text_value(kind, element.text or "")


def _text_value(kind: str, text: str) -> Any:
    if kind in ("integer", "long") and re.fullmatch("-?[0-9]+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
