"""README's first command, in a clean copy of the tree."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.dockerfile import ROOT
from tests.support.server_process import clean_environment, server_process

pytestmark = pytest.mark.xdist_group("packaging")

# What the scripts may use beside a Python: POSIX, and no more.
POSIX = ("sh", "cat", "cksum", "cp", "dirname", "echo", "mkdir", "rm", "sleep", "tee")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Copy what a clone would have; the path has a space, as people's folders do."""
    target = tmp_path / "a clone"
    left = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "dist", "node_modules")
    shutil.copytree(ROOT, target, ignore=left, symlinks=True)
    return target


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Make a folder of programs for a PATH that has no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in POSIX:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def dead_process() -> int:
    """Give the id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def run(clone: Path, path: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/serve from another folder."""
    return subprocess.run(
        [clone / "scripts/serve", *arguments],
        cwd=clone.parent,
        env=clean_environment(PATH=str(path)),
        capture_output=True,
        text=True,
        check=False,
    )


class TestServe:
    """`./scripts/serve`."""

    def test_first_run_and_next(self, clone: Path, tmp_path: Path) -> None:
        """It installs once, over what an interrupted run left, and serves; the next run only serves."""
        interrupted = clone / ".venv"
        (interrupted / "bin").mkdir(parents=True)
        (interrupted / "bin/python").symlink_to("/nonexistent")
        (interrupted / "installing").write_text(f"{dead_process()}\n")
        log = tmp_path / "log"
        said = []
        for _ in range(2):
            with (
                log.open("w") as errors,
                server_process(
                    [str(clone / "scripts/serve")], cwd=tmp_path, env=clean_environment(), stderr=errors
                ) as served,
            ):
                assert served.stop() == 0
            said.append(log.read_text())
        assert "did not finish installing: beginning again" in said[0]
        assert "Installing artifact-emulator" in said[0]
        assert said[1] == ""
        assert not (interrupted / "installing").exists()

    def test_arguments(self, clone: Path, bare: Path) -> None:
        """Its arguments reach the server as they are; an installed tree needs no Python on the PATH."""
        pretend_installed(clone, 'for word; do echo "<$word>"; done')
        done = run(clone, bare, "--port", "0", "two words")
        assert done.stdout.splitlines() == ["<serve>", "<--port>", "<0>", "<two words>"]
        assert done.stderr == ""

    def test_no_python(self, clone: Path, bare: Path) -> None:
        """Without a Python it says what it needs and where to get it, and leaves nothing behind."""
        done = run(clone, bare)
        assert done.returncode == 1
        assert "needs Python 3.11 or newer" in done.stderr
        assert not (clone / ".venv/installing").exists()

    def test_old_python(self, clone: Path, bare: Path) -> None:
        """A Python that is too old is passed over."""
        script(bare / "python3", "exit 1")
        done = run(clone, bare)
        assert done.returncode == 1
        assert "needs Python 3.11 or newer" in done.stderr

    def test_changed_project(self, clone: Path, bare: Path) -> None:
        """When pyproject.toml has changed, it installs again."""
        pretend_installed(clone, "echo served")
        with (clone / "pyproject.toml").open("a") as project:
            project.write("# changed\n")
        done = run(clone, bare)
        assert "Installing artifact-emulator" in done.stderr
        assert (clone / "pip-ran").read_text().splitlines()[-1].endswith("--editable .")
        assert done.stdout == "served\n"

    def test_moved_tree(self, clone: Path, bare: Path, tmp_path: Path) -> None:
        """When the tree has moved, it begins again: installed commands name their Python by path."""
        pretend_installed(clone, "echo served")
        new = shutil.copytree(clone / ".venv/bin", tmp_path / "new")
        script(bare / "python3", f'if [ "$1" = -m ]; then cp -R "{new}" .venv/bin; fi')
        script(clone / ".venv/bin/artifact-emulator", "echo stale")
        done = run(clone.rename(clone.with_name("moved")), bare)
        assert "Installing artifact-emulator" in done.stderr
        assert done.stdout == "served\n"

    def test_failed_install(self, clone: Path, bare: Path) -> None:
        """When the installation fails it serves nothing, and the next run begins again."""
        pretend_installed(clone, "echo served", pip="exit 3")
        (clone / ".venv/serve-installed").unlink()
        done = run(clone, bare)
        assert done.returncode == 3
        assert done.stdout == ""
        again = run(clone, bare)
        assert "did not finish installing: beginning again" in again.stderr
        assert again.returncode == 1
        assert "needs Python 3.11 or newer" in again.stderr

    def test_two_at_once(self, clone: Path, bare: Path) -> None:
        """A second run waits until the first has installed."""
        pretend_installed(clone, "echo served")
        with subprocess.Popen(["sleep", "60"]) as first:
            (clone / ".venv/installing").write_text(f"{first.pid}\n")
            second = subprocess.Popen(
                [clone / "scripts/serve"],
                env=clean_environment(PATH=str(bare)),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            assert second.stderr
            assert f"Waiting for process {first.pid}".encode() in second.stderr.readline()
            time.sleep(0.2)
            assert second.poll() is None
            (clone / ".venv/installing").unlink()
            output, _ = second.communicate(timeout=10)
            first.kill()
        assert output == b"served\n"


def script(path: Path, body: str) -> None:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def pretend_installed(clone: Path, command: str, *, pip: str = 'echo "$@" >>pip-ran') -> None:
    """Put programs that only note their arguments where an installation would be, marked as finished."""
    venv = clone / ".venv"
    script(venv / "bin/artifact-emulator", command)
    script(venv / "bin/python", f'if [ "$1" = -m ]; then {pip}; fi')
    mark = subprocess.check_output(["sh", "-c", 'echo "$(pwd) $(cksum <pyproject.toml)"'], cwd=clone, env=os.environ)
    (venv / "serve-installed").write_bytes(mark)
