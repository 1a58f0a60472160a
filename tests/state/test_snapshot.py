import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from artifact_state import catalog, snapshot
from artifact_state.artifact import reports
from artifact_state.catalog import quota_records, report_records
from artifact_state.model import FeatureSet, Map, State, identities
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations import organization, trusted_access
from artifact_state.snapshot import SnapshotUnreadable, document_of, plain, world_of
from artifact_state.world import Options, World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    act,
    create_member,
    quotas_with,
    set_iam_quotas,
    world_with_organization,
)


class _AnyMap:
    """Stands for the persistent map, which takes no parameters at run time."""

    def __class_getitem__(cls, inner: tuple[Any, Any]) -> Any:
        return dict[inner]  # type: ignore[misc, valid-type]


_NAMES = {**vars(identities), **vars(quota_records), **vars(report_records), "Map": _AnyMap}


def filled(hint: Any, numbers: "count[int]") -> Any:
    """Make a value of an annotation with something in every field, no two the same where they can differ."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        hints = get_type_hints(hint, localns=_NAMES)
        record: Any = hint
        return record(**{field.name: filled(hints[field.name], numbers) for field in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[next(numbers) % len(hint)]
    if origin in (Union, UnionType):
        return filled(next(one for one in inner if one is not type(None)), numbers)
    return (_FILLED_CONTAINERS[origin](inner, numbers)) if origin else _FILLED[hint](next(numbers))


_FILLED: dict[Any, Callable[[int], Any]] = {
    str: lambda number: f"text \N{GREEK SMALL LETTER ALPHA} {number}",
    int: lambda number: number,
    bool: lambda number: number >= 0,
    float: lambda number: number / 4,
    datetime: lambda number: NOW + timedelta(microseconds=number),
    timedelta: lambda number: timedelta(seconds=number, microseconds=7),
}


def _filled_map(inner: tuple[Any, ...], numbers: "count[int]") -> Any:
    return Map({filled(inner[0], numbers): filled(inner[1], numbers) for _ in range(2)})


def _filled_ordered(inner: tuple[Any, ...], numbers: "count[int]") -> Any:
    made: OrderedMap[Any] = OrderedMap()
    for _ in range(2):
        made = made.set(next(numbers), filled(inner[0], numbers))
    return made


def _filled_tuple(inner: tuple[Any, ...], numbers: "count[int]") -> Any:
    return tuple(filled(one, numbers) for one in (inner if inner[-1] is not ... else inner[:1] * 2))


_FILLED_CONTAINERS: dict[Any, Callable[..., Any]] = {
    dict: _filled_map,
    OrderedMap: _filled_ordered,
    tuple: _filled_tuple,
    frozenset: lambda inner, numbers: frozenset(filled(inner[0], numbers) for _ in range(3)),
    Mapping: lambda inner, numbers: MappingProxyType({filled(inner[0], numbers): filled(inner[1], numbers)}),
    Literal: lambda inner, _: inner[-1],
}


def a_busy_world() -> World:
    """Give a world with something on most shelves."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
    create_member(world, "one", tags=(("team", "red"),))
    create_member(world, "two")
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account="444455556666")
    return world


def through_a_file(world: World) -> World:
    """Write a world into a file and read it again."""
    return world_of(json.loads(json.dumps(document_of(world, "1.2.3"))))


class TestEveryRecord:
    """Whatever a state may hold."""

    @pytest.mark.parametrize("record", [State, Options])
    def test_every_field(self, record: type) -> None:
        """Every field of every record comes back from a file as it was, those added after this test among them."""
        value = filled(record, count(1))
        written = json.loads(json.dumps(plain(value)))
        assert set(written) == {
            field.name for field in fields(record) if getattr(value, field.name) is not field.default
        }
        assert snapshot._reader(record).validate_python(written) == value

    def test_unknown_form(self) -> None:
        """A value for which there is no form is not written as something else."""
        with pytest.raises(TypeError, match="complex has no form"):
            plain(1j)
        with pytest.raises(TypeError, match="complex"):
            snapshot._shape(complex)


class TestRoundTrip:
    """A world written into a file and read again."""

    def test_same_state(self) -> None:
        """What is restored equals what was saved."""
        world = a_busy_world()
        assert through_a_file(world).state == world.state

    def test_life_goes_on(self) -> None:
        """The same calls afterwards give the same ids."""
        world = a_busy_world()
        other = through_a_file(world)
        assert create_member(other, "three") == create_member(world, "three")
        assert other.state == world.state

    def test_same_file(self) -> None:
        """Equal worlds give equal files, whatever way they came about."""
        world = a_busy_world()
        again = through_a_file(world)
        assert json.dumps(document_of(again, "1.2.3")) == json.dumps(document_of(world, "1.2.3"))

    def test_published_reports(self) -> None:
        """A report that was published in this world is in its file."""
        world = a_busy_world()
        report = catalog.reports()[0]
        world.state = replace(world.state, reports=world.state.reports.insert(report.id, report))
        assert through_a_file(world).state.reports[report.id] == report
        assert reports.report_of(through_a_file(world).state, report.id) == report

    def test_frozen_clock(self) -> None:
        """A clock that stands still stands still at the same instant."""
        restored = through_a_file(a_busy_world())
        assert restored.clock.frozen_at == NOW

    def test_running_clock(self) -> None:
        """A clock that was moved ahead runs as far ahead."""
        world = World()
        world.clock.advance(timedelta(days=30))
        restored = through_a_file(world)
        assert not restored.clock.is_frozen
        assert restored.clock.ahead == timedelta(days=30)
        assert abs(restored.clock.now() - world.clock.now()) < timedelta(minutes=1)

    def test_options(self) -> None:
        """What the owner of the world chose, changed limits among it, goes with it."""
        world = world_with_organization(
            creation_delay=timedelta(seconds=5),
            inactive_sts_regions=frozenset({"me-south-1"}),
            quotas=quotas_with(accounts_per_organization=3),
        )
        set_iam_quotas(world, UsersPerAccount=1)
        restored = through_a_file(world)
        assert restored.options == world.options

    def test_default_options(self) -> None:
        """A file of a world with AWS's own ways says nothing of them."""
        assert "options" not in document_of(world_with_organization(), "1.2.3")


class TestDamage:
    """Documents that are no snapshot, or are one no more."""

    @pytest.fixture
    def document(self) -> Any:
        """Give a sound document."""
        return json.loads(json.dumps(document_of(a_busy_world(), "1.2.3")))

    @pytest.mark.parametrize("other", [None, [], "text", {}, {"state": {}}])
    def test_not_a_snapshot(self, other: object) -> None:
        """Anything else is no snapshot."""
        with pytest.raises(SnapshotUnreadable, match="no snapshot of artifact-emulator"):
            world_of(other)

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_other_format(self, document: Any, version: object) -> None:
        """A format that this version does not know is named, and who wrote it."""
        document["artifact_emulator_snapshot"] = version
        with pytest.raises(
            SnapshotUnreadable, match=r"written by artifact-emulator 1\.2\.3; this version reads format 1"
        ):
            world_of(document)

    def test_unknown_part(self, document: Any) -> None:
        """A part that no snapshot has is named."""
        document["extra"] = {}
        with pytest.raises(SnapshotUnreadable, match="extra is no part"):
            world_of(document)

    def test_no_state(self, document: Any) -> None:
        """A document without the state is damaged."""
        del document["state"]
        with pytest.raises(SnapshotUnreadable, match="no state"):
            world_of(document)

    def test_unknown_field(self, document: Any) -> None:
        """A field that no state has is named by its place."""
        document["state"]["flavour"] = 1
        with pytest.raises(SnapshotUnreadable, match=r"state\.flavour"):
            world_of(document)

    def test_missing_field(self, document: Any) -> None:
        """A record without something that it must have is named by its place."""
        membership = document["state"]["memberships"][MANAGEMENT]
        del membership["joined_at"]
        with pytest.raises(SnapshotUnreadable, match=rf"state\.memberships\.{MANAGEMENT}\.joined_at: Field required"):
            world_of(document)

    @pytest.mark.parametrize("value", [123, None, "yesterday", "2026-11-23T12:00:00"])
    def test_wrong_value(self, document: Any, value: object) -> None:
        """What is no instant with its zone is none: neither text nor nothing."""
        if value == 123:
            document["state"]["serial"] = "123"
        else:
            document["state"]["memberships"][MANAGEMENT]["joined_at"] = value
        with pytest.raises(SnapshotUnreadable, match=r"state\.(serial|memberships)"):
            world_of(document)

    def test_wrong_key(self, document: Any) -> None:
        """A record under another's key is found out."""
        accounts = document["state"]["accounts"]
        first, second = accounts
        accounts[first], accounts[second] = accounts[second], accounts[first]
        with pytest.raises(SnapshotUnreadable, match=r"state\.accounts\.\d+ is of \d+"):
            world_of(document)

    @pytest.mark.parametrize(
        ("shelf", "names"),
        [("organizations", "organization_id"), ("units", "parent_id"), ("memberships", "management_account_id")],
    )
    def test_lost_record(self, document: Any, shelf: str, names: str) -> None:
        """A record that others name cannot be missing."""
        document["state"][shelf] = {}
        with pytest.raises(SnapshotUnreadable, match=rf"{names}.* names .*, which is not in state\.{shelf}"):
            world_of(document)

    def test_options(self, document: Any) -> None:
        """An option that there is not is named."""
        document["options"] = {"quotas": {"wishes": 3}}
        with pytest.raises(SnapshotUnreadable, match=r"options\.quotas\.wishes"):
            world_of(document)
        document["options"] = []
        with pytest.raises(SnapshotUnreadable, match="options is no object"):
            world_of(document)
