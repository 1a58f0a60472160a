"""AWS accounts: the organization's tree, the list of its accounts, and the actions on units and accounts.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, caller, list_all, next_page, world
from artifact_emulator.console.confirmation import confirmation, is_confirmed
from artifact_state.authority import organization_of

PAGE_SIZE = 20
pages = Blueprint("accounts", __name__)


@pages.get("/organizations")
@pages.get("/organizations/accounts")
def accounts() -> str:
    """Show the content of a unit, or the list of all accounts with `view=list`."""
    if organization_of(world().state, caller().account_id, world().clock.now()) is None:
        return render_template("organizations/none.html")
    organization = call("organizations", "DescribeOrganization")["Organization"]
    if organization["MasterAccountId"] != caller().account_id:
        return render_template("organizations/member.html", described=organization)
    token = request.args.get("token") or None
    if request.args.get("view") == "list":
        page = call("organizations", "ListAccounts", MaxResults=PAGE_SIZE, NextToken=token)
        return render_template("organizations/list.html", page=page)
    root = call("organizations", "ListRoots")["Roots"][0]
    parent_id = request.args.get("parent") or root["Id"]
    return render_template(
        "organizations/tree.html",
        root=root,
        parent=root if parent_id == root["Id"] else _unit(parent_id),
        ancestors=_ancestors(parent_id, root),
        units=list_all("organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id),
        page=call("organizations", "ListAccountsForParent", ParentId=parent_id, MaxResults=PAGE_SIZE, NextToken=token),
    )


@pages.post("/organizations/create")
def create() -> Response:
    """Create an organization."""
    call("organizations", "CreateOrganization", FeatureSet=request.form.get("features", "ALL"))
    flash("You created an organization.", "success")
    return redirect(next_page(request.args.get("next", ""), url_for(".accounts")), 303)


@pages.get("/organizations/leave")
def confirm_leaving() -> str:
    """Ask before the account leaves its organization."""
    return confirmation(
        "Leave this organization?",
        f"The account {caller().account_id} loses access to the organization's agreements and is no longer under its "
        "policies. It can return only by another invitation.",
        "Leave organization",
        url_for(".accounts"),
    )


@pages.post("/organizations/leave")
def leave() -> Response:
    """Leave the organization as a member account."""
    call("organizations", "LeaveOrganization")
    flash("This account has left its organization.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.get("/organizations/accounts/add")
def add() -> str:
    """Show the forms that create or invite an account."""
    return render_template("organizations/add.html")


@pages.post("/organizations/accounts/create")
def create_account() -> Response:
    """Create an account and show the outcome."""
    request_id = call(
        "organizations",
        "CreateAccount",
        AccountName=request.form.get("name", ""),
        Email=request.form.get("email", ""),
        RoleName=request.form.get("role") or None,
    )["CreateAccountStatus"]["Id"]
    status = call("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)[
        "CreateAccountStatus"
    ]
    if status["State"] == "FAILED":
        flash(f"The account was not created: {status['FailureReason']}.", "error")
        return redirect(url_for(".add"), 303)
    outcome = "is being created" if status["State"] == "IN_PROGRESS" else f"was created: {status['AccountId']}"
    flash(f"The account {status['AccountName']} {outcome}.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.post("/organizations/accounts/invite")
def invite() -> Response:
    """Invite an account by its id or by the email address of its owner."""
    target = request.form.get("target", "").strip()
    call(
        "organizations",
        "InviteAccountToOrganization",
        Target={"Id": target, "Type": "EMAIL" if "@" in target else "ACCOUNT"},
        Notes=request.form.get("notes") or None,
    )
    flash(f"You invited {target}.", "success")
    return redirect(url_for("invitations.invitations"), 303)


@pages.get("/organizations/accounts/<string(length=12):account_id>")
def account(account_id: str) -> str:
    """Describe an account."""
    described = call("organizations", "DescribeAccount", AccountId=account_id)["Account"]
    parent = call("organizations", "ListParents", ChildId=account_id)["Parents"][0]
    root = call("organizations", "ListRoots")["Roots"][0]
    return render_template(
        "organizations/account.html",
        account=described,
        parent=parent,
        root=root,
        destinations=[root, *_units_below(root["Id"])],
        tags=list_all("organizations", "ListTagsForResource", "Tags", ResourceId=account_id),
    )


@pages.post("/organizations/accounts/<account_id>/move")
def move(account_id: str) -> Response:
    """Move an account to another unit."""
    call(
        "organizations",
        "MoveAccount",
        AccountId=account_id,
        SourceParentId=request.form.get("source", ""),
        DestinationParentId=request.form.get("destination", ""),
    )
    flash(f"You moved {account_id}.", "success")
    return redirect(url_for(".account", account_id=account_id), 303)


@pages.get("/organizations/accounts/<account_id>/remove")
def confirm_removal(account_id: str) -> str:
    """Ask before an account is removed from the organization."""
    return confirmation(
        f"Remove account {account_id} from organization?",
        "It loses access to the organization's agreements and is no longer under its policies. "
        "It can return only by another invitation.",
        "Remove account",
        url_for(".account", account_id=account_id),
    )


@pages.post("/organizations/accounts/<account_id>/remove")
def remove(account_id: str) -> Response:
    """Remove an account from the organization."""
    call("organizations", "RemoveAccountFromOrganization", AccountId=account_id)
    flash(f"You removed {account_id} from the organization.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.post("/organizations/accounts/<account_id>/close")
def close(account_id: str) -> Response:
    """Close an account once its id is confirmed."""
    if is_confirmed(account_id):
        call("organizations", "CloseAccount", AccountId=account_id)
        flash(f"You closed {account_id}.", "success")
    return redirect(url_for(".account", account_id=account_id), 303)


@pages.post("/organizations/accounts/<account_id>/tags")
def tag(account_id: str) -> Response:
    """Set or remove a tag of an account."""
    key = request.form.get("key", "")
    if "remove" in request.form:
        call("organizations", "UntagResource", ResourceId=account_id, TagKeys=[key])
    else:
        tags = [{"Key": key, "Value": request.form.get("value", "")}]
        call("organizations", "TagResource", ResourceId=account_id, Tags=tags)
    return redirect(url_for(".account", account_id=account_id), 303)


@pages.post("/organizations/units")
def create_unit() -> Response:
    """Create an organizational unit."""
    parent = request.form.get("parent", "")
    name = request.form.get("name", "")
    call("organizations", "CreateOrganizationalUnit", ParentId=parent, Name=name)
    flash(f"You created the organizational unit {name}.", "success")
    return redirect(url_for(".accounts", parent=parent), 303)


@pages.post("/organizations/units/<unit_id>/rename")
def rename_unit(unit_id: str) -> Response:
    """Rename an organizational unit."""
    call("organizations", "UpdateOrganizationalUnit", OrganizationalUnitId=unit_id, Name=request.form.get("name", ""))
    return redirect(url_for(".accounts", parent=unit_id), 303)


@pages.get("/organizations/units/<unit_id>/delete")
def confirm_unit_deletion(unit_id: str) -> str:
    """Ask before an organizational unit is deleted."""
    return confirmation(
        f"Delete organizational unit {_unit(unit_id)['Name']}?",
        "Only an empty unit can be deleted: move its accounts and delete its units first.",
        "Delete",
        url_for(".accounts", parent=unit_id),
    )


@pages.post("/organizations/units/<unit_id>/delete")
def delete_unit(unit_id: str) -> Response:
    """Delete an empty organizational unit."""
    call("organizations", "DeleteOrganizationalUnit", OrganizationalUnitId=unit_id)
    flash("You deleted the organizational unit.", "success")
    return redirect(url_for(".accounts", parent=request.form.get("parent") or None), 303)


def _unit(unit_id: str) -> Mapping[str, Any]:
    unit: Mapping[str, Any] = call("organizations", "DescribeOrganizationalUnit", OrganizationalUnitId=unit_id)[
        "OrganizationalUnit"
    ]
    return unit


def _ancestors(unit_id: str, root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the ancestors of a unit, from the root down."""
    ancestors: list[Mapping[str, Any]] = []
    while unit_id != root["Id"]:
        unit_id = call("organizations", "ListParents", ChildId=unit_id)["Parents"][0]["Id"]
        ancestors.insert(0, root if unit_id == root["Id"] else _unit(unit_id))
    return ancestors


def _units_below(parent_id: str) -> list[Mapping[str, Any]]:
    """Return all units below a root or unit, each before its own children."""
    units: list[Mapping[str, Any]] = []
    for unit in list_all(
        "organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id
    ):
        units += [unit, *_units_below(unit["Id"])]
    return units
