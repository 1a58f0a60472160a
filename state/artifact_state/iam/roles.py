"""IAM roles: where they are kept, whom they trust, and which changes an account may make to them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from artifact_state import name_index
from artifact_state.errors import RoleNotFound
from artifact_state.events import RoleCreated
from artifact_state.model import Role, State
from artifact_state.world import Transaction


@lru_cache(maxsize=1024)
def trust_policy_for(**principal: str) -> str:
    """Write the trust policy that lets one principal assume a role, as AWS writes it.

    The accounts of an organization share one text, of which there would otherwise be a copy in each.
    """
    named = {{"aws": "AWS", "service": "Service"}[kind]: name for kind, name in principal.items()}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def role_of(state: State, account_id: str, name: str, now: datetime) -> Role:
    """Tell a role by name; one whose deletion has taken effect is no more.

    Raises RoleNotFound.
    """
    role = name_index.find(state.roles.get(account_id, ()), name)
    if role is None or not _exists(role, now):
        raise RoleNotFound(name)
    return role


def roles_of(state: State, account_id: str, path_prefix: str, now: datetime, *, after: str = "") -> Iterator[Role]:
    """Go through an account's roles below a path, by name, those after a name."""
    roles = name_index.after(state.roles.get(account_id, ()), after)
    return (role for role in roles if role.path.startswith(path_prefix) and _exists(role, now))


def put_role(tx: Transaction, role: Role) -> None:
    """Keep a new or a changed role; tell of it when it is new."""
    held = tx.state.roles.get(role.account_id, ())
    known = name_index.find(held, role.name)
    tx.set(roles=tx.state.roles.insert(role.account_id, name_index.with_record(held, role)))
    if known is None or known.id != role.id:
        tx.record(RoleCreated(at=role.created_at, account_id=role.account_id, role_name=role.name))


def mark_role_deleted(tx: Transaction, role: Role, at: datetime) -> None:
    """Let a role be no more from an instant on."""
    put_role(tx, replace(role, gone_at=at))


def _exists(role: Role, now: datetime) -> bool:
    return role.created_at <= now and (role.gone_at is None or now < role.gone_at)
