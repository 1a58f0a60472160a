"""Downloads: a document is served for a valid presigned URL that has not expired.

As with S3's presigned URLs, the link itself grants access, and refusals have the form of S3's errors.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import md5
from types import MappingProxyType
from uuid import uuid4

from werkzeug.datastructures import Range
from werkzeug.http import parse_range_header

from artifact_emulator.aws.authentication import partition_of
from artifact_emulator.aws.protocols.query import xml_text
from artifact_emulator.documents import links, samples
from artifact_emulator.documents.links import Link
from artifact_emulator.documents.samples import Document, Watermark
from artifact_emulator.http import Reply, Request
from artifact_state import catalog
from artifact_state.artifact import agreements, reports
from artifact_state.artifact.inquiry_answers import answer_query
from artifact_state.world import World

# S3 returns an id of the host that answered; here there is one host.
_HOST = "artifact-emulator"


def serve(request: Request, world: World) -> Reply:
    """Return a document, or a refusal as S3 words it; a link is signed for GET, so a HEAD request does not match it."""
    if request.method not in ("GET", "HEAD"):
        return _refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    if "X-Amz-Signature=" not in request.query:
        return _refuse(403, "AccessDenied", "Access Denied")
    if not links.is_genuine(request, world.state.seed):
        return _refuse(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        )
    link = links.read_link(request)
    now, expires = world.clock.now(), link.created_at + timedelta(seconds=link.lifetime)
    if now >= expires:
        details = {"X-Amz-Expires": str(link.lifetime), "Expires": _stamp(expires), "ServerTime": _stamp(now)}
        return _refuse(403, "AccessDenied", "Request has expired", details)
    document = _document(link, world)
    if document is None:
        return _refuse(404, "NoSuchKey", "The specified key does not exist.")
    body = samples.render(
        document, Watermark(account_id=link.account_id, caller_arn=link.caller_arn, at=link.created_at)
    )
    return _whole_or_part(request, link, body)


def _whole_or_part(request: Request, link: Link, body: bytes) -> Reply:
    """Return the document, or the single range of it that the request asks for.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax
    """
    headers = (
        ("x-amz-request-id", _request_id()),
        ("x-amz-id-2", _HOST),
        ("Last-Modified", format_datetime(link.created_at, usegmt=True)),
        ("Content-Type", "application/pdf"),
        ("Content-Disposition", f'attachment; filename="{link.document_id}.pdf"'),
        ("Accept-Ranges", "bytes"),
        ("ETag", f'"{md5(body, usedforsecurity=False).hexdigest()}"'),
    )
    header = request.headers.get("range", "")
    # A suffix of length zero is an unsatisfiable range (RFC 9110, 14.1.2), which werkzeug does not parse as a range.
    requested = Range("bytes", [(len(body), None)]) if header.strip() == "bytes=-0" else parse_range_header(header)
    # S3 returns the whole document for several ranges and for a header that it cannot parse.
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1:
        return Reply(200, headers, body)
    span = requested.range_for_length(len(body))
    if span is None:
        details = {"RangeRequested": header, "ActualObjectSize": str(len(body))}
        return _refuse(416, "InvalidRange", "The requested range is not satisfiable", details)
    start, end = span
    return Reply(206, (*headers, ("Content-Range", f"bytes {start}-{end - 1}/{len(body)}")), body[start:end])


def _document(link: Link, world: World) -> Document | None:
    """Return the document of a link, or None if the world no longer has it."""
    if link.kind.startswith("report"):
        return _report_document(link, world)
    if link.kind == "compliance-inquiry":
        return _inquiry_document(link, world)
    if link.kind == "customer-agreement":
        acceptance = world.state.acceptances.get(link.document_id)
        if acceptance is None:
            return None
        return samples.customer_agreement_document(acceptance, agreements.agreement_of(acceptance))
    agreement = catalog.agreement(partition_of(link.region), link.document_id)
    if agreement is None:
        return None
    return samples.nda_document(agreement) if link.kind == "nda" else samples.agreement_document(agreement)


def _inquiry_document(link: Link, world: World) -> Document | None:
    inquiry = world.state.inquiries.get(link.document_id)
    if inquiry is None:
        return None
    selection = link.revision.removesuffix("-cited")
    numbers = list(range(1, len(inquiry.queries) + 1) if selection == "all" else map(int, selection.split("-")))
    if max(numbers) > len(inquiry.queries):
        return None  # The link is older than the reset of its world.
    queries = [inquiry.queries[number - 1] for number in numbers]
    now = world.clock.now()
    answers = [(query, answer_query(world.state, inquiry, query, now)) for query in queries]
    return samples.inquiry_document(inquiry, answers, cited=link.revision.endswith("-cited"))


def _report_document(link: Link, world: World) -> Document | None:
    report = reports.report_of(world.state, link.document_id)
    version = report.version(int(link.revision)) if report else None
    if report is None or version is None:
        return None
    if link.kind == "report-terms":
        return samples.report_terms_document(report, version)
    return samples.report_document(report, version)


def _stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse(status: int, code: str, message: str, details: Mapping[str, str] = MappingProxyType({})) -> Reply:
    members = "".join(f"<{name}>{xml_text(value)}</{name}>" for name, value in details.items())
    request_id = _request_id()
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{xml_text(message)}</Message>{members}"
        f"<RequestId>{request_id}</RequestId><HostId>{_HOST}</HostId></Error>"
    )
    headers = (("x-amz-request-id", request_id), ("x-amz-id-2", _HOST), ("Content-Type", "application/xml"))
    return Reply(status, headers, body.encode())


def _request_id() -> str:
    """Return a request id in S3's form: sixteen digits and upper-case letters."""
    return uuid4().hex[:16].upper()
