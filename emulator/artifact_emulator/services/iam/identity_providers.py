"""OpenID Connect providers."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import tag_list, tag_page
from artifact_state import arns
from artifact_state.iam import identity_providers
from artifact_state.iam.identity_propagation import PropagationChange, identity_store_arn
from artifact_state.model.identities import ContextProvider

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_open_id_connect_provider(
    call: RequestContext, request: "requests.CreateOpenIDConnectProviderRequest"
) -> "replies.CreateOpenIDConnectProviderResponse":
    """Create a provider."""
    provider = identity_providers.create_provider(
        call.tx,
        request.url,
        client_ids=request.client_id_list or (),
        thumbprints=request.thumbprint_list or (),
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    caller = call.tx.caller
    arn = arns.identity_provider(caller.partition, caller.account_id, provider.name)
    context, instance_arn = _context(request.context_provider), request.identity_center_instance_arn or ""
    if context is not None or instance_arn:
        identity_providers.set_propagation(call.tx, provider, context, instance_arn)
    tags = {"Tags": tag_list(provider.tags)} if provider.tags else {}
    return {"OpenIDConnectProviderArn": arn, **tags}  # type: ignore[typeddict-item]


def get_open_id_connect_provider(
    call: RequestContext, request: "requests.GetOpenIDConnectProviderRequest"
) -> "replies.GetOpenIDConnectProviderResponse":
    """Return a provider, whose URL lacks its scheme."""
    provider = identity_providers.provider_by_arn(call.tx, request.open_id_connect_provider_arn)
    reply: replies.GetOpenIDConnectProviderResponse = {
        "Url": provider.name,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": provider.created_at,
    }
    if provider.tags:
        reply["Tags"] = tag_list(provider.tags)
    if provider.context_provider is not None:
        reply["ContextProvider"] = _context_members(provider.context_provider)
    if provider.identity_center_arn:
        reply["IdentityCenterInstanceArn"] = provider.identity_center_arn
        reply["IdentityStoreArn"] = identity_store_arn(call.tx.caller.partition, provider)
    return reply


def list_open_id_connect_providers(
    call: RequestContext, request: "requests.ListOpenIDConnectProvidersRequest"
) -> "replies.ListOpenIDConnectProvidersResponse":
    """List the account's providers.

    Unverified: IsTrustedIdentityPropagationEnabled is false, and not absent, for a provider without an instance.
    """
    caller = call.tx.caller
    providers = call.tx.state.identity_providers.get(caller.account_id, ())
    return {
        "OpenIDConnectProviderList": [
            {
                "Arn": arns.identity_provider(caller.partition, caller.account_id, provider.name),
                "IsTrustedIdentityPropagationEnabled": bool(provider.identity_center_arn),
            }
            for provider in providers
        ]
    }


def update_open_id_connect_provider(
    call: RequestContext, request: "requests.UpdateOpenIDConnectProviderRequest"
) -> None:
    """Set or remove the context provider of a provider, or its instance of IAM Identity Center."""
    change = PropagationChange(
        context=_context(request.context_provider),
        instance_arn=request.identity_center_instance_arn or "",
        removes_context=bool(request.remove_context_provider),
        removes_instance=bool(request.remove_identity_center_instance),
    )
    identity_providers.change_propagation(call.tx, request.open_id_connect_provider_arn, change)


def update_open_id_connect_provider_thumbprint(
    call: RequestContext, request: "requests.UpdateOpenIDConnectProviderThumbprintRequest"
) -> None:
    """Replace the thumbprints of a provider."""
    identity_providers.set_thumbprints(call.tx, request.open_id_connect_provider_arn, request.thumbprint_list)


def add_client_id_to_open_id_connect_provider(
    call: RequestContext, request: "requests.AddClientIDToOpenIDConnectProviderRequest"
) -> None:
    """Add an audience to a provider."""
    identity_providers.add_client_id(call.tx, request.open_id_connect_provider_arn, request.client_id)


def remove_client_id_from_open_id_connect_provider(
    call: RequestContext, request: "requests.RemoveClientIDFromOpenIDConnectProviderRequest"
) -> None:
    """Remove an audience from a provider."""
    identity_providers.remove_client_id(call.tx, request.open_id_connect_provider_arn, request.client_id)


def delete_open_id_connect_provider(
    call: RequestContext, request: "requests.DeleteOpenIDConnectProviderRequest"
) -> None:
    """Delete a provider."""
    identity_providers.delete_provider(call.tx, request.open_id_connect_provider_arn)


def tag_open_id_connect_provider(call: RequestContext, request: "requests.TagOpenIDConnectProviderRequest") -> None:
    """Add tags to a provider."""
    tags = [(tag.key, tag.value) for tag in request.tags]
    identity_providers.tag_provider(call.tx, request.open_id_connect_provider_arn, tags)


def untag_open_id_connect_provider(call: RequestContext, request: "requests.UntagOpenIDConnectProviderRequest") -> None:
    """Remove tags from a provider."""
    identity_providers.untag_provider(call.tx, request.open_id_connect_provider_arn, request.tag_keys)


def list_open_id_connect_provider_tags(
    call: RequestContext, request: "requests.ListOpenIDConnectProviderTagsRequest"
) -> "replies.ListOpenIDConnectProviderTagsResponse":
    """List the tags of a provider."""
    provider = identity_providers.provider_by_arn(call.tx, request.open_id_connect_provider_arn)
    listing = call.name_listing("ListOpenIDConnectProviderTags", provider.account_id, provider.name)
    page, more = tag_page(listing, provider.tags, request)
    return {"Tags": page, **more}


def _context(context: "requests.ContextProvider | None") -> ContextProvider | None:
    if context is None:
        return None
    return ContextProvider(
        subject_key=context.subject_source_key,
        subject_type=context.subject_type_value or "",
        subject_type_key=context.subject_type_source_key or "",
        keys=tuple((key.source_key, key.target_key or "") for key in context.key_definition_list or ()),
    )


def _context_members(context: ContextProvider) -> "replies.ContextProvider":
    members: replies.ContextProvider = {"SubjectSourceKey": context.subject_key}
    if context.subject_type:
        members["SubjectTypeValue"] = context.subject_type
    if context.subject_type_key:
        members["SubjectTypeSourceKey"] = context.subject_type_key
    if context.keys:
        members["KeyDefinitionList"] = [
            {"SourceKey": source, "TargetKey": target} if target else {"SourceKey": source}
            for source, target in context.keys
        ]
    return members
