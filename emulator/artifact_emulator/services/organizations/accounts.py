"""Member accounts: created, described, listed, removed, leaving."""

from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_emulator.paging import Listing
from artifact_state import accounts, arns
from artifact_state.model import Account, Creation, Membership
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests

PAGE = 20


def create_account(call: Call, request: "requests.CreateAccountRequest") -> "replies.CreateAccountResponse":
    """Ask for a new account: the answer is always that the request is under way."""
    creation = accounts.create_account(
        call.tx, name=request.account_name, email=request.email, role_name=request.role_name
    )
    return {"CreateAccountStatus": _under_way(creation)}


def describe_create_account_status(
    call: Call, request: "requests.DescribeCreateAccountStatusRequest"
) -> "replies.DescribeCreateAccountStatusResponse":
    """Tell how a request to create an account stands."""
    creation = accounts.creation_of(call.tx, request.create_account_request_id)
    return {"CreateAccountStatus": _status(call.tx, creation)}


def list_create_account_status(
    call: Call, request: "requests.ListCreateAccountStatusRequest"
) -> "replies.ListCreateAccountStatusResponse":
    """List requests to create accounts, of certain states or of all."""
    states = sorted(set(request.states or []))
    listing = Listing("ListCreateAccountStatus", call.tx.caller.account_id, *states)
    found = (
        (place, status)
        for place, creation in accounts.creations(call.tx, after=listing.after(request.next_token))
        if not states or (status := _status(call.tx, creation))["State"] in states
    )
    page, token = listing.page(found, request.max_results or PAGE)
    reply: replies.ListCreateAccountStatusResponse = {"CreateAccountStatuses": page}
    if token:
        reply["NextToken"] = token
    return reply


def describe_account(call: Call, request: "requests.DescribeAccountRequest") -> "replies.DescribeAccountResponse":
    """Describe one account of the organization."""
    return {"Account": _account(call.tx, *accounts.member_account(call.tx, request.account_id))}


def list_accounts(call: Call, request: "requests.ListAccountsRequest") -> "replies.ListAccountsResponse":
    """List the organization's accounts, the management account among them."""
    listing = Listing("ListAccounts", call.tx.caller.account_id)
    found = accounts.member_accounts(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or PAGE)
    reply: replies.ListAccountsResponse = {"Accounts": [_account(call.tx, *one) for one in page]}
    if token:
        reply["NextToken"] = token
    return reply


def remove_account_from_organization(call: Call, request: "requests.RemoveAccountFromOrganizationRequest") -> None:
    """Remove a member account."""
    accounts.remove_account(call.tx, request.account_id)


def leave_organization(call: Call, request: "requests.LeaveOrganizationRequest") -> None:
    """Leave the organization, as a member account."""
    accounts.leave_organization(call.tx)


def _account(tx: Transaction, account: Account, membership: Membership) -> "replies.Account":
    organization = tx.state.organizations[membership.organization_id]
    path = [organization.id, membership.parent_id, account.id]
    return {
        "Id": account.id,
        "Arn": arns.organizations(
            organization.partition, organization.management_account_id, "account", organization.id, account.id
        ),
        "Email": account.email,
        "Name": account.name,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "Paths": ["/".join(path) + "/"],
        "JoinedMethod": membership.method.value,
        "JoinedTimestamp": membership.joined_at,
    }


def _status(tx: Transaction, creation: Creation) -> "replies.CreateAccountStatus":
    if tx.now < creation.completes_at:
        return _under_way(creation)
    ended: replies.CreateAccountStatus = {**_under_way(creation), "CompletedTimestamp": creation.completes_at}
    if creation.failure is not None:
        return {**ended, "State": "FAILED", "FailureReason": creation.failure.value}
    return {**ended, "State": "SUCCEEDED", "AccountId": creation.account_id or ""}


def _under_way(creation: Creation) -> "replies.CreateAccountStatus":
    return {
        "Id": creation.id,
        "AccountName": creation.account_name,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": creation.requested_at,
    }
