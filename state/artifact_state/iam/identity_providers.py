"""OpenID Connect providers, which an account trusts to identify those who assume its roles.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
"""

import re
from collections.abc import Iterable, Sequence

from artifact_state import arns
from artifact_state.errors import (
    Entity,
    EntityNameTaken,
    EntityNotFound,
    IdentityQuota,
    InvalidProvider,
    ProviderProblem,
)
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_propagation import PropagationChange, with_change, with_propagation
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.model import Map, State
from artifact_state.model.identities import ContextProvider, IdentityProvider
from artifact_state.record import replace
from artifact_state.world import Transaction

_URL = re.compile(r"https://(?P<name>[^/?#]+(?:/[^?#]*)?)", re.IGNORECASE)
_THUMBPRINT = re.compile(r"[0-9a-fA-F]{40}")
_MAX_THUMBPRINTS = 5


def provider_of(state: State, account_id: str, name: str) -> IdentityProvider | None:
    """Return a provider by its name, in exactly this spelling, or None."""
    providers = state.identity_providers.get(account_id, ())
    return next((provider for provider in providers if provider.name == name), None)


def provider_by_arn(tx: Transaction, arn: str) -> IdentityProvider:
    """Return a provider of the caller's account.

    Raises EntityNotFound.
    """
    prefix = arns.identity_provider(tx.caller.partition, tx.caller.account_id, "")
    provider = provider_of(tx.state, tx.caller.account_id, arn.removeprefix(prefix))
    if provider is None or not arn.startswith(prefix):
        raise EntityNotFound(Entity.IDENTITY_PROVIDER, arn)
    return provider


def create_provider(
    tx: Transaction,
    url: str,
    *,
    client_ids: Sequence[str] = (),
    thumbprints: Sequence[str] = (),
    tags: TagPairs = (),
) -> IdentityProvider:
    """Create a provider for an issuer.

    Raises InvalidProvider, EntityNameTaken, QuotaExceeded, InvalidTagKeys.
    """
    account_id, match = tx.caller.account_id, _URL.fullmatch(url)
    if match is None:
        raise InvalidProvider(ProviderProblem.URL)
    _require_thumbprints(thumbprints)
    if provider_of(tx.state, account_id, match["name"]):
        raise EntityNameTaken(Entity.IDENTITY_PROVIDER, url)
    existing = tx.state.identity_providers.get(account_id, ())
    require_quota(tx, IdentityQuota.PROVIDERS_PER_ACCOUNT, len(existing) + 1)
    require_quota(tx, IdentityQuota.CLIENT_IDS_PER_PROVIDER, len(client_ids))
    provider = IdentityProvider(
        account_id=account_id,
        name=match["name"],
        created_at=tx.now,
        client_ids=tuple(dict.fromkeys(client_ids)),
        thumbprints=tuple(thumbprints),
        tags=with_tags(tx, Map(), tags, IdentityQuota.TAGS_PER_PROVIDER),
    )
    tx.insert("identity_providers", account_id, (*existing, provider))
    _record(tx, provider)
    return provider


def set_thumbprints(tx: Transaction, arn: str, thumbprints: Sequence[str]) -> None:
    """Replace the thumbprints of a provider.

    Raises EntityNotFound, InvalidProvider.
    """
    provider = provider_by_arn(tx, arn)
    _require_thumbprints(thumbprints)
    _replace(tx, replace(provider, thumbprints=tuple(thumbprints)))


def set_propagation(
    tx: Transaction, provider: IdentityProvider, context: ContextProvider | None, instance_arn: str
) -> None:
    """Set the context provider and the instance of IAM Identity Center of a provider.

    Raises InvalidProvider.
    """
    _replace(tx, with_propagation(provider, context, instance_arn))


def change_propagation(tx: Transaction, arn: str, change: PropagationChange) -> None:
    """Set or remove the context provider of a provider, or its instance of IAM Identity Center.

    Raises EntityNotFound, InvalidProvider.
    """
    provider = provider_by_arn(tx, arn)
    changed = with_change(provider, change)
    if changed != provider:
        _replace(tx, changed)


def add_client_id(tx: Transaction, arn: str, client_id: str) -> None:
    """Add an audience to a provider, if it does not have it.

    Raises EntityNotFound, QuotaExceeded.
    """
    provider = provider_by_arn(tx, arn)
    client_ids = tuple(dict.fromkeys((*provider.client_ids, client_id)))
    require_quota(tx, IdentityQuota.CLIENT_IDS_PER_PROVIDER, len(client_ids))
    _replace(tx, replace(provider, client_ids=client_ids))


def remove_client_id(tx: Transaction, arn: str, client_id: str) -> None:
    """Remove an audience from a provider; an unknown one is ignored.

    Raises EntityNotFound.
    """
    provider = provider_by_arn(tx, arn)
    _replace(tx, replace(provider, client_ids=tuple(other for other in provider.client_ids if other != client_id)))


def delete_provider(tx: Transaction, arn: str) -> None:
    """Delete a provider; an unknown one is ignored. Roles keep trusting its ARN.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
    """
    try:
        provider = provider_by_arn(tx, arn)
    except EntityNotFound:
        return
    remaining = tuple(other for other in tx.state.identity_providers[provider.account_id] if other != provider)
    tx.insert("identity_providers", provider.account_id, remaining)
    _record(tx, provider)


def tag_provider(tx: Transaction, arn: str, tags: TagPairs) -> None:
    """Add tags to a provider.

    Raises EntityNotFound, QuotaExceeded, InvalidTagKeys.
    """
    provider = provider_by_arn(tx, arn)
    _replace(tx, replace(provider, tags=add_tags(tx, provider.tags, tags, IdentityQuota.TAGS_PER_PROVIDER)))


def untag_provider(tx: Transaction, arn: str, keys: Iterable[str]) -> None:
    """Remove tags from a provider; unknown keys are ignored.

    Raises EntityNotFound.
    """
    provider = provider_by_arn(tx, arn)
    _replace(tx, replace(provider, tags=without_tags(provider.tags, keys)))


def set_issuer_keys(tx: Transaction, issuer: str, keys: str) -> None:
    """Set the public keys of an issuer, which AWS would read from its URL, as the text of a JSON Web Key Set."""
    tx.insert("issuer_keys", issuer, keys)


def _require_thumbprints(thumbprints: Sequence[str]) -> None:
    """Refuse more than five thumbprints, and those that are not SHA-1 digests.

    Raises InvalidProvider.
    """
    if len(thumbprints) > _MAX_THUMBPRINTS:
        raise InvalidProvider(ProviderProblem.TOO_MANY_THUMBPRINTS)
    if not all(map(_THUMBPRINT.fullmatch, thumbprints)):
        raise InvalidProvider(ProviderProblem.THUMBPRINT)


def _replace(tx: Transaction, changed: IdentityProvider) -> None:
    providers = tx.state.identity_providers[changed.account_id]
    replaced = tuple(changed if other.name == changed.name else other for other in providers)
    tx.insert("identity_providers", changed.account_id, replaced)
    _record(tx, changed)


def _record(tx: Transaction, provider: IdentityProvider) -> None:
    tx.record(IdentityChanged(at=tx.now, account_id=provider.account_id, kind="identity provider", name=provider.name))
