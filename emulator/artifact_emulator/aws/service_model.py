"""What one operation looks like on the wire, as AWS's own models describe it.

The packages under `shapes/` are generated in these terms and nothing else reads AWS's models at
run time. A binding says how a request and a reply are laid out; it never says what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Protocol = Literal["json", "rest-json", "query"]
Location = Literal["uri", "querystring", "header", "statusCode"]
Kind = Literal["structure", "list", "map", "string", "integer", "boolean", "double", "timestamp", "blob"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one shape is laid out: its kind, and the names of the shapes that it holds."""

    kind: Kind
    members: Mapping[str, str] = field(default_factory=dict)
    """Of a structure: the wire name of each member and the name of its shape, in the model's order."""
    of: str = ""
    """Of a list or a map: the name of the element's shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a service: its name, its HTTP binding and the errors that it declares."""

    name: str
    method: str = "POST"
    path: str = "/"
    status: int = 200
    """The HTTP status of a success."""
    request: str = ""
    """The shape of the input, "" for an operation that takes none."""
    reply: str = ""
    """The shape of the output, "" for an operation that answers nothing."""
    locations: Mapping[str, tuple[Location, str]] = field(default_factory=dict)
    """Input members that travel outside the body: where, and under which name."""
    errors: tuple[str, ...] = ()
    """The shapes of the errors that the operation declares, in the model's order."""
    signed: bool = True
    """Whether the caller must sign: STS answers two operations to whoever holds another's assertion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    """One declared error: its code on the wire, its HTTP status and its members."""

    code: str
    status: int
    members: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Members that travel as headers, and under which name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One AWS service: protocol, version, namespaces, operations, errors and layouts."""

    name: str
    """The name that requests are signed for, such as `organizations`."""
    protocol: Protocol
    version: str
    target_prefix: str = ""
    """What precedes the operation in `X-Amz-Target`, for the JSON protocol."""
    xml_namespace: str = ""
    operations: Mapping[str, Operation]
    """The operations whose shapes are generated, by name."""
    unshaped: frozenset[str] = frozenset()
    """Operations of the service that AWS has and for which no shapes are generated."""
    errors: Mapping[str, ErrorShape]
    """The declared errors, by the name of their shape."""
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    """The layouts that the query and REST protocols need to read and write; JSON needs none.

    A shape that is not here is a string."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """AWS's own spelling of each pattern that requests check, which its messages quote, by the checked spelling."""
