"""The declared errors of accounts: their creation, description, closure and departure."""

from datetime import timedelta
from typing import Any

from artifact_state import catalog
from artifact_state.record import replace
from tests.support.error_table import ErrorTable, Provocation, by_user_without_policies
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account, create_account, set_options

MISSING_ACCOUNT = "000000000000"
MINUTE = timedelta(minutes=1)
GOVCLOUD = "us-gov-west-1"
PARAMETERS: dict[str, dict[str, Any]] = {
    "CreateAccount": {"AccountName": "name", "Email": "name@example.com"},
    "CreateGovCloudAccount": {"AccountName": "name", "Email": "name@example.com"},
    "DescribeCreateAccountStatus": {"CreateAccountRequestId": "car-00000000"},
    "ListCreateAccountStatus": {},
    "DescribeAccount": {"AccountId": MISSING_ACCOUNT},
    "ListAccounts": {},
    "CloseAccount": {"AccountId": MISSING_ACCOUNT},
    "RemoveAccountFromOrganization": {"AccountId": MISSING_ACCOUNT},
    "LeaveOrganization": {},
}
"""Valid parameters of each operation; what they name does not exist."""


def by_management(operation: str, **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""
    return lambda client: client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)


def in_region(operation: str, region: str) -> Provocation:
    """Return a call of the management account in another region."""
    return lambda client: as_account(client, client.account, region).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_member(operation: str) -> Provocation:
    """Return a call of a member account."""
    return lambda client: as_account(client, create_account(client)).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_standalone(operation: str) -> Provocation:
    """Return a call of a standalone account."""
    return lambda client: as_account(client, STANDALONE).expect_error(SERVICE, operation, **PARAMETERS[operation])


def with_options(operation: str, **options: Any) -> Provocation:
    """Return a call of the management account in a world with other options."""

    def provoke(client: Client) -> Answer:
        set_options(client, **options)
        return client.expect_error(SERVICE, operation, **PARAMETERS[operation])

    return provoke


def on_closed_account(operation: str, **options: Any) -> Provocation:
    """Return a call of the management account about a member account that it closed."""

    def provoke(client: Client) -> Answer:
        set_options(client, **options)
        account_id = create_account(client)
        client.do(SERVICE, "CloseAccount", AccountId=account_id)
        return client.expect_error(SERVICE, operation, AccountId=account_id)

    return provoke


def on_management_account(operation: str) -> Provocation:
    """Return a call of the management account about itself."""
    return lambda client: client.expect_error(SERVICE, operation, AccountId=client.account)


def _leave_too_early(client: Client) -> Answer:
    set_options(client, leave_wait_period=timedelta(days=4))
    return as_account(client, create_account(client)).expect_error(SERVICE, "LeaveOrganization")


PROVOKED: dict[str, dict[str, Provocation]] = {
    "CreateAccount": {
        "AccessDeniedException": by_member("CreateAccount"),
        "ConstraintViolationException": with_options(
            "CreateAccount", quotas=replace(catalog.quotas(), accounts_per_organization=1)
        ),
        "FinalizingOrganizationException": with_options("CreateAccount", finalizing_period=MINUTE),
        "InvalidInputException": by_management("CreateAccount", Email="no address"),
        "UnsupportedAPIEndpointException": in_region("CreateAccount", GOVCLOUD),
    },
    "CreateGovCloudAccount": {
        "AccessDeniedException": by_member("CreateGovCloudAccount"),
        "ConstraintViolationException": with_options("CreateGovCloudAccount", govcloud_enabled=False),
        "FinalizingOrganizationException": with_options("CreateGovCloudAccount", finalizing_period=MINUTE),
        "InvalidInputException": by_management("CreateGovCloudAccount", RoleName="AWSServiceRoleForMe"),
        "UnsupportedAPIEndpointException": in_region("CreateGovCloudAccount", "cn-north-1"),
    },
    "DescribeCreateAccountStatus": {
        "AccessDeniedException": by_member("DescribeCreateAccountStatus"),
        "CreateAccountStatusNotFoundException": by_management("DescribeCreateAccountStatus"),
        "InvalidInputException": by_management("DescribeCreateAccountStatus", CreateAccountRequestId="1"),
        "UnsupportedAPIEndpointException": in_region("DescribeCreateAccountStatus", GOVCLOUD),
    },
    "ListCreateAccountStatus": {
        "AccessDeniedException": by_member("ListCreateAccountStatus"),
        "InvalidInputException": by_management("ListCreateAccountStatus", States=["LOST"]),
        "UnsupportedAPIEndpointException": in_region("ListCreateAccountStatus", GOVCLOUD),
    },
    "DescribeAccount": {
        "AccessDeniedException": by_member("DescribeAccount"),
        "AccountNotFoundException": by_management("DescribeAccount"),
        "InvalidInputException": by_management("DescribeAccount", AccountId="1"),
    },
    "ListAccounts": {
        "AccessDeniedException": by_member("ListAccounts"),
        "InvalidInputException": by_management("ListAccounts", MaxResults=0),
    },
    "CloseAccount": {
        "AccessDeniedException": by_member("CloseAccount"),
        "AccountAlreadyClosedException": on_closed_account("CloseAccount"),
        "AccountNotFoundException": by_management("CloseAccount"),
        "ConflictException": on_closed_account("CloseAccount", closure_delay=MINUTE),
        "ConstraintViolationException": on_management_account("CloseAccount"),
        "InvalidInputException": by_management("CloseAccount", AccountId="1"),
        "UnsupportedAPIEndpointException": in_region("CloseAccount", GOVCLOUD),
    },
    "RemoveAccountFromOrganization": {
        "AccessDeniedException": by_member("RemoveAccountFromOrganization"),
        "AccountNotFoundException": by_management("RemoveAccountFromOrganization"),
        "ConstraintViolationException": on_closed_account("RemoveAccountFromOrganization"),
        "InvalidInputException": by_management("RemoveAccountFromOrganization", AccountId="1"),
        "MasterCannotLeaveOrganizationException": on_management_account("RemoveAccountFromOrganization"),
    },
    "LeaveOrganization": {
        "AccessDeniedException": by_user_without_policies("LeaveOrganization"),
        "ConstraintViolationException": _leave_too_early,
        "MasterCannotLeaveOrganizationException": by_management("LeaveOrganization"),
    },
}
for operation, errors in PROVOKED.items():
    errors["AWSOrganizationsNotInUseException"] = by_standalone(operation)
TABLE = ErrorTable(
    provoked=PROVOKED,
    unreachable={
        ("LeaveOrganization", "AccountNotFoundException"): "the caller is a member or in no organization",
        ("LeaveOrganization", "InvalidInputException"): "the operation has no input",
    },
)
