"""Delegated administrators: registered, deregistered, listed."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.accounts import account_reply
from artifact_state.model import Account, Delegation, Membership
from artifact_state.organizations import delegation

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def register_delegated_administrator(
    call: RequestContext, request: "requests.RegisterDelegatedAdministratorRequest"
) -> None:
    """Let a member account run a trusted service: no output."""
    delegation.register_delegated_administrator(call.tx, request.account_id, request.service_principal)


def deregister_delegated_administrator(
    call: RequestContext, request: "requests.DeregisterDelegatedAdministratorRequest"
) -> None:
    """Let a member account no longer run a trusted service: no output."""
    delegation.deregister_delegated_administrator(call.tx, request.account_id, request.service_principal)


def list_delegated_administrators(
    call: RequestContext, request: "requests.ListDelegatedAdministratorsRequest"
) -> "replies.ListDelegatedAdministratorsResponse":
    """List the delegated administrators of one service or of any."""
    listing = call.listing("ListDelegatedAdministrators", call.tx.caller.account_id, request.service_principal)
    after = listing.after(request.next_token)
    found = delegation.delegated_administrators(call.tx, request.service_principal, after=after)
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"DelegatedAdministrators": [_administrator(call, *one) for one in page], **next_token(token)}


def list_delegated_services_for_account(
    call: RequestContext, request: "requests.ListDelegatedServicesForAccountRequest"
) -> "replies.ListDelegatedServicesForAccountResponse":
    """List the services that a delegated administrator runs."""
    listing = call.listing("ListDelegatedServicesForAccount", call.tx.caller.account_id, request.account_id)
    found = delegation.delegated_services(call.tx, request.account_id, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {
        "DelegatedServices": [{"ServicePrincipal": one.principal, "DelegationEnabledDate": one.since} for one in page],
        **next_token(token),
    }


def _administrator(
    call: RequestContext, first: Delegation, account: Account, membership: Membership
) -> "replies.DelegatedAdministrator":
    whole = account_reply(call.tx, account, membership)
    return {
        "Id": whole["Id"],
        "Arn": whole["Arn"],
        "Email": whole["Email"],
        "Name": whole["Name"],
        "Status": whole["Status"],
        "State": whole["State"],
        "JoinedMethod": whole["JoinedMethod"],
        "JoinedTimestamp": whole["JoinedTimestamp"],
        "DelegationEnabledDate": first.since,
    }
