"""Service-linked roles, which are created for a service, and changed and deleted only as the service allows.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
https://docs.aws.amazon.com/artifact/latest/ug/using-service-linked-roles.html
"""

import re
from collections.abc import Iterator
from datetime import datetime

from artifact_state import arns, catalog, ids
from artifact_state.artifact.agreements import artifact_is_trusted, organization_acceptances
from artifact_state.authority import organization_of
from artifact_state.errors import (
    DeletionTaskNotFound,
    InvalidDeletionTaskId,
    LinkedServiceNotFound,
    RoleNameTaken,
    RoleNotFound,
    SuffixNotAllowed,
)
from artifact_state.events import RoleDeletionRequested
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL, linked_role_template
from artifact_state.iam.roles import mark_role_deleted, put_role, role_of
from artifact_state.model import DeletionTask, FeatureSet, Role, RoleUsage
from artifact_state.record import replace
from artifact_state.world import Transaction

ARTIFACT_PRINCIPAL = "artifact.amazonaws.com"
_TASK_ID = re.compile(r"task/aws-service-role/[^/\s]+/[^/\s]+/[0-9a-f-]{36}")


def ensure_linked_role(
    tx: Transaction, account_id: str, principal: str, *, suffix: str | None = None, at: datetime | None = None
) -> None:
    """Create the role of a service in an account, if the service has one and the account does not have it yet.

    A running task that deletes it fails, because the service uses the role again.
    """
    linked = catalog.linked_role_of(principal, tx.added_services)
    if linked is None:
        return
    created_at = at or tx.now
    try:
        role = role_of(tx.state, account_id, linked.name_with(suffix), created_at)
    except RoleNotFound:
        _create(
            tx, account_id, replace(linked_role_template(linked), name=linked.name_with(suffix), created_at=created_at)
        )
    else:
        _fail_running_tasks(tx, role)


def is_unknown(tx: Transaction, principal: str, suffix: str | None) -> bool:
    """Return whether AWS's answer to the creation of a role is not known.

    Either the name of the role is not, or the service takes no role without a suffix, whose refusal was not seen.
    """
    linked = catalog.linked_role_of(principal, tx.added_services)
    if linked is None:
        return principal in catalog.unconfirmed_linked_roles()
    return suffix is None and linked.suffix == "required"


def create_linked_role(
    tx: Transaction, principal: str, *, description: str | None = None, suffix: str | None = None
) -> Role:
    """Create the role of a service in the caller's account; it has no description but the caller's.

    Raises LinkedServiceNotFound, SuffixNotAllowed, RoleNameTaken.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    linked = catalog.linked_role_of(principal, tx.added_services)
    if linked is None:
        raise LinkedServiceNotFound(principal)
    if suffix is not None and linked.suffix == "none":
        raise SuffixNotAllowed(principal)
    name = linked.name_with(suffix)
    try:
        role_of(tx.state, tx.caller.account_id, name, tx.now)
    except RoleNotFound:
        template = replace(linked_role_template(linked), name=name, description=description or "", created_at=tx.now)
        return _create(tx, tx.caller.account_id, template)
    raise RoleNameTaken(name)


def delete_linked_role(tx: Transaction, name: str) -> DeletionTask:
    """Start a task that deletes a service-linked role; the task fails if the service uses the role.

    While a task for the role is running, it is returned again.
    Raises RoleNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html
    """
    role = role_of(tx.state, tx.caller.account_id, name, tx.now)
    if role.linked_service is None:
        raise RoleNotFound(name)
    if running := next(_running_tasks(tx, role), None):
        return running
    task = DeletionTask(
        id=f"task{role.path}{role.name}/{ids.uuid(tx.state.seed, tx.serial())}",
        account_id=role.account_id,
        role_name=role.name,
        requested_at=tx.now,
        completes_at=tx.now + tx.delay(tx.options.deletion_delay),
        usages=linked_role_usages(tx, role),
    )
    tx.put(task)
    if not task.usages:
        mark_role_deleted(tx, role, task.completes_at)
    tx.record(RoleDeletionRequested(at=tx.now, account_id=role.account_id, role_name=role.name))
    return task


def deletion_task(tx: Transaction, task_id: str) -> DeletionTask:
    """Return a deletion task of the caller's account.

    Raises DeletionTaskNotFound, InvalidDeletionTaskId.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html
    """
    # Unverified: that AWS checks the documented form of the id.
    if not _TASK_ID.fullmatch(task_id):
        raise InvalidDeletionTaskId(task_id)
    task = tx.state.deletion_tasks.get(task_id)
    if task is None or task.account_id != tx.caller.account_id:
        raise DeletionTaskNotFound(task_id)
    return task


def linked_role_usages(tx: Transaction, role: Role) -> tuple[RoleUsage, ...]:
    """Return the uses of a service-linked role by its service, which prevent its deletion.

    Artifact uses its role while the account is in an organization that trusts Artifact, and Organizations uses its
    role while the organization has all features enabled.
    Sources: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    """
    if tx.deletion_fails:
        return (RoleUsage(region="us-east-1", resources=()),)
    organization = organization_of(tx.state, role.account_id, tx.now)
    if organization is None:
        return ()
    organization_arn = arns.organizations(
        organization.partition, organization.management_account_id, "organization", organization.id
    )
    if role.linked_service == ORGANIZATIONS_PRINCIPAL and organization.feature_set is FeatureSet.ALL:
        return (RoleUsage(region="us-east-1", resources=(organization_arn,)),)
    if role.linked_service == ARTIFACT_PRINCIPAL and artifact_is_trusted(organization):
        agreement_arns = tuple(
            arns.customer_agreement(acceptance.partition, acceptance.account_id, acceptance.id)
            for acceptance in organization_acceptances(tx.state, organization)
        )
        return (RoleUsage(region="us-east-1", resources=agreement_arns or (organization_arn,)),)
    return ()


def _running_tasks(tx: Transaction, role: Role) -> Iterator[DeletionTask]:
    return (
        task
        for task in tx.state.deletion_tasks.values()
        if task.account_id == role.account_id and task.role_name == role.name and tx.now < task.completes_at
    )


def _fail_running_tasks(tx: Transaction, role: Role) -> None:
    if role.gone_at is None:
        return
    put_role(tx, replace(role, gone_at=None))
    usages = linked_role_usages(tx, role) or (RoleUsage(region="us-east-1", resources=()),)
    for task in tuple(_running_tasks(tx, role)):
        tx.put(replace(task, usages=usages))


def _create(tx: Transaction, account_id: str, template: Role) -> Role:
    role = replace(template, id=ids.unique_id("AROA", tx.state.seed, tx.serial()), account_id=account_id)
    put_role(tx, role)
    return role
