"""Handlers of delegated administrators."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.accounts import account_replies
from artifact_state.model import Account, Delegation, Membership
from artifact_state.organizations import delegation

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def register_delegated_administrator(
    call: RequestContext, request: "requests.RegisterDelegatedAdministratorRequest"
) -> None:
    """Register a member account as delegated administrator of a trusted service."""
    delegation.register_delegated_administrator(call.tx, request.account_id, request.service_principal)


def deregister_delegated_administrator(
    call: RequestContext, request: "requests.DeregisterDelegatedAdministratorRequest"
) -> None:
    """Deregister a member account as delegated administrator of a trusted service."""
    delegation.deregister_delegated_administrator(call.tx, request.account_id, request.service_principal)


def list_delegated_administrators(
    call: RequestContext, request: "requests.ListDelegatedAdministratorsRequest"
) -> "replies.ListDelegatedAdministratorsResponse":
    """List the delegated administrators of one service or of all services."""
    listing = call.listing("ListDelegatedAdministrators", call.tx.caller.account_id, request.service_principal)
    after = listing.after(request.next_token)
    items = delegation.list_delegated_administrators(call.tx, request.service_principal, after=after)
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"DelegatedAdministrators": _administrator_replies(call, page), **next_token(token)}


def list_delegated_services_for_account(
    call: RequestContext, request: "requests.ListDelegatedServicesForAccountRequest"
) -> "replies.ListDelegatedServicesForAccountResponse":
    """List the services of a delegated administrator."""
    listing = call.listing("ListDelegatedServicesForAccount", call.tx.caller.account_id, request.account_id)
    items = delegation.list_delegated_services(call.tx, request.account_id, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"DelegatedServices": [_service_item(service) for service in page], **next_token(token)}


def _administrator_replies(
    call: RequestContext, page: list[tuple[Delegation, Account, Membership]]
) -> "list[replies.DelegatedAdministrator]":
    accounts = account_replies(call, [(account, membership) for _, account, membership in page])
    return [_administrator_item(item[0], account) for item, account in zip(page, accounts, strict=True)]


@kept_item
def _administrator_item(registration: Delegation, account: "replies.Account") -> "replies.DelegatedAdministrator":
    reply: replies.DelegatedAdministrator = {
        "Id": account["Id"],
        "Arn": account["Arn"],
        "Email": account["Email"],
        "Name": account["Name"],
        "State": account["State"],
        "JoinedMethod": account["JoinedMethod"],
        "JoinedTimestamp": account["JoinedTimestamp"],
        "DelegationEnabledDate": registration.since,
    }
    if "Status" in account:
        reply["Status"] = account["Status"]
    return reply


@kept_item
def _service_item(service: Delegation) -> "replies.DelegatedService":
    return {"ServicePrincipal": service.principal, "DelegationEnabledDate": service.since}
