import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.emulator import Emulator

README = Path(__file__).parents[2] / "README.md"
TESTING = README.parent / "docs" / "testing.md"
CONTROL_API = TESTING.with_name("control-api.md")
ADDRESS = "http://127.0.0.1:4700"


def _examples(language: str, page: Path = README) -> list[str]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    return [text for named, text in blocks if named == language]


def _passed(folder: Path, conftest: str, tests: dict[str, str]) -> int:
    """Run a suite as its author would; tell how many tests passed, which all of them have to."""
    for name, text in {"conftest.py": conftest, **tests}.items():
        (folder / name).write_text(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder)]
    done = subprocess.run(command, env=kept, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) passed", done.stdout)
    assert found
    return int(found[1])


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

    def test_first_test(self, tmp_path: Path) -> None:
        """The first test of one's own passes as README has it, in a folder of its own."""
        conftest, test = (one for one in _examples("") if "pytest_plugins" in one or "def test_" in one)
        assert _passed(tmp_path, conftest, {"test_mine.py": test}) == 1

    def test_there_are_examples(self) -> None:
        """The tests above found what they are to run."""
        assert len(_examples("python")) == 1
        assert len(_examples("sh")) == 1


class TestTesting:
    """The examples of docs/testing.md do what it says."""

    def test_suite(self, tmp_path: Path) -> None:
        """Its blocks of Python, each as a file of a suite that has its conftest.py."""
        conftest, *tests = _examples("python", TESTING)
        names = {f"test_{number}.py": text for number, text in enumerate(tests)}
        assert _passed(tmp_path, conftest, names) == sum(text.count("def test_") for text in tests) > 5


@pytest.mark.skipif(not shutil.which("curl"), reason="takes curl, as runners have it")
class TestControlApi:
    """The examples of docs/control-api.md do what it says."""

    def test_blocks(self, emulator: Emulator, tmp_path: Path) -> None:
        """Its blocks for the shell, one after the other, but for the port: each call is carried out."""
        blocks = _examples("sh", CONTROL_API)
        assert len(blocks) >= 9
        program = "\n".join(blocks).replace(ADDRESS, emulator.endpoint)
        caller = {"AWS_ACCESS_KEY_ID": "111122223333", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-eux", "-c", program],
            env={**os.environ, **caller, "PATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert len((tmp_path / "accounts.json").read_text().splitlines()) > 10
