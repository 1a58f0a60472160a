"""Changes to roles by their account, and the changes that service-linked roles refuse.

A service-linked role refuses every change while its service uses it. Otherwise its description and its tags can
change, its policies never.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

from collections.abc import Iterable
from datetime import timedelta

from artifact_state import ids, name_index
from artifact_state.catalog.role_templates import MINOR_VERSION
from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    IdentityQuota,
    PathReserved,
    RoleProtected,
)
from artifact_state.events import RoleChanged, RoleDeletionRequested
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.iam.linked_roles import linked_role_usages
from artifact_state.iam.policy_references import LINKED_ROLE_PATH, boundary_reference
from artifact_state.iam.roles import mark_role_deleted, put_role, role_of, roles_of
from artifact_state.iam.trust_policies import resolve_trust_policy
from artifact_state.model import Map, Role
from artifact_state.record import Record, replace
from artifact_state.world import Transaction


class NewRole(Record):
    """The attributes of a role to be created."""

    name: str
    trust_policy: str
    path: str = "/"
    description: str = ""
    max_session: timedelta = timedelta(hours=1)
    max_signin: timedelta | None = None
    boundary: str | None = None
    """The ARN of the permissions boundary."""
    tags: TagPairs = ()
    template_arn: str = ""
    """The template of AWS from which it is created; "" for other roles."""


def create_role(tx: Transaction, new: NewRole) -> Role:
    """Create a role that is not linked to a service.

    Raises PathReserved, MalformedPolicyDocument, EntityNameTaken, EntityNotFound, InvalidPolicyArn, QuotaExceeded,
    InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    if new.path.startswith(LINKED_ROLE_PATH):
        raise PathReserved(LINKED_ROLE_PATH)
    trust_policy = resolve_trust_policy(tx, new.trust_policy)
    account_id = tx.caller.account_id
    existing = list(roles_of(tx.state, account_id, "/", tx.now))
    for role in existing:
        if name_index.key_of(role.name) == name_index.key_of(new.name):
            raise EntityNameTaken(Entity.ROLE, role.name)
    # Service-linked roles do not count:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
    require_quota(tx, IdentityQuota.ROLES_PER_ACCOUNT, sum(role.linked_service is None for role in existing) + 1)
    role = Role(
        id=ids.unique_id("AROA", tx.state.seed, tx.serial()),
        account_id=account_id,
        name=new.name,
        path=new.path,
        trust_policy=trust_policy.document,
        trusted_principals=trust_policy.principals,
        description=new.description,
        created_at=tx.now,
        tags=with_tags(tx, Map(), new.tags, IdentityQuota.TAGS_PER_ROLE),
        max_session=new.max_session,
        max_signin=new.max_signin,
        boundary=None if new.boundary is None else boundary_reference(tx, new.boundary),
        template_arn=new.template_arn,
        template_minor_version=MINOR_VERSION if new.template_arn else 0,
    )
    put_role(tx, role)
    return role


def update_trust_policy(tx: Transaction, name: str, document: str, *, accept_deleted: bool = False) -> None:
    """Replace the trust policy of a role; `accept_deleted` accepts unique ids that no principal has.

    Raises RoleNotFound, RoleProtected, MalformedPolicyDocument, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
    """
    role = unlinked_role(tx, name)
    trust_policy = resolve_trust_policy(tx, document, accept_deleted=accept_deleted)
    replace_role(tx, replace(role, trust_policy=trust_policy.document, trusted_principals=trust_policy.principals))


def update_role(
    tx: Transaction, name: str, *, description: str | None = None, max_session: timedelta | None = None
) -> Role:
    """Change the description, the maximum session duration or both of a role.

    The maximum session duration of a service-linked role cannot be changed.
    Raises RoleNotFound, RoleProtected.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
    """
    role = _role_out_of_use(tx, name)
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


def set_max_signin(tx: Transaction, name: str, max_signin: timedelta | None) -> None:
    """Set how long those who sign in with a role stay signed in at most, or unset it.

    Raises RoleNotFound, RoleProtected.
    """
    role = _role_out_of_use(tx, name)
    if role.linked_service is not None:
        raise RoleProtected(role.name)
    replace_role(tx, replace(role, max_signin=max_signin))


def tag_role(tx: Transaction, name: str, tags: TagPairs) -> None:
    """Add tags to a role.

    Raises RoleNotFound, RoleProtected, QuotaExceeded, InvalidTagKeys.
    """
    role = _role_out_of_use(tx, name)
    replace_role(tx, replace(role, tags=add_tags(tx, role.tags, tags, IdentityQuota.TAGS_PER_ROLE)))


def untag_role(tx: Transaction, name: str, keys: Iterable[str]) -> None:
    """Remove tags from a role; unknown keys are ignored.

    Raises RoleNotFound, RoleProtected.
    """
    role = _role_out_of_use(tx, name)
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
    if any(profile.role_name == role.name for profile in tx.state.instance_profiles.get(role.account_id, ())):
        raise EntityInUse(DeletionObstacle.ROLE_IN_PROFILE)
    mark_role_deleted(tx, role, tx.now)
    tx.record(RoleDeletionRequested(at=tx.now, account_id=role.account_id, role_name=role.name))


def unlinked_role(tx: Transaction, name: str) -> Role:
    """Return a role of the caller's account that is not linked to a service.

    Raises RoleNotFound, RoleProtected.
    """
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None:
        raise RoleProtected(role.name)
    return role


def replace_role(tx: Transaction, role: Role) -> Role:
    """Store a changed role and record the event."""
    put_role(tx, role)
    tx.record(RoleChanged(at=tx.now, account_id=role.account_id, role_name=role.name))
    return role


def _role_out_of_use(tx: Transaction, name: str) -> Role:
    """Return a role of the caller's account that no service uses as its linked role."""
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is not None and linked_role_usages(tx, role):
        raise RoleProtected(role.name)
    return role
