"""Inline policies, which belong to one user, group or role.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from artifact_state.errors import EntityNotFound
from artifact_state.iam.identities import INLINE_POLICY_ENTITIES, INLINE_POLICY_QUOTAS, put_identity
from artifact_state.iam.identity_documents import policy_size, require_valid_policy
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.policy_usage import Identity
from artifact_state.name_index import key_of
from artifact_state.policy_syntax.documents import DocumentKind
from artifact_state.record import replace
from artifact_state.world import Transaction


def put_inline_policy(tx: Transaction, identity: Identity, name: str, document: str) -> None:
    """Add an inline policy to a user, group or role, or replace the one with the same name.

    Names are compared without regard to case; a policy keeps the name that it was created with.
    Raises MalformedPolicyDocument, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
    """
    require_valid_policy(document, DocumentKind.INLINE)
    policies = identity.inline_policies.insert(_stored_name(identity, name) or name, document)
    quota = INLINE_POLICY_QUOTAS[type(identity)]
    require_quota(tx, quota, sum(map(policy_size, policies.values())), identity.name)
    put_identity(tx, replace(identity, inline_policies=policies))


def inline_policy(identity: Identity, name: str) -> str:
    """Return the document of an inline policy.

    Raises EntityNotFound.
    """
    return identity.inline_policies[_existing_name(identity, name)]


def delete_inline_policy(tx: Transaction, identity: Identity, name: str) -> None:
    """Delete an inline policy of a user, group or role.

    Raises EntityNotFound.
    """
    remaining = identity.inline_policies.remove(_existing_name(identity, name))
    put_identity(tx, replace(identity, inline_policies=remaining))


def _existing_name(identity: Identity, name: str) -> str:
    stored = _stored_name(identity, name)
    if stored is None:
        raise EntityNotFound(INLINE_POLICY_ENTITIES[type(identity)], name)
    return stored


def _stored_name(identity: Identity, name: str) -> str | None:
    key = key_of(name)
    return next((stored for stored in identity.inline_policies if key_of(stored) == key), None)
