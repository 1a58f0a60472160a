"""The subject `growth`: the cost of each operation in organizations of 10 to 100,000 accounts, without a server."""

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Any

from artifact_state.record import replace

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.app import App  # noqa: E402 - needs the paths above
from artifact_emulator.http import Request  # noqa: E402
from artifact_state import catalog  # noqa: E402
from artifact_state.organizations import account_creation, hierarchy  # noqa: E402
from artifact_state.principals import root_user  # noqa: E402
from artifact_state.world import Options, World  # noqa: E402
from benchmarks.figures import Figure, Row, at_most  # noqa: E402

GROUP = "Growth from 10 to 100,000 accounts"
MANAGEMENT = "111122223333"
_SCOPE = "20261123/us-east-1/organizations/aws4_request"
METHOD = """\
- **Growth**: in one process, without a server. Each operation is called 60 times in organizations of 10, 1,000 and
  100,000 accounts, always in the same state, and the fastest call counts. The exponent is that of the size in the
  cost, fitted by least squares over all sizes: 0 means the same cost for every size, 1 ten times the cost for ten
  times the accounts. Beside it is the cost in the smallest and in the largest organization."""
_POLICY = {
    "Type": "SERVICE_CONTROL_POLICY",
    "Name": "New",
    "Description": "",
    "Content": '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a:*", "Resource": "*"}}',
}

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Size:
    """The sizes of the organizations, and the number of calls of each operation."""

    accounts: tuple[int, ...]
    runs: int


FULL = Size(accounts=(10, 1_000, 100_000), runs=60)
SMOKE = Size(accounts=(10, 30), runs=2)


@dataclass(frozen=True)
class Growth:
    """The fastest call of each operation at each size in seconds, and the cost of creating the largest organization."""

    accounts: Sequence[int]
    costs: Mapping[str, Sequence[float]]
    creation_seconds: float
    bytes_per_account: float

    def exponent(self, operation: str) -> float:
        """Return the fitted exponent of the size in the cost."""
        sizes, costs = [*map(math.log, self.accounts)], [*map(math.log, self.costs[operation])]
        slope: float = linear_regression(sizes, costs).slope
        return slope


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows."""
    return rows(grow(SMOKE if smoke else FULL, report))


def rows(growth: Growth) -> list[Row]:
    """Return a row for the largest organization, and one for each operation."""
    largest = f"{growth.accounts[-1]:,} accounts"
    creation = Figure(f"{largest} created one by one", "s", 1, at_most(60))
    memory = Figure(f"memory of an account, of {largest}", "bytes", 0, at_most(1_300))
    measured = [Row(GROUP, creation, growth.creation_seconds), Row(GROUP, memory, growth.bytes_per_account)]
    for operation, costs in sorted(growth.costs.items()):
        figure = Figure(f"{operation}: exponent", digits=3, target=at_most(0.02))
        note = f"{costs[0] * 1e6:.0f} µs, {costs[-1] * 1e6:.0f} µs"
        measured.append(Row(GROUP, figure, growth.exponent(operation), note=note))
    return measured


def grow(size: Size, report: Callable[[str], None]) -> Growth:
    """Call each operation in an organization of each size."""
    costs: dict[str, list[float]] = {}
    creation_seconds = bytes_per_account = 0.0
    for accounts in size.accounts:
        report(f"{accounts} accounts")
        memory, start = _memory_bytes(), time.perf_counter()
        world = _organization_of(accounts)
        creation_seconds, bytes_per_account = time.perf_counter() - start, (_memory_bytes() - memory) / accounts
        app = App(world)
        for operation, members in _calls(world).items():
            costs.setdefault(operation, []).append(_fastest(app, operation, members, size.runs))
    return Growth(size.accounts, costs, creation_seconds, bytes_per_account)


def _organization_of(accounts: int) -> World:
    """Return a world with an organization of a number of accounts, created one by one."""
    quotas = replace(catalog.quotas(), accounts_per_organization=accounts + 10)
    world = World(options=Options(quotas=quotas))
    caller = root_user(MANAGEMENT)
    _send(App(world), "CreateOrganization", {})
    for number in range(1, accounts):
        with world.transaction(caller) as tx:
            account_creation.create_account(tx, name=f"Account {number}", email=f"account{number}@example.com")
    root_id = next(iter(world.state.organizations.values())).root_id
    with world.transaction(caller) as tx:
        hierarchy.create_unit(tx, root_id, "Unit")
    _send(App(world), "EnablePolicyType", {"RootId": root_id, "PolicyType": "SERVICE_CONTROL_POLICY"})
    _send(App(world), "CreatePolicy", {**_POLICY, "Name": "Attached"})
    world.events.clear()
    return world


def _calls(world: World) -> dict[str, Members]:
    """Return the operations to measure, with their input; where one is needed, the account is the latest one."""
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
        "ListAccounts": {"MaxResults": 9},
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


def _fastest(app: App, operation: str, members: Members, runs: int) -> float:
    """Return the seconds of the fastest call; the state is the same for each."""
    request = _request(operation, members)
    state, fastest = app.world.state, math.inf
    for _ in range(runs):
        start = time.perf_counter()
        reply = app.handle(request)
        fastest = min(fastest, time.perf_counter() - start)
        if reply.status != 200:
            raise RuntimeError(reply.body)
        app.world.state = state
    return fastest


def _send(app: App, operation: str, members: Members) -> None:
    reply = app.handle(_request(operation, members))
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


def _memory_bytes() -> int:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
