"""Handlers of organizational units, of the accounts in them, and of moves between them."""

from typing import TYPE_CHECKING, cast

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.accounts import account_replies
from artifact_emulator.services.organizations.places import Place, place_in
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state.model import State, Unit
from artifact_state.organizations import hierarchy

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def create_organizational_unit(
    call: RequestContext, request: "requests.CreateOrganizationalUnitRequest"
) -> "replies.CreateOrganizationalUnitResponse":
    """Create an organizational unit."""
    unit = hierarchy.create_unit(call.tx, request.parent_id, request.name, tag_pairs(request.tags))
    return {"OrganizationalUnit": _unit_reply(call.tx.state, unit)}


def update_organizational_unit(
    call: RequestContext, request: "requests.UpdateOrganizationalUnitRequest"
) -> "replies.UpdateOrganizationalUnitResponse":
    """Rename an organizational unit."""
    unit = hierarchy.rename_unit(call.tx, request.organizational_unit_id, request.name)
    return {"OrganizationalUnit": _unit_reply(call.tx.state, unit)}


def delete_organizational_unit(call: RequestContext, request: "requests.DeleteOrganizationalUnitRequest") -> None:
    """Delete an organizational unit."""
    hierarchy.delete_unit(call.tx, request.organizational_unit_id)


def describe_organizational_unit(
    call: RequestContext, request: "requests.DescribeOrganizationalUnitRequest"
) -> "replies.DescribeOrganizationalUnitResponse":
    """Describe an organizational unit."""
    unit = hierarchy.describe_unit(call.tx, request.organizational_unit_id)
    return {"OrganizationalUnit": _unit_reply(call.tx.state, unit)}


def list_organizational_units_for_parent(
    call: RequestContext, request: "requests.ListOrganizationalUnitsForParentRequest"
) -> "replies.ListOrganizationalUnitsForParentResponse":
    """List the organizational units directly below a root or a unit."""
    listing = call.listing("ListOrganizationalUnitsForParent", call.tx.caller.account_id, request.parent_id)
    units = hierarchy.list_units_for_parent(call.tx, request.parent_id, after=listing.after(request.next_token))
    page, token = listing.page(units, request.max_results or call.tx.quotas.organizations_page_size)
    return {"OrganizationalUnits": _unit_replies(call.tx.state, page), **next_token(token)}


def list_accounts_for_parent(
    call: RequestContext, request: "requests.ListAccountsForParentRequest"
) -> "replies.ListAccountsForParentResponse":
    """List the accounts directly below a root or a unit."""
    listing = call.listing("ListAccountsForParent", call.tx.caller.account_id, request.parent_id)
    items = hierarchy.list_accounts_for_parent(call.tx, request.parent_id, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Accounts": account_replies(call, page), **next_token(token)}


def list_children(call: RequestContext, request: "requests.ListChildrenRequest") -> "replies.ListChildrenResponse":
    """List the ids of the accounts, or of the organizational units, directly below a root or a unit."""
    listing = call.listing("ListChildren", call.tx.caller.account_id, request.parent_id, request.child_type)
    after = listing.after(request.next_token)
    if request.child_type == "ACCOUNT":
        accounts = hierarchy.list_accounts_for_parent(call.tx, request.parent_id, after)
        children = ((place, account.id) for place, (account, _) in accounts)
    else:
        units = hierarchy.list_units_for_parent(call.tx, request.parent_id, after)
        children = ((place, unit.id) for place, unit in units)
    page, token = listing.page(children, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Children": [{"Id": child_id, "Type": request.child_type} for child_id in page], **next_token(token)}


def list_parents(call: RequestContext, request: "requests.ListParentsRequest") -> "replies.ListParentsResponse":
    """List the only parent of an account or an organizational unit."""
    # There is never a second page, so every token is refused.
    call.listing("ListParents", call.tx.caller.account_id, request.child_id).after(request.next_token)
    parent = hierarchy.find_parent(call.tx, request.child_id)
    return {"Parents": [{"Id": parent.id, "Type": "ORGANIZATIONAL_UNIT" if parent.parent_id else "ROOT"}]}


def move_account(call: RequestContext, request: "requests.MoveAccountRequest") -> None:
    """Move an account from one root or unit to another."""
    hierarchy.move_account(call.tx, request.account_id, request.source_parent_id, request.destination_parent_id)


def _unit_reply(state: State, unit: Unit) -> "replies.OrganizationalUnit":
    return _unit_replies(state, [unit])[0]


def _unit_replies(state: State, units: list[Unit]) -> "list[replies.OrganizationalUnit]":
    """Return units of one parent in AWS's form."""
    if not units:
        return []
    place = place_in(state, cast("str", units[0].parent_id))
    return [_unit_item(unit, place) for unit in units]


@kept_item
def _unit_item(unit: Unit, place: Place) -> "replies.OrganizationalUnit":
    return {
        "Id": unit.id,
        "Arn": place.arn("ou", unit.id),
        "Name": unit.name,
        "Path": f"{place.path}{unit.id}/",
    }
