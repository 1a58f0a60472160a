"""The calls that both servers answer, as bytes, and the organization that they read."""

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.servers import HOST

ACCOUNTS = 10
# An example key of AWS's documentation, which stands for the account 123456789012 in both servers.
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
REGION = "us-east-1"
_HEADERS = {
    "Host": HOST,
    "User-Agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11 md/pyimpl#CPython",
    "Accept-Encoding": "identity",
    "X-Amz-Date": "20261123T120000Z",
    "amz-sdk-invocation-id": "6f0b1a52-52f2-4c3c-9d41-0d9a5f7f3c11",
    "amz-sdk-request": "attempt=1",
}
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


class WrongAnswer(Exception):
    """A server returned an unexpected reply, so its speed is meaningless."""


@dataclass(frozen=True)
class Exchange:
    """A call, and a text that its reply contains."""

    name: str
    request: bytes
    expected: bytes


def _exchange(service: str, operation: str, headers: Mapping[str, str], body: str, expected: str) -> Exchange:
    signature = (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20261123/{REGION}/{service}/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date, Signature={'0' * 64}"
    )
    lines = {**_HEADERS, **headers, "Authorization": signature, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Exchange(f"{service}:{operation}", f"POST / HTTP/1.1\r\n{head}\r\n{body}".encode(), expected.encode())


def organizations_call(operation: str, members: Mapping[str, str], expected: str) -> Exchange:
    """Return a call of AWS Organizations."""
    headers = {
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return _exchange("organizations", operation, headers, json.dumps(members), expected)


def query_call(service: str, operation: str, members: Mapping[str, str], expected: str) -> Exchange:
    """Return a call of IAM or STS."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    form = {"Action": operation, "Version": _VERSIONS[service], **members}
    return _exchange(service, operation, headers, urlencode(form), expected)


FIRST = organizations_call("CreateOrganization", {"FeatureSet": "ALL"}, '"FeatureSet"')


def prepare(port: int) -> list[Exchange]:
    """Create ten accounts, a trusted service and a role in the organization, and return the calls that read them.

    CreateOrganization must have been the first call of the server. Raises WrongAnswer.
    """
    for number in range(1, ACCOUNTS):
        account = {"Email": f"account{number}@example.com", "AccountName": f"Account {number}"}
        _send(port, organizations_call("CreateAccount", account, '"CreateAccountStatus"'))
    # A principal that both servers know; moto refuses that of AWS Artifact.
    principal = {"ServicePrincipal": "cloudtrail.amazonaws.com"}
    _send(port, organizations_call("EnableAWSServiceAccess", principal, ""))
    role = _send(
        port, query_call("iam", "CreateServiceLinkedRole", {"AWSServiceName": "config.amazonaws.com"}, "<Role>")
    )
    accounts = _send(port, organizations_call("ListAccounts", {}, '"Accounts"'))
    newest = json.loads(accounts)["Accounts"][-1]["Id"]
    exchanges = _reads(newest, _role_name(role))
    for exchange in exchanges:
        _send(port, exchange)
    return exchanges


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


def _reads(account_id: str, role_name: str) -> list[Exchange]:
    return [
        organizations_call("DescribeOrganization", {}, '"MasterAccountId"'),
        organizations_call("ListAccounts", {}, f'"{account_id}"'),
        organizations_call("DescribeAccount", {"AccountId": account_id}, f'"{account_id}"'),
        organizations_call("ListRoots", {}, '"Roots"'),
        query_call("iam", "GetRole", {"RoleName": role_name}, f"<RoleName>{role_name}</RoleName>"),
        query_call("sts", "GetCallerIdentity", {}, "<Account>123456789012</Account>"),
    ]


def _send(port: int, exchange: Exchange) -> bytes:
    with socket.create_connection((HOST, port), timeout=30) as connection:
        return expect(connection, exchange)


def _role_name(reply: bytes) -> str:
    match = re.search(rb"<RoleName>([^<]+)</RoleName>", reply)
    if match is None:
        raise WrongAnswer(f"CreateServiceLinkedRole: {reply.decode(errors='replace')}")
    return match[1].decode()
