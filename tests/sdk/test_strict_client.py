import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from artifact_emulator.testing.in_process import Emulation, emulate
from artifact_state.world import Options, World

MANAGEMENT = "111122223333"
ARTIFACT = "artifact.amazonaws.com"
SEEDS = ["1", "2", "3"]
PATIENCE = 10.0


@pytest.fixture(params=SEEDS)
def emulation(request: pytest.FixtureRequest) -> Iterator[Emulation]:
    """Give an emulator whose clients meet all that AWS permits."""
    with emulate(World(options=Options(strict_client=request.param))) as made:
        yield made


def client(emulation: Emulation, service: str) -> Any:
    """Give a client that tries again when it is throttled, as AWS's own does unless it is told otherwise."""
    return emulation.client(service, MANAGEMENT, config=Config(retries={"mode": "standard", "max_attempts": 4}))


def persist(call: Callable[..., Any], **members: Any) -> Any:
    """Call again as long as another change is in the way."""
    for _ in range(4):
        try:
            return call(**members)
        except ClientError as error:
            if not error.response["Error"]["Code"].startswith("ConcurrentModification"):
                raise
    raise AssertionError("a change is in the way for ever")


def wait(found: Callable[[], Any]) -> Any:
    """Look again until there is something."""
    until = time.monotonic() + PATIENCE
    while not (got := found()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return got


class TestPatientClient:
    """A client that pages to the end, waits for what takes its time and tries again what was in the way."""

    def test_gets_what_it_wants(self, emulation: Emulation) -> None:
        """Trusted access, a new account and a complete list of accounts: all is as it is with AWS on its best day."""
        organizations = client(emulation, "organizations")
        persist(organizations.create_organization, FeatureSet="ALL")
        persist(organizations.enable_aws_service_access, ServicePrincipal=ARTIFACT)

        def trusted() -> list[str]:
            pages = organizations.get_paginator("list_aws_service_access_for_organization").paginate()
            return [one["ServicePrincipal"] for page in pages for one in page["EnabledServicePrincipals"]]

        assert wait(trusted) == [ARTIFACT]
        asked = persist(organizations.create_account, AccountName="A", Email="a@example.com")["CreateAccountStatus"]
        states: list[str] = []

        def created() -> bool:
            told = organizations.describe_create_account_status(CreateAccountRequestId=asked["Id"])
            states.append(told["CreateAccountStatus"]["State"])
            return "SUCCEEDED" in states

        wait(created)
        assert states[0] == "IN_PROGRESS"

        def accounts() -> list[str]:
            pages = organizations.get_paginator("list_accounts").paginate()
            return [one["Email"] for page in pages for one in page["Accounts"]]

        assert wait(lambda: len(accounts()) == 2)
        assert "a@example.com" in accounts()

    def test_a_lucky_client_breaks(self, emulation: Emulation) -> None:
        """Who takes the first answer for the last one misses something before long."""
        organizations = client(emulation, "organizations")
        persist(organizations.create_organization, FeatureSet="ALL")
        root = wait(lambda: organizations.get_paginator("list_roots").paginate().build_full_result()["Roots"])[0]["Id"]
        for name in "ABCD":
            persist(organizations.create_organizational_unit, ParentId=root, Name=name)
        first = organizations.list_organizational_units_for_parent(ParentId=root)
        assert len(first["OrganizationalUnits"]) < 4
        assert first["NextToken"]
