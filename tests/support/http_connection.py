"""An HTTP connection to a server, byte for byte, and requests in bytes."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def authorization(service: str, account: str = "111122223333") -> str:
    """Return an Authorization header of an account's root user, whose signature is not verified."""
    scope = f"20260101/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={account}/{scope}, SignedHeaders=host, Signature=0"


def http_request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of a request; headers without a value are left out."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def organizations_request(operation: str, body: bytes = b"{}", **headers: str) -> bytes:
    """Return the bytes of a call to AWS Organizations; underscores in header names stand for hyphens."""
    defaults = {
        "Host": "localhost",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Authorization": authorization("organizations"),
        "Content-Length": str(len(body)),
    }
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    return http_request("POST", "/", defaults | changes, body)


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    """Return a chunk of a chunked body."""
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


class Connection:
    """A connection to a server."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def status_line(self) -> str:
        """Return the next line, such as the first of a reply; "" at the end of the connection."""
        return self._file.readline().decode().strip()

    def reply(self, *, method: str = "POST") -> tuple[int, dict[str, str], bytes]:
        """Return the status, the headers in lower case and the body of the next reply, to a request of a method."""
        version, status, _ = self.status_line().split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {}
        while line := self._file.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        return int(status), headers, self._file.read(size)

    def is_closed(self) -> bool:
        """Return whether the server closed the connection after what was read."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self.socket.close()


@contextmanager
def connection_to(port: int, host: str = "127.0.0.1") -> Iterator[Connection]:
    """Open a connection, and close it at the end of the block."""
    connection = Connection(port, host)
    try:
        yield connection
    finally:
        connection.close()


def has_ipv6() -> bool:
    """Return whether this machine has an IPv6 loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
