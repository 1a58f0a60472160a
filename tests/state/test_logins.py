"""Login profiles: the passwords of IAM users."""

from datetime import timedelta

import pytest

from artifact_state.errors import EntityNameTaken, EntityNotFound, LoginBeingCreated, PasswordTooWeak, UserNameRequired
from artifact_state.iam import logins, users
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, act, expect_refusal, world_with_organization

GOOD = "Correct-Horse-1"


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has a user."""
    world = world_with_organization()
    act(world, users.create_user, "Alice")
    return world


def password_matches(world: World, password: str) -> bool:
    """Return whether a password is the user's."""
    return logins.password_matches(users.user_of(world.state, MANAGEMENT, "Alice"), password)


class TestLogins:
    """create_login, update_login, delete_login and password_matches."""

    def test_only_the_password_matches(self, world: World) -> None:
        """Only the password matches, and the state does not contain it."""
        assert not password_matches(world, GOOD)
        user, login = act(world, logins.create_login, GOOD, user_name="Alice", must_be_changed=True)
        assert (user.login, login.must_be_changed) == (login, True)
        assert password_matches(world, GOOD)
        assert not password_matches(world, GOOD.lower())
        assert GOOD not in repr(world.state.users)

    def test_update_keeps_other_settings(self, world: World) -> None:
        """An update changes the password or the setting, and keeps the other."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        act(world, logins.update_login, "Alice", must_be_changed=True)
        assert password_matches(world, GOOD)
        act(world, logins.update_login, "Alice", password="Another-1-Password")
        assert not password_matches(world, GOOD)
        assert act(world, logins.login_of, "Alice")[1].must_be_changed

    def test_deleted_login_is_not_found(self, world: World) -> None:
        """A deleted login can be neither read nor changed nor deleted."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        act(world, logins.delete_login, "Alice")
        assert not password_matches(world, GOOD)
        for rule in (logins.login_of, logins.update_login, logins.delete_login):
            with expect_refusal(world, EntityNotFound):
                act(world, rule, "Alice")

    def test_new_login_cannot_change_during_delay(self, world: World) -> None:
        """During the delay a new login can be read, but neither changed nor deleted."""
        world.options = replace(world.options, login_delay=timedelta(seconds=10))
        act(world, logins.create_login, GOOD, user_name="Alice")
        assert act(world, logins.login_of, "Alice")
        for rule in (logins.update_login, logins.delete_login):
            with expect_refusal(world, LoginBeingCreated):
                act(world, rule, "Alice")
        world.clock.advance(timedelta(seconds=10))
        act(world, logins.delete_login, "Alice")

    def test_second_login_is_refused(self, world: World) -> None:
        """A user has one login."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        with expect_refusal(world, EntityNameTaken):
            act(world, logins.create_login, GOOD, user_name="Alice")

    @pytest.mark.parametrize(
        "password", ["", "Short-1", "onlylowercase1", "ONLYUPPER1", "a" * 200, MANAGEMENT, "A1-" * 50]
    )
    def test_weak_password_is_refused(self, world: World, password: str) -> None:
        """A password has 8 to 128 characters of at least three kinds."""
        with expect_refusal(world, PasswordTooWeak):
            act(world, logins.create_login, password, user_name="Alice")

    def test_root_user_needs_user_name(self, world: World) -> None:
        """The root user must name a user: its own password is not IAM's."""
        with expect_refusal(world, UserNameRequired):
            act(world, logins.create_login, GOOD)
