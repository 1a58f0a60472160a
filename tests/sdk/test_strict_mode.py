"""Clients of an emulator in strict mode, which applies all that AWS permits."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from artifact_emulator.testing.in_process import Emulation, emulate
from artifact_state.world import Options, World

MANAGEMENT = "111122223333"
ARTIFACT = "artifact.amazonaws.com"
SEEDS = ["1", "2", "3"]
PATIENCE = 200
"""How often a client looks for a result that takes time."""


@pytest.fixture(params=SEEDS)
def emulation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulation]:
    """An emulator in strict mode, whose clock advances while a client sleeps."""
    with emulate(World(options=Options(strict_client=request.param))) as emulation:
        emulation.freeze(datetime.now(UTC))
        monkeypatch.setattr(time, "sleep", lambda seconds: emulation.advance(timedelta(seconds=seconds)))
        yield emulation


def client(emulation: Emulation, service: str) -> Any:
    """Return a client that retries throttled calls, as AWS's SDKs do by default."""
    return emulation.client(service, MANAGEMENT, config=Config(retries={"mode": "standard", "max_attempts": 4}))


def retry(call: Callable[..., Any], **members: Any) -> Any:
    """Call an operation again while it is refused because of a concurrent modification."""
    for _ in range(4):
        try:
            return call(**members)
        except ClientError as error:
            if not error.response["Error"]["Code"].startswith("ConcurrentModification"):
                raise
    raise AssertionError("the concurrent modification does not end")


def wait_for(result: Callable[[], Any]) -> Any:
    """Return the first true result."""
    for _ in range(PATIENCE):
        if value := result():
            return value
        time.sleep(0.05)
    raise AssertionError("there is no result")


class TestStrictMode:
    """Robust and naive clients."""

    def test_robust_client_succeeds(self, emulation: Emulation) -> None:
        """A client that reads all pages, waits and retries gets trusted access, a new account and all accounts."""
        organizations = client(emulation, "organizations")
        retry(organizations.create_organization, FeatureSet="ALL")
        retry(organizations.enable_aws_service_access, ServicePrincipal=ARTIFACT)

        def trusted_services() -> list[str]:
            pages = organizations.get_paginator("list_aws_service_access_for_organization").paginate()
            return [service["ServicePrincipal"] for page in pages for service in page["EnabledServicePrincipals"]]

        assert wait_for(trusted_services) == [ARTIFACT]
        request = retry(organizations.create_account, AccountName="A", Email="a@example.com")["CreateAccountStatus"]
        states: list[str] = []

        def is_created() -> bool:
            status = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])
            states.append(status["CreateAccountStatus"]["State"])
            return states[-1] == "SUCCEEDED"

        wait_for(is_created)
        assert states[0] == "IN_PROGRESS"

        def emails() -> list[str]:
            pages = organizations.get_paginator("list_accounts").paginate()
            return [account["Email"] for page in pages for account in page["Accounts"]]

        assert wait_for(lambda: len(emails()) == 2)
        assert "a@example.com" in emails()

    def test_client_that_reads_one_page_misses_units(self, emulation: Emulation) -> None:
        """The first page does not have all organizational units, and has a token."""
        organizations = client(emulation, "organizations")
        retry(organizations.create_organization, FeatureSet="ALL")
        roots = organizations.get_paginator("list_roots").paginate()
        root = wait_for(lambda: roots.build_full_result()["Roots"])[0]["Id"]
        for name in "ABCD":
            retry(organizations.create_organizational_unit, ParentId=root, Name=name)
        page = organizations.list_organizational_units_for_parent(ParentId=root)
        assert len(page["OrganizationalUnits"]) < 4
        assert page["NextToken"]
