"""An explanation as the reply of AWS's GetRequestAuthorizationDetails.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.authorization.explanation import ConsideredPolicy, Evaluation, Explanation, uri_of
from artifact_state.policy_evaluation.checks import Check, CheckEffect, MatchedPolicy
from artifact_state.policy_evaluation.policies import PolicyKind
from artifact_state.policy_syntax.policy import Statement
from artifact_state.policy_syntax.wildcards import Keys, Multivalued

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam_toolbox import replies

CHECK_TYPES: "Mapping[PolicyKind, replies.CheckType]" = {
    PolicyKind.RESOURCE_CONTROL: "RESOURCE_CONTROL_POLICY",
    PolicyKind.SERVICE_CONTROL: "SERVICE_CONTROL_POLICY",
    PolicyKind.RESOURCE: "RESOURCE",
    PolicyKind.TRUST: "RESOURCE",
    PolicyKind.IDENTITY: "PRINCIPAL",
    PolicyKind.BOUNDARY: "PERMISSIONS_BOUNDARY",
    PolicyKind.SESSION: "SESSION",
}
_POLICY_TYPES: "Mapping[PolicyKind, replies.PolicyType]" = {
    PolicyKind.RESOURCE_CONTROL: "RESOURCE_CONTROL_POLICY",
    PolicyKind.SERVICE_CONTROL: "SERVICE_CONTROL_POLICY",
    PolicyKind.RESOURCE: "RESOURCE_BASED_POLICY",
    PolicyKind.TRUST: "RESOURCE_BASED_POLICY",
    PolicyKind.IDENTITY: "IDENTITY_BASED_POLICY",
    PolicyKind.BOUNDARY: "PERMISSIONS_BOUNDARY",
    PolicyKind.SESSION: "SESSION_POLICY",
}
_CHECK_EFFECTS: "Mapping[CheckEffect, replies.CheckEffect]" = {
    CheckEffect.ALLOW: "ALLOW",
    CheckEffect.NO_IMPACT: "NO_IMPACT",
    CheckEffect.IMPLICIT_DENY: "IMPLICIT_DENY",
    CheckEffect.EXPLICIT_DENY: "EXPLICIT_DENY",
}
_EFFECTS: "Mapping[CheckEffect, replies.EvaluatedEffect]" = {
    CheckEffect.ALLOW: "ALLOW",
    CheckEffect.IMPLICIT_DENY: "IMPLICIT_DENY",
    CheckEffect.EXPLICIT_DENY: "EXPLICIT_DENY",
}
# The spelling of AWS's global condition keys; case does not matter in policies.
_SPELLINGS = {
    name.lower(): name
    for name in (
        "aws:AssumedRoot", "aws:CurrentTime", "aws:EpochTime", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent",
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID",
        "aws:PrincipalOrgMasterAccountId", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList", "aws:PrincipalTag", "aws:PrincipalType", "aws:RequestTag",
        "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag",
        "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp",
        "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent",
        "aws:ViaAWSService", "aws:userid", "aws:username",
    )
}  # fmt: skip


def context_details(keys: Keys) -> dict[str, Any]:
    """Return condition keys as AWS spells them: one value as a text, the values of a multivalued key as a list."""
    return {
        _spelled(key): list(values) if isinstance(values, Multivalued) or len(values) != 1 else values[0]
        for key, values in sorted(keys.items())
    }


def check_details(explanation: Explanation, check: Check) -> "replies.Check":
    """Return a check as AWS's API does."""
    details: replies.Check = {
        "checkType": CHECK_TYPES[check.kind],
        "evaluatedEffect": _CHECK_EFFECTS[check.effect],
        "relevantPolicyTypes": [_POLICY_TYPES[check.kind]],
        "matchedPolicies": [_matched_policy(check, match) for match in check.matched],
    }
    if check.level is not None:
        details["targetArn"] = explanation.target(check.kind, check.level)
    return details


def evaluation_details(explanation: Explanation, evaluation: Evaluation) -> "replies.Evaluation":
    """Return an evaluation as AWS's API does, with its deprecated list of all matched policies."""
    request = evaluation.result.request
    return {
        "action": request.action,
        "resource": request.resource,
        "context": context_details(evaluation.context),
        "evaluatedEffect": _EFFECTS[evaluation.effect],
        "matchedPolicies": _once(
            _matched_policy(check, match) for check in evaluation.checks for match in check.matched
        ),
        "checks": [check_details(explanation, check) for check in evaluation.checks],
    }


def policy_details(policies: Iterable[ConsideredPolicy]) -> "list[replies.PolicyInfo]":
    """Return policies as AWS's API does."""
    return [
        {
            "type": _POLICY_TYPES[policy.kind],
            "inline": policy.is_inline,
            "uri": policy.uri,
            "attachedTo": [{"arn": arn} for arn in policy.attached_to],
        }
        for policy in policies
    ]


def document_of(policy: ConsideredPolicy) -> dict[str, Any]:
    """Return the document of a policy."""
    document: dict[str, Any] = json.loads(policy.policy.document)
    return document


def sid_of(statement: Statement) -> str:
    """Return the Sid of a statement; one without a Sid is named by its position. Unverified: AWS's generated Sids."""
    return statement.sid or f"Statement{statement.number}"


def _matched_policy(check: Check, match: MatchedPolicy) -> "replies.MatchedPolicy":
    return {
        "uri": uri_of(check.kind, match.policy),
        "matchedStatements": [
            {"sid": sid_of(statement), "evaluatedEffect": "ALLOW" if statement.allows else "DENY"}
            for statement in match.statements
        ],
    }


def _once(matches: "Iterable[replies.MatchedPolicy]") -> "list[replies.MatchedPolicy]":
    return list({match["uri"]: match for match in matches}.values())


def _spelled(key: str) -> str:
    name, slash, rest = key.partition("/")
    return f"{_SPELLINGS.get(name, name)}{slash}{rest}"
