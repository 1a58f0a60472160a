"""Provocations of the declared errors of IAM's operations on identity providers and on outbound federation."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client

SERVICE = "iam"
URL = "https://id.example.com"
ARN = "arn:aws:iam::111122223333:oidc-provider/"
MISSING: dict[str, Any] = {"OpenIDConnectProviderArn": f"{ARN}other.example.com"}
PROVIDER: dict[str, Any] = {"OpenIDConnectProviderArn": f"{ARN}id.example.com"}
NO_PROVIDER = f"OpenIDConnect Provider not found for arn {ARN}other.example.com"
RESERVED_TAG = "Tag keys beginning with aws: are reserved for system use."
RESERVED = [{"Key": "aws:team", "Value": "a"}]
TAGS = [{"Key": "team", "Value": "a"}]
NOT_A_DIGEST = ["z" * 40]
FEDERATION = "Outbound identity federation is {} for account 111122223333"


def missing_provider_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of NoSuchEntity by a provider that does not exist."""
    return {"NoSuchEntity": refused_with(NO_PROVIDER, **MISSING, **parameters)}


def exceeded_quota_error(quota: str, **parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of LimitExceeded by a quota of 0."""
    message = f"Cannot exceed quota for {quota}: 0"
    return {"LimitExceeded": refused_with(message, limits={quota: 0}, **parameters)}


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "AddClientIDToOpenIDConnectProvider": missing_provider_error(ClientID="web")
    | exceeded_quota_error("ClientIdsPerOpenIdConnectProvider", **PROVIDER, ClientID="web"),
    "CreateOpenIDConnectProvider": {
        "EntityAlreadyExists": refused_with(f"Provider with url {URL} already exists.", Url=URL),
        "InvalidInput": refused_with("Invalid thumbprint.", Url=f"{URL}/a", ThumbprintList=NOT_A_DIGEST),
        **exceeded_quota_error("OpenIdConnectProvidersPerAccount", Url=f"{URL}/a"),
    },
    "DeleteOpenIDConnectProvider": {},
    "DisableOutboundWebIdentityFederation": {
        "FeatureDisabled": refused_with(FEDERATION.format("already disabled")),
    },
    "EnableOutboundWebIdentityFederation": {
        "FeatureEnabled": refused_with(
            FEDERATION.format("already enabled"), before=(("EnableOutboundWebIdentityFederation", {}),)
        ),
    },
    "GetOpenIDConnectProvider": missing_provider_error(),
    "GetOutboundWebIdentityFederationInfo": {"FeatureDisabled": refused_with(FEDERATION.format("disabled"))},
    "ListOpenIDConnectProviderTags": missing_provider_error(),
    "RemoveClientIDFromOpenIDConnectProvider": missing_provider_error(ClientID="web"),
    "TagOpenIDConnectProvider": {
        **missing_provider_error(Tags=TAGS),
        "InvalidInput": refused_with(RESERVED_TAG, **PROVIDER, Tags=RESERVED),
        **exceeded_quota_error("TagsPerOpenIdConnectProvider", **PROVIDER, Tags=TAGS),
    },
    "UntagOpenIDConnectProvider": missing_provider_error(TagKeys=["team"]),
    "UpdateOpenIDConnectProvider": {
        **missing_provider_error(RemoveContextProvider=True),
        "InvalidInput": refused_with(
            "An IAM Identity Center association requires a context provider.",
            **PROVIDER,
            IdentityCenterInstanceArn="arn:aws:sso:::instance/ssoins-1234567890abcdef",
        ),
    },
    "UpdateOpenIDConnectProviderThumbprint": {
        **missing_provider_error(ThumbprintList=["a" * 40]),
        "InvalidInput": refused_with("Invalid thumbprint.", **PROVIDER, ThumbprintList=NOT_A_DIGEST),
    },
}
UNREACHABLE = {
    **{
        (operation, "InvalidInput"): "its shape refuses other input with ValidationError"
        for operation in (
            "AddClientIDToOpenIDConnectProvider",
            "DeleteOpenIDConnectProvider",
            "GetOpenIDConnectProvider",
            "ListOpenIDConnectProviderTags",
            "RemoveClientIDFromOpenIDConnectProvider",
            "UntagOpenIDConnectProvider",
        )
    },
    ("CreateOpenIDConnectProvider", "OpenIdIdpCommunicationError"): "no provider is connected to",
    ("DeleteOpenIDConnectProvider", "NoSuchEntity"): "a provider that does not exist counts as deleted",
}


def prepare(management: Client) -> None:
    """Create a provider."""
    management.do(SERVICE, "CreateOpenIDConnectProvider", Url=URL)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
