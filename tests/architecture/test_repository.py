"""The repository: executable commands, one version, valid links, one configuration."""

import os
import re
import shutil
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
    "scripts/generate_man_page",
    "scripts/generate_shapes",
    "scripts/newer_botocore",
    "scripts/check_language",
    "scripts/bench",
    "scripts/coverage",
    "scripts/audit",
    "scripts/release",
    "scripts/update_catalogs",
    "scripts/update_locks",
)
SHELL = (
    "scripts/serve",
    "scripts/test",
    "scripts/check",
    "scripts/docs",
    "scripts/image_steps",
    "scripts/audit",
    "scripts/release",
    "scripts/update_catalogs",
    "scripts/update_locks",
    "scripts/update_pictures",
)
DOCUMENTS = sorted(
    path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]
)
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("emulator", "state", "scripts", "tests", "examples")
    for path in (ROOT / folder).rglob("*.py")
)
GENERIC_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "impl"}
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
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


class TestCommands:
    """The commands in scripts."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_command_is_executable(self, command: str) -> None:
        """Each command is executable and names its interpreter."""
        assert os.access(ROOT / command, os.X_OK)
        assert read(command).startswith("#!")

    @pytest.mark.parametrize("command", [path.name for path in sorted((ROOT / "scripts").iterdir()) if path.is_file()])
    def test_every_script_is_a_command(self, command: str) -> None:
        """Each file in scripts is a command, except the part that several share."""
        executable = os.access(ROOT / "scripts" / command, os.X_OK)
        assert executable == (command != "environment")
        assert executable == read(f"scripts/{command}").startswith("#!")

    @pytest.mark.parametrize("command", [*SHELL, "scripts/environment"])
    def test_shell_script_is_posix(self, command: str) -> None:
        """The syntax of shell scripts is that of POSIX."""
        result = subprocess.run(["sh", "-n", ROOT / command], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, "")
        assert not read(command).startswith("#!/bin/bash")

    @pytest.mark.parametrize("command", ["audit", "docs", "release", "update_catalogs", "update_locks"])
    def test_help_needs_no_installation(self, command: str, tmp_path: Path) -> None:
        """`--help` of a script that installs tools prints the comment at its beginning, and installs nothing."""
        for name in (command, "environment"):
            shutil.copy(ROOT / "scripts" / name, tmp_path)
        result = subprocess.run([tmp_path / command, "--help"], capture_output=True, text=True, check=True, cwd="/")
        assert result.stdout.splitlines()[0] == read(f"scripts/{command}").splitlines()[1].removeprefix("# ")
        assert not (tmp_path.parent / ".venv").exists()

    def test_usage_in_manual_page_keeps_its_lines(self) -> None:
        """`man` neither fills nor hyphenates a usage or an example."""
        page = read("docs/artifact-emulator.1")
        blocks = re.findall(r"^(?:usage|examples):", page, re.MULTILINE)
        unfilled = re.findall(r"^\.nf\n(?:usage|examples):(?:.*\n)+?\.fi$", page, re.MULTILINE)
        assert len(unfilled) == len(blocks) > 20

    @pytest.mark.parametrize("command", ["./scripts/serve", "./scripts/test"])
    def test_readme_names_command(self, command: str) -> None:
        """README names the commands to serve and to test."""
        assert command in read("README.md")

    def test_ci_runs_all_checks(self) -> None:
        """CI runs scripts/test, which runs scripts/check."""
        assert read(".ci/run").splitlines()[-1] == "exec ./scripts/test"
        assert read("scripts/test").splitlines()[-1] == "exec scripts/check"

    @pytest.mark.parametrize(
        "check",
        [
            "ruff format",
            "ruff check",
            "mypy",
            "shellcheck",
            "hadolint",
            "zizmor",
            "check-jsonschema .*vendor.github-workflows",
            "check-jsonschema .*vendor.github-actions",
            "check_language",
            "generate_shapes --check",
            "update_catalogs --check",
            "audit",
            "pytest",
        ],
    )
    def test_check_is_run(self, check: str) -> None:
        """scripts/check runs each of the tools."""
        assert re.search(rf'^check ".*" .*{check}', read("scripts/check"), re.MULTILINE)

    def test_every_shell_script_is_linted(self) -> None:
        """The list of shellcheck has every shell script."""
        line = next(line for line in read("scripts/check").splitlines() if "shellcheck" in line)
        assert set(line.split()[4:]) == {
            *SHELL,
            "scripts/environment",
            ".ci/run",
            "examples/aws-cli/story.sh",
            "examples/several-processes/run",
        }


class TestVersion:
    """The version."""

    def test_version_is_stated_once(self) -> None:
        """Only the package states the version."""
        project = tomllib.loads(read("pyproject.toml"))
        assert "version" in project["project"]["dynamic"]
        stated = re.compile(rf"(?<![\d.])v?{re.escape(__version__)}(?![\d.])")
        places = {
            str(name)
            for name in [*SOURCES, Path("Dockerfile"), *map(Path, COMMANDS)]
            if "shapes" not in name.parts and stated.search(read(name))
        }
        assert places == {"emulator/artifact_emulator/version.py"}

    def test_changelog_has_version(self) -> None:
        """CHANGELOG has a section for this version, below the one for unreleased changes."""
        sections = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
        assert sections[:2] == ["Unreleased", __version__]
        assert len(sections) == len(set(sections))


class TestTree:
    """Files and their names."""

    @pytest.mark.parametrize("name", OTHER_CONFIGURATION)
    def test_configuration_is_in_pyproject(self, name: str) -> None:
        """No tool has a configuration file of its own."""
        assert not (ROOT / name).exists()

    def test_no_module_has_a_generic_name(self) -> None:
        """No module or folder has a name such as utils or helpers."""
        words = {path: set(re.split(r"[/_]", str(path.with_suffix("")))) for path in SOURCES}
        assert [str(path) for path in SOURCES if GENERIC_NAMES & words[path]] == []

    @pytest.mark.parametrize("package", ["emulator/artifact_emulator", "state/artifact_state"])
    def test_package_is_typed(self, package: str) -> None:
        """Both packages have the marker for type checkers."""
        assert (ROOT / package / "py.typed").exists()

    def test_every_folder_is_a_package(self) -> None:
        """Each folder of modules has an __init__.py, so that hatchling and mypy find the same packages."""
        folders = {path.parent for path in SOURCES if path.parts[0] in ("emulator", "state")}
        assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []

    def test_license_is_apache(self) -> None:
        """LICENSE is the complete text of Apache 2.0."""
        text = read("LICENSE")
        assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
        assert text.rstrip().endswith("limitations under the License.")
        assert all(f"\n   {number}. " in text for number in range(1, 10))

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_links_lead_to_files(self, document: Path) -> None:
        """Each relative link leads to a file, and not to a generated page, which only the built docs have."""
        targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", read(document))
        paths = {target: (ROOT / document.parent / target).resolve() for target in targets}
        generated = ROOT / "docs" / "reference"
        assert [name for name, path in paths.items() if not path.exists() or generated in path.parents] == []

    def test_generated_folders_are_ignored(self) -> None:
        """Git ignores the folders that commands create."""
        assert {".venv/", "__pycache__/", "dist/"} <= set(read(".gitignore").splitlines())
