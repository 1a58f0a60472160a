"""Agreements that were accepted: listed, downloaded, terminated."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.documents.links import document_url
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.artifact import agreements
from artifact_state.model import Acceptance, TerminatedBy

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests


def list_customer_agreements(
    call: RequestContext, request: "requests.ListCustomerAgreementsRequest"
) -> "replies.ListCustomerAgreementsResponse":
    """List the agreements that cover the caller's account: its own and its organization's."""
    listing = call.listing("ListCustomerAgreements", call.tx.caller.account_id)
    found = agreements.customer_agreements(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.artifact_page_size)
    return {"customerAgreements": [customer_agreement(one) for one in page], **rest_next_token(token)}


def get_customer_agreement(
    call: RequestContext, request: "requests.GetCustomerAgreementRequest"
) -> "replies.GetCustomerAgreementResponse":
    """Give an accepted agreement to whom it covers, and to its owner the token that ends it."""
    acceptance, token = agreements.get_customer_agreement(call.tx, request.customer_agreement_id)
    agreement = agreements.agreement_of(acceptance)
    reply: replies.GetCustomerAgreementResponse = {
        "documentPresignedUrl": document_url(call, "customer-agreement", acceptance.id, agreement.revision_id),
        "terminateTerms": list(agreement.terminate_terms),
    }
    if token:
        reply["terminateAgreementToken"] = token
    return reply


def terminate_agreement(
    call: RequestContext, request: "requests.TerminateAgreementRequest"
) -> "replies.TerminateAgreementResponse":
    """End an agreement, as the account that accepted it."""
    ended = agreements.terminate_agreement(call.tx, request.customer_agreement_id, request.terminate_agreement_token)
    whole = customer_agreement(ended)
    return {
        "customerAgreement": {
            "agreementArn": whole["agreementArn"],
            "arn": whole["arn"],
            "effectiveEnd": whole["effectiveEnd"],
            "effectiveStart": whole["effectiveStart"],
            "id": whole["id"],
            "name": whole["name"],
            "state": whole["state"],
        }
    }


def customer_agreement(one: Acceptance) -> "replies.CustomerAgreementSummary":
    """Lay out an accepted agreement as AWS summarizes it."""
    agreement = agreements.agreement_of(one)
    summary: replies.CustomerAgreementSummary = {
        "name": agreement.name,
        "arn": arns.customer_agreement(one.partition, one.account_id, one.id),
        "id": one.id,
        "agreementArn": arns.agreement(one.partition, agreement.id),
        "awsAccountId": one.account_id,
        "effectiveStart": one.effective_start,
        "state": _STATES[one.terminated_by],
        "description": agreement.description,
        "acceptanceTerms": list(agreement.acceptance_terms),
        "terminateTerms": list(agreement.terminate_terms),
        # Unverified: AWS does not say what sets the types apart.
        "type": "CUSTOM" if agreement.offline else "DEFAULT",
    }
    if one.organization_id is not None:
        # The management account accepted it, and its id owns the organization's ARN.
        summary["organizationArn"] = arns.organizations(
            one.partition, one.account_id, "organization", one.organization_id
        )
    if one.effective_end is not None:
        summary["effectiveEnd"] = one.effective_end
    return summary


_STATES: "dict[TerminatedBy | None, replies.CustomerAgreementState]" = {
    None: "ACTIVE",
    TerminatedBy.CUSTOMER: "CUSTOMER_TERMINATED",
    TerminatedBy.AWS: "AWS_TERMINATED",
}
