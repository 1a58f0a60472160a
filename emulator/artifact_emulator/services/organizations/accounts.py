"""Handlers of accounts: create, describe, list, close and remove them, let them leave."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.places import Place, place_in
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state.model import Account, AccountState, Creation, CreationState, Membership
from artifact_state.organizations import account_closure, account_creation, accounts
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests

# Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
# Unverified: the Status of an account whose sign-up is incomplete; like a suspended one, it cannot be used.
_STATUSES: "dict[AccountState, replies.AccountStatus]" = {
    AccountState.PENDING_ACTIVATION: "SUSPENDED",
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.PENDING_CLOSURE: "PENDING_CLOSURE",
    AccountState.CLOSED: "SUSPENDED",
}


def create_account(call: RequestContext, request: "requests.CreateAccountRequest") -> "replies.CreateAccountResponse":
    """Request a new account; the reply always reports the request as in progress."""
    creation = account_creation.create_account(
        call.tx,
        name=request.account_name,
        email=request.email,
        role_name=request.role_name,
        tags=tag_pairs(request.tags),
    )
    return {"CreateAccountStatus": _in_progress_reply(creation)}


def create_gov_cloud_account(
    call: RequestContext, request: "requests.CreateGovCloudAccountRequest"
) -> "replies.CreateGovCloudAccountResponse":
    """Request a new account together with one in AWS GovCloud (US)."""
    creation = account_creation.create_govcloud_account(
        call.tx,
        name=request.account_name,
        email=request.email,
        role_name=request.role_name,
        tags=tag_pairs(request.tags),
    )
    return {"CreateAccountStatus": _in_progress_reply(creation)}


def describe_create_account_status(
    call: RequestContext, request: "requests.DescribeCreateAccountStatusRequest"
) -> "replies.DescribeCreateAccountStatusResponse":
    """Describe a request to create an account."""
    creation = account_creation.describe_creation(call.tx, request.create_account_request_id)
    return {"CreateAccountStatus": _status_reply(call.tx, creation)}


def list_create_account_status(
    call: RequestContext, request: "requests.ListCreateAccountStatusRequest"
) -> "replies.ListCreateAccountStatusResponse":
    """List requests to create accounts, in all states or in certain ones."""
    states = sorted(set(request.states or []))
    listing = call.listing("ListCreateAccountStatus", call.tx.caller.account_id, *states)
    wanted = set(map(CreationState, states)) or set(CreationState)
    creations = account_creation.list_creations(call.tx, wanted, after=listing.after(request.next_token))
    page, token = listing.page(creations, request.max_results or call.tx.quotas.organizations_page_size)
    return {"CreateAccountStatuses": [_status_reply(call.tx, creation) for creation in page], **next_token(token)}


def describe_account(
    call: RequestContext, request: "requests.DescribeAccountRequest"
) -> "replies.DescribeAccountResponse":
    """Describe an account of the organization."""
    [account] = account_replies(call, [accounts.describe_account(call.tx, request.account_id)])
    return {"Account": account}


def list_accounts(call: RequestContext, request: "requests.ListAccountsRequest") -> "replies.ListAccountsResponse":
    """List the organization's accounts, the management account included."""
    listing = call.listing("ListAccounts", call.tx.caller.account_id)
    items = accounts.list_accounts(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Accounts": account_replies(call, page), **next_token(token)}


def close_account(call: RequestContext, request: "requests.CloseAccountRequest") -> None:
    """Request the closure of a member account."""
    account_closure.close_account(call.tx, request.account_id)


def remove_account_from_organization(
    call: RequestContext, request: "requests.RemoveAccountFromOrganizationRequest"
) -> None:
    """Remove a member account from the organization."""
    accounts.remove_account(call.tx, request.account_id)


def leave_organization(call: RequestContext, request: "requests.LeaveOrganizationRequest") -> None:
    """Leave the organization as a member account."""
    accounts.leave_organization(call.tx)


def account_replies(call: RequestContext, members: list[tuple[Account, Membership]]) -> "list[replies.Account]":
    """Return accounts of an organization in AWS's form."""
    if not members:
        return []
    state, now, shows_status = call.tx.state, call.tx.now, call.effect.has_retired_members
    places = {parent_id: place_in(state, parent_id) for parent_id in {member.parent_id for _, member in members}}
    return [
        _account_item(
            membership, account, accounts.state_of(state, account, now), places[membership.parent_id], shows_status
        )
        for account, membership in members
    ]


@kept_item
def _account_item(
    membership: Membership,
    account: Account,
    state: AccountState,
    place: Place,
    shows_status: bool,  # noqa: FBT001 - all facts are positional.
) -> "replies.Account":
    """Return an account in AWS's form.

    AWS announced that Status would end on 2026-09-09, and still returned it on 2026-09-13.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
    """
    reply: replies.Account = {
        "Id": account.id,
        "Arn": place.arn("account", account.id),
        "Email": account.email,
        "Name": account.name,
        "State": state.value,
        "Paths": [f"{place.path}{account.id}/"],
        "JoinedMethod": membership.method.value,
        "JoinedTimestamp": membership.joined_at,
    }
    if shows_status:
        reply["Status"] = _STATUSES[state]
    return reply


def path_reply(tx: Transaction, membership: Membership) -> str:
    """Return the path of an account, from the organization down."""
    return f"{place_in(tx.state, membership.parent_id).path}{membership.account_id}/"


def _status_reply(tx: Transaction, creation: Creation) -> "replies.CreateAccountStatus":
    return _creation_item(creation, account_creation.creation_state(creation, tx.now))


@kept_item
def _creation_item(creation: Creation, state: CreationState) -> "replies.CreateAccountStatus":
    if state is CreationState.IN_PROGRESS:
        return _in_progress_reply(creation)
    reply: replies.CreateAccountStatus = {
        **_in_progress_reply(creation),
        "State": state.value,
        "CompletedTimestamp": creation.completes_at,
    }
    if creation.failure is not None:
        reply["FailureReason"] = creation.failure.value
    if creation.account_id is not None:
        reply["AccountId"] = creation.account_id
    if creation.govcloud_account_id is not None:
        reply["GovCloudAccountId"] = creation.govcloud_account_id
    return reply


def _in_progress_reply(creation: Creation) -> "replies.CreateAccountStatus":
    return {
        "Id": creation.id,
        "AccountName": creation.account_name,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": creation.requested_at,
    }
