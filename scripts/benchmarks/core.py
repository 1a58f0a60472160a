"""The subject `core`: the CPU time of `App.handle`, without a server, for single answers, writes and lists."""

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.active_call import direct_call  # noqa: E402 - needs the paths above
from artifact_emulator.app import App  # noqa: E402
from artifact_emulator.aws.signing.sigv4 import ALGORITHM, TIME_FORMAT, Claim, payload_hash, signature_of  # noqa: E402
from artifact_emulator.http import Request  # noqa: E402
from artifact_state.principals import root_user  # noqa: E402
from artifact_state.record import replace  # noqa: E402
from benchmarks.figures import Figure, Row, at_most  # noqa: E402
from benchmarks.workload import ACCESS_KEY_ID, REGION, WrongAnswer  # noqa: E402

ACCOUNTS, UNITS, POLICIES, INVITATIONS, ROLES = 26, 20, 20, 20, 100
MANAGEMENT = "123456789012"
GROUP = "Core, CPU time of a call"
METHOD = """\
- **Core**: `App.handle` in one process, without a server, 15 series of 300 calls; the fastest series counts."""
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}
_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
_STAYING = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}


@dataclass(frozen=True)
class Size:
    """The number of calls in a series, and of series."""

    calls: int
    rounds: int


FULL = Size(calls=300, rounds=15)
SMOKE = Size(calls=10, rounds=2)


@dataclass(frozen=True)
class Cost:
    """The CPU seconds of a call, and the bytes of its reply."""

    seconds: float
    size: int


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows."""
    return [_row(name, cost) for name, cost in measure_calls(report, smoke=smoke).items()]


def _row(name: str, cost: Cost) -> Row:
    target = at_most(45) if name == "ListAccounts(20)" else None
    note = f"{cost.size:,} bytes, {cost.seconds * 1e9 / cost.size:.1f} µs per KB" if cost.size else ""
    return Row(GROUP, Figure(name, "µs", 1, target), cost.seconds * 1e6, note=note)


def measure_calls(report: Callable[[str], None], *, smoke: bool) -> dict[str, Cost]:
    """Return the cost of each call, the least of its series."""
    size = SMOKE if smoke else FULL
    app = App()
    costs = {}
    for name, request in _requests(app).items():
        report(name)
        costs[name] = _cost(app, request, size)
    return costs


def _cost(app: App, request: Request, size: Size) -> Cost:
    reply = app.handle(request)
    if reply.status != 200:
        raise WrongAnswer(reply.body.decode())
    least = math.inf
    for _ in range(size.rounds):
        start = time.process_time()
        for _ in range(size.calls):
            app.handle(request)
        least = min(least, time.process_time() - start)
    return Cost(least / size.calls, len(reply.body))


def _requests(app: App) -> dict[str, Request]:
    """Return the calls by their names, in a world that has what they read."""
    root = _prepare(app)
    organizations = partial(_json_request, "organizations")
    policies = {"Filter": "SERVICE_CONTROL_POLICY"}
    service = {"ServicePrincipal": "cloudtrail.amazonaws.com"}
    describe = organizations("DescribeOrganization", {})
    return {
        "DescribeOrganization": describe,
        "DescribeOrganization, verified signature": _signed(app, describe),
        "EnableAWSServiceAccess": organizations("EnableAWSServiceAccess", service),
        "TagResource": organizations("TagResource", {"ResourceId": root, "Tags": [{"Key": "team", "Value": "a"}]}),
        "GetCallerIdentity": _query_request("sts", "GetCallerIdentity", {}),
        "GetRole": _query_request("iam", "GetRole", {"RoleName": "role-1"}),
        "ListAccounts(20)": organizations("ListAccounts", {}),
        "ListOrganizationalUnitsForParent(20)": organizations("ListOrganizationalUnitsForParent", {"ParentId": root}),
        "ListPolicies(20)": organizations("ListPolicies", policies),
        "ListHandshakesForOrganization(20)": organizations("ListHandshakesForOrganization", {}),
        "ListRoles(100)": _query_request("iam", "ListRoles", {}),
        "ListRoles(100), JSON": _query_request("iam", "ListRoles", {}, accept="application/json"),
        "ListReports(50)": _rest_request("/v1/report/list", "maxResults=50"),
        "ListAgreements": _rest_request("/v1/agreement/list", ""),
    }


def _prepare(app: App) -> str:
    """Fill the world and return the id of the root."""
    do = partial(_perform, app, "organizations")
    do("CreateOrganization", {})
    root: str = do("ListRoots", {})["Roots"][0]["Id"]
    do("EnablePolicyType", {"RootId": root, "PolicyType": "SERVICE_CONTROL_POLICY"})
    do("EnableAWSServiceAccess", {"ServicePrincipal": "cloudtrail.amazonaws.com"})
    for number in range(1, ACCOUNTS):
        do("CreateAccount", {"Email": f"account{number}@example.com", "AccountName": f"Account {number}"})
    for number in range(UNITS):
        do("CreateOrganizationalUnit", {"ParentId": root, "Name": f"Unit {number}"})
    for number in range(POLICIES):
        policy = {"Name": f"policy-{number}", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
        do("CreatePolicy", policy | {"Content": _document(_STAYING)})
    for number in range(INVITATIONS):
        do("InviteAccountToOrganization", {"Target": {"Id": f"{300000000000 + number}", "Type": "ACCOUNT"}})
    for number in range(ROLES):
        role = {"RoleName": f"role-{number}", "AssumeRolePolicyDocument": _document(_TRUST)}
        _perform(app, "iam", "CreateRole", role)
    return root


def _perform(app: App, service: str, operation: str, members: Mapping[str, Any]) -> Any:
    request = Request("POST", "/", "", {"host": "localhost"}, b"")
    return app.perform(direct_call(request, app.world, root_user(MANAGEMENT), service, operation, dict(members)))


def _json_request(service: str, operation: str, members: Mapping[str, Any]) -> Request:
    headers = {
        "x-amz-target": f"AWSOrganizationsV20161128.{operation}",
        "content-type": "application/x-amz-json-1.1",
        **_signed_headers(service),
    }
    return Request("POST", "/", "", headers, json.dumps(members).encode())


def _query_request(service: str, operation: str, members: Mapping[str, str], accept: str = "") -> Request:
    form = {"Action": operation, "Version": _VERSIONS[service], **members}
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        **({"accept": accept} if accept else {}),
        **_signed_headers(service),
    }
    return Request("POST", "/", "", headers, urlencode(form).encode())


def _rest_request(path: str, query: str) -> Request:
    return Request("GET", path, query, _signed_headers("artifact"), b"")


def _signed_headers(service: str) -> dict[str, str]:
    """Return the headers that SDKs send, signed with a placeholder."""
    scope = f"20261123/{REGION}/{service}/aws4_request"
    return {
        "host": "127.0.0.1:4700",
        "user-agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11",
        "accept-encoding": "identity",
        "x-amz-date": "20261123T120000Z",
        "amz-sdk-invocation-id": "6f0b1a52-52f2-4c3c-9d41-0d9a5f7f3c11",
        "amz-sdk-request": "attempt=1",
        "authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{scope}, "
        f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}",
    }


def _signed(app: App, request: Request) -> Request:
    """Return a request of AWS Organizations that is signed with an access key, so that its signature is verified."""
    key = _perform(app, "iam", "CreateAccessKey", {})["AccessKey"]
    instant = datetime.now(UTC).strftime(TIME_FORMAT)
    request = replace(request, headers={**request.headers, "x-amz-date": instant})
    signed_headers = ("content-type", "host", "x-amz-date", "x-amz-target")
    claim = Claim(key["AccessKeyId"], instant[:8], REGION, "organizations", signed_headers, "", instant=instant)
    signature = signature_of(request, claim, key["SecretAccessKey"], payload_hash(request, claim))
    credential = f"Credential={key['AccessKeyId']}/{claim.scope}, SignedHeaders={';'.join(signed_headers)}"
    authorization = f"{ALGORITHM} {credential}, Signature={signature}"
    return replace(request, headers={**request.headers, "authorization": authorization})


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
