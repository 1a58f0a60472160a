"""Bring another account into the organization, once everything is in place for it to hold health data.

This is an application as it runs in production: it knows nothing of the emulator. Where it finds AWS, and as whom it
calls, its environment tells, as AWS's SDKs read it.
"""

import sys

import boto3

ARTIFACT = "artifact.amazonaws.com"
AGREEMENT = "AWS Organizations Business Associate Addendum"


class AgreementMissing(Exception):
    """Nobody has accepted the organization's Business Associate Addendum: a person has to, in the console."""


def trust_artifact() -> None:
    """Let AWS Artifact read the organization, unless it may already."""
    organizations = boto3.client("organizations")
    pages = organizations.get_paginator("list_aws_service_access_for_organization").paginate()
    trusted = {one["ServicePrincipal"] for page in pages for one in page["EnabledServicePrincipals"]}
    if ARTIFACT not in trusted:
        organizations.enable_aws_service_access(ServicePrincipal=ARTIFACT)


def require_agreement() -> str:
    """Give the id of the addendum that is in force for every account of the organization.

    Raises AgreementMissing.
    """
    pages = boto3.client("artifact").get_paginator("list_customer_agreements").paginate()
    for page in pages:
        for one in page["customerAgreements"]:
            if (one["name"], one["state"]) == (AGREEMENT, "ACTIVE") and "organizationArn" in one:
                accepted: str = one["id"]
                return accepted
    raise AgreementMissing(AGREEMENT)


def invite(account_id: str) -> str:
    """Invite an account, unless an invitation awaits its answer; give the invitation's id."""
    organizations = boto3.client("organizations")
    pages = organizations.get_paginator("list_handshakes_for_organization").paginate(Filter={"ActionType": "INVITE"})
    for page in pages:
        for handshake in page["Handshakes"]:
            invited = {party["Id"] for party in handshake["Parties"] if party["Type"] == "ACCOUNT"}
            if handshake["State"] == "OPEN" and account_id in invited:
                waiting: str = handshake["Id"]
                return waiting
    made = organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account_id})
    sent: str = made["Handshake"]["Id"]
    return sent


def onboard(account_id: str) -> str:
    """Prepare the organization and invite an account into it; give the invitation's id.

    Raises AgreementMissing, with nobody invited.
    """
    trust_artifact()
    require_agreement()
    return invite(account_id)


if __name__ == "__main__":
    print(onboard(sys.argv[1]))
