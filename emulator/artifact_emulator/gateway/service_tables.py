"""The operations of all AWS services as their models describe them, read from a generated file when first needed.

`scripts/update_catalogs` writes the file: the request of each operation, and the permissions that it needs.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

_FILE = Path(__file__).with_name("operations.jsonl")
_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")
Index = Mapping[str, Mapping[str, Sequence[str]]]


class RestOperation(NamedTuple):
    """The request of an operation of a REST service."""

    name: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    """The members in the path."""
    literal_query: frozenset[tuple[str, str]]
    """The query that the operation's path contains itself."""
    query: Mapping[str, str]
    """The members in the query, by their names there."""
    lists: frozenset[str]
    """The names in the query and of the headers of members that are lists."""
    headers: Mapping[str, str]
    """The members in headers, by their names in lower case; a name that ends with `*` is a prefix."""
    required: frozenset[str]
    """The names of the query and of the headers that a request has to have."""
    names: Mapping[str, str]
    """The members in the body whose names there differ from what is usual for the service."""
    payload: str | None
    """The member that is the whole body, "" if the body is no document, or None."""
    ends_with_slash: bool
    rank: tuple[int, int, int, int]
    """What makes the operation more specific than another that a request also matches."""


class ServiceTable:
    """The operations of a service."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name: str = entry["service"]
        self.title: str = entry["title"]
        """The name of the service as AWS writes it, such as `Amazon S3`."""
        self.signing_name: str = entry["signed"]
        self.protocol: str = entry["protocol"]
        self.prefix: str = entry["prefix"]
        """The prefix of its actions, "" if it is not known."""
        self.names: Mapping[str, str] = entry["names"]
        """The members by their names on the wire, where the two differ in most operations."""
        self.operations: Mapping[str, Sequence[Any]] = entry["operations"]
        self.arns: Mapping[str, Sequence[str]] = entry["arns"]
        """The formats of the ARNs of its types of resources."""
        self.fills: Mapping[str, str] = entry["fills"]
        """The members that fill the variables of those formats, in most operations."""
        self.key_sets: Sequence[str] = entry["keys"]

    def own_names(self, operation: str) -> Mapping[str, str]:
        """Return the members of an operation without a path whose names on the wire are unusual for the service."""
        return _pairs(self.operations[operation][0].split()) if operation in self.operations else {}

    @cached_property
    def rest_operations(self) -> Sequence[RestOperation]:
        """The operations of a REST service, the most specific first."""
        operations = (_rest_operation(name, entry[0], self.names) for name, entry in self.operations.items())
        return sorted(operations, key=lambda operation: operation.rank, reverse=True)


def index() -> Index:
    """Return the names of the services by what a request tells: signature, host, target, version or user agent."""
    return _index()


@lru_cache(maxsize=32)
def service_table(name: str) -> ServiceTable:
    """Return the operations of a service by its name in botocore.

    Raises KeyError.
    """
    start = f'{{"service":{json.dumps(name)},'
    with _FILE.open(encoding="utf-8") as lines:
        line = next((line for line in lines if line.startswith(start)), None)
    if line is None:
        raise KeyError(name)
    return ServiceTable(json.loads(line))


@lru_cache(maxsize=1)
def operation_names() -> frozenset[str]:
    """Return the names of the operations of all services."""
    with _FILE.open(encoding="utf-8") as lines:
        next(lines)
        return frozenset(operation for line in lines for operation in json.loads(line)["operations"])


@lru_cache(maxsize=1)
def _index() -> Index:
    with _FILE.open(encoding="utf-8") as lines:
        content: Index = json.loads(next(lines))["index"]
    return content


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    return dict(text.split("=", 1) for text in texts if "=" in text)


def _rest_operation(name: str, text: str, names: Mapping[str, str]) -> RestOperation:
    method, uri, *places = text.split(" ")
    path, _, literal = uri.partition("?")
    is_deprecated = "~" in places
    own = _pairs([place for place in places if place[0] not in "?#="])
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    required, lists = set(), set()
    for place in places:
        if place[0] in "?#":
            wire, _, member = place[1:].lstrip("!+").partition("=")
            key = wire if place[0] == "?" else wire.lower()
            (query if place[0] == "?" else headers)[key] = member or names.get(wire, wire)
            if place[1] == "!":
                required.add(key)
            if "+" in place[1:3]:
                lists.add(key)
    labels = _LABEL.findall(path)
    wanted = frozenset(parse_qsl(literal, keep_blank_values=True))
    fixed = len(_LABEL.sub("", path))
    return RestOperation(
        name,
        method,
        re.compile(_path_pattern(path)),
        tuple(own.get(label, names.get(label, label)) for label, _ in labels),
        frozenset(pair for pair in wanted if pair[0] != "x-id"),
        query,
        frozenset(lists),
        headers,
        frozenset(required),
        own,
        next((place[1:] for place in places if place[0] == "="), None),
        path.endswith("/"),
        (len(wanted), not any(greedy for _, greedy in labels), fixed - len(labels), len(required) - is_deprecated),
    )


def _path_pattern(path: str) -> str:
    parts = _LABEL.split(path.rstrip("/"))
    return "".join(_parts(parts)) + "/?"


def _parts(parts: Sequence[str]) -> Iterator[str]:
    """Yield the pattern of a path from its literals, labels and marks of greedy labels, in turn."""
    for number, part in enumerate(parts):
        if number % 3 == 0:
            yield re.escape(part)
        elif number % 3 == 1:
            yield "(.+)" if parts[number + 1] else "([^/]+)"
