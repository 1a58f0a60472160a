"""The parser of requests, without a connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.limits import Limits
from artifact_emulator.server.request_parser import RequestParser
from tests.support.http_connection import chunk, http_request, organizations_request

HOST = {"Host": "localhost"}
CHUNKED = http_request("POST", "/a?b=c", {**HOST, "Transfer-Encoding": "chunked"})
REQUESTS = (
    organizations_request("CreateOrganization", b'{"FeatureSet": "ALL"}')
    + CHUNKED
    + chunk(b"one", b";name=value")
    + chunk(b"two")
    + b"0\r\nX-Trailer: 1\r\n\r\n"
    + http_request("GET", "/worlds/mine/_emulator/health?a", {**HOST, "Accept": "text/html", "accept": "*/*"})
)

# Pieces from which requests, nearly requests, and noise are put together.
PIECES = st.one_of(
    st.sampled_from(
        [
            REQUESTS,
            CHUNKED,
            chunk(b"data"),
            b"0\r\n",
            b"\r\n",
            b"GET / HTTP/1.1\r\n",
            b"POST /a?b HTTP/1.0\r\n",
            b"Content-Length: 3\r\n",
            b"Content-Length: 99999999\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: close\r\n",
            b"Connection: upgrade\r\nUpgrade: h2c\r\n",
            b"Expect: 100-continue\r\n",
            b"Host: a\r\nHost: b\r\n",
            b"abc",
        ]
    ),
    st.binary(max_size=8),
)


def parsed(*parts: bytes, limits: Limits | None = None) -> RequestParser:
    """Return a parser that was fed with bytes."""
    parser = RequestParser(App(limits=limits or Limits()))
    for part in parts:
        parser.feed(part)
    return parser


class TestRequests:
    """Requests that are complete."""

    def test_requests_do_not_depend_on_how_bytes_arrive(self) -> None:
        """The same requests come out whether the bytes arrive at once, one by one, or in two parts."""
        whole = parsed(REQUESTS)
        requests = [request for request, _ in whole.requests]
        assert [(request.method, request.path, request.query, request.body) for request in requests] == [
            ("POST", "/", "", b'{"FeatureSet": "ALL"}'),
            ("POST", "/a", "b=c", b"onetwo"),
            ("GET", "/worlds/mine/_emulator/health", "a", b""),
        ]
        assert "x-trailer" not in requests[1].headers
        assert parsed(*(bytes([byte]) for byte in REQUESTS)).requests == whole.requests
        for position in range(1, len(REQUESTS), 7):
            assert parsed(REQUESTS[:position], REQUESTS[position:]).requests == whole.requests

    @pytest.mark.parametrize("pieces", [1, 2])
    def test_request_for_another_protocol_is_read_as_http_1(self, pieces: int) -> None:
        """A client that offers HTTP/2, as Java's does, keeps its body and its connection."""
        headers = {**HOST, "Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "Content-Length": "2"}
        data = http_request("POST", "/first", headers, b"{}") + http_request("GET", "/second", HOST)
        middle = len(data) // 2
        parser = parsed(*([data] if pieces == 1 else [data[:middle], data[middle:]]))
        assert [(request.path, request.body) for request, _ in parser.requests] == [("/first", b"{}"), ("/second", b"")]

    @pytest.mark.parametrize(
        ("target", "path", "query"),
        [
            ("http://localhost/a?b", "/a", "b"),
            ("/a?b?c", "/a", "b?c"),
            ("//a", "//a", ""),
            ("/%00%ff", "/%00%ff", ""),
            ("*", "*", ""),
        ],
    )
    def test_target_is_split(self, target: str, path: str, query: str) -> None:
        """Path and query stay encoded."""
        ((request, _),) = parsed(http_request("OPTIONS", target, HOST)).requests
        assert (request.path, request.query) == (path, query)

    @pytest.mark.parametrize(
        ("head", "is_last"),
        [
            (b"GET / HTTP/1.1\r\n\r\n", False),
            (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", True),
            (b"GET / HTTP/1.0\r\n\r\n", True),
            (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        ],
    )
    def test_last_request_is_known(self, head: bytes, *, is_last: bool) -> None:
        """Nothing is read behind a request that closes the connection, and it is not an error."""
        parser = parsed(head + b"GET /2 HTTP/1.1\r\n\r\n")
        assert (parser.is_last, len(parser.requests)) == (is_last, 1 if is_last else 2)

    def test_large_body_goes_to_a_file(self) -> None:
        """A snapshot or a scenario above the usual limit of bodies takes no memory until it is read."""
        limits = Limits(body_bytes=100)
        for size in (100, 101, 5000):
            body = b"0123456789" * (size // 10) + b"x" * (size % 10)
            request = http_request("PUT", "/_emulator/worlds/mine", {**HOST, "Content-Length": str(size)}, body)
            parts = [request[start : start + 90] for start in range(0, len(request), 90)]
            ((parsed_request, reply),) = parsed(*parts, limits=limits).requests
            assert reply is None
            if size > 100:
                assert parsed_request.file
                with parsed_request.file as file:
                    assert (parsed_request.body, file.read()) == (b"", body)
            else:
                assert (parsed_request.body, parsed_request.file) == (body, None)

    def test_parser_keeps_no_body(self) -> None:
        """An idle connection does not hold the memory of its last request."""
        parser = parsed(organizations_request("CreateOrganization", b"x" * 1000))
        parser.requests.clear()
        assert not any(isinstance(value, bytes | list) and len(value) > 500 for value in vars(parser).values())
        assert parser._parts == []


class TestRefusals:
    """Requests that are refused."""

    @pytest.mark.parametrize(
        "data",
        [
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"CONNECT localhost:80 HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n",
            b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ],
    )
    def test_invalid_request_is_refused_after_earlier_ones(self, data: bytes) -> None:
        """The requests before it are kept; nothing behind it is read."""
        parser = parsed(organizations_request("ListRoots") + data + organizations_request("ListRoots"))
        (_, nothing), (_, refusal) = parser.requests
        assert refusal
        assert (nothing, refusal.status, refusal.body) == (None, 400, b"The request is not valid HTTP.")

    @pytest.mark.parametrize("declared", [True, False])
    def test_body_over_limit_is_refused(self, *, declared: bool) -> None:
        """One byte more than the limit is refused, whether the length is declared or not."""
        limits = Limits(body_bytes=100)
        for size, status in ((100, None), (101, 413)):
            body = b"x" * size
            data = organizations_request("ListRoots", body) if declared else CHUNKED + chunk(body) + b"0\r\n\r\n"
            ((request, reply),) = parsed(data, limits=limits).requests
            assert (reply.status if reply else None) == status
            assert request.body == (b"" if status else body)

    def test_endless_body_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A body is discarded up to a limit too, after which the request is answered before its end."""
        monkeypatch.setattr("artifact_emulator.server.request_parser._DISCARD_LIMIT", 1000)
        parts = [chunk(b"x" * 500) for _ in range(4)]
        parser = parsed(CHUNKED, *parts[:2], limits=Limits(body_bytes=100))
        assert not parser.requests
        parser.feed(b"".join(parts[2:]))
        ((_, reply),) = parser.requests
        assert reply
        assert (reply.status, parser.is_last) == (413, True)

    @pytest.mark.parametrize("data", [CHUNKED + b"1;" + b"a" * 5000, CHUNKED + b"0\r\nA: " + b"a" * 5000])
    def test_large_chunk_extension_or_trailer_is_refused(self, data: bytes) -> None:
        """What surrounds a body is bounded as the head is."""
        parser = parsed(
            *(data[start : start + 100] for start in range(0, len(data), 100)), limits=Limits(header_bytes=4096)
        )
        ((_, refusal),) = parser.requests
        assert refusal
        assert refusal.status == 431

    def test_large_body_is_no_large_head(self) -> None:
        """The limit of the head does not count a body that arrives with it."""
        parser = parsed(organizations_request("ListRoots", b"x" * 10_000), limits=Limits(header_bytes=1000))
        assert [request.body for request, _ in parser.requests] == [b"x" * 10_000]

    def test_repeated_field_is_refused_unless_it_is_a_list(self) -> None:
        """`Authorization` cannot be repeated, `Accept` can."""
        fields = {
            "Authorization": 400,
            "X-Amz-Target": 400,
            "Content-Type": 400,
            "Accept": None,
            "X-Forwarded-For": None,
        }
        for name, status in fields.items():
            data = f"GET / HTTP/1.1\r\n{name}: a\r\n{name.lower()}: b\r\n\r\n".encode()
            ((_, reply),) = parsed(data).requests
            assert (reply.status if reply else None) == status, name


def test_incomplete_body_is_no_request() -> None:
    """A part of a body, which could be a call by itself, does not become a request."""
    form = b"Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName=artifact.amazonaws.com"
    parser = parsed(http_request("POST", "/", {**HOST, "Content-Length": str(len(form) + 1)}, form))
    assert (list[tuple[Request, object]](parser.requests), parser.is_arriving) == ([], True)


@given(pieces=st.lists(PIECES, max_size=8), size=st.integers(1, 40))
def test_any_bytes_are_requests_or_refused(pieces: list[bytes], size: int) -> None:
    """No input raises, and it means the same however it arrives."""
    data = b"".join(pieces)
    whole, parts = parsed(data), parsed(*(data[start : start + size] for start in range(0, len(data), size)))
    assert (whole.requests, whole.is_last, whole.is_arriving) == (parts.requests, parts.is_last, parts.is_arriving)
