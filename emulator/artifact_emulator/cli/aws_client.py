"""Calls of AWS operations by commands, as root users: in this process, or to a running emulator.

Requests are written here for the few operations that commands call, whose members are plain, so that a
command needs no SDK.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.aws.signing.sigv4 import ALGORITHM, TIME_FORMAT, Claim, payload_hash, signature_of
from artifact_emulator.http import Request

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

_REGION = "us-east-1"


class AwsCaller(Protocol):
    """Calls operations as root users."""

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation and return its output.

        Raises AwsError.
        """


class InProcessCaller:
    """Calls operations in a new world in this process."""

    def __init__(self) -> None:
        # Imported here: `--help` needs no emulator.
        from artifact_emulator.app import App

        self._app = App()
        self._request = Request("POST", "/", "", {"host": "localhost", "user-agent": "artifact-emulator"}, b"")

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation and return its output.

        Raises AwsError.
        """
        from artifact_emulator.active_call import direct_call
        from artifact_state.principals import root_user

        caller = root_user(account)
        return self._app.perform(direct_call(self._request, self._app.world, caller, service, operation, dict(members)))


class HttpCaller:
    """Calls operations in a world of a running emulator."""

    def __init__(self, world: "RemoteWorld") -> None:
        self._world = world

    def call(self, account: str, service: str, operation: str, members: Mapping[str, Any]) -> Any:
        """Call an operation and return its output.

        Raises AwsError, and requests' ConnectionError without a server.
        """
        from artifact_emulator.services import bindings

        model = bindings(service)
        method, path, headers, body = _request(model, model.operations[operation], members)
        url = urlsplit(self._world.endpoint + path)
        headers |= {"Host": url.netloc, "X-Amz-Date": datetime.now(UTC).strftime(TIME_FORMAT)}
        request = Request(method, url.path, url.query, {name.lower(): text for name, text in headers.items()}, body)
        authorization = _authorization(request, account, service, self._world.secret)
        response = self._world.emulator.send(method, url.geturl(), headers | {"Authorization": authorization}, body)
        output = _parse(model, response.content)
        if response.status_code >= 400:
            error = output.get("Error", output)
            code = response.headers.get("x-amzn-errortype") or error.get("__type") or error["Code"]
            raise AwsError(code, error.get("message") or error.get("Message", ""), response.status_code)
        return output


def _authorization(request: Request, account: str, service: str, secret: str) -> str:
    """Return the Authorization header of a request of an account's root user."""
    instant = request.headers["x-amz-date"]
    names = tuple(sorted(name for name in request.headers if name == "host" or name.startswith("x-amz-")))
    claim = Claim(account, instant[:8], _REGION, service, names, "", instant=instant)
    signature = signature_of(request, claim, secret, payload_hash(request, claim))
    credential = f"Credential={account}/{claim.scope}"
    return f"{ALGORITHM} {credential}, SignedHeaders={';'.join(names)}, Signature={signature}"


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
    query = {operation.locations[name][1]: value for name, value in members.items() if name in operation.locations}
    content = {name: value for name, value in members.items() if name not in operation.locations}
    path = f"{operation.path}?{urlencode(query)}" if query else operation.path
    body = json.dumps(content).encode() if operation.method != "GET" else b""
    return operation.method, path, {"Content-Type": "application/json"}, body


def _parse(service: Service, body: bytes) -> Any:
    if service.protocol != "query":
        return json.loads(body) if body else {}
    members = _members(ET.fromstring(body))  # noqa: S314 - the emulator wrote it
    # The output of a successful call is nested in an element named for the operation.
    return next((value for name, value in members.items() if name.endswith("Result")), members)


def _members(element: ET.Element) -> Any:
    children = {child.tag.rpartition("}")[2]: _members(child) for child in element}
    return children or (element.text or "")
