"""Roles: where they are kept, and whom they trust."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state.errors import RoleNotFound
from artifact_state.events import RoleCreated
from artifact_state.iam import roles
from artifact_state.model import Role
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, transaction, world_with_organization

ROLE = Role(
    id="AROAEXAMPLE",
    account_id=STANDALONE,
    name="Dev",
    path="/team/",
    trust_policy=roles.trust_policy_for(aws=f"arn:aws:iam::{STANDALONE}:root"),
    description="",
    created_at=NOW,
)


@pytest.fixture
def world() -> World:
    """Give a world in which an account has a role."""
    world = world_with_organization()
    keep(world, ROLE)
    return world


def keep(world: World, *kept: Role) -> None:
    """Keep roles."""
    with transaction(world) as tx:
        for role in kept:
            roles.put_role(tx, role)


def names(found: Iterator[Role]) -> list[str]:
    """Name roles."""
    return [role.name for role in found]


class TestTrustOf:
    """trust_of."""

    def test_a_service(self) -> None:
        """Written as AWS writes it: one statement, text and no lists."""
        assert json.loads(roles.trust_policy_for(service="artifact.amazonaws.com")) == {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "artifact.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }

    def test_an_account(self) -> None:
        """An account is trusted by its root's ARN."""
        arn = f"arn:aws:iam::{STANDALONE}:root"
        assert json.loads(roles.trust_policy_for(aws=arn))["Statement"][0]["Principal"] == {"AWS": arn}


class TestRoleOf:
    """role_of."""

    @pytest.mark.parametrize("name", ["Dev", "dev", "DEV"])
    def test_by_name(self, world: World, name: str) -> None:
        """Names are kept apart without regard to case."""
        assert roles.role_of(world.state, STANDALONE, name, NOW) == ROLE

    @pytest.mark.parametrize(("account", "name"), [(STANDALONE, "Other"), (STANDALONE, ""), ("000000000000", "Dev")])
    def test_that_is_not_there(self, world: World, account: str, name: str) -> None:
        """Another name, or another account's."""
        with pytest.raises(RoleNotFound) as caught:
            roles.role_of(world.state, account, name, NOW)
        assert caught.value.name == name

    def test_before_it_was_made(self, world: World) -> None:
        """A role of an account that is still being created is not there yet."""
        with pytest.raises(RoleNotFound):
            roles.role_of(world.state, STANDALONE, "Dev", NOW - timedelta(seconds=1))

    def test_after_it_is_gone(self, world: World) -> None:
        """A deletion takes effect at its instant, not before."""
        with transaction(world) as tx:
            roles.mark_role_deleted(tx, ROLE, NOW + timedelta(minutes=1))
        assert roles.role_of(world.state, STANDALONE, "Dev", NOW + timedelta(seconds=59)).id == ROLE.id
        with pytest.raises(RoleNotFound):
            roles.role_of(world.state, STANDALONE, "Dev", NOW + timedelta(minutes=1))


class TestRolesOf:
    """roles_of."""

    def test_come_by_name(self, world: World) -> None:
        """In the order of their names, without regard to case."""
        keep(world, *(replace(ROLE, id=name, name=name) for name in ("b", "C", "a")))
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == ["a", "b", "C", "Dev"]

    @pytest.mark.parametrize(
        ("prefix", "found"), [("/", ["Dev"]), ("/team/", ["Dev"]), ("/te", ["Dev"]), ("/other/", []), ("/team/x", [])]
    )
    def test_below_a_path(self, world: World, prefix: str, found: list[str]) -> None:
        """A prefix of the path, letter for letter."""
        assert names(roles.roles_of(world.state, STANDALONE, prefix, NOW)) == found

    def test_leave_out_what_is_gone(self, world: World) -> None:
        """What is gone or yet to come is not listed."""
        with transaction(world) as tx:
            roles.mark_role_deleted(tx, ROLE, NOW)
        keep(world, replace(ROLE, id="later", name="later", created_at=NOW + timedelta(minutes=1)))
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == []


class TestKeepRole:
    """keep_role."""

    def test_tells_of_a_new_role(self, world: World) -> None:
        """A new role is told once; a change is not a new role, another id of the same name is."""
        keep(world, replace(ROLE, description="changed"))
        keep(world, replace(ROLE, id="AROAANOTHER"))
        made = [event for event in world.events if isinstance(event, RoleCreated) and event.account_id == STANDALONE]
        assert len(made) == 2
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == ["Dev"]
