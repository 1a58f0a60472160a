"""Centralized root access: the features that the organization has enabled."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.model import Organization, RootFeature
from artifact_state.organizations import root_access

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_NAMES: "dict[RootFeature, replies.FeatureType]" = {
    RootFeature.CREDENTIALS_MANAGEMENT: "RootCredentialsManagement",
    RootFeature.SESSIONS: "RootSessions",
}


def enable_organizations_root_credentials_management(
    call: RequestContext, request: "requests.EnableOrganizationsRootCredentialsManagementRequest"
) -> "replies.EnableOrganizationsRootCredentialsManagementResponse":
    """Enable central management of the root credentials of member accounts."""
    return _features_reply(root_access.enable_root_feature(call.tx, RootFeature.CREDENTIALS_MANAGEMENT))


def disable_organizations_root_credentials_management(
    call: RequestContext, request: "requests.DisableOrganizationsRootCredentialsManagementRequest"
) -> "replies.DisableOrganizationsRootCredentialsManagementResponse":
    """Disable central management of the root credentials of member accounts."""
    return _features_reply(root_access.disable_root_feature(call.tx, RootFeature.CREDENTIALS_MANAGEMENT))


def enable_organizations_root_sessions(
    call: RequestContext, request: "requests.EnableOrganizationsRootSessionsRequest"
) -> "replies.EnableOrganizationsRootSessionsResponse":
    """Enable privileged tasks as the root users of member accounts."""
    return _features_reply(root_access.enable_root_feature(call.tx, RootFeature.SESSIONS))


def disable_organizations_root_sessions(
    call: RequestContext, request: "requests.DisableOrganizationsRootSessionsRequest"
) -> "replies.DisableOrganizationsRootSessionsResponse":
    """Disable privileged tasks as the root users of member accounts."""
    return _features_reply(root_access.disable_root_feature(call.tx, RootFeature.SESSIONS))


def list_organizations_features(
    call: RequestContext, request: "requests.ListOrganizationsFeaturesRequest"
) -> "replies.ListOrganizationsFeaturesResponse":
    """List the enabled features."""
    return _features_reply(root_access.describe_root_features(call.tx))


def _features_reply(organization: Organization) -> "replies.ListOrganizationsFeaturesResponse":
    enabled = [name for feature, name in _NAMES.items() if feature in organization.root_features]
    return {"OrganizationId": organization.id, "EnabledFeatures": enabled}
