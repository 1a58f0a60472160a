"""AWS Query: the operation and its members in a form, XML in the reply.

Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.items import Item
from artifact_emulator.aws.protocols import text
from artifact_emulator.aws.service_model import Layout, Operation, Service
from artifact_emulator.http import Reply, Request

_CONTENT_TYPE = ("Content-Type", "text/xml")
_INTEGERS = 2**31
_MAX_DISTANCE = 10
"""Between the numbers of two successive entries of a list."""
_MAX_STEPS = 50
"""Of a name that are read as members of each other; no shape is nested as deeply."""
_MAX_FIELDS = 10_000
_MAX_KEPT = 100_000
"""The characters of a form that is kept between routing and parsing."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_NO_SERVICE = "http://webservices.amazon.com/AWSFault/2005-15-09"
"""The namespace of errors of requests that name no operation."""
# Characters that XML 1.0 does not allow, not even escaped; listing the others takes ten times as long to compile.
_INVALID_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def form(request: Request) -> Mapping[str, str]:
    """Return the form of a request, from its body or, for GET, from its query.

    Raises AwsError: MalformedQueryString.
    """
    try:
        encoded = request.body.decode() if request.method == "POST" else request.query
        # Routing reads the form, and so does parsing.
        return _kept_fields(encoded) if len(encoded) <= _MAX_KEPT else _fields(encoded)
    except ValueError:
        raise AwsError("MalformedQueryString", "The query string is malformed.", 404) from None


def _fields(encoded: str) -> Mapping[str, str]:
    pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    return MappingProxyType(dict(pairs))


_kept_fields = lru_cache(maxsize=1)(_fields)


def parse(service: Service, operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members of the input in the form.

    Raises AwsError: MalformedInput.
    """
    if not operation.request:
        return {}
    tree: dict[str, Any] = {}
    for name, value in form(request).items():
        node = tree
        *parents, leaf = name.split(".", _MAX_STEPS)
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):
                raise AwsError("MalformedInput", f"{name} is both a value and a structure.")
        if isinstance(node.get(leaf), dict):
            raise AwsError("MalformedInput", f"{name} is both a value and a structure.")
        node[leaf] = value
    members: dict[str, Any] = _read(service, operation.request, tree)
    return members


def render(service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
    """Return the reply with the output of an operation."""
    name = operation.name
    result = ""
    if operation.reply:
        result = f"<{name}Result>{_content(service.layouts, operation.reply, value or {})}</{name}Result>"
    body = (
        f'<{name}Response xmlns="{service.xml_namespace}">{result}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>"
    )
    return Reply(operation.status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body.encode())


def refuse(service: Service | None, failure: AwsError, request_id: str) -> Reply:
    """Return the reply with an error."""
    namespace = service.xml_namespace if service else _NO_SERVICE
    side = "Receiver" if failure.status >= 500 else "Sender"
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{side}</Type><Code>{failure.code}</Code>'
        f"<Message>{xml_text(failure.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Reply(failure.status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body.encode())


def _read(service: Service, shape: str, node: Any) -> Any:
    """Return the value of a shape in a part of the form; None, an entry that the form skips, is an empty structure."""
    layout = service.layouts.get(shape)
    kind = layout.kind if layout else "string"
    if layout is not None and kind == "structure" and (node is None or isinstance(node, dict)):
        members = node or {}
        return {name: _read(service, of, members[name]) for name, of in layout.members.items() if name in members}
    if layout is None or not isinstance(node, dict):
        if layout is not None and kind == "list" and node == "":
            return []
        value = text.read(kind, node)
        # A number of more than 32 bits stays text, which the shape refuses.
        return node if kind == "integer" and isinstance(value, int) and not -_INTEGERS <= value < _INTEGERS else value
    if kind == "list":
        return [_read_entry(service, layout.of, entry) for entry in _entries(node, "member")]
    if kind == "map":
        entries = [entry for entry in _entries(node, "entry") if isinstance(entry, dict)]
        return {entry.get("key", ""): _read(service, layout.of, entry.get("value", "")) for entry in entries}
    return node  # The shape refuses a structure in place of a scalar.


def _read_entry(service: Service, shape: str, entry: Any) -> Any:
    """Return an entry of a list.

    Raises AwsError: MalformedInput if it is a structure in a list of scalars.
    """
    if isinstance(entry, dict) and shape not in service.layouts:
        raise AwsError("MalformedInput", "Start of list found where not expected")
    return _read(service, shape, entry)


def _entries(node: dict[str, Any], name: str) -> list[Any]:
    """Return the entries `member.1`, `member.2` ... of a list in the order of their numbers, None for skipped ones.

    A name without a number is a member of the first entry. Observed: docs/sources.md.
    Raises AwsError: MalformedInput.
    """
    entries = node.get(name)
    if len(node) > 1 or not isinstance(entries, dict):
        # Unverified: AWS's text.
        raise AwsError("MalformedInput", f"The entries of a list are named {name}.1, {name}.2 and so on.")
    numbered: dict[int, Any] = {}
    unnumbered: dict[str, Any] = {}
    for key, entry in entries.items():
        if key.startswith("-"):
            raise AwsError("MalformedInput", f"Key {key} may not have a leading '-'")
        number = _number(key)
        if number is None:
            unnumbered[key] = entry
            continue
        if isinstance(entry, dict) and any(_number(inner) is not None for inner in entry):
            raise AwsError("MalformedInput", "Two index elements may not occur back to back")
        if number == 0:
            raise AwsError("MalformedInput", "0 is not a valid index")
        previous = numbered.get(number)
        # 1 and 01 are one entry.
        numbered[number] = {**previous, **entry} if isinstance(previous, dict) and isinstance(entry, dict) else entry
    if unnumbered:
        first = numbered.get(1)
        numbered[1] = {**unnumbered, **(first if isinstance(first, dict) else {})}
    return list(_without_large_gaps(numbered))


def _without_large_gaps(numbered: Mapping[int, Any]) -> Iterator[Any]:
    expected = last = 1
    for number in sorted(numbered):
        if number - last > _MAX_DISTANCE:
            raise AwsError("MalformedInput", f"Excessively sparse input would skip {number - last} list elements")
        yield from [None] * (number - expected)
        yield numbered[number]
        last, expected = number, number + 1


def _number(key: str) -> int | None:
    # `int` accepts the digits of every script, and raises for more than 4,300 digits.
    return int(key) if re.fullmatch("[0-9]{1,9}", key) else None


def _content(layouts: Mapping[str, Layout], shape: str, value: Any) -> str:
    """Return the content of an element that has the value of a shape; that of an item is written once."""
    if type(value) is str:
        return xml_text(value)
    if type(value) is Item:
        fragment = value.fragments.get(shape)
        if fragment is None:
            fragment = value.fragments[shape] = _members(layouts, layouts[shape].members, value)
        return fragment
    layout = layouts.get(shape)
    kind = layout.kind if layout else "string"
    if layout is not None and kind == "structure":
        return _members(layouts, layout.members, value)
    if layout is not None and kind == "list":
        return "".join([f"<member>{_content(layouts, layout.of, element)}</member>" for element in value])
    if layout is not None and kind == "map":
        entries = [(xml_text(key), _content(layouts, layout.of, element)) for key, element in value.items()]
        return "".join([f"<entry><key>{key}</key><value>{element}</value></entry>" for key, element in entries])
    return xml_text(_plain(value))


def _members(layouts: Mapping[str, Layout], members: Mapping[str, str], value: Mapping[str, Any]) -> str:
    return "".join(
        [
            f"<{name}>{_content(layouts, of, member)}</{name}>"
            for name, of in members.items()
            if (member := value.get(name)) is not None
        ]
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return str(value)


def xml_text(value: str) -> str:
    """Return text escaped for XML, with the replacement character for characters that XML does not allow."""
    if value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
        return value
    return _INVALID_IN_XML.sub("\ufffd", value).translate(_ESCAPES)
