"""Root users, and sessions of roles."""

import re
from datetime import timedelta

import pytest

from artifact_state import principals
from artifact_state.errors import NotTrusted, SessionTooLong
from artifact_state.events import RoleAssumed
from artifact_state.iam import role_changes
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.roles import put_role, role_of
from artifact_state.model import Caller, CallerKind, Session
from artifact_state.organizations import account_closure, trusted_access
from artifact_state.record import replace
from artifact_state.sts import sessions
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, create_member, transaction, world_with_organization
from tests.support.identities import DEV_ROLE

ACCESS_ROLE = "OrganizationAccountAccessRole"


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


@pytest.fixture
def member(world: World) -> str:
    """Return the id of a member account."""
    return create_member(world)


def access_role(account: str) -> str:
    """Return the ARN of the role that gives the management account access to a member."""
    return f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"


def assume(world: World, arn: str, account: str = MANAGEMENT, duration: timedelta | None = None) -> Session:
    """Assume a role as the root user of an account."""
    return act(world, sessions.assume_role, arn, "me", SessionOptions(duration=duration), account=account)


def as_session(world: World, session: Session) -> Caller:
    """Return the caller of a session."""
    assert principals.session_of(world.state, session.access_key_id) == session
    return principals.role_session_caller(session, partition="aws", region="us-east-1")


class TestRootUser:
    """root_user."""

    def test_root_user_has_id_of_its_account(self) -> None:
        """The user id of a root user is the id of its account."""
        root = principals.root_user(STANDALONE, partition="aws-cn", region="cn-north-1")
        assert (root.arn, root.user_id, root.kind) == (
            f"arn:aws-cn:iam::{STANDALONE}:root",
            STANDALONE,
            CallerKind.ROOT,
        )


class TestAssumeRole:
    """assume_role."""

    def test_management_account_assumes_access_role_of_new_account(self, world: World, member: str) -> None:
        """The management account can assume the access role of a new account; the session is of that account."""
        session = assume(world, access_role(member))
        principal = as_session(world, session)
        assert principal.account_id == member
        assert principal.arn == f"arn:aws:sts::{member}:assumed-role/{ACCESS_ROLE}/me"
        assert principal.user_id == f"{role_of(world.state, member, ACCESS_ROLE, NOW).id}:me"
        assert principal.kind is CallerKind.ROLE
        assert isinstance(world.events[-1], RoleAssumed)

    def test_session_credentials_look_like_those_of_aws(self, world: World, member: str) -> None:
        """Keys, secrets and tokens have AWS's forms and are unique."""
        first, second = assume(world, access_role(member)), assume(world, access_role(member))
        assert re.fullmatch("ASIA[A-Z2-7]{16}", first.access_key_id)
        assert re.fullmatch("[A-Za-z0-9]{40}", first.secret)
        assert len(first.token) == 356
        assert not {first.access_key_id, first.secret, first.token} & {
            second.access_key_id,
            second.secret,
            second.token,
        }

    def test_session_lasts_an_hour_by_default(self, world: World, member: str) -> None:
        """A session expires after an hour of the world's clock."""
        session = assume(world, access_role(member))
        assert session.expires_at == NOW + timedelta(hours=1)
        assert not principals.is_expired(session, NOW + timedelta(hours=1, microseconds=-1))
        assert principals.is_expired(session, NOW + timedelta(hours=1))

    def test_session_longer_than_role_allows_is_refused(self, world: World, member: str) -> None:
        """A session is limited to the role's maximum duration, which can be raised."""
        before = world.state
        with pytest.raises(SessionTooLong) as caught:
            assume(world, access_role(member), duration=timedelta(hours=1, seconds=1))
        assert not caught.value.chained
        assert world.state is before
        act(world, role_changes.update_role, ACCESS_ROLE, max_session=timedelta(hours=12), account=member)
        session = assume(world, access_role(member), duration=timedelta(hours=12))
        assert session.expires_at == NOW + timedelta(hours=12)

    def test_chained_session_longer_than_an_hour_is_refused(self, world: World, member: str) -> None:
        """Role chaining limits a session to an hour, even if the role allows more."""
        chained = replace(
            DEV_ROLE, trust_policy=trust_policy_for(aws=f"arn:aws:iam::{member}:root"), max_session=timedelta(hours=12)
        )
        with transaction(world) as tx:
            put_role(tx, chained)
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

    def test_service_linked_role_is_assumed_by_its_service_only(self, world: World) -> None:
        """A service-linked role can be assumed only by its service, not by an account."""
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        arn = f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact"
        for account in (MANAGEMENT, STANDALONE):
            self.assert_denied(world, arn, account)

    def test_access_role_is_assumed_by_management_account_only(self, world: World, member: str) -> None:
        """The access role trusts the management account, not other accounts or the member itself."""
        for account in (STANDALONE, member):
            self.assert_denied(world, access_role(member), account)

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
    def test_unknown_role_is_refused_like_untrusting_role(self, world: World, member: str, arn: str) -> None:
        """An ARN that is not exactly that of a role is refused like a role that does not trust."""
        self.assert_denied(world, arn.format(member=member), MANAGEMENT)

    def test_role_of_closed_account_is_refused(self, world: World, member: str) -> None:
        """The roles of a closed account cannot be assumed."""
        act(world, account_closure.close_account, member)
        self.assert_denied(world, access_role(member), MANAGEMENT)

    def test_deleted_role_is_refused(self, world: World) -> None:
        """A deleted role cannot be assumed."""
        arn = f"arn:aws:iam::{STANDALONE}:role/team/Dev"
        with transaction(world) as tx:
            put_role(tx, replace(DEV_ROLE, trust_policy=trust_policy_for(aws=f"arn:aws:iam::{MANAGEMENT}:root")))
        assume(world, arn)
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        self.assert_denied(world, arn, MANAGEMENT)

    def test_role_of_account_in_creation_is_refused(self) -> None:
        """A role of an account that is still being created does not exist yet."""
        world = world_with_organization(creation_delay=timedelta(minutes=1))
        account = create_member(world)
        self.assert_denied(world, access_role(account), MANAGEMENT)
        world.clock.advance(timedelta(minutes=1))
        assert assume(world, access_role(account)).account_id == account

    def test_expired_session_is_kept_for_a_day(self, world: World, member: str) -> None:
        """Expired credentials are known for a day, and unknown after that."""
        old = assume(world, access_role(member))
        world.clock.advance(timedelta(hours=25, microseconds=-1))
        assume(world, access_role(member))
        assert principals.session_of(world.state, old.access_key_id) == old
        world.clock.advance(timedelta(microseconds=1))
        assume(world, access_role(member))
        assert principals.session_of(world.state, old.access_key_id) is None
        assert len(world.state.sessions) == len(world.state.session_order) == 2

    @staticmethod
    def assert_denied(world: World, arn: str, account: str) -> None:
        """Assert that assuming the role is denied, and that nothing changes."""
        before = world.state
        with pytest.raises(NotTrusted) as caught:
            assume(world, arn, account)
        assert caught.value.role_arn == arn
        assert world.state is before
