"""Identity-based policies and permissions boundaries of callers, for policy evaluation.

A user has its own policies and those of its groups, the session of a role has the role's policies. Session policies
are not identity-based policies, and the root user has none. The password policy of an account can permit all users to
change their own passwords.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
"""

import json
from collections.abc import Iterator
from datetime import datetime

from artifact_state import arns
from artifact_state.errors import EntityNotFound, RoleNotFound
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.policy_references import arn_of, policies_by_reference
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.roles import role_of
from artifact_state.iam.settings import settings_of
from artifact_state.iam.users import user_of
from artifact_state.model import Caller, CallerKind, Role, State
from artifact_state.model.identities import User
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.record import Record
from artifact_state.state_cache import StateCache


class IdentityPolicies(Record, kw_only=False):
    """The identity-based policies of a caller and its permissions boundary, if it has one."""

    identity: tuple[NamedPolicy, ...] = ()
    boundary: NamedPolicy | None = None


NONE = IdentityPolicies()
_CACHE: StateCache[IdentityPolicies] = StateCache(
    "accounts", "users", "groups", "roles", "customer_policies", "iam_settings"
)
ACCOUNT_RULES = "account password policy"
"""The name of the policy that stands for the permissions of an account's password policy."""


def policies_of(state: State, caller: Caller, now: datetime) -> IdentityPolicies:
    """Return the policies of a caller; a caller whose user or role was deleted has none."""
    if caller.kind not in (CallerKind.USER, CallerKind.ROLE):
        return NONE
    try:
        identity = calling_identity(state, caller, now)
    except (EntityNotFound, RoleNotFound):
        return NONE
    cached, key = _CACHE.of(state), (caller.partition, identity.id)
    if key not in cached:
        policies = tuple(_with_group_policies(state, caller.partition, identity))
        cached[key] = IdentityPolicies(policies, _boundary(state, caller.partition, identity))
    return cached[key]


def policies_of_identity(state: State, partition: str, identity: Identity) -> tuple[NamedPolicy, ...]:
    """Return the policies of a user, group or role without those of a user's groups."""
    return tuple(_own_policies(state, partition, identity))


def calling_identity(state: State, caller: Caller, now: datetime) -> User | Role:
    """Return the user that calls, or the role whose session calls.

    Raises EntityNotFound, RoleNotFound.
    """
    if caller.kind is CallerKind.USER:
        return user_of(state, caller.account_id, caller.arn.rpartition("/")[2])
    # arn:aws:sts::111122223333:assumed-role/<role>/<session>
    role = role_of(state, caller.account_id, caller.arn.split("/")[1], now)
    if role.id != caller.user_id.partition(":")[0]:
        # The session's role was deleted, and another role with the same name was created.
        raise RoleNotFound(role.name)
    return role


def _with_group_policies(state: State, partition: str, identity: User | Role) -> Iterator[NamedPolicy]:
    yield from _own_policies(state, partition, identity)
    if isinstance(identity, User):
        for group in groups_of_user(state, identity):
            yield from _own_policies(state, partition, group)
        password_policy = settings_of(state, identity.account_id).password_policy
        if password_policy is not None and password_policy.users_may_change:
            yield _permission_to_change_password(partition, identity)


def _permission_to_change_password(partition: str, user: User) -> NamedPolicy:
    """Return what a password policy permits its account's users, for one of them."""
    # Unverified: that permissions boundaries limit it, as they limit identity-based policies.
    statements = (
        ("iam:ChangePassword", arns.user(partition, user.account_id, user.path, user.name)),
        ("iam:GetAccountPasswordPolicy", "*"),
    )
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements],
    }
    return NamedPolicy(ACCOUNT_RULES, json.dumps(document))


def _own_policies(state: State, partition: str, identity: Identity) -> Iterator[NamedPolicy]:
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
