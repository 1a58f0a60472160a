"""Every paginator of botocore, over lists of many pages, also while accounts come and go."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.paginate import PaginatorModel

from artifact_emulator.app import App
from shapes_generator.models import MODELS
from tests.support.aws_models import model
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client

ACCOUNTS, UNITS, POLICIES = 1_000, 200, 100
LOADER = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH, str(MODELS)], include_default_search_paths=False)
PAGINATORS = {
    service: PaginatorModel(LOADER.load_service_model(service, "paginators-1"))
    for service in ("organizations", "artifact")
}
NAMES = [(service, name) for service, paginators in PAGINATORS.items() for name in sorted(paginators._paginator_config)]


@pytest.fixture(scope="module")
def large_organization() -> Client:
    """Return the management account of an organization with a thousand accounts, 200 units and 100 policies."""
    client = Client(App(), "111122223333")
    client.do("organizations", "CreateOrganization")
    enable_scps(client)
    root = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for number in range(1, ACCOUNTS):
        send(client, "CreateAccount", AccountName=f"A{number}", Email=f"a{number}@example.com")
    for number in range(UNITS):
        send(client, "CreateOrganizationalUnit", ParentId=root, Name=f"U{number}")
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a:*", "Resource": "*"}}'
    for number in range(POLICIES):
        members = {"Type": "SERVICE_CONTROL_POLICY", "Name": f"P{number}", "Description": "", "Content": content}
        send(client, "CreatePolicy", **members)
    for number in range(50):
        send(client, "TagResource", ResourceId=root, Tags=[{"Key": str(number), "Value": ""}])
    for principal in ("artifact", "config", "cloudtrail", "access-analyzer", "ram"):
        send(client, "EnableAWSServiceAccess", ServicePrincipal=f"{principal}.amazonaws.com")
    return client


def send(client: Client, operation: str, **members: Any) -> Any:
    """Call an operation that must succeed, without botocore's parser, because there are many calls."""
    reply = client.app.handle(client.request("organizations", operation, **members))
    assert reply.status == 200, reply.body
    return json.loads(reply.body or b"{}")


def arguments(client: Client, operation: str) -> dict[str, Any]:
    """Return the required members of an operation, with values that have something to list."""
    root = send(client, "ListRoots")["Roots"][0]["Id"]
    values = {
        "ParentId": root,
        "ChildType": "ACCOUNT",
        "ChildId": client.account,
        "Filter": "SERVICE_CONTROL_POLICY",
        "TargetId": root,
        "PolicyId": "p-FullAWSAccess",
        "ResourceId": root,
        "reportId": "report-bqhUJF3FrQZsMJpb",
        "AccountId": client.account,
        "PolicyType": "TAG_POLICY",
    }
    shape = model("organizations").operation_model(operation).input_shape
    return {name: values[name] for name in shape.required_members}


def pages(
    client: Client, service: str, operation: str, between: Callable[[], None] = lambda: None, **members: Any
) -> Iterator[dict[str, Any]]:
    """Yield the pages as botocore's paginator does, and call a function between two pages."""
    config = PAGINATORS[service].get_paginator(operation)
    while True:
        page = client.do(service, operation, **members)
        yield page
        token = page.get(config["output_token"])
        if not token:
            return
        members[config["input_token"]] = token
        between()


def entries(service: str, operation: str, pages: Iterator[dict[str, Any]]) -> list[str]:
    """Return the entries of all pages as text."""
    key = PAGINATORS[service].get_paginator(operation)["result_key"]
    return [json.dumps(entry, default=str, sort_keys=True) for page in pages for entry in page.get(key, [])]


# The number of entries; a list that is not named here has none in this organization.
EXPECTED = {
    "ListAccounts": ACCOUNTS,
    "ListAccountsForParent": ACCOUNTS,
    "ListChildren": ACCOUNTS,
    "ListCreateAccountStatus": ACCOUNTS - 1,
    "ListOrganizationalUnitsForParent": UNITS,
    "ListPolicies": POLICIES + 1,
    "ListTargetsForPolicy": ACCOUNTS + UNITS + 1,
    "ListTagsForResource": 50,
    "ListAWSServiceAccessForOrganization": 5,
    "ListRoots": 1,
    "ListPoliciesForTarget": 1,
    "ListParents": 1,
}
WITHOUT_RESULT = {
    "ListDelegatedServicesForAccount",
    "ListAccountsWithInvalidEffectivePolicy",
    "ListEffectivePolicyValidationErrors",
}
"""Operations that are refused, because there is no delegated administrator and no effective policy."""


class TestPaginators:
    """The paginators of botocore."""

    @pytest.mark.parametrize(
        ("service", "operation"),
        [name for name in NAMES if name[0] == "organizations" and name[1] not in WITHOUT_RESULT],
    )
    def test_paginator_returns_every_entry_once(self, large_organization: Client, service: str, operation: str) -> None:
        """A paginator returns every entry once, with pages of any size."""
        members = arguments(large_organization, operation)
        all_entries = entries(service, operation, pages(large_organization, service, operation, **members))
        assert len(all_entries) == len(set(all_entries)) == EXPECTED.get(operation, 0)
        if len(all_entries) > 7 and "MaxResults" in model(service).operation_model(operation).input_shape.members:
            assert (
                entries(service, operation, pages(large_organization, service, operation, MaxResults=7, **members))
                == all_entries
            )

    def test_expected_listings_have_paginators(self) -> None:
        """Every list with an expected number of entries has a paginator."""
        assert {name for service, name in NAMES if service == "organizations"} >= EXPECTED.keys() | WITHOUT_RESULT

    @pytest.mark.parametrize(
        "operation", ["ListAccounts", "ListAccountsForParent", "ListChildren", "ListTargetsForPolicy"]
    )
    def test_staying_accounts_are_listed_once_while_others_come_and_go(self, operation: str) -> None:
        """Accounts that stay are listed once, while others join and leave between the pages."""
        client = Client(App(), "111122223333")
        client.do("organizations", "CreateOrganization")
        enable_scps(client)
        for number in range(100):
            send(client, "CreateAccount", AccountName=f"A{number}", Email=f"a{number}@example.com")
        account_ids = [
            account["Id"] for page in pages(client, "organizations", "ListAccounts") for account in page["Accounts"]
        ]
        staying, leaving = account_ids[::2], iter(account_ids[1::2])
        numbers = iter(range(1_000))

        def disturb() -> None:
            send(client, "RemoveAccountFromOrganization", AccountId=next(leaving))
            number = next(numbers)
            send(client, "CreateAccount", AccountName=f"B{number}", Email=f"b{number}@example.com")

        members = arguments(client, operation)
        text = " ".join(
            entries("organizations", operation, pages(client, "organizations", operation, disturb, **members))
        )
        name = '"TargetId": "{}"' if operation == "ListTargetsForPolicy" else '"Id": "{}"'
        assert [text.count(name.format(account_id)) for account_id in staying] == [1] * len(staying)

    @pytest.mark.parametrize("operation", ["ListReports", "ListReportVersions", "ListAgreements"])
    def test_artifact_paginator_returns_every_entry(self, large_organization: Client, operation: str) -> None:
        """A paginator of AWS Artifact returns every entry, with pages of one entry too."""
        members: dict[str, Any] = {"reportId": "report-f1DIWBmGa2Lhsadg"} if operation == "ListReportVersions" else {}
        all_entries = entries("artifact", operation, pages(large_organization, "artifact", operation, **members))
        assert len(all_entries) > 1
        assert (
            entries("artifact", operation, pages(large_organization, "artifact", operation, maxResults=1, **members))
            == all_entries
        )
