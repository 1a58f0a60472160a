"""What a handler is given beside its request: the transaction, and where the caller reached us."""

from dataclasses import dataclass

from artifact_state.world import Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call under way."""

    tx: Transaction
    endpoint: str
    """The base URL that the caller used, such as `http://127.0.0.1:4700`: documents are linked below it."""
