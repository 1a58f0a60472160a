"""What a handler is given beside its request: the transaction, and where the caller reached us."""

from dataclasses import dataclass

from artifact_state.world import Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call under way."""

    tx: Transaction
    host: str
    """Name and port by which the caller reached us."""
    base: str = ""
    """What stood before the path of the call: the place of its world."""

    @property
    def endpoint(self) -> str:
        """Tell the base URL that the caller used, such as `http://127.0.0.1:4700`: documents are linked below it."""
        return f"http://{self.host}{self.base}"
