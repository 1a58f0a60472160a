"""The subject `decision`: the cost of authorization, with three policies of the caller and four levels of SCPs."""

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

from artifact_state.record import replace

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.active_call import direct_call  # noqa: E402
from artifact_emulator.app import App  # noqa: E402
from artifact_emulator.aws.authorization.authorize import IamMode  # noqa: E402 - needs the paths above
from artifact_emulator.aws.signing.sigv4 import ALGORITHM, TIME_FORMAT, Claim, payload_hash, signature_of  # noqa: E402
from artifact_emulator.http import Request  # noqa: E402
from artifact_state.model import Caller  # noqa: E402
from artifact_state.policy_syntax.policy import parse_policy  # noqa: E402
from artifact_state.principals import root_user  # noqa: E402
from artifact_state.world import World  # noqa: E402
from benchmarks.figures import Figure, Row, at_most  # noqa: E402
from benchmarks.workload import WrongAnswer  # noqa: E402

GROUP = "Permissions, CPU time"
MANAGEMENT, MEMBER = "111122223333", "222233334444"
MICROSECONDS = 40
LEVELS, POLICIES = 4, 3
ROLE = "OrganizationAccountAccessRole"
CONDITIONAL = "ListReports, under two conditions"
SERVICES = {
    "DescribeOrganization": "organizations",
    "ListReports": "artifact",
    "GetRole": "iam",
    CONDITIONAL: "artifact",
}
_LISTING = Request("GET", "/v1/report/list", "maxResults=5", {}, b"")
CALLS = {
    "DescribeOrganization": Request(
        "POST",
        "/",
        "",
        {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
        },
        b"{}",
    ),
    "ListReports": _LISTING,
    "GetRole": Request(
        "POST",
        "/",
        "",
        {"content-type": "application/x-www-form-urlencoded"},
        f"Action=GetRole&Version=2010-05-08&RoleName={ROLE}".encode(),
    ),
    CONDITIONAL: _LISTING,
}
_READING = {
    "Effect": "Allow",
    "Action": ["organizations:Describe*", "artifact:Get*", "artifact:List*"],
    "Resource": "*",
}
_BOUND = {
    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-*/*"},
    "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]},
}
_ROLES = {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "arn:aws:iam::*:role/Organization*"}
_OWN = {
    "Effect": "Allow",
    "Action": "iam:*",
    "Resource": "arn:aws:iam::*:user/${aws:username}",
    "Condition": {"StringEquals": {"aws:PrincipalAccount": MEMBER}, "Bool": {"aws:ViaAWSService": "false"}},
}
_STAYING = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
METHOD = f"""\
- **Permissions**: in one process, without a server. A user of a member account with {POLICIES} policies makes each
  call 200 times in a row with permissions enforced and as often with `--iam off`, in turn, in 60 rounds; the policy
  that allows another user to list reports has two conditions. At each of {LEVELS} levels, from the root to the
  account, a service control policy is attached beside AWS's own. The figure is the CPU time that the decision adds,
  beside the call without and with it; the fastest series of each counts."""


@dataclass(frozen=True)
class Size:
    """The number of calls in a series, and of rounds."""

    calls: int
    rounds: int


FULL = Size(calls=200, rounds=60)
SMOKE = Size(calls=20, rounds=2)


@dataclass(frozen=True)
class Cost:
    """The CPU seconds of a call without and with a decision."""

    without: float
    with_decision: float

    @property
    def added(self) -> float:
        """The CPU seconds of the decision."""
        return self.with_decision - self.without


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows.

    Raises WrongAnswer if policy documents were parsed again meanwhile.
    """
    size, world = SMOKE if smoke else FULL, _world()
    for operation in CALLS:
        _seconds(world, operation, 5, "enforce")  # Policies are parsed once.
    misses = parse_policy.cache_info().misses
    rows = []
    for operation in CALLS:
        report(operation)
        cost = _cost(world, operation, size)
        note = f"{cost.without * 1e6:.0f} µs, {cost.with_decision * 1e6:.0f} µs"
        figure = Figure(f"decision on {operation}", "µs", 0, at_most(MICROSECONDS))
        rows.append(Row(GROUP, figure, cost.added * 1e6, note=note))
    if parse_policy.cache_info().misses > misses:
        raise WrongAnswer("policy documents were parsed again")
    return rows


def _cost(world: World, operation: str, size: Size) -> Cost:
    without = with_decision = math.inf
    for _ in range(size.rounds):
        without = min(without, _seconds(world, operation, size.calls, "off"))
        with_decision = min(with_decision, _seconds(world, operation, size.calls, "enforce"))
    return Cost(without, with_decision)


def _seconds(world: World, operation: str, calls: int, iam: IamMode) -> float:
    """Return the CPU seconds of one of a series of calls."""
    app, request = App(world, iam=iam), _request(world, operation)
    start = time.process_time()
    for _ in range(calls):
        reply = app.handle(request)
        if reply.status != 200:
            raise WrongAnswer(reply.body.decode())
    return (time.process_time() - start) / calls


def _world() -> World:
    """Return a world with an organization of three levels, and users in its lowest account."""
    world = World()
    app = App(world)
    do = partial(_perform, app, root_user(MANAGEMENT))
    do("organizations", "CreateOrganization", {})
    invitation = do("organizations", "InviteAccountToOrganization", {"Target": {"Id": MEMBER, "Type": "ACCOUNT"}})
    do_in_member = partial(_perform, app, root_user(MEMBER))
    do_in_member("organizations", "AcceptHandshake", {"HandshakeId": invitation["Handshake"]["Id"]})
    root = do("organizations", "ListRoots", {})["Roots"][0]["Id"]
    do("organizations", "EnablePolicyType", {"RootId": root, "PolicyType": "SERVICE_CONTROL_POLICY"})
    parents = [root]
    for name in ("Upper", "Lower"):
        unit = do("organizations", "CreateOrganizationalUnit", {"ParentId": parents[-1], "Name": name})
        parents.append(unit["OrganizationalUnit"]["Id"])
    move = {"AccountId": MEMBER, "SourceParentId": root, "DestinationParentId": parents[-1]}
    do("organizations", "MoveAccount", move)
    for target in (*parents, MEMBER):
        members = {"Name": target, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": _document(_STAYING)}
        policy = do("organizations", "CreatePolicy", members)["Policy"]["PolicySummary"]["Id"]
        do("organizations", "AttachPolicy", {"PolicyId": policy, "TargetId": target})
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
    do_in_member("iam", "CreateRole", {"RoleName": ROLE, "AssumeRolePolicyDocument": _document(trust)})
    policy = do_in_member("iam", "CreatePolicy", {"PolicyName": "roles", "PolicyDocument": _document(_ROLES)})[
        "Policy"
    ]["Arn"]
    _create_user(do_in_member, "Alice", policy, _READING)
    _create_user(do_in_member, "Bob", policy, _READING | {"Condition": _BOUND})
    return world


def _create_user(do_in_member: Callable[..., Any], name: str, managed_policy: str, reading: Mapping[str, Any]) -> None:
    do_in_member("iam", "CreateUser", {"UserName": name})
    for policy, statement in (("own", _OWN), ("reading", reading)):
        members = {"UserName": name, "PolicyName": policy, "PolicyDocument": _document(statement)}
        do_in_member("iam", "PutUserPolicy", members)
    do_in_member("iam", "AttachUserPolicy", {"UserName": name, "PolicyArn": managed_policy})
    do_in_member("iam", "CreateAccessKey", {"UserName": name})


def _perform(app: App, caller: Caller, service: str, operation: str, members: Mapping[str, Any]) -> Any:
    request = Request("POST", "/", "", {"host": "localhost"}, b"")
    return app.perform(direct_call(request, app.world, caller, service, operation, dict(members)))


def _request(world: World, operation: str) -> Request:
    """Return a call, signed with the access key of a user."""
    user = "Bob" if operation == CONDITIONAL else "Alice"
    key = next(key for key in world.state.access_keys.values() if key.user_name == user)
    instant = datetime.now(UTC).strftime(TIME_FORMAT)
    unsigned = CALLS[operation]
    headers = {**unsigned.headers, "host": "localhost", "x-amz-date": instant}
    request = replace(unsigned, headers=headers)
    signed_headers = tuple(sorted(headers))
    claim = Claim(key.id, instant[:8], "us-east-1", SERVICES[operation], signed_headers, "", instant=instant)
    signature = signature_of(request, claim, key.secret, payload_hash(request, claim))
    signed = f"Credential={key.id}/{claim.scope}, SignedHeaders={';'.join(signed_headers)}"
    return replace(request, headers={**headers, "authorization": f"{ALGORITHM} {signed}, Signature={signature}"})


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
