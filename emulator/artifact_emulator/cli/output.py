"""The output of the commands: text or JSON on standard output, and files."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from artifact_emulator.cli.options import CommandFailed


def write(text: str) -> None:
    """Write one or more lines to standard output."""
    sys.stdout.write(_with_newline(text))
    sys.stdout.flush()


def warn(text: str) -> None:
    """Write a warning to standard error."""
    sys.stderr.write(f"artifact-emulator: warning: {text}\n")


def report(text: str) -> None:
    """Write a remark to standard error, beside an output that programs read."""
    sys.stderr.write(f"artifact-emulator: {text}\n")


def write_json(content: Any) -> None:
    """Write JSON to standard output, with escapes if its encoding does not have every character."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    write(json.dumps(content, indent=2, ensure_ascii=not is_unicode))


def write_result(options: argparse.Namespace, text: str, content: object) -> None:
    """Write the result of a command: as JSON with `--json`, otherwise as text, if there is any."""
    if options.json:
        write_json(content)
    elif text:
        write(text)


def write_file(path: Path, text: str) -> None:
    """Write a file.

    Raises CommandFailed.
    """
    try:
        path.write_text(_with_newline(text), "utf-8")
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None


def _with_newline(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
