"""The credential report of the account."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import root_user_reply
from artifact_emulator.world_runtime import runtime_of
from artifact_state.iam import credential_reports
from artifact_state.iam.credential_reports import CredentialUses, KeyUse

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def generate_credential_report(
    call: RequestContext, request: "requests.GenerateCredentialReportRequest"
) -> "replies.GenerateCredentialReportResponse":
    """Start a report, unless there is a recent one."""
    created_at = root_user_reply(call)["CreateDate"]
    report, is_new = credential_reports.generate_credential_report(call.tx, created_at, _uses(call))
    if is_new:
        return {
            "State": "STARTED",
            "Description": "No report exists. Starting a new report generation task",
        }
    return {"State": "INPROGRESS" if call.tx.now < report.completes_at else "COMPLETE"}


def get_credential_report(
    call: RequestContext, request: "requests.GetCredentialReportRequest"
) -> "replies.GetCredentialReportResponse":
    """Return the report of the account."""
    report = credential_reports.credential_report(call.tx)
    return {"Content": report.content.encode(), "ReportFormat": "text/csv", "GeneratedTime": report.completes_at}


def _uses(call: RequestContext) -> CredentialUses:
    """Return the latest uses of credentials in the call log."""
    log = runtime_of(call.world).call_log
    keys = {
        record.caller.access_key_id: KeyUse(at=record.at, region=record.caller.region, service=record.service.name)
        for record in log.calls()
    }
    return CredentialUses(keys=keys, sign_ins=log.latest_sign_ins())
