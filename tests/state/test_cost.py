"""No rule of the hierarchy, of accounts or of tags costs more where there are many accounts.

What is counted is calls, in Python and into C: they are the same on every machine and at every hour.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache, partial
from itertools import islice
from types import FrameType

import pytest

from artifact_state.model import CreationState, PolicyType
from artifact_state.organizations import account_closure, account_creation, accounts, hierarchy, organization, tags
from artifact_state.organizations.policies import policies, targets
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    act,
    create_member,
    current_organization,
    quotas_with,
    root_id,
    transaction,
    world_with_organization,
)

FEW, MANY = 50, 5_000  # The fewest still fill a page of twenty.
PLENTY = quotas_with(
    accounts_per_organization=MANY * 2,
    closures_in_small_organization=MANY,
    closures_in_large_organization=MANY,
    closure_share=100,
)


@cache
def _filled(size: int) -> World:
    """Give a world of so many accounts: half of them in a unit, a quarter closed."""
    world = world_with_organization(quotas=PLENTY)
    members = [create_member(world, f"member-{at}") for at in range(size)]
    unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
    for member in members[::2]:
        act(world, hierarchy.move_account, member, root_id(world), unit)
    for member in members[1::4]:
        act(world, account_closure.close_account, member)
    act(world, account_creation.create_account, name="bad", email=".@example.com")
    return world


ROOT, UNIT, MEMBER = "<root>", "<unit>", "<member>"
FULL_ACCESS = "p-FullAWSAccess"
ALLOWS_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
RULES: dict[str, tuple[Callable[..., object], tuple[object, ...]]] = {
    "create_account": (partial(account_creation.create_account, name="new", email="new@example.com"), ()),
    "creation_of": (account_creation.describe_creation, ("<creation>",)),
    "creations": (account_creation.list_creations, ()),
    "creations that failed": (account_creation.list_creations, ({CreationState.FAILED},)),
    "creations under way": (account_creation.list_creations, ({CreationState.IN_PROGRESS},)),
    "member_account": (accounts.describe_account, (MEMBER,)),
    "member_accounts": (accounts.list_accounts, ()),
    "close_account": (account_closure.close_account, (MEMBER,)),
    "remove_account": (accounts.remove_account, (MEMBER,)),
    "move_account": (hierarchy.move_account, (MEMBER, UNIT, ROOT)),
    "parent_of": (hierarchy.find_parent, (MEMBER,)),
    "accounts_below": (hierarchy.list_accounts_for_parent, (ROOT,)),
    "units_below": (hierarchy.list_units_for_parent, (ROOT,)),
    "create_unit": (hierarchy.create_unit, (ROOT, "New")),
    "rename_unit": (hierarchy.rename_unit, (UNIT, "New")),
    "tag_resource": (tags.tag_resource, (MEMBER, (("a", "1"),))),
    "tags_of": (tags.list_tags, (MEMBER,)),
    "describe_organization": (organization.describe_organization, ()),
    "roots": (organization.list_roots, ()),
    "targets_for_policy": (targets.list_targets_for_policy, (FULL_ACCESS,)),
}


def _with_nothing_allowed_in(size: int) -> World:
    """Give a world in which what AWS attaches everywhere is detached from as many members."""
    world = world_with_organization(quotas=PLENTY)
    text = policies.PolicyText(name="Other", description="", content=ALLOWS_ALL)
    other = act(world, policies.create_policy, PolicyType.SERVICE_CONTROL_POLICY, text).id
    unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
    members = [create_member(world, f"member-{at}") for at in range(size)]
    act(world, hierarchy.move_account, members[0], root_id(world), unit)
    for member in members:
        act(world, targets.attach_policy, other, member)
        act(world, targets.detach_policy, FULL_ACCESS, member)
    return world


def calls_of(world: World, name: str) -> int:
    """Count the calls of a rule, and of the first page if it goes through something; the world stays as it was."""
    rule, named = RULES[name]
    one = current_organization(world)
    unit = next(iter(one.units))
    member = next(iter(world.state.units[unit].accounts))
    creation = next(iter(one.fulfilled_creations)).id
    known: dict[object, object] = {ROOT: one.root_id, UNIT: unit, MEMBER: member, "<creation>": creation}
    before, count = world.state, 0

    def seen(frame: FrameType, event: str, argument: object) -> None:  # noqa: ARG001 - as sys.setprofile has it
        nonlocal count
        count += event in ("call", "c_call")

    with transaction(world, MANAGEMENT) as tx:
        sys.setprofile(seen)
        try:
            result = rule(
                tx, *(known.get(argument, argument) if isinstance(argument, str) else argument for argument in named)
            )
            if isinstance(result, Iterator):
                deque(islice(result, 20), maxlen=0)
        finally:
            sys.setprofile(None)
    world.state = before
    return count


class TestCost:
    """What a rule costs."""

    @pytest.mark.parametrize("name", RULES)
    def test_does_not_grow(self, name: str) -> None:
        """A hundred times the accounts cost no more than a few steps deeper into a tree."""
        counts = []
        for size in (FEW, MANY):
            world = _filled(size)
            calls_of(world, name)  # What is made once, is made now.
            counts.append(calls_of(world, name))
        assert counts[1] <= counts[0] * 1.5, counts

    def test_what_a_policy_is_detached_from_is_passed_over_a_page_at_a_time(self) -> None:
        """A listing of targets never looks through a whole organization for the few that are attached."""
        counts = []
        for size in (FEW, MANY // 10):
            world = _with_nothing_allowed_in(size)
            calls_of(world, "targets_for_policy")
            counts.append(calls_of(world, "targets_for_policy"))
        assert counts[1] <= counts[0] * 1.5, counts

    def test_gone_accounts_are_cleaned_up_once(self) -> None:
        """The first change after many accounts are gone pays for them, and no later one."""
        world = _filled(FEW)
        before, usual = world.state, calls_of(world, "create_account")
        world.clock.advance(timedelta(days=90))
        try:
            first = calls_of(world, "create_account")
            create_member(world, "later")
            assert calls_of(world, "create_account") <= usual * 1.5 < first
        finally:
            world.clock.freeze(NOW)
            world.state = before
