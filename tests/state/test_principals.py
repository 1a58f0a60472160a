"""Principals: root users, and sessions of roles with temporary credentials."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state import principals
from artifact_state.errors import NotTrusted, SessionTooLong
from artifact_state.events import RoleAssumed
from artifact_state.iam import role_changes
from artifact_state.iam.roles import keep_role, role_of, trust_of
from artifact_state.model import Caller, CallerKind, Session
from artifact_state.organizations import trusted_access
from artifact_state.sts import sessions
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import World
from tests.state.test_roles import ROLE
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, create_member, transaction, world_with_organization

ACCESS_ROLE = "OrganizationAccountAccessRole"


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


@pytest.fixture
def member(world: World) -> str:
    """Give a member account."""
    return create_member(world)


def access_role(account: str) -> str:
    """Name the role with which a management account reaches a member."""
    return f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"


def assume(world: World, arn: str, account: str = MANAGEMENT, duration: timedelta | None = None) -> Session:
    """Assume a role as an account's root user."""
    return act(world, sessions.assume_role, arn, "me", SessionOptions(duration=duration), account=account)


def as_session(world: World, session: Session) -> Caller:
    """Give the principal of a session."""
    assert principals.session_of(world.state, session.access_key_id) == session
    return principals.session_principal(session, partition="aws", region="us-east-1")


class TestRootOf:
    """root_of."""

    def test_stands_for_its_account(self) -> None:
        """The root user's id is the account's."""
        root = principals.root_of(STANDALONE, partition="aws-cn", region="cn-north-1")
        assert (root.arn, root.user_id, root.kind) == (
            f"arn:aws-cn:iam::{STANDALONE}:root",
            STANDALONE,
            CallerKind.ROOT,
        )


class TestAssumeRole:
    """assume_role."""

    def test_of_an_account_that_was_created(self, world: World, member: str) -> None:
        """The management account becomes the access role of the new account; the credentials carry that account."""
        session = assume(world, access_role(member))
        principal = as_session(world, session)
        assert principal.account_id == member
        assert principal.arn == f"arn:aws:sts::{member}:assumed-role/{ACCESS_ROLE}/me"
        assert principal.user_id == f"{role_of(world.state, member, ACCESS_ROLE, NOW).id}:me"
        assert principal.kind is CallerKind.ROLE
        assert isinstance(world.events[-1], RoleAssumed)

    def test_gives_credentials_of_awss_form(self, world: World, member: str) -> None:
        """Key, secret and token look like AWS's, and no two are alike."""
        one, other = assume(world, access_role(member)), assume(world, access_role(member))
        assert re.fullmatch("ASIA[A-Z2-7]{16}", one.access_key_id)
        assert re.fullmatch("[A-Za-z0-9]{40}", one.secret)
        assert len(one.token) == 356
        assert not {one.access_key_id, one.secret, one.token} & {other.access_key_id, other.secret, other.token}

    def test_for_an_hour_unless_told_otherwise(self, world: World, member: str) -> None:
        """The default is an hour, by the world's clock."""
        session = assume(world, access_role(member))
        assert session.expires_at == NOW + timedelta(hours=1)
        assert not principals.has_lapsed(session, NOW + timedelta(hours=1, microseconds=-1))
        assert principals.has_lapsed(session, NOW + timedelta(hours=1))

    def test_for_longer_than_the_role_allows(self, world: World, member: str) -> None:
        """A session is no longer than the role's maximum, which may be raised."""
        before = world.state
        with pytest.raises(SessionTooLong) as caught:
            assume(world, access_role(member), duration=timedelta(hours=1, seconds=1))
        assert not caught.value.chained
        assert world.state is before
        act(world, role_changes.update_role, ACCESS_ROLE, max_session=timedelta(hours=12), account=member)
        session = assume(world, access_role(member), duration=timedelta(hours=12))
        assert session.expires_at == NOW + timedelta(hours=12)

    def test_by_a_session_for_longer_than_an_hour(self, world: World, member: str) -> None:
        """Role chaining ends after an hour, whatever the role allows."""
        chained = replace(
            ROLE, trust_policy=trust_of(aws=f"arn:aws:iam::{member}:root"), max_session=timedelta(hours=12)
        )
        with transaction(world) as tx:
            keep_role(tx, chained)
        caller = as_session(world, assume(world, access_role(member)))
        arn = f"arn:aws:iam::{STANDALONE}:role/team/Dev"
        before = world.state
        with pytest.raises(SessionTooLong) as caught, world.transaction(caller) as tx:
            sessions.assume_role(tx, arn, "me", SessionOptions(duration=timedelta(hours=1, seconds=1)))
        assert caught.value.chained
        assert world.state is before
        with world.transaction(caller) as tx:
            assert (
                sessions.assume_role(tx, arn, "me", SessionOptions(duration=timedelta(hours=1))).account_id
                == STANDALONE
            )

    def test_of_a_role_that_trusts_a_service_alone(self, world: World) -> None:
        """The service-linked role can be assumed only by its service principal: by no account, not its own."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        arn = f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact"
        for account in (MANAGEMENT, STANDALONE):
            self.is_denied(world, arn, account)

    def test_by_another_account(self, world: World, member: str) -> None:
        """The access role trusts the management account, neither a stranger nor the member itself."""
        for account in (STANDALONE, member):
            self.is_denied(world, access_role(member), account)

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::{member}:role/NoSuchRole",
            "arn:aws:iam::{member}:role/",
            "arn:aws:iam::{member}:role/some/path/OrganizationAccountAccessRole",
            "arn:aws:iam::{member}:role/organizationaccountaccessrole",
            "arn:aws:iam::{member}:user/OrganizationAccountAccessRole",
            "arn:aws-cn:iam::{member}:role/OrganizationAccountAccessRole",
            "arn:aws:sts::{member}:assumed-role/OrganizationAccountAccessRole/me",
            "arn:aws:iam::999988887777:role/OrganizationAccountAccessRole",
        ],
    )
    def test_that_is_not_there(self, world: World, member: str, arn: str) -> None:
        """What is no role's ARN, letter for letter, is refused like a role that does not trust."""
        self.is_denied(world, arn.format(member=member), MANAGEMENT)

    def test_after_the_role_is_gone(self, world: World) -> None:
        """A deleted role is assumed by nobody."""
        arn = f"arn:aws:iam::{STANDALONE}:role/team/Dev"
        with transaction(world) as tx:
            keep_role(tx, replace(ROLE, trust_policy=trust_of(aws=f"arn:aws:iam::{MANAGEMENT}:root")))
        assume(world, arn)
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        self.is_denied(world, arn, MANAGEMENT)

    def test_before_the_account_is_there(self) -> None:
        """A role of an account that is still being created is not there yet."""
        world = world_with_organization(creation_delay=timedelta(minutes=1))
        account = create_member(world)
        self.is_denied(world, access_role(account), MANAGEMENT)
        world.clock.advance(timedelta(minutes=1))
        assert assume(world, access_role(account)).account_id == account

    def test_forgets_sessions_a_day_after_they_lapsed(self, world: World, member: str) -> None:
        """Until then a caller learns that his credentials are expired; then they are nobody's."""
        old = assume(world, access_role(member))
        world.clock.advance(timedelta(hours=25, microseconds=-1))
        assume(world, access_role(member))
        assert principals.session_of(world.state, old.access_key_id) == old
        world.clock.advance(timedelta(microseconds=1))
        assume(world, access_role(member))
        assert principals.session_of(world.state, old.access_key_id) is None
        assert len(world.state.sessions) == len(world.state.session_order) == 2

    @staticmethod
    def is_denied(world: World, arn: str, account: str) -> None:
        """Expect a denial that names the role, and nothing changed."""
        before = world.state
        with pytest.raises(NotTrusted) as caught:
            assume(world, arn, account)
        assert caught.value.role_arn == arn
        assert world.state is before
