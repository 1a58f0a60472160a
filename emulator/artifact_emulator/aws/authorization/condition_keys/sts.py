"""What calls of STS are about.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from artifact_emulator.aws.authorization.condition_keys import iam
from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView
from artifact_state import arns

_KEYS = {
    "RoleSessionName": "sts:RoleSessionName",
    "ExternalId": "sts:ExternalId",
    "SourceIdentity": "sts:SourceIdentity",
}
_OF_TOKENS = {"DurationSeconds": "sts:DurationSeconds", "SigningAlgorithm": "sts:SigningAlgorithm"}
_LISTED = {"TransitiveTagKeys": "sts:TransitiveTagKeys", "Audience": "sts:IdentityTokenAudience"}


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Name what a call is about: each resource's type and its ARN."""
    if "RoleArn" in members:
        yield "role", members["RoleArn"]
    if operation == "AssumeRoot":
        # An account's id, or the ARN of its root user.
        account_id = members.get("TargetPrincipal", "").rpartition("::")[2].removesuffix(":root")
        yield "root-user", arns.root_user(tx.caller.partition, account_id)
    if operation == "GetFederationToken":
        caller = tx.caller
        yield "federated-user", arns.federated_user(caller.partition, caller.account_id, members.get("Name", ""))


def context(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Give the condition keys of the service itself."""
    keys: Keys = {key: (str(members[name]),) for name, key in _KEYS.items() if name in members}
    if operation == "GetWebIdentityToken":
        keys |= {key: (str(members[name]),) for name, key in _OF_TOKENS.items() if name in members}
    keys |= {key: tuple(members[name]) for name, key in _LISTED.items() if members.get(name)}
    if "arn" in (task := members.get("TaskPolicyArn") or {}):
        keys["sts:TaskPolicyArn"] = (task["arn"],)
    if "TokenCode" in members:
        keys["aws:MultiFactorAuthPresent"] = ("true",)
    return keys


def about(tx: TransactionView, arn: str) -> Keys:
    """Give the condition keys of a resource: a role's tags."""
    return iam.about(tx, arn) if ":role/" in arn else {}
