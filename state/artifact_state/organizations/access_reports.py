"""Organization access reports: the services that policies allow to accounts, and the use that accounts make of them.

A report covers the services that the emulator has. The caller passes the calls that count as attempts.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from artifact_state import catalog, ids
from artifact_state.authority import membership_of, organization_of
from artifact_state.errors import AccessReportNotFound, AccessReportsDenied, TooManyAccessReports
from artifact_state.model import AccessReport, Organization, PolicyType, ServiceAccess, State
from artifact_state.organizations.paths import account_path, unit_path
from artifact_state.organizations.policies.attachments import (
    attached_policies,
    aws_managed_policy_by_id,
    is_type_enabled,
)
from artifact_state.policy_syntax.policy import Policy, parse_policy
from artifact_state.world import Transaction

SERVICES = ("artifact", "cloudtrail", "iam", "organizations", "sts")
_SCP = PolicyType.SERVICE_CONTROL_POLICY
_Path = tuple[str, ...]
"""The ids from the root down to an organizational unit or account, which is the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call to a service, allowed or denied."""

    account_id: str
    service: str
    region: str
    at: datetime


def generate_access_report(
    tx: Transaction, entity_path: str, attempts: Iterable[Attempt], policy_id: str | None = None
) -> AccessReport:
    """Create a report on a root, organizational unit or account, or on one policy as far as it applies there.

    `entity_path` looks like `o-exampleorgid/r-exampleroot/ou-example/111122223333`.
    Raises AccessReportsDenied, TooManyAccessReports.
    Unverified: a report on an unknown entity fails; AWS only documents that a failed report has a reason.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateOrganizationsAccessReport.html
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None or organization.management_account_id != tx.caller.account_id:
        raise AccessReportsDenied
    _require_report_quota(tx)
    path = _find_path(tx, organization, entity_path)
    failure = _failure(tx, organization, path, policy_id)
    services = _services(tx, organization, path, attempts, policy_id) if path and not failure else ()
    report = AccessReport(
        id=ids.uuid("access report", tx.state.seed, tx.serial()),
        account_id=tx.caller.account_id,
        created_at=tx.now,
        completes_at=tx.now + tx.delay(tx.options.creation_delay),
        failure=failure,
        services=tuple(services),
    )
    tx.put(report)
    return report


def access_report(tx: Transaction, report_id: str) -> AccessReport:
    """Return a report of the caller's account.

    Raises AccessReportNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOrganizationsAccessReport.html
    """
    report = tx.state.access_reports.get(report_id)
    if report is None or report.account_id != tx.caller.account_id:
        raise AccessReportNotFound(report_id)
    return report


def _require_report_quota(tx: Transaction) -> None:
    # Unverified: the number of concurrent reports; AWS only documents that there is a limit.
    running = sum(
        report.account_id == tx.caller.account_id and tx.now < report.completes_at
        for report in tx.state.access_reports.values()
    )
    if running >= tx.quotas.iam["ConcurrentAccessReports"]:
        raise TooManyAccessReports


def _failure(tx: Transaction, organization: Organization, path: _Path | None, policy_id: str | None) -> str:
    """Return the reason for which a report fails, "" if it succeeds."""
    if not is_type_enabled(organization, _SCP):
        return "Service control policies are not enabled for the organization's root."
    if path is None:
        return "The entity path names nothing in the organization."
    if policy_id is not None and not _policy_content(tx, organization, policy_id):
        return f"The service control policy {policy_id} does not exist."
    return ""


def _services(
    tx: Transaction, organization: Organization, path: _Path, attempts: Iterable[Attempt], policy_id: str | None
) -> Iterator[ServiceAccess]:
    levels = _policy_levels(tx, organization, path, policy_id)
    account_paths = _account_paths(tx, organization, path, policy_id)
    counted = sorted(
        (attempt for attempt in attempts if attempt.account_id in account_paths), key=lambda attempt: attempt.at
    )
    for service in SERVICES:
        if not _is_allowed(levels, service):
            continue
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
    organization_id, *entity_ids = entity_path.rstrip("/").split("/")
    if organization_id != organization.id or not entity_ids:
        return None
    path, last = tuple(entity_ids), entity_ids[-1]
    if membership_of(tx.state, last, tx.now) is not None:
        exists = path == account_path(tx.state, last)
    else:
        exists = last in tx.state.units and path == unit_path(tx.state, last)
    return path if exists and path[0] == organization.root_id else None


def _policy_levels(
    tx: Transaction, organization: Organization, path: _Path, policy_id: str | None
) -> tuple[tuple[Policy, ...], ...]:
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


def _is_allowed(levels: tuple[tuple[Policy, ...], ...], service: str) -> bool:
    """Return whether a service has an action that every level allows."""
    return any(all(_allows(policies, action) for policies in levels) for action in catalog.actions_of(service))


def _allows(policies: tuple[Policy, ...], action: str) -> bool:
    statements = [statement for policy in policies for statement in policy.statements if statement.matches_action(action)]
    is_denied = any(statement.is_unconditional and not statement.allows for statement in statements)
    return not is_denied and any(statement.allows for statement in statements)
