"""Invite an account to the organization once its Business Associate Addendum is accepted.

This is an application as it runs in production, without any code for the emulator. The SDK takes the endpoint and the
credentials from environment variables.
"""

import sys

import boto3

ARTIFACT = "artifact.amazonaws.com"
AGREEMENT = "AWS Organizations Business Associate Addendum"


class AgreementMissing(Exception):
    """The Business Associate Addendum is not accepted; a person has to accept it in the console."""


def enable_artifact() -> None:
    """Enable trusted access for AWS Artifact, unless it is enabled."""
    organizations = boto3.client("organizations")
    pages = organizations.get_paginator("list_aws_service_access_for_organization").paginate()
    enabled = {service["ServicePrincipal"] for page in pages for service in page["EnabledServicePrincipals"]}
    if ARTIFACT not in enabled:
        organizations.enable_aws_service_access(ServicePrincipal=ARTIFACT)


def require_agreement() -> str:
    """Return the id of the addendum that is in force for the organization.

    Raises AgreementMissing.
    """
    pages = boto3.client("artifact").get_paginator("list_customer_agreements").paginate()
    for page in pages:
        for agreement in page["customerAgreements"]:
            is_active = (agreement["name"], agreement["state"]) == (AGREEMENT, "ACTIVE")
            if is_active and "organizationArn" in agreement:
                return str(agreement["id"])
    raise AgreementMissing(AGREEMENT)


def invite(account_id: str) -> str:
    """Invite an account and return the id of the invitation; return an open invitation if there is one."""
    organizations = boto3.client("organizations")
    pages = organizations.get_paginator("list_handshakes_for_organization").paginate(Filter={"ActionType": "INVITE"})
    for page in pages:
        for handshake in page["Handshakes"]:
            invited = {party["Id"] for party in handshake["Parties"] if party["Type"] == "ACCOUNT"}
            if handshake["State"] == "OPEN" and account_id in invited:
                return str(handshake["Id"])
    reply = organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account_id})
    return str(reply["Handshake"]["Id"])


def onboard(account_id: str) -> str:
    """Enable trusted access, check the agreement, and invite an account; return the id of the invitation.

    Raises AgreementMissing, before any invitation is sent.
    """
    enable_artifact()
    require_agreement()
    return invite(account_id)


if __name__ == "__main__":
    print(onboard(sys.argv[1]))
