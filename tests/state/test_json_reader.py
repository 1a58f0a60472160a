"""JSON files that are read step by step, and the snapshots that are."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_state import json_reader, snapshot
from artifact_state.json_reader import InvalidJson, read_json, whole
from artifact_state.model import State
from artifact_state.snapshot import InvalidSnapshot, read_world, write_world
from tests.support.domain import create_member, world_with_organization

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda of: st.lists(of) | st.dictionaries(TEXT, of),
)


@pytest.fixture(autouse=True)
def small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a few characters at a time, so that almost every value is a large one."""
    monkeypatch.setattr(json_reader, "_WINDOW", 16)
    monkeypatch.setattr(json_reader, "_CHUNK", 32)


def read(text: str | bytes) -> Any:
    """Return the value in a file."""
    return whole(read_json(BytesIO(text.encode() if isinstance(text, str) else text)))


class TestReader:
    """`read_json`."""

    @settings(deadline=None)
    @given(VALUE, st.booleans(), st.sampled_from((None, 1)))
    def test_value_is_read_as_it_was_written(self, value: Any, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001 - drawn by hypothesis
        """Every value is read back, however it is laid out."""
        assert read(json.dumps(value, ensure_ascii=ascii_only, indent=indent)) == value

    @settings(deadline=None)
    @given(VALUE, st.integers(0), st.sampled_from('{}[],:"1e\\ '))
    def test_damaged_file_is_read_or_refused_as_by_python(self, value: Any, place: int, character: str) -> None:
        """A file is refused exactly if Python's reader refuses it, except for half surrogate pairs."""
        text = json.dumps(value)
        text = text[: place % len(text)] + character + text[place % len(text) + 1 :]
        try:
            expected = json.loads(text, parse_constant=float.fromhex)
            json.dumps(expected, ensure_ascii=False).encode()
        except ValueError:
            with pytest.raises(InvalidJson):
                read(text)
        else:
            assert read(text) == expected

    @pytest.mark.parametrize(
        "text", ["[" * 100_000, '{"a":' * 50_000, "", "[1", '"a', '{"a" 1}', "NaN", "[1] 2", b"\xff"]
    )
    def test_invalid_file_is_refused(self, text: str | bytes) -> None:
        """What is no JSON, is cut off or is nested too deeply is refused with a sentence."""
        with pytest.raises(InvalidJson):
            read(text)


class TestSnapshot:
    """A snapshot whose records do not fit into the text that is read at once."""

    def test_large_world_survives_a_file(self) -> None:
        """The world of a file equals the one that was written."""
        world = world_with_organization()
        for number in range(30):
            create_member(world, f"member{number}")
        text = "".join(write_world(world, "1"))
        loaded = read_world(BytesIO(text.encode()))
        assert loaded.state == world.state
        assert loaded.state != State()

    @pytest.mark.parametrize(
        ("damage", "problem"),
        [
            (('"members": [', '"members": [[0, 1], '), "members"),
            (('"members": [', '"membres": ['), "membres"),
            (('"state": {', '"state": {"a": 1, '), "state.a"),
            (("}", ""), "not valid JSON"),
        ],
    )
    def test_damaged_file_is_refused(self, damage: tuple[str, str], problem: str) -> None:
        """The error names the place."""
        world = world_with_organization()
        text = "".join(write_world(world, "1")).replace(*damage)
        with pytest.raises(InvalidSnapshot, match=problem):
            read_world(BytesIO(text.encode()))

    def test_state_before_the_format_is_read(self) -> None:
        """The members of a file may have any order."""
        world = world_with_organization()
        document = snapshot.dump_world(world, "1")
        text = json.dumps({"state": document.pop("state"), **document})
        assert read_world(BytesIO(text.encode())).state == world.state
