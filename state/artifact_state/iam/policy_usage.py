"""The use of managed policies in an account, as attached policies and as permissions boundaries.

The uses are recorded with the identities; one pass over an account's identities counts those of all policies.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from artifact_state.iam.roles import roles_of
from artifact_state.model import Role, State
from artifact_state.model.identities import Group, User
from artifact_state.record import Record, field

Identity = User | Group | Role
"""A resource that can have policies."""


class Usage(Record, kw_only=False):
    """The number of uses of each policy in an account, by the references to them."""

    attachments: Counter[str] = field(default_factory=Counter)
    boundaries: Counter[str] = field(default_factory=Counter)


def identities_of(state: State, account_id: str, now: datetime) -> Iterator[Identity]:
    """Iterate over the users, then the groups, then the roles of an account, each sorted by name."""
    yield from state.users.get(account_id, ())
    yield from state.groups.get(account_id, ())
    yield from roles_of(state, account_id, "/", now)


def boundary_of(identity: Identity) -> str | None:
    """Return the reference to the permissions boundary of an identity, or None; groups have none."""
    return None if isinstance(identity, Group) else identity.boundary


def usage_of(state: State, account_id: str, now: datetime) -> Usage:
    """Count the uses of policies in an account."""
    usage = Usage()
    for identity in identities_of(state, account_id, now):
        usage.attachments.update(identity.managed_policies)
        if boundary := boundary_of(identity):
            usage.boundaries[boundary] += 1
    return usage
