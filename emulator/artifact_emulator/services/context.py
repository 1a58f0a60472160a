"""The context of a call that its handler is given beside the request: the transaction, the world, the client's view."""

from dataclasses import dataclass

from artifact_emulator.aws.pagination import Listing, NameListing, PageSize
from artifact_state.world import Transaction, World


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One AWS call that is being handled."""

    tx: Transaction
    world: World
    """For what is not part of the world's state: its call log."""
    host: str
    """Name and port by which the client reached the emulator."""
    base: str = ""
    """Path prefix of the world, such as `/worlds/mine`; "" for the default world."""
    user_agent: str = ""
    page_size: PageSize | None = None
    """How fault injection changes the size of the pages that this call returns."""

    @property
    def endpoint(self) -> str:
        """Base URL that the client used, such as `http://127.0.0.1:4700`; links to documents start with it."""
        return f"http://{self.host}{self.base}"

    def listing(self, *identity: object) -> Listing:
        """Return the pages of a list that is ordered by number; `identity` is what its tokens are bound to."""
        return Listing(*identity, page_size=self.page_size)

    def name_listing(self, *identity: object) -> NameListing:
        """Return the pages of a list that is ordered by name; `identity` is what its markers are bound to."""
        return NameListing(*identity, page_size=self.page_size)
