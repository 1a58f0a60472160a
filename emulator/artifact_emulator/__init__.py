"""A local emulator of AWS Artifact's integration with AWS Organizations: everything of the wire."""

from typing import TYPE_CHECKING, Any

from artifact_emulator.version import __version__

if TYPE_CHECKING:
    from artifact_emulator.testing.agreements import accept_agreement
    from artifact_emulator.testing.client import ControlError, Emulator, RemoteWorld
    from artifact_emulator.testing.in_process import Emulation, emulate
    from artifact_emulator.testing.subprocess_server import launched

__all__ = [
    "ControlError",
    "Emulation",
    "Emulator",
    "RemoteWorld",
    "__version__",
    "accept_agreement",
    "emulate",
    "launched",
]


def __getattr__(name: str) -> Any:
    """Load the kit of test authors when it is asked for: a server's start has no use for it."""
    # Each is imported here: some bring requests or botocore along.
    if name in ("Emulation", "emulate"):
        from artifact_emulator.testing import in_process

        return getattr(in_process, name)
    if name in ("ControlError", "Emulator", "RemoteWorld"):
        from artifact_emulator.testing import client

        return getattr(client, name)
    if name == "accept_agreement":
        from artifact_emulator.testing.agreements import accept_agreement

        return accept_agreement
    if name == "launched":
        from artifact_emulator.testing.subprocess_server import launched

        return launched
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
