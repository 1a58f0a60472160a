"""Accounts that act in a world, and refusals that leave it as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from artifact_state import catalog
from artifact_state.clock import Clock
from artifact_state.errors import Refused
from artifact_state.model import FeatureSet, Organization, State
from artifact_state.organizations import account_creation, organization
from artifact_state.principals import root_of
from artifact_state.world import Options, Transaction, World, default_quotas

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MANAGEMENT = "111122223333"
STRANGER = "999988887777"


def a_world(**options: Any) -> World:
    """Give a world whose clock stands still, with an organization of all features."""
    world = World(options=Options(**options), clock=Clock(frozen_at=NOW), state=State(seed="state"))
    act(world, organization.create_organization, FeatureSet.ALL)
    return world


def limits(**changed: Any) -> catalog.Quotas:
    """Give AWS's quotas, some of them changed."""
    return replace(catalog.quotas(), **changed)


def limit_iam(world: World, **limits: int) -> None:
    """Give a world other limits of IAM, by AWS's names."""
    quotas = world.options.quotas or default_quotas()
    world.options = replace(world.options, quotas=replace(quotas, iam={**quotas.iam, **limits}))


def transaction(world: World, account: str = MANAGEMENT, *, region: str = "us-east-1") -> Transaction:
    """Open a transaction of an account's root user."""
    partition = "aws-us-gov" if region.startswith("us-gov") else "aws-cn" if region.startswith("cn-") else "aws"
    return world.transaction(root_of(account, partition=partition, region=region))


def act(
    world: World,
    rule: Callable[..., T],
    *arguments: Any,
    account: str = MANAGEMENT,
    region: str = "us-east-1",
    **named: Any,
) -> T:
    """Let an account do something, the management account unless told otherwise."""
    with transaction(world, account, region=region) as tx:
        return rule(tx, *arguments, **named)


def listed(
    world: World, rule: Callable[..., Iterator[tuple[int, T]]], *arguments: Any, account: str = MANAGEMENT
) -> list[T]:
    """List all that a rule goes through; a list changes nothing."""
    before = world.state
    with transaction(world, account) as tx:
        found = [one for _, one in rule(tx, *arguments)]
    assert world.state is before
    return found


@contextmanager
def refused(world: World, error: type[Refused], reason: object = None) -> Iterator[None]:
    """Expect a refusal, for a reason if it has one; the state stays the same object."""
    before = world.state
    with pytest.raises(error) as caught:
        yield
    assert type(caught.value) is error
    assert getattr(caught.value, "reason", None) is reason
    assert world.state is before


def the_organization(world: World) -> Organization:
    """Give the organization of the management account."""
    return world.state.organizations[world.state.memberships[MANAGEMENT].organization_id]


def root_id(world: World) -> str:
    """Give the id of its root."""
    return the_organization(world).root_id


def new_account(world: World, name: str = "member", **named: Any) -> str:
    """Create a member account; give its id."""
    creation = act(world, account_creation.create_account, name=name, email=f"{name}@example.com", **named)
    assert creation.account_id, creation
    return creation.account_id
