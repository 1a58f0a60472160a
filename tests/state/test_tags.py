"""Tags: on what, how many, and who may."""

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
    """Give a world with an organization."""
    return world_with_organization()


def tag(world: World, resource_id: str, **pairs: str) -> None:
    """Set tags."""
    act(world, tags.tag_resource, resource_id, tuple(pairs.items()))


def held(world: World, resource_id: str) -> list[tuple[str, str]]:
    """List the tags of something."""
    return [(one.key, one.value) for one in list_all(world, tags.tags_of, resource_id)]


class TestTagResource:
    """tag_resource."""

    def test_on_everything(self, world: World) -> None:
        """Root, unit, member and management account have tags of their own."""
        unit = act(world, hierarchy.create_unit, root_id(world), "One").id
        for resource_id in (root_id(world), unit, create_member(world), MANAGEMENT):
            tag(world, resource_id, of=resource_id)
            assert held(world, resource_id) == [("of", resource_id)]

    def test_upsert(self, world: World) -> None:
        """A key that is there takes the new value and keeps its place; case makes a difference."""
        tag(world, MANAGEMENT, a="1", b="2")
        tag(world, MANAGEMENT, c="3", a="")
        tag(world, MANAGEMENT, A="4")
        assert held(world, MANAGEMENT) == [("a", ""), ("b", "2"), ("c", "3"), ("A", "4")]

    def test_fifty(self, world: World) -> None:
        """A resource has at most fifty tags; a key that it has already does not count twice."""
        tag(world, MANAGEMENT, **{f"k{at}": "" for at in range(50)})
        tag(world, MANAGEMENT, k7="new")
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            tag(world, MANAGEMENT, k7="newer", k50="")
        assert dict(held(world, MANAGEMENT))["k7"] == "new"

    def test_quota(self) -> None:
        """The world's quota counts."""
        world = world_with_organization(quotas=quotas_with(tags_per_resource=1))
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            tag(world, MANAGEMENT, a="", b="")

    def test_system_tags(self, world: World) -> None:
        """Keys that begin with `aws:` are AWS's own, in any case of the letters."""
        for key in ("aws:x", "Aws:", "AWS:y"):
            with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
                tag(world, MANAGEMENT, **{"good": "1", key: "2"})
        tag(world, MANAGEMENT, awsx="1")

    def test_duplicate_keys(self, world: World) -> None:
        """A request names a key once."""
        with expect_refusal(world, InvalidInput, InputReason.DUPLICATE_TAG_KEY):
            act(world, tags.tag_resource, MANAGEMENT, (("a", "1"), ("a", "1")))

    def test_is_told(self, world: World) -> None:
        """The event names the resource, when tags are set and when they are taken away."""
        tag(world, MANAGEMENT, a="1")
        act(world, tags.untag_resource, MANAGEMENT, ["a"])
        told = [event.resource_id for event in world.events if isinstance(event, TagsChanged)]
        assert told == [MANAGEMENT, MANAGEMENT]


class TestUntagResource:
    """untag_resource."""

    def test_keys(self, world: World) -> None:
        """The tags of the keys are gone, the others remain; a key that is not there is no error."""
        tag(world, MANAGEMENT, a="1", b="2", c="3")
        act(world, tags.untag_resource, MANAGEMENT, ["a", "c", "zzz"])
        assert held(world, MANAGEMENT) == [("b", "2")]
        before = world.state
        act(world, tags.untag_resource, MANAGEMENT, ["zzz"])
        assert world.state is before
        act(world, tags.untag_resource, MANAGEMENT, ["b"])
        assert held(world, MANAGEMENT) == []
        assert len(world.state.tags) == 0

    def test_system_tags(self, world: World) -> None:
        """AWS's own tags are not taken away."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
            act(world, tags.untag_resource, MANAGEMENT, ["aws:x"])


class TestTagsOf:
    """tags_of."""

    def test_goes_on_after_a_place(self, world: World) -> None:
        """A list goes on after the tag that it stopped at, also when that one is gone."""
        tag(world, MANAGEMENT, a="1", b="2", c="3")
        place = world.state.tags[MANAGEMENT][1].serial
        assert [one.key for one in list_all(world, tags.tags_of, MANAGEMENT, place)] == ["c"]
        act(world, tags.untag_resource, MANAGEMENT, ["b"])
        assert [one.key for one in list_all(world, tags.tags_of, MANAGEMENT, place)] == ["c"]


CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "tag": (tags.tag_resource, ((("a", "1"),),)),
    "untag": (tags.untag_resource, (["a"],)),
    "list": (tags.tags_of, ()),
}


@pytest.mark.parametrize("name", CALLS)
class TestTarget:
    """On what, and by whom."""

    def test_unknown(self, world: World, name: str) -> None:
        """What does not exist, or not in this organization, has no tags."""
        rule, arguments = CALLS[name]
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        unit = act(world, hierarchy.create_unit, other.root_id, "Foreign", account=STANDALONE).id
        for target in ("000000000000", "ou-aaaa-00000000", "r-0000", "p-00000000", other.root_id, unit, STANDALONE):
            with expect_refusal(world, TargetNotFound):
                act(world, rule, target, *arguments)

    def test_account_to_come(self, world: World, name: str) -> None:
        """An account that is still being created is not found yet."""
        rule, arguments = CALLS[name]
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        account = create_member(world, tags=(("early", ""),))
        with expect_refusal(world, TargetNotFound):
            act(world, rule, account, *arguments)
        world.clock.advance(timedelta(seconds=1))
        assert held(world, account) == [("early", "")]

    def test_authority(self, world: World, name: str) -> None:
        """A member, be it for its own account, and a stranger are refused."""
        rule, arguments = CALLS[name]
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, member, *arguments, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, STANDALONE, *arguments, account=STANDALONE)
