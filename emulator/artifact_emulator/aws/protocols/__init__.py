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


class WireProtocol(Interface):
    """What the module of a protocol provides."""

    def parse(self, service: Service, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the members of an operation's input.

        Raises AwsError.
        """

    def render(self, service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
        """Return the reply with an operation's output."""

    def refuse(self, service: Service | None, failure: AwsError, request_id: str) -> Reply:
        """Return the reply with an error."""


PROTOCOLS: Mapping[Protocol, WireProtocol] = {"json": json11, "rest-json": rest_json, "query": query}
