"""Organization access reports: the attempts that count, and the callers that may generate reports."""

from datetime import timedelta

import pytest

from artifact_state.errors import AccessReportNotFound, AccessReportsDenied, ForeignEntityPath, TooManyAccessReports
from artifact_state.model import AccessReport, FeatureSet, PolicyType
from artifact_state.organizations.access_reports import Attempt, access_report, generate_access_report
from artifact_state.organizations.account_creation import create_account
from artifact_state.organizations.organization import create_organization
from artifact_state.organizations.policies.policy_types import enable_policy_type
from artifact_state.principals import root_user
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import set_iam_quotas

MANAGEMENT, STRANGER = "111122223333", "999988887777"


@pytest.fixture
def world() -> World:
    """Return a world in which `MANAGEMENT` manages an organization with one member."""
    world = World()
    with world.transaction(root_user(MANAGEMENT)) as tx:
        create_organization(tx, FeatureSet.ALL)
    with world.transaction(root_user(MANAGEMENT)) as tx:
        create_account(tx, name="A", email="a@example.com")
        [organization] = tx.state.organizations.values()
        enable_policy_type(tx, organization.root_id, PolicyType.SERVICE_CONTROL_POLICY)
    return world


def root_path(world: World) -> str:
    """Return the entity path of the organization's root."""
    [organization] = world.state.organizations.values()
    return f"{organization.id}/{organization.root_id}"


def member_of(world: World) -> str:
    """Return the id of the member account."""
    [member] = [account_id for account_id in world.state.memberships if account_id != MANAGEMENT]
    return str(member)


def attempt(world: World, account_id: str, service: str = "iam", *, minutes: int = 0) -> Attempt:
    """Return an attempt some minutes from now."""
    at = world.clock.now() + timedelta(minutes=minutes)
    return Attempt(account_id=account_id, service=service, region="eu-west-1", at=at)


def generate(world: World, *attempts: Attempt, caller: str = MANAGEMENT, entity: str = "") -> AccessReport:
    """Generate a report on the organization's root, or on an account below it."""
    path = f"{root_path(world)}/{entity}" if entity else root_path(world)
    with world.transaction(root_user(caller)) as tx:
        return generate_access_report(tx, path, attempts)


class TestAccessReports:
    """generate_access_report and access_report."""

    def test_report_has_latest_attempt_and_number_of_accounts(self, world: World) -> None:
        """A report has the latest attempt of each service and the number of accounts with attempts."""
        member = member_of(world)
        report = generate(world, attempt(world, member, minutes=5), attempt(world, member), attempt(world, STRANGER))
        [used] = [access for access in report.services if access.at]
        assert (used.service, used.accounts, used.region) == ("iam", 1, "eu-west-1")
        assert used.entity_path == f"{root_path(world)}/{member}"
        assert used.at == max(access.at for access in report.services if access.at)
        assert world.state.access_reports[report.id] is report

    def test_member_cannot_generate_report(self, world: World) -> None:
        """A member account cannot generate a report."""
        before = world.state
        with pytest.raises(AccessReportsDenied):
            generate(world, caller=member_of(world))
        assert world.state is before

    def test_number_of_running_reports_is_limited(self, world: World) -> None:
        """An account generates one report at a time, unless its quota is higher."""
        world.options = replace(world.options, creation_delay=timedelta(minutes=1))
        generate(world)
        before = world.state
        with pytest.raises(TooManyAccessReports):
            generate(world, entity=MANAGEMENT)
        assert world.state is before
        world.clock.advance(timedelta(minutes=1))
        generate(world, entity=MANAGEMENT)
        set_iam_quotas(world, ConcurrentAccessReports=2)
        generate(world)

    def test_path_of_another_organization_is_refused(self, world: World) -> None:
        """A path that names another organization is refused at once."""
        before = world.state
        with pytest.raises(ForeignEntityPath), world.transaction(root_user(MANAGEMENT)) as tx:
            generate_access_report(tx, "o-zzzzzzzzzz/r-0000", [])
        assert world.state is before

    def test_report_of_another_account_is_not_found(self, world: World) -> None:
        """An account does not find the reports of other accounts."""
        report = generate(world)
        before = world.state
        with pytest.raises(AccessReportNotFound), world.transaction(root_user(STRANGER)) as tx:
            access_report(tx, report.id)
        assert world.state is before
