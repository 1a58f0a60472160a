"""What an agent can do with an emulator. Each public method is a tool, whose docstring the agent reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import quote

import botocore.exceptions
import requests
from pydantic import Field

from artifact_emulator.testing.client import DEFAULT_ACCOUNT, ControlError, Emulator, RemoteWorld
from artifact_emulator.testing.explanations import denied_request_id, explanation_text
from artifact_state.closest_name import closest

_MOST_EVENTS = 200

WorldName = Annotated[str, Field(description="The name of a world; each world is an isolated AWS.")]
AccountId = Annotated[str, Field(description="The 12 digits of an account id.", pattern=r"^\d{12}$")]


class ToolFailed(Exception):
    """A tool could not do its work; the text says why."""


class AgentTools:
    """The tools, all of which use one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def status(self) -> dict[str, Any]:
        """Return the emulator's endpoint, version and worlds, and the scenarios with which a world can begin."""
        with _reported():
            health = self._emulator.request("GET", "/_emulator/health")
            worlds = self._emulator.request("GET", "/_emulator/worlds")["worlds"]
            scenarios = self._emulator.request("GET", "/_emulator/scenarios")["scenarios"]
        return {
            "endpoint": self._emulator.endpoint,
            "version": health["version"],
            "services": health["services"],
            "worlds": worlds,
            "scenarios": scenarios,
        }

    def create_world(
        self,
        name: WorldName,
        scenario: Annotated[
            str | dict[str, Any] | None, Field(description="A scenario's name from `status`, or a scenario's contents.")
        ] = None,
        fork: Annotated[str | None, Field(description="The world to copy, instead of a scenario.")] = None,
    ) -> dict[str, str]:
        """Create a world: empty, with a scenario, or as a copy of another one. A world of the same name is replaced."""
        if scenario is not None and fork is not None:
            raise ToolFailed("A world begins with a scenario or as a fork, not both.")
        with _reported():
            if scenario is not None:
                self._emulator.world(name).load_scenario(scenario)
            else:
                self._emulator.request("PUT", f"/_emulator/worlds/{quote(name)}", {"fork": fork} if fork else {})
        return {"endpoint": self._emulator.world(name).endpoint}

    def reset_world(self, world: WorldName) -> str:
        """Reset a world to its initial contents: empty, or its scenario."""
        with _reported():
            self._world(world).reset()
        return f"reset {world}"

    def delete_world(self, world: WorldName) -> str:
        """Delete a world; the default world is reset instead."""
        with _reported():
            self._world(world).delete()
        return f"deleted {world}"

    def environment(self, world: WorldName = "default", account: AccountId = DEFAULT_ACCOUNT) -> dict[str, str]:
        """Return environment variables with which a program's AWS SDK, or the AWS CLI, calls a world as an account."""
        with _reported():
            return self._world(world).environment(account)

    def call(  # noqa: PLR0913 - each is a member of the tool's input.
        self,
        *,
        service: Annotated[str, Field(description="The service's name in boto3, such as `organizations`.")],
        operation: Annotated[str, Field(description="The name of the operation, such as `CreateOrganization`.")],
        parameters: Annotated[dict[str, Any] | None, Field(description="The members of the request.")] = None,
        world: WorldName = "default",
        account: AccountId = DEFAULT_ACCOUNT,
        role: Annotated[
            str | None, Field(description="The role of the account to call as; by default its root user calls.")
        ] = None,
        assumed_by: Annotated[
            str | None, Field(description="The account whose root user assumes the role; by default the same account.")
        ] = None,
    ) -> dict[str, Any]:
        """Make an AWS call. The result has `response`, or `error` with code, message, request id and explanation."""
        with _reported():
            target = self._world(world)
            session = target.session(account, role=role, by=assumed_by)
            services = session.get_available_services()
            if service not in services:
                raise ToolFailed(_unknown("service", service, services))
            client = session.client(service)
            methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
            if operation not in methods:
                raise ToolFailed(_unknown(f"operation of {service}", operation, list(methods)))
            try:
                response = getattr(client, methods[operation])(**(parameters or {}))
            except botocore.exceptions.ClientError as error:
                return {"error": _error(error, target)}
            response.pop("ResponseMetadata")
            return {"response": json.loads(json.dumps(response, default=str))}

    def explain_denial(
        self,
        call: Annotated[str, Field(description="The request id or authorization id of the call.")],
        world: WorldName = "default",
    ) -> str:
        """Explain why a call was denied or allowed: each check, the deciding statement, and what would allow it."""
        with _reported():
            return explanation_text(self._world(world).decision(call))

    def suggest_policy(
        self,
        principal: Annotated[str, Field(description="The ARN of a user, role, session or root user.")],
        world: WorldName = "default",
    ) -> dict[str, Any]:
        """Return the least policy that allows all the calls that a principal has made, including the denied ones."""
        with _reported():
            return self._world(world).suggest_policy(principal)

    def events(
        self,
        world: WorldName = "default",
        name: Annotated[str | None, Field(description="Only calls of this operation, or events of this name.")] = None,
        account: Annotated[str | None, Field(description="Only calls of this account.")] = None,
        error: Annotated[str | None, Field(description='Only calls with this error code; "" for successes.')] = None,
        last: Annotated[int, Field(description="How many of the latest to return.", ge=1, le=_MOST_EVENTS)] = 20,
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the latest calls and service events of a world as CloudTrail records, oldest first."""
        filters = {"account": account, "error": error}
        given = {key: value for key, value in filters.items() if value is not None}
        with _reported():
            return {"events": self._world(world).events(name, **given)[-last:]}

    def _world(self, name: str) -> RemoteWorld:
        """Return a world that exists: a tool must not create one by a misspelled name.

        Raises ToolFailed.
        """
        names = self._emulator.worlds()
        if name not in names:
            raise ToolFailed(_unknown("world", name, names))
        return self._emulator.world(name)


TOOLS = (
    AgentTools.status,
    AgentTools.create_world,
    AgentTools.reset_world,
    AgentTools.delete_world,
    AgentTools.environment,
    AgentTools.call,
    AgentTools.explain_denial,
    AgentTools.suggest_policy,
    AgentTools.events,
)


@contextmanager
def _reported() -> Iterator[None]:
    """Raise ToolFailed for errors that the agent can do something about."""
    try:
        yield
    except (ControlError, ValueError, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise ToolFailed(str(error)) from None
    except requests.RequestException as error:
        raise ToolFailed(f"The emulator does not answer: {error}") from None


def _error(error: botocore.exceptions.ClientError, world: RemoteWorld) -> dict[str, str]:
    response: Mapping[str, Any] = error.response
    description = {
        "code": response["Error"]["Code"],
        "message": response["Error"]["Message"],
        "requestId": response["ResponseMetadata"].get("RequestId", ""),
    }
    request_id = denied_request_id(error)
    if request_id is not None:
        description["explanation"] = explanation_text(world.decision(request_id))
    return description


def _unknown(kind: str, name: str, names: Sequence[str]) -> str:
    return f"There is no {kind} {name!r}{closest(name, names) or '.'}"
