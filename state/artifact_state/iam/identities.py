"""Users, groups and roles alike: who can have policies, and how many and how large.

Whoever changes one has found it before, and knows that it is his account's to change.
"""

from collections.abc import Mapping

from artifact_state.errors import Entity, IdentityQuota
from artifact_state.iam import groups, users
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.role_changes import replace_role
from artifact_state.model import Role
from artifact_state.model.identities import Group, User
from artifact_state.world import Transaction

ATTACHED_POLICY_QUOTAS: Mapping[type[Identity], IdentityQuota] = {
    User: IdentityQuota.POLICIES_PER_USER,
    Group: IdentityQuota.POLICIES_PER_GROUP,
    Role: IdentityQuota.POLICIES_PER_ROLE,
}
"""How many managed policies each kind takes."""
INLINE_POLICY_LIMITS: Mapping[type[Identity], tuple[Entity, IdentityQuota]] = {
    User: (Entity.USER_POLICY, IdentityQuota.USER_POLICY_SIZE),
    Group: (Entity.GROUP_POLICY, IdentityQuota.GROUP_POLICY_SIZE),
    Role: (Entity.ROLE_POLICY, IdentityQuota.ROLE_POLICY_SIZE),
}
"""What the inline policies of each kind are called, and how large they may be together."""


def put_identity(tx: Transaction, identity: Identity) -> None:
    """Keep a changed user, group or role, and tell of it."""
    if isinstance(identity, Role):
        replace_role(tx, identity)
    elif isinstance(identity, Group):
        groups.put_group(tx, identity)
    else:
        users.put_user(tx, identity)
