"""Damaged snapshots: a rich snapshot in which a few values are changed, and everything that can be read of a world."""

import json
import random
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import regex

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.services import handlers
from artifact_state.snapshot import dump_world, load_world
from artifact_state.world import World
from tests.support.aws_models import SERVICES, operation_model, pattern_of
from tests.support.inputs import names_in
from tests.support.wire_client import Client

SNAPSHOT = Path(__file__).parents[1] / "files" / "first-version" / "snapshot.json"
HOST = {"host": "localhost"}
OWN_PATHS = tuple(
    f"/_emulator/{path}"
    for path in (
        "scenario", "scenario/omissions", "snapshots/a", "events", "capabilities", "clock", "quotas", "delays",
        "faults", "worlds", "token-issuers", "customer-agreements", "reports",
    )
)  # fmt: skip
PAGES = (
    "", "organizations", "organizations/accounts", "organizations/policies", "organizations/services",
    "organizations/settings", "organizations/invitations", "organizations/policies/service_control_policy",
    "iam/users", "iam/roles", "iam/settings", "iam/mfa-devices", "iam/instance-profiles", "iam/identity-providers",
    "artifact/agreements", "artifact/reports", "artifact/assurance-assistant", "activity", "activity/diagram.svg",
)  # fmt: skip
CALLERS = ("111122223333", "391751215310", "999988887777", "555500005555")
_READS = ("List", "Get", "Describe", "Simulate", "Generate", "Lookup")
_TRIES = 20
_VALUES: tuple[Any, ...] = (
    "", "x", "*", "arn:aws:iam", "../..", "\x00", "é", "9" * 12, "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59+00:00", "{}", "[]", '{"Version": "2012-10-17", "Statement": [{"Effect": 1}]}', "a" * 3_000,
    0, -1, 1, 10**30, None, True, False, [], {}, [[1, "x"]], {"x": "y"}, 1.5, "/", "ALL", "aws-cn", "us-east-9",
)  # fmt: skip


def rich_document() -> dict[str, Any]:
    """Return a snapshot with records in every table."""
    # Without its options, which let calls fail at random.
    app = App(load_world({**json.loads(SNAPSHOT.read_text()), "options": {}}))
    client = Client(app, "111122223333")
    for operation, members in _ADDITIONS:
        client.do("iam", operation, **members)
    document: dict[str, Any] = json.loads(json.dumps(dump_world(app.world, "1")))
    return document


_ADDITIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("CreateInstanceProfile", {"InstanceProfileName": "profile"}),
    ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "phone"}),
    (
        "CreateOpenIDConnectProvider",
        {"Url": "https://example.com", "ClientIDList": ["a"], "ThumbprintList": ["a" * 40]},
    ),
    ("UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 8}),
    ("EnableOutboundWebIdentityFederation", {}),
    ("CreateUser", {"UserName": "other", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("CreateLoginProfile", {"UserName": "other", "Password": "Secret-123"}),
    ("PutUserPolicy", {"UserName": "other", "PolicyName": "p", "PolicyDocument": json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}})}),
    ("GenerateCredentialReport", {}),
    ("GenerateServiceLastAccessedDetails", {"Arn": "arn:aws:iam::111122223333:user/other"}),
)  # fmt: skip


def damaged(document: Any, chance: random.Random) -> Any:
    """Return a copy of a snapshot in which one to three values are changed, removed or exchanged."""
    copy = json.loads(json.dumps(document))
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(copy["state"]))
        parent, key = chance.choice(places)
        _damage(parent, key, places, chance)
    return copy


def _damage(parent: Any, key: Any, places: Sequence[tuple[Any, Any]], chance: random.Random) -> None:
    value, how = parent[key], chance.random()
    if how < 0.1:
        del parent[key]
    elif how < 0.35:
        # A value of the same kind from elsewhere.
        other, name = chance.choice(places)
        if type(other[name]) is type(value):
            parent[key] = json.loads(json.dumps(other[name]))
    elif how < 0.5 and isinstance(parent, dict):
        parent[chance.choice(["x", "999988887777", key + "x", key[:-1], key.upper()])] = parent.pop(key)
    elif how < 0.75 and isinstance(value, str) and value:
        at = chance.randrange(len(value))
        parent[key] = value[:at] + chance.choice(["", "x", "0", "/", ":", "{", "A"]) + value[at + 1 :]
    elif how < 0.85 and isinstance(value, int) and not isinstance(value, bool):
        parent[key] = value + chance.choice((-100, -1, 1, 7, 10**6))
    else:
        parent[key] = chance.choice(_VALUES)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(value, dict | list):
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from _places(value[key])


class Reader:
    """Reads everything of a world: each operation that reads, for some callers, and the emulator's own pages."""

    def __init__(self, document: Any) -> None:
        app = App(load_world(document))
        self.requests = [*_calls(app), *_own_requests()]

    def failures(self, world: World) -> Iterator[str]:
        """Yield the requests that fail for a world, each with its reply."""
        app = App(world)
        app.handle(Request("PUT", "/_emulator/snapshots/a", "", HOST, b""))
        for name, request in self.requests:
            reply = app.handle(request)
            if reply.status >= 500 and reply.status != 501:
                yield f"{name}: {reply.status} {reply.body[:300]!r}"


def _own_requests() -> Iterator[tuple[str, Request]]:
    yield from ((path, Request("GET", path, "", HOST, b"")) for path in OWN_PATHS)
    yield "yaml", Request("GET", "/_emulator/scenario", "", {**HOST, "accept": "application/yaml"}, b"")
    for account in CALLERS[:2]:
        cookies = {**HOST, "cookie": _cookie(account)}
        yield from ((f"console {page}", Request("GET", f"/console/{page}", "", cookies, b"")) for page in PAGES)


@cache
def _cookie(account: str) -> str:
    form = {**HOST, "content-type": "application/x-www-form-urlencoded", "origin": "http://localhost"}
    reply = App().handle(Request("POST", "/console/sign-in", "", form, f"account={quote(account)}".encode()))
    cookies = [value.split(";")[0] for name, value in reply.headers if name.lower() == "set-cookie"]
    return "; ".join(cookies)


def _calls(app: App) -> Iterator[tuple[str, Request]]:
    """Yield calls that succeed, one of each operation and caller."""
    chance, names = random.Random(1), names_in(app.world.state)
    state = app.world.state
    for account in CALLERS:
        client = Client(app, account)
        for service in SERVICES:
            for operation in sorted(handlers(service)):
                if not operation.startswith(_READS) and operation != "AssumeRole":
                    continue
                found = False
                for _ in range(_TRIES):
                    request = client.request(service, operation, **_input(service, operation, names, chance))
                    reply = app.handle(request)
                    app.world.state = state
                    if reply.status == 200:
                        yield f"{account} {operation}", request
                        found = True
                    if found or operation_model(service, operation).input_shape is None:
                        break


def _input(service: str, operation: str, names: Sequence[str], chance: random.Random) -> dict[str, Any]:
    shape = operation_model(service, operation).input_shape
    if shape is None:
        return {}
    return {name: _value(shape.members[name], names, chance) for name in shape.required_members}


def _value(shape: Any, names: Sequence[str], chance: random.Random) -> Any:
    kind, traits = shape.type_name, shape.metadata
    if kind == "structure":
        return {name: _value(shape.members[name], names, chance) for name in shape.required_members}
    if kind == "list":
        return [_value(shape.member, names, chance)]
    if kind == "map":
        return {}
    if kind != "string":
        return {"boolean": False, "timestamp": "2026-11-23T12:00:00Z", "blob": b""}.get(kind, traits.get("min", 1))
    if traits.get("enum"):
        return chance.choice(traits["enum"])
    return chance.choice(_allowed(shape.name, traits.get("pattern", "(?s).*"), traits.get("max", 300), tuple(names)))


@cache
def _allowed(_name: str, pattern: str, longest: int, names: tuple[str, ...]) -> Sequence[str]:
    compiled: regex.Pattern[str] = pattern_of(pattern)
    return [name for name in names if len(name) <= longest and compiled.fullmatch(name)] or ["a"]
