"""Identify the call to an AWS service that a request is, as the models of the services describe their requests.

`X-Amz-Target`, `Action`, or a path of RPC v2 names the operation. A REST service is found by the name in the signature,
the host or the user agent, and its operation by method, path, query and headers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, quote, unquote

from artifact_emulator.gateway import members as reading
from artifact_emulator.gateway import s3_requests
from artifact_emulator.gateway.service_tables import RestOperation, ServiceTable, index, service_table
from artifact_emulator.http import Request
from artifact_state.record import replace

__all__ = ["ForeignCall", "identify", "service_table"]
_RPC_PATH = re.compile("/service/([^/]+)/operation/([^/]+)")
_USER_AGENT_ID = re.compile(r"\bapi/([A-Za-z0-9_-]+)[#/]")
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_REGION = re.compile(r"(?:^|[.-])([a-z]{2,4}(?:-[a-z]+)+-\d)$")
_SIGNED_AS_S3 = {
    "s3express": ("s3", "s3control"),
    "s3-outposts": ("s3outposts", "s3control", "s3"),
    "s3-object-lambda": ("s3",),
}
"""The services of requests that are signed for another name than the model's, which endpoint rules choose."""
Match = tuple[ServiceTable, RestOperation, re.Match[str]]


class ForeignCall(NamedTuple):
    """A call to a service that the emulator does not have."""

    service: str
    """The name of the service in botocore, such as `s3`."""
    title: str
    """Its name as AWS writes it, such as `Amazon S3`."""
    operation: str
    """The operation, "" if the request matches none."""
    signing_name: str
    """The service in the signature, or that of the service's model if there is no signature."""
    protocol: str
    """The protocol that the request is in, and its errors are read in."""
    members: Mapping[str, Any] | None
    """The input under AWS's names as far as it can be read, None if its body cannot be read."""
    region: str
    """The Region in the signature or the host, "" if there is none."""
    path: str = "/"
    """The path with the bucket, if the host names it."""
    method: str = "POST"
    keys: Mapping[str, tuple[str, ...]] = {}
    """The condition keys of the request itself, such as that of the kind of its signature."""

    @property
    def name(self) -> str:
        """The operation as users know it, such as `s3:ListBuckets`."""
        return f"{self.service}:{self.operation}"


def identify(request: Request) -> ForeignCall | None:
    """Return the call to an AWS service that a request is, or None if it is not one."""
    region, scope = _scope(request)
    target = request.headers.get("x-amz-target")
    if target is not None:
        call = _targeted(request, target, scope)
    elif (path := _RPC_PATH.fullmatch(request.path)) and "smithy-protocol" in request.headers:
        call = _rpc(request, path[1], unquote(path[2]), scope)
    elif _has_action(request):
        call = _query(request, scope)
    else:
        call = _rest(request, scope)
    if call is None:
        return None
    return call._replace(region=region or _host(request)[1], signing_name=scope or call.signing_name)


def is_signed_for(call: ForeignCall) -> bool:
    """Return whether the signature of a request is for the service whose operation it names."""
    name = call.signing_name
    return call.service in (_SIGNED_AS_S3.get(name) or index()["signed"].get(name, ()))


def _scope(request: Request) -> tuple[str, str]:
    """Return the Region and the service in the credential scope of a signature, "" if there is none."""
    _, _, credential = request.headers.get("authorization", "").partition("Credential=")
    credential = credential.partition(",")[0]
    if "AWSAccessKeyId=" in request.query or request.headers.get("authorization", "").startswith("AWS "):
        return "", "s3"  # Version 2 of the signature, which other services no longer accept.
    if not credential and "X-Amz-Credential=" in request.query:
        credential = parse_qs(request.query).get("X-Amz-Credential", [""])[0]
    if not credential and s3_requests.is_signed_by_version_2(request):
        return "", "s3"
    parts = credential.strip().split("/")
    # The Regions of a signature of version 4A are in a header.
    if len(parts) == 4:
        return request.headers.get("x-amz-region-set", "").partition(",")[0].strip("* "), parts[2]
    return (parts[-3], parts[-2]) if len(parts) >= 5 else ("", "")


def _host(request: Request) -> tuple[str, str]:
    """Return the name of the endpoint and the Region in a host of AWS, "" if there is none."""
    host = request.headers.get("host", "").partition(":")[0]
    domain = next((domain for domain in _DOMAINS if host.endswith(domain)), None)
    if domain is None:
        return "", ""
    name = host.removesuffix(domain)
    region = _REGION.search(name)
    name = name[: region.start()] if region else name
    return name.removesuffix(".dualstack"), region[1] if region else ""


def _services_at(name: str) -> Sequence[str]:
    """Return the services at an endpoint, such as `s3`, `photos.s3` or `api.ecr`."""
    by, labels = index()["host"], name.split(".")
    return by.get(".".join(labels[-2:])) or by.get(labels[-1]) or by.get(labels[-1].partition("-")[0], ())


def _candidates(request: Request, scope: str) -> Sequence[str]:
    """Return the services that a request may be for, the likeliest first."""
    names = _SIGNED_AS_S3.get(scope) or index()["signed"].get(scope, ())
    names = names if scope else _services_at(_host(request)[0])
    return names or (() if scope else _told(request) or index()["unsigned"][""])


def _told(request: Request) -> Sequence[str]:
    """Return the services of the client that an SDK names in its user agent."""
    agent = _USER_AGENT_ID.search(request.user_agent)
    return index()["id"].get(agent[1].lower().replace("_", "-"), ()) if agent else ()


def _targeted(request: Request, target: str, scope: str) -> ForeignCall | None:
    prefix, _, name = target.rpartition(".")
    by = index()["target"]
    names = by.get(prefix) or _candidates(request, scope)
    table = _with_operation(names, name)
    if table is None:
        return None
    members = reading.of_json(table, name, request)
    return _call(table, name, "json", members)


def _rpc(request: Request, service: str, name: str, scope: str) -> ForeignCall | None:
    table = _with_operation(index()["smithy"].get(service) or _candidates(request, scope), name)
    if table is None:
        return None
    is_json = "json" in request.headers["smithy-protocol"]
    read = reading.of_json if is_json else reading.of_cbor
    return _call(table, name, "json" if is_json else "smithy-rpc-v2-cbor", read(table, name, request))


def _has_action(request: Request) -> bool:
    has_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "Action=" in request.query or (has_form and b"Action=" in request.body)


def _query(request: Request, scope: str) -> ForeignCall | None:
    fields = reading.form(request)
    name = fields.get("Action", "")
    versioned = index()["version"].get(fields.get("Version", ""), ())
    names = _candidates(request, scope) if scope else versioned
    # Elastic Load Balancing has two services of one name with different versions.
    names = [name for name in names if name in versioned] or names
    table = _with_operation(names, name)
    if table is None or not name:
        return _rest(request, scope)
    return _call(table, name, "ec2" if table.protocol == "ec2" else "query", reading.of_form(table, name, fields))


def _with_operation(names: Sequence[str], operation: str) -> ServiceTable | None:
    """Return the first service that has an operation, else the first: the operation may be newer than the table."""
    tables = list(map(service_table, names))
    return next((table for table in tables if operation in table.operations), tables[0] if tables else None)


def _call(table: ServiceTable, operation: str, protocol: str, members: Mapping[str, Any] | None) -> ForeignCall:
    return ForeignCall(table.name, table.title, operation, table.signing_name, protocol, members, "")


def _rest(request: Request, scope: str) -> ForeignCall | None:
    names = _candidates(request, scope)
    if "s3" in names:
        request = _with_bucket(request)
    told = [name for name in _told(request) if name in names]
    matches = list(_matches(told, request)) or list(_matches(names, request))
    best = _best(matches, request, scope)
    if best is None:
        table = service_table(names[0]) if scope and names else None
        call = _call(table, "", table.protocol, None) if table is not None else None
    else:
        table, operation, match = best
        call = _call(table, operation.name, table.protocol, reading.of_rest(table, operation, match, request))
    if call is None:
        return None
    keys = s3_requests.condition_keys(request) if "s3" in names else {}
    return call._replace(path=request.path, method=request.method, keys=keys)


def _with_bucket(request: Request) -> Request:
    bucket = s3_requests.bucket_of(request.headers.get("host", ""), request.path)
    return request if bucket is None else replace(request, path=f"/{quote(bucket, safe='')}{request.path}")


def _matches(services: Sequence[str], request: Request) -> Iterator[Match]:
    """Yield the operations that a request may be."""
    query = frozenset(parse_qsl(request.query, keep_blank_values=True))
    names = {name for name, _ in query}
    for table in map(service_table, services):
        for operation in table.rest_operations if table.protocol.startswith("rest") else ():
            if operation.method != request.method or not operation.literal_query <= query:
                continue
            match = operation.path.fullmatch(request.path)
            if match and all(name in names or name in request.headers for name in operation.required):
                yield table, operation, match


def _best(matches: Sequence[Match], request: Request, scope: str) -> Match | None:
    """Return the operation that a request names itself, or the most specific that it matches."""
    # Amazon S3 copies whatever has this header, also a request that names another operation.
    own = [match for match in matches if "x-amz-copy-source" in match[1].required]
    own = own or [match for match in matches if f"x-id={match[1].name}" in request.query.split("&")]
    if not own and scope == "s3express":
        own = [match for match in matches if match[1].name == "ListDirectoryBuckets"]
    return max(own or matches, key=_rank, default=None)


def _rank(match: Match) -> tuple[object, ...]:
    _, operation, path = match
    # Amazon Bedrock has POST /agents/{sessionId} beside POST /agents/{agentId}/.
    return operation.rank[:3], operation.ends_with_slash == path.string.endswith("/"), operation.rank[3]
