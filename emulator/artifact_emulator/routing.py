"""Routing: find the service and the operation that a request names.

`X-Amz-Target` names an operation of a JSON service and `Action` one of a query service; any other request is routed by
its method and path, as those of AWS Artifact and the IAM Toolbox are.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from urllib.parse import unquote

from artifact_emulator.aws.errors.aws_error import NotEmulated, unknown_operation
from artifact_emulator.aws.protocols import query
from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.http import Request
from artifact_emulator.services import bindings
from artifact_state.record import Record, replace

WORLDS = "/worlds/"
# AWS accepts a prefix with and without its namespace.
_TARGETS = {
    prefix: profile.name
    for profile in PROFILES.values()
    if profile.target_prefix
    for prefix in (profile.target_prefix, profile.target_prefix.rpartition(".")[2])
}
_VERSIONS = {profile.query_version: profile.name for profile in PROFILES.values() if profile.query_version}
_REST_SERVICES = {"": ("artifact", "iam-toolbox"), "artifact": ("artifact",), "iam": ("iam-toolbox",)}
"""The REST services whose requests are signed for a name; an unsigned request may be of either."""
_REST_XML_SERVICES = ("s3", "s3express", "s3-outposts", "s3-object-lambda", "cloudfront", "route53")
"""Services whose requests look like AWS Artifact's, but whose clients read errors in XML."""
_JSON_TYPES = ("application/x-amz-json-1.1", "application/x-amz-json-1.0")
_SDK = re.compile(r"\b(boto3|botocore|aws-cli|aws-sdk-)", re.IGNORECASE)
_FORM_TYPE = "application/x-www-form-urlencoded"
_BEHIND = (
    "With `serve --behind moto`, moto answers it; `--behind URL` names another emulator; in tests, "
    '@pytest.mark.artifact_others("moto") or emulate(others="moto").'
)


class Route(Record, kw_only=False):
    """Where a request goes."""

    protocol: Protocol
    """The protocol to reply in."""
    service: Service | None
    """The emulated service, None if the request names another one."""
    name: str
    """The operation as the request names it, "" if it names none."""
    operation: Operation | None = None
    """The operation, None if the service does not have it or has no shapes for it."""


def split_world(request: Request) -> tuple[str, Request]:
    """Return the world that a path below `/worlds/` names, and the request with the path that follows."""
    name, slash, rest = request.path.removeprefix(WORLDS).partition("/")
    return name, replace(request, base=WORLDS + name, path=slash + rest)


def within_world(request: Request) -> Request:
    """Return a request with the path that follows its world's."""
    return split_world(request)[1] if request.path.startswith(WORLDS) else request


def route(request: Request) -> Route:
    """Return the route of a request.

    Raises AwsError if the request is malformed.
    """
    target = request.headers.get("x-amz-target")
    if target is not None:
        return _json_route(request, target)
    if _is_query(request):
        return _query_route(request)
    if request.headers.get("content-type", "").startswith(_JSON_TYPES):
        return Route("json", None, "")
    return _rest_route(request)


def require_operation(route: Route, request: Request) -> tuple[Service, Operation]:
    """Return the service and the operation of the route of a request.

    AWS's SDKs and its CLI call only operations of their models: one that is unknown here is newer than ours.
    Raises AwsError if AWS does not have the operation, and NotEmulated if the emulator does not.
    """
    service, operation = route.service, route.operation
    if service is None and route.name:
        raise NotEmulated(_foreign_name(request) or route.name, advice=_BEHIND)
    if service is not None and operation is None and route.name not in service.unshaped:
        if route.name and _SDK.search(request.user_agent):
            raise NotEmulated(f"{service.name}:{route.name}", ", which is newer than its models of AWS")
        raise unknown_operation(route.protocol, route.name, service.version)
    if service is None:
        raise unknown_operation(route.protocol, route.name, "")
    if operation is None:
        raise NotEmulated(f"{service.name}:{route.name}")
    return service, operation


def _foreign_name(request: Request) -> str:
    """Return the operation of another service that a request names, such as `s3:ListBuckets`, "" if none is known."""
    # Imported here: most calls are for services that the emulator has.
    from artifact_emulator.gateway.operations import identify

    call = identify(request)
    return call.name if call is not None and call.operation else ""


def protocol_of(request: Request) -> Protocol:
    """Return the protocol that the client of a request most likely reads, even if the request names no operation."""
    if "x-amz-target" in request.headers:
        return "json"
    return "query" if _is_query(request) else "rest-json"


def _is_at_root(request: Request) -> bool:
    """Return whether the path is that of most services: `/`, or a world's address, which may lack the slash."""
    return request.path == "/" or (request.path == "" and request.base != "")


def _is_query(request: Request) -> bool:
    """Return whether a request speaks the query protocol: it posts a form, or has an action in its query."""
    if not _is_at_root(request):
        return False
    return request.headers.get("content-type", "").lower().startswith(_FORM_TYPE) or "Action=" in request.query


def _json_route(request: Request, target: str) -> Route:
    prefix, _, name = target.rpartition(".")
    service = _TARGETS.get(prefix)
    if service is None and (not prefix or signing_name(request) in PROFILES):
        raise unknown_operation("json", name, "")
    if service is None:
        return Route("json", None, target)
    # Unverified: AWS chooses the protocol by the content type, and so knows no operation under another.
    has_json_type = request.headers.get("content-type", "").lower().startswith(_JSON_TYPES)
    if not has_json_type or request.method != "POST" or not _is_at_root(request):
        raise unknown_operation("json", name, "")
    return _service_route("json", service, name)


def _query_route(request: Request) -> Route:
    form = query.form(request)
    name, version = form.get("Action", ""), form.get("Version", "")
    if request.method not in ("GET", "POST"):
        raise unknown_operation("query", name, version)
    scope = signing_name(request)
    service_name = scope if scope in _VERSIONS.values() else _VERSIONS.get(version)
    if service_name is None and name and (scope or version):
        return Route("query", None, f"{scope}:{name}" if scope else name)
    if service_name is None or bindings(service_name).version != version:
        raise unknown_operation("query", name, version)
    return _service_route("query", service_name, name)


def _rest_route(request: Request) -> Route:
    scope = signing_name(request)
    name = f"{request.method} {request.path}"
    for service_name in _REST_SERVICES.get(scope, ()):
        operation = _operation_at(service_name, request)
        if operation is not None:
            return Route("rest-json", bindings(service_name), operation.name, operation)
    if scope not in ("", "artifact"):
        protocol: Protocol = "query" if scope in _REST_XML_SERVICES else "rest-json"
        return Route(protocol, None, f"{scope}:{name}")
    return Route("rest-json", bindings("artifact"), name)


def _operation_at(service: str, request: Request) -> Operation | None:
    """Return the operation of a REST service that the method and the path of a request name, if any."""
    by_path, templates = _rest_paths(service)
    operation = by_path.get((request.method, request.path))
    if operation is not None:
        return operation
    steps = request.path.split("/")
    candidates = (template for template in templates if template.method == request.method)
    return next((template for template in candidates if _matches(template.path, steps)), None)


@lru_cache(maxsize=1024)
def _service_route(protocol: Protocol, service_name: str, name: str) -> Route:
    service = bindings(service_name)
    return Route(protocol, service, name, service.operations.get(name))


def signing_name(request: Request) -> str:
    """Return the service in the credential scope of the signature, "" if there is none."""
    _, _, credential = request.headers.get("authorization", "").partition("Credential=")
    if not credential and "X-Amz-Credential=" in request.query:
        credential = unquote(request.query.partition("X-Amz-Credential=")[2].partition("&")[0])
    parts = credential.partition(",")[0].split("/")
    return parts[-2] if len(parts) >= 5 else ""


@cache
def _rest_paths(service: str) -> tuple[Mapping[tuple[str, str], Operation], list[Operation]]:
    """Return the operations of a REST service: by method and path, and those whose path has labels."""
    operations = bindings(service).operations.values()
    by_path = {(operation.method, operation.path): operation for operation in operations if "{" not in operation.path}
    return by_path, [operation for operation in operations if "{" in operation.path]


def _matches(template: str, steps: list[str]) -> bool:
    expected = template.split("/")
    return len(expected) == len(steps) and all(
        step == name or (name.startswith("{") and step) for name, step in zip(expected, steps, strict=True)
    )
