"""Access reports of an organization: what the trail of calls says of the use of services, and what policies allow."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CallerKind, ServiceAccess
from artifact_state.organizations import access_reports
from artifact_state.organizations.access_reports import Attempt

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_NAMES = {
    "artifact": "AWS Artifact",
    "cloudtrail": "AWS CloudTrail",
    "iam": "AWS Identity and Access Management",
    "organizations": "AWS Organizations",
    "sts": "AWS Security Token Service",
}
_PAGE = 100


def generate_organizations_access_report(
    call: RequestContext, request: "requests.GenerateOrganizationsAccessReportRequest"
) -> "replies.GenerateOrganizationsAccessReportResponse":
    """Ask which services are used, and which may be."""
    attempts = [
        Attempt(account_id=one.caller.account_id, service=one.service.name, region=one.caller.region, at=one.at)
        for one in runtime_of(call.world).trail.calls()
        if one.caller.kind is not CallerKind.SERVICE
    ]
    report = access_reports.generate_access_report(
        call.tx, request.entity_path, attempts, request.organizations_policy_id
    )
    return {"JobId": report.id}


def get_organizations_access_report(
    call: RequestContext, request: "requests.GetOrganizationsAccessReportRequest"
) -> "replies.GetOrganizationsAccessReportResponse":
    """Tell what was found, once it is."""
    tx = call.tx
    report = access_reports.access_report(tx, request.job_id)
    if tx.now < report.completes_at:
        return {"JobStatus": "IN_PROGRESS", "JobCreationDate": report.created_at}
    reply: replies.GetOrganizationsAccessReportResponse = {
        "JobStatus": "FAILED" if report.failure else "COMPLETED",
        "JobCreationDate": report.created_at,
        "JobCompletionDate": report.completes_at,
    }
    if report.failure:
        # Unverified: the code and the words of a failure.
        return reply | {"ErrorDetails": {"Message": report.failure, "Code": "InvalidInput"}}
    order = request.sort_key or "SERVICE_NAMESPACE_ASCENDING"
    listing = call.listing("GetOrganizationsAccessReport", report.id, order)
    rows = _sorted(report.services, order)[listing.after(request.marker) + 1 :]
    first = len(report.services) - len(rows)
    page, marker = listing.page(iter(enumerate(rows, first)), request.max_items or _PAGE)
    reply |= {
        "NumberOfServicesAccessible": len(report.services),
        "NumberOfServicesNotAccessed": sum(one.at is None for one in report.services),
        "AccessDetails": [_detail(one) for one in page],
        "IsTruncated": marker is not None,
    }
    return reply if marker is None else reply | {"Marker": marker}


def _sorted(services: tuple[ServiceAccess, ...], order: str) -> list[ServiceAccess]:
    falling = order.endswith("DESCENDING")
    by_name = sorted(services, key=lambda one: one.service, reverse=falling and order.startswith("SERVICE"))
    if order.startswith("SERVICE"):
        return by_name
    # Unverified: those that nobody tried stand last.
    tried = sorted((one for one in by_name if one.at), key=lambda one: str(one.at), reverse=falling)
    return [*tried, *(one for one in by_name if not one.at)]


def _detail(one: ServiceAccess) -> "replies.AccessDetail":
    told: replies.AccessDetail = {"ServiceName": _NAMES[one.service], "ServiceNamespace": one.service}
    if one.at is not None:
        told |= {
            "Region": one.region,
            "EntityPath": one.entity_path,
            "LastAuthenticatedTime": one.at,
            "TotalAuthenticatedEntities": one.accounts,
        }
    return told
