"""Rules about users, groups and roles, by kind and name."""

from collections.abc import Callable
from typing import Any

from artifact_state.errors import Entity
from artifact_state.iam import groups, users
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.role_changes import unlinked_role
from artifact_state.world import Transaction


def identity_of(tx: Transaction, kind: Entity, name: str) -> Identity:
    """Find a user, a group or a role whose policies its account may change."""
    if kind is Entity.ROLE:
        return unlinked_role(tx, name)
    find = groups.group_of if kind is Entity.GROUP else users.user_of
    return find(tx.state, tx.caller.account_id, name)


def on(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Give a rule that finds by kind and name whom it is about."""
    return lambda tx, kind, name, *rest: rule(tx, identity_of(tx, kind, name), *rest)
