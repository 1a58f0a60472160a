"""The command `mcp`, used by a client of the Model Context Protocol, and the skill for agents."""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from artifact_emulator.agents.tools import TOOLS
from artifact_emulator.cli.main import main
from tests.support.example_projects import EXAMPLES
from tests.support.server_process import clean_environment

MANAGEMENT, MEMBER = "111122223333", "222233334444"


class Agent:
    """A client of the command, which returns what a tool answers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tool_names(self) -> list[str]:
        """Return the names of the tools."""
        return [tool.name for tool in (await self._client.list_tools()).tools]

    async def use(self, tool: str, **arguments: Any) -> Any:
        """Use a tool that succeeds and return its result."""
        is_error, text = await self._answer(tool, arguments)
        assert not is_error, text
        return json.loads(text) if text.startswith(("{", "[")) else text

    async def fail(self, tool: str, **arguments: Any) -> str:
        """Use a tool that fails and return its message."""
        is_error, text = await self._answer(tool, arguments)
        assert is_error, text
        return text

    async def _answer(self, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        result = await self._client.call_tool(tool, arguments)
        return bool(result.is_error), "\n".join(part.text for part in result.content if part.type == "text")


def run_agent(steps: Callable[[Agent], Awaitable[None]], *options: str) -> None:
    """Take the steps of an agent with a command of its own."""

    async def session() -> None:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "artifact_emulator", "mcp", *options], env=clean_environment()
        )
        async with Client(stdio_client(command)) as client:
            await steps(Agent(client))

    asyncio.run(session())


class TestTools:
    """The tools, with an emulator that the command starts."""

    def test_agent_finds_out_what_allows_a_denied_call(self) -> None:
        """The error of a denied call says what to change; after the change the call succeeds."""

        async def steps(agent: Agent) -> None:
            assert await agent.tool_names() == [tool.__name__ for tool in TOOLS]
            assert {"name": "organization", "description": "..."}.keys() == (await agent.use("status"))["scenarios"][
                0
            ].keys()
            world = {"world": "mine", "account": MANAGEMENT}
            assert (await agent.use("create_world", name="mine", scenario="organization"))["endpoint"].endswith("/mine")
            for operation, parameters in (
                ("CreateRole", {"RoleName": "auditor", "AssumeRolePolicyDocument": trusting(MANAGEMENT)}),
                (
                    "PutRolePolicy",
                    {"RoleName": "auditor", "PolicyName": "p", "PolicyDocument": allowing("iam:GetRole")},
                ),
            ):
                await agent.use("call", service="iam", operation=operation, parameters=parameters, **world)
            listing: dict[str, Any] = {"service": "iam", "operation": "ListRoles", "role": "auditor", **world}
            error = (await agent.use("call", **listing))["error"]
            assert error["code"] == "AccessDenied"
            assert "iam:ListRoles" in error["explanation"]
            assert await agent.use("explain_denial", call=error["requestId"], world="mine") == error["explanation"]
            policy = await agent.use(
                "suggest_policy", principal=f"arn:aws:iam::{MANAGEMENT}:role/auditor", world="mine"
            )
            await agent.use(
                "call",
                service="iam",
                operation="PutRolePolicy",
                parameters={"RoleName": "auditor", "PolicyName": "p", "PolicyDocument": json.dumps(policy)},
                **world,
            )
            assert (await agent.use("call", **listing))["response"]["Roles"]
            outcomes = (await agent.use("events", world="mine", name="ListRoles"))["events"]
            assert [event.get("errorCode") for event in outcomes] == ["AccessDenied", None]

        run_agent(steps)

    def test_mistakes_are_named_with_closest_match(self) -> None:
        """A tool that cannot do its work says why in one sentence, and creates no world by a misspelled name."""

        async def steps(agent: Agent) -> None:
            await agent.use("create_world", name="mine")
            for message, tool, arguments in (
                ("did you mean mine?", "events", {"world": "mind"}),
                ("did you mean organizations?", "call", {"service": "organisations", "operation": "ListRoots"}),
                ("did you mean ListRoots", "call", {"service": "organizations", "operation": "ListRoot"}),
                ("ServicePrincipal", "call", {"service": "organizations", "operation": "EnableAWSServiceAccess"}),
                ("not both", "create_world", {"name": "other", "scenario": "organization", "fork": "mine"}),
                ("no scenario", "create_world", {"name": "other", "scenario": "organisation"}),
                ("call log", "explain_denial", {"call": "nothing"}),
            ):
                assert message in await agent.fail(tool, **arguments)
            names = {world["name"] for world in (await agent.use("status"))["worlds"]}
            assert names == {"default", "mine"}
            await agent.use("reset_world", world="mine")
            await agent.use("delete_world", world="mine")
            assert (await agent.use("environment"))["AWS_ENDPOINT_URL"] == (await agent.use("status"))["endpoint"]

        run_agent(steps)

    def test_named_emulator_is_used(self, server: str) -> None:
        """With an endpoint the command starts no emulator of its own."""

        async def steps(agent: Agent) -> None:
            assert (await agent.use("status"))["endpoint"] == server

        run_agent(steps, "--endpoint", server)


class TestSkill:
    """The skill for agents, examples/agents/artifact-emulator/SKILL.md."""

    def test_commands_exist(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The skill has the front matter of skills, and each command that it names exists."""
        text = (EXAMPLES / "agents/artifact-emulator/SKILL.md").read_text()
        assert re.match(r"---\nname: artifact-emulator\ndescription: .+\n---\n", text)
        commands = set(re.findall(r"artifact-emulator ([a-z]+(?: [a-z]+)?)", text))
        assert len(commands) > 5
        for command in commands:
            with pytest.raises(SystemExit) as end:
                main([*command.split(), "--help"])
            assert end.value.code == 0, command
        assert "usage: artifact-emulator" in capsys.readouterr().out


def trusting(account: str) -> str:
    """Return a trust policy for an account."""
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allowing(action: str) -> str:
    """Return a policy that allows one action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
