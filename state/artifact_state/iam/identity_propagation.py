"""Trusted identity propagation of OpenID Connect providers: a context provider and an instance of IAM Identity Center.

Both are kept and returned. Sessions do not depend on them, since there is no IAM Identity Center that would use them.
Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProvider.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextProvider.html
"""

import re
from hashlib import blake2b
from typing import NamedTuple

from artifact_state.errors import InvalidProvider, ProviderProblem
from artifact_state.model.identities import ContextProvider, IdentityProvider
from artifact_state.record import replace

# Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_InstanceMetadata.html
_INSTANCE = re.compile(r"arn:aws[a-z-]*:sso:::instance/(?:sso)?ins-[a-zA-Z0-9.-]{16}")
_KEY = re.compile(r"[A-Za-z0-9_.:/=+@#-]+(?: [A-Za-z0-9_.:/=+@#-]+)*")


class PropagationChange(NamedTuple):
    """What a request sets or removes."""

    context: ContextProvider | None = None
    instance_arn: str = ""
    removes_context: bool = False
    removes_instance: bool = False


def with_change(provider: IdentityProvider, change: PropagationChange) -> IdentityProvider:
    """Return a provider with a change of its context provider or of its instance of IAM Identity Center.

    Unverified: a request that changes neither succeeds, and so does removing what is not there.
    Raises InvalidProvider.
    """
    sets_context, sets_instance = change.context is not None, bool(change.instance_arn)
    if (sets_context and change.removes_context) or (sets_instance and change.removes_instance):
        raise InvalidProvider(ProviderProblem.SET_AND_REMOVED)
    changes_context, changes_instance = sets_context or change.removes_context, sets_instance or change.removes_instance
    if changes_context and changes_instance:
        raise InvalidProvider(ProviderProblem.TWO_CHANGES)
    if changes_context:
        return with_propagation(provider, change.context, provider.identity_center_arn)
    return with_propagation(provider, provider.context_provider, change.instance_arn) if changes_instance else provider


def with_propagation(
    provider: IdentityProvider, context: ContextProvider | None, instance_arn: str
) -> IdentityProvider:
    """Return a provider with a context provider and an instance of IAM Identity Center.

    Raises InvalidProvider.
    """
    if instance_arn and _INSTANCE.fullmatch(instance_arn) is None:
        raise InvalidProvider(ProviderProblem.INSTANCE_ARN)
    if instance_arn and context is None:
        raise InvalidProvider(ProviderProblem.INSTANCE_WITHOUT_CONTEXT)
    if context is not None:
        _require_context(context)
    return replace(provider, context_provider=context, identity_center_arn=instance_arn)


def _require_context(context: ContextProvider) -> None:
    """Refuse a context provider that has two types of its subject, or keys that AWS does not take.

    Raises InvalidProvider.
    """
    if context.subject_type and context.subject_type_key:
        raise InvalidProvider(ProviderProblem.TWO_SUBJECT_TYPES)
    mapped = [key for source, target in context.keys for key in (source, target)]
    names = (context.subject_key, context.subject_type_key, *mapped)
    if not all(_KEY.fullmatch(name) for name in names if name):
        raise InvalidProvider(ProviderProblem.CONTEXT_KEY)


def identity_store_arn(partition: str, provider: IdentityProvider) -> str:
    """Return the ARN of the identity store of a provider's instance.

    Unverified: the instance is taken to exist and to belong to the provider's account; its store is derived from it.
    """
    digest = blake2b(provider.identity_center_arn.encode(), digest_size=5).hexdigest()
    return f"arn:{partition}:identitystore::{provider.account_id}:identitystore/d-{digest}"
