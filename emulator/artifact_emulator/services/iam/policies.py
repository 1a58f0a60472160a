"""Policies of roles: read, and refused to be changed on a role that is linked to a service."""

from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from artifact_emulator.call import Call
from artifact_emulator.failures import not_emulated
from artifact_state import arns, managed_policies, role_changes, roles
from artifact_state.model import Role

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def list_attached_role_policies(
    call: Call, request: "requests.ListAttachedRolePoliciesRequest"
) -> "replies.ListAttachedRolePoliciesResponse":
    """List the managed policies of a role."""
    role = _role(call, request.role_name)
    prefix = request.path_prefix or "/"
    partition = call.tx.caller.partition
    attached = managed_policies.attached_to(role)
    return {
        "AttachedPolicies": [
            {"PolicyName": one.name, "PolicyArn": arns.managed_policy(partition, one.path, one.name)}
            for one in attached
            if one.path.startswith(prefix)
        ],
        "IsTruncated": False,
    }


def list_role_policies(call: Call, request: "requests.ListRolePoliciesRequest") -> "replies.ListRolePoliciesResponse":
    """List the inline policies of a role: no role of the emulator has any yet."""
    _role(call, request.role_name)
    return {"PolicyNames": [], "IsTruncated": False}


def get_policy(call: Call, request: "requests.GetPolicyRequest") -> "replies.GetPolicyResponse":
    """Describe a policy that AWS manages."""
    policy = managed_policies.managed_policy_at(call.tx, request.policy_arn)
    return {
        "Policy": {
            "PolicyName": policy.name,
            "PolicyId": policy.policy_id,
            "Arn": arns.managed_policy(call.tx.caller.partition, policy.path, policy.name),
            "Path": policy.path,
            "DefaultVersionId": policy.default_version_id,
            "AttachmentCount": managed_policies.attachments(call.tx, policy),
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "Description": policy.description,
            "CreateDate": policy.created_at,
            "UpdateDate": policy.updated_at,
        }
    }


def get_policy_version(call: Call, request: "requests.GetPolicyVersionRequest") -> "replies.GetPolicyVersionResponse":
    """Give one version of a policy that AWS manages, with its document."""
    policy = managed_policies.managed_policy_at(call.tx, request.policy_arn)
    version = managed_policies.version_of(policy, request.version_id)
    return {
        "PolicyVersion": {
            "Document": quote(version.document, safe="-_.~"),
            "VersionId": version.version_id,
            "IsDefaultVersion": version.version_id == policy.default_version_id,
            "CreateDate": version.created_at,
        }
    }


def list_policy_versions(
    call: Call, request: "requests.ListPolicyVersionsRequest"
) -> "replies.ListPolicyVersionsResponse":
    """List the known versions of a policy that AWS manages, without their documents."""
    policy = managed_policies.managed_policy_at(call.tx, request.policy_arn)
    versions: list[replies.PolicyVersion] = [
        {
            "VersionId": one.version_id,
            "IsDefaultVersion": one.version_id == policy.default_version_id,
            "CreateDate": one.created_at,
        }
        for one in policy.versions
    ]
    return {"Versions": versions, "IsTruncated": False}


def attach_role_policy(call: Call, request: "requests.AttachRolePolicyRequest") -> NoReturn:
    """Refuse to attach a policy to a linked role; other roles' policies are not emulated yet."""
    _refuse(call, request.role_name, "AttachRolePolicy")


def detach_role_policy(call: Call, request: "requests.DetachRolePolicyRequest") -> NoReturn:
    """Refuse to detach a policy from a linked role; other roles' policies are not emulated yet."""
    _refuse(call, request.role_name, "DetachRolePolicy")


def put_role_policy(call: Call, request: "requests.PutRolePolicyRequest") -> NoReturn:
    """Refuse to put a policy into a linked role; other roles' policies are not emulated yet."""
    _refuse(call, request.role_name, "PutRolePolicy")


def delete_role_policy(call: Call, request: "requests.DeleteRolePolicyRequest") -> NoReturn:
    """Refuse to take a policy out of a linked role; other roles' policies are not emulated yet."""
    _refuse(call, request.role_name, "DeleteRolePolicy")


def update_assume_role_policy(call: Call, request: "requests.UpdateAssumeRolePolicyRequest") -> NoReturn:
    """Refuse to change whom a linked role trusts; other roles' policies are not emulated yet."""
    _refuse(call, request.role_name, "UpdateAssumeRolePolicy")


def put_role_permissions_boundary(call: Call, request: "requests.PutRolePermissionsBoundaryRequest") -> NoReturn:
    """Refuse to bound a linked role; other roles' boundaries are not emulated yet."""
    _refuse(call, request.role_name, "PutRolePermissionsBoundary")


def delete_role_permissions_boundary(call: Call, request: "requests.DeleteRolePermissionsBoundaryRequest") -> NoReturn:
    """Refuse to unbound a linked role; other roles' boundaries are not emulated yet."""
    _refuse(call, request.role_name, "DeleteRolePermissionsBoundary")


def _role(call: Call, name: str) -> Role:
    return roles.role_of(call.tx.state, call.tx.caller.account_id, name, call.tx.now)


def _refuse(call: Call, role_name: str, operation: str) -> NoReturn:
    role_changes.unlinked_role(call.tx, role_name)
    raise not_emulated(f"iam:{operation} of a role that is not linked to a service")
