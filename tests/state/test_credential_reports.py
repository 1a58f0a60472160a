"""Credential reports: when they are generated, and when they can be read."""

import csv
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from artifact_state.errors import CredentialReportExpired, CredentialReportNotFound, CredentialReportNotReady
from artifact_state.iam.credential_reports import (
    COLUMNS,
    LIFETIME,
    CredentialUses,
    credential_report,
    generate_credential_report,
)
from artifact_state.iam.logins import create_login
from artifact_state.iam.settings import put_password_policy
from artifact_state.iam.users import create_user, user_of
from artifact_state.model.iam_reports import CredentialReport
from artifact_state.model.iam_settings import PasswordPolicy
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization


@pytest.fixture
def world() -> World:
    """Return a world with an account that has users."""
    world = world_with_organization()
    for name in ("zoe", "Al"):
        act(world, create_user, name, path="/p/", account=STANDALONE)
    return world


def generate(world: World, sign_ins: Mapping[str, datetime] | None = None) -> tuple[CredentialReport, bool]:
    """Generate a report of the account."""
    uses = CredentialUses(keys={}, sign_ins=sign_ins or {})
    return act(world, generate_credential_report, NOW, uses, account=STANDALONE)


class TestCredentialReport:
    """generate_credential_report and credential_report."""

    def test_rows_are_the_root_user_and_the_users_by_name(self, world: World) -> None:
        """The first row is the root user's, the others are sorted without regard to case; the last has no end."""
        lines = generate(world)[0].content.split("\n")
        assert lines[0] == ",".join(COLUMNS)
        assert [line.partition(",")[0] for line in lines[1:]] == ["<root_account>", "Al", "zoe"]
        bare = dict(zip(COLUMNS, lines[2].split(","), strict=True))
        given = {name: bare.pop(name) for name in ("user", "arn", "user_creation_time")}
        assert given["arn"] == f"arn:aws:iam::{STANDALONE}:user/p/Al"
        assert set(bare.values()) == {"false", "N/A"}

    def test_passwords_have_their_last_use_and_next_rotation(self, world: World) -> None:
        """A password shows when it was used last, and when it expires under the password policy of the account."""
        act(world, create_login, "Pass-word-1", user_name="zoe", account=STANDALONE)
        act(world, create_login, "Pass-word-1", user_name="Al", account=STANDALONE)
        act(world, put_password_policy, PasswordPolicy(max_age_days=30), account=STANDALONE)
        sign_ins = {user_of(world.state, STANDALONE, "zoe").id: NOW + timedelta(days=1), STANDALONE: NOW}
        report, _ = generate(world, sign_ins)
        rows = {row["user"]: row for row in csv.DictReader(report.content.split("\n"))}
        assert rows["zoe"]["password_last_used"] == "2026-11-24T12:00:00Z"
        assert rows["Al"]["password_last_used"] == "no_information"
        assert rows["<root_account>"]["password_last_used"] == "2026-11-23T12:00:00Z"
        assert rows["zoe"]["password_next_rotation"] == "2026-12-23T12:00:00Z"

    def test_recent_report_is_kept(self, world: World) -> None:
        """A second report within the lifetime of the first is the first, and the state stays the same object."""
        first = generate(world)
        before = world.state
        assert generate(world) == (first[0], False)
        assert world.state is before
        world.clock.advance(LIFETIME)
        assert generate(world)[1]

    def test_missing_report_is_not_found(self, world: World) -> None:
        """An account has no report before it is generated."""
        with expect_refusal(world, CredentialReportNotFound):
            act(world, credential_report, account=STANDALONE)

    def test_report_is_read_while_it_is_complete_and_recent(self, world: World) -> None:
        """A report cannot be read before it is complete, nor after its lifetime."""
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        report, _ = generate(world)
        with expect_refusal(world, CredentialReportNotReady):
            act(world, credential_report, account=STANDALONE)
        world.clock.advance(timedelta(seconds=5))
        assert act(world, credential_report, account=STANDALONE) == report
        world.clock.advance(LIFETIME)
        with expect_refusal(world, CredentialReportExpired):
            act(world, credential_report, account=STANDALONE)
