"""The distribution as its users get it: built, installed, and served, each once for all tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dockerfile import ROOT, Image
from tests.support.server_process import ServerProcess, clean_environment, server_process


@pytest.fixture(scope="session")
def image() -> Image:
    """Read the Dockerfile."""
    return Image()


@pytest.fixture(scope="session")
def built(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carry out the Dockerfile's build stage in a folder; give the folder, which is the image's / then.

    Only what the Dockerfile copies is there to build from.
    """
    root = tmp_path_factory.mktemp("image")
    source = root / "source"
    source.mkdir()
    for name, target in image.copied():
        _copy(ROOT / name, source / target)
    for word, command in image.build:
        if word == "RUN":
            moved = re.sub(r"(?<= )/", f"{root}/", command)
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            done = subprocess.run(
                ["sh", "-c", moved],
                cwd=source,
                env=clean_environment(PATH=path),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    return root


def _copy(source: Path, target: Path) -> None:
    """Copy as COPY does: a folder's contents, a file into a folder."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture(scope="session")
def installed(built: Path) -> Path:
    """Give the folder of the commands that the wheel has installed into an empty environment."""
    return built / "opt" / "artifact-emulator" / "bin"


@pytest.fixture
def server(installed: Path) -> Iterator[ServerProcess]:
    """Serve the installed distribution, from a folder where nothing of the tree can be imported by accident."""
    settings = clean_environment(PATH=f"{installed}:{os.environ['PATH']}")
    with server_process(["artifact-emulator", "serve"], cwd=installed, env=settings) as served:
        yield served
