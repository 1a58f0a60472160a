"""AWS accounts with boto3 clients of a running emulator, and the steps that the SDK tests share."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

ARTIFACT = "artifact.amazonaws.com"
ARTIFACT_SYNC = "aws-artifact-account-sync.amazonaws.com"
ARTIFACT_ROLE = "AWSServiceRoleForArtifact"
ACCESS_ROLE = "OrganizationAccountAccessRole"

ORGANIZATIONS_BAA = "agreement-y03aUwMAEorHtqjv"
ORGANIZATIONS_AUSTRALIAN_ADDENDUM = "agreement-YpDMFXTePE7kEg4b"
BAA = "agreement-9c1kBcYznTkcpRIm"

# A retry would hide an error of the server, and a proxy does not reach a loopback address.
_PLAIN = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=15, proxies={})


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a client: by default the account id, which stands for the root user."""

    access_key_id: str
    secret: str = "x"
    token: str | None = None
    region: str = "us-east-1"


class EmulatedAws:
    """A running emulator: boto3 clients of its services, and its control API."""

    def __init__(self, endpoint: str, session: boto3.Session) -> None:
        self.endpoint = endpoint
        self._session = session
        self._clients: dict[tuple[str, Credentials], Any] = {}
        self._http = requests.Session()
        self._http.trust_env = False

    def account(self, account_id: str, region: str = "us-east-1") -> "Account":
        """Return an account as its root user in a region; every 12-digit account exists."""
        return Account(self, account_id, Credentials(account_id, region=region))

    def client(self, service: str, credentials: Credentials) -> Any:
        """Return a boto3 client, the same one for the same credentials."""
        key = service, credentials
        if key not in self._clients:
            self._clients[key] = self._session.client(
                service,
                endpoint_url=self.endpoint,
                aws_access_key_id=credentials.access_key_id,
                aws_secret_access_key=credentials.secret,
                aws_session_token=credentials.token,
                region_name=credentials.region,
                config=_PLAIN,
            )
        return self._clients[key]

    def download(self, url: str) -> requests.Response:
        """Return the response of a presigned URL, requested without credentials."""
        return self._http.get(url, timeout=15)

    def reset(self) -> None:
        """Empty the default world."""
        response = self._http.post(f"{self.endpoint}/_emulator/reset", timeout=15)
        assert response.status_code == 204, response.text

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()
        self._http.close()


class Account:
    """An AWS account: its clients, and the steps that it takes in tests."""

    def __init__(self, emulator: EmulatedAws, account_id: str, credentials: Credentials) -> None:
        self.emulator = emulator
        self.id = account_id
        self.credentials = credentials

    def client(self, service: str) -> Any:
        """Return the account's client of a service."""
        return self.emulator.client(service, self.credentials)

    @property
    def organizations(self) -> Any:
        """The client of AWS Organizations."""
        return self.client("organizations")

    @property
    def artifact(self) -> Any:
        """The client of AWS Artifact."""
        return self.client("artifact")

    @property
    def iam(self) -> Any:
        """The client of IAM."""
        return self.client("iam")

    @property
    def sts(self) -> Any:
        """The client of STS."""
        return self.client("sts")

    def create_account(self, name: str) -> "Account":
        """Create a member account and return it."""
        request = self.organizations.create_account(AccountName=name, Email=f"{name.lower()}@example.com")
        creation = self.organizations.describe_create_account_status(
            CreateAccountRequestId=request["CreateAccountStatus"]["Id"]
        )["CreateAccountStatus"]
        assert creation["State"] == "SUCCEEDED", creation
        return self.emulator.account(creation["AccountId"], self.credentials.region)

    def invite(self, account: "Account") -> None:
        """Invite an account and accept the invitation."""
        invitation = self.organizations.invite_account_to_organization(Target={"Id": account.id, "Type": "ACCOUNT"})
        account.organizations.accept_handshake(HandshakeId=invitation["Handshake"]["Id"])

    def remove(self, account: "Account") -> None:
        """Remove a member account."""
        self.organizations.remove_account_from_organization(AccountId=account.id)

    def assume_role(self, account: "Account", name: str = ACCESS_ROLE) -> "Account":
        """Return an account as a session of one of its roles."""
        arn = f"arn:aws:iam::{account.id}:role/{name}"
        credentials = self.sts.assume_role(RoleArn=arn, RoleSessionName="story")["Credentials"]
        keys = (credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        return Account(self.emulator, account.id, Credentials(*keys))

    def enable_trusted_access(self, principal: str = ARTIFACT) -> None:
        """Enable trusted access for AWS Artifact."""
        self.organizations.enable_aws_service_access(ServicePrincipal=principal)

    def disable_trusted_access(self, principal: str = ARTIFACT) -> None:
        """Disable trusted access for AWS Artifact."""
        self.organizations.disable_aws_service_access(ServicePrincipal=principal)

    def trusted_services(self) -> list[str]:
        """Return the service principals with trusted access."""
        page = self.organizations.list_aws_service_access_for_organization()
        return [service["ServicePrincipal"] for service in page["EnabledServicePrincipals"]]

    def read_agreement(self, agreement_id: str) -> dict[str, Any]:
        """Accept the non-disclosure agreement, get the agreement and return the arguments of AcceptAgreement."""
        nda = self.artifact.get_nda_for_agreement(agreementId=agreement_id)
        token = self.artifact.accept_nda_for_agreement(
            agreementId=agreement_id,
            agreementRevisionId=nda["agreementRevisionId"],
            ndaToken=nda["acceptNdaForAgreementToken"],
        )["getAgreementToken"]
        agreement = self.artifact.get_agreement(agreementId=agreement_id, ndaToken=token)
        return {
            "agreementId": agreement_id,
            "agreementRevisionId": agreement["agreementRevisionId"],
            "acceptanceTermsToken": agreement["acceptanceTermsToken"],
            "executeAgreementToken": agreement["executeAgreementToken"],
        }

    def accept(self, agreement_id: str) -> dict[str, Any]:
        """Accept an agreement through all its calls and return the customer agreement."""
        accepted: dict[str, Any] = self.artifact.accept_agreement(**self.read_agreement(agreement_id))
        summary: dict[str, Any] = accepted["customerAgreement"]
        return summary

    def terminate(self, customer_agreement_id: str) -> dict[str, Any]:
        """Terminate a customer agreement and return it."""
        token = self.artifact.get_customer_agreement(customerAgreementId=customer_agreement_id)[
            "terminateAgreementToken"
        ]
        terminated: dict[str, Any] = self.artifact.terminate_agreement(
            customerAgreementId=customer_agreement_id, terminateAgreementToken=token
        )
        summary: dict[str, Any] = terminated["customerAgreement"]
        return summary

    def agreements(self) -> list[dict[str, Any]]:
        """Return the customer agreements that the account can view."""
        agreements: list[dict[str, Any]] = self.artifact.list_customer_agreements()["customerAgreements"]
        return agreements

    def artifact_role(self) -> dict[str, Any] | None:
        """Return the service-linked role of AWS Artifact, or None."""
        try:
            role: dict[str, Any] = self.iam.get_role(RoleName=ARTIFACT_ROLE)["Role"]
        except self.iam.exceptions.NoSuchEntityException:
            return None
        return role

    def delete_artifact_role(self) -> dict[str, Any]:
        """Delete the service-linked role of AWS Artifact and return the status of the deletion task."""
        task = self.iam.delete_service_linked_role(RoleName=ARTIFACT_ROLE)["DeletionTaskId"]
        status: dict[str, Any] = self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
        return status


def pdf_text(pdf: bytes) -> str:
    """Return the content of a PDF document's pages, in which single words can be found."""
    assert pdf.startswith(b"%PDF-")
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return b"\n".join(map(zlib.decompress, streams)).decode("latin-1")


@contextmanager
def raises_client_error(code: str, status: int) -> Iterator[dict[str, Any]]:
    """Expect a ClientError with a code and an HTTP status; the yielded response is complete after the block."""
    response: dict[str, Any] = {}
    with pytest.raises(ClientError) as caught:
        yield response
    response.update(caught.value.response)
    assert response["Error"]["Code"] == code, caught.value
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
