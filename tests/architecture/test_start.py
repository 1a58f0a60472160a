"""The modules that commands import before their first answer: each takes time whenever the command starts."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from artifact_emulator.cli.main import _MODULES, create_parser

ROOT = Path(__file__).parents[2]
SERVE = """\
import sys
from artifact_emulator.cli.main import create_parser

create_parser("serve").parse_args(["serve"])
from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.server import server
from artifact_state.world import World

credential = "111122223333/20260101/us-east-1/organizations/aws4_request"
headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
    "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
}
reply = App(World()).handle(Request("POST", "/", "", headers, b"{}"))
assert b"AWSOrganizationsNotInUseException" in reply.body, reply
print(*sys.modules)
"""
HELP = """\
import sys
from artifact_emulator.cli.main import create_parser

create_parser().format_help()
print(*sys.modules)
"""


def imported_by(program: str) -> set[str]:
    """Return the modules that a program has imported in the end, in a new Python process."""
    path = f"{ROOT / 'emulator'}:{ROOT / 'state'}"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def serving() -> set[str]:
    """Return the modules that the command `serve` has imported after its first answer."""
    return imported_by(SERVE)


class TestServe:
    """The command `serve` until its first answer."""

    @pytest.mark.parametrize(
        "module",
        [
            *(
                "click",
                "email",
                "flask",
                "importlib.metadata",
                "multiprocessing",
                "pydantic",
                "pydantic_core",
                "requests",
            ),
            *("sqlite3", "uvicorn", "xml", "artifact_emulator.aws.validation"),
        ],
    )
    def test_first_answer_does_not_need_module(self, serving: set[str], module: str) -> None:
        """A call without members needs no engine to check them, and none needs XML or a database."""
        assert {name for name in serving if name == module or name.startswith(f"{module}.")} == set()

    def test_serve_imports_no_other_command(self, serving: set[str]) -> None:
        """Other commands are not imported."""
        others = {f"artifact_emulator.cli.{module}" for module in _MODULES.values() if module != "serve"}
        assert serving & others == set()


class TestHelp:
    """The list of all commands."""

    def test_help_imports_neither_emulator_nor_client(self) -> None:
        """The list needs neither the application, nor the server, nor the client of other commands."""
        imported = imported_by(HELP)
        for module in (
            "artifact_emulator.app",
            "artifact_emulator.testing.client",
            "asyncio",
            "requests",
            "subprocess",
        ):
            assert module not in imported

    def test_each_command_is_in_its_module(self) -> None:
        """The table names the module of every command, so that no other module is needed to run it."""

        def names(parser: argparse.ArgumentParser) -> set[str]:
            actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
            return set(actions[0].choices)

        assert names(create_parser()) == set(_MODULES)
        for command, module in _MODULES.items():
            assert names(create_parser(command)) == {name for name in _MODULES if _MODULES[name] == module}
