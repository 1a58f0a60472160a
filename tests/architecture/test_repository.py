"""What the tree around the code promises: commands that run, one version, links that lead somewhere."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from artifact_emulator import __version__

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "scripts/serve",
    "scripts/test",
    "scripts/check",
    "scripts/image_steps",
    "scripts/docs",
    "scripts/generate_reference",
    "scripts/generate_handler_index",
    "scripts/generate_shapes",
    "scripts/bench",
    "scripts/coverage",
)
SHELL = ("scripts/serve", "scripts/test", "scripts/check", "scripts/docs", "scripts/image_steps")
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")]
)
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("emulator", "state", "scripts", "tests", "examples")
    for path in (ROOT / folder).rglob("*.py")
)
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "impl"}
OTHER_CONFIGURATION = (
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "mypy.ini",
    ".mypy.ini",
    "ruff.toml",
    ".ruff.toml",
    ".coveragerc",
    "requirements.txt",
)


def read(name: str | Path) -> str:
    """Read a file of the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


class TestCommands:
    """The commands that people and CI type."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_executable(self, command: str) -> None:
        """A command can be run as it stands: it is executable and names its interpreter."""
        assert os.access(ROOT / command, os.X_OK)
        assert read(command).startswith("#!")

    @pytest.mark.parametrize("command", [path.name for path in sorted((ROOT / "scripts").iterdir()) if path.is_file()])
    def test_listed(self, command: str) -> None:
        """Every file in scripts is a command that is known here, or the part that two of them share."""
        executable = os.access(ROOT / "scripts" / command, os.X_OK)
        assert executable == (command != "environment")
        assert executable == read(f"scripts/{command}").startswith("#!")

    @pytest.mark.parametrize("command", [*SHELL, "scripts/environment"])
    def test_any_shell(self, command: str) -> None:
        """The commands are sound to the plain shell of POSIX, not to bash alone."""
        checked = subprocess.run(["sh", "-n", ROOT / command], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert not read(command).startswith("#!/bin/bash")

    @pytest.mark.parametrize("command", ["./scripts/serve", "./scripts/test"])
    def test_in_readme(self, command: str) -> None:
        """README names the two commands that do everything."""
        assert command in read("README.md")

    def test_continuous_integration(self) -> None:
        """CI runs what README tells people to run, and that runs scripts/check."""
        assert read(".ci/run").splitlines()[-1] == "exec ./scripts/test"
        assert read("scripts/test").splitlines()[-1] == "exec scripts/check"

    @pytest.mark.parametrize(
        "check", ["ruff format", "ruff check", "mypy", "shellcheck", "hadolint", "generate_shapes --check", "pytest"]
    )
    def test_checks(self, check: str) -> None:
        """Each of the checks is among those that scripts/check runs."""
        assert re.search(rf'^check ".*" .*{check}', read("scripts/check"), re.MULTILINE)

    def test_every_shell_file_is_linted(self) -> None:
        """No command in shell is forgotten by the lint."""
        line = next(line for line in read("scripts/check").splitlines() if "shellcheck" in line)
        assert set(line.split()[-8:]) == {*SHELL, "scripts/environment", ".ci/run", "examples/aws-cli/story.sh"}


class TestVersion:
    """The version, which stands in one place."""

    def test_one_place(self) -> None:
        """Only the package says which version it is; the rest asks it."""
        project = tomllib.loads(read("pyproject.toml"))
        assert "version" in project["project"]["dynamic"]
        stated = re.compile(rf"(?<![\d.])v?{re.escape(__version__)}(?![\d.])")
        places = {
            str(name)
            for name in [*SOURCES, Path("Dockerfile"), *map(Path, COMMANDS)]
            if "shapes" not in name.parts and stated.search(read(name))
        }
        assert places == {"emulator/artifact_emulator/version.py"}

    def test_in_changelog(self) -> None:
        """CHANGELOG has a section for this version, and above it one for what comes."""
        sections = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
        assert sections[:2] == ["Unreleased", __version__]
        assert len(sections) == len(set(sections))


class TestTree:
    """The files and what they are called."""

    @pytest.mark.parametrize("name", OTHER_CONFIGURATION)
    def test_one_configuration(self, name: str) -> None:
        """The configuration of every tool is in pyproject.toml."""
        assert not (ROOT / name).exists()

    def test_names(self) -> None:
        """No module is named after what it could not be named after."""
        assert [str(path) for path in SOURCES if NAMELESS & set(re.split(r"[/_]", str(path.with_suffix(""))))] == []

    @pytest.mark.parametrize("package", ["emulator/artifact_emulator", "state/artifact_state"])
    def test_typed(self, package: str) -> None:
        """Both packages tell type checkers that they are typed."""
        assert (ROOT / package / "py.typed").exists()

    def test_packages(self) -> None:
        """Every folder of modules is a package, or hatchling and mypy would see different trees."""
        folders = {path.parent for path in SOURCES if path.parts[0] in ("emulator", "state")}
        assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []

    def test_licence(self) -> None:
        """LICENSE is the full text of Apache 2.0."""
        text = read("LICENSE")
        assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
        assert text.rstrip().endswith("limitations under the License.")
        assert all(f"\n   {number}. " in text for number in range(1, 10))

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_links(self, document: Path) -> None:
        """A link from a document to a file of the tree leads there."""
        targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", read(document))
        assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []

    def test_ignored(self) -> None:
        """What the commands leave in the tree is no part of it."""
        assert {".venv/", "__pycache__/", "dist/"} <= set(read(".gitignore").splitlines())
