"""`scripts/release`, in a repository of its own."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from artifact_emulator import __version__
from releasing import ReleaseRefused
from releasing.changelog import release_of, with_release
from releasing.distributions import compare
from tests.support.clones import git, repository_with_files
from tests.support.server_process import COMMANDS, clean_environment

pytestmark = pytest.mark.xdist_group("release")

NEXT = "99.0.0"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Wings.\n\n## [0.5.0]\n\nThe first version.\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files of this one."""
    return repository_with_files(tmp_path_factory.mktemp("repository"))


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run what scripts/release runs once its tools are installed."""
    return subprocess.run(
        [sys.executable, "-m", "releasing", *arguments],
        cwd=folder,
        env=clean_environment(PATH=f"{COMMANDS}{os.pathsep}{os.environ['PATH']}", PYTHONPATH=str(folder / "scripts")),
        capture_output=True,
        text=True,
        check=False,
    )


class TestRelease:
    """A release from its preparation to the build of its tag."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["1,0"], "'1,0' is not a version; see https://peps.python.org/pep-0440/."),
            (["99.0.0-rc1"], "Write 99.0.0-rc1 as 99.0.0rc1."),
            ([__version__], f"{__version__} is not later than the current version, {__version__}."),
            (["--tag", "v98.0.0"], f"The tag v98.0.0 is not that of version {__version__}."),
        ],
    )
    def test_wrong_version_is_refused(self, repository: Path, arguments: list[str], message: str) -> None:
        """A version that is malformed, not in its normal form, not later or not that of the tag is refused."""
        result = release(repository, *arguments)
        assert (result.returncode, result.stderr) == (1, f"scripts/release: {message}\n")

    def test_changed_tree_is_refused(self, repository: Path) -> None:
        """A tree with changes that are not committed is refused."""
        note = repository / "note"
        note.touch()
        result = release(repository, NEXT)
        note.unlink()
        assert (result.returncode, result.stderr) == (
            1,
            "scripts/release: The working tree has changes that are not committed.\n",
        )

    def test_rehearsal_changes_nothing(self, repository: Path) -> None:
        """`--dry-run` builds and checks everything, names the files to change, and changes none."""
        result = release(repository, NEXT, "--dry-run")
        assert result.returncode == 0, result.stderr
        assert f"{NEXT} can be released. It would change CHANGELOG.md" in result.stdout
        assert git(repository, "status", "--porcelain") == ""
        assert not (repository / "dist").exists()

    def test_prepared_release_is_what_its_tag_builds(self, repository: Path) -> None:
        """A release states its version, has its packages, bill and notes, and is built from its tag byte for byte."""
        result = release(repository, NEXT)
        assert result.returncode == 0, result.stderr
        assert f"git tag --annotate v{NEXT}" in result.stdout
        assert f'"{NEXT}"' in (repository / "emulator/artifact_emulator/version.py").read_text()
        changed = set(git(repository, "diff", "--name-only", "--", "docs", "examples").splitlines())
        assert "docs/installation.md" in changed
        assert __version__ not in (repository / "docs/installation.md").read_text()
        _, notes = release_of((repository / "CHANGELOG.md").read_text(), NEXT)
        assert (repository / "dist/notes.md").read_text() == notes
        bill = json.loads((repository / "dist/sbom.cdx.json").read_text())
        assert bill["metadata"]["component"]["version"] == NEXT
        prepared = {path.name: path.read_bytes() for path in (repository / "dist/packages").iterdir()}
        assert set(prepared) == {f"artifact_emulator-{NEXT}-py3-none-any.whl", f"artifact_emulator-{NEXT}.tar.gz"}
        built = release(repository, "--tag", f"v{NEXT}")
        assert built.returncode == 0, built.stderr
        assert {path.name: path.read_bytes() for path in (repository / "dist/packages").iterdir()} == prepared


class TestChangelog:
    """The changelog."""

    def test_unreleased_changes_get_version_and_date(self) -> None:
        """The unreleased changes stand under the version and its date, and new ones can follow above."""
        changed = with_release(CHANGELOG, "0.6.0", date(2026, 12, 1))
        assert "## [Unreleased]\n\n## [0.6.0] - 2026-12-01\n\n### Added\n" in changed
        assert release_of(changed, "0.6.0") == (1796083200, "### Added\n\n- Wings.\n")

    def test_release_without_changes_is_refused(self) -> None:
        """A release needs changes."""
        changed = with_release(CHANGELOG, "0.6.0", date(2026, 12, 1))
        with pytest.raises(ReleaseRefused, match="no unreleased changes"):
            with_release(changed, "0.7.0", date(2026, 12, 2))

    def test_version_without_date_is_refused(self) -> None:
        """A version that has no date cannot be built."""
        with pytest.raises(ReleaseRefused, match=r"no version 0\.5\.0 with a date"):
            release_of(CHANGELOG, "0.5.0")


def test_different_builds_are_refused(tmp_path: Path) -> None:
    """A package that a second build makes differently, or not at all, is refused."""
    for name in ("packages", "again"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.whl").write_text(name)
    with pytest.raises(ReleaseRefused, match=r"a\.whl differs between two builds"):
        compare(tmp_path / "packages", tmp_path / "again")
    (tmp_path / "again/a.whl").unlink()
    with pytest.raises(ReleaseRefused, match=r"a\.whl differs between two builds"):
        compare(tmp_path / "packages", tmp_path / "again")
