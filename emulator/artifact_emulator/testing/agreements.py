"""Acceptance of an agreement in one call, for tests in which the chain of tokens does not matter."""

from typing import Any


def accept_agreement(artifact: Any, agreement_id: str) -> str:
    """Accept an agreement with a boto3 client of AWS Artifact and return the id of the customer agreement.

    The non-disclosure terms and all acceptance terms are agreed to unread. The client must know the agreement
    operations, as clients of `emulate()`, the pytest plugin and `RemoteWorld` do; any other client does with
    `AWS_DATA_PATH=$(artifact-emulator models)`. Raises botocore's ClientError as the operations do.
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
    customer_agreement_id: str = accepted["customerAgreement"]["id"]
    return customer_agreement_id
