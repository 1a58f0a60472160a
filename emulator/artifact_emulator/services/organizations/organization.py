"""The organization itself and its root."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.model import FeatureSet, Organization, State, Unit
from artifact_state.organizations import organization
from artifact_state.organizations.accounts import account_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def create_organization(
    call: RequestContext, request: "requests.CreateOrganizationRequest"
) -> "replies.CreateOrganizationResponse":
    """Make the caller's account a management account; all features unless told otherwise."""
    made = organization.create_organization(call.tx, FeatureSet(request.feature_set or "ALL"))
    return {"Organization": _organization(call.tx.state, made)}


def describe_organization(
    call: RequestContext, request: "requests.DescribeOrganizationRequest"
) -> "replies.DescribeOrganizationResponse":
    """Describe the caller's organization, to any of its members."""
    return {"Organization": _organization(call.tx.state, organization.describe_organization(call.tx))}


def delete_organization(call: RequestContext, request: "requests.DeleteOrganizationRequest") -> None:
    """Delete the organization."""
    organization.delete_organization(call.tx)


def list_roots(call: RequestContext, request: "requests.ListRootsRequest") -> "replies.ListRootsResponse":
    """List the one root."""
    listing = call.listing("ListRoots", call.tx.caller.account_id)
    roots = organization.list_roots(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(roots, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Roots": [root_reply(*one) for one in page], **next_token(token)}


def _organization(state: State, one: Organization) -> "replies.Organization":
    management = one.management_account_id
    return {
        "Id": one.id,
        "Arn": arns.organizations(one.partition, management, "organization", one.id),
        "FeatureSet": one.feature_set.value,
        "MasterAccountArn": arns.organizations(one.partition, management, "account", one.id, management),
        "MasterAccountId": management,
        "MasterAccountEmail": account_of(state, management).email,
        "AvailablePolicyTypes": _policy_types(one),
    }


def root_reply(one: Organization, root: Unit) -> "replies.Root":
    """Write a root as AWS describes it."""
    return {
        "Id": root.id,
        "Arn": arns.organizations(one.partition, one.management_account_id, "root", one.id, root.id),
        "Name": root.name,
        "PolicyTypes": _policy_types(one),
    }


def _policy_types(one: Organization) -> "list[replies.PolicyTypeSummary]":
    return [{"Type": kind.value, "Status": "ENABLED"} for kind in one.enabled_policy_types]
