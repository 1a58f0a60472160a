"""SAML providers."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import AwsError, NotEmulated
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import tag_list, tag_page
from artifact_state import arns
from artifact_state.iam import saml_providers
from artifact_state.iam.saml_providers import SamlMetadata

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_saml_provider(
    call: RequestContext, request: "requests.CreateSAMLProviderRequest"
) -> "replies.CreateSAMLProviderResponse":
    """Create a provider."""
    _require_unencrypted(request)
    provider = saml_providers.create_saml_provider(
        call.tx,
        request.name,
        _metadata_of(request.saml_metadata_document),
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    caller = call.tx.caller
    reply: replies.CreateSAMLProviderResponse = {
        "SAMLProviderArn": arns.saml_provider(caller.partition, caller.account_id, provider.name)
    }
    return reply | {"Tags": tag_list(provider.tags)} if provider.tags else reply


def get_saml_provider(
    call: RequestContext, request: "requests.GetSAMLProviderRequest"
) -> "replies.GetSAMLProviderResponse":
    """Return a provider with its metadata."""
    provider = saml_providers.saml_provider_by_arn(call.tx, request.saml_provider_arn)
    reply: replies.GetSAMLProviderResponse = {
        "SAMLProviderUUID": provider.id,
        "SAMLMetadataDocument": provider.metadata,
        "CreateDate": provider.created_at,
        "ValidUntil": provider.valid_until,
    }
    return reply | {"Tags": tag_list(provider.tags)} if provider.tags else reply


def list_saml_providers(
    call: RequestContext, request: "requests.ListSAMLProvidersRequest"
) -> "replies.ListSAMLProvidersResponse":
    """List the account's providers."""
    caller = call.tx.caller
    return {
        "SAMLProviderList": [
            {
                "Arn": arns.saml_provider(caller.partition, caller.account_id, provider.name),
                "ValidUntil": provider.valid_until,
                "CreateDate": provider.created_at,
            }
            for provider in call.tx.state.saml_providers.get(caller.account_id, ())
        ]
    }


def update_saml_provider(
    call: RequestContext, request: "requests.UpdateSAMLProviderRequest"
) -> "replies.UpdateSAMLProviderResponse":
    """Replace the metadata of a provider."""
    _require_unencrypted(request)
    if request.saml_metadata_document is not None:
        metadata = _metadata_of(request.saml_metadata_document)
        saml_providers.update_saml_provider(call.tx, request.saml_provider_arn, metadata)
    provider = saml_providers.saml_provider_by_arn(call.tx, request.saml_provider_arn)
    caller = call.tx.caller
    return {"SAMLProviderArn": arns.saml_provider(caller.partition, caller.account_id, provider.name)}


def delete_saml_provider(call: RequestContext, request: "requests.DeleteSAMLProviderRequest") -> None:
    """Delete a provider."""
    saml_providers.delete_saml_provider(call.tx, request.saml_provider_arn)


def tag_saml_provider(call: RequestContext, request: "requests.TagSAMLProviderRequest") -> None:
    """Add tags to a provider."""
    tags = [(tag.key, tag.value) for tag in request.tags]
    saml_providers.tag_saml_provider(call.tx, request.saml_provider_arn, tags)


def untag_saml_provider(call: RequestContext, request: "requests.UntagSAMLProviderRequest") -> None:
    """Remove tags from a provider."""
    saml_providers.untag_saml_provider(call.tx, request.saml_provider_arn, request.tag_keys)


def list_saml_provider_tags(
    call: RequestContext, request: "requests.ListSAMLProviderTagsRequest"
) -> "replies.ListSAMLProviderTagsResponse":
    """List the tags of a provider."""
    provider = saml_providers.saml_provider_by_arn(call.tx, request.saml_provider_arn)
    listing = call.name_listing("ListSAMLProviderTags", provider.account_id, provider.name)
    page, more = tag_page(listing, provider.tags, request)
    return {"Tags": page, **more}


def _metadata_of(document: str) -> SamlMetadata:
    """Return the metadata of a document.

    Raises AwsError, NotEmulated.
    """
    try:
        # Imported here: it is slow, and only some users have its packages.
        from artifact_emulator.aws.signing import saml
    except ModuleNotFoundError:
        raise NotEmulated("SAML without the packages lxml and signxml (the extra artifact-emulator[saml])") from None
    try:
        return SamlMetadata(document=document, **saml.read_metadata(document))
    except saml.InvalidDocument:
        raise AwsError("InvalidInput", "Could not parse metadata") from None


def _require_unencrypted(request: "requests.CreateSAMLProviderRequest | requests.UpdateSAMLProviderRequest") -> None:
    """Refuse the keys and the mode of encrypted assertions.

    Raises NotEmulated.
    """
    if request.assertion_encryption_mode is not None or request.add_private_key is not None:
        raise NotEmulated("encrypted assertions of SAML providers")
