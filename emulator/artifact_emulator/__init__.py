"""A local emulator of AWS Artifact's integration with AWS Organizations: everything of the wire."""

from typing import TYPE_CHECKING, Any

from artifact_emulator.version import __version__

if TYPE_CHECKING:
    from artifact_emulator.accepting import accept_agreement
    from artifact_emulator.inprocess import Emulation, emulate

__all__ = ["Emulation", "__version__", "accept_agreement", "emulate"]


def __getattr__(name: str) -> Any:
    """Load the kit of test authors when it is asked for: a server's start has no use for it."""
    if name in ("Emulation", "emulate"):
        # Imported here: it brings botocore along.
        from artifact_emulator import inprocess

        return getattr(inprocess, name)
    if name == "accept_agreement":
        from artifact_emulator.accepting import accept_agreement

        return accept_agreement
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
