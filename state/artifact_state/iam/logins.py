"""Login profiles: the passwords with which IAM users sign in to the console.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from hashlib import pbkdf2_hmac

from artifact_state.errors import (
    Entity,
    EntityNameTaken,
    EntityNotFound,
    LoginBeingCreated,
    NotUser,
    PasswordTooWeak,
    UserNameRequired,
    WrongPassword,
)
from artifact_state.iam.settings import settings_of
from artifact_state.iam.users import put_user, resolve_user_name, user_of
from artifact_state.model import CallerKind
from artifact_state.model.iam_settings import PasswordPolicy
from artifact_state.model.identities import Login, User
from artifact_state.record import Record, replace
from artifact_state.world import Transaction

_HASH_ITERATIONS = 1_000
"""Few, because an emulator's passwords protect nothing and tests sign in often."""
_MIN_LENGTH, _MAX_LENGTH = 8, 128
_MIN_CHARACTER_KINDS = 3
_MAX_FORMER_PASSWORDS = 24
"""The most passwords whose use a password policy can prevent."""
_SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
_SALT_END = "$"


class PasswordHashes(Record, kw_only=False):
    """The hashes of a user's passwords, of which at least the present one is known."""

    latest_first: Sequence[str]


def login_of(tx: Transaction, user_name: str | None = None) -> tuple[User, Login]:
    """Return a user, by default the caller, and its login.

    Raises EntityNotFound, UserNameRequired.
    """
    user = _find_user(tx, user_name)
    if user.login is None:
        raise EntityNotFound(Entity.LOGIN, user.name)
    return user, user.login


def create_login(
    tx: Transaction,
    password: str | PasswordHashes,
    *,
    user_name: str | None = None,
    must_be_changed: bool = False,
    max_signin: timedelta | None = None,
) -> tuple[User, Login]:
    """Create the password of a user, by default of the caller; hashes are not checked.

    Raises EntityNotFound, UserNameRequired, EntityNameTaken, PasswordTooWeak.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
    """
    user = _find_user(tx, user_name)
    if user.login is not None:
        raise EntityNameTaken(Entity.LOGIN, user.name)
    hashes = (_checked_hash(tx, user, password),) if isinstance(password, str) else tuple(password.latest_first)
    login = Login(
        password_hash=hashes[0],
        former_hashes=hashes[1:],
        created_at=tx.now,
        must_be_changed=must_be_changed,
        max_signin=max_signin,
    )
    return put_user(tx, replace(user, login=login)), login


def update_login(
    tx: Transaction, user_name: str, *, password: str | None = None, must_be_changed: bool | None = None
) -> None:
    """Change a user's password, whether it must be changed at the next sign-in, or both.

    Raises EntityNotFound, UserNameRequired, PasswordTooWeak, LoginBeingCreated.
    """
    user, login = _changeable_login(tx, user_name)
    changed = login if password is None else _with_password(tx, user, login, password)
    must_be_changed = login.must_be_changed if must_be_changed is None else must_be_changed
    put_user(tx, replace(user, login=replace(changed, must_be_changed=must_be_changed)))


def set_max_signin(tx: Transaction, user_name: str, max_signin: timedelta | None) -> None:
    """Set how long a user stays signed in at most, or unset it.

    Raises EntityNotFound, UserNameRequired, LoginBeingCreated.
    """
    user, login = _changeable_login(tx, user_name)
    put_user(tx, replace(user, login=replace(login, max_signin=max_signin)))


def change_password(tx: Transaction, old_password: str, new_password: str) -> None:
    """Change the password of the calling user.

    Raises NotUser, EntityNotFound, UserNameRequired, LoginBeingCreated, WrongPassword, PasswordTooWeak.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html
    """
    if tx.caller.kind is not CallerKind.USER:
        raise NotUser
    user, login = _changeable_login(tx, None)
    if not password_matches(user, old_password):
        raise WrongPassword
    changed = replace(_with_password(tx, user, login, new_password), must_be_changed=False)
    put_user(tx, replace(user, login=changed))


def delete_login(tx: Transaction, user_name: str | None = None) -> None:
    """Delete the password of a user, by default of the caller; its access keys stay valid.

    Raises EntityNotFound, UserNameRequired, LoginBeingCreated.
    """
    user, _ = _changeable_login(tx, user_name)
    put_user(tx, replace(user, login=None))


def password_matches(user: User, password: str) -> bool:
    """Return whether a password is that of a user."""
    return user.login is not None and _has_hash(user, password, user.login.password_hash)


def _changeable_login(tx: Transaction, user_name: str | None) -> tuple[User, Login]:
    user, login = login_of(tx, user_name)
    if tx.now < login.created_at + tx.options.login_delay:
        raise LoginBeingCreated(user.name)
    return user, login


def _find_user(tx: Transaction, user_name: str | None) -> User:
    name = resolve_user_name(tx, user_name)
    if name is None:
        raise UserNameRequired
    return user_of(tx.state, tx.caller.account_id, name)


def _with_password(tx: Transaction, user: User, login: Login, password: str) -> Login:
    return replace(
        login,
        password_hash=_checked_hash(tx, user, password),
        changed_at=tx.now,
        former_hashes=(login.password_hash, *login.former_hashes)[:_MAX_FORMER_PASSWORDS],
    )


def _checked_hash(tx: Transaction, user: User, password: str) -> str:
    """Return the hash of a password that satisfies the password policy of the account, or AWS's default."""
    policy = settings_of(tx.state, user.account_id).password_policy
    is_strong = _satisfies_default(user, password) if policy is None else _satisfies(policy, password)
    recent = () if policy is None else _recent_hashes(user, policy)
    if not is_strong or any(_has_hash(user, password, former) for former in recent):
        raise PasswordTooWeak
    return f"{user.id}{_SALT_END}{_hash(user.id, password)}"


def _satisfies_default(user: User, password: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
    contained = sum(any(map(kind, password)) for kind in kinds)
    has_length = _MIN_LENGTH <= len(password) <= _MAX_LENGTH
    return has_length and contained >= _MIN_CHARACTER_KINDS and password != user.account_id


def _satisfies(policy: PasswordPolicy, password: str) -> bool:
    required = (
        (policy.requires_uppercase, str.isupper),
        (policy.requires_lowercase, str.islower),
        (policy.requires_numbers, str.isdigit),
        (policy.requires_symbols, _SYMBOLS.__contains__),
    )
    has_kinds = all(any(map(kind, password)) for is_required, kind in required if is_required)
    return has_kinds and policy.min_length <= len(password) <= _MAX_LENGTH


def _recent_hashes(user: User, policy: PasswordPolicy) -> tuple[str, ...]:
    """Return the hashes of the passwords that cannot be used again, the present one included."""
    if user.login is None or not policy.reuse_prevention:
        return ()
    return (user.login.password_hash, *user.login.former_hashes)[: policy.reuse_prevention]


def _has_hash(user: User, password: str, stored: str) -> bool:
    salt, _, password_hash = stored.rpartition(_SALT_END)
    return hmac.compare_digest(password_hash, _hash(salt or user.id, password))


def _hash(salt: str, password: str) -> str:
    return pbkdf2_hmac("sha256", password.encode(), salt.encode(), _HASH_ITERATIONS).hex()
