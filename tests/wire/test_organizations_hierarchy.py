"""Organizational units, the accounts in them, and tags on the wire."""

from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_state import principals
from artifact_state.organizations import account_creation, hierarchy
from artifact_state.world import World
from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    SERVICE,
    create_account,
    create_unit,
    describe_organization,
    error_of,
    pages,
    root_id,
    set_quotas,
)


def move(client: Client, account_id: str, source_id: str, destination_id: str) -> None:
    """Move an account, which has no output."""
    reply = client.do(
        SERVICE, "MoveAccount", AccountId=account_id, SourceParentId=source_id, DestinationParentId=destination_id
    )
    assert reply == {}


class TestOrganizationalUnits:
    """CreateOrganizationalUnit, UpdateOrganizationalUnit, DescribeOrganizationalUnit, DeleteOrganizationalUnit."""

    def test_created_unit_has_path_from_organization(self, management: Client) -> None:
        """The reply has the unit's id, ARN, name and path, and DescribeOrganizationalUnit the same."""
        organization, root, above = (
            describe_organization(management)["Id"],
            root_id(management),
            create_unit(management, "Above"),
        )
        reply = management.do(SERVICE, "CreateOrganizationalUnit", ParentId=above, Name="Below")
        unit = reply["OrganizationalUnit"]
        assert unit == {
            "Id": unit["Id"],
            "Arn": f"arn:aws:organizations::{management.account}:ou/{organization}/{unit['Id']}",
            "Name": "Below",
            "Path": f"{organization}/{root}/{above}/{unit['Id']}/",
        }
        assert management.do(SERVICE, "DescribeOrganizationalUnit", OrganizationalUnitId=unit["Id"]) == reply

    def test_renamed_unit_is_replied_with_new_name(self, management: Client) -> None:
        """The reply has the unit under its new name; a call without a name changes nothing."""
        unit_id = create_unit(management, "Old")
        reply = management.do(SERVICE, "UpdateOrganizationalUnit", OrganizationalUnitId=unit_id, Name="New")
        assert reply["OrganizationalUnit"]["Name"] == "New"
        assert management.do(SERVICE, "UpdateOrganizationalUnit", OrganizationalUnitId=unit_id) == reply

    def test_deletion_of_unit_has_no_output(self, management: Client) -> None:
        """A deletion has no output."""
        unit_id = create_unit(management, "Deleted")
        assert management.do(SERVICE, "DeleteOrganizationalUnit", OrganizationalUnitId=unit_id) == {}

    def test_units_below_the_fifth_level_are_refused(self, management: Client) -> None:
        """The refusal says that the parent takes no units."""
        parent = root_id(management)
        for level in range(5):
            parent = create_unit(management, f"Level {level}", parent)
        answer = management.expect_error(SERVICE, "CreateOrganizationalUnit", ParentId=parent, Name="Level 5")
        assert answer.data["Message"] == (
            "You cannot add an organizational unit to the specified parent because it would exceed the max depth "
            "allowed."
        )

    def test_units_above_quota_are_refused(self, management: Client) -> None:
        """The quota of units is a constraint with its own reason."""
        set_quotas(management, organizational_units_per_organization=1)
        create_unit(management, "First")
        answer = management.expect_error(
            SERVICE, "CreateOrganizationalUnit", ParentId=root_id(management), Name="Second"
        )
        assert error_of(answer) == ("ConstraintViolationException", "OU_NUMBER_LIMIT_EXCEEDED")

    @pytest.mark.parametrize("name", ["é 漢字 \n<&>", "x" * 128])
    def test_unit_name_may_be_any_text(self, management: Client, name: str) -> None:
        """A name may be any text of up to 128 characters."""
        unit_id = create_unit(management, name)
        reply = management.do(SERVICE, "DescribeOrganizationalUnit", OrganizationalUnitId=unit_id)
        assert reply["OrganizationalUnit"]["Name"] == name


class TestListings:
    """ListOrganizationalUnitsForParent, ListAccountsForParent, ListChildren, ListParents."""

    @pytest.mark.parametrize(("sizes", "parameters"), [([20, 3], {}), ([10, 10, 3], {"MaxResults": 10})])
    def test_units_are_listed_in_order_of_creation(
        self, management: Client, sizes: list[int], parameters: dict[str, int]
    ) -> None:
        """Units are listed in the order of their creation, by default twenty a page."""
        root = root_id(management)
        created = [create_unit(management, f"Unit {number}") for number in range(23)]
        operation, member = "ListOrganizationalUnitsForParent", "OrganizationalUnits"
        listed = list(pages(management, operation, member, ParentId=root, **parameters))
        assert [len(page) for page in listed] == sizes
        assert [unit["Id"] for page in listed for unit in page] == created

    def test_children_are_units_or_accounts(self, management: Client) -> None:
        """ListChildren lists the children of the type that is given."""
        root, unit_id, account_id = root_id(management), create_unit(management), create_account(management)
        for kind, ids in (("ORGANIZATIONAL_UNIT", [unit_id]), ("ACCOUNT", [management.account, account_id])):
            walk = pages(management, "ListChildren", "Children", ParentId=root, ChildType=kind, MaxResults=1)
            children = [child for page in walk for child in page]
            assert children == [{"Id": child_id, "Type": kind} for child_id in ids]

    def test_token_of_another_child_type_is_refused(self, management: Client) -> None:
        """A token of the listing of accounts is invalid for the listing of units."""
        root = root_id(management)
        create_account(management)
        token = management.do(SERVICE, "ListChildren", ParentId=root, ChildType="ACCOUNT", MaxResults=1)["NextToken"]
        answer = management.expect_error(
            SERVICE, "ListChildren", ParentId=root, ChildType="ORGANIZATIONAL_UNIT", NextToken=token
        )
        assert error_of(answer) == ("InvalidInputException", "INVALID_NEXT_TOKEN")

    def test_listed_account_equals_described_one(self, management: Client) -> None:
        """An account below a unit is listed as DescribeAccount describes it, with the path to it."""
        root, unit_id, account_id = root_id(management), create_unit(management), create_account(management)
        move(management, account_id, root, unit_id)
        (listed,) = management.do(SERVICE, "ListAccountsForParent", ParentId=unit_id)["Accounts"]
        assert listed == management.do(SERVICE, "DescribeAccount", AccountId=account_id)["Account"]
        organization = describe_organization(management)["Id"]
        assert listed["Paths"] == [f"{organization}/{root}/{unit_id}/{account_id}/"]

    def test_listing_stays_complete_while_accounts_move(self, management: Client) -> None:
        """A listing neither loses nor repeats accounts that stay, while others move away and arrive."""
        set_quotas(management, accounts_per_organization=100)
        root, unit_id = root_id(management), create_unit(management)
        members = [create_account(management, f"member-{number}") for number in range(10)]
        for account_id in members[:8]:
            move(management, account_id, root, unit_id)
        walk = pages(management, "ListAccountsForParent", "Accounts", ParentId=unit_id, MaxResults=3)
        listed = [account["Id"] for account in next(walk)]
        move(management, members[2], unit_id, root)
        move(management, members[4], unit_id, root)
        move(management, members[9], root, unit_id)
        listed += [account["Id"] for page in walk for account in page]
        assert listed == [members[number] for number in (0, 1, 2, 3, 5, 6, 7, 9)]

    def test_parent_is_listed_with_its_type(self, management: Client) -> None:
        """An account or a unit has one parent: the root or a unit."""
        root, above, account_id = root_id(management), create_unit(management, "Above"), create_account(management)
        below = create_unit(management, "Below", above)
        for child_id, parent_id in ((above, root), (account_id, root), (below, above)):
            kind = "ROOT" if parent_id == root else "ORGANIZATIONAL_UNIT"
            reply = management.do(SERVICE, "ListParents", ChildId=child_id, MaxResults=1)
            assert reply == {"Parents": [{"Id": parent_id, "Type": kind}]}

    def test_root_is_not_valid_child(self, management: Client) -> None:
        """The id of a root does not match the pattern of a child."""
        answer = management.expect_error(SERVICE, "ListParents", ChildId=root_id(management))
        assert error_of(answer) == ("InvalidInputException", "INVALID_PATTERN")


@pytest.fixture(scope="module")
def large_organization() -> tuple[Client, dict[str, list[str]]]:
    """Return the management account of a large organization, and the ids in it."""
    client = Client(App(World()))
    client.do(SERVICE, "CreateOrganization")
    caller, accounts, units = principals.root_user(client.account), [client.account], []
    for number in range(999):
        with client.app.world.transaction(caller) as tx:
            creation = account_creation.create_account(tx, name="x", email=f"member-{number}@example.com")
            accounts.append(str(creation.account_id))
    root = root_id(client)
    for number in range(200):
        with client.app.world.transaction(caller) as tx:
            units.append(hierarchy.create_unit(tx, root, f"Unit {number}").id)
    return client, {"accounts": accounts, "created accounts": accounts[1:], "units": units}


class TestLargeOrganization:
    """Listings of a thousand accounts and two hundred units."""

    @pytest.mark.parametrize(
        ("operation", "member", "parameters", "content"),
        [
            ("ListAccounts", "Accounts", {}, "accounts"),
            ("ListAccountsForParent", "Accounts", {"ParentId": ...}, "accounts"),
            ("ListChildren", "Children", {"ParentId": ..., "ChildType": "ACCOUNT"}, "accounts"),
            ("ListChildren", "Children", {"ParentId": ..., "ChildType": "ORGANIZATIONAL_UNIT"}, "units"),
            ("ListOrganizationalUnitsForParent", "OrganizationalUnits", {"ParentId": ...}, "units"),
            ("ListCreateAccountStatus", "CreateAccountStatuses", {}, "created accounts"),
        ],
    )
    def test_pages_contain_every_item_once(
        self,
        large_organization: tuple[Client, dict[str, list[str]]],
        operation: str,
        member: str,
        parameters: Any,
        content: str,
    ) -> None:
        """Every page but the last is full, and together they contain every item once, in the order of creation."""
        client, ids = large_organization
        filled = {name: root_id(client) if value is ... else value for name, value in parameters.items()}
        listed = list(pages(client, operation, member, **filled))
        assert {len(page) for page in listed[:-1]} == {20}
        assert [item.get("AccountId") or item["Id"] for page in listed for item in page] == ids[content]


class TestMoveAccount:
    """MoveAccount."""

    def test_management_account_can_be_moved(self, management: Client) -> None:
        """The management account may be moved like any other, and the call has no output."""
        root, unit_id = root_id(management), create_unit(management)
        move(management, management.account, root, unit_id)
        reply = management.do(SERVICE, "ListParents", ChildId=management.account)
        assert reply["Parents"] == [{"Id": unit_id, "Type": "ORGANIZATIONAL_UNIT"}]


class TestTags:
    """TagResource, UntagResource, ListTagsForResource."""

    def test_tags_are_added_listed_and_removed(self, management: Client) -> None:
        """Tags are added, listed in their order, and removed."""
        tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]
        unit_id = create_unit(management)
        assert management.do(SERVICE, "TagResource", ResourceId=unit_id, Tags=tags) == {}
        assert management.do(SERVICE, "ListTagsForResource", ResourceId=unit_id) == {"Tags": tags}
        assert management.do(SERVICE, "UntagResource", ResourceId=unit_id, TagKeys=["b"]) == {}
        assert management.do(SERVICE, "ListTagsForResource", ResourceId=unit_id) == {"Tags": tags[1:]}

    def test_tags_are_listed_on_pages_of_twenty(self, management: Client) -> None:
        """Fifty tags make three pages."""
        tags = [{"Key": f"key-{number}", "Value": str(number)} for number in range(50)]
        management.do(SERVICE, "TagResource", ResourceId=management.account, Tags=tags)
        listed = list(pages(management, "ListTagsForResource", "Tags", ResourceId=management.account))
        assert [len(page) for page in listed] == [20, 20, 10]
        assert [tag for page in listed for tag in page] == tags

    def test_unit_and_account_are_tagged_on_creation(self, management: Client) -> None:
        """A unit and an account can be created with tags."""
        tags = [{"Key": "team", "Value": "blue"}]
        root = root_id(management)
        reply = management.do(SERVICE, "CreateOrganizationalUnit", ParentId=root, Name="Tagged", Tags=tags)
        for resource_id in (reply["OrganizationalUnit"]["Id"], create_account(management, "Tagged", Tags=tags)):
            assert management.do(SERVICE, "ListTagsForResource", ResourceId=resource_id) == {"Tags": tags}

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
    def test_invalid_tags_are_refused_by_every_operation(
        self, management: Client, tags: list[dict[str, str]], reason: str
    ) -> None:
        """Each operation that takes tags refuses invalid ones for the same reason, and changes nothing."""
        root = root_id(management)
        for operation, parameters in (
            ("TagResource", {"ResourceId": root}),
            ("CreateOrganizationalUnit", {"ParentId": root, "Name": "Tagged"}),
            ("CreateAccount", {"AccountName": "Tagged", "Email": "tagged@example.com"}),
            ("CreateGovCloudAccount", {"AccountName": "Tagged", "Email": "tagged@example.com"}),
        ):
            answer = management.expect_error(SERVICE, operation, Tags=tags, **parameters)
            assert error_of(answer) == ("InvalidInputException", reason)
