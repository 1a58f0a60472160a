"""The resources and condition keys of STS.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from artifact_emulator.aws.authorization.condition_keys import iam
from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView
from artifact_state import arns
from artifact_state.policy_syntax.wildcards import Multivalued

_KEYS = {
    "RoleSessionName": "sts:RoleSessionName",
    "ExternalId": "sts:ExternalId",
    "SourceIdentity": "sts:SourceIdentity",
}
_TOKEN_KEYS = {"DurationSeconds": "sts:DurationSeconds", "SigningAlgorithm": "sts:SigningAlgorithm"}
_LIST_KEYS = {"TransitiveTagKeys": "sts:TransitiveTagKeys", "Audience": "sts:IdentityTokenAudience"}


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Yield the type and the ARN of each resource of a call."""
    if "RoleArn" in members:
        yield "role", members["RoleArn"]
    if operation == "GetWebIdentityToken":
        yield "self-session", arns.account_itself(tx.caller.partition, tx.caller.account_id)
    if operation == "AssumeRoot":
        # TargetPrincipal is an account id or the ARN of a root user.
        account_id = members.get("TargetPrincipal", "").rpartition("::")[2].removesuffix(":root")
        yield "root-user", arns.root_user(tx.caller.partition, account_id)
    if operation == "GetFederationToken":
        caller = tx.caller
        yield "federated-user", arns.federated_user(caller.partition, caller.account_id, members.get("Name", ""))


def service_keys(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Return the service's own condition keys."""
    keys: Keys = {key: (str(members[name]),) for name, key in _KEYS.items() if name in members}
    if operation == "GetWebIdentityToken":
        keys |= {key: (str(members[name]),) for name, key in _TOKEN_KEYS.items() if name in members}
        keys["sts:SubjectMode"] = (str(members.get("SubjectMode", "AWSIdentity")),)
    keys |= {key: Multivalued(members[name]) for name, key in _LIST_KEYS.items() if members.get(name)}
    if "arn" in (task := members.get("TaskPolicyArn") or {}):
        keys["sts:TaskPolicyArn"] = (task["arn"],)
    if "TokenCode" in members:
        keys |= {"aws:MultiFactorAuthPresent": ("true",), "aws:MultiFactorAuthAge": ("0",)}
    return keys


def resource_keys(tx: TransactionView, arn: str) -> Keys:
    """Return the condition keys of a resource: the tags of a role."""
    return iam.resource_keys(tx, arn) if ":role/" in arn else {}
