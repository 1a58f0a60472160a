"""Credential reports: when they are generated, and when they can be read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state.errors import CredentialReportExpired, CredentialReportNotFound, CredentialReportNotReady
from artifact_state.iam.credential_reports import (
    COLUMNS,
    LIFETIME,
    KeyUse,
    credential_report,
    generate_credential_report,
)
from artifact_state.iam.users import create_user
from artifact_state.model.iam_reports import CredentialReport
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization


@pytest.fixture
def world() -> World:
    """Return a world with an account that has users."""
    world = world_with_organization()
    for name in ("zoe", "Al"):
        act(world, create_user, name, path="/p/", account=STANDALONE)
    return world


def generate(world: World, **uses: KeyUse) -> tuple[CredentialReport, bool]:
    """Generate a report of the account."""
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
