"""The reports of a world: publish, change and withdraw them, for all accounts at once."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, no_content, problem_response
from artifact_emulator.services.artifact.report_details import report_details
from artifact_state import principals
from artifact_state.artifact import publishing, reports
from artifact_state.artifact.agreements import ARTIFACT_DOCUMENTED_PRINCIPAL
from artifact_state.artifact.publishing import VersionChange, VersionDraft
from artifact_state.catalog import Publication, Report, ReportVersion, TermAcceptance, Upload
from artifact_state.errors import ReportNotFound

PUBLISHER = principals.service_principal(ARTIFACT_DOCUMENTED_PRINCIPAL)

# Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_ReportDetail.html
ReportId = Annotated[str, StringConstraints(pattern=r"^report-[a-zA-Z0-9]{16}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[a-zA-Z0-9_\-\s]*$")]
Long = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^<>]*$")]
Number = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC)),
    AfterValidator(lambda instant: instant.astimezone(UTC)),
]


class _Members(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class ReportBody(_Members):
    """A version of a report with the members of AWS's ReportDetail, so that a reply of AWS can be used as it is.

    A new report needs a name and a series. A missing member is taken from the previous version or has a default.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "SOC 2 sample", "series": "SOC"}]})

    id: ReportId | None = Field(None, description="The report to which the version is added; without it, a new report.")
    version: Number | None = Field(None, description="The version number; by default the next one.")
    name: Short | None = None
    description: Long | None = None
    series: Short | None = None
    category: Short | None = None
    company_name: Short | None = None
    product_name: Short | None = None
    state: Publication = Publication.PUBLISHED
    upload_state: Upload = Upload.COMPLETE
    status_message: str = ""
    period_start: Instant | None = None
    period_end: Instant | None = None
    created_at: Instant | None = Field(None, description="By default the present.")
    last_modified_at: Instant | None = None
    deleted_at: Instant | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: Number = 1
    arn: str | None = Field(None, description="Ignored: the emulator derives it from the id and the version.")
    term_arn: str | None = Field(None, description="Ignored: the emulator generates it.")

    def draft(self) -> VersionDraft:
        """Return the version in the domain's form."""
        return VersionDraft(**self.model_dump(exclude={"arn", "term_arn"}))


class VersionBody(_Members):
    """A change of a version; a missing member is left unchanged."""

    state: Publication | None = Field(None, description="UNPUBLISHED withdraws it.")
    upload_state: Upload | None = Field(None, description="Only the document of a COMPLETE version can be downloaded.")
    status_message: str | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: Number | None = Field(None, description="Change the version only if it still has this number.")

    @model_validator(mode="after")
    def _check_any_member(self) -> Self:
        if self.change() == VersionChange():
            raise ValueError("give state, uploadState, statusMessage or acceptanceType")
        return self

    def change(self) -> VersionChange:
        """Return the change in the domain's form."""
        return VersionChange(**self.model_dump(exclude={"sequence_number"}))


class ReportPath(BaseModel):
    """The report that a path names."""

    report_id: str


class VersionPath(ReportPath):
    """The version of a report that a path names."""

    version: int


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""
    base = f"{PREFIX}/artifact/reports"

    @app.get(base, summary="List all versions of all reports, including withdrawn ones")
    def list_all_reports() -> Response:
        all_reports = (report for _, report in reports.all_reports(current_world().state))
        return jsonify({"reports": [_detail(report, version) for report in all_reports for version in report.versions]})

    @app.post(base, summary="Publish a report, or a new version of one")
    def publish(body: ReportBody) -> Response:
        with current_world().transaction(PUBLISHER) as tx:
            report, version = publishing.publish_version(tx, body.draft())
        return jsonify(_detail(report, version))

    @app.patch(f"{base}/<report_id>/versions/<int:version>", summary="Change a version of a report, or withdraw it")
    def change(path: VersionPath, body: VersionBody) -> Response:
        with current_world().transaction(PUBLISHER) as tx:
            report, version = publishing.change_version(
                tx, path.report_id, path.version, body.change(), sequence_number=body.sequence_number
            )
        return jsonify(_detail(report, version))

    @app.delete(f"{base}/<report_id>", summary="Withdraw all versions of a report", responses={204: None})
    def withdraw(path: ReportPath) -> Response:
        with current_world().transaction(PUBLISHER) as tx:
            publishing.withdraw_report(tx, path.report_id)
        return no_content()

    @app.errorhandler(publishing.InvalidDraft)
    def refuse_draft(error: publishing.InvalidDraft) -> Response:
        return problem_response(400, "Not publishable", str(error))

    @app.errorhandler(publishing.DuplicateVersion)
    @app.errorhandler(publishing.VersionOutdated)
    def refuse_conflict(error: Exception) -> Response:
        return problem_response(409, "Conflict", str(error))

    @app.errorhandler(ReportNotFound)
    def refuse_absent_report(error: ReportNotFound) -> Response:
        return problem_response(404, "Not found", f"There is no report {error.name}.")


def _detail(report: Report, version: ReportVersion) -> dict[str, Any]:
    members = report_details(PUBLISHER, report, version).items()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in members}
