"""Every paginator of botocore, over more than fits on a page, also while accounts come and go."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.paginate import PaginatorModel

from artifact_emulator.app import App
from tests.support.aws_models import MODELS, model
from tests.support.wire_client import Client

ACCOUNTS, UNITS, POLICIES = 1_000, 200, 100
LOADER = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH, str(MODELS)], include_default_search_paths=False)
PAGINATORS = {
    service: PaginatorModel(LOADER.load_service_model(service, "paginators-1"))
    for service in ("organizations", "artifact")
}
NAMES = [(service, name) for service, found in PAGINATORS.items() for name in sorted(found._paginator_config)]


@pytest.fixture(scope="module")
def large() -> Client:
    """Give the management account of an organization of a thousand accounts, two hundred units, a hundred policies."""
    client = Client(App(), "111122223333")
    client.do("organizations", "CreateOrganization")
    root = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for number in range(1, ACCOUNTS):
        send(client, "CreateAccount", AccountName=f"A{number}", Email=f"a{number}@example.com")
    for number in range(UNITS):
        send(client, "CreateOrganizationalUnit", ParentId=root, Name=f"U{number}")
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a:*", "Resource": "*"}}'
    for number in range(POLICIES):
        asked = {"Type": "SERVICE_CONTROL_POLICY", "Name": f"P{number}", "Description": "", "Content": content}
        send(client, "CreatePolicy", **asked)
    for number in range(50):
        send(client, "TagResource", ResourceId=root, Tags=[{"Key": str(number), "Value": ""}])
    for principal in ("artifact", "config", "cloudtrail", "access-analyzer", "ram"):
        send(client, "EnableAWSServiceAccess", ServicePrincipal=f"{principal}.amazonaws.com")
    return client


def send(client: Client, operation: str, **members: Any) -> Any:
    """Call an operation of Organizations that succeeds; without botocore's parser, for there are many."""
    reply = client.app.handle(client.request("organizations", operation, **members))
    assert reply.status == 200, reply.body
    return json.loads(reply.body or b"{}")


def arguments(client: Client, operation: str) -> dict[str, Any]:
    """Give what an operation has to be asked, so that there is something to list."""
    root = send(client, "ListRoots")["Roots"][0]["Id"]
    known = {
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
    return {name: known[name] for name in shape.required_members}


def pages(
    client: Client, service: str, operation: str, between: Callable[[], None] = lambda: None, **asked: Any
) -> Iterator[dict[str, Any]]:
    """Walk as botocore's paginator does, doing something between two pages."""
    config = PAGINATORS[service].get_paginator(operation)
    while True:
        page = client.do(service, operation, **asked)
        yield page
        token = page.get(config["output_token"])
        if not token:
            return
        asked[config["input_token"]] = token
        between()


def entries(service: str, operation: str, found: Iterator[dict[str, Any]]) -> list[str]:
    """Give all entries of all pages, as text."""
    key = PAGINATORS[service].get_paginator(operation)["result_key"]
    return [json.dumps(one, default=str, sort_keys=True) for page in found for one in page.get(key, [])]


# How many entries there are; a listing that is not here has few or none in this organization.
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
NOT_HERE = {
    "ListDelegatedServicesForAccount",
    "ListAccountsWithInvalidEffectivePolicy",
    "ListEffectivePolicyValidationErrors",
}
"""Those that refuse: there is no delegated administrator and no effective policy."""


class TestPaginators:
    """Each of botocore's paginators."""

    @pytest.mark.parametrize(
        ("service", "operation"), [one for one in NAMES if one[0] == "organizations" and one[1] not in NOT_HERE]
    )
    def test_neither_loses_nor_repeats(self, large: Client, service: str, operation: str) -> None:
        """All that there is comes, each once, whatever the size of the pages."""
        asked = arguments(large, operation)
        whole = entries(service, operation, pages(large, service, operation, **asked))
        assert len(whole) == len(set(whole)) == EXPECTED.get(operation, 0)
        if len(whole) > 7 and "MaxResults" in model(service).operation_model(operation).input_shape.members:
            assert entries(service, operation, pages(large, service, operation, MaxResults=7, **asked)) == whole

    def test_names_every_listing(self) -> None:
        """Every paginator is walked here, or is known to have nothing to walk over."""
        assert {name for service, name in NAMES if service == "organizations"} >= EXPECTED.keys() | NOT_HERE

    @pytest.mark.parametrize(
        "operation", ["ListAccounts", "ListAccountsForParent", "ListChildren", "ListTargetsForPolicy"]
    )
    def test_while_accounts_come_and_go(self, operation: str) -> None:
        """Accounts that stay are listed once each, though others arrive and leave between the pages."""
        client = Client(App(), "111122223333")
        client.do("organizations", "CreateOrganization")
        for number in range(100):
            send(client, "CreateAccount", AccountName=f"A{number}", Email=f"a{number}@example.com")
        listed = [one["Id"] for page in pages(client, "organizations", "ListAccounts") for one in page["Accounts"]]
        staying, leaving = listed[::2], iter(listed[1::2])
        arrived = iter(range(1_000))

        def disturb() -> None:
            send(client, "RemoveAccountFromOrganization", AccountId=next(leaving))
            number = next(arrived)
            send(client, "CreateAccount", AccountName=f"B{number}", Email=f"b{number}@example.com")

        asked = arguments(client, operation)
        found = " ".join(
            entries("organizations", operation, pages(client, "organizations", operation, disturb, **asked))
        )
        name = '"TargetId": "{}"' if operation == "ListTargetsForPolicy" else '"Id": "{}"'
        assert [found.count(name.format(one)) for one in staying] == [1] * len(staying)

    @pytest.mark.parametrize("operation", ["ListReports", "ListReportVersions", "ListAgreements"])
    def test_of_artifact(self, large: Client, operation: str) -> None:
        """Artifact's lists come whole, page by page."""
        asked: dict[str, Any] = {"reportId": "report-f1DIWBmGa2Lhsadg"} if operation == "ListReportVersions" else {}
        whole = entries("artifact", operation, pages(large, "artifact", operation, **asked))
        assert len(whole) > 1
        assert entries("artifact", operation, pages(large, "artifact", operation, maxResults=1, **asked)) == whole
