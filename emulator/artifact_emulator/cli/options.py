"""How a command reaches a running emulator, and how it tells that it could not."""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

_URL = re.compile(r"https?://[^/\s]+")
_WORLDS = "/worlds/"


class CommandFailed(Exception):
    """A command cannot be carried out; the text says what to do, and `status` is that of the command's end."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def add_world(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the emulator and the world in it."""
    parser.add_argument(
        "--endpoint", metavar="URL", help="where the emulator is (default: $AWS_ENDPOINT_URL or http://127.0.0.1:4700)"
    )
    parser.add_argument("--world", metavar="NAME", help="the world that is meant (default: the one that the URL names)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that asks for what a program can read."""
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def asked_world(options: argparse.Namespace, name: str | None = None) -> "RemoteWorld":
    """Give the world that the options name, or another one of the same emulator.

    Raises CannotDo.
    """
    # Imported here: `--help` needs no HTTP.
    from artifact_emulator.testing.client import DEFAULT_ENDPOINT, Emulator

    asked = options.endpoint or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT_ENDPOINT
    if not _URL.match(asked):
        raise CommandFailed(f"{asked!r} is no URL: write one such as {DEFAULT_ENDPOINT}", 2)
    endpoint, _, named = asked.partition(_WORLDS)
    return Emulator(endpoint).world(name or options.world or named.strip("/") or "default")


@contextmanager
def explained() -> Iterator[None]:
    """Turn what goes wrong between a command and an emulator into CannotDo."""
    # Imported here: `--help` needs no HTTP.
    import requests

    from artifact_emulator.testing.client import ControlError

    try:
        yield
    except ControlError as error:
        raise CommandFailed(str(error)) from None
    except (requests.ConnectionError, requests.Timeout) as error:
        where = error.request.url if error.request is not None else "the endpoint"
        raise CommandFailed(
            f"nobody answers at {where}: start one with `artifact-emulator serve`, or name it with --endpoint"
        ) from None
    except (requests.RequestException, KeyError, TypeError) as error:
        raise CommandFailed(f"what answers there is no artifact-emulator ({error}): name one with --endpoint") from None


def say(text: str) -> None:
    """Write a line, or several, on standard output."""
    sys.stdout.write(_ended(text))
    sys.stdout.flush()


def write_file(path: Path, text: str) -> None:
    """Write a file.

    Raises CannotDo.
    """
    try:
        path.write_text(_ended(text), "utf-8")
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None


def say_json(content: Any) -> None:
    """Write JSON on standard output."""
    say(json.dumps(content, indent=2, ensure_ascii=False))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
