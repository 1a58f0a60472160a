"""Reports: found, described, downloaded once their terms are accepted.

Source: https://docs.aws.amazon.com/artifact/latest/ug/downloading-documents.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, everything

PAGE = 25
TABS = {"aws": "AWS reports", "third-party": "Third-party reports"}
_SEARCHED = {"title": "name", "category": "category", "series": "series", "description": "description"}
pages = Blueprint("reports", __name__)

Report = Mapping[str, Any]


@pages.get("/artifact")
def home() -> str:
    """Show the home page."""
    return render_template("artifact/home.html")


@pages.get("/artifact/reports")
def reports() -> str:
    """List the reports of a tab that fit what is searched for."""
    tab = request.args.get("tab", "aws")
    asked = {name: request.args.get(name, "").strip() for name in ("search", "category", "series")}
    listed = everything("artifact", "ListReports", "reports")
    of_tab = [one for one in listed if _is_of_aws(one) == (tab != "third-party")]
    found = sorted((one for one in of_tab if _fits(one, asked)), key=lambda one: str(one["name"]).lower())
    first = max(0, request.args.get("first", 0, int))
    return render_template(
        "artifact/reports.html",
        tab=tab,
        tabs=TABS,
        asked=asked,
        categories=_values(of_tab, "category"),
        series=_values(of_tab, "series"),
        reports=found[first : first + PAGE],
        total=len(found),
        first=first,
        size=PAGE,
    )


@pages.get("/artifact/reports/<report_id>")
def report(report_id: str) -> str:
    """Describe a report and list its previous versions."""
    version = request.args.get("version", type=int)
    asked = {"reportId": report_id} | ({"reportVersion": version} if version else {})
    details = call("artifact", "GetReportMetadata", **asked)["reportDetails"]
    versions = everything("artifact", "ListReportVersions", "reports", reportId=report_id)
    previous = [one for one in versions if one["version"] < details["version"]]
    return render_template(
        "artifact/report.html",
        report=details,
        previous=sorted(previous, key=lambda one: int(one["version"]), reverse=True),
    )


@pages.get("/artifact/reports/<report_id>/<int:version>/download")
def terms(report_id: str, version: int) -> str:
    """Show the terms without which a report is not downloaded."""
    details = call("artifact", "GetReportMetadata", reportId=report_id, reportVersion=version)["reportDetails"]
    shown = call("artifact", "GetTermForReport", reportId=report_id, reportVersion=version)
    return render_template("artifact/terms.html", report=details, terms=shown)


@pages.post("/artifact/reports/<report_id>/<int:version>/download")
def download(report_id: str, version: int) -> Response:
    """Download a report whose terms were accepted."""
    if "agreed" not in request.form:
        flash("Select “I have read and agree to the terms” to download the report.", "error")
        return redirect(url_for(".terms", report_id=report_id, version=version))
    got = call(
        "artifact", "GetReport", reportId=report_id, reportVersion=version, termToken=request.form.get("term_token", "")
    )
    return redirect(got["documentPresignedUrl"], 303)


def _is_of_aws(one: Report) -> bool:
    return str(one.get("companyName", "")).startswith("Amazon Web Services")


def _fits(one: Report, asked: Mapping[str, str]) -> bool:
    return (
        asked["category"] in ("", one["category"])
        and asked["series"] in ("", one["series"])
        and _contains(one, asked["search"])
    )


def _contains(one: Report, search: str) -> bool:
    """Tell whether a report has what is searched for: anywhere, or in the column of a search such as `Title : C5`."""
    column, colon, text = search.partition(":")
    name = _SEARCHED.get(column.strip().lower())
    if colon and name:
        return text.strip().lower() in str(one.get(name, "")).lower()
    return any(search.lower() in str(one.get(name, "")).lower() for name in _SEARCHED.values())


def _values(found: Iterable[Report], name: str) -> list[str]:
    return sorted({str(one[name]) for one in found})
