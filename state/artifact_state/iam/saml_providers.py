"""SAML providers, whose assertions identify those who assume an account's roles.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from artifact_state import arns, ids, name_index
from artifact_state.errors import Entity, EntityNameTaken, EntityNotFound, IdentityQuota
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.model import Map
from artifact_state.model.identities import SamlProvider
from artifact_state.record import Record, replace
from artifact_state.world import Transaction

_VALIDITY = timedelta(days=36_525)
"""Unverified: a hundred years, for metadata that does not expire."""


class SamlMetadata(Record):
    """The metadata of an identity provider: its document, and what it says."""

    document: str
    issuer: str
    certificates: tuple[str, ...]
    valid_until: datetime | None = None


def saml_provider_by_arn(tx: Transaction, arn: str) -> SamlProvider:
    """Return a provider of the caller's account.

    Raises EntityNotFound.
    """
    prefix = arns.saml_provider(tx.caller.partition, tx.caller.account_id, "")
    provider = name_index.find(tx.state.saml_providers.get(tx.caller.account_id, ()), arn.removeprefix(prefix))
    if provider is None or not arn.startswith(prefix):
        raise EntityNotFound(Entity.SAML_PROVIDER, arn)
    return provider


def create_saml_provider(tx: Transaction, name: str, metadata: SamlMetadata, *, tags: TagPairs = ()) -> SamlProvider:
    """Create a provider.

    Raises EntityNameTaken, QuotaExceeded, InvalidTagKeys.
    """
    account_id = tx.caller.account_id
    existing = tx.state.saml_providers.get(account_id, ())
    # Unverified: that names ignore case, as IAM's other names do.
    if name_index.find(existing, name):
        raise EntityNameTaken(Entity.SAML_PROVIDER, name)
    require_quota(tx, IdentityQuota.SAML_PROVIDERS_PER_ACCOUNT, len(existing) + 1)
    provider = SamlProvider(
        id=ids.unique_id("SAMLP", tx.state.seed, tx.serial()),
        account_id=account_id,
        name=name,
        created_at=tx.now,
        metadata=metadata.document,
        issuer=metadata.issuer,
        certificates=metadata.certificates,
        valid_until=metadata.valid_until or tx.now + _VALIDITY,
        tags=with_tags(tx, Map(), tags, IdentityQuota.TAGS_PER_SAML_PROVIDER),
    )
    return _put(tx, provider)


def update_saml_provider(tx: Transaction, arn: str, metadata: SamlMetadata) -> None:
    """Replace the metadata of a provider.

    Raises EntityNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSAMLProvider.html
    """
    provider = saml_provider_by_arn(tx, arn)
    changed = replace(
        provider,
        metadata=metadata.document,
        issuer=metadata.issuer,
        certificates=metadata.certificates,
        valid_until=metadata.valid_until or tx.now + _VALIDITY,
    )
    _put(tx, changed)


def delete_saml_provider(tx: Transaction, arn: str) -> None:
    """Delete a provider. Roles keep trusting its ARN.

    Raises EntityNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSAMLProvider.html
    """
    provider = saml_provider_by_arn(tx, arn)
    remaining = name_index.without(tx.state.saml_providers[provider.account_id], provider.name)
    tx.insert("saml_providers", provider.account_id, remaining)
    _record(tx, provider)


def tag_saml_provider(tx: Transaction, arn: str, tags: TagPairs) -> None:
    """Add tags to a provider.

    Raises EntityNotFound, QuotaExceeded, InvalidTagKeys.
    """
    provider = saml_provider_by_arn(tx, arn)
    _put(tx, replace(provider, tags=add_tags(tx, provider.tags, tags, IdentityQuota.TAGS_PER_SAML_PROVIDER)))


def untag_saml_provider(tx: Transaction, arn: str, keys: Iterable[str]) -> None:
    """Remove tags from a provider; unknown keys are ignored.

    Raises EntityNotFound.
    """
    provider = saml_provider_by_arn(tx, arn)
    _put(tx, replace(provider, tags=without_tags(provider.tags, keys)))


def _put(tx: Transaction, provider: SamlProvider) -> SamlProvider:
    providers = name_index.with_record(tx.state.saml_providers.get(provider.account_id, ()), provider)
    tx.insert("saml_providers", provider.account_id, providers)
    _record(tx, provider)
    return provider


def _record(tx: Transaction, provider: SamlProvider) -> None:
    tx.record(IdentityChanged(at=tx.now, account_id=provider.account_id, kind="identity provider", name=provider.name))
