"""Organization access reports, made from the calls in the call log."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CallerKind, ServiceAccess
from artifact_state.organizations import access_reports
from artifact_state.organizations.access_reports import Attempt

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_PAGE_SIZE = 100


def generate_organizations_access_report(
    call: RequestContext, request: "requests.GenerateOrganizationsAccessReportRequest"
) -> "replies.GenerateOrganizationsAccessReportResponse":
    """Start a report on the services that are used, and that may be used, below an entity."""
    attempts = [
        Attempt(
            account_id=record.caller.account_id, service=record.service.name, region=record.caller.region, at=record.at
        )
        for record in runtime_of(call.world).call_log.calls()
        if record.caller.kind is not CallerKind.SERVICE
    ]
    report = access_reports.generate_access_report(
        call.tx, request.entity_path, attempts, request.organizations_policy_id
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
        # Unverified: the code and the message of a failure.
        return reply | {"ErrorDetails": {"Message": report.failure, "Code": "InvalidInput"}}
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
    detail: replies.AccessDetail = {"ServiceName": PROFILES[access.service].title, "ServiceNamespace": access.service}
    if access.at is not None:
        detail |= {
            "Region": access.region,
            "EntityPath": access.entity_path,
            "LastAuthenticatedTime": access.at,
            "TotalAuthenticatedEntities": access.accounts,
        }
    return detail
