"""The declared errors of the resource policy."""

from collections.abc import Callable
from typing import Any

from tests.support.error_table import ErrorTable, Provocation
from tests.support.policy_calls import delegation_document
from tests.support.wire_client import Client
from tests.support.wire_organizations import MANAGEMENT, SERVICE, STANDALONE, as_account, create_account

PARAMETERS: dict[str, dict[str, Any]] = {
    "PutResourcePolicy": {"Content": delegation_document(MANAGEMENT, "ListPolicies")},
    "DescribeResourcePolicy": {},
    "DeleteResourcePolicy": {},
}
TOO_MANY_TAGS = [{"Key": str(number), "Value": ""} for number in range(51)]


def by_account(account_of: Callable[[Client], str], operation: str) -> Provocation:
    """Return a call of another account."""
    return lambda client: as_account(client, account_of(client)).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_management(operation: str, **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""
    return lambda client: client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)


PROVOKED: dict[str, dict[str, Provocation]] = {
    "PutResourcePolicy": {
        "InvalidInputException": by_management("PutResourcePolicy", Content="{}"),
        "ConstraintViolationException": by_management("PutResourcePolicy", Tags=TOO_MANY_TAGS),
    },
    "DescribeResourcePolicy": {"ResourcePolicyNotFoundException": by_management("DescribeResourcePolicy")},
    "DeleteResourcePolicy": {"ResourcePolicyNotFoundException": by_management("DeleteResourcePolicy")},
}
for operation, errors in PROVOKED.items():
    errors["AccessDeniedException"] = by_account(create_account, operation)
    errors["AWSOrganizationsNotInUseException"] = by_account(lambda _: STANDALONE, operation)
UNREACHABLE = {
    **{
        (operation, "UnsupportedAPIEndpointException"): "every emulated partition has resource policies"
        for operation in PARAMETERS
    },
    ("DescribeResourcePolicy", "ConstraintViolationException"): "AWS does not document which constraint",
    ("DeleteResourcePolicy", "ConstraintViolationException"): "AWS does not document which constraint",
}
TABLE = ErrorTable(provoked=PROVOKED, unreachable=UNREACHABLE)
