"""Pages of a listing: opaque tokens that hold the place, so that changes between pages do no harm.

A token says after which place of which listing to go on. It is bound to the operation, the account
and the arguments; any other token is refused.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from hashlib import blake2b
from typing import TypeVar

from artifact_emulator.aws.pagination.page_sizes import page_size
from artifact_state.errors import InputReason, InvalidInput

T = TypeVar("T")
_PLACE = 8
_TURNS = 256
_REACH = 1000
"""How far a page looks for what is not hidden."""


class Listing:
    """One listing for one account with certain arguments: reads tokens, cuts pages."""

    def __init__(self, *identity: object) -> None:
        # As a tuple's, so that no two lists of arguments run into the same text.
        self._identity = repr(tuple(map(str, identity))).encode()
        self._after = (-1, 0)

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
        place, turn = int.from_bytes(raw[:_PLACE], "big", signed=True), int.from_bytes(raw[_PLACE : _PLACE + 1])
        if self._token(place, turn) != token:
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN)
        self._after = place, turn
        return place

    def page(self, items: Iterator[tuple[int, T | None]], limit: int) -> tuple[list[T], str | None]:
        """Cut one page off items with their places; the token is None on the last page.

        Hidden items come as None. A page that meets very many of them ends early, as AWS's do: "These operations can
        occasionally return an empty set of results even when more results are available."
        """
        found: list[tuple[int, T]] = []
        limit = page_size(limit)
        for looked_at, (place, item) in enumerate(items):
            if item is not None and len(found) == limit:
                return [one for _, one in found], self._token(found[-1][0]) if found else self._same_place()
            if item is not None:
                found.append((place, item))
            elif looked_at >= _REACH:
                return [one for _, one in found], self._token(place)
        return [one for _, one in found], None

    def _same_place(self) -> str:
        """Give a token for where this page began, which is another one than the page's own: clients stop at equals."""
        place, turn = self._after
        return self._token(place, (turn + 1) % _TURNS)

    def _token(self, place: int, turn: int = 0) -> str:
        raw = place.to_bytes(_PLACE, "big", signed=True) + turn.to_bytes()
        seal = blake2b(raw, key=b"artifact-emulator", person=b"next-token", digest_size=16)
        seal.update(self._identity)
        return urlsafe_b64encode(raw + seal.digest()).decode()
