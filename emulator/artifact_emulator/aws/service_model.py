"""The types of the generated bindings: how the operations of a service look on the wire, as AWS's models describe them.

The packages in `shapes/` are generated from AWS's models, and nothing reads the models at run time.
"""

from collections.abc import Mapping
from typing import Literal

from artifact_state.record import Record, field

Protocol = Literal["json", "rest-json", "query"]
Location = Literal["uri", "querystring", "header", "statusCode"]
Kind = Literal["structure", "list", "map", "string", "integer", "boolean", "double", "timestamp", "blob"]


class Layout(Record):
    """The layout of a shape: its kind, and the names of the shapes of its parts."""

    kind: Kind
    members: Mapping[str, str] = field(default_factory=dict)
    """For a structure: the wire name of each member and the name of its shape, in the order of the model."""
    of: str = ""
    """For a list or a map: the name of the element's shape."""


class Operation(Record):
    """An operation of a service: its name, its HTTP binding and its declared errors."""

    name: str
    method: str = "POST"
    path: str = "/"
    status: int = 200
    """The HTTP status of a success."""
    request: str = ""
    """The shape of the input, "" for an operation without input."""
    reply: str = ""
    """The shape of the output, "" for an operation without output."""
    locations: Mapping[str, tuple[Location, str]] = field(default_factory=dict)
    """The input members outside the body: their location and their name there."""
    errors: tuple[str, ...] = ()
    """The shapes of the declared errors, in the order of the model."""
    signed: bool = True
    """Whether the request must be signed; two operations of AWS STS take an identity provider's assertion instead."""


class ErrorShape(Record):
    """A declared error: its code on the wire, its HTTP status and its members."""

    code: str
    status: int
    members: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """The members in headers, and their names there."""


class Service(Record):
    """An AWS service: protocol, version, namespaces, operations, errors and layouts."""

    name: str
    """The name of the service, such as `organizations`."""
    own_signing_name: str = ""
    """The name that requests are signed for, if it is another."""
    protocol: Protocol
    version: str
    target_prefix: str = ""
    """The prefix of the operation in `X-Amz-Target`, for the JSON protocol."""
    xml_namespace: str = ""
    operations: Mapping[str, Operation]
    """The operations with generated shapes, by name."""
    unshaped: frozenset[str] = frozenset()
    """The operations of AWS for which no shapes are generated."""
    errors: Mapping[str, ErrorShape]
    """The declared errors, by the name of their shape."""
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    """The layouts that the query and REST protocols need; a shape without a layout is a string."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """AWS's spelling of each pattern, which its messages quote, by the spelling that requests check."""

    @property
    def signing_name(self) -> str:
        """The name that requests are signed for, which is also the prefix of the service's actions in policies."""
        return self.own_signing_name or self.name
