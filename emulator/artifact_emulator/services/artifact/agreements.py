"""Agreements: listing them, and the chain of tokens that accepts one."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.documents.links import document_url
from artifact_emulator.services.artifact.customer_agreements import customer_agreement
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.artifact import agreements
from artifact_state.catalog import Agreement

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests


def list_agreements(
    call: RequestContext, request: "requests.ListAgreementsRequest"
) -> "replies.ListAgreementsResponse":
    """List the agreements of the caller's partition."""
    listing = call.listing("ListAgreements", call.tx.caller.account_id, call.tx.caller.partition)
    items = agreements.agreements(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"agreements": [_item(agreement) for agreement in page], **rest_next_token(token)}


def get_nda_for_agreement(
    call: RequestContext, request: "requests.GetNdaForAgreementRequest"
) -> "replies.GetNdaForAgreementResponse":
    """Return the non-disclosure agreement that the caller must accept before it can read the agreement."""
    agreement, token = agreements.get_nda(call.tx, request.agreement_id)
    return {
        "acceptNdaForAgreementToken": token,
        "agreementRevisionId": agreement.nda_revision_id,
        "documentPresignedUrl": document_url(call, "nda", agreement.id, agreement.nda_revision_id),
    }


def accept_nda_for_agreement(
    call: RequestContext, request: "requests.AcceptNdaForAgreementRequest"
) -> "replies.AcceptNdaForAgreementResponse":
    """Accept the non-disclosure agreement."""
    token = agreements.accept_nda(call.tx, request.agreement_id, request.agreement_revision_id, request.nda_token)
    return {"getAgreementToken": token}


def get_agreement(call: RequestContext, request: "requests.GetAgreementRequest") -> "replies.GetAgreementResponse":
    """Return an agreement and the tokens that accept it."""
    agreement, terms, execute = agreements.get_agreement(call.tx, request.agreement_id, request.nda_token)
    return {
        "acceptanceTerms": list(agreement.acceptance_terms),
        "acceptanceTermsToken": terms,
        "agreementRevisionId": agreement.revision_id,
        "documentPresignedUrl": document_url(call, "agreement", agreement.id, agreement.revision_id),
        "executeAgreementToken": execute,
    }


def accept_agreement(
    call: RequestContext, request: "requests.AcceptAgreementRequest"
) -> "replies.AcceptAgreementResponse":
    """Accept an agreement for the account or for its organization."""
    acceptance = agreements.accept_agreement(
        call.tx,
        request.agreement_id,
        request.agreement_revision_id,
        terms_token=request.acceptance_terms_token,
        execute_token=request.execute_agreement_token,
    )
    return {"customerAgreement": customer_agreement(acceptance)}


@kept_item
def _item(agreement: Agreement) -> "replies.AgreementSummary":
    return {
        "acceptanceTerms": list(agreement.acceptance_terms),
        "arn": arns.agreement(agreement.partition, agreement.id),
        "description": agreement.description,
        "id": agreement.id,
        "name": agreement.name,
        "revisionId": agreement.revision_id,
        "subjects": [agreement.subject.value],
        "terminateTerms": list(agreement.terminate_terms),
    }
