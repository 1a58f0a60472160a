"""The supply chain: locks with hashes, base images by digest, one module with the only copyleft dependency."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted(path.stem for path in (ROOT / "locks").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)", re.MULTILINE)


def requirements(lock: str) -> list[Requirement]:
    """Return what pyproject.toml asks of a lock."""
    texts: list[str] = [] if lock == "run" else group(lock)
    if lock in {"run", "dev"}:
        texts += PROJECT["project"]["dependencies"]
    return [Requirement(text) for text in texts]


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group, included groups too."""
    entries: list[Any] = PROJECT["dependency-groups"][name]
    nested = ([entry] if isinstance(entry, str) else group(entry["include-group"]) for entry in entries)
    return [text for texts in nested for text in texts]


def read(lock: str) -> str:
    """Return the text of a lock."""
    return (ROOT / "locks" / f"{lock}.txt").read_text("utf-8")


class TestLocks:
    """The files in locks."""

    def test_each_lock_has_its_use(self) -> None:
        """There is a lock for each environment."""
        assert LOCKS == ["build", "catalogs", "dev", "docs", "peers", "run", "sbom", "supply-chain"]

    @pytest.mark.parametrize("lock", LOCKS)
    def test_lock_satisfies_the_project(self, lock: str) -> None:
        """Each requirement of pyproject.toml is locked to a version that it allows; else run scripts/update_locks."""
        pins: dict[str, list[str]] = {}
        for name, version in PIN.findall(read(lock)):
            pins.setdefault(name, []).append(version)
        for requirement in requirements(lock):
            versions = pins.get(canonicalize_name(requirement.name), [])
            assert versions, f"{requirement}: run scripts/update_locks"
            assert all(requirement.specifier.contains(version, prereleases=True) for version in versions), (
                f"{requirement}: {versions}; run scripts/update_locks"
            )

    @pytest.mark.parametrize("lock", LOCKS)
    def test_every_version_has_hashes(self, lock: str) -> None:
        """Each locked version has the hashes of its files."""
        entries = re.split(r"\n(?=[a-z0-9])", read(lock).split("\n", 2)[2])
        assert entries
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("lock", ["run", "build"])
    def test_what_is_shipped_was_tested(self, lock: str) -> None:
        """What runs and is built with has the versions of the tests' lock."""
        assert set(PIN.findall(read(lock))) <= set(PIN.findall(read("dev")))

    def test_build_group_is_that_of_the_build_system(self) -> None:
        """The build's lock is for what the build system requires."""
        assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]

    @pytest.mark.parametrize("script", ["scripts/environment", "scripts/image_steps"])
    def test_scripts_install_by_hash_only(self, script: str) -> None:
        """Every installation from an index compares hashes; only the project itself is installed without."""
        text = (ROOT / script).read_text("utf-8").replace("\\\n", " ")
        commands = re.findall(r"^.*-m pip .*\binstall\b.*$", text, re.MULTILINE)
        assert commands
        assert all("--require-hashes" in command or "--no-deps" in command for command in commands)


class TestBaseImages:
    """The base images of the Dockerfiles."""

    @pytest.mark.parametrize("dockerfile", ["Dockerfile", "examples/docker-compose/application/Dockerfile"])
    def test_base_image_has_version_and_digest(self, dockerfile: str) -> None:
        """Each base image is named by its version, for people, and by its digest."""
        bases = re.findall(r"^FROM (\S+)", (ROOT / dockerfile).read_text("utf-8"), re.MULTILINE)
        assert bases
        assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base) for base in bases)


def test_one_module_imports_fpdf() -> None:
    """The only dependency under the LGPL is used in one module, so that it can be replaced."""
    sources = [path for folder in ("emulator", "state") for path in (ROOT / folder).rglob("*.py")]
    users = [path for path in sources if re.search(r"^\s*(from|import) fpdf\b", path.read_text("utf-8"), re.MULTILINE)]
    assert [str(path.relative_to(ROOT)) for path in users] == ["emulator/artifact_emulator/documents/pdf.py"]
