"""Pages of listings in the order of names, as IAM has them: a marker holds the name after which to go on.

So nobody is passed over or told twice when others come and go between two pages. A marker is bound
to the operation, the account and the arguments; any other is refused.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import islice
from typing import TypedDict, TypeVar

from artifact_emulator.aws.pagination.page_sizes import page_size
from artifact_state.errors import InputReason, InvalidInput

T = TypeVar("T")
PAGE = 100
"""How many a page has unless it is said."""
_SEAL = 16
_TURNS = 256


class More(TypedDict, total=False):
    """What a reply says of there being more."""

    IsTruncated: bool
    Marker: str


class Alphabetical:
    """One listing for one account with certain arguments: reads markers, cuts pages."""

    def __init__(self, *identity: object) -> None:
        self._identity = repr(tuple(map(str, identity))).encode()
        self._after = ("", 0)

    def after(self, marker: str | None) -> str:
        """Tell the name after which to go on, "" at the beginning.

        Raises InvalidInput for a marker that this listing did not give.
        """
        if marker is None:
            return ""
        try:
            raw = urlsafe_b64decode(marker.encode())
            turn, name = int.from_bytes(raw[_SEAL : _SEAL + 1]), raw[_SEAL + 1 :].decode()
        except (NotBase64, ValueError):
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN) from None
        if self._marker(name, turn) != marker:
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN)
        self._after = name, turn
        return name

    def page(self, items: Iterable[T], limit: int | None, name_of: Callable[[T], str]) -> tuple[list[T], More]:
        """Cut one page off items that come after the marker; give it, and what a reply says of there being more."""
        rest = iter(items)
        page = list(islice(rest, page_size(limit or PAGE)))
        if next(rest, None) is None:
            return page, {"IsTruncated": False}
        return page, {"IsTruncated": True, "Marker": self._marker(name_of(page[-1])) if page else self._same_place()}

    def _same_place(self) -> str:
        """Give a marker for where this page began, which is another one than the page's own: clients stop at equals."""
        name, turn = self._after
        return self._marker(name, (turn + 1) % _TURNS)

    def _marker(self, name: str, turn: int = 0) -> str:
        text = turn.to_bytes() + name.encode()
        seal = blake2b(text, key=b"artifact-emulator", person=b"iam-marker", digest_size=_SEAL)
        seal.update(self._identity)
        return urlsafe_b64encode(seal.digest() + text).decode()
