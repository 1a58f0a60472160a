"""Where managed policies are used in an account: attached, or as somebody's boundary.

That is written with the users, groups and roles; one walk through an account's counts for all policies.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from artifact_state.iam.roles import roles_of
from artifact_state.model import Role, State
from artifact_state.model.identities import Group, User

Identity = User | Group | Role
"""Who can have policies."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How often each policy is used in an account, by the references to them."""

    attachments: Counter[str] = field(default_factory=Counter)
    boundaries: Counter[str] = field(default_factory=Counter)


def identities_of(state: State, account_id: str, now: datetime) -> Iterator[Identity]:
    """Go through the users, the groups and the roles of an account, each by name."""
    yield from state.users.get(account_id, ())
    yield from state.groups.get(account_id, ())
    yield from roles_of(state, account_id, "/", now)


def boundary_of(identity: Identity) -> str | None:
    """Tell the policy that bounds somebody; a group has no boundary."""
    return None if isinstance(identity, Group) else identity.boundary


def usage_of(state: State, account_id: str, now: datetime) -> Usage:
    """Count where the policies of an account are used."""
    usage = Usage()
    for identity in identities_of(state, account_id, now):
        usage.attachments.update(identity.managed_policies)
        if boundary := boundary_of(identity):
            usage.boundaries[boundary] += 1
    return usage
