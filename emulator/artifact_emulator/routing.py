"""Which service and which operation a request asks for.

`X-Amz-Target` names an operation of a JSON service, `Action` one of a query service; anything else is
a path of AWS Artifact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from artifact_emulator.aws.errors.aws_error import unknown_operation
from artifact_emulator.aws.protocols import query
from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.http import Request
from artifact_emulator.services import bindings

WORLDS = "/worlds/"
_TARGETS = {
    "AWSOrganizationsV20161128": "organizations",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
}
_VERSIONS = {"2010-05-08": "iam", "2011-06-15": "sts"}
_XML = ("s3", "s3express", "s3-outposts", "s3-object-lambda", "cloudfront", "route53")
"""Whose clients read errors as those of the query protocol, though their calls look like AWS Artifact's."""
_JSON_TYPES = ("application/x-amz-json-1.1", "application/x-amz-json-1.0")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: the protocol to answer in, the service if there is one, and what is asked."""

    protocol: Protocol
    service: Service | None
    name: str
    """The operation as the request names it, "" if it names none."""
    operation: Operation | None = None
    """The binding, when the service has the operation with its shapes."""


def enter(request: Request) -> tuple[str, Request]:
    """Tell the world that a path below `/worlds/` names, and the request as that world sees it."""
    name, slash, rest = request.path.removeprefix(WORLDS).partition("/")
    return name, replace(request, base=WORLDS + name, path=slash + rest)


def route(request: Request) -> Route:
    """Tell where a request goes.

    Raises Failure when its form cannot be read.
    """
    target = request.headers.get("x-amz-target")
    if target is not None:
        return _json(request, target)
    if is_form(request):
        return _query(request)
    if request.headers.get("content-type", "").startswith(_JSON_TYPES):
        return Route("json", None, "")
    return _rest(request)


def _at_root(request: Request) -> bool:
    """Tell whether a request goes where most services are: to `/`, or to a world, whose address may end without one."""
    return request.path == "/" or (request.path == "" and request.base != "")


def _json(request: Request, target: str) -> Route:
    prefix, _, name = target.rpartition(".")
    service = _TARGETS.get(prefix)
    if service is None:
        return Route("json", None, target)
    # Unverified: AWS chooses the protocol by the content type, and so knows no operation under another.
    speaks_json = request.headers.get("content-type", "").lower().startswith(_JSON_TYPES)
    if not speaks_json or request.method != "POST" or not _at_root(request):
        raise unknown_operation("json", name, "")
    return _named("json", bindings(service), name)


def is_form(request: Request) -> bool:
    """Tell whether a request speaks the query protocol: a form is posted, or an action is in the query."""
    if not _at_root(request):
        return False
    form_type = "application/x-www-form-urlencoded"
    return request.headers.get("content-type", "").lower().startswith(form_type) or "Action=" in request.query


def _query(request: Request) -> Route:
    form = query.form(request)
    name, version = form.get("Action", ""), form.get("Version", "")
    if request.method not in ("GET", "POST"):
        raise unknown_operation("query", name, version)
    scope = scope_of(request)
    service = scope if scope in _VERSIONS.values() else _VERSIONS.get(version)
    if service is None:
        return Route("query", None, f"{scope}:{name}" if scope else name)
    found = bindings(service)
    if found.version != version:
        raise unknown_operation("query", name, version)
    return _named("query", found, name)


def scope_of(request: Request) -> str:
    """Read the service out of the credential scope, as far as it is written there."""
    _, _, credential = request.headers.get("authorization", "").partition("Credential=")
    parts = credential.partition(",")[0].split("/")
    return parts[-2] if len(parts) >= 5 else ""


def _rest(request: Request) -> Route:
    scope = scope_of(request)
    if scope not in ("", "artifact"):
        return Route("query" if scope in _XML else "rest-json", None, f"{scope}:{request.method} {request.path}")
    service = bindings("artifact")
    fixed, labelled = _paths()
    operation = fixed.get((request.method, request.path))
    if operation is None:
        steps = request.path.split("/")
        operation = next((one for one in labelled if one.method == request.method and _fits(one.path, steps)), None)
    name = operation.name if operation else f"{request.method} {request.path}"
    return Route("rest-json", service, name, operation)


@cache
def _paths() -> tuple[Mapping[tuple[str, str], Operation], list[Operation]]:
    operations = bindings("artifact").operations.values()
    fixed = {(one.method, one.path): one for one in operations if "{" not in one.path}
    return fixed, [one for one in operations if "{" in one.path]


def _fits(template: str, steps: list[str]) -> bool:
    wanted = template.split("/")
    return len(wanted) == len(steps) and all(
        text == want or (want.startswith("{") and text) for want, text in zip(wanted, steps, strict=True)
    )


def _named(protocol: Protocol, service: Service, name: str) -> Route:
    return Route(protocol, service, name, service.operations.get(name))
