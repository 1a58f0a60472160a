"""The presigned URLs of documents on the wire."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.artifact_calls import (
    REPORT,
    SERVICE,
)
from tests.support.wire_client import Client


class TestDocumentUrl:
    """The presigned URL of a document."""

    def test_url_has_the_form_of_awss(self, stranger: Client) -> None:
        """A presigned URL contains its algorithm, credential, date, lifetime and signature."""
        url = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"]
        for name in ("Algorithm=AWS4-HMAC-SHA256", "Credential=ASIA", "Date=20261123T120005Z", "Expires=300"):
            assert f"X-Amz-{name}" in url
        assert re.search("X-Amz-Signature=[0-9a-f]{64}$", url)

    @pytest.mark.parametrize(
        ("part", "old", "new"),
        [
            ("path", ".pdf", ".pdx"),
            ("path", "999988887777", "111122223333"),
            ("query", "Expires=300", "Expires=900"),
            ("query", "Signature=", "Signature=\xe9"),
            ("query", "X-Amz-Credential", "X-Credential"),
            ("query", "X-Amz-Signature", "X-Signature"),
        ],
        ids=["path", "account", "expiry", "signature", "credential", "unsigned"],
    )
    def test_altered_url_is_refused(self, stranger: Client, part: str, old: str, new: str) -> None:
        """Any alteration invalidates the URL; the error has the form of S3's XML."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        request = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        assert old in getattr(request, part)
        altered: dict[str, Any] = {part: getattr(request, part).replace(old, new)}
        got = stranger.app.handle(replace(request, **altered))
        assert got.status == 403
        code = b"AccessDenied" if "X-Signature" in new else b"SignatureDoesNotMatch"
        assert b"<Code>%s</Code>" % code in got.body
        assert dict(got.headers)["Content-Type"] == "application/xml"

    def test_expired_url_is_refused(self, stranger: Client) -> None:
        """A URL expires after five minutes."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        stranger.app.world.clock.advance(timedelta(minutes=5))
        got = stranger.app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, b"Request has expired" in got.body) == (403, True)
        for member in (
            b"<X-Amz-Expires>300</X-Amz-Expires>",
            b"<Expires>2026-11-23T12:05:05Z</Expires>",
            b"<ServerTime>2026-11-23T12:05:05Z</ServerTime>",
        ):
            assert member in got.body

    @pytest.mark.parametrize(
        ("header", "status", "part"),
        [
            ("bytes=0-4", 206, slice(0, 5)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-6", 206, slice(-6, None)),
            ("bytes=0-99999999", 206, slice(0, None)),
            ("bytes=0-1,3-4", 200, slice(0, None)),
            ("pages=1", 200, slice(0, None)),
            ("bytes=4-1", 200, slice(0, None)),
            ("nonsense", 200, slice(0, None)),
        ],
    )
    def test_single_range_is_served_partially(self, stranger: Client, header: str, status: int, part: slice) -> None:
        """A single range is served with status 206, and any other header is ignored."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        request = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        whole = stranger.app.handle(request)
        assert dict(whole.headers)["Accept-Ranges"] == "bytes"
        got = stranger.app.handle(replace(request, headers={"host": url.netloc, "range": header}))
        assert (got.status, got.body) == (status, whole.body[part])
        assert dict(got.headers)["ETag"] == dict(whole.headers)["ETag"]
        start, end, size = *part.indices(len(whole.body))[:2], len(whole.body)
        assert dict(got.headers).get("Content-Range") == (f"bytes {start}-{end - 1}/{size}" if status == 206 else None)

    @pytest.mark.parametrize(
        ("method", "status", "code"), [("HEAD", 403, "SignatureDoesNotMatch"), ("PUT", 405, "Method")]
    )
    def test_url_is_signed_for_get(self, stranger: Client, method: str, status: int, code: str) -> None:
        """As on S3, the method is part of the signature, so HEAD is refused."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        got = stranger.app.handle(Request(method, url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, code.encode() in got.body) == (status, True)

    def test_reply_has_the_headers_of_s3(self, stranger: Client) -> None:
        """A document has the time of its creation, and every reply a request id, which an error repeats in its body."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        request = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        served = dict(stranger.app.handle(request).headers)
        assert served["Last-Modified"] == "Mon, 23 Nov 2026 12:00:05 GMT"
        assert served["x-amz-request-id"]
        got = stranger.app.handle(replace(request, query=""))
        assert f"<RequestId>{dict(got.headers)['x-amz-request-id']}</RequestId><HostId>" in got.body.decode()

    @pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0"])
    def test_unsatisfiable_range_is_refused(self, stranger: Client, header: str) -> None:
        """A range beyond the end, or of the last zero bytes, cannot be satisfied."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        headers = {"host": url.netloc, "range": header}
        got = stranger.app.handle(Request("GET", url.path, url.query, headers, b""))
        assert (got.status, b"<Code>InvalidRange</Code>" in got.body) == (416, True)
