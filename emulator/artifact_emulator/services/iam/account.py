"""The account as a whole: its alias, what it has and may have, and everything that decides in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.attached_policies import attached_policies_reply
from artifact_emulator.services.iam.policies import encode_document
from artifact_emulator.services.iam.users import boundary_reply, tag_list
from artifact_state import arns, catalog, name_index
from artifact_state.iam import account_summary, aliases, groups, policy_usage
from artifact_state.iam.policy_references import AnyPolicy, arn_of, reference_of
from artifact_state.iam.policy_usage import Identity, Usage
from artifact_state.model import Role
from artifact_state.model.identities import CustomerPolicy, Group, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_OF_AWS = "AWSManagedPolicy"
_KINDS: dict[type, str] = {User: "User", Group: "Group", Role: "Role", CustomerPolicy: "LocalManagedPolicy"}


def create_account_alias(call: RequestContext, request: "requests.CreateAccountAliasRequest") -> None:
    """Give the account an alias."""
    aliases.create_alias(call.tx, request.account_alias)


def list_account_aliases(
    call: RequestContext, request: "requests.ListAccountAliasesRequest"
) -> "replies.ListAccountAliasesResponse":
    """List the account's alias, of which there is one at most."""
    after = call.name_listing("ListAccountAliases", call.tx.caller.account_id).after(request.marker)
    alias = aliases.alias_of(call.tx.state, call.tx.caller.account_id)
    return {"AccountAliases": [alias] if alias is not None and alias > after else [], "IsTruncated": False}


def delete_account_alias(call: RequestContext, request: "requests.DeleteAccountAliasRequest") -> None:
    """Take its alias from the account."""
    aliases.delete_alias(call.tx, request.account_alias)


def get_account_summary(
    call: RequestContext,
    request: "requests.GetAccountSummaryRequest",
) -> "replies.GetAccountSummaryResponse":
    """Count what the account has in IAM, beside what it may have."""
    tx, quota = call.tx, call.tx.quotas.iam
    has = account_summary.summary_of(tx.state, tx.caller.account_id, tx.now)
    return {
        "SummaryMap": {
            "Users": has.users,
            "UsersQuota": quota["UsersPerAccount"],
            "Groups": has.groups,
            "GroupsQuota": quota["GroupsPerAccount"],
            "Roles": has.roles,
            "RolesQuota": quota["RolesPerAccount"],
            "Policies": has.policies,
            "PoliciesQuota": quota["PoliciesPerAccount"],
            "PolicyVersionsInUse": has.policy_versions_in_use,
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
            "AccountAccessKeysPresent": int(has.root_has_access_keys),
            "AccountPasswordPresent": int(has.root_has_password),
            # Root users sign in without a second factor.
            "AccountMFAEnabled": 0,
            # What the emulator does not have: certificates, devices, instance profiles, identity providers.
            "AccountSigningCertificatesPresent": 0,
            "SigningCertificatesPerUserQuota": quota["SigningCertificatesPerUser"],
            "ServerCertificates": 0,
            "ServerCertificatesQuota": quota["ServerCertificatesPerAccount"],
            "MFADevices": 0,
            "MFADevicesInUse": 0,
            "InstanceProfiles": 0,
            "InstanceProfilesQuota": quota["InstanceProfilesPerAccount"],
            "Providers": 0,
            # The version of tokens that every account has at first.
            "GlobalEndpointTokenVersion": 1,
        }
    }


def get_account_authorization_details(
    call: RequestContext, request: "requests.GetAccountAuthorizationDetailsRequest"
) -> "replies.GetAccountAuthorizationDetailsResponse":
    """Lay out users, groups, roles and policies with all that they have; of AWS's policies those that are used."""
    tx = call.tx
    usage = policy_usage.usage_of(tx.state, tx.caller.account_id, tx.now)
    wanted = sorted(request.filter or (*_KINDS.values(), _OF_AWS))
    listing = call.name_listing("GetAccountAuthorizationDetails", tx.caller.account_id, *wanted)
    after = listing.after(request.marker)
    found = (*policy_usage.identities_of(tx.state, tx.caller.account_id, tx.now), *_policies(call, usage))
    asked = sorted((one for one in found if _kind_of(one) in wanted and _place_of(one) > after), key=_place_of)
    page, more = listing.page(asked, request.max_items, _place_of)
    return {
        "UserDetailList": [_user(call, one) for one in page if isinstance(one, User)],
        "GroupDetailList": [_group(call, one) for one in page if isinstance(one, Group)],
        "RoleDetailList": [_role(call, one) for one in page if isinstance(one, Role)],
        "Policies": [_policy(call, one, usage) for one in page if not isinstance(one, User | Group | Role)],
        **more,
    }


def _kind_of(one: Identity | AnyPolicy) -> str:
    return _KINDS.get(type(one), _OF_AWS)


def _place_of(one: Identity | AnyPolicy) -> str:
    return f"{_kind_of(one)} {name_index.key_of(one.name)}"


def _policies(call: RequestContext, usage: Usage) -> Iterator[AnyPolicy]:
    yield from call.tx.state.customer_policies.get(call.tx.caller.account_id, ())
    # Unverified: that AWS leaves out those of its policies that nobody has.
    used = usage.attachments.keys() | usage.boundaries.keys()
    yield from (one for one in catalog.managed_policies() if reference_of(one) in used)


def _user(call: RequestContext, user: User) -> "replies.UserDetail":
    whole: replies.UserDetail = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arns.user(call.tx.caller.partition, user.account_id, user.path, user.name),
        "CreateDate": user.created_at,
        "UserPolicyList": _inline(user),
        "GroupList": [group.name for group in groups.groups_of_user(call.tx.state, user)],
        "AttachedManagedPolicies": attached_policies_reply(call.tx, user),
        "Tags": tag_list(user.tags),
    }
    if user.boundary is not None:
        whole["PermissionsBoundary"] = boundary_reply(call.tx, user.boundary)
    return whole


def _group(call: RequestContext, group: Group) -> "replies.GroupDetail":
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": arns.group(call.tx.caller.partition, group.account_id, group.path, group.name),
        "CreateDate": group.created_at,
        "GroupPolicyList": _inline(group),
        "AttachedManagedPolicies": attached_policies_reply(call.tx, group),
    }


def _role(call: RequestContext, role: Role) -> "replies.RoleDetail":
    whole: replies.RoleDetail = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arns.role(call.tx.caller.partition, role.account_id, role.path, role.name),
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": encode_document(role.trust_policy),
        "InstanceProfileList": [],
        "RolePolicyList": _inline(role),
        "AttachedManagedPolicies": attached_policies_reply(call.tx, role),
        "Tags": tag_list(role.tags),
        "RoleLastUsed": {},
    }
    if role.boundary is not None:
        whole["PermissionsBoundary"] = boundary_reply(call.tx, role.boundary)
    return whole


def _policy(call: RequestContext, policy: AnyPolicy, usage: Usage) -> "replies.ManagedPolicyDetail":
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
                "Document": encode_document(one.document),
                "VersionId": one.version_id,
                "IsDefaultVersion": one.version_id == policy.default_version_id,
                "CreateDate": one.created_at,
            }
            for one in policy.versions
        ],
    }


def _inline(identity: Identity) -> "list[replies.PolicyDetail]":
    policies = identity.inline_policies
    return [{"PolicyName": name, "PolicyDocument": encode_document(policies[name])} for name in sorted(policies)]
