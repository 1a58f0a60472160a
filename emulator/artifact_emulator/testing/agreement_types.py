"""Types of the agreement operations, which no SDK and no package of types has.

`cast(AgreementOperations, client)` tells a type checker what the client of `emulate()` or of a world can do. The
members are those of the models in `artifact_emulator/botocore_models`, which a test compares.
"""

# The names of parameters are AWS's.
# ruff: noqa: N803

from datetime import datetime
from typing import Literal, Protocol, TypedDict


class Agreement(TypedDict, total=False):
    """An agreement that can be accepted."""

    id: str
    arn: str
    name: str
    description: str
    revisionId: str
    subjects: list[str]
    acceptanceTerms: list[str]
    terminateTerms: list[str]


class CustomerAgreement(TypedDict, total=False):
    """An agreement that was accepted."""

    id: str
    arn: str
    agreementArn: str
    organizationArn: str
    awsAccountId: str
    name: str
    description: str
    state: Literal["ACTIVE", "CUSTOMER_TERMINATED", "AWS_TERMINATED"]
    type: Literal["CUSTOM", "DEFAULT", "MODIFIED"]
    effectiveStart: datetime
    effectiveEnd: datetime
    acceptanceTerms: list[str]
    terminateTerms: list[str]


class ListAgreementsOutput(TypedDict, total=False):
    """The output of ListAgreements."""

    agreements: list[Agreement]
    nextToken: str


class GetNdaForAgreementOutput(TypedDict, total=False):
    """The output of GetNdaForAgreement."""

    acceptNdaForAgreementToken: str
    agreementRevisionId: str
    documentPresignedUrl: str


class AcceptNdaForAgreementOutput(TypedDict, total=False):
    """The output of AcceptNdaForAgreement."""

    getAgreementToken: str


class GetAgreementOutput(TypedDict, total=False):
    """The output of GetAgreement."""

    acceptanceTerms: list[str]
    acceptanceTermsToken: str
    agreementRevisionId: str
    documentPresignedUrl: str
    executeAgreementToken: str


class AcceptAgreementOutput(TypedDict, total=False):
    """The output of AcceptAgreement."""

    customerAgreement: CustomerAgreement


class GetCustomerAgreementOutput(TypedDict, total=False):
    """The output of GetCustomerAgreement."""

    documentPresignedUrl: str
    terminateAgreementToken: str
    terminateTerms: list[str]


class TerminateAgreementOutput(TypedDict, total=False):
    """The output of TerminateAgreement."""

    customerAgreement: CustomerAgreement


class AgreementOperations(Protocol):
    """The agreement operations of a boto3 client of AWS Artifact."""

    def list_agreements(self, *, maxResults: int = ..., nextToken: str = ...) -> ListAgreementsOutput:
        """Return the agreements that can be accepted."""

    def get_nda_for_agreement(self, *, agreementId: str) -> GetNdaForAgreementOutput:
        """Return the non-disclosure terms of an agreement, and a token to agree to them."""

    def accept_nda_for_agreement(
        self, *, agreementId: str, agreementRevisionId: str, ndaToken: str
    ) -> AcceptNdaForAgreementOutput:
        """Agree to the non-disclosure terms and return a token to read the agreement."""

    def get_agreement(self, *, agreementId: str, ndaToken: str) -> GetAgreementOutput:
        """Return an agreement and the tokens to accept it."""

    def accept_agreement(
        self, *, acceptanceTermsToken: str, agreementId: str, agreementRevisionId: str, executeAgreementToken: str
    ) -> AcceptAgreementOutput:
        """Accept an agreement."""

    def get_customer_agreement(self, *, customerAgreementId: str) -> GetCustomerAgreementOutput:
        """Return an accepted agreement and the token to terminate it."""

    def terminate_agreement(
        self, *, customerAgreementId: str, terminateAgreementToken: str
    ) -> TerminateAgreementOutput:
        """Terminate an accepted agreement."""
