"""Rules about IAM identities, applied to a user, group or role by its kind and name."""

from collections.abc import Callable
from typing import Any

from artifact_state.errors import Entity
from artifact_state.iam import groups, users
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.role_changes import unlinked_role
from artifact_state.model import Role
from artifact_state.world import Transaction
from tests.support.domain import NOW, STANDALONE

ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
DEV_ROLE = Role(
    id="AROAEXAMPLE",
    account_id=STANDALONE,
    name="Dev",
    path="/team/",
    trust_policy=trust_policy_for(aws=f"arn:aws:iam::{STANDALONE}:root"),
    description="",
    created_at=NOW,
)


def find_identity(tx: Transaction, kind: Entity, name: str) -> Identity:
    """Return a user, group or role whose policies the caller's account may change."""
    if kind is Entity.ROLE:
        return unlinked_role(tx, name)
    find = groups.group_of if kind is Entity.GROUP else users.user_of
    return find(tx.state, tx.caller.account_id, name)


def by_name(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return a rule about an identity as a rule that finds the identity by its kind and name."""
    return lambda tx, kind, name, *arguments: rule(tx, find_identity(tx, kind, name), *arguments)
