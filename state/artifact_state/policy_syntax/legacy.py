"""The rules of IAM's older parser, which also reads the policies of users, groups and roles.

It has one message for all of them. Public reports show what it refuses:
https://github.com/99designs/iamy/issues/65 (one statement before the version)
https://github.com/hashicorp/terraform/issues/14652 (white space before the brace)
https://github.com/ryanto/next-s3-upload/issues/58 (a placeholder for an account)
https://github.com/aws-solutions/cognito-user-profiles-export-reference-architecture/issues/2 (a region)
https://github.com/Graylog2/graylog-plugin-aws/issues/172 (an ARN that lacks a part)
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_values.json
"""

import re
from typing import Any

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.policy_syntax.grammar import EFFECTS, element_values
from artifact_state.policy_syntax.resources import PARTITIONS, parts_of_pattern

LEGACY = "The policy failed legacy parsing"
_REGION = re.compile(r"([a-z0-9*?]+(-[a-z0-9*?]+)*)?", re.IGNORECASE | re.ASCII)
# Unverified: any lower-case word. AWS's own policies name the accounts `aws` and `partner`.
_ACCOUNT = re.compile(r"[a-z0-9*?-]*", re.ASCII)


def require_legacy_form(text: str, policy: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    """Refuse a document that IAM's older parser cannot read.

    Raises MalformedPolicyDocument.
    """
    if not (
        text.startswith("{")
        and not _has_late_version(policy)
        and all(statement["Effect"] in EFFECTS for statement in statements)
        and all(_is_legacy_arn(arn) for statement in statements for arn in element_values(statement, "Resource"))
    ):
        raise MalformedPolicyDocument(LEGACY)


def _has_late_version(policy: dict[str, Any]) -> bool:
    """Return whether one statement, not in a list, is before the version."""
    names = list(policy)
    return (
        isinstance(policy["Statement"], dict)
        and "Version" in names
        and names.index("Statement") < names.index("Version")
    )


def _is_legacy_arn(resource: str) -> bool:
    """Return whether the older parser reads a resource: parts at the end may be missing, others may not be empty."""
    parts = parts_of_pattern(resource)
    if len(parts) < 3 or parts[0] != "arn" or parts[1] not in PARTITIONS:
        return True  # Other rules refuse it, with a message of their own.
    _, _, vendor, region, account, name = parts + ["*"] * (6 - len(parts))
    return (
        vendor != ""
        and (len(parts) == 6 or "" not in (region, account, name))
        and _REGION.fullmatch(region) is not None
        and _ACCOUNT.fullmatch(account) is not None
    )
