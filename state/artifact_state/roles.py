"""IAM roles: where they are kept, whom they trust, and which changes an account may make to them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from artifact_state.errors import RoleNotFound
from artifact_state.events import RoleCreated
from artifact_state.model import Map, Role, State
from artifact_state.world import Transaction


def trust_of(**principal: str) -> str:
    """Write the trust policy that lets one principal assume a role, as AWS writes it."""
    named = {{"aws": "AWS", "service": "Service"}[kind]: name for kind, name in principal.items()}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def role_of(state: State, account_id: str, name: str, now: datetime) -> Role:
    """Tell a role by name; one whose deletion has taken effect is no more.

    Raises RoleNotFound.
    """
    role = state.roles.get(account_id, Map()).get(name.lower())
    if role is None or not _exists(role, now):
        raise RoleNotFound(name)
    return role


def roles_of(state: State, account_id: str, path_prefix: str, now: datetime) -> Iterator[Role]:
    """Go through an account's roles below a path, by name."""
    roles = state.roles.get(account_id, Map())
    return (
        roles[name] for name in sorted(roles) if roles[name].path.startswith(path_prefix) and _exists(roles[name], now)
    )


def keep_role(tx: Transaction, role: Role) -> None:
    """Keep a new or a changed role; tell of it when it is new."""
    held = tx.state.roles.get(role.account_id, Map())
    new = role.name.lower() not in held or held[role.name.lower()].id != role.id
    tx.set(roles=tx.state.roles.insert(role.account_id, held.insert(role.name.lower(), role)))
    if new:
        tx.record(RoleCreated(at=role.created_at, account_id=role.account_id, role_name=role.name))


def end_role(tx: Transaction, role: Role, at: datetime) -> None:
    """Let a role be no more from an instant on."""
    keep_role(tx, replace(role, gone_at=at))


def _exists(role: Role, now: datetime) -> bool:
    return role.created_at <= now and (role.gone_at is None or now < role.gone_at)
