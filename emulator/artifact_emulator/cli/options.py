"""The options that commands share, the world that they address, and the errors of reaching it."""

import argparse
import json
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from artifact_state.closest_name import closest

if TYPE_CHECKING:
    from artifact_emulator.testing.client import Emulator, RemoteWorld

_URL = re.compile(r"https?://[^/\s]+")
_WORLDS = "/worlds/"


class CommandFailed(Exception):
    """A command failed; the text says what to do, and `status` is the exit status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def add_world(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the emulator and the world."""
    add_endpoint(parser)
    parser.add_argument("--world", metavar="NAME", help="the world (default: the one that the URL names)")


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the emulator."""
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="the emulator (default: $AWS_ENDPOINT_URL, the one that $ARTIFACT_EMULATOR_READY_FILE or "
        "$ARTIFACT_EMULATOR_PORT names, or http://127.0.0.1:4700)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for JSON output."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def world_of(options: argparse.Namespace, name: str | None = None) -> "RemoteWorld":
    """Return the world that the options name, or another world of the same emulator.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no HTTP client.
    from artifact_emulator.testing.client import DEFAULT_ENDPOINT

    url = options.endpoint or os.environ.get("AWS_ENDPOINT_URL") or _own_endpoint() or DEFAULT_ENDPOINT
    endpoint, _, name_in_url = url.partition(_WORLDS)
    emulator = emulator_at(endpoint, os.environ.get("ARTIFACT_EMULATOR_CONTROL_TOKEN"))
    return emulator.world(name or getattr(options, "world", None) or name_in_url.strip("/") or "default")


def emulator_at(url: str, control_token: str | None) -> "Emulator":
    """Return the emulator at a URL.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no HTTP client.
    from artifact_emulator.testing.client import DEFAULT_ENDPOINT, Emulator

    if not _URL.match(url):
        raise CommandFailed(f"{url!r} is not a URL, such as {DEFAULT_ENDPOINT}", 2)
    return Emulator(url, control_token=control_token or None)


def address_switches(options: argparse.Namespace, *names: str) -> str:
    """Return the switches that named the emulator, and the others of these names, to repeat them in an advice."""
    given = {name: getattr(options, name, None) for name in ("endpoint", *names)}
    return "".join(f" --{name} {shlex.quote(value)}" for name, value in given.items() if value)


def _address(error: Exception) -> str:
    request = getattr(error, "request", None)
    return request.url if request is not None else "this address"


def existing_world_of(options: argparse.Namespace, name: str | None = None) -> "RemoteWorld":
    """Return the world that the options name, which exists.

    Raises CommandFailed, and within `translated_errors` for a server that does not answer.
    """
    world = world_of(options, name)
    if world.name != "default" and not world.exists():
        creation = f"; create it with `artifact-emulator worlds create {world.name}{address_switches(options)}`"
        raise CommandFailed(f"there is no world {world.name}{closest(world.name, world.emulator.worlds()) or creation}")
    return world


def _own_endpoint() -> str | None:
    """Return the endpoint of the server with the same settings, such as that of the same container."""
    if file := os.environ.get("ARTIFACT_EMULATOR_READY_FILE"):
        with suppress(OSError, ValueError, KeyError):
            endpoint: str = json.loads(Path(file).read_text("utf-8"))["endpoint"]
            return endpoint
    port = os.environ.get("ARTIFACT_EMULATOR_PORT", "")
    return f"http://127.0.0.1:{port}" if port.isdecimal() else None


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise CommandFailed for errors of the connection and refusals of the control API."""
    # Imported here: `--help` needs no HTTP client.
    import requests

    from artifact_emulator.testing.client import ControlError

    try:
        yield
    except ControlError as error:
        raise CommandFailed(str(error)) from None
    except requests.exceptions.SSLError as error:
        url = error.request.url if error.request is not None else ""
        raise CommandFailed(f"{url} does not speak TLS: artifact-emulator serves http, not https") from None
    except (requests.ConnectionError, requests.Timeout) as error:
        url = error.request.url if error.request is not None else "the endpoint"
        raise CommandFailed(
            f"no reply from {url}: start an emulator with `artifact-emulator serve`, or name one with --endpoint"
        ) from None
    except (requests.RequestException, KeyError, TypeError) as error:
        status = f" with {error}" if getattr(error, "response", None) is not None else ""
        raise CommandFailed(
            f"another program answers{status} at {_address(error)}, not artifact-emulator: "
            "name an emulator with --endpoint"
        ) from None
