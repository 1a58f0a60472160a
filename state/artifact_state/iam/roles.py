"""IAM roles in the state: reading, storing and marking as deleted. `role_changes` has the rules for changes.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
"""

from collections.abc import Iterator
from datetime import datetime

from artifact_state import name_index
from artifact_state.errors import RoleNotFound
from artifact_state.events import RoleCreated
from artifact_state.iam.initial_roles import roles_in
from artifact_state.model import Role, State
from artifact_state.record import replace
from artifact_state.world import Transaction


def role_of(state: State, account_id: str, name: str, now: datetime) -> Role:
    """Return a role by name, unless its deletion has taken effect.

    Raises RoleNotFound.
    """
    role = name_index.find(roles_in(state, account_id), name)
    if role is None or not _exists(role, now):
        raise RoleNotFound(name)
    return role


def roles_of(state: State, account_id: str, path_prefix: str, now: datetime, *, after: str = "") -> Iterator[Role]:
    """Iterate over an account's roles below a path, sorted by name, that follow a name."""
    roles = name_index.after(roles_in(state, account_id), after)
    return (role for role in roles if role.path.startswith(path_prefix) and _exists(role, now))


def put_role(tx: Transaction, role: Role) -> None:
    """Store a new or changed role; record the event if it is new."""
    roles = roles_in(tx.state, role.account_id)
    previous = name_index.find(roles, role.name)
    tx.insert("roles", role.account_id, name_index.with_record(roles, role))
    if previous is None or previous.id != role.id:
        tx.record(RoleCreated(at=role.created_at, account_id=role.account_id, role_name=role.name))


def mark_role_deleted(tx: Transaction, role: Role, at: datetime) -> None:
    """Set the instant at which the deletion of a role takes effect."""
    put_role(tx, replace(role, gone_at=at))


def _exists(role: Role, now: datetime) -> bool:
    return role.created_at <= now and (role.gone_at is None or now < role.gone_at)
