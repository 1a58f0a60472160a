"""The testing kit: an emulator in the test's own process or beside it, and boto3 sessions that use it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artifact_emulator.testing.explanations import explain

__all__ = ["explain"]


def __getattr__(name: str) -> Any:
    """Import the explanation of errors on first use: the server imports parts of this package and needs none."""
    if name == "explain":
        from artifact_emulator.testing.explanations import explain

        return explain
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
