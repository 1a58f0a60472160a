"""Refusals of policy documents and of simulation input: the only refusals that carry a message.

The function that reads a document knows which of AWS's many messages applies. Every other refusal carries facts, from
which the emulator composes the message.
"""

from artifact_state.errors.base import Refused


class MalformedPolicyDocument(Refused):
    """The document is not a valid policy of its type."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidPolicyInput(Refused):
    """A policy in the input of a simulation is not valid."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidSimulationInput(Refused):
    """The input of a simulation is not valid or not consistent."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
