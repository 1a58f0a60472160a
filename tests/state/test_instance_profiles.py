"""Instance profiles: their role, and what prevents a deletion."""

import pytest

from artifact_state.errors import (
    DeletionObstacle,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    QuotaExceeded,
    RoleNotFound,
    RoleProtected,
)
from artifact_state.iam import instance_profiles, linked_roles, role_changes
from artifact_state.world import World
from tests.support.domain import STANDALONE, act, expect_refusal, set_iam_quotas, world_with_organization
from tests.support.identities import DEV_ROLE


@pytest.fixture
def world() -> World:
    """Return a world with a role, Dev, and an instance profile, Web, that contains it."""
    world = world_with_organization()
    for name in ("Dev", "Ops"):
        new_role = role_changes.NewRole(name=name, trust_policy=DEV_ROLE.trust_policy)
        act(world, role_changes.create_role, new_role, account=STANDALONE)
    act(world, instance_profiles.create_instance_profile, "Web", path="/p/", account=STANDALONE)
    act(world, instance_profiles.add_role, "web", "dev", account=STANDALONE)
    return world


class TestInstanceProfiles:
    """Instance profiles and their roles."""

    def test_profile_contains_its_role(self, world: World) -> None:
        """A profile is found in any case and by its role."""
        profile = instance_profiles.instance_profile_of(world.state, STANDALONE, "WEB")
        assert (profile.name, profile.role_name) == ("Web", "Dev")
        assert list(instance_profiles.instance_profiles_of_role(world.state, STANDALONE, "Dev")) == [profile]
        assert list(instance_profiles.instance_profiles_of_role(world.state, STANDALONE, "Ops")) == []

    def test_name_is_unique_and_number_limited(self, world: World) -> None:
        """Names are compared without regard to case."""
        with expect_refusal(world, EntityNameTaken):
            act(world, instance_profiles.create_instance_profile, "WEB", account=STANDALONE)
        set_iam_quotas(world, InstanceProfilesPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, instance_profiles.create_instance_profile, "Other", account=STANDALONE)

    def test_profile_contains_one_role_at_most(self, world: World) -> None:
        """A second role is refused, and so is the role of a service."""
        with expect_refusal(world, QuotaExceeded):
            act(world, instance_profiles.add_role, "Web", "Ops", account=STANDALONE)
        linked = act(world, linked_roles.create_linked_role, "artifact.amazonaws.com", account=STANDALONE)
        with expect_refusal(world, RoleProtected):
            act(world, instance_profiles.add_role, "Web", linked.name, account=STANDALONE)
        with expect_refusal(world, RoleNotFound):
            act(world, instance_profiles.add_role, "Web", "Nobody", account=STANDALONE)

    def test_role_in_profile_prevents_deletions(self, world: World) -> None:
        """Neither the profile nor its role can be deleted before the role is removed from the profile."""
        for rule, name in ((instance_profiles.delete_instance_profile, "Web"), (role_changes.delete_role, "Dev")):
            with expect_refusal(world, EntityInUse, DeletionObstacle.ROLE_IN_PROFILE):
                act(world, rule, name, account=STANDALONE)
        with expect_refusal(world, EntityNotFound):
            act(world, instance_profiles.remove_role, "Web", "Ops", account=STANDALONE)
        act(world, instance_profiles.remove_role, "Web", "Dev", account=STANDALONE)
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        act(world, instance_profiles.delete_instance_profile, "Web", account=STANDALONE)
        assert list(instance_profiles.instance_profiles_of(world.state, STANDALONE)) == []

    def test_tags_are_added_and_removed(self, world: World) -> None:
        """Tags are added and removed; unknown keys are ignored."""
        act(world, instance_profiles.tag_instance_profile, "Web", [("team", "a")], account=STANDALONE)
        act(world, instance_profiles.untag_instance_profile, "Web", ["other"], account=STANDALONE)
        assert dict(instance_profiles.instance_profile_of(world.state, STANDALONE, "Web").tags) == {"team": "a"}
        act(world, instance_profiles.untag_instance_profile, "Web", ["team"], account=STANDALONE)
        assert not instance_profiles.instance_profile_of(world.state, STANDALONE, "Web").tags
