"""Reports on the services that the policies of a user, group, role or policy grant, and on their latest use.

The caller passes the uses. Permissions boundaries and the policies of organizations do not matter.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
Recorded answers of AWS: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/last_access.json
"""

from collections.abc import Iterable, Iterator, Sequence

from artifact_state import arns, catalog, ids
from artifact_state.errors import (
    ArnProblem,
    Entity,
    EntityNotFound,
    ForeignEntity,
    InvalidEntityArn,
    InvalidServiceNamespaces,
    RoleNotFound,
    ServiceNotReported,
)
from artifact_state.iam.granted_services import granted_actions, granted_services, grants_service
from artifact_state.iam.groups import group_of, groups_of_user, members_of
from artifact_state.iam.policy_references import AnyPolicy, arn_of, policies_by_reference, policy_by_arn, reference_of
from artifact_state.iam.policy_usage import Identity
from artifact_state.iam.roles import role_of, roles_of
from artifact_state.iam.users import user_of, users_of
from artifact_state.model import CallerKind, Role
from artifact_state.model.iam_reports import ReportedEntity, ReportedService, ServiceReport, ServiceUse
from artifact_state.model.identities import Group, User
from artifact_state.record import Record
from artifact_state.world import Transaction

AWS_ACCOUNT = "aws"


class GrantingPolicy(Record):
    """A policy that grants a service: a managed policy, or an inline policy of an identity."""

    name: str
    arn: str | None = None
    """The ARN of a managed policy."""
    holder: Identity | None = None
    """The user, group or role that has an inline policy."""


def generate_service_report(
    tx: Transaction, arn: str, uses: Iterable[ServiceUse], *, by_action: bool = False
) -> ServiceReport:
    """Create a report on a user, group, role or policy; `uses` are the latest ones of all users and roles.

    Raises InvalidEntityArn, ForeignEntity, EntityNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
    """
    entity = _find(tx, arn)
    if entity is None:
        raise InvalidEntityArn(arn, ArnProblem.UNSUPPORTED)
    documents = [document for _, document in _policies(tx, entity)]
    entities = tuple(_entities(tx, entity))
    reported = {identity.id for identity in entities}
    report = ServiceReport(
        id=ids.uuid("service report", tx.state.seed, tx.serial()),
        account_id=tx.caller.account_id,
        owner=_owner(tx),
        created_at=tx.now,
        completes_at=tx.now + tx.delay(tx.options.creation_delay),
        by_action=by_action,
        services=tuple(
            ReportedService(namespace=namespace, actions=granted_actions(documents, namespace) if by_action else ())
            for namespace in granted_services(documents)
        ),
        entities=tuple(_reported(identity) for identity in entities),
        uses=tuple(use for use in uses if use.principal_id in reported),
    )
    tx.insert("service_reports", report.id, report)
    return report


def service_report(tx: Transaction, report_id: str) -> ServiceReport:
    """Return a report that the caller requested: a user with any of its keys, another caller with the same ones.

    Raises EntityNotFound.
    """
    report = tx.state.service_reports.get(report_id)
    if report is None or (report.account_id, report.owner) != (tx.caller.account_id, _owner(tx)):
        raise EntityNotFound(Entity.JOB, report_id)
    return report


def entities_with_access(report: ServiceReport, namespace: str) -> Sequence[ReportedEntity]:
    """Return the users and roles of a report that its policies grant a service.

    Raises ServiceNotReported.
    """
    if namespace not in catalog.service_names():
        raise ServiceNotReported(namespace)
    is_granted = any(service.namespace == namespace for service in report.services)
    return report.entities if is_granted else ()


def granting_policies(
    tx: Transaction, arn: str, namespaces: Sequence[str]
) -> Iterator[tuple[str, Sequence[GrantingPolicy]]]:
    """Return the policies of a user, group or role that grant each service by themselves.

    Raises InvalidEntityArn, ForeignEntity, EntityNotFound, InvalidServiceNamespaces.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html
    """
    if unknown := ", ".join(namespace for namespace in namespaces if namespace not in catalog.service_names()):
        raise InvalidServiceNamespaces(unknown)
    entity = _find(tx, arn)
    if entity is None:
        raise InvalidEntityArn(arn, ArnProblem.NO_ENTITY)
    if not isinstance(entity, Identity):
        raise InvalidEntityArn(arn, ArnProblem.UNSUPPORTED)
    policies = list(_policies(tx, entity))
    return (
        (namespace, [policy for policy, document in policies if grants_service(document, namespace)])
        for namespace in dict.fromkeys(namespaces)
    )


def _owner(tx: Transaction) -> str:
    caller = tx.caller
    return caller.user_id if caller.kind in (CallerKind.USER, CallerKind.ROOT) else caller.access_key_id


def _find(tx: Transaction, arn: str) -> Identity | AnyPolicy | None:
    """Return the user, group, role or policy of an ARN, None for the root user; paths of identities do not matter.

    Raises InvalidEntityArn, ForeignEntity, EntityNotFound.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[1] != tx.caller.partition:
        raise InvalidEntityArn(arn, ArnProblem.PARTITION)
    if parts[2] != "iam":
        raise InvalidEntityArn(arn, ArnProblem.SERVICE)
    kind, _, path = parts[5].partition("/")
    if parts[4] != tx.caller.account_id and (parts[4], kind) != (AWS_ACCOUNT, "policy"):
        raise ForeignEntity(arn)
    if kind == "root":
        return None
    found = _find_in_account(tx, arn, kind, path.rpartition("/")[2])
    if found is None:
        raise EntityNotFound(Entity.ARN, arn)
    return found


def _find_in_account(tx: Transaction, arn: str, kind: str, name: str) -> Identity | AnyPolicy | None:
    account_id = tx.caller.account_id
    try:
        if kind == "user":
            return user_of(tx.state, account_id, name)
        if kind == "group":
            return group_of(tx.state, account_id, name)
        if kind == "role":
            return role_of(tx.state, account_id, name, tx.now)
    except (EntityNotFound, RoleNotFound):
        return None
    return policy_by_arn(tx.state, tx.caller.partition, account_id, arn) if kind == "policy" else None


def _policies(tx: Transaction, entity: Identity | AnyPolicy) -> Iterator[tuple[GrantingPolicy, str]]:
    """Yield the policies of an identity, those of a user's groups included, or a policy itself, with documents."""
    if not isinstance(entity, Identity):
        yield _managed(tx, entity)
        return
    holders: list[Identity] = [entity]
    if isinstance(entity, User):
        holders += groups_of_user(tx.state, entity)
    attached: dict[str, AnyPolicy] = {}
    for holder in holders:
        for name in sorted(holder.inline_policies):
            yield GrantingPolicy(name=name, holder=holder), holder.inline_policies[name]
        policies = policies_by_reference(tx.state, holder.account_id, holder.managed_policies)
        attached |= {reference_of(policy): policy for policy in policies}
    yield from (_managed(tx, policy) for policy in attached.values())


def _managed(tx: Transaction, policy: AnyPolicy) -> tuple[GrantingPolicy, str]:
    return GrantingPolicy(name=policy.name, arn=arn_of(tx.caller.partition, policy)), policy.document


def _entities(tx: Transaction, entity: Identity | AnyPolicy) -> Iterator[User | Role]:
    """Yield the users and roles that a report is about: a user or role itself, or those that have the policies."""
    if isinstance(entity, User | Role):
        yield entity
    elif isinstance(entity, Group):
        yield from members_of(tx.state, entity)
    else:
        reference, account_id = reference_of(entity), tx.caller.account_id
        for user in users_of(tx.state, account_id):
            holders: list[Identity] = [user, *groups_of_user(tx.state, user)]
            if any(reference in holder.managed_policies for holder in holders):
                yield user
        roles = roles_of(tx.state, account_id, "/", tx.now)
        yield from (role for role in roles if reference in role.managed_policies)


def _reported(identity: User | Role) -> ReportedEntity:
    kind = "ROLE" if isinstance(identity, Role) else "USER"
    return ReportedEntity(id=identity.id, kind=kind, name=identity.name, path=identity.path)


def arn_of_entity(partition: str, account_id: str, entity: ReportedEntity) -> str:
    """Return the ARN of a user or role of a report."""
    arn_of = arns.role if entity.kind == "ROLE" else arns.user
    return arn_of(partition, account_id, entity.path, entity.name)
