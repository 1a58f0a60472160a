"""Copies of the example projects, and commands that run in them as on a user's machine."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.dockerfile import ROOT
from tests.support.server_process import COMMANDS, clean_environment

EXAMPLES = ROOT / "examples"
WITH_COMMANDS = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
_NODE = 20
"""The oldest major version of Node.js that the AWS SDK for JavaScript supports."""


def run_in(folder: Path, command: Sequence[str | Path], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, without the environment of the test."""
    return subprocess.run(
        command,
        cwd=folder,
        env=clean_environment(PATH=WITH_COMMANDS, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def copy_of(example: str, folder: Path) -> Path:
    """Copy an example to a folder outside of this project, so that its configuration does not apply."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    return shutil.copytree(EXAMPLES / example, folder / example, ignore=ignored)


def node_version() -> int:
    """Return the major version of Node.js on the PATH, or 0 without Node.js or npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return 0
    output = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(output.strip().lstrip("v").partition(".")[0])


needs_node = pytest.mark.skipif(node_version() < _NODE, reason=f"needs npm and Node.js {_NODE} or newer")
javascript_group = pytest.mark.xdist_group("javascript")
"""For tests that share the installed packages of the JavaScript example."""
