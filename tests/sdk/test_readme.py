import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.emulator import Emulator

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "http://127.0.0.1:4700"


def _examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


class TestReadme:
    """README's examples do what it says."""

    @pytest.mark.parametrize("example", _examples("python"))
    def test_python(self, emulator: Emulator, example: str) -> None:
        """Each example in Python runs as it stands, but for the port."""
        program = example.replace(ADDRESS, emulator.endpoint)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "AWSOrganizationsNotInUseException" in done.stdout

    @pytest.mark.parametrize("example", _examples("sh"))
    def test_shell(self, emulator: Emulator, example: str) -> None:
        """Each example for the shell runs as it stands, but for the port and where the command is installed."""
        program = example.replace(ADDRESS, emulator.endpoint).replace(".venv/bin/", f"{sys.executable} -m ")
        program = program.replace("-m artifact-emulator", "-m artifact_emulator")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-eu", "-c", program],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert '"agreements": [' in done.stdout

    def test_there_are_examples(self) -> None:
        """The tests above found what they are to run."""
        assert len(_examples("python")) == 1
        assert len(_examples("sh")) == 1
