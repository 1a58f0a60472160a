"""What Windows lacks and the packages therefore do without. `scripts/check` also checks their types for Windows."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper

import pytest
import requests

from artifact_emulator.cli.main import main
from artifact_emulator.cli.output import write, write_json
from tests.support.dockerfile import ROOT

WITHOUT_POSIX = """\
import sys
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "uvloop"):
    sys.modules[name] = None  # An import of it fails.
"""
IMPORT_ALL = """
from importlib import import_module
from pathlib import Path
for package in ("emulator/artifact_emulator", "state/artifact_state"):
    for path in sorted(Path(package).rglob("*.py")):
        name = ".".join(path.relative_to(Path(package).parent).with_suffix("").parts)
        # The SDK of agents has a part of its own for Windows.
        if not name.endswith(("__main__", "mcp_server")):
            import_module(name.removesuffix(".__init__"))
"""
SERVE = """
from artifact_emulator.cli.main import main
sys.exit(main(["serve", "--port", "0", "--end-with-stdin"]))
"""
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "emulator"), str(ROOT / "state")))}


class TestModules:
    """All modules of both packages."""

    def test_modules_need_nothing_of_posix(self) -> None:
        """Each module can be imported without Python's modules for POSIX and without uvloop."""
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_POSIX + IMPORT_ALL],
            cwd=ROOT,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def test_server_needs_nothing_of_posix(self) -> None:
        """The server answers on asyncio's own event loop and ends with its standard input."""
        with subprocess.Popen(
            [sys.executable, "-c", WITHOUT_POSIX + SERVE],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            assert server.stdin
            assert server.stdout
            endpoint = server.stdout.readline().partition(" ready on ")[2].split()[0]
            health = requests.get(f"{endpoint}/_emulator/health", timeout=10)
            server.stdin.close()
            assert server.wait(timeout=10) == 0
        assert health.json()["status"] == "ok"


class TestCodePage:
    """Standard output in an old code page, as pipes of Windows have it."""

    def test_text_has_escapes(self) -> None:
        """A character that the code page lacks is escaped."""
        output = BytesIO()
        with redirect_stdout(TextIOWrapper(output, encoding="cp1252")):
            with pytest.raises(SystemExit):
                main(["--version"])
            write("Zoë 日本")
            assert output.getvalue().splitlines()[-1] == "Zoë \\u65e5\\u672c".encode("cp1252")

    def test_json_has_escapes_of_json(self) -> None:
        """JSON escapes what is not ASCII, so that every program reads the same text."""
        output = BytesIO()
        with redirect_stdout(TextIOWrapper(output, encoding="cp1252")):
            write_json({"name": "Zoë 日本 🎉"})
            assert json.loads(output.getvalue().decode("ascii")) == {"name": "Zoë 日本 🎉"}
