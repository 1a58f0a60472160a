"""IAM roles in the state: trust policies, reading, storing and deletion."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from artifact_state.errors import RoleNotFound
from artifact_state.events import RoleCreated
from artifact_state.iam import roles
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.model import Role
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, transaction, world_with_organization
from tests.support.identities import DEV_ROLE


@pytest.fixture
def world() -> World:
    """Return a world in which a standalone account has a role."""
    world = world_with_organization()
    put(world, DEV_ROLE)
    return world


def put(world: World, *new: Role) -> None:
    """Store roles."""
    with transaction(world) as tx:
        for role in new:
            roles.put_role(tx, role)


def names(listed: Iterator[Role]) -> list[str]:
    """Return the names of roles."""
    return [role.name for role in listed]


class TestTrustPolicyFor:
    """trust_policy_for."""

    def test_service_is_trusted_as_aws_writes_it(self) -> None:
        """A trust policy has one statement, in which action and principal are not lists."""
        assert json.loads(trust_policy_for(service="artifact.amazonaws.com")) == {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "artifact.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }

    def test_account_is_trusted_by_root_arn(self) -> None:
        """An account is trusted by the ARN of its root user."""
        arn = f"arn:aws:iam::{STANDALONE}:root"
        assert json.loads(trust_policy_for(aws=arn))["Statement"][0]["Principal"] == {"AWS": arn}


class TestRoleOf:
    """role_of."""

    @pytest.mark.parametrize("name", ["Dev", "dev", "DEV"])
    def test_role_is_found_in_any_case(self, world: World, name: str) -> None:
        """A role is found by name, regardless of case."""
        assert roles.role_of(world.state, STANDALONE, name, NOW) == DEV_ROLE

    @pytest.mark.parametrize(("account", "name"), [(STANDALONE, "Other"), (STANDALONE, ""), ("000000000000", "Dev")])
    def test_unknown_role_is_not_found(self, world: World, account: str, name: str) -> None:
        """An unknown role, or one of another account, is not found."""
        with pytest.raises(RoleNotFound) as caught:
            roles.role_of(world.state, account, name, NOW)
        assert caught.value.name == name

    def test_role_is_not_found_before_its_creation(self, world: World) -> None:
        """A role with a later creation date is not found yet."""
        with pytest.raises(RoleNotFound):
            roles.role_of(world.state, STANDALONE, "Dev", NOW - timedelta(seconds=1))

    def test_role_is_found_until_deletion_takes_effect(self, world: World) -> None:
        """A role is found until the instant of its deletion."""
        with transaction(world) as tx:
            roles.mark_role_deleted(tx, DEV_ROLE, NOW + timedelta(minutes=1))
        assert roles.role_of(world.state, STANDALONE, "Dev", NOW + timedelta(seconds=59)).id == DEV_ROLE.id
        with pytest.raises(RoleNotFound):
            roles.role_of(world.state, STANDALONE, "Dev", NOW + timedelta(minutes=1))


class TestRolesOf:
    """roles_of."""

    def test_roles_are_sorted_by_name(self, world: World) -> None:
        """Roles are sorted by name, regardless of case."""
        put(world, *(replace(DEV_ROLE, id=name, name=name) for name in ("b", "C", "a")))
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == ["a", "b", "C", "Dev"]

    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [("/", ["Dev"]), ("/team/", ["Dev"]), ("/te", ["Dev"]), ("/other/", []), ("/team/x", [])],
    )
    def test_roles_are_filtered_by_path_prefix(self, world: World, prefix: str, expected: list[str]) -> None:
        """A path prefix is compared character by character."""
        assert names(roles.roles_of(world.state, STANDALONE, prefix, NOW)) == expected

    def test_deleted_and_future_roles_are_omitted(self, world: World) -> None:
        """Deleted roles and roles with a later creation date are omitted."""
        with transaction(world) as tx:
            roles.mark_role_deleted(tx, DEV_ROLE, NOW)
        put(world, replace(DEV_ROLE, id="later", name="later", created_at=NOW + timedelta(minutes=1)))
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == []


class TestPutRole:
    """put_role."""

    def test_creation_event_is_recorded_for_new_ids(self, world: World) -> None:
        """An event is recorded for a role with a new id, not for a change."""
        put(world, replace(DEV_ROLE, description="changed"))
        put(world, replace(DEV_ROLE, id="AROAANOTHER"))
        created = [event for event in world.events if isinstance(event, RoleCreated) and event.account_id == STANDALONE]
        assert len(created) == 2
        assert names(roles.roles_of(world.state, STANDALONE, "/", NOW)) == ["Dev"]
