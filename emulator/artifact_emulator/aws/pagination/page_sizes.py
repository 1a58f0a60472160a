"""How many a page has: what was asked for, unless something that befalls the call makes it less.

A service may give fewer than were asked for, or none, and there may be more all the same:
"These operations can occasionally return an empty set of results even when more results are available."
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Choice = Callable[[int], int]
"""Of the size that is asked for makes the size that is given; 0 is an empty page."""
# A handler says which page it wants and knows nothing of what befalls its call; every listing is cut at one place.
_choice: ContextVar[Choice | None] = ContextVar("page size", default=None)


def page_size(asked: int) -> int:
    """Tell how many the page that is being cut may have."""
    choice = _choice.get()
    return asked if choice is None else choice(asked)


@contextmanager
def pages_sized(choice: Choice | None) -> Iterator[None]:
    """Cut pages by another choice while the block lasts."""
    before = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(before)
