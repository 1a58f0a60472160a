"""The steps of GitHub's jobs and composite actions, run as a runner runs them; steps that use actions are left out.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.server_process import clean_environment

_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


@dataclass
class Runner:
    """A job: its folders, and what its steps have left for the ones after them."""

    folder: Path
    contexts: dict[str, str] = field(default_factory=dict)
    """Values of expressions such as `inputs.port`."""
    environment: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    shells: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what the steps have started in the background."""
        for shell in self.shells:
            with suppress(ProcessLookupError):
                os.killpg(shell, signal.SIGTERM)

    def run(self, steps: list[dict[str, Any]], **settings: str) -> str:
        """Run the shell steps, in bash as GitHub starts it, up to the first that fails; return the output."""
        return "".join(self._run(step, settings) for step in steps if "run" in step)

    def value(self, text: str) -> str:
        """Return a text with the values of its expressions."""
        return _EXPRESSION.sub(lambda found: self.contexts[found[1]], text)

    def _run(self, step: dict[str, Any], settings: dict[str, str]) -> str:
        files = {name: self.folder / name for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        own = {name: self.value(text) for name, text in step.get("env", {}).items()}
        variables = {name: str(file) for name, file in files.items()} | {"RUNNER_TEMP": str(self.folder)}
        path = os.pathsep.join([*reversed(self.path), settings.get("PATH", os.environ["PATH"])])
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=clean_environment(**settings | self.environment | variables | own | {"PATH": path}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.shells.append(shell.pid)
        output, _ = shell.communicate(timeout=180)
        assert shell.returncode == 0, output
        self.environment |= _pairs(files["GITHUB_ENV"])
        self.path += files["GITHUB_PATH"].read_text().splitlines()
        self.contexts |= {
            f"steps.{step.get('id')}.outputs.{name}": value for name, value in _pairs(files["GITHUB_OUTPUT"]).items()
        }
        return output


def _pairs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())
