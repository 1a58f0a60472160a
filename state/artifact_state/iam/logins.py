"""Passwords of users, with which they sign in to the console.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
"""

import hmac
from dataclasses import replace
from hashlib import pbkdf2_hmac

from artifact_state.errors import (
    Entity,
    EntityNameTaken,
    EntityNotFound,
    LoginBeingCreated,
    PasswordTooWeak,
    UserNameRequired,
)
from artifact_state.iam.users import put_user, resolve_user_name, user_of
from artifact_state.model.identities import Login, User
from artifact_state.world import Transaction

_ROUNDS = 1_000
"""Few: the passwords of an emulator guard nothing, and tests sign in often."""
_SHORTEST, _LONGEST = 8, 128


def login_of(tx: Transaction, user_name: str | None = None) -> tuple[User, Login]:
    """Tell the login of a user, of the caller unless another is named; give the user too.

    Raises EntityNotFound, UserNameRequired.
    """
    user = _meant(tx, user_name)
    if user.login is None:
        raise EntityNotFound(Entity.LOGIN, user.name)
    return user, user.login


def create_login(
    tx: Transaction, password: str, *, user_name: str | None = None, must_be_changed: bool = False
) -> tuple[User, Login]:
    """Give a user a password.

    Raises EntityNotFound, UserNameRequired, EntityNameTaken, PasswordTooWeak.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
    """
    user = _meant(tx, user_name)
    if user.login is not None:
        raise EntityNameTaken(Entity.LOGIN, user.name)
    login = Login(password_hash=_hash_of(user, password), created_at=tx.now, must_be_changed=must_be_changed)
    return put_user(tx, replace(user, login=login)), login


def update_login(
    tx: Transaction, user_name: str, *, password: str | None = None, must_be_changed: bool | None = None
) -> None:
    """Give a user another password, have him change it when he signs in next, or both.

    Raises EntityNotFound, UserNameRequired, PasswordTooWeak, LoginBeingCreated.
    """
    user, login = _made(tx, user_name)
    changed = replace(
        login,
        password_hash=login.password_hash if password is None else _hash_of(user, password),
        must_be_changed=login.must_be_changed if must_be_changed is None else must_be_changed,
    )
    put_user(tx, replace(user, login=changed))


def delete_login(tx: Transaction, user_name: str | None = None) -> None:
    """Take a user's password away: he cannot sign in to the console, his access keys are good as before.

    Raises EntityNotFound, UserNameRequired, LoginBeingCreated.
    """
    user, _ = _made(tx, user_name)
    put_user(tx, replace(user, login=None))


def password_matches(user: User, password: str) -> bool:
    """Tell whether a password is a user's."""
    return user.login is not None and hmac.compare_digest(user.login.password_hash, _digest(user, password))


def _made(tx: Transaction, user_name: str | None) -> tuple[User, Login]:
    """Tell the login of a user once it can be changed: some time after it was made."""
    user, login = login_of(tx, user_name)
    if tx.now < login.created_at + tx.options.login_delay:
        raise LoginBeingCreated(user.name)
    return user, login


def _meant(tx: Transaction, user_name: str | None) -> User:
    name = resolve_user_name(tx, user_name)
    if name is None:
        raise UserNameRequired
    return user_of(tx.state, tx.caller.account_id, name)


def _hash_of(user: User, password: str) -> str:
    kinds = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())
    mixed = sum(any(map(kind, password)) for kind in kinds)
    # The policy of an account that has none of its own.
    if not _SHORTEST <= len(password) <= _LONGEST or mixed < 3 or password == user.account_id:
        raise PasswordTooWeak
    return _digest(user, password)


def _digest(user: User, password: str) -> str:
    return pbkdf2_hmac("sha256", password.encode(), user.id.encode(), _ROUNDS).hex()
