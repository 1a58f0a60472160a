"""Identities: what users, groups and roles have in common as holders of policies.

The callers find the identity and check that the account may change it.
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
INLINE_POLICY_ENTITIES: Mapping[type[Identity], Entity] = {
    User: Entity.USER_POLICY,
    Group: Entity.GROUP_POLICY,
    Role: Entity.ROLE_POLICY,
}
INLINE_POLICY_QUOTAS: Mapping[type[Identity], IdentityQuota] = {
    User: IdentityQuota.USER_POLICY_SIZE,
    Group: IdentityQuota.GROUP_POLICY_SIZE,
    Role: IdentityQuota.ROLE_POLICY_SIZE,
}
"""Limits on the size of all inline policies of an identity together."""


def put_identity(tx: Transaction, identity: Identity) -> None:
    """Store a changed user, group or role and record the event."""
    if isinstance(identity, Role):
        replace_role(tx, identity)
    elif isinstance(identity, Group):
        groups.put_group(tx, identity)
    else:
        users.put_user(tx, identity)
