"""Signing in to the console: passwords that expire, and those that are due to be changed."""

from datetime import timedelta

import pytest

from artifact_state.iam.console_sign_in import SignIn, password_expires_at, sign_in
from artifact_state.iam.logins import create_login, update_login
from artifact_state.iam.settings import put_password_policy
from artifact_state.iam.users import create_user, user_of
from artifact_state.model.iam_settings import PasswordPolicy
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, act, world_with_organization

PASSWORD = "Pass-word-1"
MONTHLY = PasswordPolicy(max_age_days=30)


@pytest.fixture
def world() -> World:
    """Return a world with a user whose password was just created, and one without a password."""
    world = world_with_organization()
    act(world, create_user, "ann")
    act(world, create_user, "bob")
    act(world, create_login, PASSWORD, user_name="ann")
    return world


def outcome(world: World, name: str = "ann", password: str = PASSWORD) -> SignIn:
    """Return the outcome of signing in."""
    return sign_in(world.state, MANAGEMENT, name, password, world.clock.now())


class TestSignIn:
    """sign_in."""

    def test_password_is_accepted(self, world: World) -> None:
        """A user signs in with its password, and its name is not case-sensitive."""
        assert outcome(world) is outcome(world, "ANN") is SignIn.ACCEPTED

    @pytest.mark.parametrize(("name", "password"), [("ann", "Pass-word-2"), ("bob", PASSWORD), ("eve", PASSWORD)])
    def test_wrong_credentials_are_refused(self, world: World, name: str, password: str) -> None:
        """Another password, a user without one and an unknown user are refused alike."""
        assert outcome(world, name, password) is SignIn.REFUSED

    def test_new_user_changes_the_password_of_an_administrator(self, world: World) -> None:
        """A password that must be changed is to be changed at the first sign-in."""
        act(world, update_login, "ann", must_be_changed=True)
        assert outcome(world) is SignIn.CHANGE_REQUIRED

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [
            (MONTHLY, SignIn.CHANGE_REQUIRED),
            (replace(MONTHLY, hard_expiry=False), SignIn.CHANGE_REQUIRED),
            (replace(MONTHLY, hard_expiry=True), SignIn.EXPIRED),
        ],
    )
    def test_expired_password_is_changed_by_its_user_or_an_administrator(
        self, world: World, policy: PasswordPolicy, expected: SignIn
    ) -> None:
        """A password expires after the days of the policy; hard expiry leaves its replacement to an administrator."""
        act(world, put_password_policy, policy)
        world.clock.advance(timedelta(days=30, seconds=-1))
        assert outcome(world) is SignIn.ACCEPTED
        world.clock.advance(timedelta(seconds=1))
        assert outcome(world) is expected
        assert outcome(world, password="Pass-word-2") is SignIn.REFUSED

    def test_new_password_starts_the_period_again(self, world: World) -> None:
        """The age of a password counts from its last change."""
        act(world, put_password_policy, MONTHLY)
        world.clock.advance(timedelta(days=20))
        act(world, update_login, "ann", password="Pass-word-2")
        assert password_expires_at(world.state, user_of(world.state, MANAGEMENT, "ann")) == NOW + timedelta(days=50)
        assert password_expires_at(world.state, user_of(world.state, MANAGEMENT, "bob")) is None
