"""Pages of a listing: opaque tokens that hold the place, so that changes between pages do no harm.

A token says after which place of which listing to go on. It is bound to the operation, the account
and the arguments; any other token is refused.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

from artifact_state.errors import InputReason, InvalidInput

T = TypeVar("T")
_PLACE = 8


class Listing:
    """One listing for one account with certain arguments: reads tokens, cuts pages."""

    def __init__(self, *identity: object) -> None:
        self._identity = "\x1f".join(map(str, identity)).encode()

    def after(self, token: str | None) -> int:
        """Tell the place after which to go on; -1 is the beginning.

        Raises InvalidInput for a token that this listing did not give.
        """
        if token is None:
            return -1
        try:
            raw = urlsafe_b64decode(token.encode())
        except (NotBase64, ValueError):
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN) from None
        place = int.from_bytes(raw[:_PLACE], "big")
        if self._token(place) != token:
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN)
        return place

    def page(self, items: Iterator[tuple[int, T]], limit: int) -> tuple[list[T], str | None]:
        """Cut one page off items with their places; the token is None on the last page."""
        found = list(islice(items, limit + 1))
        if len(found) <= limit:
            return [item for _, item in found], None
        return [item for _, item in found[:limit]], self._token(found[limit - 1][0])

    def _token(self, place: int) -> str:
        raw = place.to_bytes(_PLACE, "big")
        seal = blake2b(raw, key=b"artifact-emulator", person=b"next-token", digest_size=16)
        seal.update(self._identity)
        return urlsafe_b64encode(raw + seal.digest()).decode()
