"""The AWS CLI, run in this process: only its own start-up is left out."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.support.server_process import clean_environment

SERVICE_ERROR = 255
"""The exit status of a refused call in version 1 of the AWS CLI, which is the version on PyPI; 254 in version 2."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit status and the output of a command."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class AwsCli:
    """The AWS CLI with these environment variables, and none of the user's own."""

    settings: dict[str, str]

    def run(self, command: str) -> Outcome:
        """Run `aws` with the words of a command."""
        stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with (
            patch.dict(os.environ, clean_environment(**self.settings), clear=True),
            redirect_stdout(stdout),
            redirect_stderr(stderr),
        ):
            import awscli.clidriver  # noqa: PLC0415 - its import changes AWS_DATA_PATH

            folders = [*self.settings.get("AWS_DATA_PATH", "").split(os.pathsep), Path(awscli.__file__).parent / "data"]
            os.environ["AWS_DATA_PATH"] = os.pathsep.join(map(str, filter(None, folders)))
            status = awscli.clidriver.create_clidriver().main(command.split())
        return Outcome(status, *(stream.buffer.getvalue().decode() for stream in (stdout, stderr)))

    def output(self, command: str) -> Any:
        """Run a command that succeeds and return its output."""
        outcome = self.run(command)
        assert (outcome.status, outcome.stderr) == (0, "")
        return json.loads(outcome.stdout)

    def run_silently(self, command: str) -> None:
        """Run a command that succeeds and prints nothing."""
        assert self.run(command) == Outcome(0, "", "")

    def error(self, command: str) -> str:
        """Run a command that is refused and return the error message."""
        outcome = self.run(command)
        assert (outcome.status, outcome.stdout) == (SERVICE_ERROR, "")
        return outcome.stderr.strip()

    def with_environment(self, **settings: str) -> "AwsCli":
        """Return the AWS CLI with further environment variables."""
        return AwsCli(self.settings | settings)
