"""What an account may change about its roles, and what a service-linked role refuses.

While its service uses a linked role, every change is refused. After that its description and tags may
change; its policies never do.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from artifact_state.errors import RoleHasPolicies, RoleProtected, TooManyTags
from artifact_state.events import RoleChanged, RoleDeletionRequested
from artifact_state.linked_roles import usages
from artifact_state.model import Role
from artifact_state.roles import end_role, keep_role, role_of
from artifact_state.world import Transaction

MOST_TAGS = 50


def update_role(
    tx: Transaction, name: str, *, description: str | None = None, max_session: timedelta | None = None
) -> Role:
    """Change a role's description, its longest session, or both.

    A service-linked role's session length never changes.
    Raises RoleNotFound, RoleProtected.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
    """
    role = _changeable(tx, name)
    if role.linked_service is not None and max_session is not None:
        raise RoleProtected(role.name)
    return _change(
        tx,
        replace(
            role,
            description=role.description if description is None else description,
            max_session=max_session or role.max_session,
        ),
    )


def tag_role(tx: Transaction, name: str, tags: Mapping[str, str]) -> None:
    """Set tags of a role.

    Raises RoleNotFound, RoleProtected, TooManyTags.
    """
    role = _changeable(tx, name)
    changed = role.tags
    for key, value in tags.items():
        changed = changed.insert(key, value)
    if len(changed) > MOST_TAGS:
        raise TooManyTags(role.name)
    _change(tx, replace(role, tags=changed))


def untag_role(tx: Transaction, name: str, keys: Iterable[str]) -> None:
    """Take tags off a role; a key that it does not have is no error.

    Raises RoleNotFound, RoleProtected.
    """
    role = _changeable(tx, name)
    kept = role.tags
    for key in keys:
        kept = kept.discard(key)
    _change(tx, replace(role, tags=kept))


def delete_role(tx: Transaction, name: str) -> None:
    """Delete a role that is not linked to a service and has no policies.

    Raises RoleNotFound, RoleProtected, RoleHasPolicies.
    """
    role = unlinked_role(tx, name)
    if role.managed_policies:
        raise RoleHasPolicies(role.name)
    end_role(tx, role, tx.now)
    tx.record(RoleDeletionRequested(at=tx.now, account_id=role.account_id, role_name=role.name))


def unlinked_role(tx: Transaction, name: str) -> Role:
    """Give a role of the caller's account whose policies the account may change.

    Raises RoleNotFound, RoleProtected.
    """
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None:
        raise RoleProtected(role.name)
    return role


def _changeable(tx: Transaction, name: str) -> Role:
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None and usages(tx, role):
        raise RoleProtected(role.name)
    return role


def _change(tx: Transaction, role: Role) -> Role:
    keep_role(tx, role)
    tx.record(RoleChanged(at=tx.now, account_id=role.account_id, role_name=role.name))
    return role
