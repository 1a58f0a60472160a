"""Organization access reports: the services that policies allow to accounts, and the use that accounts make of them.

The caller passes the calls that count as attempts, and whether the requester may read the organization.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_access.json
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from artifact_state import ids
from artifact_state.authority import membership_of, organization_of
from artifact_state.errors import AccessReportNotFound, AccessReportsDenied, ForeignEntityPath, TooManyAccessReports
from artifact_state.model import AccessReport, CallerKind, Organization, PolicyType, ServiceAccess
from artifact_state.organizations.allowed_services import Level, allowed_services
from artifact_state.organizations.paths import account_path, unit_path
from artifact_state.organizations.policies.attachments import (
    attached_policies,
    aws_managed_policy_by_id,
    is_type_enabled,
)
from artifact_state.policy_syntax.policy import parse_policy
from artifact_state.record import Record
from artifact_state.world import Transaction

# AWS's codes of the reasons for which a report fails.
NO_ENTITY = "INVALID_ORGANIZATIONS_ENTITY_PATH"
NO_POLICY = "INVALID_ORGANIZATIONS_POLICY"
NOT_AUTHORIZED = "ORGANIZATIONS_REPORT_ACCESS_DENIED"
# Unverified: AWS documents the reason, but no code.
NO_SERVICE_CONTROL_POLICIES = "SERVICE_CONTROL_POLICIES_NOT_ENABLED"
_SCP = PolicyType.SERVICE_CONTROL_POLICY
_KEPT_FOR = timedelta(seconds=60)
"""How long the same question of the same caller gets the same report."""
_Path = tuple[str, ...]
"""The ids from the root down to an organizational unit or account, which is the last one."""


class Attempt(Record):
    """A call to a service, allowed or denied."""

    account_id: str
    service: str
    region: str
    at: datetime


class Read(NamedTuple):
    """A read of the organization that a report takes, on behalf of its requester."""

    operation: str
    member: str = ""
    """The member of its input that names a resource, if it has one."""
    resource_id: str = ""


def generate_access_report(
    tx: Transaction,
    entity_path: str,
    attempts: Iterable[Attempt],
    policy_id: str | None = None,
    may_read: Callable[[Read], object] = bool,
) -> AccessReport:
    """Return a report on a root, organizational unit or account, or on one policy as far as it applies there.

    `entity_path` looks like `o-exampleorgid/r-exampleroot/ou-example/111122223333`. The same question of the same
    caller within a minute gets the same report.
    Raises AccessReportsDenied, ForeignEntityPath, TooManyAccessReports.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateOrganizationsAccessReport.html
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None or organization.management_account_id != tx.caller.account_id:
        raise AccessReportsDenied
    if entity_path.partition("/")[0] != organization.id:
        raise ForeignEntityPath
    question = (entity_path, policy_id or "")
    if kept := _kept_report(tx, question):
        return kept
    _require_report_quota(tx)
    path = _find_path(tx, organization, entity_path)
    failure = _failure(tx, organization, path, policy_id, may_read)
    services = _services(tx, organization, path, attempts, policy_id) if path and not failure else ()
    report = AccessReport(
        id=ids.uuid("access report", tx.state.seed, tx.serial()),
        account_id=tx.caller.account_id,
        owner=_owner(tx),
        question=question,
        created_at=tx.now,
        completes_at=tx.now + tx.delay(tx.options.creation_delay),
        failure=failure,
        services=tuple(services),
    )
    tx.put(report)
    return report


def access_report(tx: Transaction, report_id: str) -> AccessReport:
    """Return a report that the caller requested.

    Raises AccessReportNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOrganizationsAccessReport.html
    """
    report = tx.state.access_reports.get(report_id)
    if report is None or (report.account_id, report.owner) != (tx.caller.account_id, _owner(tx)):
        raise AccessReportNotFound(report_id)
    return report


def _owner(tx: Transaction) -> str:
    """Return the requester of a report: a user with any of its keys, another caller with the same credentials.

    Unverified: that it is so for these reports too; it was recorded for those of IAM on users and roles.
    """
    caller = tx.caller
    return caller.user_id if caller.kind in (CallerKind.USER, CallerKind.ROOT) else caller.access_key_id


def _kept_report(tx: Transaction, question: tuple[str, str]) -> AccessReport | None:
    owner, account_id = _owner(tx), tx.caller.account_id
    reports = (
        report
        for report in tx.state.access_reports.values()
        if (report.account_id, report.owner, report.question) == (account_id, owner, question)
    )
    return next((report for report in reports if tx.now < report.created_at + _KEPT_FOR), None)


def _require_report_quota(tx: Transaction) -> None:
    running = sum(
        report.account_id == tx.caller.account_id and tx.now < report.completes_at
        for report in tx.state.access_reports.values()
    )
    if running >= tx.quotas.iam["ConcurrentAccessReports"]:
        raise TooManyAccessReports


def _failure(
    tx: Transaction,
    organization: Organization,
    path: _Path | None,
    policy_id: str | None,
    may_read: Callable[[Read], object],
) -> str:
    """Return AWS's code of the reason for which a report fails, "" if it succeeds."""
    if not is_type_enabled(organization, _SCP):
        return NO_SERVICE_CONTROL_POLICIES
    if path is None:
        return NO_ENTITY
    if policy_id is not None and not _policy_content(tx, organization, policy_id):
        return NO_POLICY
    return "" if all(map(may_read, _reads(tx, organization, path, policy_id))) else NOT_AUTHORIZED


def _reads(tx: Transaction, organization: Organization, path: _Path, policy_id: str | None) -> Iterator[Read]:
    """Yield the reads that a report takes."""
    entity_id, is_management = path[-1], path[-1] == organization.management_account_id
    yield Read("ListRoots")
    for child_id in path[1:]:
        yield Read("ListParents", "ChildId", child_id)
    policy_ids = dict.fromkeys([policy_id] if policy_id else [])
    for target_id in path:
        yield Read("ListPoliciesForTarget", "TargetId", target_id)
        policy_ids |= dict.fromkeys(
            policy.id for _, policy in attached_policies(tx.state, organization, target_id, _SCP)
        )
    for each_id in policy_ids:
        yield Read("DescribePolicy", "PolicyId", each_id)
    if policy_id is None and entity_id in tx.state.units:
        yield Read("ListChildren", "ParentId", entity_id)
    if policy_id is not None and not is_management:
        yield Read("ListTargetsForPolicy", "PolicyId", policy_id)


def _services(
    tx: Transaction, organization: Organization, path: _Path, attempts: Iterable[Attempt], policy_id: str | None
) -> Iterator[ServiceAccess]:
    levels = _policy_levels(tx, organization, path, policy_id)
    account_paths = _account_paths(tx, organization, path, policy_id)
    counted = sorted(
        (attempt for attempt in attempts if attempt.account_id in account_paths), key=lambda attempt: attempt.at
    )
    for service in allowed_services(levels):
        of_service = [attempt for attempt in counted if attempt.service == service]
        if not of_service:
            yield ServiceAccess(service=service)
            continue
        latest = of_service[-1]
        yield ServiceAccess(
            service=service,
            accounts=len({attempt.account_id for attempt in of_service}),
            entity_path="/".join((organization.id, *account_paths[latest.account_id])),
            region=latest.region,
            at=latest.at,
        )


def _find_path(tx: Transaction, organization: Organization, entity_path: str) -> _Path | None:
    """Return the ids of an entity path, or None if the organization has no such entity."""
    entity_ids = entity_path.split("/")[1:]
    path, last = tuple(entity_ids), entity_ids[-1]
    if membership_of(tx.state, last, tx.now) is not None:
        exists = path == account_path(tx.state, last)
    else:
        exists = last in tx.state.units and path == unit_path(tx.state, last)
    return path if exists and path[0] == organization.root_id else None


def _policy_levels(
    tx: Transaction, organization: Organization, path: _Path, policy_id: str | None
) -> tuple[Level, ...]:
    """Return the policies that apply at each level of a path; the management account has none."""
    if policy_id is not None:
        return ((parse_policy(_policy_content(tx, organization, policy_id)),),)
    if path[-1] == organization.management_account_id:
        return ()
    return tuple(
        tuple(parse_policy(policy.content) for _, policy in attached_policies(tx.state, organization, entity_id, _SCP))
        for entity_id in path
    )


def _account_paths(tx: Transaction, organization: Organization, path: _Path, policy_id: str | None) -> dict[str, _Path]:
    """Return the paths of the accounts whose attempts count."""
    if path[-1] == organization.management_account_id:
        return {path[-1]: path}
    paths: dict[str, _Path] = {}
    for _, account_id in organization.members.after(-1):
        path_to_account = account_path(tx.state, account_id)
        is_below = path_to_account[: len(path)] == path and account_id != organization.management_account_id
        if is_below and (policy_id is None or _applies(tx, organization, policy_id, path_to_account)):
            paths[account_id] = path_to_account
    return paths


def _applies(tx: Transaction, organization: Organization, policy_id: str, path: _Path) -> bool:
    return any(
        policy.id == policy_id
        for entity_id in path
        for _, policy in attached_policies(tx.state, organization, entity_id, _SCP)
    )


def _policy_content(tx: Transaction, organization: Organization, policy_id: str) -> str:
    """Return the text of a service control policy of AWS or of the organization, "" if there is none."""
    policy = aws_managed_policy_by_id(policy_id) or tx.state.policies.get(policy_id)
    if policy is None or policy.type is not _SCP:
        return ""
    return policy.content if policy.organization_id in ("", organization.id) else ""
