"""Accepting an agreement in one call, for those who do not care about the chain of tokens."""

from typing import Any


def accept_agreement(artifact: Any, agreement_id: str) -> str:
    """Accept an agreement with a boto3 client of AWS Artifact; give the id of the accepted agreement.

    Shows the non-disclosure terms and the agreement to nobody, and agrees to all of its acceptance terms. The client
    must know the agreement operations: those that `emulate()`, the pytest plugin and `client.RemoteWorld` make do, any
    other does with `AWS_DATA_PATH=$(artifact-emulator models)`. Raises botocore's ClientError as the operations do.
    Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_AcceptAgreement.html
    """
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
    accepted_id: str = accepted["customerAgreement"]["id"]
    return accepted_id
