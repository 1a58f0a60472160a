"""Reports on the services that policies grant and on their use, which the call log has."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import NameListing, is_marker
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state import catalog
from artifact_state.errors import InvalidInput
from artifact_state.iam import service_reports
from artifact_state.iam.service_reports import GrantingPolicy, arn_of_entity
from artifact_state.model import CallerKind, Role
from artifact_state.model.iam_reports import ReportedEntity, ReportedService, ServiceReport, ServiceUse
from artifact_state.model.identities import Group, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_PAGE_SIZE = 200
"""As recorded; the documentation says 100."""
_BY_ACTION: "replies.AccessAdvisorUsageGranularityType" = "ACTION_LEVEL"
_KINDS: "dict[type, replies.PolicyOwnerEntityType]" = {User: "USER", Group: "GROUP", Role: "ROLE"}


def generate_service_last_accessed_details(
    call: RequestContext, request: "requests.GenerateServiceLastAccessedDetailsRequest"
) -> "replies.GenerateServiceLastAccessedDetailsResponse":
    """Start a report on a user, group, role or policy."""
    report = service_reports.generate_service_report(
        call.tx, request.arn, _latest_uses(call), by_action=request.granularity == _BY_ACTION
    )
    return {"JobId": report.id}


def get_service_last_accessed_details(
    call: RequestContext, request: "requests.GetServiceLastAccessedDetailsRequest"
) -> "replies.GetServiceLastAccessedDetailsResponse":
    """Return the services of a report once it is complete, a page at a time."""
    report = service_reports.service_report(call.tx, request.job_id)
    if call.tx.now < report.completes_at:
        # AWS leaves out members that its model requires.
        return {  # type: ignore[typeddict-item]
            "JobStatus": "IN_PROGRESS",
            "JobCreationDate": report.created_at,
            "IsTruncated": False,
        }
    listing = call.name_listing("GetServiceLastAccessedDetails", report.id)
    after = _after(listing, request.marker)
    services = (service for service in report.services if service.namespace > after)
    page, more = listing.page(services, request.max_items or _PAGE_SIZE, lambda service: service.namespace)
    reply: replies.GetServiceLastAccessedDetailsResponse = {
        "JobStatus": "COMPLETED",
        "JobType": _BY_ACTION if report.by_action else "SERVICE_LEVEL",
        "JobCreationDate": report.created_at,
        "JobCompletionDate": report.completes_at,
        "ServicesLastAccessed": [_service(call, report, service) for service in page],
    }
    return {**reply, **more}


def get_service_last_accessed_details_with_entities(
    call: RequestContext, request: "requests.GetServiceLastAccessedDetailsWithEntitiesRequest"
) -> "replies.GetServiceLastAccessedDetailsWithEntitiesResponse":
    """Return the users and roles of a report that may use a service, users before roles and by name."""
    report, namespace = service_reports.service_report(call.tx, request.job_id), request.service_namespace
    entities = service_reports.entities_with_access(report, namespace)
    listing = call.name_listing("GetServiceLastAccessedDetailsWithEntities", report.id, namespace)
    after = int(_after(listing, request.marker) or -1)
    if call.tx.now < report.completes_at:
        # Unverified: that AWS leaves out the time of completion, which its model requires.
        return {  # type: ignore[typeddict-item]
            "JobStatus": "IN_PROGRESS",
            "JobCreationDate": report.created_at,
            "EntityDetailsList": [],
            "IsTruncated": False,
        }
    indexed = ((index, entity) for index, entity in enumerate(entities) if index > after)
    page, more = listing.page(indexed, request.max_items or _PAGE_SIZE, lambda item: str(item[0]))
    reply: replies.GetServiceLastAccessedDetailsWithEntitiesResponse = {
        "JobStatus": "COMPLETED",
        "JobCreationDate": report.created_at,
        "JobCompletionDate": report.completes_at,
        "EntityDetailsList": [_entity_detail(call, report, namespace, entity) for _, entity in page],
    }
    return {**reply, **more}


def list_policies_granting_service_access(
    call: RequestContext, request: "requests.ListPoliciesGrantingServiceAccessRequest"
) -> "replies.ListPoliciesGrantingServiceAccessResponse":
    """List the policies of a user, group or role that grant each service."""
    granting = service_reports.granting_policies(call.tx, request.arn, request.service_namespaces)
    call.name_listing("ListPoliciesGrantingServiceAccess", request.arn).after(request.marker)
    return {
        "PoliciesGrantingServiceAccess": [
            {"ServiceNamespace": namespace, "Policies": [_granting_policy(policy) for policy in policies]}
            for namespace, policies in granting
        ],
        "IsTruncated": False,
    }


def _after(listing: NameListing, marker: str | None) -> str:
    """Return the name after which a page starts; AWS tells the marker of another list from other texts."""
    try:
        return listing.after(marker)
    except InvalidInput:
        if marker is None or not is_marker(marker):
            raise
        raise AwsError("InvalidInput", "The marker passed in the request was invalid.") from None


def _latest_uses(call: RequestContext) -> Sequence[ServiceUse]:
    """Return the latest use of each service and action by each user and role."""
    latest: dict[tuple[str, str, str], ServiceUse] = {}
    for record in runtime_of(call.world).call_log.calls():
        if record.caller.kind not in (CallerKind.USER, CallerKind.ROLE):
            continue
        principal_id = record.caller.user_id.partition(":")[0]
        for action in ("", record.operation):
            latest[principal_id, record.service.name, action] = ServiceUse(
                service=record.service.name,
                principal_id=principal_id,
                region=record.caller.region,
                at=record.at,
                action=action,
            )
    return list(latest.values())


def _uses(report: ServiceReport, namespace: str, action: str = "") -> Iterator[ServiceUse]:
    return (use for use in report.uses if (use.service, use.action) == (namespace, action))


def _service(call: RequestContext, report: ServiceReport, service: ReportedService) -> "replies.ServiceLastAccessed":
    uses = sorted(_uses(report, service.namespace), key=lambda use: use.at)
    reply: replies.ServiceLastAccessed = {
        "ServiceName": catalog.service_names()[service.namespace],
        "ServiceNamespace": service.namespace,
        "TotalAuthenticatedEntities": len(uses),
    }
    if uses:
        reply |= {
            "LastAuthenticated": uses[-1].at,
            "LastAuthenticatedEntity": _arn(call, report, uses[-1]),
            "LastAuthenticatedRegion": uses[-1].region,
        }
    if service.actions:
        reply["TrackedActionsLastAccessed"] = [
            _tracked_action(call, report, service.namespace, action) for action in service.actions
        ]
    return reply


def _tracked_action(
    call: RequestContext, report: ServiceReport, namespace: str, action: str
) -> "replies.TrackedActionLastAccessed":
    uses = sorted(_uses(report, namespace, action), key=lambda use: use.at)
    if not uses:
        return {"ActionName": action}
    return {
        "ActionName": action,
        "LastAccessedEntity": _arn(call, report, uses[-1]),
        "LastAccessedTime": uses[-1].at,
        "LastAccessedRegion": uses[-1].region,
    }


def _arn(call: RequestContext, report: ServiceReport, use: ServiceUse) -> str:
    entity = next(entity for entity in report.entities if entity.id == use.principal_id)
    return arn_of_entity(call.tx.caller.partition, report.account_id, entity)


def _entity_detail(
    call: RequestContext, report: ServiceReport, namespace: str, entity: ReportedEntity
) -> "replies.EntityDetails":
    detail: replies.EntityDetails = {
        "EntityInfo": {
            "Arn": arn_of_entity(call.tx.caller.partition, report.account_id, entity),
            "Name": entity.name,
            "Type": "ROLE" if entity.kind == "ROLE" else "USER",
            "Id": entity.id,
            "Path": entity.path,
        }
    }
    use = next((use for use in _uses(report, namespace) if use.principal_id == entity.id), None)
    if use is not None:
        detail["LastAuthenticated"] = use.at
    return detail


def _granting_policy(policy: GrantingPolicy) -> "replies.PolicyGrantingServiceAccess":
    if policy.holder is not None:
        kind = _KINDS[type(policy.holder)]
        return {
            "PolicyName": policy.name,
            "PolicyType": "INLINE",
            "EntityType": kind,
            "EntityName": policy.holder.name,
        }
    return {"PolicyName": policy.name, "PolicyType": "MANAGED", "PolicyArn": policy.arn or ""}
