"""Reports on the use of services: whose attempts count, and whose business they are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state.errors import AccessReportNotFound, AccessReportsDenied, TooManyAccessReports
from artifact_state.model import AccessReport, FeatureSet
from artifact_state.organizations.access_reports import Attempt, access_report, generate_access_report
from artifact_state.organizations.account_creation import create_account
from artifact_state.organizations.organization import create_organization
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.domain import set_iam_quotas

MANAGEMENT, STRANGER = "111122223333", "999988887777"


@pytest.fixture
def world() -> World:
    """Give a world with an organization of two accounts."""
    world = World()
    with world.transaction(root_user(MANAGEMENT)) as tx:
        create_organization(tx, FeatureSet.ALL)
    with world.transaction(root_user(MANAGEMENT)) as tx:
        create_account(tx, name="A", email="a@example.com")
    return world


def root_path(world: World) -> str:
    """Give the path of the organization's root."""
    [organization] = world.state.organizations.values()
    return f"{organization.id}/{organization.root_id}"


def member_of(world: World) -> str:
    """Give the account beside the management account."""
    [member] = [one for one in world.state.memberships if one != MANAGEMENT]
    return str(member)


def attempt(world: World, account_id: str, service: str = "iam", *, minutes: int = 0) -> Attempt:
    """Tell of a call some minutes from now."""
    at = world.clock.now() + timedelta(minutes=minutes)
    return Attempt(account_id=account_id, service=service, region="eu-west-1", at=at)


def generate(world: World, *attempts: Attempt, caller: str = MANAGEMENT) -> AccessReport:
    """Ask for a report on the root."""
    with world.transaction(root_user(caller)) as tx:
        return generate_access_report(tx, root_path(world), attempts)


class TestGenerate:
    """What a report has."""

    def test_the_latest_attempt_counts(self, world: World) -> None:
        """Of a service the latest attempt is told, and how many accounts made one."""
        member = member_of(world)
        report = generate(world, attempt(world, member, minutes=5), attempt(world, member), attempt(world, STRANGER))
        [used] = [one for one in report.services if one.at]
        assert (used.service, used.accounts, used.region) == ("iam", 1, "eu-west-1")
        assert used.entity_path == f"{root_path(world)}/{member}"
        assert used.at == max(one.at for one in report.services if one.at)
        assert world.state.access_reports[report.id] is report

    def test_for_a_member(self, world: World) -> None:
        """A member gets none, and nothing happens to the world."""
        before = world.state
        with pytest.raises(AccessReportsDenied):
            generate(world, caller=member_of(world))
        assert world.state is before

    def test_so_many_at_a_time(self, world: World) -> None:
        """As long as reports are under way there is a limit to them."""
        world.options = replace(world.options, creation_delay=timedelta(minutes=1))
        set_iam_quotas(world, ConcurrentAccessReports=2)
        generate(world)
        generate(world)
        before = world.state
        with pytest.raises(TooManyAccessReports):
            generate(world)
        assert world.state is before
        world.clock.advance(timedelta(minutes=1))
        generate(world)

    def test_of_another_account(self, world: World) -> None:
        """A report is found by whose it is."""
        report = generate(world)
        before = world.state
        with pytest.raises(AccessReportNotFound), world.transaction(root_user(STRANGER)) as tx:
            access_report(tx, report.id)
        assert world.state is before
