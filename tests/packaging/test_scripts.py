"""`scripts/serve` in a clean copy of the repository."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.clones import copy_of_repository
from tests.support.server_process import clean_environment, server_process

pytestmark = pytest.mark.xdist_group("packaging")

# The programs that the scripts may use besides Python, all of them in POSIX.
POSIX = ("sh", "cat", "cksum", "cp", "dirname", "echo", "mkdir", "rm", "sleep", "tee")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the files of a clone, in a path with a space."""
    return copy_of_repository(tmp_path)


@pytest.fixture
def path_without_python(tmp_path: Path) -> Path:
    """A folder of programs for a PATH without Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in POSIX:
        program = shutil.which(name)
        assert program
        (folder / name).symlink_to(program)
    return folder


def ended_process() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def serve(clone: Path, path: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/serve in another folder."""
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

    def test_first_run_installs_and_next_run_only_serves(self, clone: Path, tmp_path: Path) -> None:
        """The first run installs, also after an interrupted one, and serves; the next run only serves."""
        interrupted = clone / ".venv"
        (interrupted / "bin").mkdir(parents=True)
        (interrupted / "bin/python").symlink_to("/nonexistent")
        (interrupted / "installing").write_text(f"{ended_process()}\n")
        log = tmp_path / "log"
        logs = []
        for _ in range(2):
            with (
                log.open("w") as errors,
                server_process(
                    [str(clone / "scripts/serve")], cwd=tmp_path, env=clean_environment(), stderr=errors
                ) as server,
            ):
                assert server.stop() == 0
            logs.append(log.read_text())
        assert "did not finish the installation: starting again" in logs[0]
        assert "Installing artifact-emulator" in logs[0]
        assert logs[1] == ""
        assert not (interrupted / "installing").exists()

    def test_arguments_reach_server(self, clone: Path, path_without_python: Path) -> None:
        """The arguments are passed on unchanged; after the installation no Python on the PATH is needed."""
        pretend_installed(clone, 'for word; do echo "<$word>"; done')
        result = serve(clone, path_without_python, "--port", "0", "two words")
        assert result.stdout.splitlines() == ["<serve>", "<--port>", "<0>", "<two words>"]
        assert result.stderr == ""

    def test_missing_python_is_reported(self, clone: Path, path_without_python: Path) -> None:
        """Without Python the script says what it needs, and leaves no lock behind."""
        result = serve(clone, path_without_python)
        assert result.returncode == 1
        assert "needs Python 3.11 or newer" in result.stderr
        assert not (clone / ".venv/installing").exists()

    def test_old_python_is_not_used(self, clone: Path, path_without_python: Path) -> None:
        """A Python that is too old is treated as missing."""
        write_script(path_without_python / "python3", "exit 1")
        result = serve(clone, path_without_python)
        assert result.returncode == 1
        assert "needs Python 3.11 or newer" in result.stderr

    def test_changed_project_is_installed_again(self, clone: Path, path_without_python: Path) -> None:
        """A changed pyproject.toml leads to a new installation."""
        pretend_installed(clone, "echo served")
        with (clone / "pyproject.toml").open("a") as project:
            project.write("# changed\n")
        result = serve(clone, path_without_python)
        assert "Installing artifact-emulator" in result.stderr
        assert (clone / "pip-ran").read_text().splitlines()[-1].endswith("--editable .")
        assert result.stdout == "served\n"

    def test_moved_repository_is_installed_again(self, clone: Path, path_without_python: Path, tmp_path: Path) -> None:
        """A moved repository is installed again, since installed commands contain the path of Python."""
        pretend_installed(clone, "echo served")
        programs = shutil.copytree(clone / ".venv/bin", tmp_path / "new")
        write_script(path_without_python / "python3", f'if [ "$1" = -m ]; then cp -R "{programs}" .venv/bin; fi')
        write_script(clone / ".venv/bin/artifact-emulator", "echo stale")
        result = serve(clone.rename(clone.with_name("moved")), path_without_python)
        assert "Installing artifact-emulator" in result.stderr
        assert result.stdout == "served\n"

    def test_failed_installation_is_repeated(self, clone: Path, path_without_python: Path) -> None:
        """After a failed installation nothing is served, and the next run installs again."""
        pretend_installed(clone, "echo served", pip="exit 3")
        (clone / ".venv/serve-installed").unlink()
        result = serve(clone, path_without_python)
        assert result.returncode == 3
        assert result.stdout == ""
        next_run = serve(clone, path_without_python)
        assert "did not finish the installation: starting again" in next_run.stderr
        assert next_run.returncode == 1
        assert "needs Python 3.11 or newer" in next_run.stderr

    def test_second_run_waits_for_installation(self, clone: Path, path_without_python: Path) -> None:
        """A run waits while another one installs."""
        pretend_installed(clone, "echo served")
        with subprocess.Popen(["sleep", "60"]) as first:
            (clone / ".venv/installing").write_text(f"{first.pid}\n")
            second = subprocess.Popen(
                [clone / "scripts/serve"],
                env=clean_environment(PATH=str(path_without_python)),
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


def write_script(path: Path, body: str) -> None:
    """Write a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def pretend_installed(clone: Path, command: str, *, pip: str = 'echo "$@" >>pip-ran') -> None:
    """Create stubs of the installed programs, and mark the installation as complete."""
    venv = clone / ".venv"
    write_script(venv / "bin/artifact-emulator", command)
    write_script(venv / "bin/python", f'if [ "$1" = -m ]; then {pip}; fi')
    command = 'echo "$(pwd) $(cat pyproject.toml locks/run.txt locks/build.txt locks/dev.txt | cksum)"'
    marker = subprocess.check_output(["sh", "-c", command], cwd=clone, env=os.environ)
    (venv / "serve-installed").write_bytes(marker)
