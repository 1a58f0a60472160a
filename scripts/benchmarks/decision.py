"""What a decision adds to a call: three policies of the caller, service control policies at four levels."""

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.active_call import direct_call  # noqa: E402
from artifact_emulator.app import App  # noqa: E402
from artifact_emulator.aws.authorization.authorize import IamMode  # noqa: E402 - found beside the packages above
from artifact_emulator.aws.signing.sigv4 import ALGORITHM, TIME_FORMAT, Claim, payload_hash, signature_of  # noqa: E402
from artifact_emulator.http import Request  # noqa: E402
from artifact_state.model import Caller  # noqa: E402
from artifact_state.policy_syntax.policy import parse_policy  # noqa: E402
from artifact_state.principals import root_user  # noqa: E402
from artifact_state.world import World  # noqa: E402
from benchmarks.page import circumstances  # noqa: E402
from benchmarks.workload import WrongAnswer  # noqa: E402

HEADING = "Permissions"
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
_HOW = """\
How: on the bare core, in one process, without a server. A user of a member account, who has {policies} policies, makes
each call {calls:,} times in a row with permissions enforced and as often with `--iam off`, in turn, {rounds} rounds in
all; the policy that lets another user list reports has two conditions. At each of {levels} levels, from the root to
the account, a service control policy is attached beside AWS's own. CPU of the process; of each the fastest row
counts. Documents that were read again while this was measured: {read}."""


@dataclass(frozen=True)
class Size:
    """How often each call is made in a round, and how many rounds there are."""

    calls: int
    rounds: int


FULL = Size(calls=200, rounds=60)
SMOKE = Size(calls=20, rounds=2)


@dataclass(frozen=True)
class Cost:
    """What a call took without and with the decision: seconds of CPU."""

    without: float
    decided: float

    @property
    def added(self) -> float:
        """Tell what the decision added."""
        return self.decided - self.without


def measure(say: Callable[[str], None], *, smoke: bool) -> str:
    """Measure, and write the section's text."""
    size = SMOKE if smoke else FULL
    taken, world = circumstances(), _world()
    costs: dict[str, Cost] = {}
    for operation in CALLS:
        _seconds(world, operation, 5, "enforce")  # What is read once is read.
    before = parse_policy.cache_info().misses
    for operation in CALLS:
        say(operation)
        costs[operation] = _cost(world, operation, size)
    return write_up(costs, size, taken, parse_policy.cache_info().misses - before)


def write_up(costs: Mapping[str, Cost], size: Size, taken: str, read: int) -> str:
    """Write what was seen as the section's text."""
    table = [
        "| call | without a decision | with it | the decision | target | met |",
        "|---|---|---|---|---|---|",
        *(_row(operation, cost) for operation, cost in costs.items()),
    ]
    how = _HOW.format(policies=POLICIES, levels=LEVELS, calls=size.calls, rounds=size.rounds, read=read)
    return "\n\n".join([taken, "\n".join(table), how])


def _row(operation: str, cost: Cost) -> str:
    met = "yes" if cost.added * 1e6 <= MICROSECONDS else "no"
    figures = " | ".join(f"{one * 1e6:.0f} µs" for one in (cost.without, cost.decided, cost.added))
    return f"| {operation} | {figures} | ≤ {MICROSECONDS} µs | {met} |"


def _cost(world: World, operation: str, size: Size) -> Cost:
    without = decided = math.inf
    for _ in range(size.rounds):
        without = min(without, _seconds(world, operation, size.calls, "off"))
        decided = min(decided, _seconds(world, operation, size.calls, "enforce"))
    return Cost(without, decided)


def _seconds(world: World, operation: str, calls: int, iam: IamMode) -> float:
    """Give the CPU seconds of one call, of so many."""
    core, request = App(world, iam=iam), _request(world, operation)
    begun = time.process_time()
    for _ in range(calls):
        reply = core.handle(request)
        if reply.status != 200:
            raise WrongAnswer(reply.body.decode())
    return (time.process_time() - begun) / calls


def _world() -> World:
    """Make an organization three levels deep, and a user in its lowest account."""
    world = World()
    core = App(world)
    do = partial(_perform, core, root_user(MANAGEMENT))
    do("organizations", "CreateOrganization", {})
    invited = do("organizations", "InviteAccountToOrganization", {"Target": {"Id": MEMBER, "Type": "ACCOUNT"}})
    own = partial(_perform, core, root_user(MEMBER))
    own("organizations", "AcceptHandshake", {"HandshakeId": invited["Handshake"]["Id"]})
    root = do("organizations", "ListRoots", {})["Roots"][0]["Id"]
    do("organizations", "EnablePolicyType", {"RootId": root, "PolicyType": "SERVICE_CONTROL_POLICY"})
    places = [root]
    for name in ("Upper", "Lower"):
        made = do("organizations", "CreateOrganizationalUnit", {"ParentId": places[-1], "Name": name})
        places.append(made["OrganizationalUnit"]["Id"])
    moved = {"AccountId": MEMBER, "SourceParentId": root, "DestinationParentId": places[-1]}
    do("organizations", "MoveAccount", moved)
    for target in (*places, MEMBER):
        asked = {"Name": target, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": _document(_STAYING)}
        policy = do("organizations", "CreatePolicy", asked)["Policy"]["PolicySummary"]["Id"]
        do("organizations", "AttachPolicy", {"PolicyId": policy, "TargetId": target})
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
    own("iam", "CreateRole", {"RoleName": ROLE, "AssumeRolePolicyDocument": _document(trust)})
    made = own("iam", "CreatePolicy", {"PolicyName": "roles", "PolicyDocument": _document(_ROLES)})["Policy"]["Arn"]
    _make_user(own, "Alice", made, _READING)
    _make_user(own, "Bob", made, _READING | {"Condition": _BOUND})
    return world


def _make_user(own: Callable[..., Any], name: str, managed_policy: str, reading: Mapping[str, Any]) -> None:
    own("iam", "CreateUser", {"UserName": name})
    for policy, statement in (("own", _OWN), ("reading", reading)):
        asked = {"UserName": name, "PolicyName": policy, "PolicyDocument": _document(statement)}
        own("iam", "PutUserPolicy", asked)
    own("iam", "AttachUserPolicy", {"UserName": name, "PolicyArn": managed_policy})
    own("iam", "CreateAccessKey", {"UserName": name})


def _perform(core: App, caller: Caller, service: str, operation: str, members: Mapping[str, Any]) -> Any:
    request = Request("POST", "/", "", {"host": "localhost"}, b"")
    return core.perform(direct_call(request, core.world, caller, service, operation, dict(members)))


def _request(world: World, operation: str) -> Request:
    """Write a call, signed now with the user's key."""
    whose = "Bob" if operation == CONDITIONAL else "Alice"
    key = next(one for one in world.state.access_keys.values() if one.user_name == whose)
    instant = datetime.now(UTC).strftime(TIME_FORMAT)
    unsigned = CALLS[operation]
    headers = {**unsigned.headers, "host": "localhost", "x-amz-date": instant}
    request = replace(unsigned, headers=headers)
    signed = ("host", "x-amz-date")
    claim = Claim(key.id, instant[:8], "us-east-1", SERVICES[operation], signed, "", instant=instant)
    signature = signature_of(request, claim, key.secret, payload_hash(request, claim))
    stamp = f"{ALGORITHM} Credential={key.id}/{claim.scope}, SignedHeaders={';'.join(signed)}, Signature={signature}"
    return replace(request, headers={**headers, "authorization": stamp})


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
