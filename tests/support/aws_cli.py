"""A user's shell with the AWS CLI, which leads to the emulator."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.server_process import environment

COMMANDS = Path(sys.executable).parent
SERVICE_ERROR = 255
"""The exit status of version 1 of the AWS CLI, which is on PyPI, when the service refuses; version 2 exits with 254."""


@dataclass(frozen=True, slots=True)
class Shell:
    """A user's shell: the AWS CLI with these settings of its environment, and none of the machine's owner."""

    settings: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run `aws` with the words of a command."""
        return subprocess.run(
            [COMMANDS / "aws", *command.split()],
            env=environment(**self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def aws(self, command: str) -> Any:
        """Run a command that succeeds; give what it printed."""
        done = self.run(command)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def silent(self, command: str) -> None:
        """Run a command that succeeds and prints nothing at all."""
        done = self.run(command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def refused(self, command: str) -> str:
        """Run a command that AWS refuses; give the message."""
        done = self.run(command)
        assert (done.returncode, done.stdout) == (SERVICE_ERROR, "")
        return done.stderr.strip()

    def export(self, **settings: str) -> "Shell":
        """Give a shell with further settings."""
        return Shell(self.settings | settings)
