"""Passwords of root users: each root user has one until a root session deletes it.

Root users sign in with their e-mail addresses and not through IAM, so that the state only records whether a root user
has a password.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from datetime import datetime

from artifact_state.errors import Entity, EntityNameTaken, EntityNotFound
from artifact_state.events import IdentityChanged
from artifact_state.model import State
from artifact_state.world import Transaction

ROOT = "root"


def has_root_login(state: State, account_id: str) -> bool:
    """Return whether the root user of an account has a password."""
    return account_id not in state.root_logins or state.root_logins[account_id] is not None


def root_login_since(tx: Transaction) -> datetime | None:
    """Return the instant at which the root user of the caller's account was allowed a new password, None if never.

    Raises EntityNotFound.
    """
    if not has_root_login(tx.state, tx.caller.account_id):
        raise EntityNotFound(Entity.LOGIN, ROOT)
    return tx.state.root_logins.get(tx.caller.account_id)


def allow_root_login(tx: Transaction) -> None:
    """Allow the root user of the caller's account to choose a password again.

    Raises EntityNameTaken.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
    """
    if has_root_login(tx.state, tx.caller.account_id):
        raise EntityNameTaken(Entity.LOGIN, ROOT)
    _put(tx, tx.now)


def delete_root_login(tx: Transaction) -> None:
    """Delete the password of the root user of the caller's account.

    Raises EntityNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
    """
    root_login_since(tx)
    _put(tx, None)


def _put(tx: Transaction, since: datetime | None) -> None:
    account_id = tx.caller.account_id
    tx.insert("root_logins", account_id, since)
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="login profile", name=ROOT))
