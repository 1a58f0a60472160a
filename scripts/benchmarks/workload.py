"""The calls that all servers answer, as bytes, and the organization that they read."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.figures import MINISTACK
from benchmarks.servers import HOST

ACCOUNTS = 20
"""The accounts of the organization, its management account included: a page of the default size."""
ACCESS_KEY_ID = "123456789012"
"""Stands for the account of this number in all servers."""
ROLE = "benchmark"
REGION = "us-east-1"
_HEADERS = {
    "Host": HOST,
    "User-Agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11 md/pyimpl#CPython",
    "Accept-Encoding": "identity",
    "X-Amz-Date": "20261123T120000Z",
    "amz-sdk-invocation-id": "6f0b1a52-52f2-4c3c-9d41-0d9a5f7f3c11",
    "amz-sdk-request": "attempt=1",
}
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


class WrongAnswer(Exception):
    """A server returned an unexpected reply, so its speed is meaningless."""


@dataclass(frozen=True)
class Exchange:
    """A call, and a text that its reply contains."""

    name: str
    request: bytes
    expected: bytes


def exchange(  # noqa: PLR0913, PLR0917 - what a call consists of.
    service: str, operation: str, headers: Mapping[str, str], body: str, expected: str, method: str = "POST"
) -> Exchange:
    """Return a call, signed as SDKs sign."""
    signature = (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20261123/{REGION}/{service}/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date, Signature={'0' * 64}"
    )
    lines = {**_HEADERS, **headers, "Authorization": signature, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Exchange(f"{service}:{operation}", f"{method} / HTTP/1.1\r\n{head}\r\n{body}".encode(), expected.encode())


def organizations_call(operation: str, members: Mapping[str, object], expected: str) -> Exchange:
    """Return a call of AWS Organizations."""
    headers = {
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return exchange("organizations", operation, headers, json.dumps(members), expected)


def query_call(service: str, operation: str, members: Mapping[str, str], expected: str) -> Exchange:
    """Return a call of IAM or STS."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    form = {"Action": operation, "Version": _VERSIONS[service], **members}
    return exchange(service, operation, headers, urlencode(form), expected)


FIRST = organizations_call("CreateOrganization", {"FeatureSet": "ALL"}, '"FeatureSet"')
_DESCRIBE = organizations_call("DescribeOrganization", {}, '"MasterAccountId"')
SINGLE, WRITES, LISTS = "single answers", "writes", f"lists of {ACCOUNTS}"


def first_call(kind: str) -> Exchange:
    """Return the call that waits for a server: its organization exists in ministack, and is created in the others."""
    return _DESCRIBE if kind == MINISTACK else FIRST


def prepare(port: int) -> dict[str, list[Exchange]]:
    """Create accounts and a role, and return the calls of each load.

    The first call must have been made. Raises WrongAnswer.
    """
    for number in range(1, ACCOUNTS):
        account = {"Email": f"account{number}@example.com", "AccountName": f"Account {number}"}
        _send(port, organizations_call("CreateAccount", account, '"CreateAccountStatus"'))
    _send(port, query_call("iam", "CreateRole", {"RoleName": ROLE, "AssumeRolePolicyDocument": _TRUST}, "<Role>"))
    newest = json.loads(_send(port, organizations_call("ListAccounts", {}, '"Accounts"')))["Accounts"][-1]["Id"]
    calls = {
        SINGLE: [_DESCRIBE],
        WRITES: [_tagging(newest, str(number)) for number in range(10)],
        LISTS: [organizations_call("ListAccounts", {}, f'"{newest}"')],
    }
    for exchange in (call for exchanges in calls.values() for call in exchanges):
        _send(port, exchange)
    return calls


def expect(connection: socket.socket, exchange: Exchange) -> bytes:
    """Make a call as the only one of a connection and return the body of its reply.

    Raises WrongAnswer.
    """
    connection.sendall(exchange.request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
    reply = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = reply.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"] or exchange.expected not in body:
        raise WrongAnswer(f"{exchange.name}: {reply.decode(errors='replace')}")
    return body


def _tagging(account_id: str, value: str) -> Exchange:
    members = {"ResourceId": account_id, "Tags": [{"Key": "team", "Value": value}]}
    return organizations_call("TagResource", members, "")


def _send(port: int, exchange: Exchange) -> bytes:
    with socket.create_connection((HOST, port), timeout=30) as connection:
        return expect(connection, exchange)
