"""Reports on the use of services: which ones an organization's accounts may use by its policies, and which they do.

The services are those that the emulator has. Who tried what is told by whoever keeps the trail of calls.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from artifact_state import catalog, ids
from artifact_state.authority import membership_of, organization_of
from artifact_state.errors import AccessReportNotFound, AccessReportsDenied, TooManyAccessReports
from artifact_state.model import (AccessReport, Organization, PolicyType, ServiceAccess)
from artifact_state.organizations.hierarchy import path_of
from artifact_state.organizations.policies.attachments import attached_policies, aws_managed_policy_by_id, is_type_enabled
from artifact_state.policy_evaluation.unbounded import places_above
from artifact_state.policy_syntax.policy import Policy, policy_of
from artifact_state.world import Transaction

SERVICES = ("artifact", "cloudtrail", "iam", "organizations", "sts")
_SCP = PolicyType.SERVICE_CONTROL_POLICY
_Level = tuple[Policy, ...]
_Places = Sequence[str]
"""The ids from the root down to a unit or an account, itself the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call, allowed or not: whose, of which service, from where and when."""

    account_id: str
    service: str
    region: str
    at: datetime


def generate_access_report(
    tx: Transaction, entity_path: str, attempts: Iterable[Attempt], policy_id: str | None = None
) -> AccessReport:
    """Find out how services are used below a root, a unit or an account, or as far as one policy applies there.

    `entity_path` is such as `o-exampleorgid/r-exampleroot/ou-example/111122223333`.
    Raises AccessReportsDenied, TooManyAccessReports.
    Unverified: a report on what is not there fails; AWS only says that a failed one tells its reason.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateOrganizationsAccessReport.html
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None or organization.management_account_id != tx.caller.account_id:
        raise AccessReportsDenied
    _require_room(tx)
    places = _places(tx, organization, entity_path)
    failure = _obstacle(tx, organization, places, policy_id)
    found = _services(tx, organization, places, attempts, policy_id) if places and not failure else ()
    report = AccessReport(
        id=ids.uuid("access report", tx.state.seed, tx.serial()),
        account_id=tx.caller.account_id,
        created_at=tx.now,
        completes_at=tx.now + tx.options.creation_delay,
        failure=failure,
        services=tuple(found),
    )
    tx.put(report)
    return report


def access_report(tx: Transaction, report_id: str) -> AccessReport:
    """Give a report of the caller's account.

    Raises AccessReportNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOrganizationsAccessReport.html
    """
    report = tx.state.access_reports.get(report_id)
    if report is None or report.account_id != tx.caller.account_id:
        raise AccessReportNotFound(report_id)
    return report


def _require_room(tx: Transaction) -> None:
    # Unverified: how many reports may be under way at a time; AWS only says that there is a limit.
    under_way = sum(
        one.account_id == tx.caller.account_id and tx.now < one.completes_at for one in tx.state.access_reports.values()
    )
    if under_way >= tx.quotas.iam["ConcurrentAccessReports"]:
        raise TooManyAccessReports


def _obstacle(tx: Transaction, organization: Organization, places: _Places | None, policy_id: str | None) -> str:
    """Tell why there is nothing to report, "" if there is."""
    if not is_type_enabled(organization, _SCP):
        return "Service control policies are not enabled for the organization's root."
    if places is None:
        return "The entity path names nothing in the organization."
    if policy_id is not None and not _document(tx, policy_id):
        return f"The service control policy {policy_id} does not exist."
    return ""


def _services(
    tx: Transaction, organization: Organization, places: _Places, attempts: Iterable[Attempt], policy_id: str | None
) -> Iterator[ServiceAccess]:
    levels = _levels(tx, organization, places, policy_id)
    paths = _accounts(tx, organization, places, policy_id)
    mine = sorted((one for one in attempts if one.account_id in paths), key=lambda one: one.at)
    for service in SERVICES:
        if not _allowed(levels, service):
            continue
        tried = [one for one in mine if one.service == service]
        if not tried:
            yield ServiceAccess(service=service)
            continue
        yield ServiceAccess(
            service=service,
            accounts=len({one.account_id for one in tried}),
            entity_path=paths[tried[-1].account_id],
            region=tried[-1].region,
            at=tried[-1].at,
        )


def _places(tx: Transaction, organization: Organization, entity_path: str) -> _Places | None:
    """Read an entity path; None if nothing is there."""
    name, *places = entity_path.rstrip("/").split("/")
    if name != organization.id or not places:
        return None
    last = places[-1]
    membership = membership_of(tx.state, last, tx.now)
    if membership is not None:
        is_there = places == places_above(tx.state, last)
    else:
        is_there = last in tx.state.units and tuple(places) == path_of(tx.state, last)
    return places if is_there and places[0] == organization.root_id else None


def _levels(tx: Transaction, organization: Organization, places: _Places, policy_id: str | None) -> tuple[_Level, ...]:
    """Give the policies whose word counts, level by level; none for the management account, which none limits."""
    if policy_id is not None:
        return ((policy_of(_document(tx, policy_id)),),)
    if places[-1] == organization.management_account_id:
        return ()
    return tuple(
        tuple(policy_of(one.content) for _, one in attached_policies(tx.state, organization, place, _SCP)) for place in places
    )


def _accounts(tx: Transaction, organization: Organization, places: _Places, policy_id: str | None) -> dict[str, str]:
    """Give the paths of the accounts whose attempts count."""
    if places[-1] == organization.management_account_id:
        return {places[-1]: _path(organization, places)}
    found = {}
    for _, account_id in organization.members.after(-1):
        above = places_above(tx.state, account_id)
        is_below = above[: len(places)] == list(places) and account_id != organization.management_account_id
        if is_below and (policy_id is None or _applies(tx, organization, policy_id, above)):
            found[account_id] = _path(organization, above)
    return found


def _applies(tx: Transaction, organization: Organization, policy_id: str, places: _Places) -> bool:
    return any(one.id == policy_id for place in places for _, one in attached_policies(tx.state, organization, place, _SCP))


def _document(tx: Transaction, policy_id: str) -> str:
    """Give the text of a service control policy of the caller's organization, or of AWS; "" if there is none."""
    policy = aws_managed_policy_by_id(policy_id) or tx.state.policies.get(policy_id)
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if policy is None or organization is None or policy.type is not _SCP:
        return ""
    return policy.content if policy.organization_id in ("", organization.id) else ""


def _allowed(levels: tuple[_Level, ...], service: str) -> bool:
    """Tell whether something of a service may be used: each level has a word for it, and none one against it all."""
    return any(all(_allows(level, action) for level in levels) for action in catalog.actions_of(service))


def _allows(level: _Level, action: str) -> bool:
    about = [one for policy in level for one in policy.statements if one.is_about(action)]
    return any(one.allows for one in about) and not any(one.always and not one.allows for one in about)


def _path(organization: Organization, places: _Places) -> str:
    return "/".join((organization.id, *places))
