"""Shortcuts that make calls faster: each gives what the long way gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from artifact_emulator import json_body
from artifact_emulator.aws.protocols import query
from artifact_emulator.aws.signing import sigv4
from artifact_emulator.aws.signing.sigv4 import IncompleteSignature, claim_of
from artifact_emulator.http import Request

CREDENTIAL = "Credential=AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/iam/aws4_request"
PARTS = st.sampled_from(
    [
        "AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ", "Bearer ", f"{CREDENTIAL}, ", "Credential=x, ", "Credential=, ",
        "SignedHeaders=host;X-Amz-Date", "SignedHeaders=", ", Signature=", ",Signature=", "Signature=", ", ", "abc0",
        "é", "=", " ", "",
    ]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
)


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns, or the kind of its refusal."""
    try:
        return function(*arguments)
    except IncompleteSignature as error:
        return str(error)
    except ValueError:
        return ValueError


class TestAuthorizationHeader:
    """The header, whose part before the signature is parsed once for many calls."""

    @given(st.lists(PARTS, max_size=8).map("".join))
    @example(f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=abc0")
    @example(f"AWS4-HMAC-SHA256 {CREDENTIAL}, Signature=abc, SignedHeaders=host, Signature=def")
    @example(f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=")
    @example(f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature= abc0 ")
    @example(f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc0, {CREDENTIAL}")
    def test_claim_is_that_of_the_whole_header(self, header: str) -> None:
        """However often its beginning was seen before, a header means what it means when it is parsed as a whole."""
        whole = outcome(sigv4._parsed.__wrapped__, header)
        for _ in range(2):
            assert outcome(claim_of, Request("GET", "/", "", {"authorization": header}, b"")) == whole

    def test_token_and_time_are_those_of_the_request(self) -> None:
        """Two requests with one header differ in the session token and the time, which other headers have."""
        header = f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=abc0"
        for value in ("one", "two"):
            headers = {"authorization": header, "x-amz-security-token": value, "x-amz-date": f"date {value}"}
            claim = claim_of(Request("GET", "/", "", headers, b""))
            assert claim is not None
            assert (claim.token, claim.instant) == (value, f"date {value}")


class TestJsonBody:
    """The body, which a faster reader reads if it is small."""

    @given(value=JSON, ascii_only=st.booleans())
    def test_small_body_has_the_value_that_pythons_reader_reads(self, *, value: Any, ascii_only: bool) -> None:
        """Both readers return the same value of valid JSON."""
        body = json.dumps(value, ensure_ascii=ascii_only).encode(errors="replace")
        assert repr(outcome(json_body.read, body)) == repr(outcome(json_body._read, body))

    @given(st.binary() | st.text('[]{}",:0123456789.eE+-\\udnt ', max_size=12).map(str.encode))
    @example(b"NaN")
    @example(b'"\\ud800"')
    @example(b"1e999")
    @example(b"\xef\xbb\xbf{}")
    def test_small_body_is_refused_if_pythons_reader_refuses_it(self, body: bytes) -> None:
        """Both readers refuse the same bodies."""
        assert repr(outcome(json_body.read, body)) == repr(outcome(json_body._read, body))


class TestXmlText:
    """Text in XML, which is escaped only if it has to be."""

    @given(st.text())
    @example("<&>\r\ud800\x00\uffff")
    def test_text_is_escaped_as_if_all_text_were(self, text: str) -> None:
        """Text that needs no escapes is the text itself."""
        assert query.xml_text(text) == query._INVALID_IN_XML.sub("\ufffd", text).translate(query._ESCAPES)


@pytest.mark.parametrize("size", [10, json_body._LARGE])
def test_reader_of_each_size_refuses_what_is_not_json(size: int) -> None:
    """A small and a large body with a constant of JavaScript are refused."""
    with pytest.raises(ValueError, match="Infinity"):
        json_body.read(b"[Infinity" + b" " * size + b"]")
