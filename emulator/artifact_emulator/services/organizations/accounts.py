"""Member accounts: created, described, listed, closed, removed, leaving."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.tags import pairs_of
from artifact_state import arns
from artifact_state.model import Account, AccountState, Creation, CreationState, Membership
from artifact_state.organizations import account_closure, account_creation, accounts
from artifact_state.organizations.hierarchy import path_of
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests

# Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
# Unverified: the old status of an account whose sign-up is not completed; like a suspended one it cannot be used.
_STATUSES: "dict[AccountState, replies.AccountStatus]" = {
    AccountState.PENDING_ACTIVATION: "SUSPENDED",
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.PENDING_CLOSURE: "PENDING_CLOSURE",
    AccountState.CLOSED: "SUSPENDED",
}


def create_account(call: RequestContext, request: "requests.CreateAccountRequest") -> "replies.CreateAccountResponse":
    """Ask for a new account: the answer is always that the request is under way."""
    creation = account_creation.create_account(
        call.tx,
        name=request.account_name,
        email=request.email,
        role_name=request.role_name,
        tags=pairs_of(request.tags),
    )
    return {"CreateAccountStatus": _under_way(creation)}


def create_gov_cloud_account(
    call: RequestContext, request: "requests.CreateGovCloudAccountRequest"
) -> "replies.CreateGovCloudAccountResponse":
    """Ask for a new account and one in AWS GovCloud (US) with it."""
    creation = account_creation.create_govcloud_account(
        call.tx,
        name=request.account_name,
        email=request.email,
        role_name=request.role_name,
        tags=pairs_of(request.tags),
    )
    return {"CreateAccountStatus": _under_way(creation)}


def describe_create_account_status(
    call: RequestContext, request: "requests.DescribeCreateAccountStatusRequest"
) -> "replies.DescribeCreateAccountStatusResponse":
    """Tell how a request to create an account stands."""
    creation = account_creation.describe_creation(call.tx, request.create_account_request_id)
    return {"CreateAccountStatus": _status(call.tx, creation)}


def list_create_account_status(
    call: RequestContext, request: "requests.ListCreateAccountStatusRequest"
) -> "replies.ListCreateAccountStatusResponse":
    """List requests to create accounts, of certain states or of all."""
    states = sorted(set(request.states or []))
    listing = call.listing("ListCreateAccountStatus", call.tx.caller.account_id, *states)
    wanted = {CreationState(one) for one in states} or set(CreationState)
    found = account_creation.list_creations(call.tx, wanted, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"CreateAccountStatuses": [_status(call.tx, one) for one in page], **next_token(token)}


def describe_account(
    call: RequestContext, request: "requests.DescribeAccountRequest"
) -> "replies.DescribeAccountResponse":
    """Describe one account of the organization."""
    return {"Account": account_reply(call.tx, *accounts.describe_account(call.tx, request.account_id))}


def list_accounts(call: RequestContext, request: "requests.ListAccountsRequest") -> "replies.ListAccountsResponse":
    """List the organization's accounts, the management account among them."""
    listing = call.listing("ListAccounts", call.tx.caller.account_id)
    found = accounts.list_accounts(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Accounts": [account_reply(call.tx, *one) for one in page], **next_token(token)}


def close_account(call: RequestContext, request: "requests.CloseAccountRequest") -> None:
    """Ask for the closing of a member account: no output."""
    account_closure.close_account(call.tx, request.account_id)


def remove_account_from_organization(
    call: RequestContext, request: "requests.RemoveAccountFromOrganizationRequest"
) -> None:
    """Remove a member account."""
    accounts.remove_account(call.tx, request.account_id)


def leave_organization(call: RequestContext, request: "requests.LeaveOrganizationRequest") -> None:
    """Leave the organization, as a member account."""
    accounts.leave_organization(call.tx)


def account_reply(tx: Transaction, account: Account, membership: Membership) -> "replies.Account":
    """Write a member account as AWS describes it."""
    organization = tx.state.organizations[membership.organization_id]
    state = accounts.account_state(tx.state, account.id, tx.now)
    return {
        "Id": account.id,
        "Arn": arns.organizations(
            organization.partition, organization.management_account_id, "account", organization.id, account.id
        ),
        "Email": account.email,
        "Name": account.name,
        "Status": _STATUSES[state],
        "State": state.value,
        "Paths": [path_reply(tx, membership)],
        "JoinedMethod": membership.method.value,
        "JoinedTimestamp": membership.joined_at,
    }


def path_reply(tx: Transaction, membership: Membership) -> str:
    """Write where an account is, from the organization down."""
    steps = (membership.organization_id, *path_of(tx.state, membership.parent_id), membership.account_id)
    return "/".join(steps) + "/"


def _status(tx: Transaction, creation: Creation) -> "replies.CreateAccountStatus":
    state = account_creation.creation_state(creation, tx.now)
    if state is CreationState.IN_PROGRESS:
        return _under_way(creation)
    ended: replies.CreateAccountStatus = {
        **_under_way(creation),
        "State": state.value,
        "CompletedTimestamp": creation.completes_at,
    }
    if creation.failure is not None:
        ended["FailureReason"] = creation.failure.value
    if creation.account_id is not None:
        ended["AccountId"] = creation.account_id
    if creation.govcloud_account_id is not None:
        ended["GovCloudAccountId"] = creation.govcloud_account_id
    return ended


def _under_way(creation: Creation) -> "replies.CreateAccountStatus":
    return {
        "Id": creation.id,
        "AccountName": creation.account_name,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": creation.requested_at,
    }
