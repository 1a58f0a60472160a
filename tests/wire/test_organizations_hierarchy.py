"""The tree and its tags on the wire: what each operation answers, and every error that it declares."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_state import catalog, principals
from artifact_state.organizations import account_creation, hierarchy
from artifact_state.world import World
from tests.support.organizations import SERVICE
from tests.wire.botocore_wire import Client

NOWHERE = "ou-aaaa-00000000"
NOBODY = "000000000000"


def root_user(client: Client) -> str:
    """Give the id of the caller's root."""
    found: str = client.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
    return found


def unit(client: Client, name: str, parent: str | None = None) -> str:
    """Make an organizational unit; give its id."""
    made = client.does(SERVICE, "CreateOrganizationalUnit", ParentId=parent or root_user(client), Name=name)
    unit_id: str = made["OrganizationalUnit"]["Id"]
    return unit_id


def account(client: Client, name: str = "Member", **parameters: Any) -> str:
    """Create a member account; give its id."""
    asked = client.does(SERVICE, "CreateAccount", AccountName=name, Email=f"{name}@example.com", **parameters)
    request_id = asked["CreateAccountStatus"]["Id"]
    told = client.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    account_id: str = told["CreateAccountStatus"]["AccountId"]
    return account_id


def stranger(client: Client) -> str:  # noqa: ARG001 - Whoever asks, it is in no organization.
    """Give the id of an account that is in no organization."""
    return "999988887777"


def set_quotas(client: Client, **changed: Any) -> None:
    """Give the world other quotas."""
    world = client.core.world
    world.options = replace(world.options, quotas=replace(catalog.quotas(), **changed))


def pages(client: Client, operation: str, member: str, **parameters: Any) -> Iterator[list[Any]]:
    """Walk through the pages of a listing."""
    reply = client.does(SERVICE, operation, **parameters)
    yield reply[member]
    while "NextToken" in reply:
        reply = client.does(SERVICE, operation, NextToken=reply["NextToken"], **parameters)
        yield reply[member]


class TestOrganizationalUnits:
    """CreateOrganizationalUnit, UpdateOrganizationalUnit, DescribeOrganizationalUnit, DeleteOrganizationalUnit."""

    def test_answer(self, management: Client) -> None:
        """A unit answers its id, ARN, name and path, alike when it is made and when it is described."""
        root = root_user(management)
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        above = unit(management, "Above")
        made = management.does(SERVICE, "CreateOrganizationalUnit", ParentId=above, Name="Below")["OrganizationalUnit"]
        assert made == {
            "Id": made["Id"],
            "Arn": f"arn:aws:organizations::{management.account}:ou/{organization}/{made['Id']}",
            "Name": "Below",
            "Path": f"{organization}/{root}/{above}/{made['Id']}/",
        }
        told = management.does(SERVICE, "DescribeOrganizationalUnit", OrganizationalUnitId=made["Id"])
        assert told == {"OrganizationalUnit": made}

    def test_rename(self, management: Client) -> None:
        """A rename answers the unit under its new name."""
        unit_id = unit(management, "Old")
        told = management.does(SERVICE, "UpdateOrganizationalUnit", OrganizationalUnitId=unit_id, Name="New")
        assert told["OrganizationalUnit"]["Name"] == "New"
        assert management.does(SERVICE, "UpdateOrganizationalUnit", OrganizationalUnitId=unit_id) == told

    def test_delete(self, management: Client) -> None:
        """A deletion answers nothing."""
        assert management.does(SERVICE, "DeleteOrganizationalUnit", OrganizationalUnitId=unit(management, "Gone")) == {}

    def test_too_many(self, management: Client) -> None:
        """The quota of units is a constraint of its own."""
        set_quotas(management, organizational_units_per_organization=1)
        unit(management, "First")
        got = management.is_refused(SERVICE, "CreateOrganizationalUnit", ParentId=root_user(management), Name="Second")
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", "OU_NUMBER_LIMIT_EXCEEDED")

    def test_any_name(self, management: Client) -> None:
        """A name may be any text of up to 128 characters."""
        for name in ("é 漢字 \n<&>", "x" * 128):
            unit_id = unit(management, name)
            told = management.does(SERVICE, "DescribeOrganizationalUnit", OrganizationalUnitId=unit_id)
            assert told["OrganizationalUnit"]["Name"] == name


class TestListings:
    """ListOrganizationalUnitsForParent, ListAccountsForParent, ListChildren, ListParents."""

    def test_units(self, management: Client) -> None:
        """Units are listed in the order of their creation, twenty a page unless told otherwise."""
        root = root_user(management)
        made = [unit(management, f"Unit {at}") for at in range(23)]
        for sizes, parameters in (([20, 3], {}), ([10, 10, 3], {"MaxResults": 10})):
            found = list(
                pages(
                    management, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=root, **parameters
                )
            )
            assert [len(page) for page in found] == sizes
            assert [one["Id"] for page in found for one in page] == made

    def test_children(self, management: Client) -> None:
        """Children are units or accounts, as the caller wants them."""
        root, below, member = root_user(management), unit(management, "Unit"), account(management)
        for kind, ids in (("ORGANIZATIONAL_UNIT", [below]), ("ACCOUNT", [management.account, member])):
            found = list(pages(management, "ListChildren", "Children", ParentId=root, ChildType=kind, MaxResults=1))
            assert [one for page in found for one in page] == [{"Id": one, "Type": kind} for one in ids]

    def test_token_of_the_other_kind(self, management: Client) -> None:
        """A token of the accounts opens no page of the units."""
        root = root_user(management)
        account(management)
        token = management.does(SERVICE, "ListChildren", ParentId=root, ChildType="ACCOUNT", MaxResults=1)["NextToken"]
        got = management.is_refused(
            SERVICE, "ListChildren", ParentId=root, ChildType="ORGANIZATIONAL_UNIT", NextToken=token
        )
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INVALID_NEXT_TOKEN")

    def test_accounts(self, management: Client) -> None:
        """Accounts below a parent are described as they are elsewhere, with the path to them."""
        root, below, member = root_user(management), unit(management, "Unit"), account(management)
        management.does(SERVICE, "MoveAccount", AccountId=member, SourceParentId=root, DestinationParentId=below)
        (found,) = management.does(SERVICE, "ListAccountsForParent", ParentId=below)["Accounts"]
        assert found == management.does(SERVICE, "DescribeAccount", AccountId=member)["Account"]
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        assert found["Paths"] == [f"{organization}/{root}/{below}/{member}/"]

    def test_accounts_come_and_go(self, management: Client) -> None:
        """A listing neither loses nor repeats accounts that stay, while others move away and arrive."""
        set_quotas(management, accounts_per_organization=100)
        root, below = root_user(management), unit(management, "Unit")
        members = [account(management, f"member-{at}") for at in range(10)]

        def move(one: str, source: str, destination: str) -> None:
            management.does(
                SERVICE, "MoveAccount", AccountId=one, SourceParentId=source, DestinationParentId=destination
            )

        for one in members[:8]:
            move(one, root, below)
        walk = pages(management, "ListAccountsForParent", "Accounts", ParentId=below, MaxResults=3)
        found = [one["Id"] for one in next(walk)]
        move(members[2], below, root)
        move(members[4], below, root)
        move(members[9], root, below)
        found += [one["Id"] for page in walk for one in page]
        assert found == [members[at] for at in (0, 1, 2, 3, 5, 6, 7, 9)]

    def test_parents(self, management: Client) -> None:
        """An account or a unit has one parent, of its kind."""
        root, above, member = root_user(management), unit(management, "Above"), account(management)
        below = unit(management, "Below", above)
        for child, parent in ((above, root), (member, root), (below, above)):
            kind = "ROOT" if parent == root else "ORGANIZATIONAL_UNIT"
            told = management.does(SERVICE, "ListParents", ChildId=child, MaxResults=1)
            assert told == {"Parents": [{"Id": parent, "Type": kind}]}

    def test_parents_of_a_root(self, management: Client) -> None:
        """A root is no child: its id does not match."""
        got = management.is_refused(SERVICE, "ListParents", ChildId=root_user(management))
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INVALID_PATTERN")


@pytest.fixture(scope="module")
def crowd() -> tuple[Client, dict[str, list[str]]]:
    """Give the management account of a large organization, and what is in it."""
    client = Client(App(World()))
    client.does(SERVICE, "CreateOrganization")
    caller, accounts, units = principals.root_user(client.account), [client.account], []
    for at in range(999):
        with client.core.world.transaction(caller) as tx:
            creation = account_creation.create_account(tx, name="x", email=f"member-{at}@example.com")
            accounts.append(str(creation.account_id))
    root = root_user(client)
    for at in range(200):
        with client.core.world.transaction(caller) as tx:
            units.append(hierarchy.create_unit(tx, root, f"Unit {at}").id)
    return client, {"accounts": accounts, "created accounts": accounts[1:], "units": units}


class TestManyPages:
    """Walks through a thousand accounts and two hundred units."""

    @pytest.mark.parametrize(
        ("operation", "member", "parameters", "what"),
        [
            ("ListAccounts", "Accounts", {}, "accounts"),
            ("ListAccountsForParent", "Accounts", {"ParentId": ...}, "accounts"),
            ("ListChildren", "Children", {"ParentId": ..., "ChildType": "ACCOUNT"}, "accounts"),
            ("ListChildren", "Children", {"ParentId": ..., "ChildType": "ORGANIZATIONAL_UNIT"}, "units"),
            ("ListOrganizationalUnitsForParent", "OrganizationalUnits", {"ParentId": ...}, "units"),
            ("ListCreateAccountStatus", "CreateAccountStatuses", {}, "created accounts"),
        ],
    )
    def test_neither_lose_nor_repeat(
        self, crowd: tuple[Client, dict[str, list[str]]], operation: str, member: str, parameters: Any, what: str
    ) -> None:
        """Every page is full but the last, and what is on them is everything, once, in the order of creation."""
        client, everything = crowd
        given = {name: root_user(client) if value is ... else value for name, value in parameters.items()}
        found = list(pages(client, operation, member, **given))
        assert {len(page) for page in found[:-1]} == {20}
        assert [one.get("AccountId") or one["Id"] for page in found for one in page] == everything[what]


class TestMoveAccount:
    """MoveAccount."""

    def test_answers_nothing(self, management: Client) -> None:
        """Success has no output; the management account may be moved too."""
        root, below = root_user(management), unit(management, "Unit")
        moved = management.does(
            SERVICE, "MoveAccount", AccountId=management.account, SourceParentId=root, DestinationParentId=below
        )
        assert moved == {}


class TestTags:
    """TagResource, UntagResource, ListTagsForResource."""

    def test_round(self, management: Client) -> None:
        """Tags are set, listed in their order, and taken away."""
        tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]
        unit_id = unit(management, "Unit")
        assert management.does(SERVICE, "TagResource", ResourceId=unit_id, Tags=tags) == {}
        assert management.does(SERVICE, "ListTagsForResource", ResourceId=unit_id) == {"Tags": tags}
        assert management.does(SERVICE, "UntagResource", ResourceId=unit_id, TagKeys=["b"]) == {}
        assert management.does(SERVICE, "ListTagsForResource", ResourceId=unit_id) == {"Tags": tags[1:]}

    def test_pages(self, management: Client) -> None:
        """Fifty tags are three pages."""
        tags = [{"Key": f"key-{at}", "Value": str(at)} for at in range(50)]
        management.does(SERVICE, "TagResource", ResourceId=management.account, Tags=tags)
        found = list(pages(management, "ListTagsForResource", "Tags", ResourceId=management.account))
        assert [len(page) for page in found] == [20, 20, 10]
        assert [one for page in found for one in page] == tags

    def test_at_creation(self, management: Client) -> None:
        """A unit and an account can be tagged as they are made."""
        tags = [{"Key": "team", "Value": "blue"}]
        root = root_user(management)
        made = management.does(SERVICE, "CreateOrganizationalUnit", ParentId=root, Name="Tagged", Tags=tags)
        for resource_id in (made["OrganizationalUnit"]["Id"], account(management, "Tagged", Tags=tags)):
            assert management.does(SERVICE, "ListTagsForResource", ResourceId=resource_id) == {"Tags": tags}

    @pytest.mark.parametrize(
        ("tags", "reason"),
        [
            ([{"Key": "aws:x", "Value": ""}], "INVALID_SYSTEM_TAGS_PARAMETER"),
            ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "DUPLICATE_TAG_KEY"),
            ([{"Key": "", "Value": "1"}], "MIN_LENGTH_EXCEEDED"),
            ([{"Key": "a"}], "INPUT_REQUIRED"),
            ([{"Key": "a*", "Value": ""}], "INVALID_PATTERN"),
            ([{"Key": "a", "Value": "x" * 257}], "MAX_LENGTH_EXCEEDED"),
        ],
    )
    def test_bad_tags(self, management: Client, tags: list[dict[str, str]], reason: str) -> None:
        """Bad tags are refused for the same reason wherever they are given, and nothing comes of the call."""
        root = root_user(management)
        for operation, parameters in (
            ("TagResource", {"ResourceId": root}),
            ("CreateOrganizationalUnit", {"ParentId": root, "Name": "Tagged"}),
            ("CreateAccount", {"AccountName": "Tagged", "Email": "tagged@example.com"}),
            ("CreateGovCloudAccount", {"AccountName": "Tagged", "Email": "tagged@example.com"}),
        ):
            got = management.is_refused(SERVICE, operation, Tags=tags, **parameters)
            assert (got.code, got.data["Reason"]) == ("InvalidInputException", reason)
