"""Refusals of those who lack a permission, in AWS's words.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_state.policy_evaluation.decision import Decision, Kind
from artifact_state.policy_syntax.policy import ANYTHING, Question

_CODES = {
    "query": ("AccessDenied", 403),
    "rest-json": ("AccessDeniedException", 403),
    "json": ("AccessDeniedException", 400),
}
# The description of the error in AWS's model.
_LINKING = "iam:CreateServiceLinkedRole"
_WHILE_LINKING = "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
_NO_LINKING = (
    "The operation that you attempted requires you to have the iam:CreateServiceLinkedRole for "
    "organizations.amazonaws.com permission so that AWS Organizations can create the required service-linked role. "
    "You don't have that permission."
)
# How IAM names what most of its actions are about, as its answers have it; others by their ARN.
_IDENTITIES = {"user", "role", "group"}
_BY_ARN = {
    "iam:CreateUser", "iam:CreateRole", "iam:CreateGroup", "iam:CreateServiceLinkedRole", "iam:SimulatePrincipalPolicy",
    "iam:TagUser", "iam:TagRole", "iam:TagPolicy", "iam:UntagUser", "iam:UntagRole", "iam:UntagPolicy",
}  # fmt: skip
_LISTS = {"iam:ListUsers": "user/", "iam:ListRoles": "role/", "iam:ListGroups": "group/"}
_EVERYTHING = {"iam:ListPolicies": "policy path /"}
_ARTICLES = {Kind.IDENTITY: "an"}
# AWS names the policy for these kinds.
_NAMED = {Kind.SERVICE_CONTROL, Kind.RESOURCE_CONTROL, Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION}


def denial_of(service: Service, caller_arn: str, question: Question, decision: Decision) -> AwsError:
    """Give the error with which a service refuses whom a decision does not allow."""
    if service.name == "organizations" and question.action == _LINKING:
        return AwsError("AccessDeniedForDependencyException", _NO_LINKING, 400, members={"Reason": _WHILE_LINKING})
    code, status = _CODES[service.protocol]
    return AwsError(code, denial_message(caller_arn, question, decision), status)


def denial_message(caller_arn: str, question: Question, decision: Decision) -> str:
    """Word a denial: who, what, on what, and because of which kind of policy."""
    about = _about(question, caller_arn)
    reason = _reason(question, decision)
    return f"User: {caller_arn} is not authorized to perform: {question.action} on resource: {about} {reason}"


def _about(question: Question, caller_arn: str) -> str:
    """Name what a call is about, as the service's own answers do."""
    action, resource = question.action, question.resource
    if not action.startswith("iam:") or action in _BY_ARN:
        return resource
    if resource == ANYTHING:
        partition, account_id = caller_arn.split(":")[1:5:3]
        listed = _LISTS.get(action)
        return f"arn:{partition}:iam::{account_id}:{listed}" if listed else _EVERYTHING.get(action, ANYTHING)
    kind, _, name = resource.rpartition(":")[2].partition("/")
    if action == "iam:CreatePolicy":
        return f"policy {name.rpartition('/')[2]}"
    if kind == "policy":
        return f"policy {resource}"
    return f"{kind} {name.rpartition('/')[2]}" if kind in _IDENTITIES else resource


def _reason(question: Question, decision: Decision) -> str:
    kind = decision.kind.value
    if not decision.explicit:
        return f"because no {kind} allows the {question.action} action"
    article = "the" if decision.kind is Kind.TRUST else _ARTICLES.get(decision.kind, "a")
    policy = decision.policy
    named = policy is not None and decision.kind in _NAMED and policy.arn_or_name.startswith("arn:")
    return f"with an explicit deny in {article} {kind}{f': {policy.arn_or_name}' if policy and named else ''}"
