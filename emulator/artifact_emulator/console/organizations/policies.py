"""Policies: policy types, policy documents and their targets.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call
from artifact_emulator.console.confirmation import confirmation
from artifact_state.model import PolicyType

PAGE_SIZE = 20
pages = Blueprint("policies", __name__)


TITLES = {
    PolicyType.SERVICE_CONTROL_POLICY: "Service control policies",
    PolicyType.RESOURCE_CONTROL_POLICY: "Resource control policies",
    PolicyType.TAG_POLICY: "Tag policies",
    PolicyType.BACKUP_POLICY: "Backup policies",
    PolicyType.AISERVICES_OPT_OUT_POLICY: "AI services opt-out policies",
    PolicyType.CHATBOT_POLICY: "Chat applications policies",
    PolicyType.DECLARATIVE_POLICY_EC2: "Declarative policies for EC2",
    PolicyType.SECURITYHUB_POLICY: "Security Hub policies",
    PolicyType.SECURITYHUB_CSPM_POLICY: "Security Hub CSPM policies",
    PolicyType.INSPECTOR_POLICY: "Amazon Inspector policies",
    PolicyType.UPGRADE_ROLLOUT_POLICY: "Upgrade rollout policies",
    PolicyType.BEDROCK_POLICY: "Amazon Bedrock policies",
    PolicyType.S3_POLICY: "Amazon S3 policies",
    PolicyType.NETWORK_SECURITY_DIRECTOR_POLICY: "AWS Shield network security director policies",
    PolicyType.GUARDDUTY_POLICY: "Amazon GuardDuty policies",
}
"""The names of the policy types in AWS's console and user guide.

Unverified: those of the Security Hub CSPM and Amazon GuardDuty policies, which follow the pattern of the others.
"""


def title_of(policy_type: str) -> str:
    """Return the title of a policy type; answer 404 for an unknown type."""
    if policy_type not in PolicyType.__members__:
        abort(404, f"The policy type {policy_type} does not exist.")
    return TITLES[PolicyType[policy_type]]


@pages.get("/organizations/policies")
def types() -> str:
    """List the policy types with their status."""
    root = call("organizations", "ListRoots")["Roots"][0]
    enabled = _enabled_types(root)
    rows = [(type_.value, title_of(type_.value), type_.value in enabled) for type_ in PolicyType]
    return render_template("organizations/policy_types.html", rows=rows, root=root)


@pages.get("/organizations/policies/<policy_type>/status")
def confirm_disable(policy_type: str) -> str:
    """Ask before a policy type is disabled."""
    return confirmation(
        f"Disable {title_of(policy_type)}?",
        "The policies of this type no longer apply, and are detached from all roots, units and accounts. "
        "Enabling the type again does not attach them again.",
        "Disable",
        url_for(".types"),
    )


@pages.post("/organizations/policies/<policy_type>/status")
def set_status(policy_type: str) -> Response:
    """Enable or disable a policy type."""
    operation = "EnablePolicyType" if request.form.get("enable") else "DisablePolicyType"
    call("organizations", operation, RootId=request.form.get("root", ""), PolicyType=policy_type)
    flash(f"{title_of(policy_type)}: {'enabled' if request.form.get('enable') else 'disabled'}.", "success")
    return redirect(url_for(".types"), 303)


@pages.get("/organizations/policies/<policy_type>")
def policies(policy_type: str) -> str:
    """List the policies of a type."""
    title, root = title_of(policy_type), call("organizations", "ListRoots")["Roots"][0]
    page = call(
        "organizations",
        "ListPolicies",
        Filter=policy_type,
        MaxResults=PAGE_SIZE,
        NextToken=request.args.get("token") or None,
    )
    return render_template(
        "organizations/policies.html",
        type=policy_type,
        title=title,
        page=page,
        root=root,
        is_enabled=policy_type in _enabled_types(root),
    )


@pages.get("/organizations/policies/<policy_type>/new")
def new(policy_type: str) -> str:
    """Show the form for a new policy."""
    return render_template("organizations/policy_form.html", type=policy_type, title=title_of(policy_type), policy=None)


@pages.post("/organizations/policies/<policy_type>/new")
def create(policy_type: str) -> Response:
    """Create a policy."""
    summary = call("organizations", "CreatePolicy", Type=policy_type, **_form_members())["Policy"]["PolicySummary"]
    flash(f"You created the policy {summary['Name']}.", "success")
    return redirect(url_for(".policy", policy_type=policy_type, policy_id=summary["Id"]), 303)


@pages.get("/organizations/policies/<policy_type>/<policy_id>")
def policy(policy_type: str, policy_id: str) -> str:
    """Show a policy and its targets."""
    described = call("organizations", "DescribePolicy", PolicyId=policy_id)["Policy"]
    page = call(
        "organizations",
        "ListTargetsForPolicy",
        PolicyId=policy_id,
        MaxResults=PAGE_SIZE,
        NextToken=request.args.get("token") or None,
    )
    return render_template(
        "organizations/policy.html", type=policy_type, title=title_of(policy_type), policy=described, page=page
    )


@pages.get("/organizations/policies/<policy_type>/<policy_id>/edit")
def edit(policy_type: str, policy_id: str) -> str:
    """Show the form for an existing policy."""
    described = call("organizations", "DescribePolicy", PolicyId=policy_id)["Policy"]
    return render_template(
        "organizations/policy_form.html", type=policy_type, title=title_of(policy_type), policy=described
    )


@pages.post("/organizations/policies/<policy_type>/<policy_id>/edit")
def update(policy_type: str, policy_id: str) -> Response:
    """Change a policy."""
    call("organizations", "UpdatePolicy", PolicyId=policy_id, **_form_members())
    flash("You saved the policy.", "success")
    return redirect(url_for(".policy", policy_type=policy_type, policy_id=policy_id), 303)


@pages.get("/organizations/policies/<policy_type>/<policy_id>/delete")
def confirm_deletion(policy_type: str, policy_id: str) -> str:
    """Ask before a policy is deleted."""
    summary = call("organizations", "DescribePolicy", PolicyId=policy_id)["Policy"]["PolicySummary"]
    return confirmation(
        f"Delete policy {summary['Name']}?",
        "The policy cannot be restored. Detach it from all its targets first.",
        "Delete",
        url_for(".policy", policy_type=policy_type, policy_id=policy_id),
    )


@pages.post("/organizations/policies/<policy_type>/<policy_id>/delete")
def delete(policy_type: str, policy_id: str) -> Response:
    """Delete a policy, which may not be attached to a target."""
    call("organizations", "DeletePolicy", PolicyId=policy_id)
    flash("You deleted the policy.", "success")
    return redirect(url_for(".policies", policy_type=policy_type), 303)


@pages.post("/organizations/policies/<policy_type>/<policy_id>/targets")
def set_target(policy_type: str, policy_id: str) -> Response:
    """Attach a policy to a root, a unit or an account, or detach it from there."""
    operation = "DetachPolicy" if "detach" in request.form else "AttachPolicy"
    call("organizations", operation, PolicyId=policy_id, TargetId=request.form.get("target", "").strip())
    return redirect(url_for(".policy", policy_type=policy_type, policy_id=policy_id), 303)


def _enabled_types(root: dict[str, Any]) -> set[str]:
    return {policy_type["Type"] for policy_type in root["PolicyTypes"] if policy_type["Status"] == "ENABLED"}


def _form_members() -> dict[str, Any]:
    return {
        "Name": request.form.get("name", ""),
        "Description": request.form.get("description", ""),
        "Content": request.form.get("content", ""),
    }
