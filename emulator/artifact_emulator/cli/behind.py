"""The backend of `serve --behind`: the address of an emulator, or moto's server, which is started."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from artifact_emulator.cli.options import CommandFailed

if TYPE_CHECKING:
    from artifact_emulator.gateway.gateway import Gateway
    from artifact_emulator.limits import Limits

MOTO = "moto"
KINDS = ("moto", "localstack", "floci", "credential", "none")


def backend(text: str) -> str:
    """Return the address of a backend, or `moto`.

    Raises ArgumentTypeError.
    """
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if text != MOTO and not is_address:
        raise argparse.ArgumentTypeError(f"{text!r} is neither an address such as http://127.0.0.1:5000 nor moto")
    return text


@contextmanager
def behind_from(options: argparse.Namespace, limits: "Limits") -> "Iterator[Gateway | None]":
    """Yield the gate to the backend that the options name, or None; a backend that was started ends with the block.

    Raises CommandFailed.
    """
    if options.behind is None:
        yield None
        return
    # Imported here: few servers have a backend.
    from artifact_emulator.gateway.backends import KINDS as BACKENDS
    from artifact_emulator.gateway.forward import Forwarder
    from artifact_emulator.gateway.gateway import Gateway
    from artifact_emulator.gateway.moto_server import CannotStart, moto_server

    kind = BACKENDS[MOTO if options.behind == MOTO else options.behind_kind] if _is_told(options) else None
    try:
        with moto_server() if options.behind == MOTO else nullcontext(options.behind) as url:
            yield Gateway(Forwarder(url, kind, seconds=limits.passed_seconds), options.unknown)
    except CannotStart as failure:
        raise CommandFailed(str(failure)) from None


def _is_told(options: argparse.Namespace) -> bool:
    return options.behind == MOTO or options.behind_kind is not None
