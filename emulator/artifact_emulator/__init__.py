"""A local emulator of AWS Artifact's integration with AWS Organizations: the wire, and the testing kit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from artifact_emulator.version import __version__

if TYPE_CHECKING:
    from artifact_emulator.testing.agreements import accept_agreement
    from artifact_emulator.testing.client import ControlError, Emulator, RemoteWorld
    from artifact_emulator.testing.explanations import explain
    from artifact_emulator.testing.in_process import Emulation, emulate
    from artifact_emulator.testing.mfa import mfa_code, mfa_code_pair
    from artifact_emulator.testing.subprocess_server import run_server
    from artifact_emulator.testing.unittest_mixin import EmulationMixin

__all__ = [
    "ControlError",
    "Emulation",
    "EmulationMixin",
    "Emulator",
    "RemoteWorld",
    "__version__",
    "accept_agreement",
    "emulate",
    "explain",
    "mfa_code",
    "mfa_code_pair",
    "run_server",
]
_MODULES = {
    "ControlError": "client",
    "Emulation": "in_process",
    "EmulationMixin": "unittest_mixin",
    "Emulator": "client",
    "RemoteWorld": "client",
    "accept_agreement": "agreements",
    "emulate": "in_process",
    "explain": "explanations",
    "mfa_code": "mfa",
    "mfa_code_pair": "mfa",
    "run_server": "subprocess_server",
}


def __getattr__(name: str) -> Any:
    """Import the testing kit on first use: a server does not need it."""
    if name == "launched":
        from artifact_emulator.testing.deprecation import moved

        return moved(name, __name__, "artifact_emulator.testing.subprocess_server", {name: "run_server"})
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"artifact_emulator.testing.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, of which some are not imported yet."""
    return sorted({*globals(), *__all__})
