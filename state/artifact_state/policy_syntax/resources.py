"""The ARNs that a policy may have as resources.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

import re

from artifact_state.errors import MalformedPolicyDocument

_VARIABLE = re.compile(r"\$\{[^}]*\}")
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
PARTITIONS = {
    "*", "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f",
}  # fmt: skip
_PATHS = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
    "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
)  # fmt: skip
# IAM's message omits these, which its service authorization reference has; sts:AssumeRoot needs the root user.
_OTHER_PATHS = ("root", "assumed-role/", "delegation-request/", "role-template/", "*", "?")


def require_resource_arn(resource: str) -> None:
    """Refuse a resource that is neither `*` nor a valid ARN, which may contain variables and wildcards.

    Raises MalformedPolicyDocument.
    """
    if resource == "*":
        return
    parts = parts_of_pattern(resource)
    if len(parts) < 2:
        raise MalformedPolicyDocument(f'Resource {resource} must be in ARN format or "*".')
    _, partition, vendor, region, account, name = parts + ["*"] * (6 - len(parts))
    if partition not in PARTITIONS:
        whole = ":".join(["arn", *parts[1:], *["*"] * (6 - len(parts))])
        raise MalformedPolicyDocument(f'Partition "{partition}" is not valid for resource "{whole}".')
    if "*" in vendor or "?" in vendor:
        raise MalformedPolicyDocument("Resource vendor must be fully qualified and cannot contain regexes.")
    if vendor == "iam":
        _require_iam(resource, region, name)
    # The ARN of an access point has a region and an account, that of a bucket has neither.
    elif vendor == "s3" and region not in ("", "*") and not account:
        raise MalformedPolicyDocument(f"Resource {resource} can not contain region information.")


def parts_of_pattern(resource: str) -> list[str]:
    """Split an ARN at its colons; a variable, whose value may contain colons, becomes `*`."""
    return _VARIABLE.sub("*", resource).split(":", 5)


def _require_iam(resource: str, region: str, name: str) -> None:
    if region not in ("", "*"):
        raise MalformedPolicyDocument(f"IAM resource {resource} cannot contain region information.")
    if not name.startswith((*_PATHS, *_OTHER_PATHS)):
        raise MalformedPolicyDocument(f'IAM resource path must either be "*", root, or start with {", ".join(_PATHS)}.')
