"""The calls that both servers answer, as bytes on the wire, and the organization that they are asked about."""

import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.servers import HOST

ACCOUNTS = 10
# AWS's documentation key: to both servers a placeholder, which stands for account 123456789012.
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
    """A server answered something else than the call has to give; its speed is of no interest."""


@dataclass(frozen=True)
class Exchange:
    """A call, and what a right answer has in it."""

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


def organizations(operation: str, members: Mapping[str, str], expected: str) -> Exchange:
    """Write a call of Organizations."""
    headers = {
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return _exchange("organizations", operation, headers, json.dumps(members), expected)


def by_query(service: str, operation: str, members: Mapping[str, str], expected: str) -> Exchange:
    """Write a call of IAM or STS."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    form = {"Action": operation, "Version": _VERSIONS[service], **members}
    return _exchange(service, operation, headers, urlencode(form), expected)


FIRST = organizations("CreateOrganization", {"FeatureSet": "ALL"}, '"FeatureSet"')


def prepare(port: int) -> list[Exchange]:
    """Make an organization of ten accounts, with a trusted service and a role; give the calls that read it.

    Raises WrongAnswer when any of it fails. CreateOrganization was the server's first call.
    """
    for number in range(1, ACCOUNTS):
        account = {"Email": f"account{number}@example.com", "AccountName": f"Account {number}"}
        _ask(port, organizations("CreateAccount", account, '"CreateAccountStatus"'))
    # A principal that both know; moto refuses AWS Artifact's.
    principal = {"ServicePrincipal": "cloudtrail.amazonaws.com"}
    _ask(port, organizations("EnableAWSServiceAccess", principal, ""))
    role = _ask(port, by_query("iam", "CreateServiceLinkedRole", {"AWSServiceName": "config.amazonaws.com"}, "<Role>"))
    accounts = _ask(port, organizations("ListAccounts", {}, '"Accounts"'))
    newest = json.loads(accounts)["Accounts"][-1]["Id"]
    exchanges = _reads(newest, _role_name(role))
    for exchange in exchanges:
        _ask(port, exchange)
    return exchanges


def expect(connection: socket.socket, exchange: Exchange) -> bytes:
    """Make a call on a connection of its own; give the body of its answer.

    Raises WrongAnswer when it is not the expected one.
    """
    connection.sendall(exchange.request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"] or exchange.expected not in body:
        raise WrongAnswer(f"{exchange.name}: {answer.decode(errors='replace')}")
    return body


def _reads(account_id: str, role_name: str) -> list[Exchange]:
    return [
        organizations("DescribeOrganization", {}, '"MasterAccountId"'),
        organizations("ListAccounts", {}, f'"{account_id}"'),
        organizations("DescribeAccount", {"AccountId": account_id}, f'"{account_id}"'),
        organizations("ListRoots", {}, '"Roots"'),
        by_query("iam", "GetRole", {"RoleName": role_name}, f"<RoleName>{role_name}</RoleName>"),
        by_query("sts", "GetCallerIdentity", {}, "<Account>123456789012</Account>"),
    ]


def _ask(port: int, exchange: Exchange) -> bytes:
    with socket.create_connection((HOST, port), timeout=30) as connection:
        return expect(connection, exchange)


def _role_name(created: bytes) -> str:
    found = re.search(rb"<RoleName>([^<]+)</RoleName>", created)
    if found is None:
        raise WrongAnswer(f"CreateServiceLinkedRole: {created.decode(errors='replace')}")
    return found[1].decode()
