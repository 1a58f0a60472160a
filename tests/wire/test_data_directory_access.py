"""Data directories that the user may not write: only an error of the contents is called damage."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from artifact_emulator.storage.database import FILE, UnusableDirectory, unusable
from artifact_emulator.storage.reading import summary
from artifact_emulator.storage.store import Store
from artifact_state.world import World
from tests.support.server_process import clean_environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the rights are those of POSIX")
DAMAGED = "is damaged (reason): restore a copy of it, or name another directory."
# The modules are imported first, because another user may not be able to read them.
PROGRAM = """
import os, sys
import artifact_emulator.app, artifact_emulator.gateway.gateway, artifact_emulator.server.server
import artifact_emulator.storage.reading, artifact_emulator.storage.store
from artifact_emulator.cli.main import create_parser, main
create_parser()
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory with a world, which was closed, at a place that every user can enter."""
    place = Path(mkdtemp())
    place.chmod(0o755)
    store = Store(place / "data")
    store.add(World(name="kept"))
    store.close()
    yield place / "data"
    (place / "data").chmod(0o755)
    shutil.rmtree(place)


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run a command as a user without rights, if this one is root; return its status and output."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


def files(directory: Path) -> list[str]:
    """Return the names of the files in a directory."""
    return sorted(path.name for path in directory.iterdir())


class TestReadOnly:
    """A directory of another user, or on a volume that is mounted to be read."""

    def test_contents_are_shown_and_nothing_is_written(self, directory: Path) -> None:
        """`data show` lists the worlds of a directory that the user can read."""
        before = files(directory)
        protect(directory)
        status, output = run("data", "show", directory)
        assert (status, "kept: " in output) == (0, True)
        assert files(directory) == before

    def test_contents_are_shown_after_a_crash(self, directory: Path) -> None:
        """Also if the log of the database was not filed."""
        store = Store(directory)
        store.add(World(name="late"))
        copy = directory.with_name("copy")
        shutil.copytree(directory, copy)
        store.close()
        protect(copy)
        status, output = run("data", "show", copy)
        copy.chmod(0o755)
        assert (status, "late: " in output) == (0, True)

    @pytest.mark.parametrize("name", [".", FILE])
    def test_server_says_what_it_cannot_write(self, directory: Path, name: str) -> None:
        """`serve` names the directory or the file, and does not call it damaged."""
        (directory / name).chmod(0o555 if name == "." else 0o444)
        if name != ".":
            directory.chmod(0o777)
        status, output = run("serve", "--port", "0", "--data-dir", directory)
        assert status == 1
        assert f"{directory / name} cannot be written by this user" in output

    @pytest.mark.parametrize("name", [".", FILE])
    def test_contents_that_cannot_be_read_are_named(self, directory: Path, name: str) -> None:
        """`data show` names the directory or the file."""
        (directory / name).chmod(0)
        status, output = run("data", "show", directory)
        (directory / name).chmod(0o755)
        assert status == 1
        assert f"{directory / name} cannot be read by this user" in output


class TestSummary:
    """Reading without an emulator."""

    def test_reading_leaves_no_files(self, directory: Path) -> None:
        """Reading a directory that nobody uses adds no files, which another user could not remove."""
        before = files(directory)
        assert [world["name"] for world in summary(directory)["worlds"]] == ["kept"]
        assert files(directory) == before


class TestErrors:
    """The errors of SQLite."""

    @pytest.mark.parametrize(
        ("code", "text"),
        [
            (sqlite3.SQLITE_CORRUPT, DAMAGED),
            (sqlite3.SQLITE_NOTADB, DAMAGED),
            (sqlite3.SQLITE_FULL, "cannot be used: reason."),
            (sqlite3.SQLITE_IOERR_WRITE, "cannot be used: reason."),
            (sqlite3.SQLITE_READONLY_DIRECTORY, "cannot be used: reason."),
        ],
    )
    def test_only_errors_of_the_contents_are_damage(self, code: int, text: str) -> None:
        """An error of the disk or of rights is not called damage."""
        error = sqlite3.OperationalError("reason")
        error.sqlite_errorcode = code
        refusal = unusable(Path(FILE), error)
        assert isinstance(refusal, UnusableDirectory)
        assert str(refusal) == f"{FILE} {text}"

    def test_damage_is_named_with_what_to_do(self, directory: Path) -> None:
        """The fault that SQLite finds stands in the sentence without its heading, and a copy is advised."""
        file = directory / FILE
        content = bytearray(file.read_bytes())
        content[5 * 4096 : 6 * 4096] = bytes(4096)
        file.write_bytes(content)
        with pytest.raises(
            UnusableDirectory, match=r"is damaged \([^*\n]+\): restore a copy of it, or name"
        ) as refusal:
            Store(directory)
        with pytest.raises(UnusableDirectory) as same:
            summary(directory)
        assert str(same.value) == str(refusal.value)

    def test_contents_of_another_form_are_damage(self, directory: Path) -> None:
        """Rows that no emulator wrote are called damage also where they are only shown."""
        with sqlite3.connect(directory / FILE) as connection:
            connection.execute("INSERT INTO records SELECT layer, 'no path', 'x' FROM worlds")
        connection.close()
        with pytest.raises(UnusableDirectory, match="is damaged"):
            summary(directory)


def protect(directory: Path) -> None:
    """Leave only the right to read a directory and its files."""
    for path in directory.iterdir():
        path.chmod(0o444)
    directory.chmod(0o555)
