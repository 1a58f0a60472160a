"""Customer agreements: listing, downloading and terminating accepted agreements."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.documents.links import document_url
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.artifact import agreements
from artifact_state.catalog import Agreement
from artifact_state.model import Acceptance, TerminatedBy

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests


def list_customer_agreements(
    call: RequestContext, request: "requests.ListCustomerAgreementsRequest"
) -> "replies.ListCustomerAgreementsResponse":
    """List the agreements that cover the caller's account: its own, and its organization's if it may describe it."""
    listing = call.listing("ListCustomerAgreements", call.tx.caller.account_id)
    after = listing.after(request.next_token)
    items = agreements.customer_agreements(call.tx, after, sees_organization=_sees_organization(call))
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"customerAgreements": [customer_agreement(acceptance) for acceptance in page], **rest_next_token(token)}


def get_customer_agreement(
    call: RequestContext, request: "requests.GetCustomerAgreementRequest"
) -> "replies.GetCustomerAgreementResponse":
    """Return an agreement that covers the caller, and to its owner the token that terminates it."""
    acceptance, token = agreements.get_customer_agreement(
        call.tx, request.customer_agreement_id, sees_organization=_sees_organization(call)
    )
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
    """Terminate an agreement as the account that accepted it."""
    acceptance = agreements.terminate_agreement(
        call.tx, request.customer_agreement_id, request.terminate_agreement_token
    )
    summary = customer_agreement(acceptance)
    return {
        "customerAgreement": {
            "agreementArn": summary["agreementArn"],
            "arn": summary["arn"],
            "effectiveEnd": summary["effectiveEnd"],
            "effectiveStart": summary["effectiveStart"],
            "id": summary["id"],
            "name": summary["name"],
            "state": summary["state"],
        }
    }


def _sees_organization(call: RequestContext) -> bool:
    return call.is_allowed("organizations", "DescribeOrganization")


def customer_agreement(acceptance: Acceptance) -> "replies.CustomerAgreementSummary":
    """Return an accepted agreement in the form of AWS's summaries."""
    return _item(acceptance, agreements.agreement_of(acceptance))


@kept_item
def _item(acceptance: Acceptance, agreement: Agreement) -> "replies.CustomerAgreementSummary":
    summary: replies.CustomerAgreementSummary = {
        "name": agreement.name,
        "arn": arns.customer_agreement(acceptance.partition, acceptance.account_id, acceptance.id),
        "id": acceptance.id,
        "agreementArn": arns.agreement(acceptance.partition, agreement.id),
        "awsAccountId": acceptance.account_id,
        "effectiveStart": acceptance.effective_start,
        "state": _STATES[acceptance.terminated_by],
        "description": agreement.description,
        "acceptanceTerms": list(agreement.acceptance_terms),
        "terminateTerms": list(agreement.terminate_terms),
        # Unverified: AWS does not document the meaning of the types.
        "type": "CUSTOM" if agreement.offline else "DEFAULT",
    }
    if acceptance.organization_id is not None:
        # The management account accepted it, and also owns the ARN of the organization.
        summary["organizationArn"] = arns.organizations(
            acceptance.partition, acceptance.account_id, "organization", acceptance.organization_id
        )
    if acceptance.effective_end is not None:
        summary["effectiveEnd"] = acceptance.effective_end
    return summary


_STATES: "dict[TerminatedBy | None, replies.CustomerAgreementState]" = {
    None: "ACTIVE",
    TerminatedBy.CUSTOMER: "CUSTOMER_TERMINATED",
    TerminatedBy.AWS: "AWS_TERMINATED",
}
