"""Releases of botocore, installed beside the environment's own: awscli pins an older one than AWS has models for."""

import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import distributions
from pathlib import Path

SERVICES = Path(__file__).parent / "services.toml"
_RELEASES = Path(sys.prefix) / "models"


def pinned_version() -> str:
    """Return the version of botocore whose models the shapes are generated from."""
    return str(tomllib.loads(SERVICES.read_text())["botocore"])


def release(version: str) -> Path:
    """Return the folder of a release of botocore, which is installed when it is first asked for."""
    folder = _RELEASES / version
    if not folder.exists():
        _RELEASES.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_RELEASES) as unfinished:
            install(f"botocore=={version}", Path(unfinished) / "release")
            try:
                (Path(unfinished) / "release").rename(folder)
            except OSError:  # Another process was faster.
                if not folder.exists():
                    raise
    return folder


def install(requirement: str, folder: Path) -> str:
    """Install botocore alone into a folder and return its version."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--target", str(folder), requirement], check=True)
    return next(iter(distributions(name="botocore", path=[str(folder)]))).version
