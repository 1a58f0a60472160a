"""The identity-based policies that speak of a caller, and the boundary of his permissions: facts for a decision.

A user has his own policies and those of his groups; a session of a role has the role's. Session policies
are the session's, not the role's, and are not told here; the root user has no identity policies.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.policy_references import arn_of, policies_by_reference
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.roles import role_of
from artifact_state.iam.users import user_of
from artifact_state.model import Caller, CallerKind, Role, State
from artifact_state.model.identities import User
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.state_cache import StateCache


@dataclass(frozen=True, slots=True)
class IdentityPolicies:
    """What is attached to a caller; `boundary` is None where nothing bounds him."""

    identity: tuple[NamedPolicy, ...] = ()
    boundary: NamedPolicy | None = None


NONE = IdentityPolicies()
_ATTACHED: StateCache[IdentityPolicies] = StateCache("users", "groups", "roles", "customer_policies")


def policies_of(state: State, caller: Caller, now: datetime) -> IdentityPolicies:
    """Give the policies of a caller; of one who is gone, none, so that nothing allows him anything."""
    if caller.kind not in (CallerKind.USER, CallerKind.ROLE):
        return NONE
    try:
        identity = calling_identity(state, caller, now)
    except (EntityNotFound, RoleNotFound):
        return NONE
    found, key = _ATTACHED.of(state), (caller.partition, identity.id)
    if key not in found:
        attached = tuple(_of_all(state, caller.partition, identity))
        found[key] = IdentityPolicies(attached, _boundary(state, caller.partition, identity))
    return found[key]


def policies_of_identity(state: State, partition: str, identity: Identity) -> tuple[NamedPolicy, ...]:
    """Give what is attached to a user, a group or a role itself."""
    return tuple(_of_one(state, partition, identity))


def calling_identity(state: State, caller: Caller, now: datetime) -> User | Role:
    """Tell the user that calls, or the role that is called in the name of.

    Raises EntityNotFound, RoleNotFound.
    """
    if caller.kind is CallerKind.USER:
        return user_of(state, caller.account_id, caller.arn.rpartition("/")[2])
    # arn:aws:sts::111122223333:assumed-role/<role>/<session>
    role = role_of(state, caller.account_id, caller.arn.split("/")[1], now)
    if role.id != caller.user_id.partition(":")[0]:
        # Another role of the same name, made after the session's was deleted.
        raise RoleNotFound(role.name)
    return role


def _of_all(state: State, partition: str, identity: User | Role) -> Iterator[NamedPolicy]:
    yield from _of_one(state, partition, identity)
    if isinstance(identity, User):
        for group in groups_of_user(state, identity):
            yield from _of_one(state, partition, group)


def _of_one(state: State, partition: str, identity: Identity) -> Iterator[NamedPolicy]:
    inline = identity.inline_policies
    for name in sorted(inline):
        yield NamedPolicy(name, inline[name])
    for policy in policies_by_reference(state, identity.account_id, identity.managed_policies):
        yield NamedPolicy(arn_of(partition, policy), policy.document)


def _boundary(state: State, partition: str, identity: User | Role) -> NamedPolicy | None:
    if identity.boundary is None:
        return None
    (policy,) = policies_by_reference(state, identity.account_id, (identity.boundary,))
    return NamedPolicy(arn_of(partition, policy), policy.document)
