"""The declared errors of effective policies."""

from collections.abc import Callable
from typing import Any

from tests.support.error_table import ErrorTable, Provocation
from tests.support.policy_calls import SCP, TAG_POLICY
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account, create_account

DESCRIBE = "DescribeEffectivePolicy"
LIST_ACCOUNTS = "ListAccountsWithInvalidEffectivePolicy"
LIST_ERRORS = "ListEffectivePolicyValidationErrors"
PARAMETERS: dict[str, dict[str, Any]] = {
    DESCRIBE: {"PolicyType": TAG_POLICY},
    LIST_ACCOUNTS: {"PolicyType": TAG_POLICY},
    LIST_ERRORS: {"PolicyType": TAG_POLICY, "AccountId": "111122223333"},
}


def by_management(operation: str, **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""
    return lambda client: client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)


def by_account(account_of: Callable[[Client], str], operation: str) -> Provocation:
    """Return a call of another account about the management account."""

    def provoke(client: Client) -> Answer:
        target = {"TargetId": client.account} if operation == DESCRIBE else {}
        caller = as_account(client, account_of(client))
        return caller.expect_error(SERVICE, operation, **PARAMETERS[operation] | target)

    return provoke


PROVOKED: dict[str, dict[str, Provocation]] = {
    operation: {
        "AccessDeniedException": by_account(create_account, operation),
        "AWSOrganizationsNotInUseException": by_account(lambda _: STANDALONE, operation),
        "EffectivePolicyNotFoundException": by_management(operation),
        "InvalidInputException": by_management(operation, PolicyType=SCP),
    }
    for operation in PARAMETERS
}
PROVOKED[DESCRIBE]["TargetNotFoundException"] = by_management(DESCRIBE, TargetId=STANDALONE)
PROVOKED[LIST_ERRORS]["AccountNotFoundException"] = by_management(LIST_ERRORS, AccountId=STANDALONE)
UNREACHABLE = {
    (operation, error): reason
    for operation in PARAMETERS
    for error, reason in {
        "ConstraintViolationException": "AWS does not document which constraint",
        "UnsupportedAPIEndpointException": "every emulated partition has policies",
    }.items()
}
TABLE = ErrorTable(provoked=PROVOKED, unreachable=UNREACHABLE)
