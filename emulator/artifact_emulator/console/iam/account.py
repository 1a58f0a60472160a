"""What an account has of IAM beside its users and roles: settings, MFA devices, providers and instance profiles."""

from typing import Any

from flask import Blueprint, render_template, request

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call

PAGE_SIZE = 50
pages = Blueprint("iam_account", __name__)


@pages.get("/iam/settings")
def settings() -> str:
    """Show the alias, the password policy and the federation settings of the account."""
    federation = _unless("GetOutboundWebIdentityFederationInfo", "FeatureDisabled") or {}
    return render_template(
        "iam/settings.html",
        aliases=call("iam", "ListAccountAliases")["AccountAliases"],
        policy=(_unless("GetAccountPasswordPolicy", "NoSuchEntity") or {}).get("PasswordPolicy"),
        issuer=federation.get("IssuerIdentifier"),
        summary=call("iam", "GetAccountSummary")["SummaryMap"],
    )


@pages.get("/iam/mfa-devices")
def mfa_devices() -> str:
    """List the virtual MFA devices of the account."""
    page = call("iam", "ListVirtualMFADevices", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/mfa_devices.html", page=page)


@pages.get("/iam/instance-profiles")
def instance_profiles() -> str:
    """List the instance profiles of the account with their roles."""
    page = call("iam", "ListInstanceProfiles", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/instance_profiles.html", page=page)


@pages.get("/iam/identity-providers")
def identity_providers() -> str:
    """List the identity providers of the account with their audiences and thumbprints."""
    arns = [entry["Arn"] for entry in call("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"]]
    providers = [(arn, call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)) for arn in arns]
    saml = call("iam", "ListSAMLProviders")["SAMLProviderList"]
    return render_template("iam/identity_providers.html", providers=providers, saml=saml)


def _unless(operation: str, code: str) -> Any:
    """Return the reply of an operation, or None if the account does not have what it returns."""
    try:
        return call("iam", operation)
    except AwsError as failure:
        if failure.code != code:
            raise
        return None
