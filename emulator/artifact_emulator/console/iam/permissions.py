"""Policies of an IAM user, group or role: managed ones, attached and detached, and inline ones, written and deleted.

The three kinds of identity have the same operations, whose names differ in the kind.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html
"""

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call, flash_refusal, list_all
from artifact_emulator.console.confirmation import confirmation
from artifact_state.record import Record

MAX_MATCHES = 50
"""Number of managed policies that a search shows."""
KINDS = {"users": "User", "groups": "Group", "roles": "Role"}
NEW_DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["artifact:*"], "Resource": "*"}]}
pages = Blueprint("permissions", __name__, url_prefix="/iam/<any(users, groups, roles):kind>/<name>/policies")


class Identity(Record, kw_only=False):
    """A user, group or role."""

    kind: str
    """The kind in a path: a key of `KINDS`."""
    name: str

    def call(self, operation: str, **members: Any) -> Any:
        """Call an operation whose name has the kind in the place of `{}`.

        Raises AwsError.
        """
        kind = KINDS[self.kind]
        return call("iam", operation.format(kind), **{f"{kind}Name": self.name}, **members)

    @property
    def page(self) -> str:
        """The address of its page."""
        endpoint = {"users": "users.user", "groups": "groups.group", "roles": "roles.role"}[self.kind]
        return url_for(endpoint, name=self.name)

    def remove_policies(self) -> None:
        """Detach its managed policies and delete its inline ones.

        Raises AwsError.
        """
        for policy in self.call("ListAttached{}Policies")["AttachedPolicies"]:
            self.call("Detach{}Policy", PolicyArn=policy["PolicyArn"])
        for name in self.call("List{}Policies")["PolicyNames"]:
            self.call("Delete{}Policy", PolicyName=name)


def policies_of(identity: Identity) -> dict[str, Any]:
    """Return what the list of policies on the page of an identity shows.

    Raises AwsError.
    """
    return {
        "kind": identity.kind,
        "name": identity.name,
        "attached": identity.call("ListAttached{}Policies")["AttachedPolicies"],
        "inline": identity.call("List{}Policies")["PolicyNames"],
    }


@pages.get("/attach")
def search(kind: str, name: str) -> str:
    """Search for managed policies to attach."""
    text = request.args.get("search", "").strip()
    attached = {
        policy["PolicyArn"] for policy in Identity(kind, name).call("ListAttached{}Policies")["AttachedPolicies"]
    }
    policies = list_all("iam", "ListPolicies", "Policies", MaxItems=1000)
    matches = [policy for policy in policies if text.lower() in policy["PolicyName"].lower()]
    return render_template(
        "iam/attach_policy.html",
        identity=Identity(kind, name),
        attached=attached,
        search=text,
        count=len(matches),
        matches=matches[:MAX_MATCHES],
    )


@pages.post("/attach")
def attach(kind: str, name: str) -> Response:
    """Attach a managed policy."""
    identity, arn = Identity(kind, name), request.form.get("policy", "").strip()
    identity.call("Attach{}Policy", PolicyArn=arn)
    flash(f"You attached {arn}.", "success")
    return redirect(identity.page, 303)


@pages.post("/detach")
def detach(kind: str, name: str) -> Response:
    """Detach a managed policy."""
    identity, arn = Identity(kind, name), request.form.get("policy", "")
    identity.call("Detach{}Policy", PolicyArn=arn)
    flash(f"You detached {arn}.", "success")
    return redirect(identity.page, 303)


@pages.get("/new")
def new(kind: str, name: str) -> str:
    """Show the form for a new inline policy."""
    return _form(Identity(kind, name), "", json.dumps(NEW_DOCUMENT), is_stored=True)


@pages.get("/inline/<policy>")
def edit(kind: str, name: str, policy: str) -> str:
    """Show the form for an inline policy."""
    identity = Identity(kind, name)
    return _form(identity, policy, identity.call("Get{}Policy", PolicyName=policy)["PolicyDocument"], is_stored=True)


@pages.post("/inline")
def put(kind: str, name: str) -> Response | str:
    """Write an inline policy; show AWS's error beside the document that it refuses."""
    identity, policy = Identity(kind, name), request.form.get("policy", "").strip()
    document = request.form.get("document", "")
    try:
        identity.call("Put{}Policy", PolicyName=policy, PolicyDocument=document)
    except AwsError as failure:
        flash_refusal(failure)
        return _form(identity, policy, document)
    flash(f"You saved the inline policy {policy}.", "success")
    return redirect(identity.page, 303)


@pages.get("/inline/<policy>/delete")
def confirm_deletion(kind: str, name: str, policy: str) -> str:
    """Ask before an inline policy is deleted."""
    text = f"{name} loses the permissions of this policy, which cannot be restored."
    return confirmation(f"Delete inline policy {policy}?", text, "Delete", Identity(kind, name).page)


@pages.post("/inline/<policy>/delete")
def delete(kind: str, name: str, policy: str) -> Response:
    """Delete an inline policy."""
    identity = Identity(kind, name)
    identity.call("Delete{}Policy", PolicyName=policy)
    flash(f"You deleted the inline policy {policy}.", "success")
    return redirect(identity.page, 303)


def _form(identity: Identity, policy: str, document: str, *, is_stored: bool = False) -> str:
    """Return the form with a document: indented if it is stored, otherwise as it was entered."""
    return render_template(
        "iam/inline_policy.html", identity=identity, policy=policy, document=document, is_stored=is_stored
    )
