"""The command `artifact-emulator`, run in this process or on a terminal."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from artifact_emulator.cli.main import main


def command_output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that succeeds and return its output."""
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


def command_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command that succeeds and return its output as JSON."""
    return json.loads(command_output(capsys, *arguments, "--json"))


def failed_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command that fails and return its exit status and its error, which is one line."""
    capsys.readouterr()
    try:
        status = main(arguments)
    except SystemExit as end:
        status = int(str(end.code))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("artifact-emulator: ")
    assert captured.err.count("\n") == 1
    return status, captured.err


@contextmanager
def running_command(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command in its own process, whose output is a pipe, and terminate it at the end of the block."""
    command = [sys.executable, "-m", "artifact_emulator", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def read_line(process: "subprocess.Popen[str]") -> str:
    """Return the next line of a process's output."""
    assert process.stdout
    return process.stdout.readline()


def terminal_output(command: list[str], environment: dict[str, str]) -> str:
    """Run a command on a terminal and return all that it writes to it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        written = bytearray()
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:
                break
            if not data:
                break
            written += data
    os.close(ours)
    return written.decode()
