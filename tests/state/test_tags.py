from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    NotInOrganization,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.events import TagsChanged
from artifact_state.model import FeatureSet
from artifact_state.organizations import hierarchy, organization, tags
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    quotas_with,
    root_id,
    world_with_organization,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def tag(world: World, resource_id: str, **pairs: str) -> None:
    """Set tags of a resource."""
    act(world, tags.tag_resource, resource_id, tuple(pairs.items()))


def tags_of(world: World, resource_id: str) -> list[tuple[str, str]]:
    """Return the keys and values of a resource's tags."""
    return [(tag.key, tag.value) for tag in list_all(world, tags.list_tags, resource_id)]


class TestTagResource:
    """TagResource."""

    def test_root_units_and_accounts_have_tags_of_their_own(self, world: World) -> None:
        """The root, a unit, a member and the management account have tags of their own."""
        unit = act(world, hierarchy.create_unit, root_id(world), "One").id
        for resource_id in (root_id(world), unit, create_member(world), MANAGEMENT):
            tag(world, resource_id, of=resource_id)
            assert tags_of(world, resource_id) == [("of", resource_id)]

    def test_existing_key_takes_the_new_value_and_keeps_its_place(self, world: World) -> None:
        """An existing key takes the new value and keeps its place; keys are case-sensitive."""
        tag(world, MANAGEMENT, a="1", b="2")
        tag(world, MANAGEMENT, c="3", a="")
        tag(world, MANAGEMENT, A="4")
        assert tags_of(world, MANAGEMENT) == [("a", ""), ("b", "2"), ("c", "3"), ("A", "4")]

    def test_resource_has_at_most_fifty_tags(self, world: World) -> None:
        """A resource has at most fifty tags; an existing key is not counted twice."""
        tag(world, MANAGEMENT, **{f"k{n}": "" for n in range(50)})
        tag(world, MANAGEMENT, k7="new")
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            tag(world, MANAGEMENT, k7="newer", k50="")
        assert dict(tags_of(world, MANAGEMENT))["k7"] == "new"

    def test_quota_of_the_world_limits_tags(self) -> None:
        """The number of tags is limited by the quota of the world."""
        world = world_with_organization(quotas=quotas_with(tags_per_resource=1))
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            tag(world, MANAGEMENT, a="", b="")

    def test_keys_with_the_aws_prefix_are_refused(self, world: World) -> None:
        """Keys that start with `aws:`, in any case, are reserved for AWS."""
        for key in ("aws:x", "Aws:", "AWS:y"):
            with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
                tag(world, MANAGEMENT, **{"good": "1", key: "2"})
        tag(world, MANAGEMENT, awsx="1")

    def test_duplicate_keys_of_a_request_are_refused(self, world: World) -> None:
        """A request with a duplicate key is refused."""
        with expect_refusal(world, InvalidInput, InputReason.DUPLICATE_TAG_KEY):
            act(world, tags.tag_resource, MANAGEMENT, (("a", "1"), ("a", "1")))

    def test_setting_and_removing_tags_is_recorded(self, world: World) -> None:
        """The events of setting and of removing tags name the resource."""
        tag(world, MANAGEMENT, a="1")
        act(world, tags.untag_resource, MANAGEMENT, ["a"])
        changed = [event.resource_id for event in world.events if isinstance(event, TagsChanged)]
        assert changed == [MANAGEMENT, MANAGEMENT]


class TestUntagResource:
    """UntagResource."""

    def test_removing_tags_ignores_missing_keys(self, world: World) -> None:
        """The tags with the keys are removed, the others stay; missing keys are ignored."""
        tag(world, MANAGEMENT, a="1", b="2", c="3")
        act(world, tags.untag_resource, MANAGEMENT, ["a", "c", "zzz"])
        assert tags_of(world, MANAGEMENT) == [("b", "2")]
        before = world.state
        act(world, tags.untag_resource, MANAGEMENT, ["zzz"])
        assert world.state is before
        act(world, tags.untag_resource, MANAGEMENT, ["b"])
        assert tags_of(world, MANAGEMENT) == []
        assert len(world.state.tags) == 0

    def test_keys_with_the_aws_prefix_cannot_be_removed(self, world: World) -> None:
        """Tags with AWS's prefix cannot be removed."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
            act(world, tags.untag_resource, MANAGEMENT, ["aws:x"])


class TestListTags:
    """ListTagsForResource."""

    def test_listing_continues_after_a_position(self, world: World) -> None:
        """A listing continues after the tag at which it stopped, even if that tag was removed."""
        tag(world, MANAGEMENT, a="1", b="2", c="3")
        position = world.state.tags[MANAGEMENT][1].serial
        assert [tag.key for tag in list_all(world, tags.list_tags, MANAGEMENT, position)] == ["c"]
        act(world, tags.untag_resource, MANAGEMENT, ["b"])
        assert [tag.key for tag in list_all(world, tags.list_tags, MANAGEMENT, position)] == ["c"]


RULES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "tag": (tags.tag_resource, ((("a", "1"),),)),
    "untag": (tags.untag_resource, (["a"],)),
    "list": (tags.list_tags, ()),
}


@pytest.mark.parametrize("name", RULES)
class TestTarget:
    """The resources that can be tagged, and the accounts that may tag them."""

    def test_policy_of_aws_is_refused(self, world: World, name: str) -> None:
        """A policy that AWS manages has no tags."""
        rule, arguments = RULES[name]
        with expect_refusal(world, InvalidInput, InputReason.INVALID_PATTERN):
            act(world, rule, "p-FullAWSAccess", *arguments)

    def test_unknown_resource_is_refused(self, world: World, name: str) -> None:
        """A resource that does not exist, or not in this organization, is refused."""
        rule, arguments = RULES[name]
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        unit = act(world, hierarchy.create_unit, other.root_id, "Foreign", account=STANDALONE).id
        for target in ("000000000000", "ou-aaaa-00000000", "r-0000", "p-00000000", other.root_id, unit, STANDALONE):
            with expect_refusal(world, TargetNotFound):
                act(world, rule, target, *arguments)

    def test_policy_of_aws_has_no_tags(self, world: World, name: str) -> None:
        """A policy that AWS manages can be neither tagged nor asked for tags."""
        rule, arguments = RULES[name]
        with expect_refusal(world, InvalidInput, InputReason.INVALID_PATTERN):
            act(world, rule, "p-FullAWSAccess", *arguments)

    def test_account_being_created_is_not_found(self, world: World, name: str) -> None:
        """An account that is still being created is not found yet; its tags exist once it is created."""
        rule, arguments = RULES[name]
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        account = create_member(world, tags=(("early", ""),))
        with expect_refusal(world, TargetNotFound):
            act(world, rule, account, *arguments)
        world.clock.advance(timedelta(seconds=1))
        assert tags_of(world, account) == [("early", "")]

    def test_member_and_standalone_account_are_refused(self, world: World, name: str) -> None:
        """A member is refused, even for its own account, and so is a standalone account."""
        rule, arguments = RULES[name]
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, member, *arguments, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, STANDALONE, *arguments, account=STANDALONE)
