"""Pagination of list operations: cut pages, and issue and read the tokens that lead to the next one.

A token holds the position after which the next page starts, so an item that is created or deleted between two pages
neither hides nor repeats another one. It is sealed together with the operation, the account and the arguments; a token
of another list is refused. `Listing` is ordered by number and issues next tokens; `NameListing` is ordered by name,
as IAM's lists are, and issues markers.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as InvalidBase64
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from typing import TypedDict, TypeVar

from artifact_state.errors import InputReason, InvalidInput

T = TypeVar("T")
PageSize = Callable[[int], int]
"""Map the page size that a request asks for to the one it gets; 0 is an empty page with more to come.

"These operations can occasionally return an empty set of results even when more results are available."
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""
IAM_PAGE_SIZE = 100
"""Page size of IAM's lists unless the request sets MaxItems."""
_POSITION_BYTES = 8
_SEAL_BYTES = 16
_TURNS = 256
_SCAN_LIMIT = 1000
"""Number of items after which a page ends early even if all of them were hidden."""


class NextToken(TypedDict, total=False):
    """Members of a reply of AWS Organizations or AWS CloudTrail that lead to the next page."""

    NextToken: str


class RestNextToken(TypedDict, total=False):
    """Members of a reply of AWS Artifact that lead to the next page."""

    nextToken: str


class Truncation(TypedDict, total=False):
    """Members of a reply of IAM that lead to the next page."""

    IsTruncated: bool
    Marker: str


def next_token(token: str | None) -> NextToken:
    """Return the members that carry a next token; none on the last page."""
    return {"NextToken": token} if token else {}


def rest_next_token(token: str | None) -> RestNextToken:
    """Return the members that carry a next token in AWS Artifact's spelling; none on the last page."""
    return {"nextToken": token} if token else {}


def is_marker(text: str) -> bool:
    """Return whether a text has the form of a marker, which may be that of another list."""
    try:
        return len(urlsafe_b64decode(text.encode())) > _SEAL_BYTES
    except ValueError:
        return False


class _Pages:
    """Base of both kinds of lists: the seal, and the page size."""

    _person: bytes

    def __init__(self, *identity: object, page_size: PageSize | None = None) -> None:
        """Bind tokens to an identity: the operation, the account and the arguments."""
        # The representation of a tuple is unambiguous: no two identities give the same text.
        self._identity = repr(tuple(map(str, identity))).encode()
        self._page_size = page_size

    def _size(self, requested: int) -> int:
        return requested if self._page_size is None else self._page_size(requested)

    def _seal(self, content: bytes) -> bytes:
        seal = blake2b(content, key=b"artifact-emulator", person=self._person, digest_size=_SEAL_BYTES)
        seal.update(self._identity)
        return seal.digest()


class Listing(_Pages):
    """One list of items in the order of their numbers, for one account and certain arguments."""

    _person = b"next-token"
    _start = (-1, 0)

    def after(self, token: str | None) -> int:
        """Return the number after which the page starts, -1 at the beginning.

        Raises InvalidInput for a token that this list did not issue.
        """
        if token is None:
            return -1
        try:
            raw = urlsafe_b64decode(token.encode())
        except (InvalidBase64, ValueError):
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN) from None
        position = int.from_bytes(raw[:_POSITION_BYTES], "big", signed=True)
        turn = int.from_bytes(raw[_POSITION_BYTES : _POSITION_BYTES + 1])
        if self._token(position, turn) != token:
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN)
        self._start = position, turn
        return position

    def page(self, items: Iterator[tuple[int, T | None]], limit: int) -> tuple[list[T], str | None]:
        """Return the items of one page, and the token of the next one; None on the last page.

        `items` are numbered and start after `after`; an item that is hidden from the caller is None. A page that meets
        very many hidden items ends early, as AWS's do.
        """
        page: list[T] = []
        last, hidden, limit = -1, 0, self._size(limit)
        for position, item in items:
            if item is None:
                if len(page) + hidden >= _SCAN_LIMIT:
                    return page, self._token(position)
                hidden += 1
            elif len(page) == limit:
                return page, self._token(last) if page else self._repeated()
            else:
                page.append(item)
                last = position
        return page, None

    def _repeated(self) -> str:
        """Return a token for the start of this page; it differs from the page's own, as clients stop at equal ones."""
        position, turn = self._start
        return self._token(position, (turn + 1) % _TURNS)

    def _token(self, position: int, turn: int = 0) -> str:
        raw = position.to_bytes(_POSITION_BYTES, "big", signed=True) + turn.to_bytes()
        return urlsafe_b64encode(raw + self._seal(raw)).decode()


class NameListing(_Pages):
    """One list of items in the order of their names, for one account and certain arguments."""

    _person = b"iam-marker"
    _start = ("", 0)

    def after(self, marker: str | None) -> str:
        """Return the name after which the page starts, "" at the beginning.

        Raises InvalidInput for a marker that this list did not issue.
        """
        if marker is None:
            return ""
        try:
            raw = urlsafe_b64decode(marker.encode())
            turn, name = int.from_bytes(raw[_SEAL_BYTES : _SEAL_BYTES + 1]), raw[_SEAL_BYTES + 1 :].decode()
        except (InvalidBase64, ValueError):
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN) from None
        if self._marker(name, turn) != marker:
            raise InvalidInput(InputReason.INVALID_NEXT_TOKEN)
        self._start = name, turn
        return name

    def page(self, items: Iterable[T], limit: int | None, name_of: Callable[[T], str]) -> tuple[list[T], Truncation]:
        """Return the items of one page, and the members of the reply that lead to the next one.

        `items` are in the order of their names and start after `after`.
        """
        rest = iter(items)
        page = list(islice(rest, self._size(limit or IAM_PAGE_SIZE)))
        if next(rest, None) is None:
            return page, {"IsTruncated": False}
        return page, {"IsTruncated": True, "Marker": self._marker(name_of(page[-1])) if page else self._repeated()}

    def _repeated(self) -> str:
        """Return a marker for the start of this page; it differs from the page's own, as clients stop at equal ones."""
        name, turn = self._start
        return self._marker(name, (turn + 1) % _TURNS)

    def _marker(self, name: str, turn: int = 0) -> str:
        content = turn.to_bytes() + name.encode()
        return urlsafe_b64encode(self._seal(content) + content).decode()
