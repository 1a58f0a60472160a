"""Handlers of trusted access: enable services to work with the organization."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_state.model import Trust
from artifact_state.organizations import trusted_access

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def enable_aws_service_access(call: RequestContext, request: "requests.EnableAWSServiceAccessRequest") -> None:
    """Enable trusted access for a service."""
    trusted_access.enable_service_access(call.tx, request.service_principal)


def disable_aws_service_access(call: RequestContext, request: "requests.DisableAWSServiceAccessRequest") -> None:
    """Disable trusted access for a service."""
    trusted_access.disable_service_access(call.tx, request.service_principal)


def list_aws_service_access_for_organization(
    call: RequestContext, request: "requests.ListAWSServiceAccessForOrganizationRequest"
) -> "replies.ListAWSServiceAccessForOrganizationResponse":
    """List the enabled service principals with their dates."""
    listing = call.listing("ListAWSServiceAccessForOrganization", call.tx.caller.account_id)
    items = trusted_access.list_trusted_services(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"EnabledServicePrincipals": [_service_item(trust) for trust in page], **next_token(token)}


@kept_item
def _service_item(trust: Trust) -> "replies.EnabledServicePrincipal":
    return {"ServicePrincipal": trust.principal, "DateEnabled": trust.since}
