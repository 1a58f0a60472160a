"""The tools of agents as a server of the Model Context Protocol, on standard input and output."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from artifact_emulator.agents.tools import TOOLS, AgentTools, ToolFailed
from artifact_emulator.testing.client import Emulator
from artifact_emulator.version import __version__

_INSTRUCTIONS = """\
A local emulator of AWS Organizations and AWS Artifact, with parts of IAM, STS and CloudTrail. Nothing reaches AWS.
Begin with `status`. Every 12-digit account exists; `call` makes AWS calls as its root user or as a role. Use a world of
your own for each experiment. The explanation of a denied call names the deciding statement and what would allow it."""


def mcp_server(emulator: Emulator) -> MCPServer[Any]:
    """Return a server whose tools use an emulator."""
    server: MCPServer[Any] = MCPServer(
        "artifact-emulator", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    tools = AgentTools(emulator)
    for tool in TOOLS:
        server.add_tool(_with_reported_failures(getattr(tools, tool.__name__)), structured_output=False)
    return server


def _with_reported_failures(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool whose failures reach the agent as text."""

    @wraps(tool)
    def run(**arguments: Any) -> Any:
        try:
            return tool(**arguments)
        except ToolFailed as failure:
            raise ToolError(str(failure)) from None

    return run
