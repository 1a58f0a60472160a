"""AWS's operations called by a command, as an account's root user: in the process, or of a running emulator.

The wire is written here for a few operations with plain members, so that a command needs no SDK.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Operation, Service

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

_REGION = "us-east-1"


class AwsCaller(Protocol):
    """Calls operations as root users."""

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation; give what it answers.

        Raises Failure.
        """


class InTheProcess:
    """Calls in a world of its own, in this process."""

    def __init__(self) -> None:
        # Imported here: `--help` needs no emulator.
        from artifact_emulator.app import App
        from artifact_emulator.http import Request

        self._core = App()
        self._via = Request("POST", "/", "", {"host": "localhost", "user-agent": "artifact-emulator"}, b"")

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation; give what it answers.

        Raises Failure.
        """
        from artifact_emulator.pipeline import ActiveCall
        from artifact_state.principals import root_of

        under_way = ActiveCall(self._via, self._core.world, members=dict(members))
        return self._core.perform(under_way, root_of(account), service, operation)


class OverTheWire:
    """Calls in a world of a running emulator."""

    def __init__(self, world: "RemoteWorld") -> None:
        self._world = world

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation; give what it answers.

        Raises Failure, and requests' ConnectionError when nobody listens.
        """
        from artifact_emulator.services import bindings

        asked = bindings(service)
        method, path, headers, body = _request(asked, asked.operations[operation], members)
        scope = f"{account}/20260101/{_REGION}/{service}/aws4_request"
        # Of a root user, whose secret nobody knows, a signature is not verified.
        signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
        answer = self._world.emulator.send(method, self._world.endpoint + path, headers | signed, body)
        told = _read(asked, answer.content)
        if answer.status_code >= 400:
            error = told.get("Error", told)
            code = answer.headers.get("x-amzn-errortype") or error.get("__type") or error["Code"]
            raise AwsError(code, error.get("message") or error.get("Message", ""), answer.status_code)
        return told


def _request(
    service: Service, operation: Operation, members: Mapping[str, Any]
) -> tuple[str, str, dict[str, str], bytes]:
    if service.protocol == "json":
        target = f"{service.target_prefix}.{operation.name}"
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        return "POST", "/", headers, json.dumps(members).encode()
    if service.protocol == "query":
        form = {"Action": operation.name, "Version": service.version, **members}
        return "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
    asked = {operation.locations[name][1]: value for name, value in members.items() if name in operation.locations}
    sent = {name: value for name, value in members.items() if name not in operation.locations}
    path = f"{operation.path}?{urlencode(asked)}" if asked else operation.path
    body = json.dumps(sent).encode() if operation.method != "GET" else b""
    return operation.method, path, {"Content-Type": "application/json"}, body


def _read(service: Service, body: bytes) -> Any:
    if service.protocol != "query":
        return json.loads(body) if body else {}
    told = _plain(ET.fromstring(body))  # noqa: S314 - what the emulator wrote
    # A success is wrapped once more, in the operation's name.
    return next((value for name, value in told.items() if name.endswith("Result")), told)


def _plain(element: ET.Element) -> Any:
    children = {child.tag.rpartition("}")[2]: _plain(child) for child in element}
    return children or (element.text or "")
