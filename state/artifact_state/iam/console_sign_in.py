"""Signing in to the console with the password of an IAM user, which can be expired or due to be changed.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
"""

from datetime import datetime, timedelta
from enum import Enum

from artifact_state.errors import EntityNotFound
from artifact_state.iam.logins import password_matches
from artifact_state.iam.settings import settings_of
from artifact_state.iam.users import user_of
from artifact_state.model import State
from artifact_state.model.identities import User


class SignIn(Enum):
    """The outcome of an attempt to sign in."""

    REFUSED = "refused"
    """The account has no such user, or the password is another one."""
    ACCEPTED = "accepted"
    CHANGE_REQUIRED = "change required"
    """The user has to change the password first."""
    EXPIRED = "expired"
    """Only an administrator can replace the password."""


def sign_in(state: State, account_id: str, user_name: str, password: str, now: datetime) -> SignIn:
    """Return the outcome of signing in as a user of an account."""
    try:
        user = user_of(state, account_id, user_name)
    except EntityNotFound:
        return SignIn.REFUSED
    if user.login is None or not password_matches(user, password):
        return SignIn.REFUSED
    expires_at = password_expires_at(state, user)
    has_expired = expires_at is not None and now >= expires_at
    policy = settings_of(state, account_id).password_policy
    if has_expired and policy is not None and policy.hard_expiry:
        return SignIn.EXPIRED
    return SignIn.CHANGE_REQUIRED if has_expired or user.login.must_be_changed else SignIn.ACCEPTED


def password_expires_at(state: State, user: User) -> datetime | None:
    """Return when the password of a user expires, or None if it does not, or if there is none."""
    policy = settings_of(state, user.account_id).password_policy
    if user.login is None or policy is None or not policy.max_age_days:
        return None
    return (user.login.changed_at or user.login.created_at) + timedelta(days=policy.max_age_days)
