"""Handlers of the organization and its root."""

from operator import attrgetter
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.model import FeatureSet, Organization, PolicyType, State, Unit
from artifact_state.organizations import organization
from artifact_state.organizations.accounts import account_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests

# Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/resource_controls.json
_PENDING_AT_FIRST = (PolicyType.RESOURCE_CONTROL_POLICY,)
"""The types that AWS reports as pending in the reply to EnablePolicyType; the next reply reports them as enabled."""


def create_organization(
    call: RequestContext, request: "requests.CreateOrganizationRequest"
) -> "replies.CreateOrganizationResponse":
    """Create an organization, by default with all features."""
    created = organization.create_organization(call.tx, FeatureSet(request.feature_set or "ALL"))
    return {"Organization": _organization_reply(call.tx.state, created)}


def describe_organization(
    call: RequestContext, request: "requests.DescribeOrganizationRequest"
) -> "replies.DescribeOrganizationResponse":
    """Describe the caller's organization to any of its accounts."""
    return {"Organization": _organization_reply(call.tx.state, organization.describe_organization(call.tx))}


def delete_organization(call: RequestContext, request: "requests.DeleteOrganizationRequest") -> None:
    """Delete the organization."""
    organization.delete_organization(call.tx)


def list_roots(call: RequestContext, request: "requests.ListRootsRequest") -> "replies.ListRootsResponse":
    """List the only root of the organization."""
    listing = call.listing("ListRoots", call.tx.caller.account_id)
    roots = organization.list_roots(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(roots, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Roots": [root_reply(*item) for item in page], **next_token(token)}


def _organization_reply(state: State, organization: Organization) -> "replies.Organization":
    return _organization_item(organization, account_of(state, organization.management_account_id).email)


@kept_item
def _organization_item(organization: Organization, management_email: str) -> "replies.Organization":
    management = organization.management_account_id
    return {
        "Id": organization.id,
        "Arn": arns.organizations(organization.partition, management, "organization", organization.id),
        "FeatureSet": organization.feature_set.value,
        "MasterAccountArn": arns.organizations(
            organization.partition, management, "account", organization.id, management
        ),
        "MasterAccountId": management,
        "MasterAccountEmail": management_email,
        "AvailablePolicyTypes": _available_policy_types(organization),
    }


def root_reply(organization: Organization, root: Unit, being_enabled: PolicyType | None = None) -> "replies.Root":
    """Return a root in AWS's form, in the reply to the enabling of a policy type or to another operation."""
    types = sorted(organization.enabled_policy_types, key=attrgetter("value"))
    pending = being_enabled if being_enabled in _PENDING_AT_FIRST else None
    return {
        "Id": root.id,
        "Arn": arns.organizations(
            organization.partition, organization.management_account_id, "root", organization.id, root.id
        ),
        "Name": root.name,
        "PolicyTypes": [
            {"Type": enabled.value, "Status": "PENDING_ENABLE" if enabled is pending else "ENABLED"}
            for enabled in types
        ],
    }


def _available_policy_types(organization: Organization) -> "list[replies.PolicyTypeSummary]":
    """Return the types that AWS names as available, whether or not they are enabled in the root.

    Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/cloudtrail/organization_admission.json
    and https://github.com/ucopacme/aws-orgs/issues/1
    """
    is_complete = organization.feature_set is FeatureSet.ALL
    return [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}] if is_complete else []
