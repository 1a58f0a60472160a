"""Reports: search, details and downloads.

Source: https://docs.aws.amazon.com/artifact/latest/ug/downloading-documents.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, list_all
from artifact_emulator.console.downloads import start_download

PAGE_SIZE = 25
TABS = {"aws": "AWS reports", "third-party": "Third-party reports"}
_SEARCH_FIELDS = {"title": "name", "category": "category", "series": "series", "description": "description"}
pages = Blueprint("reports", __name__)

Report = Mapping[str, Any]


@pages.get("/artifact")
def home() -> str:
    """Show the home page."""
    return render_template("artifact/home.html")


@pages.get("/artifact/reports")
def reports() -> str:
    """List the reports of a tab that match the search and the filters."""
    tab = request.args.get("tab", "aws")
    filters = {name: request.args.get(name, "").strip() for name in ("search", "category", "series")}
    all_reports = list_all("artifact", "ListReports", "reports")
    in_tab = [listed for listed in all_reports if _is_from_aws(listed) == (tab != "third-party")]
    matches = [listed for listed in in_tab if _matches(listed, filters)]
    matches.sort(key=lambda listed: str(listed["name"]).lower())
    first = max(0, request.args.get("first", 0, int))
    return render_template(
        "artifact/reports.html",
        tab=tab,
        tabs=TABS,
        filters=filters,
        categories=_values(in_tab, "category"),
        series=_values(in_tab, "series"),
        reports=matches[first : first + PAGE_SIZE],
        total=len(matches),
        first=first,
        size=PAGE_SIZE,
    )


@pages.get("/artifact/reports/<report_id>")
def report(report_id: str) -> str:
    """Show the details of a report and its previous versions."""
    version = request.args.get("version", type=int)
    details = call("artifact", "GetReportMetadata", reportId=report_id, reportVersion=version or None)["reportDetails"]
    versions = list_all("artifact", "ListReportVersions", "reports", reportId=report_id)
    previous = [listed for listed in versions if listed["version"] < details["version"]]
    return render_template(
        "artifact/report.html",
        report=details,
        previous=sorted(previous, key=lambda listed: int(listed["version"]), reverse=True),
    )


@pages.get("/artifact/reports/<report_id>/<int:version>/download")
def terms(report_id: str, version: int) -> str:
    """Show the terms to accept before a report can be downloaded."""
    details = call("artifact", "GetReportMetadata", reportId=report_id, reportVersion=version)["reportDetails"]
    term = call("artifact", "GetTermForReport", reportId=report_id, reportVersion=version)
    return render_template("artifact/terms.html", report=details, term=term)


@pages.post("/artifact/reports/<report_id>/<int:version>/download")
def download(report_id: str, version: int) -> Response:
    """Download a report once its terms are accepted."""
    if "agreed" not in request.form:
        flash("Select “I have read and agree to the terms” to download the report.", "error")
        return redirect(url_for(".terms", report_id=report_id, version=version))
    reply = call(
        "artifact", "GetReport", reportId=report_id, reportVersion=version, termToken=request.form.get("term_token", "")
    )
    details = call("artifact", "GetReportMetadata", reportId=report_id, reportVersion=version)["reportDetails"]
    page = url_for(".report", report_id=report_id, version=version)
    return start_download(reply["documentPresignedUrl"], details["name"], page)


def _is_from_aws(report: Report) -> bool:
    return str(report.get("companyName", "")).startswith("Amazon Web Services")


def _matches(report: Report, filters: Mapping[str, str]) -> bool:
    return (
        filters["category"] in ("", report["category"])
        and filters["series"] in ("", report["series"])
        and _contains(report, filters["search"])
    )


def _contains(report: Report, search: str) -> bool:
    """Return whether a report contains the search text, or has it in the field of a search such as `Title : C5`."""
    column, colon, text = search.partition(":")
    field = _SEARCH_FIELDS.get(column.strip().lower())
    if colon and field:
        return text.strip().lower() in str(report.get(field, "")).lower()
    return any(search.lower() in str(report.get(name, "")).lower() for name in _SEARCH_FIELDS.values())


def _values(reports: Iterable[Report], name: str) -> list[str]:
    return sorted({str(listed[name]) for listed in reports})
