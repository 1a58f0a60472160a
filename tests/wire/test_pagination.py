"""Pages of listings that leave out many of their items."""

from collections.abc import Iterator

from artifact_emulator.aws.pagination import _SCAN_LIMIT, Listing


def mostly_hidden(count: int, after: int) -> Iterator[tuple[int, str | None]]:
    """Iterate over many hidden items, followed by a visible one."""
    return ((place, "visible" if place == count else None) for place in range(after + 1, count + 1))


class TestPagesWithHiddenItems:
    """Listing.page."""

    def test_page_with_too_many_hidden_items_ends_early(self) -> None:
        """Such a page is empty and has a token, with which the next one continues."""
        listing, count = Listing("x"), 2 * _SCAN_LIMIT + 10
        pages: list[list[str]] = []
        token: str | None = None
        for _ in range(3):
            page, token = listing.page(mostly_hidden(count, listing.after(token)), 20)
            pages.append(page)
        assert (pages, token) == ([[], [], ["visible"]], None)

    def test_page_scans_limited_number_of_items(self) -> None:
        """A page looks at no more items than the limit."""
        items = mostly_hidden(10 * _SCAN_LIMIT, -1)
        Listing("x").page(items, 20)
        assert next(items)[0] == _SCAN_LIMIT + 1

    def test_full_page_followed_by_hidden_items_is_last(self) -> None:
        """A full page has no token if only hidden items follow."""
        items = [(0, "a"), (1, "b"), (2, None), (3, None)]
        assert Listing("x").page(iter(items), 2) == (["a", "b"], None)
        assert Listing("x").page(iter(items), 1)[1]
