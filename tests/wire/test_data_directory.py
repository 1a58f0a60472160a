"""Tests of the data directory: what survives a restart, what is refused, and what a failed write leaves."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artifact_emulator.activity.call_log import MAX_CALLS
from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.storage.database import FILE, UnusableDirectory
from artifact_emulator.storage.reading import rows_of_world, summary
from artifact_emulator.storage.store import Store
from artifact_emulator.world_runtime import add_sign_in, runtime_of
from artifact_state.model import State
from artifact_state.record import replace
from artifact_state.state_rows import with_rows
from artifact_state.world import World
from tests.support.wire_client import Client

FORMAT_1 = Path(__file__).parents[1] / "files" / "data-directory" / "format-1.sql"


@contextmanager
def opened(directory: Path, **options: Any) -> Iterator[App]:
    """Open an application that keeps its worlds in a directory, and close it at the end of the block."""
    store = Store(directory)
    try:
        yield App(None, storage=store, **options)
    finally:
        store.close()


def control(app: App, method: str, path: str, body: object = None) -> Any:
    """Call the control API and return what it answers."""
    content = b"" if body is None else json.dumps(body).encode()
    reply = app.handle(Request(method, f"/_emulator/{path}", "", {"content-type": "application/json"}, content))
    assert reply.status < 300, reply.body
    return json.loads(reply.body) if reply.body else None


def contents(app: App) -> dict[str, Any]:
    """Return everything that a restart keeps, by world."""
    worlds = {}
    for world in app.worlds:
        runtime, names = runtime_of(world), app.worlds.snapshot_names(world.name)
        snapshots = {name: app.worlds.find_snapshot(world.name, name) for name in names}
        worlds[world.name] = (
            world.state,
            world.options,
            (world.clock.frozen_at, world.clock.ahead),
            list(world.events),
            [_call(call) for call in runtime.call_log.calls()],
            [(rule.id, rule.rule, rule.since, rule.eligible, rule.matched) for rule in runtime.faults.rules()],
            {name: (saved.state, saved.options, list(saved.events)) for name, saved in snapshots.items()},
        )
    return worlds


def _call(call: Any) -> tuple[object, ...]:
    names = ("number", "at", "operation", "caller", "members", "value", "failure", "request_id", "user_agent", "size")
    return (call.service.name, *(getattr(call, name) for name in names))


class Step(NamedTuple):
    """What a random step works with."""

    app: App
    client: Client
    number: int


STEPS: tuple[Callable[[Step], object], ...] = (
    lambda step: step.client.call("organizations", "CreateOrganization", FeatureSet="ALL"),
    lambda step: step.client.call(
        "organizations", "CreateAccount", AccountName=f"a{step.number}", Email=f"a{step.number % 9}@example.com"
    ),
    lambda step: step.client.call("organizations", "DeleteOrganization"),
    lambda step: step.client.call("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com"),
    lambda step: step.client.call("organizations", "ListAccounts"),
    lambda step: step.client.call("iam", "CreateUser", UserName=f"User{step.number % 7}"),
    lambda step: step.client.call("iam", "DeleteUser", UserName=f"User{step.number % 7}"),
    lambda step: step.client.call("iam", "CreateAccessKey", UserName=f"User{step.number % 7}"),
    lambda step: step.client.call(
        "iam", "TagUser", UserName=f"User{step.number % 7}", Tags=[{"Key": 'k,\n"', "Value": str(step.number)}]
    ),
    lambda step: step.client.call("sts", "GetSessionToken"),
    lambda step: step.client.call("artifact", "ListReports"),
    lambda step: control(step.app, "POST", "reset"),
    lambda step: control(step.app, "PUT", f"snapshots/s{step.number % 2}"),
    lambda step: (
        step.app.worlds.snapshot_names("default")
        and control(step.app, "POST", f"snapshots/{step.app.worlds.snapshot_names('default')[0]}/restore")
    ),
    lambda step: control(step.app, "PUT", f"worlds/fork{step.number % 2}", {"fork": "default"}),
    lambda step: control(step.app, "PUT", "worlds/default", {"scenario": "agreement-accepted"}),
    lambda step: control(step.app, "PUT", "worlds/new", {}),
    lambda step: step.app.worlds.existing("new") and control(step.app, "DELETE", "worlds/new"),
    lambda step: control(step.app, "POST", "clock", {"advance_seconds": step.number}),
    lambda step: control(step.app, "PATCH", "quotas", {"accounts_per_organization": step.number % 20 + 20}),
    lambda step: control(step.app, "PUT", "throttling", {"mode": ("aws", "off")[step.number % 2]}),
    lambda step: control(
        step.app,
        "POST",
        "faults",
        {"service": "iam", "error": {"code": "Throttling"}, "times": 1, "nth": step.number % 3 + 1, "ttl_seconds": 60},
    ),
    lambda step: control(step.app, "DELETE", "faults"),
)
"""Every kind of change, and reads among them."""


class TestRestart:
    """What a restart keeps."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 10**6), lengths=st.lists(st.integers(1, 25), min_size=2, max_size=4))
    def test_random_workload_survives_restarts(
        self, tmp_path_factory: pytest.TempPathFactory, seed: int, lengths: list[int]
    ) -> None:
        """After any workload, a reopened directory has equal worlds, snapshots, logs, clocks and faults."""
        directory, chance, kept = tmp_path_factory.mktemp("data"), Random(seed), None
        for length in lengths:
            with opened(directory) as app:
                assert kept is None or contents(app) == kept
                for _ in range(length):
                    chance.choice(STEPS)(Step(app, Client(app), chance.randrange(1_000)))
                kept = contents(app)
        with opened(directory) as app:
            assert contents(app) == kept

    def test_reset_returns_to_the_initial_contents_after_a_restart(self, tmp_path: Path) -> None:
        """A world still returns to the scenario that it began with."""
        with opened(tmp_path) as app:
            control(app, "PUT", "worlds/default", {"scenario": "agreement-accepted"})
            initial = app.world.state
            Client(app).do("iam", "CreateUser", UserName="later")
        with opened(tmp_path) as app:
            assert app.world.state != initial
            control(app, "POST", "reset")
            assert app.world.state == initial

    def test_world_that_is_not_closed_is_kept(self, tmp_path: Path) -> None:
        """A copy of the files, as the end of the process would leave them, has each answered change and its call."""
        store = Store(tmp_path / "first")
        app = App(None, storage=store)
        Client(app).do("iam", "CreateUser", UserName="kept")
        (tmp_path / "copy").mkdir()
        for file in (tmp_path / "first").glob(f"{FILE}*"):
            (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
        store.close()
        with opened(tmp_path / "copy") as copy:
            assert contents(copy) == contents(app)

    def test_refusal_that_changes_something_is_one_row(self, tmp_path: Path) -> None:
        """A process that is killed leaves both the changes of such a refusal and the record of its call, or neither."""
        with opened(tmp_path) as app:
            management, invited = Client(app), Client(app, account="222233334444")
            management.do("organizations", "CreateOrganization", FeatureSet="ALL")
            targets = (
                {"Type": "ACCOUNT", "Id": invited.account},
                {"Type": "EMAIL", "Id": "account-222233334444@example.com"},
            )
            by_id, by_address = (
                management.do("organizations", "InviteAccountToOrganization", Target=target)["Handshake"]["Id"]
                for target in targets
            )
            invited.do("organizations", "AcceptHandshake", HandshakeId=by_id)
            refused = invited.call("organizations", "AcceptHandshake", HandshakeId=by_address)
            assert refused.status == 400
            journal = app.world.storage._journal  # type: ignore[union-attr]
            journal.flush()
            rows = "SELECT changes, calls FROM journal ORDER BY number DESC LIMIT 1"
            (changes, calls), *_ = journal._connection.execute(rows)
            assert by_address in changes
            assert refused.code in calls
            assert len(runtime_of(app.world).call_log.calls()) == 5

    def test_fault_that_was_removed_after_a_restart_stays_removed(self, tmp_path: Path) -> None:
        """Removing the faults of an earlier process removes them for later ones, too."""
        with opened(tmp_path) as app:
            control(app, "POST", "faults", {"service": "iam", "error": {"code": "Throttling"}})
        with opened(tmp_path) as app:
            assert control(app, "GET", "faults")["faults"]
            control(app, "DELETE", "faults")
        with opened(tmp_path) as app:
            assert control(app, "GET", "faults")["faults"] == []

    def test_sign_ins_and_uses_of_roles_are_kept(self, tmp_path: Path) -> None:
        """The latest sign-in of a user and the latest use of a role outlive the calls in the log."""
        with opened(tmp_path) as app:
            client = Client(app)
            trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": client.account}, "Action": "sts:AssumeRole"}}
            document = json.dumps({"Version": "2012-10-17", **trust})
            role = client.do("iam", "CreateRole", RoleName="role", AssumeRolePolicyDocument=document)["Role"]
            session = client.do("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
            keys = Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
            replace(client, credentials=keys).do("sts", "GetCallerIdentity")
            use = runtime_of(app.world).call_log.latest_role_use(role["RoleId"])
            request = client.request("artifact", "GetAccountSettings")
            for _ in range(MAX_CALLS + 100):
                assert app.handle(request).status == 200
            add_sign_in(app.world, "a user")
            signed_in = dict(runtime_of(app.world).call_log.latest_sign_ins())
        with opened(tmp_path) as app:
            call_log = runtime_of(app.world).call_log
            assert len(call_log.calls()) == MAX_CALLS
            assert use is not None
            assert call_log.latest_role_use(role["RoleId"]) == use
            assert call_log.latest_sign_ins() == signed_in

    def test_worlds_that_share_records_share_them_after_a_restart(self, tmp_path: Path) -> None:
        """A fork and a snapshot take no memory of their own for what they share."""
        with opened(tmp_path) as app:
            control(app, "PUT", "worlds/default", {"scenario": "agreement-accepted"})
            control(app, "PUT", "worlds/fork", {"fork": "default"})
            control(app, "PUT", "snapshots/s")
        with opened(tmp_path) as app:
            assert app.worlds.find("fork").state.accounts is app.world.state.accounts
            assert app.worlds.find_snapshot("default", "s").state.accounts is app.world.state.accounts

    def test_rows_that_nothing_refers_to_are_deleted(self, tmp_path: Path) -> None:
        """After resets, replaced snapshots and deleted worlds, only the rows remain that something refers to."""
        with opened(tmp_path) as app:
            for number in range(30):
                Client(app).do("iam", "CreateUser", UserName=f"user{number}")
                control(app, "PUT", "snapshots/s")
                control(app, "PUT", "worlds/fork", {"fork": "default"})
                control(app, "POST", "reset")
            control(app, "DELETE", "worlds/fork")
            control(app, "DELETE", "snapshots/s")
        with opened(tmp_path):
            pass
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            assert database.execute("SELECT count(*) FROM layers").fetchone()[0] <= 2
            assert database.execute("SELECT count(*) FROM records").fetchone()[0] <= len(("seed", "serial"))


class TestRefusals:
    """Directories that cannot be used; nothing in them is changed."""

    def _assert_refused(self, directory: Path, reason: str) -> None:
        before = {path: path.read_bytes() for path in directory.glob("worlds*")} if directory.is_dir() else {}
        with pytest.raises(UnusableDirectory, match=reason):
            Store(directory)
        assert {path: path.read_bytes() for path in before} == before

    def test_directory_in_use_is_refused(self, tmp_path: Path) -> None:
        """A second emulator cannot use a directory."""
        with opened(tmp_path), pytest.raises(UnusableDirectory, match="in use by another process"):
            Store(tmp_path)
        with opened(tmp_path):
            pass

    def test_file_in_place_of_the_directory_is_refused(self, tmp_path: Path) -> None:
        """A file is not a directory."""
        (tmp_path / "file").write_text("text")
        self._assert_refused(tmp_path / "file", "file is not a directory")
        self._assert_refused(tmp_path / "file" / "data", "is not a directory")

    @pytest.mark.parametrize("content", [b"not a database" * 500, b"SQLite format 3\0" + bytes(5_000)])
    def test_file_that_is_no_database_is_refused(self, tmp_path: Path, content: bytes) -> None:
        """A file of the right name that SQLite cannot read is refused."""
        (tmp_path / FILE).write_bytes(content)
        self._assert_refused(tmp_path, "is damaged|was not written by")

    def test_database_of_another_application_is_refused(self, tmp_path: Path) -> None:
        """A database that the emulator did not write is refused."""
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            database.execute("CREATE TABLE theirs (id INTEGER)")
        self._assert_refused(tmp_path, "was not written by artifact-emulator")

    def test_newer_format_is_refused(self, tmp_path: Path) -> None:
        """A directory of a later format is refused, with both formats, which differ also between equal versions."""
        with opened(tmp_path):
            pass
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            database.execute("PRAGMA user_version = 99")
            database.execute("UPDATE about SET text = '9.9.9'")
            database.commit()
        self._assert_refused(
            tmp_path, r"has format 99, .* reads formats up to 2: use the one that wrote it \(9\.9\.9\)"
        )

    @pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
    def test_damaged_database_is_refused(self, tmp_path: Path, part: float) -> None:
        """A database with overwritten pages is refused."""
        with opened(tmp_path) as app:
            control(app, "PUT", "worlds/default", {"scenario": "landing-zone"})
        path = tmp_path / FILE
        content = bytearray(path.read_bytes())
        start = int(len(content) * part) // 4096 * 4096
        content[start : start + 4096] = Random(1).randbytes(4096)
        path.write_bytes(content)
        self._assert_refused(tmp_path, "is damaged")

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE records SET text = '{' WHERE path LIKE '[\"accounts\"%'",
            "UPDATE records SET path = 'x' WHERE path = (SELECT min(path) FROM records)",
            "UPDATE calls SET text = '{}'",
            "UPDATE settings SET text = '{\"unknown\": 1}' WHERE name = 'options'",
            "DELETE FROM settings",
            "DELETE FROM layers",
        ],
    )
    def test_rows_that_no_emulator_wrote_are_refused(self, tmp_path: Path, damage: str) -> None:
        """A database with damaged contents is refused as a whole."""
        with opened(tmp_path) as app:
            control(app, "PUT", "worlds/default", {"scenario": "agreement-accepted"})
            Client(app).do("iam", "CreateUser", UserName="user")
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            assert database.execute(damage).rowcount
            database.commit()
        self._assert_refused(tmp_path, "is damaged")


class TestFailedWrites:
    """Writes that fail, such as on a full disk."""

    @pytest.fixture
    def app(self, tmp_path: Path) -> Iterator[App]:
        """Return an application whose directory can be filled with `fill`."""
        with opened(tmp_path) as app:
            Client(app).do("organizations", "CreateOrganization", FeatureSet="ALL")
            yield app
            self.free(app)

    def fill(self, app: App) -> None:
        """Make SQLite refuse every new page, as on a full disk, in the middle of a call's changes."""
        self._set(app, "max_page_count = 1")

    def free(self, app: App) -> None:
        """Allow SQLite to grow the database again."""
        self._set(app, "max_page_count = 1000000")

    def _set(self, app: App, pragma: str) -> None:
        journal = app.world.storage._journal  # type: ignore[union-attr]
        with journal._lock:
            journal._connection.execute(f"PRAGMA {pragma}").fetchall()

    def _until_refused(self, app: App) -> State:
        for number in range(100):
            before = app.world.state
            answer = Client(app).call("iam", "CreateUser", UserName=f"user{number}")
            if answer.status != 200:
                assert (answer.status, answer.code) == (503, "ServiceUnavailable")
                assert "database or disk is full" in answer.message
                return before
        raise AssertionError("The disk did not become full.")

    def test_call_is_answered_with_an_error_and_changes_nothing(self, app: App) -> None:
        """A call whose changes cannot be stored is refused in its protocol's form, and leaves the state as it was."""
        self.fill(app)
        before = self._until_refused(app)
        assert app.world.state is before
        failed = runtime_of(app.world).call_log.calls()[-1]
        assert failed.failure is not None
        assert failed.failure.code == "ServiceUnavailable"

    def test_control_api_refuses_changes(self, app: App) -> None:
        """The control API answers 503 and changes nothing."""
        self.fill(app)
        self._until_refused(app)
        options, state, big = app.world.options, app.world.state, {"scenario": "landing-zone"}
        reply = app.handle(
            Request(
                "PUT", "/_emulator/worlds/default", "", {"content-type": "application/json"}, json.dumps(big).encode()
            )
        )
        assert (reply.status, json.loads(reply.body)["title"]) == (503, "Not stored")
        assert (app.world.options, app.world.state) == (options, state)

    def test_emulator_recovers_when_there_is_room_again(self, app: App, tmp_path: Path) -> None:
        """Once there is room, calls succeed, and a restart has all that were answered."""
        self.fill(app)
        self._until_refused(app)
        Client(app).do("organizations", "ListAccounts")
        self.free(app)
        Client(app).do("iam", "CreateUser", UserName="after")
        app.world.storage._journal.flush()  # type: ignore[union-attr]
        for file in tmp_path.glob(f"{FILE}*"):
            (tmp_path / "copy").mkdir(exist_ok=True)
            (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
        with opened(tmp_path / "copy") as copy:
            assert contents(copy) == contents(app)


class TestFormat:
    """Versions of the format, and the command that reads it."""

    def test_older_format_is_migrated(self, tmp_path: Path) -> None:
        """A directory of format 1 is loaded with everything in it, and has the present format afterwards."""
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            database.executescript(FORMAT_1.read_text("utf-8"))
        with opened(tmp_path) as app:
            names = sorted(account.name for account in app.world.state.accounts.values())
            assert names == ["first", "second"]
            assert [call.operation for call in runtime_of(app.world).call_log.calls()] == [
                "CreateOrganization",
                "CreateAccount",
                "CreateAccount",
            ]
            assert app.world.options.leave_wait_period.days == 4
            assert app.world.clock.is_frozen
            assert len(app.worlds.find_snapshot("default", "early").state.accounts) == 1
        assert summary(tmp_path)["format"] == 2

    def test_stored_rows_can_be_read_while_it_is_in_use(self, tmp_path: Path) -> None:
        """The rows of a world are its present state, whether they are filed yet or not."""
        with opened(tmp_path) as app:
            control(app, "PUT", "worlds/default", {"scenario": "agreement-accepted"})
            Client(app).do("iam", "CreateUser", UserName="user")
            assert with_rows(State(), rows_of_world(tmp_path, "default")) == app.world.state
            described = summary(tmp_path)["worlds"][0]
            assert (described["name"], described["calls"]) == ("default", 1)

    def test_world_without_data_directory_has_no_storage(self) -> None:
        """Without a data directory nothing is stored."""
        app = App(World())
        Client(app).do("iam", "CreateUser", UserName="user")
        assert app.world.storage is None
