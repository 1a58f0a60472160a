"""What a handler is given beside its request: the transaction, where the caller reached us, the world's instruments."""

from dataclasses import dataclass

from artifact_state.world import Transaction, World


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One AWS call under way."""

    tx: Transaction
    world: World
    """For what is no part of its state: the trail of calls."""
    host: str
    """Name and port by which the caller reached us."""
    base: str = ""
    """What stood before the path of the call: the place of its world."""
    user_agent: str = ""
    """What the client says that it is."""

    @property
    def endpoint(self) -> str:
        """Tell the base URL that the caller used, such as `http://127.0.0.1:4700`: documents are linked below it."""
        return f"http://{self.host}{self.base}"
