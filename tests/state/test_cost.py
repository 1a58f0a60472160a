"""The cost of rules in organizations with few and with many accounts, counted in function calls."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache, partial
from itertools import islice

import pytest

from artifact_state.model import CreationState
from artifact_state.organizations import account_closure, account_creation, accounts, hierarchy, organization, tags
from artifact_state.organizations.policies import targets
from artifact_state.world import World
from tests.support.call_counting import count_calls
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    act,
    create_member,
    current_organization,
    quotas_with,
    root_id,
    transaction,
)
from tests.support.organization_policies import FULL_ACCESS, create_policy, world_with_policies

FEW, MANY = 50, 5_000  # Even the few fill a page of twenty.
PLENTY = quotas_with(
    accounts_per_organization=MANY * 2,
    closures_in_small_organization=MANY,
    closures_in_large_organization=MANY,
    closure_share=100,
)


@cache
def _world_of_size(size: int) -> World:
    """Return a world with a number of accounts: half of them in a unit, a quarter closed."""
    world = world_with_policies(quotas=PLENTY)
    members = [create_member(world, f"member-{n}") for n in range(size)]
    unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
    for member in members[::2]:
        act(world, hierarchy.move_account, member, root_id(world), unit)
    for member in members[1::4]:
        act(world, account_closure.close_account, member)
    act(world, account_creation.create_account, name="bad", email=".@example.com")
    return world


ROOT, UNIT, MEMBER, CREATION = "<root>", "<unit>", "<member>", "<creation>"
ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
RULES: dict[str, tuple[Callable[..., object], tuple[object, ...]]] = {
    "create_account": (partial(account_creation.create_account, name="new", email="new@example.com"), ()),
    "describe_creation": (account_creation.describe_creation, (CREATION,)),
    "list_creations": (account_creation.list_creations, ()),
    "list_creations that failed": (account_creation.list_creations, ({CreationState.FAILED},)),
    "list_creations in progress": (account_creation.list_creations, ({CreationState.IN_PROGRESS},)),
    "describe_account": (accounts.describe_account, (MEMBER,)),
    "list_accounts": (accounts.list_accounts, ()),
    "close_account": (account_closure.close_account, (MEMBER,)),
    "remove_account": (accounts.remove_account, (MEMBER,)),
    "move_account": (hierarchy.move_account, (MEMBER, UNIT, ROOT)),
    "find_parent": (hierarchy.find_parent, (MEMBER,)),
    "list_accounts_for_parent": (hierarchy.list_accounts_for_parent, (ROOT,)),
    "list_units_for_parent": (hierarchy.list_units_for_parent, (ROOT,)),
    "create_unit": (hierarchy.create_unit, (ROOT, "New")),
    "rename_unit": (hierarchy.rename_unit, (UNIT, "New")),
    "tag_resource": (tags.tag_resource, (MEMBER, (("a", "1"),))),
    "list_tags": (tags.list_tags, (MEMBER,)),
    "describe_organization": (organization.describe_organization, ()),
    "list_roots": (organization.list_roots, ()),
    "list_targets_for_policy": (targets.list_targets_for_policy, (FULL_ACCESS,)),
}
"""Rules and their arguments; a placeholder stands for a resource of the world."""


def _world_with_full_access_detached(size: int) -> World:
    """Return a world in which a number of members have AWS's own policy detached."""
    world = world_with_policies(quotas=PLENTY)
    other = create_policy(world, "Other", content=ALLOW_ALL).id
    unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
    members = [create_member(world, f"member-{n}") for n in range(size)]
    act(world, hierarchy.move_account, members[0], root_id(world), unit)
    for member in members:
        act(world, targets.attach_policy, other, member)
        act(world, targets.detach_policy, FULL_ACCESS, member)
    return world


def rule_calls(world: World, name: str) -> int:
    """Return the number of calls of a rule, and of the first page if it lists items; the world stays as it was."""
    rule, arguments = RULES[name]
    current = current_organization(world)
    unit = next(iter(current.units))
    placeholders: dict[object, object] = {
        ROOT: current.root_id,
        UNIT: unit,
        MEMBER: next(iter(world.state.units[unit].accounts)),
        CREATION: next(iter(current.fulfilled_creations)).id,
    }
    resolved = [
        placeholders.get(argument, argument) if isinstance(argument, str) else argument for argument in arguments
    ]
    before = world.state

    def run() -> None:
        result = rule(tx, *resolved)
        if isinstance(result, Iterator):
            deque(islice(result, 20), maxlen=0)

    with transaction(world, MANAGEMENT) as tx:
        calls = count_calls(world, run)
    world.state = before
    return calls


class TestCost:
    """The cost of rules."""

    @pytest.mark.parametrize("name", RULES)
    def test_cost_does_not_grow_with_the_number_of_accounts(self, name: str) -> None:
        """With a hundred times the accounts a rule costs at most a few more steps down a tree."""
        counts = []
        for size in (FEW, MANY):
            world = _world_of_size(size)
            rule_calls(world, name)  # Fills the caches.
            counts.append(rule_calls(world, name))
        assert counts[1] <= counts[0] * 1.5, counts

    def test_page_of_targets_does_not_scan_the_organization(self) -> None:
        """A page of targets never scans all accounts for the few that the policy is attached to."""
        counts = []
        for size in (FEW, MANY // 10):
            world = _world_with_full_access_detached(size)
            rule_calls(world, "list_targets_for_policy")
            counts.append(rule_calls(world, "list_targets_for_policy"))
        assert counts[1] <= counts[0] * 1.5, counts

    def test_closed_accounts_are_removed_by_the_first_change_only(self) -> None:
        """The first change after many closed accounts expired pays for their removal, and no later one."""
        world = _world_of_size(FEW)
        before, usual = world.state, rule_calls(world, "create_account")
        world.clock.advance(timedelta(days=90))
        try:
            first = rule_calls(world, "create_account")
            create_member(world, "later")
            assert rule_calls(world, "create_account") <= usual * 1.5 < first
        finally:
            world.clock.freeze(NOW)
            world.state = before
