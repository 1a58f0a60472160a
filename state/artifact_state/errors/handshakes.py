"""Refusals about handshakes and billing transfers."""

from artifact_state.errors.base import Conflict, Denied, NotFound, Recorded


class NotParty(Denied):
    """The caller's account is not the party of the handshake that may do this."""


class HandshakeNotFound(NotFound):
    """The handshake does not exist, or the caller is not a party to it."""


class DuplicateHandshake(Conflict):
    """The organization has an open handshake with the same action and recipient."""


class HandshakeAlreadyInState(Conflict):
    """The handshake is already in the requested state."""


class InvalidHandshakeTransition(Conflict):
    """The handshake cannot change from its present state to the requested one."""


class AcceptedByMember(Recorded):
    """A member accepted an invitation to its own organization: it is accepted, and changes nothing else."""


class TransferNotFound(NotFound):
    """The billing transfer does not exist, or is not of the caller's organization."""


class TransferAlreadyInStatus(Conflict):
    """The billing transfer is already withdrawn."""


class InvalidTransferTransition(Conflict):
    """The billing transfer was never accepted and therefore cannot be withdrawn."""
