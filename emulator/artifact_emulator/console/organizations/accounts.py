"""AWS accounts: the tree of an organization and the list of its accounts, and what is done with them.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call, caller, everything, world
from artifact_state.authority import organization_of

PAGE = 20
pages = Blueprint("accounts", __name__)


@pages.get("/organizations")
@pages.get("/organizations/accounts")
def accounts() -> str:
    """Show the organization: what is below one of its units, or the list of all accounts."""
    if organization_of(world().state, caller().account_id, world().clock.now()) is None:
        return render_template("organizations/none.html")
    organization = call("organizations", "DescribeOrganization")["Organization"]
    if organization["MasterAccountId"] != caller().account_id:
        return render_template("organizations/member.html", described=organization)
    token = request.args.get("token") or None
    if request.args.get("view") == "list":
        page = call("organizations", "ListAccounts", MaxResults=PAGE, NextToken=token)
        return render_template("organizations/list.html", page=page)
    root = call("organizations", "ListRoots")["Roots"][0]
    parent_id = request.args.get("parent") or root["Id"]
    return render_template(
        "organizations/tree.html",
        root=root,
        parent=root if parent_id == root["Id"] else _unit(parent_id),
        ancestors=_ancestors(parent_id, root),
        units=everything(
            "organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id
        ),
        page=call("organizations", "ListAccountsForParent", ParentId=parent_id, MaxResults=PAGE, NextToken=token),
    )


@pages.post("/organizations/create")
def create() -> Response:
    """Create an organization."""
    call("organizations", "CreateOrganization", FeatureSet=request.form.get("features", "ALL"))
    flash("You created an organization.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.post("/organizations/leave")
def leave() -> Response:
    """Leave the organization, as a member."""
    call("organizations", "LeaveOrganization")
    flash("This account has left its organization.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.get("/organizations/accounts/add")
def add() -> str:
    """Show how an account is added: created or invited."""
    return render_template("organizations/add.html")


@pages.post("/organizations/accounts/create")
def create_account() -> Response:
    """Create an account; tell how that ended."""
    asked = call(
        "organizations",
        "CreateAccount",
        AccountName=request.form.get("name", ""),
        Email=request.form.get("email", ""),
        RoleName=request.form.get("role") or None,
    )["CreateAccountStatus"]
    status = call("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=asked["Id"])[
        "CreateAccountStatus"
    ]
    if status["State"] == "FAILED":
        flash(f"The account was not created: {status['FailureReason']}.", "error")
        return redirect(url_for(".add"), 303)
    done = "is being created" if status["State"] == "IN_PROGRESS" else f"was created: {status['AccountId']}"
    flash(f"The account {status['AccountName']} {done}.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.post("/organizations/accounts/invite")
def invite() -> Response:
    """Invite an account, by its id or its owner's e-mail address."""
    target = request.form.get("target", "").strip()
    call(
        "organizations",
        "InviteAccountToOrganization",
        Target={"Id": target, "Type": "EMAIL" if "@" in target else "ACCOUNT"},
        Notes=request.form.get("notes") or None,
    )
    flash(f"You invited {target}.", "success")
    return redirect(url_for("invitations.invitations"), 303)


@pages.get("/organizations/accounts/<account_id>")
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
        places=[root, *_every_unit(root["Id"])],
        tags=everything("organizations", "ListTagsForResource", "Tags", ResourceId=account_id),
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


@pages.post("/organizations/accounts/<account_id>/remove")
def remove(account_id: str) -> Response:
    """Remove an account from the organization."""
    call("organizations", "RemoveAccountFromOrganization", AccountId=account_id)
    flash(f"You removed {account_id} from the organization.", "success")
    return redirect(url_for(".accounts"), 303)


@pages.post("/organizations/accounts/<account_id>/close")
def close(account_id: str) -> Response:
    """Close an account, once its id was typed."""
    if request.form.get("confirmation") != account_id:
        flash(f"Enter {account_id} to close the account.", "error")
    else:
        call("organizations", "CloseAccount", AccountId=account_id)
        flash(f"You closed {account_id}.", "success")
    return redirect(url_for(".account", account_id=account_id), 303)


@pages.post("/organizations/accounts/<account_id>/tags")
def tag(account_id: str) -> Response:
    """Set a tag of an account, or take one away."""
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


@pages.post("/organizations/units/<unit_id>/delete")
def delete_unit(unit_id: str) -> Response:
    """Delete an organizational unit that is empty."""
    call("organizations", "DeleteOrganizationalUnit", OrganizationalUnitId=unit_id)
    flash("You deleted the organizational unit.", "success")
    return redirect(url_for(".accounts", parent=request.form.get("parent") or None), 303)


def _unit(unit_id: str) -> Mapping[str, Any]:
    unit: Mapping[str, Any] = call("organizations", "DescribeOrganizationalUnit", OrganizationalUnitId=unit_id)[
        "OrganizationalUnit"
    ]
    return unit


def _ancestors(unit_id: str, root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give what is above a unit, the root first."""
    found: list[Mapping[str, Any]] = []
    while unit_id != root["Id"]:
        unit_id = call("organizations", "ListParents", ChildId=unit_id)["Parents"][0]["Id"]
        found.insert(0, root if unit_id == root["Id"] else _unit(unit_id))
    return found


def _every_unit(parent_id: str) -> list[Mapping[str, Any]]:
    """Give all units below one, those further up first among their own."""
    found: list[Mapping[str, Any]] = []
    for unit in everything(
        "organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id
    ):
        found += [unit, *_every_unit(unit["Id"])]
    return found


def names_of(account_ids: list[str]) -> dict[str, str]:
    """Give the names of accounts, as far as they are members."""
    names = {}
    for account_id in account_ids:
        try:
            names[account_id] = call("organizations", "DescribeAccount", AccountId=account_id)["Account"]["Name"]
        except AwsError:
            names[account_id] = ""
    return names
