"""Pages of a listing, and the tokens that lead from one to the next."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact_emulator.aws.pagination import Listing
from artifact_state.errors import InputReason, InvalidInput
from artifact_state.ordered_map import OrderedMap

PLACES = st.sets(st.integers(0, 2**40) | st.integers(0, 40), max_size=40)
LIMITS = st.integers(1, 12)
IDENTITY = st.lists(st.text("ab\x1f\n'\",\\é", max_size=4) | st.integers(0, 3), max_size=3).map(tuple)


def listed(places: set[int]) -> OrderedMap[str]:
    """Give something to list: an item at each place, named after it."""
    found: OrderedMap[str] = OrderedMap()
    for place in places:
        found = found.set(place, f"item {place}")
    return found


def pages(listing: Listing, limit: int, items: Callable[[int], OrderedMap[str]]) -> Iterator[list[str]]:
    """Go through the pages as a client does: the items may be others at every page."""
    token: str | None = None
    for number in count():
        page, token = listing.page(items(number).after(listing.after(token)), limit)
        yield page
        if token is None:
            return


class TestPages:
    """A listing in pages."""

    @given(PLACES, LIMITS)
    def test_everything_once(self, places: set[int], limit: int) -> None:
        """The pages together are the listing: everything once, in its order, every page full but the last."""
        items = listed(places)
        found = list(pages(Listing("ListAccounts"), limit, lambda _: items))
        assert [item for page in found for item in page] == list(items)
        assert all(len(page) == limit for page in found[:-1])
        assert len(found[-1]) <= limit
        assert found[-1] or not places, "a last page is empty only if everything is"

    @given(PLACES, PLACES, PLACES, LIMITS)
    def test_changes_between_pages(self, stay: set[int], go: set[int], come: set[int], limit: int) -> None:
        """What is there throughout is listed once, whatever comes and goes between two pages."""
        before, after = listed(stay | (go - come)), listed(stay | come)
        found = [
            item
            for page in pages(Listing("ListAccounts"), limit, lambda number: after if number else before)
            for item in page
        ]
        assert len(set(found)) == len(found)
        assert {f"item {place}" for place in stay} <= set(found)
        assert found == sorted(found, key=lambda item: int(item.removeprefix("item ")))


class TestTokens:
    """The token of the next page."""

    @given(IDENTITY, IDENTITY, st.integers(0, 2**63 - 1))
    def test_of_one_listing(self, identity: tuple[object, ...], other: tuple[object, ...], place: int) -> None:
        """A token is good for the listing that gave it: the same operation, account and arguments."""
        _, token = Listing(*identity).page(iter([(place, "a"), (place + 1, "b")]), 1)
        assert Listing(*identity).after(token) == place
        if list(map(str, identity)) != list(map(str, other)):
            assert refusal(Listing(*other), token) is InputReason.INVALID_NEXT_TOKEN

    @given(st.integers(0, 2**40), st.data())
    def test_altered(self, place: int, data: st.DataObject) -> None:
        """A token that was altered anywhere is refused."""
        listing = Listing("ListAccounts", "111122223333")
        _, token = listing.page(iter([(place, "a"), (place + 1, "b")]), 1)
        assert token is not None
        at = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.characters().filter(lambda letter: letter != token[at]))
        assert refusal(listing, token[:at] + letter + token[at + 1 :]) is InputReason.INVALID_NEXT_TOKEN
        assert refusal(listing, token[:at]) is InputReason.INVALID_NEXT_TOKEN

    @given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
    def test_made_up(self, token: str) -> None:
        """A token that nobody gave is refused, whatever it is made of."""
        assert refusal(Listing("ListAccounts", "111122223333"), token) is InputReason.INVALID_NEXT_TOKEN


def refusal(listing: Listing, token: str | None) -> InputReason:
    """Expect a listing to refuse a token; give the reason."""
    with pytest.raises(InvalidInput) as caught:
        listing.after(token)
    return caught.value.reason
