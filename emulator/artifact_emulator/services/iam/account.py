"""The account as a whole: its alias, its summary and its authorization details."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.attached_policies import attached_policies_reply
from artifact_emulator.services.iam.instance_profiles import instance_profiles_reply
from artifact_emulator.services.iam.reply_members import boundary_reply, encode_document, tag_list, trust_policy_reply
from artifact_emulator.services.iam.roles import last_use_reply
from artifact_state import arns, catalog, name_index
from artifact_state.errors import InvalidInput
from artifact_state.iam import account_summary, aliases, groups, policy_usage
from artifact_state.iam.policy_references import AnyPolicy, arn_of, reference_of
from artifact_state.iam.policy_usage import Identity, Usage
from artifact_state.iam.settings import settings_of
from artifact_state.model import Role
from artifact_state.model.identities import CustomerPolicy, Group, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_AWS_POLICY = "AWSManagedPolicy"
_KINDS: dict[type, str] = {User: "User", Role: "Role", Group: "Group", CustomerPolicy: "LocalManagedPolicy"}
_ORDER = (*_KINDS.values(), _AWS_POLICY)
"""The kinds of resources in the order in which the authorization details have them."""


def create_account_alias(call: RequestContext, request: "requests.CreateAccountAliasRequest") -> None:
    """Set the alias of the account."""
    aliases.create_alias(call.tx, request.account_alias)


def list_account_aliases(
    call: RequestContext, request: "requests.ListAccountAliasesRequest"
) -> "replies.ListAccountAliasesResponse":
    """List the alias of the account, which has at most one."""
    listing = call.name_listing("ListAccountAliases", call.tx.caller.account_id)
    after = listing.after(request.marker)
    alias = aliases.alias_of(call.tx.state, call.tx.caller.account_id)
    page, more = listing.page([alias] if alias is not None and alias > after else [], request.max_items, str)
    return {"AccountAliases": page, **more}


def delete_account_alias(call: RequestContext, request: "requests.DeleteAccountAliasRequest") -> None:
    """Delete the alias of the account."""
    aliases.delete_alias(call.tx, request.account_alias)


def get_account_summary(
    call: RequestContext,
    request: "requests.GetAccountSummaryRequest",
) -> "replies.GetAccountSummaryResponse":
    """Return the numbers of the account's resources and its quotas."""
    quota = call.tx.quotas.iam
    summary = account_summary.summary_of(call.tx.state, call.tx.caller.account_id, call.tx.now)
    # The count of a kind of resources that the emulator does not have is 0.
    counts = summary.counts
    return {
        "SummaryMap": {
            "Users": counts["users"],
            "UsersQuota": quota["UsersPerAccount"],
            "Groups": counts["groups"],
            "GroupsQuota": quota["GroupsPerAccount"],
            "Roles": counts["roles"],
            "RolesQuota": quota["RolesPerAccount"],
            "Policies": counts["customer_policies"],
            "PoliciesQuota": quota["PoliciesPerAccount"],
            "PolicyVersionsInUse": summary.policy_versions_in_use,
            "PolicyVersionsInUseQuota": quota["PolicyVersionsInUse"],
            "VersionsPerPolicyQuota": quota["VersionsPerPolicy"],
            "PolicySizeQuota": quota["PolicySize"],
            "UserPolicySizeQuota": quota["UserPolicySize"],
            "GroupPolicySizeQuota": quota["GroupPolicySize"],
            "RolePolicySizeQuota": quota["RolePolicySize"],
            "AssumeRolePolicySizeQuota": quota["ACLSizePerRole"],
            "GroupsPerUserQuota": quota["GroupsPerUser"],
            "AccessKeysPerUserQuota": quota["AccessKeysPerUser"],
            "AttachedPoliciesPerUserQuota": quota["PoliciesPerUser"],
            "AttachedPoliciesPerGroupQuota": quota["PoliciesPerGroup"],
            "AttachedPoliciesPerRoleQuota": quota["PoliciesPerRole"],
            "AccountAccessKeysPresent": int(summary.root_has_access_keys),
            "AccountPasswordPresent": int(summary.root_has_password),
            # Root users have no MFA devices and no signing certificates.
            "AccountMFAEnabled": 0,
            "AccountSigningCertificatesPresent": 0,
            "SigningCertificatesPerUserQuota": quota["SigningCertificatesPerUser"],
            "ServerCertificates": counts["server_certificates"],
            "ServerCertificatesQuota": quota["ServerCertificatesPerAccount"],
            "MFADevices": counts["mfa_devices"],
            "MFADevicesInUse": summary.mfa_devices_in_use,
            "InstanceProfiles": counts["instance_profiles"],
            "InstanceProfilesQuota": quota["InstanceProfilesPerAccount"],
            "Providers": counts["identity_providers"] + counts["saml_providers"],
            "GlobalEndpointTokenVersion": settings_of(call.tx.state, call.tx.caller.account_id).token_version,
        }
    }


def get_account_authorization_details(
    call: RequestContext, request: "requests.GetAccountAuthorizationDetailsRequest"
) -> "replies.GetAccountAuthorizationDetailsResponse":
    """Return users, groups, roles and policies in detail; of AWS's policies only those in use."""
    tx = call.tx
    usage = policy_usage.usage_of(tx.state, tx.caller.account_id, tx.now)
    kinds = sorted(set(request.filter or _ORDER))
    listing = call.name_listing("GetAccountAuthorizationDetails", tx.caller.account_id, *kinds)
    try:
        after = listing.after(request.marker)
    except InvalidInput:
        raise AwsError("ValidationError", "Marker and Filter do not match") from None
    resources = (*policy_usage.identities_of(tx.state, tx.caller.account_id, tx.now), *_policies(call, usage))
    selected = (resource for resource in resources if _kind_of(resource) in kinds and _sort_key(resource) > after)
    page, more = listing.page(sorted(selected, key=_sort_key), request.max_items, _sort_key)
    return {
        "UserDetailList": [_user_detail(call, user) for user in page if isinstance(user, User)],
        "GroupDetailList": [_group_detail(call, group) for group in page if isinstance(group, Group)],
        "RoleDetailList": [_role_detail(call, role) for role in page if isinstance(role, Role)],
        "Policies": [
            _policy_detail(call, policy, usage) for policy in page if not isinstance(policy, User | Group | Role)
        ],
        **more,
    }


def _kind_of(resource: Identity | AnyPolicy) -> str:
    return _KINDS.get(type(resource), _AWS_POLICY)


def _sort_key(resource: Identity | AnyPolicy) -> str:
    return f"{_ORDER.index(_kind_of(resource))} {name_index.key_of(resource.name)}"


def _policies(call: RequestContext, usage: Usage) -> Iterator[AnyPolicy]:
    yield from call.tx.state.customer_policies.get(call.tx.caller.account_id, ())
    # Unverified: that AWS leaves out its policies that are not in use.
    used = usage.attachments.keys() | usage.boundaries.keys()
    policies = (catalog.managed_policy(reference) for reference in used)
    yield from (policy for policy in policies if policy is not None)


def _user_detail(call: RequestContext, user: User) -> "replies.UserDetail":
    detail: replies.UserDetail = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arns.user(call.tx.caller.partition, user.account_id, user.path, user.name),
        "CreateDate": user.created_at,
        "GroupList": [group.name for group in groups.groups_of_user(call.tx.state, user)],
        "AttachedManagedPolicies": attached_policies_reply(call.tx, user),
        "Tags": tag_list(user.tags),
    }
    if user.inline_policies:
        detail["UserPolicyList"] = _inline_policies(user)
    if user.boundary is not None:
        detail["PermissionsBoundary"] = boundary_reply(call.tx, user.boundary)
    return detail


def _group_detail(call: RequestContext, group: Group) -> "replies.GroupDetail":
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": arns.group(call.tx.caller.partition, group.account_id, group.path, group.name),
        "CreateDate": group.created_at,
        "GroupPolicyList": _inline_policies(group),
        "AttachedManagedPolicies": attached_policies_reply(call.tx, group),
    }


def _role_detail(call: RequestContext, role: Role) -> "replies.RoleDetail":
    detail: replies.RoleDetail = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arns.role(call.tx.caller.partition, role.account_id, role.path, role.name),
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": trust_policy_reply(call.tx, role),
        "InstanceProfileList": instance_profiles_reply(call.tx, role),
        "RolePolicyList": _inline_policies(role),
        "AttachedManagedPolicies": attached_policies_reply(call.tx, role),
        "Tags": tag_list(role.tags),
        "RoleLastUsed": last_use_reply(call, role),
    }
    if role.boundary is not None:
        detail["PermissionsBoundary"] = boundary_reply(call.tx, role.boundary)
    return detail


def _policy_detail(call: RequestContext, policy: AnyPolicy, usage: Usage) -> "replies.ManagedPolicyDetail":
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.policy_id,
        "Arn": arn_of(call.tx.caller.partition, policy),
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": usage.attachments[reference_of(policy)],
        "PermissionsBoundaryUsageCount": usage.boundaries[reference_of(policy)],
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
        "PolicyVersionList": [
            {
                "Document": encode_document(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.version_id == policy.default_version_id,
                "CreateDate": version.created_at,
            }
            for version in policy.versions
        ],
    }


def _inline_policies(identity: Identity) -> "list[replies.PolicyDetail]":
    policies = identity.inline_policies
    return [{"PolicyName": name, "PolicyDocument": encode_document(policies[name])} for name in sorted(policies)]
