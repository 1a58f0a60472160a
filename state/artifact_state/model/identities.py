"""What an account keeps in IAM beside its roles: users and their keys, groups, policies of its own."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from dataclasses import dataclass
from datetime import datetime

from rpds import HashTrieMap as Map

from artifact_state.catalog import PolicyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The password with which a user signs in to the console."""

    password_hash: str
    created_at: datetime
    must_be_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user."""

    id: str
    account_id: str
    name: str
    path: str
    created_at: datetime
    tags: Map[str, str] = Map()
    groups: tuple[str, ...] = ()
    """The names of his groups, in lower case, sorted."""
    access_keys: tuple[str, ...] = ()
    """The ids of his access keys, the oldest first."""
    managed_policies: tuple[str, ...] = ()
    """References to policies, in the order of attaching: see `policy_references`."""
    inline_policies: Map[str, str] = Map()
    """Documents by the names of the policies."""
    boundary: str | None = None
    """A reference to the policy that bounds his permissions."""
    login: Login | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of IAM users: who is in it is written with the users."""

    id: str
    account_id: str
    name: str
    path: str
    created_at: datetime
    managed_policies: tuple[str, ...] = ()
    inline_policies: Map[str, str] = Map()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A long-term credential of a user, or of the root user if it names none.

    A deleted one is kept, so that it is refused and not taken for a placeholder.
    """

    id: str
    secret: str
    account_id: str
    user_name: str | None
    created_at: datetime
    active: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """A policy that an account manages itself: what it has in common with AWS's bears the same names."""

    account_id: str
    policy_id: str
    name: str
    path: str
    description: str
    created_at: datetime
    updated_at: datetime
    default_version_id: str
    versions: tuple[PolicyVersion, ...]
    """The newest first, five at most."""
    last_version: int = 1
    """Numbers are not used again."""
    tags: Map[str, str] = Map()

    @property
    def document(self) -> str:
        """Give the text of the version in force."""
        return next(one.document for one in self.versions if one.version_id == self.default_version_id)
