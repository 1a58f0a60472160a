"""AWS's protocols: each parses a request into the members of an input, and renders an output or an error as a reply.

The protocols read the generated bindings and know no single operation.
"""

from collections.abc import Mapping
from typing import Any
from typing import Protocol as Interface

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.protocols import json11, query, rest_json
from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.http import Reply, Request


class ReplyFormat(Interface):
    """What a format of replies provides."""

    def render(self, service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
        """Return the reply with an operation's output."""

    def refuse(self, service: Service | None, failure: AwsError, request_id: str) -> Reply:
        """Return the reply with an error."""


class WireProtocol(ReplyFormat, Interface):
    """What the module of a protocol provides."""

    def parse(self, service: Service, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the members of an operation's input.

        Raises AwsError.
        """


_MEDIA_TYPES = ("application/json", "application/xml", "text/xml")
PROTOCOLS: Mapping[Protocol, WireProtocol] = {"json": json11, "rest-json": rest_json, "query": query}


def reply_format(protocol: Protocol, request: Request) -> ReplyFormat:
    """Return the format of the reply to a request: that of its protocol, or JSON if a query client accepts it."""
    accept = request.headers.get("accept", "").lower()
    if protocol != "query" or "json" not in accept:
        return PROTOCOLS[protocol]
    # Imported here: SDKs read XML.
    from artifact_emulator.aws.protocols import query_json

    # Unverified: how AWS weighs several types. The first that the client names decides.
    types = (name.partition(";")[0].strip() for name in accept.split(","))
    first = next((name for name in types if name in _MEDIA_TYPES), "")
    return query_json if first == "application/json" else query
