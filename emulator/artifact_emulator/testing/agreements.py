"""Acceptance of an agreement in one call, for tests in which the chain of tokens does not matter."""

from typing import Any

from artifact_emulator.testing.agreement_types import AgreementOperations


def accept_agreement(client: Any, agreement_id: str) -> str:
    """Accept an agreement with a boto3 client of AWS Artifact and return the id of the customer agreement.

    The non-disclosure terms and all acceptance terms are agreed to unread. Raises botocore's ClientError as the
    operations do, and TypeError for anything but a client. Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_AcceptAgreement.html
    """
    artifact = _with_agreement_operations(client)
    nda = artifact.get_nda_for_agreement(agreementId=agreement_id)
    token = artifact.accept_nda_for_agreement(
        agreementId=agreement_id,
        agreementRevisionId=nda["agreementRevisionId"],
        ndaToken=nda["acceptNdaForAgreementToken"],
    )["getAgreementToken"]
    agreement = artifact.get_agreement(agreementId=agreement_id, ndaToken=token)
    accepted = artifact.accept_agreement(
        agreementId=agreement_id,
        agreementRevisionId=agreement["agreementRevisionId"],
        acceptanceTermsToken=agreement["acceptanceTermsToken"],
        executeAgreementToken=agreement["executeAgreementToken"],
    )
    return accepted["customerAgreement"]["id"]


def _with_agreement_operations(client: Any) -> AgreementOperations:
    """Return a client that knows the agreement operations: the same one, or one with its endpoint and credentials.

    Clients of a session of boto3's own do not know them without `AWS_DATA_PATH`.
    """
    if hasattr(client, "get_nda_for_agreement"):
        known: AgreementOperations = client
        return known
    # Imported here: botocore need not be installed.
    from artifact_emulator.testing.sessions import shared_session

    if not hasattr(client, "meta"):
        raise TypeError(f'expected a boto3 client, such as world.client("artifact"), not {client!r}')
    credentials = client._get_credentials().get_frozen_credentials()  # noqa: SLF001 - there is no public way.
    made: AgreementOperations = shared_session().client(
        "artifact",
        endpoint_url=client.meta.endpoint_url,
        region_name=client.meta.region_name,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
    return made
