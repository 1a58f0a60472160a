"""The declared errors of organizational units, moves and tags."""

from collections.abc import Callable
from typing import Any

from tests.support.error_table import ErrorTable, Provocation
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account, create_account, create_unit, root_id

MISSING_UNIT = "ou-aaaa-00000000"
MISSING_ACCOUNT = "000000000000"
PARAMETERS: dict[str, dict[str, Any]] = {
    "CreateOrganizationalUnit": {"ParentId": MISSING_UNIT, "Name": "Name"},
    "UpdateOrganizationalUnit": {"OrganizationalUnitId": MISSING_UNIT, "Name": "Name"},
    "DeleteOrganizationalUnit": {"OrganizationalUnitId": MISSING_UNIT},
    "DescribeOrganizationalUnit": {"OrganizationalUnitId": MISSING_UNIT},
    "ListOrganizationalUnitsForParent": {"ParentId": MISSING_UNIT},
    "ListAccountsForParent": {"ParentId": MISSING_UNIT},
    "ListChildren": {"ParentId": MISSING_UNIT, "ChildType": "ACCOUNT"},
    "ListParents": {"ChildId": MISSING_UNIT},
    "MoveAccount": {
        "AccountId": MISSING_ACCOUNT,
        "SourceParentId": MISSING_UNIT,
        "DestinationParentId": MISSING_UNIT,
    },
    "TagResource": {"ResourceId": MISSING_UNIT, "Tags": [{"Key": "a", "Value": ""}]},
    "UntagResource": {"ResourceId": MISSING_UNIT, "TagKeys": ["a"]},
    "ListTagsForResource": {"ResourceId": MISSING_UNIT},
}
"""Valid parameters of each operation; what they name does not exist."""


def by_account(account_of: Callable[[Client], str], operation: str) -> Provocation:
    """Return a call of another account."""
    return lambda client: as_account(client, account_of(client)).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_management(operation: str, **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""
    return lambda client: client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)


def _create_duplicate(client: Client) -> Answer:
    create_unit(client, "Taken")
    return client.expect_error(SERVICE, "CreateOrganizationalUnit", ParentId=root_id(client), Name="Taken")


def _rename_to_duplicate(client: Client) -> Answer:
    create_unit(client, "Taken")
    other = create_unit(client, "Other")
    return client.expect_error(SERVICE, "UpdateOrganizationalUnit", OrganizationalUnitId=other, Name="Taken")


def _create_too_deep(client: Client) -> Answer:
    parent_id = root_id(client)
    for level in range(5):
        parent_id = create_unit(client, f"Level {level}", parent_id)
    answer = client.expect_error(SERVICE, "CreateOrganizationalUnit", ParentId=parent_id, Name="Level 5")
    assert answer.data["Reason"] == "OU_DEPTH_LIMIT_EXCEEDED"
    return answer


def _delete_non_empty(client: Client) -> Answer:
    above = create_unit(client, "Above")
    create_unit(client, "Below", above)
    return client.expect_error(SERVICE, "DeleteOrganizationalUnit", OrganizationalUnitId=above)


def _move(source_id: str | None, destination_id: str | None) -> Provocation:
    """Return a move of the management account; None stands for the root."""
    return lambda client: client.expect_error(
        SERVICE,
        "MoveAccount",
        AccountId=client.account,
        SourceParentId=source_id or root_id(client),
        DestinationParentId=destination_id or root_id(client),
    )


def _add_too_many_tags(client: Client) -> Answer:
    tags = [{"Key": f"key-{number}", "Value": ""} for number in range(51)]
    answer = client.expect_error(SERVICE, "TagResource", ResourceId=root_id(client), Tags=tags)
    assert answer.data["Reason"] == "MAX_TAG_LIMIT_EXCEEDED"
    return answer


PROVOKED: dict[str, dict[str, Provocation]] = {
    "CreateOrganizationalUnit": {
        "ConstraintViolationException": _create_too_deep,
        "DuplicateOrganizationalUnitException": _create_duplicate,
        "InvalidInputException": by_management("CreateOrganizationalUnit", ParentId="ou-1"),
        "ParentNotFoundException": by_management("CreateOrganizationalUnit"),
    },
    "UpdateOrganizationalUnit": {
        "DuplicateOrganizationalUnitException": _rename_to_duplicate,
        "InvalidInputException": by_management("UpdateOrganizationalUnit", Name="x" * 129),
        "OrganizationalUnitNotFoundException": by_management("UpdateOrganizationalUnit"),
    },
    "DeleteOrganizationalUnit": {
        "InvalidInputException": by_management("DeleteOrganizationalUnit", OrganizationalUnitId="r-0000"),
        "OrganizationalUnitNotEmptyException": _delete_non_empty,
        "OrganizationalUnitNotFoundException": by_management("DeleteOrganizationalUnit"),
    },
    "DescribeOrganizationalUnit": {
        "InvalidInputException": by_management("DescribeOrganizationalUnit", OrganizationalUnitId="r-0000"),
        "OrganizationalUnitNotFoundException": by_management("DescribeOrganizationalUnit"),
    },
    "ListOrganizationalUnitsForParent": {
        "InvalidInputException": by_management("ListOrganizationalUnitsForParent", MaxResults=21),
        "ParentNotFoundException": by_management("ListOrganizationalUnitsForParent"),
    },
    "ListAccountsForParent": {
        "InvalidInputException": by_management("ListAccountsForParent", NextToken="another"),
        "ParentNotFoundException": by_management("ListAccountsForParent"),
    },
    "ListChildren": {
        "InvalidInputException": by_management("ListChildren", ChildType="ROOT"),
        "ParentNotFoundException": by_management("ListChildren"),
    },
    "ListParents": {
        "InvalidInputException": by_management("ListParents", ChildId="r-0000"),
        "ChildNotFoundException": by_management("ListParents"),
    },
    "MoveAccount": {
        "AccountNotFoundException": by_management("MoveAccount"),
        "DestinationParentNotFoundException": _move(None, MISSING_UNIT),
        "DuplicateAccountException": _move(None, None),
        "InvalidInputException": by_management("MoveAccount", AccountId="1"),
        "SourceParentNotFoundException": _move(MISSING_UNIT, None),
    },
    "TagResource": {
        "ConstraintViolationException": _add_too_many_tags,
        "InvalidInputException": by_management("TagResource", ResourceId="x"),
        "TargetNotFoundException": by_management("TagResource"),
    },
    "UntagResource": {
        "InvalidInputException": by_management("UntagResource", TagKeys=[""]),
        "TargetNotFoundException": by_management("UntagResource"),
    },
    "ListTagsForResource": {
        "InvalidInputException": by_management("ListTagsForResource", NextToken="another"),
        "TargetNotFoundException": by_management("ListTagsForResource"),
    },
}
for operation, errors in PROVOKED.items():
    errors["AccessDeniedException"] = by_account(create_account, operation)
    errors["AWSOrganizationsNotInUseException"] = by_account(lambda _: STANDALONE, operation)
TABLE = ErrorTable(
    provoked=PROVOKED,
    unreachable={("UntagResource", "ConstraintViolationException"): "removing tags exceeds no quota"},
)
