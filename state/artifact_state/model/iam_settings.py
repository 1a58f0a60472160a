"""The settings of IAM that an account has, and its instance profiles."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from datetime import datetime

from rpds import HashTrieMap as Map

from artifact_state.record import Record


class PasswordPolicy(Record):
    """The rules for the passwords of an account's users."""

    min_length: int = 6
    requires_symbols: bool = False
    requires_numbers: bool = False
    requires_uppercase: bool = False
    requires_lowercase: bool = False
    users_may_change: bool = False
    max_age_days: int | None = None
    reuse_prevention: int | None = None
    """How many former passwords of a user cannot be used again."""
    hard_expiry: bool | None = None
    """Whether an expired password can be replaced by an administrator only; None if it was never said."""


class IamSettings(Record):
    """Settings of an account that differ from those of a new account."""

    account_id: str
    password_policy: PasswordPolicy | None = None
    token_version: int = 1
    """The version of the session tokens of the global endpoint of AWS STS."""
    role_manager_enabled: bool = False


class InstanceProfile(Record):
    """An instance profile, which passes a role to EC2 instances."""

    id: str
    account_id: str
    name: str
    path: str
    created_at: datetime
    role_name: str = ""
    """The role that it contains; "" if it contains none."""
    tags: Map[str, str] = Map()
