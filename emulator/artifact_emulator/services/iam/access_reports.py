"""Organization access reports, made from the calls in the call log."""

from functools import partial
from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state import catalog
from artifact_state.model import CallerKind, ServiceAccess
from artifact_state.organizations import access_reports
from artifact_state.organizations.access_reports import Attempt, Read

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_PAGE_SIZE = 100
_REGIONS = {"iam": "us-east-1"}
"""The regions of services without an attempt, as far as AWS was recorded to name any."""
_FAILURES = {
    access_reports.NO_ENTITY: "The entity with the specified path does not exist in your organization.",
    access_reports.NO_POLICY: "The policy with the specified ID does not exist in your organization.",
    access_reports.NOT_AUTHORIZED: "Requester is not authorized to perform the required AWS Organizations Describe* "
    "and List* actions.",
    # Unverified: our message.
    access_reports.NO_SERVICE_CONTROL_POLICIES: "Service control policies are not enabled for the organization's root.",
}


def generate_organizations_access_report(
    call: RequestContext, request: "requests.GenerateOrganizationsAccessReportRequest"
) -> "replies.GenerateOrganizationsAccessReportResponse":
    """Start a report on the services that are used, and that may be used, below an entity."""
    attempts = [
        Attempt(
            account_id=record.caller.account_id,
            service=record.service.signing_name,
            region=record.caller.region,
            at=record.at,
        )
        for record in runtime_of(call.world).call_log.calls()
        if record.caller.kind is not CallerKind.SERVICE
    ]
    report = access_reports.generate_access_report(
        call.tx, request.entity_path, attempts, request.organizations_policy_id, may_read=partial(_may_read, call)
    )
    return {"JobId": report.id}


def get_organizations_access_report(
    call: RequestContext, request: "requests.GetOrganizationsAccessReportRequest"
) -> "replies.GetOrganizationsAccessReportResponse":
    """Return a report once it is complete, a page at a time."""
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
        message = _FAILURES.get(report.failure, report.failure)
        return reply | {"ErrorDetails": {"Message": message, "Code": report.failure}}
    order = request.sort_key or "SERVICE_NAMESPACE_ASCENDING"
    listing = call.listing("GetOrganizationsAccessReport", report.id, order)
    rows = _sorted(report.services, order)[listing.after(request.marker) + 1 :]
    first = len(report.services) - len(rows)
    page, marker = listing.page(iter(enumerate(rows, first)), request.max_items or _PAGE_SIZE)
    reply |= {
        "NumberOfServicesAccessible": len(report.services),
        "NumberOfServicesNotAccessed": sum(access.at is None for access in report.services),
        "AccessDetails": [_access_detail(access) for access in page],
        "IsTruncated": marker is not None,
    }
    return reply if marker is None else reply | {"Marker": marker}


def _may_read(call: RequestContext, read: Read) -> bool:
    members = {read.member: read.resource_id} if read.member else {}
    if read.operation == "ListPoliciesForTarget":
        members["Filter"] = "SERVICE_CONTROL_POLICY"
    return call.is_allowed("organizations", read.operation, members)


def _sorted(services: tuple[ServiceAccess, ...], order: str) -> list[ServiceAccess]:
    descending, by_service = order.endswith("DESCENDING"), order.startswith("SERVICE")
    services_by_name = sorted(services, key=lambda access: access.service, reverse=descending and by_service)
    if by_service:
        return services_by_name
    # Unverified: services without attempts come last.
    used = sorted(
        (access for access in services_by_name if access.at), key=lambda access: str(access.at), reverse=descending
    )
    return [*used, *(access for access in services_by_name if not access.at)]


def _access_detail(access: ServiceAccess) -> "replies.AccessDetail":
    detail: replies.AccessDetail = {
        "ServiceName": catalog.service_names().get(access.service, access.service),
        "ServiceNamespace": access.service,
        "TotalAuthenticatedEntities": access.accounts,
    }
    region = access.region or _REGIONS.get(access.service)
    if region:
        detail["Region"] = region
    if access.at is not None:
        detail |= {"EntityPath": access.entity_path, "LastAuthenticatedTime": access.at}
    return detail
