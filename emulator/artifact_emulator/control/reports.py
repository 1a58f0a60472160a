"""Reports over the control API: published, changed and withdrawn while the emulator runs.

Every account of the world sees it at once.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, nothing, response
from artifact_emulator.services.artifact.report_details import report_details
from artifact_state import principals
from artifact_state.artifact import publishing, reports
from artifact_state.artifact.agreements import ARTIFACT_DOCUMENTED_PRINCIPAL
from artifact_state.artifact.publishing import Change, Draft
from artifact_state.catalog import Publication, Report, ReportVersion, TermAcceptance, Upload
from artifact_state.errors import ReportNotFound
from artifact_state.world_registry import WorldRegistry

PUBLISHER = principals.service(ARTIFACT_DOCUMENTED_PRINCIPAL)

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
    """A version of a report, under the names of AWS's ReportDetail, so that what AWS answers can be given as it is.

    A new report needs a name and a series. What is left out is as in the version before, or the usual.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "SOC 2 sample", "series": "SOC"}]})

    id: ReportId | None = Field(None, description="Of the report to which a version is added; a new one, without.")
    version: Number | None = Field(None, description="The next one, without.")
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
    created_at: Instant | None = Field(None, description="Now, without.")
    last_modified_at: Instant | None = None
    deleted_at: Instant | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: Number = 1
    arn: str | None = Field(None, description="Made of the id and the version, whatever is given.")
    term_arn: str | None = Field(None, description="Made by the emulator, whatever is given.")

    def draft(self) -> Draft:
        """Give what is handed in as the domain takes it."""
        return Draft(**self.model_dump(exclude={"arn", "term_arn"}))


class VersionBody(_Members):
    """What is to become of a version; what is left out stays."""

    state: Publication | None = Field(None, description="UNPUBLISHED withdraws it.")
    upload_state: Upload | None = Field(None, description="Only the document of a COMPLETE one can be had.")
    status_message: str | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: Number | None = Field(None, description="Change it only if it still has this number.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.change() == Change():
            raise ValueError("give state, uploadState, statusMessage or acceptanceType")
        return self

    def change(self) -> Change:
        """Give what is wanted as the domain takes it."""
        return Change(**self.model_dump(exclude={"sequence_number"}))


class ReportPath(BaseModel):
    """The report that a path names."""

    report_id: str


class VersionPath(ReportPath):
    """The version of a report that a path names."""

    version: int


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""
    base = f"{PREFIX}/artifact/reports"

    @app.get(base, summary="List all versions of all reports, withdrawn ones too")
    def list_all_reports() -> Response:
        found = (report for _, report in reports.every_report(asked_world(served).state))
        return jsonify({"reports": [_told(report, version) for report in found for version in report.versions]})

    @app.post(base, summary="Publish a report, or a version of one")
    def publish(body: ReportBody) -> Response:
        with asked_world(served).transaction(PUBLISHER) as tx:
            report, version = publishing.publish(tx, body.draft())
        return jsonify(_told(report, version))

    @app.patch(f"{base}/<report_id>/versions/<int:version>", summary="Change a version of a report, or withdraw it")
    def change(path: VersionPath, body: VersionBody) -> Response:
        with asked_world(served).transaction(PUBLISHER) as tx:
            report, version = publishing.change(
                tx, path.report_id, path.version, body.change(), sequence_number=body.sequence_number
            )
        return jsonify(_told(report, version))

    @app.delete(f"{base}/<report_id>", summary="Withdraw all versions of a report", responses={204: None})
    def withdraw(path: ReportPath) -> Response:
        with asked_world(served).transaction(PUBLISHER) as tx:
            publishing.withdraw(tx, path.report_id)
        return nothing()

    @app.errorhandler(publishing.NotPublishable)
    def refuse_draft(error: publishing.NotPublishable) -> Response:
        return response(problem(400, "Not publishable", str(error)))

    @app.errorhandler(publishing.VersionTaken)
    @app.errorhandler(publishing.Outdated)
    def refuse_conflict(error: Exception) -> Response:
        return response(problem(409, "Conflict", str(error)))

    @app.errorhandler(ReportNotFound)
    def refuse_absent_report(error: ReportNotFound) -> Response:
        return response(problem(404, "Not found", f"There is no report {error.name}."))


def _told(report: Report, version: ReportVersion) -> dict[str, Any]:
    details = report_details(PUBLISHER, report, version)
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in details.items()}
