"""Passwords of users."""

from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state.errors import (EntityNameTaken, EntityNotFound, LoginBeingCreated, PasswordTooWeak, UserNameRequired)
from artifact_state.iam import logins, users
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, act, expect_refusal, world_with_organization

GOOD = "Correct-Horse-1"


@pytest.fixture
def world() -> World:
    """Give a world with a user."""
    world = world_with_organization()
    act(world, users.create_user, "Alice")
    return world


def password_matches(world: World, password: str) -> bool:
    """Tell whether a password is the user's."""
    return logins.password_matches(users.user_of(world.state, MANAGEMENT, "Alice"), password)


class TestLogin:
    """The life of a login."""

    def test_opens_with_its_password(self, world: World) -> None:
        """Only the password opens, and it is kept nowhere."""
        assert not password_matches(world, GOOD)
        user, login = act(world, logins.create_login, GOOD, user_name="Alice", must_be_changed=True)
        assert (user.login, login.must_be_changed) == (login, True)
        assert password_matches(world, GOOD)
        assert not password_matches(world, GOOD.lower())
        assert GOOD not in repr(world.state.users)

    def test_is_changed(self, world: World) -> None:
        """What is not given stays as it was."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        act(world, logins.update_login, "Alice", must_be_changed=True)
        assert password_matches(world, GOOD)
        act(world, logins.update_login, "Alice", password="Another-1-Password")
        assert not password_matches(world, GOOD)
        assert act(world, logins.login_of, "Alice")[1].must_be_changed

    def test_is_deleted(self, world: World) -> None:
        """Without a login there is none to tell, to change or to delete."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        act(world, logins.delete_login, "Alice")
        assert not password_matches(world, GOOD)
        for rule in (logins.login_of, logins.update_login, logins.delete_login):
            with expect_refusal(world, EntityNotFound):
                act(world, rule, "Alice")

    def test_takes_a_while(self, world: World) -> None:
        """Where AWS takes its time a new password is told, and can be neither changed nor taken away yet."""
        world.options = replace(world.options, login_delay=timedelta(seconds=10))
        act(world, logins.create_login, GOOD, user_name="Alice")
        assert act(world, logins.login_of, "Alice")
        for rule in (logins.update_login, logins.delete_login):
            with expect_refusal(world, LoginBeingCreated):
                act(world, rule, "Alice")
        world.clock.advance(timedelta(seconds=10))
        act(world, logins.delete_login, "Alice")

    def test_there_is_one(self, world: World) -> None:
        """A second is refused."""
        act(world, logins.create_login, GOOD, user_name="Alice")
        with expect_refusal(world, EntityNameTaken):
            act(world, logins.create_login, GOOD, user_name="Alice")

    @pytest.mark.parametrize(
        "password", ["", "Short-1", "onlylowercase1", "ONLYUPPER1", "a" * 200, MANAGEMENT, "A1-" * 50]
    )
    def test_takes_no_weak_password(self, world: World, password: str) -> None:
        """Eight characters of three kinds, 128 at most."""
        with expect_refusal(world, PasswordTooWeak):
            act(world, logins.create_login, password, user_name="Alice")

    def test_is_no_root_users(self, world: World) -> None:
        """The root user's password is not IAM's."""
        with expect_refusal(world, UserNameRequired):
            act(world, logins.create_login, GOOD)
