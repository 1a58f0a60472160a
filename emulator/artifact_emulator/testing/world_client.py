"""A world from the point of view of a test: boto3 clients of any account, and the control API as methods."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.arguments import checked_account_id, checked_instant, checked_span
from artifact_emulator.testing.deprecation import renamed_method
from artifact_emulator.testing.environment import PLACEHOLDER, identity, sdk_environment

DEFAULT_ACCOUNT = "123456789012"


class ControlError(Exception):
    """The control API refused a request; the text says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class WorldClient(ABC):
    """A world, whether it is in a server or in this process."""

    endpoint: str | None
    """The endpoint of its clients; None in this process, where the calls of all clients are answered."""
    secret = PLACEHOLDER
    """The secret access key of root users."""

    @property
    @abstractmethod
    def default_account(self) -> str:
        """Return the account that calls if none is named: the management account of the first organization.

        Without an organization it is 123456789012.
        """

    @abstractmethod
    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API of this world and return the JSON of its reply, or None if it is empty.

        `path` is below `/_emulator/`. Raises ControlError.
        """

    def client(self, service: str, account: str | None = None, *, region: str = "us-east-1", **options: Any) -> Any:
        """Return a boto3 client of the root user of an account, by default of the default account.

        Raises ValueError if it is not an account id, as all methods that take one.
        """
        # Imported here, as below: only clients need boto3.
        from artifact_emulator.testing.sessions import shared_session

        defaults = {"endpoint_url": self.endpoint, "region_name": region, **self._keys(account)}
        return shared_session().client(service, **defaults | options)

    def session(
        self,
        account: str | None = None,
        *,
        region: str = "us-east-1",
        role: str | None = None,
        by: str | None = None,
    ) -> Any:
        """Return a boto3 session of the root user of an account, or of a role of the account, given by its name.

        The root user of the account `by` assumes the role; by default that of the same account. A role such as
        OrganizationAccountAccessRole trusts only the management account.
        """
        from artifact_emulator.testing.sessions import AccountSession

        account = self._account(account)
        if role is None:
            return AccountSession(self.endpoint, self._keys(account), region)
        arn = f"arn:aws:iam::{account}:role/{role}"
        sts = self.client("sts", account if by is None else by, region=region)
        credentials = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        keys = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }
        return AccountSession(self.endpoint, keys, region)

    def environment(self, account: str | None = None, *, region: str = "us-east-1") -> dict[str, str]:
        """Return environment variables with which AWS's SDKs and the AWS CLI use this world as a root user."""
        endpoint = {} if self.endpoint is None else {"AWS_ENDPOINT_URL": self.endpoint}
        caller = identity(self._account(account), region, self.secret)
        return {**endpoint, **caller, "AWS_DATA_PATH": str(MODELS)}

    def as_account(self, account: str, *, region: str = "us-east-1") -> AbstractContextManager[None]:
        """Make code under test call as the root user of another account for the duration of the block."""
        return sdk_environment(self.environment(account, region=region))

    @abstractmethod
    def load_scenario(self, scenario: str | Path | Mapping[str, Any], *, at: datetime | None = None) -> None:
        """Load a scenario, to which a reset returns: the name of a built-in scenario, a file or a mapping.

        The world begins at the instant `at` with a frozen clock, if there is one. Raises ValueError or ControlError for
        an invalid scenario.
        """

    def scenario(self) -> dict[str, Any]:
        """Export the world as a scenario."""
        scenario: dict[str, Any] = self.request("GET", "scenario")
        return scenario

    def scenario_omissions(self) -> dict[str, int]:
        """Return the contents that `scenario` leaves out, such as `{"sessions": 2}`; a snapshot contains them."""
        reply = self.request("GET", "scenario/omissions")
        return {omission["name"]: omission["count"] for omission in reply["omissions"]}

    def reset(self) -> None:
        """Reset the world to its initial contents: empty, or its scenario."""
        self.request("POST", "reset")

    def now(self) -> datetime:
        """Return the time of the world's clock."""
        return datetime.fromisoformat(self.request("GET", "clock")["now"])

    def freeze(self, instant: datetime) -> None:
        """Freeze the world's clock at an instant, which must have a time zone.

        Raises ControlError for an instant before the latest change of the world, TypeError for one that is not a
        datetime, and ValueError without a time zone.
        """
        self.request("POST", "clock", {"freeze": checked_instant(instant).isoformat()})

    def advance(self, span: timedelta) -> None:
        """Move the world's clock forward.

        Raises TypeError for a span that is not a timedelta.
        """
        self.request("POST", "clock", {"advance_seconds": checked_span(span).total_seconds()})

    def resume(self) -> None:
        """Make the world's clock show the real time again."""
        self.request("POST", "clock", {"resume": True})

    def save_snapshot(self, name: str) -> None:
        """Save the world as a snapshot, replacing one of the same name."""
        self.request("PUT", f"snapshots/{quote(name)}")

    def restore_snapshot(self, name: str) -> None:
        """Restore the world to a snapshot."""
        self.request("POST", f"snapshots/{quote(name)}/restore")

    def delete_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        self.request("DELETE", f"snapshots/{quote(name)}")

    def export_snapshot(self, name: str) -> dict[str, Any]:
        """Return a snapshot as a document that any emulator of the same format can import."""
        document: dict[str, Any] = self.request("GET", f"snapshots/{quote(name)}")
        return document

    def import_snapshot(self, name: str, document: object) -> None:
        """Import an exported document as a snapshot; restore it to use it.

        Raises ControlError for an invalid document.
        """
        if not isinstance(document, Mapping) or not document:
            # The control API would take an empty body for a request to save the world itself.
            raise ControlError(400, "The document is not a snapshot of artifact-emulator: expected a non-empty object.")
        self.request("PUT", f"snapshots/{quote(name)}", document)

    def snapshots(self) -> list[str]:
        """Return the names of the snapshots, oldest first."""
        names: list[str] = self.request("GET", "snapshots")["snapshots"]
        return names

    def quotas(self) -> dict[str, int]:
        """Return the quotas of the world by name; times are in seconds."""
        quotas: dict[str, int] = self.request("GET", "quotas")["quotas"]
        return quotas

    def set_quotas(self, quotas: Mapping[str, int]) -> None:
        """Change quotas of the world, such as `{"accounts_per_organization": 10}`; existing resources remain.

        Raises ControlError for an invalid quota.
        """
        self.request("PATCH", "quotas", dict(quotas))

    def set_delays(self, **seconds: float) -> dict[str, float]:
        """Change the durations of asynchronous operations, by the world's clock, and return all of them in seconds.

        For example `world.set_delays(creation=60, inquiry=3600, review=86400)`. Operations in progress keep theirs.
        Raises ControlError for an unknown delay.
        """
        delays: dict[str, float] = self.request("PATCH", "delays", seconds)["delays"]
        return delays

    def sign_offline(self, account: str, *, partition: str = "aws") -> dict[str, Any]:
        """Record that an account accepted the Business Associate Addendum outside AWS Artifact; return its summary."""
        body = {"account": account, "partition": partition}
        summary: dict[str, Any] = self.request("POST", "artifact/offline-agreements", body)
        return summary

    def terminate_by_aws(self, customer_agreement_id: str) -> dict[str, Any]:
        """Terminate a customer agreement on behalf of AWS and return its summary.

        Raises ControlError if it is not active.
        """
        path = f"artifact/customer-agreements/{customer_agreement_id}/terminate"
        summary: dict[str, Any] = self.request("POST", path)
        return summary

    def publish_report(self, **report: Any) -> dict[str, Any]:
        """Publish a report, or a version of one, for every account of the world and return it.

        `report` has the members of AWS's ReportDetail. Raises ControlError for an invalid report.
        """
        detail: dict[str, Any] = self.request("POST", "artifact/reports", report)
        return detail

    def set_issuer_keys(self, issuer: str, keys: "str | Path | Mapping[str, Any]") -> None:
        """Set the public keys of an identity provider: a JSON Web Key Set, its file, or its URL on this machine.

        `issuer` is the claim `iss` of its tokens. Raises ControlError for keys that cannot be read.
        """
        if isinstance(keys, Mapping):
            source: dict[str, Any] = {"jwks": dict(keys)}
        elif str(keys).startswith(("http://", "https://")):
            source = {"jwks_url": str(keys)}
        else:
            source = {"jwks": json.loads(Path(keys).read_text(encoding="utf-8"))}
        self.request("PUT", "token-issuers", {"issuer": issuer, **source})

    def set_fault(self, service: str, operation: str | None = None, **fault: Any) -> str:
        """Inject an error, a delay or a lost reply into matching calls and return the id of the fault.

        `fault` has the members of the control API: one of `error`, `latency_ms`, `reset`, `truncate`,
        `creation_failure`, `deletion_fails` and `inquiry_failure`, with `account`, `probability`, `times`, `nth` and
        `ttl_seconds`. An `error` is its code, or a mapping with `code`, `message` and `reason`. Raises ControlError for
        a fault that no call could match.
        """
        body = {"service": service, "operation": operation, **fault}
        fault_id: str = self.request("POST", "faults", body)["id"]
        return fault_id

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are set."""
        faults: list[dict[str, Any]] = self.request("GET", "faults")["faults"]
        return faults

    def clear_faults(self) -> None:
        """Remove all faults."""
        self.request("DELETE", "faults")

    def events(self, name: str | None = None, **filters: str) -> list[dict[str, Any]]:
        """Return the calls and service events as CloudTrail records, oldest first.

        `filters` are `account`, which is the caller's, `service`, such as "artifact", and `error`, which is an error
        code, or "" for calls that succeeded. Raises ControlError for an operation or a service that AWS does not have.
        """
        query = urlencode(filters if name is None else {"name": name, **filters})
        events: list[dict[str, Any]] = self.request("GET", f"events?{query}")["events"]
        return events

    def assert_called(self, name: str, *, times: int = 1, **filters: str) -> list[dict[str, Any]]:
        """Assert the number of calls to an operation, including refused ones, and return their records.

        For example, `world.assert_called("EnableAWSServiceAccess", account="111122223333", error="")` expects one
        successful call by this account. `filters` are those of `events`, and so are the errors for unknown names.
        """
        events = self.events(name, **filters)
        if len(events) != times:
            criteria = "".join(f", {criterion} {value!r}" for criterion, value in filters.items())
            calls = "".join(f"\n  {line}" for line in self.call_lines()) or " none"
            raise AssertionError(f"{name}{criteria} was called {len(events)} times, not {times}; all calls:{calls}")
        return events

    def call_lines(self) -> list[str]:
        """Return the calls and service events so far as lines: operation, caller and outcome."""
        return [_line(event) for event in self.events()]

    def decision(self, request_id: str) -> dict[str, Any]:
        """Explain why a call was allowed or refused, given the x-amzn-RequestId of its reply.

        Raises ControlError for a call that is not in the call log.
        """
        explanation: dict[str, Any] = self.request("GET", f"decisions/{quote(request_id, safe='')}")
        return explanation

    def suggest_policy(self, principal: str) -> dict[str, Any]:
        """Return the least policy that allows the calls of a principal, given by its ARN."""
        policy: dict[str, Any] = self.request("GET", f"policy-suggestion?{urlencode({'principal': principal})}")
        return policy

    def throttle(self, *, on: bool = True) -> None:
        """Enforce the request rates that AWS documents, by the world's clock, or stop enforcing them."""
        self.request("PUT", "throttling", {"mode": "aws" if on else "off"})

    def set_strict_mode(self, seed: str = "", *, on: bool = True) -> None:
        """Turn strict mode on or off: short pages, throttling and eventual consistency, as AWS permits them.

        The same seed and the same calls give the same effects.
        """
        self.request("PUT", "strict-mode", {"enabled": True, "seed": seed} if on else {"enabled": False})

    def _account(self, account: str | None) -> str:
        return self.default_account if account is None else checked_account_id(account)

    def _keys(self, account: str | None) -> dict[str, str]:
        return {"aws_access_key_id": self._account(account), "aws_secret_access_key": self.secret}

    ask = renamed_method("ask", "request")
    begin = renamed_method("begin", "load_scenario")
    save = renamed_method("save", "save_snapshot")
    restore = renamed_method("restore", "restore_snapshot")
    forget = renamed_method("forget", "delete_snapshot")
    be_strict = renamed_method("be_strict", "set_strict_mode")


def _line(event: Mapping[str, Any]) -> str:
    """Return a record as one line: operation, caller and outcome."""
    user = event["userIdentity"]
    caller = user.get("arn") or user.get("invokedBy") or user.get("accountId", "AWS")
    return f"{event['eventName']} by {caller}: {event.get('errorCode', 'done')}"
