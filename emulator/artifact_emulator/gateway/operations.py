"""Identify the call to an AWS service that a request is, as the models of the services describe their requests.

`X-Amz-Target`, `Action`, or a path of RPC v2 names the operation. A REST service is found by the name in the signature,
the host or the user agent, and its operation by method, path, query and headers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, unquote

from artifact_emulator.gateway import members as reading
from artifact_emulator.gateway import s3_addresses
from artifact_emulator.gateway.service_tables import RestOperation, ServiceTable, index, service_table
from artifact_emulator.http import Request
from artifact_state.record import replace

__all__ = ["ForeignCall", "identify", "service_table"]
_RPC_PATH = re.compile("/service/([^/]+)/operation/([^/]+)")
_USER_AGENT_ID = re.compile(r"\bapi/([A-Za-z0-9_-]+)[#/]")
_HOST = re.compile(
    r"(?:.+\.)?(?P<name>[a-z0-9.-]+?)(?:[.-](?P<region>[a-z]{2,3}(?:-[a-z]+)+-\d))?\.(?:amazonaws\.com|api\.aws)"
)
_S3_NAMES = ("s3", "s3express", "s3-outposts", "s3-object-lambda")
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


def _scope(request: Request) -> tuple[str, str]:
    """Return the Region and the service in the credential scope of a signature, "" if there is none."""
    _, _, credential = request.headers.get("authorization", "").partition("Credential=")
    credential = credential.partition(",")[0]
    if not credential and "X-Amz-Credential=" in request.query:
        credential = parse_qs(request.query).get("X-Amz-Credential", [""])[0]
    parts = credential.strip().split("/")
    # The Regions of a signature of version 4A are in a header.
    if len(parts) == 4:
        return request.headers.get("x-amz-region-set", "").partition(",")[0].strip("* "), parts[2]
    return (parts[-3], parts[-2]) if len(parts) >= 5 else ("", "")


def _host(request: Request) -> tuple[str, str]:
    """Return the endpoint's name and the Region in a host of AWS, "" if there is none."""
    match = _HOST.fullmatch(request.headers.get("host", "").partition(":")[0])
    return (match["name"].rpartition(".")[2], match["region"] or "") if match else ("", "")


def _candidates(request: Request, scope: str) -> Sequence[str]:
    """Return the services that a request may be for, the likeliest first."""
    by = index()
    names = _SIGNED_AS_S3.get(scope) or by["signed"].get(scope, ())
    if not scope:
        names = by["host"].get(_host(request)[0], ())
    agent = _USER_AGENT_ID.search(request.headers.get("user-agent", ""))
    told = by["id"].get(agent[1].lower().replace("_", "-"), ()) if agent else ()
    if scope or names:
        return [*(name for name in told if name in names), *(name for name in names if name not in told)]
    return told or by["unsigned"][""]


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
    tables = [service_table(name) for name in _candidates(request, scope)]
    if scope in _S3_NAMES or _host(request)[0].startswith("s3") or any(table.name == "s3" for table in tables[:1]):
        request = _with_bucket(request)
    fields = parse_qsl(request.query, keep_blank_values=True)
    matches = list(_matches(tables, request, frozenset(fields)))
    named = dict(fields).get("x-id")
    table, operation, match = _best(matches, named, scope)
    if table is None or operation is None or match is None:
        if not scope or not tables:
            return None
        return _call(tables[0], "", tables[0].protocol, None)._replace(path=request.path, method=request.method)
    members = reading.of_rest(table, operation, match, request)
    call = _call(table, operation.name, table.protocol, members)
    return call._replace(path=request.path, method=request.method)


def _with_bucket(request: Request) -> Request:
    bucket = s3_addresses.bucket_of(request.headers.get("host", ""), request.path)
    return request if bucket is None else replace(request, path=f"/{bucket}{request.path}")


def _matches(tables: Sequence[ServiceTable], request: Request, query: frozenset[tuple[str, str]]) -> Iterator[Match]:
    """Yield the operations that a request may be."""
    names = {name for name, _ in query}
    for table in tables:
        for operation in table.rest_operations if table.protocol.startswith("rest") else ():
            if operation.method != request.method or not operation.literal_query <= query:
                continue
            match = operation.path.fullmatch(request.path)
            if match and all(name in names or name in request.headers for name in operation.required):
                yield table, operation, match


def _best(matches: Sequence[Match], named: str | None, scope: str) -> Match | tuple[None, None, None]:
    """Return the operation that a request names itself, or the most specific that it matches."""
    own = [match for match in matches if match[1].name == named]
    if not own and scope == "s3express":
        own = [match for match in matches if match[1].name == "ListDirectoryBuckets"]
    return max(own or matches, key=_rank, default=(None, None, None))


def _rank(match: Match) -> tuple[object, ...]:
    _, operation, path = match
    # Amazon Bedrock has POST /agents/{sessionId} beside POST /agents/{agentId}/.
    return operation.rank[:3], operation.ends_with_slash == path.string.endswith("/"), operation.rank[3]
