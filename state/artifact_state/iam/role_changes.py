"""What an account may change about its roles, and what a service-linked role refuses.

While its service uses a linked role, every change is refused. After that its description and tags may
change; its policies never do.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from artifact_state import ids, name_index
from artifact_state.errors import DeletionObstacle, Entity, EntityInUse, EntityNameTaken, IdentityQuota, RoleProtected
from artifact_state.events import RoleChanged, RoleDeletionRequested
from artifact_state.iam.identity_documents import require_valid_trust_policy
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, with_tags, without_tags
from artifact_state.iam.linked_roles import linked_role_usages
from artifact_state.iam.policy_references import boundary_reference
from artifact_state.iam.roles import mark_role_deleted, put_role, role_of, roles_of
from artifact_state.model import Map, Role
from artifact_state.world import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRole:
    """What is asked of a role that is to be made."""

    name: str
    trust_policy: str
    path: str = "/"
    description: str = ""
    max_session: timedelta = timedelta(hours=1)
    boundary: str | None = None
    """The ARN of the policy that bounds its permissions."""
    tags: TagPairs = ()


def create_role(tx: Transaction, wanted: NewRole) -> Role:
    """Make a role that belongs to no service; it may do nothing yet.

    Raises MalformedPolicyDocument, EntityNameTaken, EntityNotFound, InvalidPolicyArn, QuotaExceeded, InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    require_valid_trust_policy(tx, wanted.trust_policy)
    account_id = tx.caller.account_id
    held = list(roles_of(tx.state, account_id, "/", tx.now))
    for role in held:
        if name_index.key_of(role.name) == name_index.key_of(wanted.name):
            raise EntityNameTaken(Entity.ROLE, role.name)
    # A service-linked role may be made beyond the quota (facts: organizations 5.2).
    require_quota(tx, IdentityQuota.ROLES_PER_ACCOUNT, sum(role.linked_service is None for role in held) + 1)
    role = Role(
        id=ids.unique_id("AROA", tx.state.seed, tx.serial()),
        account_id=account_id,
        name=wanted.name,
        path=wanted.path,
        trust_policy=wanted.trust_policy,
        description=wanted.description,
        created_at=tx.now,
        tags=with_tags(tx, Map(), wanted.tags, IdentityQuota.TAGS_PER_ROLE),
        max_session=wanted.max_session,
        boundary=None if wanted.boundary is None else boundary_reference(tx, wanted.boundary),
    )
    put_role(tx, role)
    return role


def update_trust_policy(tx: Transaction, name: str, trust_policy: str) -> None:
    """Change who may assume a role.

    Raises RoleNotFound, RoleProtected, MalformedPolicyDocument, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
    """
    role = unlinked_role(tx, name)
    require_valid_trust_policy(tx, trust_policy)
    replace_role(tx, replace(role, trust_policy=trust_policy))


def update_role(
    tx: Transaction, name: str, *, description: str | None = None, max_session: timedelta | None = None
) -> Role:
    """Change a role's description, its longest session, or both.

    A service-linked role's session length never changes.
    Raises RoleNotFound, RoleProtected.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
    """
    role = _changeable(tx, name)
    if role.linked_service is not None and max_session is not None:
        raise RoleProtected(role.name)
    return replace_role(
        tx,
        replace(
            role,
            description=role.description if description is None else description,
            max_session=max_session or role.max_session,
        ),
    )


def tag_role(tx: Transaction, name: str, tags: TagPairs) -> None:
    """Set tags of a role.

    Raises RoleNotFound, RoleProtected, QuotaExceeded, InvalidTagKeys.
    """
    role = _changeable(tx, name)
    replace_role(tx, replace(role, tags=with_tags(tx, role.tags, tags, IdentityQuota.TAGS_PER_ROLE)))


def untag_role(tx: Transaction, name: str, keys: Iterable[str]) -> None:
    """Take tags off a role; a key that it does not have is no error.

    Raises RoleNotFound, RoleProtected.
    """
    role = _changeable(tx, name)
    replace_role(tx, replace(role, tags=without_tags(role.tags, keys)))


def delete_role(tx: Transaction, name: str) -> None:
    """Delete a role that is not linked to a service and has no policies.

    Raises RoleNotFound, RoleProtected, EntityInUse.
    """
    role = unlinked_role(tx, name)
    if role.managed_policies:
        raise EntityInUse(DeletionObstacle.ATTACHED_POLICIES)
    if role.inline_policies:
        raise EntityInUse(DeletionObstacle.INLINE_POLICIES)
    mark_role_deleted(tx, role, tx.now)
    tx.record(RoleDeletionRequested(at=tx.now, account_id=role.account_id, role_name=role.name))


def unlinked_role(tx: Transaction, name: str) -> Role:
    """Give a role of the caller's account whose policies the account may change.

    Raises RoleNotFound, RoleProtected.
    """
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None:
        raise RoleProtected(role.name)
    return role


def replace_role(tx: Transaction, role: Role) -> Role:
    """Keep a changed role, and tell of it."""
    put_role(tx, role)
    tx.record(RoleChanged(at=tx.now, account_id=role.account_id, role_name=role.name))
    return role


def _changeable(tx: Transaction, name: str) -> Role:
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None and linked_role_usages(tx, role):
        raise RoleProtected(role.name)
    return role
