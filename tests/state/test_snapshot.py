import json
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from artifact_state import catalog, record_format
from artifact_state.artifact import reports
from artifact_state.model import FeatureSet, PartyKind, PolicyType, State
from artifact_state.organizations import organization, trusted_access
from artifact_state.organizations.handshakes.account_invitations import invite_account
from artifact_state.organizations.policies.policies import PolicyText, create_policy
from artifact_state.record import Record, fields, replace
from artifact_state.record_format import reader_of, to_plain
from artifact_state.snapshot import InvalidSnapshot, dump_world, load_world
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
from tests.support.sample_records import sample_of

OLD_FILES = Path(__file__).parents[1] / "files" / "first-version"


def busy_world() -> World:
    """Return a world with records in many tables."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
    create_member(world, "one", tags=(("team", "red"),))
    create_member(world, "two")
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account="444455556666")
    return world


def save_and_load(world: World) -> World:
    """Return the world that a file of this world describes."""
    return load_world(json.loads(json.dumps(dump_world(world, "1.2.3"))))


class TestRecordFormat:
    """The JSON form of records."""

    @pytest.mark.parametrize("record", [State, Options])
    def test_every_field_of_every_record_survives_a_file(self, record: type[Record]) -> None:
        """Every field of every record, including fields that are added later, is written and read back."""
        value = sample_of(record, count(1))
        document = json.loads(json.dumps(to_plain(value)))
        assert set(document) == {
            name for name, default in fields(record).items() if getattr(value, name) is not default
        }
        assert reader_of(record).validate_python(document) == value

    def test_type_without_json_form_is_an_error(self) -> None:
        """A value or an annotation that has no JSON form is an error, and not written as something else."""
        with pytest.raises(TypeError, match="complex has no JSON form"):
            to_plain(1j)
        with pytest.raises(TypeError, match="complex"):
            record_format._form_of(complex)


class TestRoundTrip:
    """A world that is written to a file and loaded."""

    def test_state_survives_a_file(self) -> None:
        """The loaded state equals the saved one."""
        world = busy_world()
        assert save_and_load(world).state == world.state

    def test_loaded_world_continues_with_the_same_ids(self) -> None:
        """Equal calls in the loaded world produce equal ids."""
        world = busy_world()
        loaded = save_and_load(world)
        assert create_member(loaded, "three") == create_member(world, "three")
        assert loaded.state == world.state

    def test_equal_worlds_have_equal_files(self) -> None:
        """A loaded world is written to an identical file."""
        world = busy_world()
        loaded = save_and_load(world)
        assert json.dumps(dump_world(loaded, "1.2.3")) == json.dumps(dump_world(world, "1.2.3"))

    def test_published_reports_survive_a_file(self) -> None:
        """A report that was published in the world is in its file."""
        world = busy_world()
        report = catalog.reports()[0]
        world.state = replace(world.state, reports=world.state.reports.insert(report.id, report))
        loaded = save_and_load(world)
        assert loaded.state.reports[report.id] == report
        assert reports.report_of(loaded.state, report.id) == report

    def test_frozen_clock_survives_a_file(self) -> None:
        """A frozen clock is loaded frozen at the same instant."""
        assert save_and_load(busy_world()).clock.frozen_at == NOW

    def test_advanced_clock_survives_a_file(self) -> None:
        """A running clock is loaded as far ahead as it was."""
        world = World()
        world.clock.advance(timedelta(days=30))
        loaded = save_and_load(world)
        assert not loaded.clock.is_frozen
        assert loaded.clock.ahead == timedelta(days=30)
        assert abs(loaded.clock.now() - world.clock.now()) < timedelta(minutes=1)

    def test_options_survive_a_file(self) -> None:
        """Options and changed quotas are in the file."""
        world = world_with_organization(
            creation_delay=timedelta(seconds=5),
            inactive_sts_regions=frozenset({"me-south-1"}),
            quotas=quotas_with(accounts_per_organization=3),
        )
        set_iam_quotas(world, UsersPerAccount=1)
        assert save_and_load(world).options == world.options

    def test_default_options_are_left_out(self) -> None:
        """The file of a world with default options does not mention them."""
        assert "options" not in dump_world(world_with_organization(), "1.2.3")


class TestOldVersion:
    """A file that the first version wrote, of a world with records in every table."""

    @pytest.fixture
    def document(self) -> Any:
        """Return the contents of the old file."""
        return json.loads((OLD_FILES / "snapshot.json").read_text())

    def test_snapshot_of_the_old_version_has_every_table(self, document: Any) -> None:
        """The old file is a test of all tables that the first version had."""
        assert all(document["state"].values())
        assert len(document["state"]) == 41

    def test_snapshot_of_the_old_version_loads(self, document: Any) -> None:
        """The file loads, and is written again with the same contents."""
        written = json.loads(json.dumps(dump_world(load_world(document), document["version"])))
        for inquiry in document["state"]["inquiries"].values():
            inquiry["fingerprint"] = inquiry.pop("asked")
        assert written == document


class TestInvalidSnapshot:
    """Documents that are not a snapshot, and damaged snapshots."""

    @pytest.fixture
    def document(self) -> Any:
        """Return a valid document."""
        return json.loads(json.dumps(dump_world(busy_world(), "1.2.3")))

    @pytest.mark.parametrize("other", [None, [], "text", {}, {"state": {}}])
    def test_other_document_is_not_a_snapshot(self, other: object) -> None:
        """A document without the format member is refused."""
        with pytest.raises(InvalidSnapshot, match="not a snapshot of artifact-emulator"):
            load_world(other)

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_unknown_format_is_refused_with_its_version(self, document: Any, version: object) -> None:
        """The error names the format and the version that wrote the file."""
        document["artifact_emulator_snapshot"] = version
        with pytest.raises(InvalidSnapshot, match=r"written by artifact-emulator 1\.2\.3; this version reads format 1"):
            load_world(document)

    def test_unknown_member_is_refused(self, document: Any) -> None:
        """The error names the unknown member."""
        document["extra"] = {}
        with pytest.raises(InvalidSnapshot, match="unknown member extra"):
            load_world(document)

    def test_missing_state_is_refused(self, document: Any) -> None:
        """A document without the state is damaged."""
        del document["state"]
        with pytest.raises(InvalidSnapshot, match="no state"):
            load_world(document)

    def test_unknown_field_is_refused_with_its_path(self, document: Any) -> None:
        """The error names the path of a field that the state does not have."""
        document["state"]["flavour"] = 1
        with pytest.raises(InvalidSnapshot, match=r"state\.flavour"):
            load_world(document)

    def test_missing_field_is_refused_with_its_path(self, document: Any) -> None:
        """The error names the path of a required field that is missing."""
        membership = document["state"]["memberships"][MANAGEMENT]
        del membership["joined_at"]
        with pytest.raises(InvalidSnapshot, match=rf"state\.memberships\.{MANAGEMENT}\.joined_at: Field required"):
            load_world(document)

    @pytest.mark.parametrize("value", [123, None, "yesterday", "2026-11-23T12:00:00"])
    def test_invalid_value_is_refused_with_its_path(self, document: Any, value: object) -> None:
        """Numbers must be numbers, and instants must have a time zone."""
        if value == 123:
            document["state"]["serial"] = "123"
        else:
            document["state"]["memberships"][MANAGEMENT]["joined_at"] = value
        with pytest.raises(InvalidSnapshot, match=r"state\.(serial|memberships)"):
            load_world(document)

    def test_record_with_another_key_is_refused(self, document: Any) -> None:
        """A record must be stored under its own key."""
        accounts = document["state"]["accounts"]
        first, second = accounts
        accounts[first], accounts[second] = accounts[second], accounts[first]
        with pytest.raises(InvalidSnapshot, match=r"state\.accounts\.\d+ has the key \d+"):
            load_world(document)

    @pytest.mark.parametrize(
        ("table", "field"),
        [("organizations", "organization_id"), ("units", "parent_id"), ("memberships", "management_account_id")],
    )
    def test_reference_to_a_missing_record_is_refused(self, document: Any, table: str, field: str) -> None:
        """A record that others refer to must exist."""
        document["state"][table] = {}
        with pytest.raises(InvalidSnapshot, match=rf"{field}.* refers to .*, which is not in state\.{table}"):
            load_world(document)

    def test_unknown_option_is_refused(self, document: Any) -> None:
        """The error names the path of an unknown option."""
        document["options"] = {"quotas": {"wishes": 3}}
        with pytest.raises(InvalidSnapshot, match=r"options\.quotas\.wishes"):
            load_world(document)
        document["options"] = []
        with pytest.raises(InvalidSnapshot, match="options is not an object"):
            load_world(document)


@pytest.mark.parametrize(
    ("table", "field", "value", "fault"),
    [
        ("policies", "content", "x", "content is not valid"),
        ("policies", "content", "[" * 100_000, "content is not valid"),
        ("handshakes", "organization_id", "o-aaaaaaaaaa", "not in state.organizations"),
    ],
    ids=["text", "deep", "handshake"],
)
def test_snapshot_with_a_broken_record_is_refused(table: str, field: str, value: str, fault: str) -> None:
    """A document that is none, or a reference to a missing record, makes the file invalid as a whole."""
    world = busy_world()
    content = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    text = PolicyText(name="name", description="", content=content)
    act(world, create_policy, PolicyType.SERVICE_CONTROL_POLICY, text)
    act(world, invite_account, PartyKind.ACCOUNT, "999988887777")
    document = json.loads(json.dumps(dump_world(world, "1.2.3")))
    next(iter(document["state"][table].values()))[field] = value
    with pytest.raises(InvalidSnapshot, match=fault):
        load_world(document)
