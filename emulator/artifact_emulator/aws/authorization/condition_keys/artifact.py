"""The resources and condition keys of AWS Artifact.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsartifact.html
"""

from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView, resource_tags
from artifact_state import arns
from artifact_state.artifact.reports import report_of
from artifact_state.model import Caller


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Yield the type and the ARN of each resource of a call."""
    caller = tx.caller
    if "agreementId" in members:
        yield "agreement", arns.agreement(caller.partition, members["agreementId"])
    if "customerAgreementId" in members:
        yield "customer-agreement", _customer_agreement(tx, members["customerAgreementId"])
    if "reportId" in members:
        yield "report", _report(tx, members)
    if "complianceInquiryId" in members:
        yield "compliance-inquiry", _inquiry(caller, members["complianceInquiryId"])
    elif operation == "CreateComplianceInquiry":
        # Unverified: the new inquiry has no id yet.
        yield "compliance-inquiry", _inquiry(caller, "*")
    if "resourceArn" in members:
        yield "compliance-inquiry", members["resourceArn"]


def service_keys(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Return the service's own condition keys."""
    report = report_of(tx.state, members["reportId"]) if "reportId" in members else None
    if report is None:
        return {}
    return {"artifact:ReportSeries": (report.series,), "artifact:ReportCategory": (report.category,)}


def resource_keys(tx: TransactionView, arn: str) -> Keys:
    """Return the condition keys of a resource: its tags."""
    return resource_tags((tag.key, tag.value) for tag in tx.state.tags.get(arn.rpartition("/")[2], ()))


def _customer_agreement(tx: TransactionView, customer_agreement_id: str) -> str:
    acceptance = tx.state.acceptances.get(customer_agreement_id)
    owner = acceptance.account_id if acceptance else tx.caller.account_id
    return arns.customer_agreement(tx.caller.partition, owner, customer_agreement_id)


def _report(tx: TransactionView, members: Members) -> str:
    report = report_of(tx.state, members["reportId"])
    version = members.get("reportVersion") or (report.latest.version if report else 1)
    return arns.report(tx.caller.partition, members["reportId"], version)


def _inquiry(caller: Caller, inquiry_id: str) -> str:
    return arns.compliance_inquiry(caller.partition, caller.region, caller.account_id, inquiry_id)
