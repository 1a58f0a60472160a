"""The wheel and the source distribution: what is in them, and what is not."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from artifact_emulator import __version__

ROOT = Path(__file__).parents[2]
PACKAGES = {"artifact_emulator": ROOT / "emulator", "artifact_state": ROOT / "state"}

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """Give the wheel that the image installs."""
    (path,) = (built / "wheels").iterdir()
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """Name the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """Read what the wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"artifact_emulator-{__version__}.dist-info/METADATA").decode())


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and a wheel from nothing but that."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def sources(rebuilt: Path) -> set[str]:
    """Name the files in the source distribution."""
    with tarfile.open(rebuilt / f"artifact_emulator-{__version__}.tar.gz") as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


class TestWheel:
    """What `pip install artifact-emulator` brings."""

    def test_name(self, wheel: Path) -> None:
        """One wheel serves every system and every Python from 3.11 on."""
        assert wheel.name == f"artifact_emulator-{__version__}-py3-none-any.whl"

    def test_top_level(self, names: set[str]) -> None:
        """It installs two packages, and none called `emulator`, `state` or `tests`, which could be its user's own."""
        assert {name.partition("/")[0] for name in names} == {*PACKAGES, f"artifact_emulator-{__version__}.dist-info"}

    @pytest.mark.parametrize("package", PACKAGES)
    def test_complete(self, names: set[str], package: str) -> None:
        """Every file of a package is in it, data and templates too, and no file besides."""
        root = PACKAGES[package]
        tree = {str(path.relative_to(root)) for path in (root / package).rglob("*") if path.is_file()}
        expected = {name for name in tree if "__pycache__" not in name}
        assert {name for name in names if name.startswith(f"{package}/")} == expected

    @pytest.mark.parametrize(
        "name",
        [
            "artifact_emulator/py.typed",
            "artifact_state/py.typed",
            "artifact_state/catalog/agreements.json",
            "artifact_emulator/shapes/organizations/bindings.py",
            "artifact_emulator/botocore_models/artifact/2018-05-10/service-2.sdk-extras.json",
        ],
    )
    def test_has(self, names: set[str], name: str) -> None:
        """What is easily forgotten is in it: marks, data, generated code and the SDKs' extra models."""
        assert name in names

    def test_metadata(self, metadata: Message) -> None:
        """It says its name, licence and Pythons, and that it is typed."""
        assert metadata["Name"] == "artifact-emulator"
        assert metadata["Version"] == __version__
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata["Description-Content-Type"] == "text/markdown"
        assert "Typing :: Typed" in metadata.get_all("Classifier", [])

    def test_licence(self, names: set[str]) -> None:
        """The licence travels with it."""
        assert f"artifact_emulator-{__version__}.dist-info/licenses/LICENSE" in names

    def test_dependencies(self, metadata: Message) -> None:
        """It depends on what pyproject.toml lists, each with a lower bound, and on nothing of AWS's."""
        required = metadata.get_all("Requires-Dist", [])
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        assert len(required) == len(declared)
        assert all(">=" in requirement for requirement in required)
        assert [requirement for requirement in required if requirement.startswith(("boto", "aws", "moto"))] == []

    def test_classifiers(self, metadata: Message) -> None:
        """The Pythons that it names begin with the one that it requires."""
        minor = [line.rpartition(".")[2] for line in metadata.get_all("Classifier", []) if ":: Python :: 3." in line]
        assert minor[0] == "11"
        assert minor == sorted(minor)


class TestSourceDistribution:
    """What packagers build from."""

    def test_rebuilds(self, rebuilt: Path, names: set[str]) -> None:
        """The wheel built from it is the wheel built from the tree."""
        with zipfile.ZipFile(rebuilt / f"artifact_emulator-{__version__}-py3-none-any.whl") as archive:
            assert set(archive.namelist()) == names

    @pytest.mark.parametrize(
        "name",
        ["LICENSE", "README.md", "CHANGELOG.md", "Dockerfile", "scripts/serve", "tests/packaging/test_distribution.py"],
    )
    def test_has(self, sources: set[str], name: str) -> None:
        """The tests, the scripts and the documents are in it."""
        assert name in sources

    def test_has_no_leavings(self, sources: set[str]) -> None:
        """Nothing that commands leave in a working tree is in it."""
        leavings = (".venv", "__pycache__", ".pyc", "_cache", ".hypothesis", "dist/")
        assert [name for name in sources if any(leaving in name for leaving in leavings)] == []
