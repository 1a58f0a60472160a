"""Calls of AWS Artifact over the wire: agreements, trusted access and documents."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from artifact_emulator.http import Request
from tests.support.wire_client import Answer, Client

SERVICE = "artifact"
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"
OTHER_ACCOUNT_AGREEMENT = "agreement-sbLSDe8bitmAXNr9"
ORGANIZATION_AGREEMENT = "agreement-y03aUwMAEorHtqjv"
REPORT = "report-f1DIWBmGa2Lhsadg"
ARTIFACT = "artifact.amazonaws.com"


def error_of(answer: Answer) -> tuple[int, str, str | None]:
    """Return the status, the code and the reason of an error."""
    return answer.status, answer.code, answer.data.get("reason")


def invalid_members(answer: Answer) -> list[str]:
    """Return the names of the members that a ValidationException lists."""
    return [field["name"] for field in answer.data["fieldList"]]


def in_milliseconds(instant: datetime) -> datetime:
    """Return an instant as the REST protocol transmits it, in milliseconds."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def read_agreement(client: Client, agreement_id: str) -> dict[str, Any]:
    """Take the steps before an acceptance; return the input of AcceptAgreement."""
    nda = client.do(SERVICE, "GetNdaForAgreement", agreementId=agreement_id)
    accepted = client.do(
        SERVICE,
        "AcceptNdaForAgreement",
        agreementId=agreement_id,
        agreementRevisionId=nda["agreementRevisionId"],
        ndaToken=nda["acceptNdaForAgreementToken"],
    )
    agreement = client.do(SERVICE, "GetAgreement", agreementId=agreement_id, ndaToken=accepted["getAgreementToken"])
    return {
        "agreementId": agreement_id,
        "agreementRevisionId": agreement["agreementRevisionId"],
        "acceptanceTermsToken": agreement["acceptanceTermsToken"],
        "executeAgreementToken": agreement["executeAgreementToken"],
    }


def accept(client: Client, agreement_id: str) -> dict[str, Any]:
    """Accept an agreement, and return its summary."""
    reply = client.do(SERVICE, "AcceptAgreement", **read_agreement(client, agreement_id))
    summary: dict[str, Any] = reply["customerAgreement"]
    return summary


def trust_artifact(management: Client) -> None:
    """Enable trusted access for AWS Artifact."""
    management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)


def download(client: Client, url: str) -> bytes:
    """Return the document behind a presigned URL of the same app."""
    parts = urlsplit(url)
    reply = client.app.handle(Request("GET", parts.path, parts.query, {"host": parts.netloc}, b""))
    assert reply.status == 200, reply
    return reply.body
