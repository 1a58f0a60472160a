"""A running emulator as its user sees it: worlds, boto3 clients of any account, the control API."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import requests

from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.environment import PLACEHOLDER, identity, surroundings

DEFAULT_ENDPOINT = "http://127.0.0.1:4700"
DEFAULT_ACCOUNT = "123456789012"
_TIMEOUT = 30
_FILE = re.compile(r"[/\\]|\.(ya?ml|json)$")
"""What a file's name has, and none of a built-in scenario."""


class ControlError(Exception):
    """The emulator refused what it was asked for; the text is its reason."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Emulator:
    """A running emulator."""

    def __init__(self, endpoint: str = DEFAULT_ENDPOINT) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._http = requests.Session()
        # A proxy of the environment does not reach this machine, and a .netrc has no business here.
        self._http.trust_env = False

    def world(self, name: str = "default") -> "RemoteWorld":
        """Give a world: it begins empty, when it is first used."""
        return RemoteWorld(self, name)

    @contextmanager
    def new_world(self, scenario: "str | Path | Mapping[str, Any] | None" = None) -> Iterator["RemoteWorld"]:
        """Give a world that nobody else has, empty or beginning with a scenario, and drop it at the block's end.

        Raises ControlError and ValueError for what is no scenario.
        """
        # Nobody used the name before: the world begins empty, when it is first used.
        world = self.world(f"test-{uuid4().hex}")
        if scenario is not None:
            world.begin(scenario)
        try:
            yield world
        finally:
            world.drop()

    def worlds(self) -> list[str]:
        """Name the worlds that there are."""
        return [one["name"] for one in self.ask("GET", "/_emulator/worlds")["worlds"]]

    def health(self) -> Mapping[str, Any]:
        """Tell the emulator's version and services."""
        told: Mapping[str, Any] = self.ask("GET", "/_emulator/health")
        return told

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API; give the JSON that it answers, None when it answers nothing.

        Raises ControlError, and requests' ConnectionError when nobody listens.
        """
        answer = self._http.request(method, self.endpoint + path, json=body, timeout=_TIMEOUT)
        if answer.status_code >= 400:
            raise ControlError(answer.status_code, answer.json()["detail"])
        return answer.json() if answer.content else None

    def listen(self, path: str) -> Iterator[tuple[str, str]]:
        """Call the control API for what it tells as it comes, until it ends; give each field of the event stream.

        Raises ControlError, and requests' ConnectionError when nobody listens.
        """
        headers = {"Accept": "text/event-stream"}
        with self._http.get(self.endpoint + path, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code >= 400:
                raise ControlError(answer.status_code, answer.json()["detail"])
            # A server that ends ends in the midst of its answer.
            with suppress(requests.exceptions.ChunkedEncodingError):
                for line in answer.iter_lines(chunk_size=None, decode_unicode=True):
                    field, _, value = line.partition(": ")
                    yield field, value

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> requests.Response:
        """Send a request that is ready, such as a call of AWS.

        Raises requests' ConnectionError when nobody listens.
        """
        return self._http.request(method, url, headers=dict(headers), data=body, timeout=_TIMEOUT)

    def download(self, url: str) -> bytes:
        """Fetch a document by its presigned URL.

        Raises PermissionError when the link is no longer, or never was, good.
        """
        answer = self._http.get(url, timeout=_TIMEOUT)
        if answer.status_code != 200:
            raise PermissionError(answer.text)
        return answer.content

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class WorldInTest(ABC):
    """What a test author does to a world, whether it is in a server or in the process."""

    endpoint: str | None
    """Where its clients go; None in the process, where every client's calls are answered."""

    @abstractmethod
    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of this world; `path` is below `/_emulator/`.

        Raises ControlError.
        """

    def client(self, service: str, account: str = DEFAULT_ACCOUNT, *, region: str = "us-east-1", **options: Any) -> Any:
        """Give a boto3 client of an account's root user."""
        # Imported here, as below: who asks for no client needs no boto3.
        from artifact_emulator.testing.sessions import shared

        led = {"endpoint_url": self.endpoint, "region_name": region, **_keys(account)}
        return shared().client(service, **led | options)

    def session(
        self,
        account: str = DEFAULT_ACCOUNT,
        *,
        region: str = "us-east-1",
        role: str | None = None,
        by: str | None = None,
    ) -> Any:
        """Give a boto3 session of an account's root user, or of one of the account's roles, by the role's name.

        The role is assumed by the root user of the account `by`, of the same account if none is named: a role such as
        OrganizationAccountAccessRole trusts the management account alone.
        """
        from artifact_emulator.testing.sessions import AccountSession

        if role is None:
            return AccountSession(self.endpoint, _keys(account), region)
        arn = f"arn:aws:iam::{account}:role/{role}"
        client = self.client("sts", by or account, region=region)
        made = client.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        keys = {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
            "aws_session_token": made["SessionToken"],
        }
        return AccountSession(self.endpoint, keys, region)

    def environment(self, account: str = DEFAULT_ACCOUNT, *, region: str = "us-east-1") -> dict[str, str]:
        """Give the variables by which AWS's SDKs and command line find this world, as an account's root user."""
        where = {} if self.endpoint is None else {"AWS_ENDPOINT_URL": self.endpoint}
        return {**where, **identity(account, region), "AWS_DATA_PATH": str(MODELS)}

    def as_account(self, account: str, *, region: str = "us-east-1") -> AbstractContextManager[None]:
        """Let code under test call as another account's root user, until the block is left."""
        return surroundings(self.environment(account, region=region))

    @abstractmethod
    def begin(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Begin with a scenario, to which a reset leads back: a built-in one's name, a file, or what one says.

        Raises ValueError or ControlError for what is no scenario.
        """

    def scenario(self) -> dict[str, Any]:
        """Describe the world as a scenario."""
        told: dict[str, Any] = self.ask("GET", "scenario")
        return told

    def reset(self) -> None:
        """Begin again."""
        self.ask("POST", "reset")

    def now(self) -> datetime:
        """Tell the world's time."""
        return datetime.fromisoformat(self.ask("GET", "clock")["now"])

    def freeze(self, instant: datetime) -> None:
        """Let the world's clock stand still at an instant, which says its zone."""
        self.ask("POST", "clock", {"freeze": instant.isoformat()})

    def advance(self, span: timedelta) -> None:
        """Move the world's clock ahead."""
        self.ask("POST", "clock", {"advance_seconds": span.total_seconds()})

    def resume(self) -> None:
        """Let the world's clock show the real time."""
        self.ask("POST", "clock", {"resume": True})

    def save(self, snapshot: str) -> None:
        """Keep the world as it is under a name."""
        self.ask("PUT", f"snapshots/{quote(snapshot)}")

    def restore(self, snapshot: str) -> None:
        """Let the world be as it was when it was saved."""
        self.ask("POST", f"snapshots/{quote(snapshot)}/restore")

    def forget(self, snapshot: str) -> None:
        """Keep a snapshot no longer."""
        self.ask("DELETE", f"snapshots/{quote(snapshot)}")

    def export_snapshot(self, snapshot: str) -> dict[str, Any]:
        """Give a snapshot as a document, which any emulator of this version can import."""
        told: dict[str, Any] = self.ask("GET", f"snapshots/{quote(snapshot)}")
        return told

    def import_snapshot(self, snapshot: str, document: object) -> None:
        """Keep an exported document as a snapshot, to be restored.

        Raises ControlError for what is no snapshot; nothing is changed then.
        """
        if not isinstance(document, Mapping) or not document:
            # To the control API an empty body says: save the world itself.
            raise ControlError(400, "This is no snapshot of artifact-emulator: it is no object, or an empty one.")
        self.ask("PUT", f"snapshots/{quote(snapshot)}", document)

    def snapshots(self) -> list[str]:
        """Name what was saved, the oldest first."""
        names: list[str] = self.ask("GET", "snapshots")["snapshots"]
        return names

    def quotas(self) -> dict[str, int]:
        """Tell the limits of the world, by name; times are in seconds."""
        told: dict[str, int] = self.ask("GET", "quotas")["quotas"]
        return told

    def set_quotas(self, limits: Mapping[str, int]) -> None:
        """Change limits of the world, such as `{"accounts_per_organization": 10}`: what is there stays.

        Raises ControlError for what is no quota.
        """
        self.ask("PATCH", "quotas", dict(limits))

    def set_delays(self, **seconds: float) -> dict[str, float]:
        """Let what AWS does take its time by the world's clock; give all delays, in seconds.

        `world.set_delays(creation=60, inquiry=3600, review=86400)`. What is under way keeps its own.
        Raises ControlError for a delay that there is not.
        """
        told: dict[str, float] = self.ask("PATCH", "delays", seconds)["delays"]
        return told

    def sign_offline(self, account: str, *, partition: str = "aws") -> dict[str, Any]:
        """Let an account have signed the Business Associate Addendum outside AWS Artifact; give its summary."""
        body = {"account": account, "partition": partition}
        told: dict[str, Any] = self.ask("POST", "artifact/offline-agreements", body)
        return told

    def terminate_by_aws(self, customer_agreement_id: str) -> dict[str, Any]:
        """Let AWS terminate an accepted agreement; give its summary. Raises ControlError if none is in force."""
        path = f"artifact/customer-agreements/{customer_agreement_id}/terminate"
        told: dict[str, Any] = self.ask("POST", path)
        return told

    def publish_report(self, **report: Any) -> dict[str, Any]:
        """Publish a report, or a version of one, for every account of the world; give what was published.

        `report` has the members of AWS's ReportDetail. Raises ControlError for what is no report.
        """
        told: dict[str, Any] = self.ask("POST", "artifact/reports", report)
        return told

    def set_fault(self, service: str, operation: str | None = None, **fault: Any) -> str:
        """Let calls fail, be late or get lost; give the fault's id.

        `fault` has the members of the control API: `error`, `latency_ms`, `reset`, `truncate`, `creation_failure`,
        `deletion_fails` or `inquiry_failure`, and with it `account`, `probability`, `times`, `nth`, `ttl_seconds`.
        Raises ControlError for a fault that no call could meet.
        """
        body = {"service": service, "operation": operation, **fault}
        told: str = self.ask("POST", "faults", body)["id"]
        return told

    def faults(self) -> list[dict[str, Any]]:
        """Give the faults that are set."""
        found: list[dict[str, Any]] = self.ask("GET", "faults")["faults"]
        return found

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.ask("DELETE", "faults")

    def events(self, name: str | None = None, **filters: str) -> list[dict[str, Any]]:
        """Give what was called and what happened, as CloudTrail's records, the oldest first.

        `filters` are `account`, `source` and `error`: a code, or "" for what succeeded.
        """
        asked = filters if name is None else {"name": name, **filters}
        found: list[dict[str, Any]] = self.ask("GET", f"events?{urlencode(asked)}")["events"]
        return found

    def assert_called(self, name: str, *, times: int = 1, **filters: str) -> list[dict[str, Any]]:
        """Assert that an operation was called so often, refused calls among them; give the records.

        `world.assert_called("EnableAWSServiceAccess", account="111122223333", error="")` is one success by this caller.
        """
        found = self.events(name, **filters)
        if len(found) != times:
            wanted = "".join(f", {one} {value!r}" for one, value in filters.items())
            others = "".join(f"\n  {_line(one)}" for one in self.events()) or " nothing"
            raise AssertionError(f"{name}{wanted} was called {len(found)} times, not {times}; called was{others}")
        return found

    def decision(self, request_id: str) -> dict[str, Any]:
        """Tell why a call was let through or refused: `request_id` is its answer's x-amzn-RequestId.

        Raises ControlError for a call that is not remembered.
        """
        told: dict[str, Any] = self.ask("GET", f"decisions/{quote(request_id, safe='')}")
        return told

    def suggest_policy(self, principal: str) -> dict[str, Any]:
        """Give the least policy that allows what a principal, named by its ARN, has called."""
        told: dict[str, Any] = self.ask("GET", f"policy-suggestion?{urlencode({'principal': principal})}")
        return told

    def throttle(self, *, on: bool = True) -> None:
        """Hold callers to AWS's documented request rates, by the world's clock, or no longer."""
        self.ask("PUT", "throttling", {"mode": "aws" if on else "off"})

    def apply_strictness(self, seed: str = "", *, on: bool = True) -> None:
        """Let clients meet all that AWS permits and lucky ones break on, or no longer; equal seeds give the same."""
        self.ask("PUT", "strict-client", {"enabled": True, "seed": seed} if on else {"enabled": False})


class RemoteWorld(WorldInTest):
    """A world of a running emulator."""

    endpoint: str

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.name = name
        self._base = "" if name == "default" else f"/worlds/{quote(name)}"
        self.endpoint = emulator.endpoint + self._base

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API of this world; `path` is below `/_emulator/`.

        Raises ControlError, and requests' ConnectionError when nobody listens.
        """
        return self.emulator.ask(method, f"{self._base}/_emulator/{path}", body)

    def follow(self, name: str | None = None, **filters: str) -> Iterator[dict[str, Any]]:
        """Give what was called and what happened so far, then what comes, for ever; `events` tells of the filters.

        Raises ControlError, and requests' ConnectionError when the emulator ends.
        """
        asked = filters if name is None else {"name": name, **filters}
        path = f"{self._base}/_emulator/events?{urlencode({**asked, 'after': -1})}"
        while True:
            # It ends when the world is another one, which is then told of from its beginning.
            for field, value in self.emulator.listen(path):
                if field == "data":
                    yield json.loads(value)

    def fork(self, name: str) -> "RemoteWorld":
        """Make another world with all that this one has, in place of one of that name."""
        self.emulator.ask("PUT", f"/_emulator/worlds/{quote(name)}", {"fork": self.name})
        return RemoteWorld(self.emulator, name)

    def begin(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Begin with a scenario, to which a reset leads back: a built-in one's name, a file, or what one says.

        Raises ControlError for what is no scenario, and ValueError for a file that has none.
        """
        self.emulator.ask("PUT", f"/_emulator/worlds/{quote(self.name)}", {"scenario": _sent(scenario)})

    def drop(self) -> None:
        """Forget the world, if there is one: it begins with its first use."""
        try:
            self.emulator.ask("DELETE", f"/_emulator/worlds/{quote(self.name)}")
        except ControlError as error:
            if error.status != 404:
                raise


def _keys(account: str) -> dict[str, str]:
    return {"aws_access_key_id": account, "aws_secret_access_key": PLACEHOLDER}


def _line(event: Mapping[str, Any]) -> str:
    """Tell a record as a failed test shows it: what, by whom, with what outcome."""
    identity_of = event["userIdentity"]
    who = identity_of.get("arn") or identity_of.get("invokedBy") or identity_of.get("accountId", "AWS")
    return f"{event['eventName']} by {who}: {event.get('errorCode', 'done')}"


def _sent(scenario: str | Path | Mapping[str, Any]) -> str | dict[str, Any]:
    """Give what the control API takes for a scenario: it reads no files of its callers."""
    if isinstance(scenario, Mapping):
        return dict(scenario)
    if isinstance(scenario, str) and not _FILE.search(scenario):
        return scenario
    # Imported here: few scenarios are files of one's own, and reading one takes YAML.
    from artifact_emulator.scenarios.files import scenario_at

    return scenario_at(str(scenario)).model_dump(mode="json", exclude_defaults=True)
