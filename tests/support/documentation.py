"""Code blocks of the documentation, and runs of them as a reader would run them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
ADDRESS = "http://127.0.0.1:4700"
COMMANDS = Path(sys.executable).parent
"""The folder of the installed commands."""


@dataclass(frozen=True)
class Block:
    """A fenced code block."""

    language: str
    code: str


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced code blocks of a page, in order."""
    blocks = re.findall(r"^```(\S*)[^\n]*\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [Block(language, code) for language, code in blocks]


def code_of(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in one language, in order."""
    return [block.code for block in blocks_of(page) if block.language == language]


def run_python(code: str, endpoint: str) -> str:
    """Run a program with another endpoint in place of the documented one; return its output."""
    return _run([sys.executable, "-c", code.replace(ADDRESS, endpoint)], Path.cwd(), os.environ)


def run_shell(blocks: list[str], endpoint: str, folder: Path) -> str:
    """Run blocks in one shell in a folder, with another endpoint in place of the documented one; return its output."""
    code = "\n".join(blocks).replace(ADDRESS, endpoint)
    caller = {"AWS_ACCESS_KEY_ID": "111122223333", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
    return _run(["sh", "-eu", "-c", code], folder, {**os.environ, **caller, "PATH": path})


def run_pytest(blocks: list[str], folder: Path) -> int:
    """Run blocks as the files of a test suite; return the number of passed tests. A failed test is an error."""
    for number, block in enumerate(blocks):
        name = "conftest.py" if "pytest_plugins" in block else f"test_{number}.py"
        (folder / name).write_text(block)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    options = ["-q", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder)]
    output = _run([sys.executable, "-m", "pytest", *options], folder, environment)
    passed = re.search(r"(\d+) passed", output)
    assert passed, output
    return int(passed[1])


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    finished = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
