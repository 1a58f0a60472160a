"""Accounts of the organization that `tests.support.domain` sets up: request, close, list and observe them."""

from datetime import timedelta
from typing import Any

from artifact_state.model import AccountState, Creation, CreationState
from artifact_state.organizations import account_closure, account_creation, accounts
from artifact_state.world import World
from tests.support.domain import act, list_all

INSTANT = timedelta(microseconds=1)
"""The smallest step of the clock."""
RETENTION = timedelta(days=90)
"""How long a closed account remains a member."""


def request_account(world: World, name: str = "member", email: str | None = None, **named: Any) -> Creation:
    """Request a new account and return the request."""
    address = f"{name}@example.com" if email is None else email
    return act(world, account_creation.create_account, name=name, email=address, **named)


def creation_state(world: World, creation: Creation) -> CreationState:
    """Return the present state of a request to create an account."""
    creation = act(world, account_creation.describe_creation, creation.id)
    return account_creation.creation_state(creation, world.clock.now())


def account_state(world: World, account_id: str) -> AccountState:
    """Return the present state of an account."""
    return accounts.account_state(world.state, account_id, world.clock.now())


def account_ids(world: World) -> list[str]:
    """Return the ids of the organization's accounts, as listed."""
    return [account.id for account, _ in list_all(world, accounts.list_accounts)]


def close_account(world: World, account_id: str) -> None:
    """Request the closure of a member account."""
    act(world, account_closure.close_account, account_id)
