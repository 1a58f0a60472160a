"""Inline policies: part of one user, one group or one role, and gone with it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from dataclasses import replace

from artifact_state.errors import EntityNotFound
from artifact_state.iam.identities import INLINE_POLICY_LIMITS, put_identity
from artifact_state.iam.identity_documents import policy_size, require_valid_policy
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.policy_usage import Identity
from artifact_state.world import Transaction


def put_inline_policy(tx: Transaction, identity: Identity, name: str, document: str) -> None:
    """Put a policy into a user, a group or a role, in place of its namesake.

    All inline policies of one share one limit of size.
    Raises MalformedPolicyDocument, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
    """
    require_valid_policy(document)
    put = identity.inline_policies.insert(name, document)
    quota = INLINE_POLICY_LIMITS[type(identity)][1]
    require_quota(tx, quota, sum(map(policy_size, put.values())), identity.name)
    put_identity(tx, replace(identity, inline_policies=put))


def inline_policy(identity: Identity, name: str) -> str:
    """Give the text of an inline policy.

    Raises EntityNotFound.
    """
    document = identity.inline_policies.get(name)
    if document is None:
        raise EntityNotFound(INLINE_POLICY_LIMITS[type(identity)][0], name)
    return document


def delete_inline_policy(tx: Transaction, identity: Identity, name: str) -> None:
    """Take an inline policy out of a user, a group or a role.

    Raises EntityNotFound.
    """
    if name not in identity.inline_policies:
        raise EntityNotFound(INLINE_POLICY_LIMITS[type(identity)][0], name)
    put_identity(tx, replace(identity, inline_policies=identity.inline_policies.remove(name)))
