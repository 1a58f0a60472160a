"""Run domain rules in a world, as its accounts, and expect refusals that leave the state unchanged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from artifact_state import catalog
from artifact_state.clock import Clock
from artifact_state.errors import Refused
from artifact_state.model import FeatureSet, Organization, State
from artifact_state.organizations import account_creation, organization
from artifact_state.principals import root_user
from artifact_state.record import replace
from artifact_state.world import Options, Transaction, World, default_quotas

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MANAGEMENT = "111122223333"
STANDALONE = "999988887777"


def world_with_organization(**options: Any) -> World:
    """Return a world with a frozen clock, in which `MANAGEMENT` manages an organization with all features."""
    world = World(options=Options(**options), clock=Clock(frozen_at=NOW), state=State(seed="state"))
    act(world, organization.create_organization, FeatureSet.ALL)
    return world


def quotas_with(**changed: Any) -> catalog.Quotas:
    """Return AWS's quotas with some of them changed."""
    return replace(catalog.quotas(), **changed)


def set_iam_quotas(world: World, **quotas: int) -> None:
    """Change quotas of IAM in a world, by AWS's names."""
    current = world.options.quotas or default_quotas()
    world.options = replace(world.options, quotas=replace(current, iam={**current.iam, **quotas}))


def transaction(world: World, account: str = MANAGEMENT, *, region: str = "us-east-1") -> Transaction:
    """Return a transaction of an account's root user."""
    partition = "aws-us-gov" if region.startswith("us-gov") else "aws-cn" if region.startswith("cn-") else "aws"
    return world.transaction(root_user(account, partition=partition, region=region))


def act(
    world: World,
    rule: Callable[..., T],
    *arguments: Any,
    account: str = MANAGEMENT,
    region: str = "us-east-1",
    **named: Any,
) -> T:
    """Run a rule in a transaction of an account, by default the management account, and return its result."""
    with transaction(world, account, region=region) as tx:
        return rule(tx, *arguments, **named)


def list_all(
    world: World, rule: Callable[..., Iterator[tuple[int, T]]], *arguments: Any, account: str = MANAGEMENT
) -> list[T]:
    """Return every item that a listing rule yields, and assert that the listing changes nothing."""
    before = world.state
    with transaction(world, account) as tx:
        items = [item for _, item in rule(tx, *arguments)]
    assert world.state is before
    return items


@contextmanager
def expect_refusal(world: World, error: type[Refused], reason: object = None) -> Iterator[None]:
    """Assert that the block is refused with exactly this error and reason, and that the state stays the same object."""
    before = world.state
    with pytest.raises(error) as caught:
        yield
    assert type(caught.value) is error
    assert getattr(caught.value, "reason", None) is reason
    assert world.state is before


def current_organization(world: World) -> Organization:
    """Return the organization that `MANAGEMENT` belongs to."""
    return world.state.organizations[world.state.memberships[MANAGEMENT].organization_id]


def root_id(world: World) -> str:
    """Return the id of that organization's root."""
    return current_organization(world).root_id


def create_member(world: World, name: str = "member", **named: Any) -> str:
    """Create a member account and return its id."""
    creation = act(world, account_creation.create_account, name=name, email=f"{name}@example.com", **named)
    assert creation.account_id, creation
    return creation.account_id
