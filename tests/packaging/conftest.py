"""The distribution as its users get it: built and installed once, and served."""

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
    """The Dockerfile."""
    return Image()


@pytest.fixture(scope="session")
def built(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the Dockerfile's build stage ran, in place of the image's root.

    The stage sees only the files that the Dockerfile copies.
    """
    root = tmp_path_factory.mktemp("image")
    source = root / "source"
    source.mkdir()
    for name, target in image.copied():
        _copy(ROOT / name, source / target)
    for word, command in image.build:
        if word == "RUN":
            relocated = re.sub(r"(?<= )/", f"{root}/", command)
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            result = subprocess.run(
                ["sh", "-c", relocated],
                cwd=source,
                env=clean_environment(PATH=path),
                capture_output=True,
                text=True,
                check=False,
            )
            assert result.returncode == 0, result.stderr
    return root


def _copy(source: Path, target: Path) -> None:
    """Copy like COPY: the contents of a folder, or a file into a folder."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture(scope="session")
def installed(built: Path) -> Path:
    """The folder of commands of an environment in which only the wheel is installed."""
    return built / "opt" / "artifact-emulator" / "bin"


@pytest.fixture
def server(installed: Path) -> Iterator[ServerProcess]:
    """A server of the installed distribution, in a folder from which the repository cannot be imported."""
    settings = clean_environment(PATH=f"{installed}:{os.environ['PATH']}")
    with server_process(["artifact-emulator", "serve"], cwd=installed, env=settings) as server:
        yield server
