"""What each operation costs in an organization of 10, of 1,000 and of 100,000 accounts, on the bare core."""

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import linear_regression
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.app import App  # noqa: E402 - found beside the packages above
from artifact_emulator.http import Request  # noqa: E402
from artifact_state import catalog  # noqa: E402
from artifact_state.organizations import account_creation, hierarchy  # noqa: E402
from artifact_state.principals import root_of  # noqa: E402
from artifact_state.world import Options, World  # noqa: E402
from benchmarks.page import circumstances  # noqa: E402

HEADING = "In large organizations"
MANAGEMENT = "111122223333"
EXPONENT, SECONDS, BYTES = 0.05, 60.0, 2_048
_SCOPE = "20261123/us-east-1/organizations/aws4_request"
_HOW = """\
How: on the bare core, in one process, without a server. Each operation is called {runs} times in an organization of
each size, always in the same state, and the fastest call counts. The exponent is that of size in cost, fitted by least
squares over all sizes: 0 is the same cost whatever the size, 1 is ten times the cost for ten times the accounts."""
_POLICY = {
    "Type": "SERVICE_CONTROL_POLICY",
    "Name": "New",
    "Description": "",
    "Content": '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a:*", "Resource": "*"}}',
}

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Size:
    """How large the organizations are, and how often each operation is called."""

    accounts: tuple[int, ...]
    runs: int


FULL = Size(accounts=(10, 1_000, 100_000), runs=60)
SMOKE = Size(accounts=(10, 30), runs=2)


@dataclass(frozen=True)
class Growth:
    """What was seen: the fastest call of each operation at each size, in seconds, and what the largest took to make."""

    accounts: Sequence[int]
    costs: Mapping[str, Sequence[float]]
    created_in: float
    bytes_an_account: float

    def exponent(self, operation: str) -> float:
        """Fit the exponent of size in cost."""
        sizes, costs = [*map(math.log, self.accounts)], [*map(math.log, self.costs[operation])]
        slope: float = linear_regression(sizes, costs).slope
        return slope


def measure(say: Callable[[str], None], *, smoke: bool) -> str:
    """Measure, and write the section's text."""
    size = SMOKE if smoke else FULL
    taken = circumstances()
    return write_up(grow(size, say), size, taken)


def grow(size: Size, say: Callable[[str], None]) -> Growth:
    """Call each operation in an organization of each size."""
    costs: dict[str, list[float]] = {}
    created_in = bytes_an_account = 0.0
    for accounts in size.accounts:
        say(f"{accounts} accounts")
        before, begun = _held(), time.perf_counter()
        world = _filled(accounts)
        created_in, bytes_an_account = time.perf_counter() - begun, (_held() - before) / accounts
        core = App(world)
        for operation, members in _calls(world).items():
            costs.setdefault(operation, []).append(_fastest(core, operation, members, size.runs))
    return Growth(size.accounts, costs, created_in, bytes_an_account)


def write_up(growth: Growth, size: Size, taken: str) -> str:
    """Write what was seen as the section's text."""
    named = [f"{accounts:,} accounts" for accounts in growth.accounts]
    table = [
        f"| operation | {' | '.join(named)} | exponent | target | met |",
        f"|{'---|' * (len(named) + 4)}",
        *(_row(growth, operation) for operation in sorted(growth.costs)),
    ]
    seconds, held = growth.created_in, growth.bytes_an_account
    made = [
        "| | figure | target | met |",
        "|---|---|---|---|",
        f"| {named[-1]} created | {seconds:.1f} s | ≤ {SECONDS:.0f} s | {_met(seconds <= SECONDS)} |",
        f"| memory an account | {held:,.0f} bytes | ≤ {BYTES:,} bytes | {_met(held <= BYTES)} |",
    ]
    return "\n\n".join([taken, "\n".join(made), "\n".join(table), _HOW.format(runs=size.runs)])


def _row(growth: Growth, operation: str) -> str:
    shown = " | ".join(f"{cost * 1e6:.0f} µs" for cost in growth.costs[operation])
    exponent = growth.exponent(operation)
    return f"| {operation} | {shown} | {exponent:.3f} | ≤ {EXPONENT} | {_met(exponent <= EXPONENT)} |"


def _met(kept: bool) -> str:  # noqa: FBT001 - it writes the word for it
    return "yes" if kept else "no"


def _filled(accounts: int) -> World:
    """Make an organization of so many accounts, by the rule that makes each."""
    quotas = replace(catalog.quotas(), accounts_per_organization=accounts + 10)
    world = World(options=Options(quotas=quotas))
    caller = root_of(MANAGEMENT)
    _send(App(world), "CreateOrganization", {})
    for number in range(1, accounts):
        with world.transaction(caller) as tx:
            account_creation.create_account(tx, name=f"Account {number}", email=f"account{number}@example.com")
    with world.transaction(caller) as tx:
        hierarchy.create_unit(tx, next(iter(tx.state.organizations.values())).root_id, "Unit")
    _send(App(world), "CreatePolicy", {**_POLICY, "Name": "Attached"})
    world.events.clear()
    return world


def _calls(world: World) -> dict[str, Members]:
    """Give the operations that are measured, and what they are asked: of the account that came last, where one is."""
    organization = next(iter(world.state.organizations.values()))
    last = list(organization.members)[-1]
    root, unit = organization.root_id, next(iter(organization.units))
    return {
        "AttachPolicy": {"PolicyId": next(iter(world.state.policies)), "TargetId": last},
        "CloseAccount": {"AccountId": last},
        "CreateAccount": {"AccountName": "New", "Email": "new@example.com"},
        "CreateOrganizationalUnit": {"ParentId": root, "Name": "New"},
        "CreatePolicy": _POLICY,
        "DescribeAccount": {"AccountId": last},
        "DescribeOrganization": {},
        "DisableAWSServiceAccess": {"ServicePrincipal": "artifact.amazonaws.com"},
        "DisablePolicyType": {"RootId": root, "PolicyType": "SERVICE_CONTROL_POLICY"},
        "EnableAWSServiceAccess": {"ServicePrincipal": "artifact.amazonaws.com"},
        "EnablePolicyType": {"RootId": root, "PolicyType": "TAG_POLICY"},
        "InviteAccountToOrganization": {"Target": {"Id": "999988887777", "Type": "ACCOUNT"}},
        "ListAccounts": {"MaxResults": 10},
        "ListAccountsForParent": {"ParentId": root, "MaxResults": 9},
        "ListChildren": {"ParentId": root, "ChildType": "ACCOUNT", "MaxResults": 9},
        "ListParents": {"ChildId": last},
        "ListPoliciesForTarget": {"TargetId": last, "Filter": "SERVICE_CONTROL_POLICY"},
        "ListRoots": {},
        "ListTargetsForPolicy": {"PolicyId": "p-FullAWSAccess", "MaxResults": 9},
        "MoveAccount": {"AccountId": last, "SourceParentId": root, "DestinationParentId": unit},
        "RemoveAccountFromOrganization": {"AccountId": last},
        "TagResource": {"ResourceId": last, "Tags": [{"Key": "a", "Value": "b"}]},
    }


def _fastest(core: App, operation: str, members: Members, runs: int) -> float:
    """Give the seconds of the fastest call; each finds the same state."""
    request = _request(operation, members)
    before, fastest = core.world.state, math.inf
    for _ in range(runs):
        begun = time.perf_counter()
        reply = core.handle(request)
        fastest = min(fastest, time.perf_counter() - begun)
        if reply.status != 200:
            raise RuntimeError(reply.body)
        core.world.state = before
    return fastest


def _send(core: App, operation: str, members: Members) -> None:
    reply = core.handle(_request(operation, members))
    if reply.status != 200:
        raise RuntimeError(reply.body)


def _request(operation: str, members: Members) -> Request:
    headers = {
        "host": "localhost",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"AWSOrganizationsV20161128.{operation}",
        "authorization": f"AWS4-HMAC-SHA256 Credential={MANAGEMENT}/{_SCOPE}, SignedHeaders=host, Signature=0",
    }
    return Request("POST", "/", "", headers, json.dumps(members).encode())


def _held() -> int:
    """Tell the bytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
