"""The input of a call to another service, as far as the request tells: the members under AWS's names.

Values from a path, a query, a header or a form are texts. Bodies in XML and those of S3 are not read.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from artifact_emulator.gateway import cbor
from artifact_emulator.gateway.service_tables import RestOperation, ServiceTable
from artifact_emulator.http import Request

Members = dict[str, Any]
_MAX_FIELDS = 10_000
_MAX_STEPS = 50
_WRAPPERS = ("member", "entry")


def of_json(table: ServiceTable, operation: str, request: Request) -> Members | None:
    """Return the members of a call with its input in a JSON body, or None if they cannot be read."""
    return _named(table, table.own_names(operation), _document(request))


def of_cbor(table: ServiceTable, operation: str, request: Request) -> Members | None:
    """Return the members of a call with its input in CBOR, or None if they cannot be read."""
    if request.file is not None:
        return None
    try:
        content = cbor.decode(request.body) if request.body else {}
    except ValueError:
        return None
    return _named(table, table.own_names(operation), content)


def form(request: Request) -> dict[str, str]:
    """Return the form of a query request, from its body or its query; {} if it has none."""
    try:
        encoded = request.body.decode() if request.method == "POST" and request.body else request.query
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}


def of_form(table: ServiceTable, operation: str, fields: Mapping[str, str]) -> Members:
    """Return the members of a call with its input in a form."""
    root: Members = {}
    for field, value in fields.items():
        steps = field.split(".")
        if field in ("Action", "Version") or len(steps) > _MAX_STEPS:
            continue
        target = root
        for step in steps[:-1]:
            following = target.setdefault(step, {})
            if not isinstance(following, dict):
                break
            target = following
        else:
            target.setdefault(steps[-1], value)
    is_rest = operation in table.operations and table.protocol.startswith("rest")
    own = {} if is_rest else table.own_names(operation)
    return _named(table, own, {name: _unwrapped(value) for name, value in root.items()}) or {}


def of_rest(table: ServiceTable, operation: RestOperation, match: re.Match[str], request: Request) -> Members | None:
    """Return the members of a call to a REST service, or None if its body cannot be read."""
    members: Members = {}
    if operation.payload is None and table.protocol == "rest-json":
        document = _named(table, operation.names, _document(request))
        if document is None:
            return None
        members |= document
    elif operation.payload and table.protocol == "rest-json":
        members[operation.payload] = _document(request)
    for header, member in operation.headers.items():
        if header.endswith("*"):
            members |= {member: texts} if (texts := _with_prefix(request, header[:-1])) else {}
        elif header in request.headers:
            text = request.headers[header]
            members[member] = [part.strip() for part in text.split(",")] if header in operation.lists else text
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if name in operation.lists:
            members.setdefault(operation.query[name], []).append(value)
        elif name in operation.query:
            members[operation.query[name]] = value
    members |= {name: unquote(value) for name, value in zip(operation.labels, match.groups(), strict=True)}
    return members


def _with_prefix(request: Request, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in request.headers.items() if name.startswith(prefix)}


def _document(request: Request) -> Any:
    """Return the JSON document in a body, {} for none, or None if it is not one."""
    if request.file is not None:
        return None
    try:
        return json.loads(request.body) if request.body.strip() else {}
    except (ValueError, RecursionError):
        return None


def _named(table: ServiceTable, own: Mapping[str, str], content: Any) -> Members | None:
    """Return the members of a document under AWS's names."""
    if not isinstance(content, dict):
        return None
    names = table.names
    return {own.get(name) or names.get(name, name): value for name, value in content.items() if isinstance(name, str)}


def _unwrapped(value: Any) -> Any:
    """Return a value of a form with lists and maps in the place of numbered names."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        entries = [_unwrapped(value[name]) for name in sorted(value, key=int)]
        is_map = all(isinstance(entry, dict) and entry.keys() == {"key", "value"} for entry in entries)
        return {str(entry["key"]): entry["value"] for entry in entries} if is_map else entries
    content = {name: _unwrapped(entry) for name, entry in value.items()}
    if len(content) == 1:
        [(name, entry)] = content.items()
        # A list that is not flattened has the name of its elements in between.
        if name in _WRAPPERS or isinstance(entry, list):
            return entry
    return content
