"""The old name of artifact_emulator.testing.client, which works for one version."""

from typing import Any

from artifact_emulator.testing.deprecation import moved


def __getattr__(name: str) -> Any:
    return moved(name, __name__, "artifact_emulator.testing.client")
