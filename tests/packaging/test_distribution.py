"""The contents of the wheel and of the source distribution."""

import re
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


def repository_address() -> str:
    """Return the public address of the repository, which pyproject.toml states."""
    address: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
    return address


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel that the image installs."""
    (path,) = (built / "wheels").iterdir()
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """The metadata of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"artifact_emulator-{__version__}.dist-info/METADATA").decode())


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a source distribution, and of a wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def sources(rebuilt: Path) -> set[str]:
    """The names of the files in the source distribution."""
    with tarfile.open(rebuilt / f"artifact_emulator-{__version__}.tar.gz") as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


class TestWheel:
    """The wheel."""

    def test_wheel_is_for_every_platform(self, wheel: Path) -> None:
        """One wheel is for every platform and every supported Python."""
        assert wheel.name == f"artifact_emulator-{__version__}-py3-none-any.whl"

    def test_wheel_has_only_our_packages(self, names: set[str]) -> None:
        """The wheel installs two packages and a manual page, and none with a common name such as `state` or `tests`."""
        prefix = f"artifact_emulator-{__version__}"
        assert {name.partition("/")[0] for name in names} == {*PACKAGES, f"{prefix}.data", f"{prefix}.dist-info"}
        data = {name for name in names if name.startswith(f"{prefix}.data/")}
        assert data == {f"{prefix}.data/data/share/man/man1/artifact-emulator.1"}

    @pytest.mark.parametrize("package", PACKAGES)
    def test_wheel_has_every_file_of_package(self, names: set[str], package: str) -> None:
        """The wheel has every file of a package, including data and templates, and no other."""
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
    def test_wheel_has_file(self, names: set[str], name: str) -> None:
        """The wheel has type markers, data, generated code and the extra models of SDKs."""
        assert name in names

    def test_metadata_has_name_license_and_python(self, metadata: Message) -> None:
        """The metadata names the version, the license, the required Python and the type information."""
        assert metadata["Name"] == "artifact-emulator"
        assert metadata["Version"] == __version__
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata["Description-Content-Type"] == "text/markdown"
        assert "Typing :: Typed" in metadata.get_all("Classifier", [])

    def test_metadata_has_addresses(self, metadata: Message) -> None:
        """The metadata has the addresses of the repository, the documentation, the changes and the issues."""
        urls = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
        assert urls == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
        assert set(urls) == {"Repository", "Documentation", "Changelog", "Issues"}

    def test_links_of_description_work_elsewhere(self, metadata: Message) -> None:
        """Each link of the README that an index shows is absolute, and leads to an existing file of the release."""
        readme = (ROOT / "README.md").read_text("utf-8")
        files = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if not link.startswith("https://")]
        links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
        release = f"{repository_address()}/blob/v{__version__}/"
        assert [link.removeprefix(release) for link in links if link.startswith(release)] == files
        assert [link for link in links if not link.startswith("https://")] == []
        assert [name for name in files if not (ROOT / name.partition("#")[0]).exists()] == []

    def test_wheel_has_license(self, names: set[str]) -> None:
        """The wheel includes the license."""
        assert f"artifact_emulator-{__version__}.dist-info/licenses/LICENSE" in names

    def test_dependencies_have_lower_bounds_and_no_sdk(self, metadata: Message) -> None:
        """The dependencies are those of pyproject.toml, each with a lower bound, and no SDK of AWS is among them."""
        required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        assert len(required) == len(declared)
        assert all(">=" in requirement for requirement in required)
        assert [requirement for requirement in required if requirement.startswith(("boto", "aws", "moto"))] == []

    def test_classifiers_start_with_required_python(self, metadata: Message) -> None:
        """The first listed Python is the required one."""
        minor = [line.rpartition(".")[2] for line in metadata.get_all("Classifier", []) if ":: Python :: 3." in line]
        assert minor[0] == "11"
        assert minor == sorted(minor)


def test_address_of_repository_is_the_same_everywhere() -> None:
    """Every address of the project begins with the one in pyproject.toml, so that a move is one search and replace."""
    owner = repository_address().removeprefix("https://github.com/")
    other = re.compile(rf"(?<![\w/-])(?!{owner}\b|service/)[\w-]+/artifact-emulator(?=[@\s\"#)]|\.git|/blob|/tree)")
    places = [ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    places += [path for path in (ROOT / "examples").rglob("*") if path.suffix in {".md", ".yml", ".json"}]
    found = {path.name: other.findall(path.read_text("utf-8")) for path in places if "node_modules" not in path.parts}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


class TestSourceDistribution:
    """The source distribution."""

    def test_wheel_can_be_rebuilt_from_sources(self, rebuilt: Path, names: set[str]) -> None:
        """The wheel built from the source distribution has the same files."""
        with zipfile.ZipFile(rebuilt / f"artifact_emulator-{__version__}-py3-none-any.whl") as archive:
            assert set(archive.namelist()) == names

    @pytest.mark.parametrize(
        "name",
        ["LICENSE", "README.md", "CHANGELOG.md", "Dockerfile", "scripts/serve", "tests/packaging/test_distribution.py"],
    )
    def test_sources_have_file(self, sources: set[str], name: str) -> None:
        """The source distribution has documents, scripts and tests."""
        assert name in sources

    def test_sources_have_no_generated_files(self, sources: set[str]) -> None:
        """The source distribution has no file that commands leave in a working tree."""
        generated = (".venv", "__pycache__", ".pyc", "_cache/", ".hypothesis", "dist/")
        assert [name for name in sources if any(part in name for part in generated)] == []
