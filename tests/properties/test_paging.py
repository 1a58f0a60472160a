"""The pages of a list, and the tokens that lead from one to the next."""

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


def items_at(places: set[int]) -> OrderedMap[str]:
    """Return items to list: one at each position, named after it."""
    listed_items: OrderedMap[str] = OrderedMap()
    for place in places:
        listed_items = listed_items.set(place, f"item {place}")
    return listed_items


def pages(listing: Listing, limit: int, items: Callable[[int], OrderedMap[str]]) -> Iterator[list[str]]:
    """Yield the pages as a client reads them; the items may differ at every page."""
    token: str | None = None
    for number in count():
        page, token = listing.page(items(number).after(listing.after(token)), limit)
        yield page
        if token is None:
            return


class TestPages:
    """The pages of a list."""

    @given(PLACES, LIMITS)
    def test_pages_together_list_everything_once(self, places: set[int], limit: int) -> None:
        """The pages together list every item once and in order; every page but the last is full."""
        items = items_at(places)
        listed_items = list(pages(Listing("ListAccounts"), limit, lambda _: items))
        assert [item for page in listed_items for item in page] == list(items)
        assert all(len(page) == limit for page in listed_items[:-1])
        assert len(listed_items[-1]) <= limit
        assert listed_items[-1] or not places, "the last page is empty only if the list is"

    @given(PLACES, PLACES, PLACES, LIMITS)
    def test_changes_between_pages_neither_hide_nor_repeat_items(
        self, staying: set[int], leaving: set[int], arriving: set[int], limit: int
    ) -> None:
        """An item that stays is listed once, whatever is created or deleted between two pages."""
        before, after = items_at(staying | (leaving - arriving)), items_at(staying | arriving)
        listed_items = [
            item
            for page in pages(Listing("ListAccounts"), limit, lambda number: after if number else before)
            for item in page
        ]
        assert len(set(listed_items)) == len(listed_items)
        assert {f"item {place}" for place in staying} <= set(listed_items)
        assert listed_items == sorted(listed_items, key=lambda item: int(item.removeprefix("item ")))


class TestTokens:
    """The token of the next page."""

    @given(IDENTITY, IDENTITY, st.integers(0, 2**63 - 1))
    def test_token_is_valid_for_its_listing_only(
        self, identity: tuple[object, ...], other: tuple[object, ...], place: int
    ) -> None:
        """A token is valid for the list that issued it: the same operation, account and arguments."""
        _, token = Listing(*identity).page(iter([(place, "a"), (place + 1, "b")]), 1)
        assert Listing(*identity).after(token) == place
        if list(map(str, identity)) != list(map(str, other)):
            assert refusal(Listing(*other), token) is InputReason.INVALID_NEXT_TOKEN

    @given(st.integers(0, 2**40), st.data())
    def test_altered_token_is_refused(self, place: int, data: st.DataObject) -> None:
        """A token that was altered at any position is refused."""
        listing = Listing("ListAccounts", "111122223333")
        _, token = listing.page(iter([(place, "a"), (place + 1, "b")]), 1)
        assert token is not None
        index = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.characters().filter(lambda letter: letter != token[index]))
        assert refusal(listing, token[:index] + letter + token[index + 1 :]) is InputReason.INVALID_NEXT_TOKEN
        assert refusal(listing, token[:index]) is InputReason.INVALID_NEXT_TOKEN

    @given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
    def test_invented_token_is_refused(self, token: str) -> None:
        """A token that no list issued is refused, whatever it consists of."""
        assert refusal(Listing("ListAccounts", "111122223333"), token) is InputReason.INVALID_NEXT_TOKEN


def refusal(listing: Listing, token: str | None) -> InputReason:
    """Return the reason for which a list refuses a token."""
    with pytest.raises(InvalidInput) as caught:
        listing.after(token)
    return caught.value.reason
