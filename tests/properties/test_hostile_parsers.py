"""Generated hostile input for every parser: none makes the emulator fail.

`scripts/fuzz` generates input from the branches that it reaches, for longer.
"""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.parsers import PARSERS, SEEDS

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "25"))
TOKENS = st.sampled_from(
    (
        b"", b"{", b"}", b"[", b"]", b'"', b"\\ud800", b"\\", b":", b",", b"&", b"=", b"%", b"%00", b"\x00", b"\xff",
        b"\n", b"*", b"?" * 100, b"${", b"9" * 5_000, b"-1", b"1e999", b"NaN", b"null", b"[" * 2_000, b"..", b"/",
        b"<a>", b"&a;", b"a: &a [*a]", b"!!python/object:os.system", "\u202e".encode(),
    )
)  # fmt: skip


def hostile(seed: bytes) -> st.SearchStrategy[bytes]:
    """Return a strategy for input that is almost valid, or not at all."""
    place = st.integers(0, len(seed))

    def changed(changes: list[tuple[int, int, bytes]]) -> bytes:
        data = seed
        for begin, end, token in changes:
            data = data[: min(begin, end)] + token + data[max(begin, end) :]
        return data

    changes = st.lists(st.tuples(place, place, TOKENS | st.binary(max_size=4)), min_size=1, max_size=4)
    return changes.map(changed) | st.binary(max_size=200) | st.just(seed * 50)


@pytest.mark.parametrize("name", PARSERS)
def test_parser_takes_or_refuses_hostile_input(name: str) -> None:
    """No input is answered with 5xx, other than 501, or with an exception."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.one_of(*map(hostile, SEEDS[name])))
    def check(data: bytes) -> None:
        PARSERS[name](data)

    check()
