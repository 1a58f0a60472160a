"""Damaged snapshots: each is refused as a whole, or everything can be read of its world."""

import json
import os
import random
from io import BytesIO
from typing import Any

import pytest

from artifact_state.snapshot import InvalidSnapshot, load_world, read_world, write_world
from tests.support.snapshot_damage import Reader, damaged, rich_document

COUNT = int(os.environ.get("DAMAGED_SNAPSHOTS", "60"))
"""A bounded number for every run; docs/reliability.md has the figures of a longer one."""
LONGEST = 400


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return a snapshot with records in every table."""
    return rich_document()


@pytest.fixture(scope="module")
def reader(document: dict[str, Any]) -> Reader:
    """Return what reads everything of a world."""
    return Reader(document)


def test_refusal_is_one_short_line() -> None:
    """Whatever value of the snapshot the text names."""
    text = str(InvalidSnapshot(f"The snapshot is damaged: a\n{'a' * 1000}"))
    assert len(text.splitlines()) == 1
    assert len(text) < LONGEST


class TestDamagedSnapshots:
    """Snapshots in which values were changed, removed or exchanged."""

    def test_undamaged_snapshot_can_be_read(self, document: dict[str, Any], reader: Reader) -> None:
        """No request of the test fails by itself, and the world is written as it was read."""
        assert len(reader.requests) > 150
        assert not list(reader.failures(load_world(document)))
        world = load_world(document)
        text = "".join(write_world(world, "1"))
        assert read_world(BytesIO(text.encode())).state == world.state
        assert json.loads(text)["state"] == document["state"]

    def test_damaged_snapshot_is_refused_or_can_be_read(self, document: dict[str, Any], reader: Reader) -> None:
        """A refusal is one sentence, and a world that is taken answers every read."""
        refusals = []
        for seed in range(COUNT):
            try:
                world = load_world(damaged(document, random.Random(seed)))
            except InvalidSnapshot as error:
                refusals.append(str(error))
                continue
            assert not list(reader.failures(world)), seed
        assert all(len(text.splitlines()) == 1 and len(text) < LONGEST for text in refusals)
        # Most damages are refused; some, such as another description, leave a possible world.
        assert COUNT // 2 < len(refusals) < COUNT
