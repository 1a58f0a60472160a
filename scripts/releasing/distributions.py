"""The distributions of a release: built, compared with a second build, checked, and installed as in the image."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from releasing import ReleaseRefused

PACKAGES = "packages"
"""The folder of the files for a package index."""


def build(source: Path, target: Path, version: str, epoch: int) -> None:
    """Build a source tree into a folder: its packages, and the bill of materials of their installation.

    Raises ReleaseRefused.
    """
    shutil.rmtree(target, ignore_errors=True)
    packages = target / PACKAGES
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
    with TemporaryDirectory() as name:
        folder = Path(name)
        tools, again, prefix = folder / "tools", folder / "again", folder / "installed"
        steps: list[tuple[str, list[str | Path]]] = [
            ("Build", ["python", "-m", "build", "--no-isolation", "--outdir", packages]),
            ("Build again", ["python", "-m", "build", "--no-isolation", "--sdist", "--outdir", again]),
            ("Tools of the image", ["scripts/image_steps", "tools", tools]),
            ("Build as in the image", ["scripts/image_steps", "build", tools, again]),
        ]
        for title, command in steps:
            run(title, command, source, environment)
        compare(packages, again)
        files = sorted(packages.iterdir())
        run("Check the metadata", ["twine", "check", "--strict", *files], source, environment)
        run("Check the contents", ["check-wheel-contents", packages], source, environment)
        run("Install", ["scripts/image_steps", "install", prefix, packages], source, environment)
        run("Bill of materials", ["scripts/image_steps", "sbom", tools, prefix], source, environment)
        shown = run("Start", ["scripts/image_steps", "verify", prefix], source, environment)
        if shown.split() != ["artifact-emulator", version]:
            raise ReleaseRefused(f"The installed command is {shown.strip()}, and not version {version}.")
        shutil.copy(prefix / "share" / "sbom.cdx.json", target)


def run(title: str, command: list[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a step in a folder and return its output.

    Raises ReleaseRefused.
    """
    print(f"== {title}", flush=True)
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise ReleaseRefused(f"{title} failed.\n{done.stdout}")
    return done.stdout


def compare(packages: Path, again: Path) -> None:
    """Compare each package with the one of a second build.

    Raises ReleaseRefused.
    """
    for path in packages.iterdir():
        other = again / path.name
        if not other.exists() or other.read_bytes() != path.read_bytes():
            raise ReleaseRefused(f"{path.name} differs between two builds.")
