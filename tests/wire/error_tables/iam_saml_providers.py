"""Provocations of the declared errors of IAM's operations on SAML providers."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.saml import SamlIssuer
from tests.support.wire_client import Client

SERVICE = "iam"
ARN = "arn:aws:iam::111122223333:saml-provider/"
METADATA = SamlIssuer().metadata()
MISSING: dict[str, Any] = {"SAMLProviderArn": f"{ARN}other"}
PROVIDER: dict[str, Any] = {"SAMLProviderArn": f"{ARN}idp"}
NEW: dict[str, Any] = {"Name": "new", "SAMLMetadataDocument": METADATA}
NO_METADATA: dict[str, Any] = {"SAMLMetadataDocument": "x" * 1000}
TAGS = [{"Key": "team", "Value": "a"}]
RESERVED = [{"Key": "aws:team", "Value": "a"}]


def missing_provider_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of NoSuchEntity by a provider that does not exist."""
    return {"NoSuchEntity": refused_with(f"Manifest not found for arn {ARN}other", **MISSING, **parameters)}


def exceeded_quota_error(quota: str, **parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of LimitExceeded by a quota of 0."""
    return {"LimitExceeded": refused_with(f"Cannot exceed quota for {quota}: 0", limits={quota: 0}, **parameters)}


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "CreateSAMLProvider": {
        "EntityAlreadyExists": refused_with("A provider named idp already exists.", **{**NEW, "Name": "idp"}),
        "InvalidInput": refused_with("Could not parse metadata", Name="new", **NO_METADATA),
        **exceeded_quota_error("SamlProvidersPerAccount", **NEW),
    },
    "DeleteSAMLProvider": missing_provider_error(),
    "GetSAMLProvider": missing_provider_error(),
    "ListSAMLProviderTags": missing_provider_error(),
    "TagSAMLProvider": {
        **missing_provider_error(Tags=TAGS),
        "InvalidInput": refused_with(
            "Tag keys beginning with aws: are reserved for system use.", **PROVIDER, Tags=RESERVED
        ),
        **exceeded_quota_error("TagsPerSamlProvider", **PROVIDER, Tags=TAGS),
    },
    "UntagSAMLProvider": missing_provider_error(TagKeys=["team"]),
    "UpdateSAMLProvider": {
        **missing_provider_error(SAMLMetadataDocument=METADATA),
        "InvalidInput": refused_with("Could not parse metadata", **PROVIDER, **NO_METADATA),
    },
}
UNREACHABLE = {
    **{
        (operation, "InvalidInput"): "its shape refuses other input with ValidationError"
        for operation in ("DeleteSAMLProvider", "GetSAMLProvider", "ListSAMLProviderTags", "UntagSAMLProvider")
    },
    **{(operation, "LimitExceeded"): "it adds nothing" for operation in ("DeleteSAMLProvider", "UpdateSAMLProvider")},
}


def prepare(management: Client) -> None:
    """Create a provider."""
    management.do(SERVICE, "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=METADATA)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
