"""The README from top to bottom, as a reader follows it: in a fresh clone, home and environment, in one world."""

import os
import shlex
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.clones import copy_of_repository
from tests.support.documentation import README, blocks_of
from tests.support.server_process import COMMANDS, clean_environment

pytestmark = pytest.mark.xdist_group("packaging")

SERVE, TEST = "./scripts/serve", "./scripts/test"
"""The command that goes on in a shell of its own, and the one that runs this test."""


def script_of_readme(folder: Path) -> list[str]:
    """Return the commands of the page in its order; a program is run by its file in a folder."""
    commands = []
    for number, block in enumerate(blocks_of(README)):
        if block.language == "console":
            commands += [line.removeprefix("$ ") for line in block.code.splitlines()]
        elif block.language == "python":
            is_test = "def test_" in block.code
            file = folder / f"{'test_' if is_test else ''}program_{number}.py"
            file.write_text(block.code)
            commands.append(
                f".venv/bin/python {'-m pytest -q -p no:cacheprovider ' if is_test else ''}{shlex.quote(str(file))}"
            )
        else:
            assert not block.language, f"a block that nobody runs: {block.language}"
    return commands


def test_page_works_in_reading_order(tmp_path: Path) -> None:
    """Each block works after the ones before it; the server is the one that the first command starts."""
    clone, home, programs = copy_of_repository(tmp_path), tmp_path / "home", tmp_path / "programs"
    for folder in (home, programs):
        folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    settings = clean_environment(HOME=str(home), ARTIFACT_EMULATOR_PORT=port)
    first, *commands = script_of_readme(programs)
    assert first == SERVE
    assert commands.pop() == TEST
    with subprocess.Popen([SERVE], cwd=clone, env=settings, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert f"http://127.0.0.1:{port}" in server.stdout.readline()
            # What the text of the page says to install; the AWS CLI is the one of the tests.
            install = [".venv/bin/python", "-m", "pip", "install", "--quiet", "boto3", "pytest"]
            subprocess.run(install, cwd=clone, env=settings, check=True)
            path = f"{os.environ['PATH']}{os.pathsep}{COMMANDS}"
            shell = ["bash", "-euo", "pipefail", "-c", "\n".join(commands)]
            result = subprocess.run(
                shell,
                cwd=clone,
                env=settings | {"PATH": path},
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        finally:
            server.terminate()
    assert result.returncode == 0, result.stdout + result.stderr
    for part in ("AWSServiceRoleForArtifact", "AWSOrganizationsNotInUseException", "1 passed"):
        assert part in result.stdout
