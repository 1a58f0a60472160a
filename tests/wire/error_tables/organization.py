"""The declared errors of the organization itself, its trusted access and its delegated administrators."""

from typing import Any

from tests.support.error_table import ErrorTable, Provocation, by_user_without_policies
from tests.support.iam_users import create_user, policy_allowing
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account, create_account, error_of, set_quotas
from tests.support.wire_transfers import SOURCE, transfer

ARTIFACT, CONFIG = "artifact.amazonaws.com", "config.amazonaws.com"
MISSING_ACCOUNT = "000000000000"
TRUST = {"ServicePrincipal": ARTIFACT}
PARAMETERS: dict[str, dict[str, Any]] = {
    "CreateOrganization": {},
    "DescribeOrganization": {},
    "DeleteOrganization": {},
    "ListRoots": {},
    "EnableAWSServiceAccess": TRUST,
    "DisableAWSServiceAccess": TRUST,
    "ListAWSServiceAccessForOrganization": {},
    "RegisterDelegatedAdministrator": {"AccountId": MISSING_ACCOUNT, "ServicePrincipal": CONFIG},
    "DeregisterDelegatedAdministrator": {"AccountId": MISSING_ACCOUNT, "ServicePrincipal": CONFIG},
    "ListDelegatedAdministrators": {},
    "ListDelegatedServicesForAccount": {"AccountId": MISSING_ACCOUNT},
}
"""Valid parameters of each operation; what they name does not exist."""


def by_management(operation: str, reason: str = "", **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""

    def provoke(client: Client) -> Answer:
        answer = client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)
        assert (error_of(answer)[1] or "") == reason
        return answer

    return provoke


def by_member(operation: str) -> Provocation:
    """Return a call of a member account."""
    return lambda client: as_account(client, create_account(client)).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_standalone(operation: str) -> Provocation:
    """Return a call of a standalone account."""
    return lambda client: as_account(client, STANDALONE).expect_error(SERVICE, operation, **PARAMETERS[operation])


def in_billing_organization(operation: str) -> Provocation:
    """Return a call of the management account of an organization with consolidated billing only."""

    def provoke(client: Client) -> Answer:
        management = as_account(client, STANDALONE)
        management.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        answer = management.expect_error(SERVICE, operation, **PARAMETERS[operation])
        assert answer.data["Reason"] == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
        return answer

    return provoke


def on_member(operation: str, reason: str = "", *before: str, trusted: bool = True) -> Provocation:
    """Return a call about a member account, after other operations about it, for a trusted service or another."""

    def provoke(client: Client) -> Answer:
        parameters = {"AccountId": create_account(client), "ServicePrincipal": CONFIG}
        if trusted:
            client.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=CONFIG)
        for step in before:
            client.do(SERVICE, step, **parameters)
        answer = client.expect_error(SERVICE, operation, **{name: parameters[name] for name in PARAMETERS[operation]})
        assert (error_of(answer)[1] or "") == reason
        return answer

    return provoke


def _create_for_billing_in_govcloud(client: Client) -> Answer:
    account = as_account(client, STANDALONE, "us-gov-west-1")
    return account.expect_error(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")


def _create_without_permission_for_linked_role(client: Client) -> Answer:
    user = create_user(as_account(client, STANDALONE), policy_allowing("organizations:*"))
    answer = user.expect_error(SERVICE, "CreateOrganization")
    assert answer.data["Reason"] == "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
    assert "iam:CreateServiceLinkedRole" in answer.message
    return answer


def _delete_with_member(client: Client) -> Answer:
    create_account(client)
    return client.expect_error(SERVICE, "DeleteOrganization")


def _delete_during_transfer(client: Client) -> Answer:
    set_quotas(client, inbound_transfers=1)
    as_account(client, SOURCE).do(SERVICE, "CreateOrganization")
    transfer(client)
    return client.expect_error(SERVICE, "DeleteOrganization")


PROVOKED: dict[str, dict[str, Provocation]] = {
    "CreateOrganization": {
        "AccessDeniedException": by_user_without_policies("CreateOrganization"),
        "AccessDeniedForDependencyException": _create_without_permission_for_linked_role,
        "AlreadyInOrganizationException": by_management("CreateOrganization"),
        "ConstraintViolationException": _create_for_billing_in_govcloud,
        "InvalidInputException": by_management("CreateOrganization", "INVALID_ENUM", FeatureSet="SOME"),
    },
    "DescribeOrganization": {"AccessDeniedException": by_user_without_policies("DescribeOrganization")},
    "DeleteOrganization": {
        "AccessDeniedException": by_member("DeleteOrganization"),
        "ConstraintViolationException": _delete_during_transfer,
        "OrganizationNotEmptyException": _delete_with_member,
    },
    "ListRoots": {
        "AccessDeniedException": by_member("ListRoots"),
        "InvalidInputException": by_management("ListRoots", "INVALID_NEXT_TOKEN", NextToken="x"),
    },
    "EnableAWSServiceAccess": {
        "AccessDeniedException": by_member("EnableAWSServiceAccess"),
        "ConstraintViolationException": in_billing_organization("EnableAWSServiceAccess"),
        "InvalidInputException": by_management(
            "EnableAWSServiceAccess", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "DisableAWSServiceAccess": {
        "AccessDeniedException": by_member("DisableAWSServiceAccess"),
        "ConstraintViolationException": in_billing_organization("DisableAWSServiceAccess"),
        "InvalidInputException": by_management(
            "DisableAWSServiceAccess", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "ListAWSServiceAccessForOrganization": {
        "AccessDeniedException": by_member("ListAWSServiceAccessForOrganization"),
        "InvalidInputException": by_management(
            "ListAWSServiceAccessForOrganization", "MIN_VALUE_EXCEEDED", MaxResults=0
        ),
    },
    "RegisterDelegatedAdministrator": {
        "AccessDeniedException": by_member("RegisterDelegatedAdministrator"),
        "AccountAlreadyRegisteredException": on_member(
            "RegisterDelegatedAdministrator", "", "RegisterDelegatedAdministrator"
        ),
        "AccountNotFoundException": by_management("RegisterDelegatedAdministrator"),
        "ConstraintViolationException": on_member(
            "RegisterDelegatedAdministrator", "SERVICE_ACCESS_NOT_ENABLED", trusted=False
        ),
        "InvalidInputException": by_management("RegisterDelegatedAdministrator", "INVALID_PATTERN", AccountId="1"),
    },
    "DeregisterDelegatedAdministrator": {
        "AccessDeniedException": by_member("DeregisterDelegatedAdministrator"),
        "AccountNotFoundException": by_management("DeregisterDelegatedAdministrator"),
        "AccountNotRegisteredException": on_member("DeregisterDelegatedAdministrator"),
        "InvalidInputException": by_management(
            "DeregisterDelegatedAdministrator", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "ListDelegatedAdministrators": {
        "AccessDeniedException": by_member("ListDelegatedAdministrators"),
        "InvalidInputException": by_management("ListDelegatedAdministrators", "MAX_VALUE_EXCEEDED", MaxResults=21),
    },
    "ListDelegatedServicesForAccount": {
        "AccessDeniedException": by_member("ListDelegatedServicesForAccount"),
        "AccountNotFoundException": by_management("ListDelegatedServicesForAccount"),
        "AccountNotRegisteredException": on_member("ListDelegatedServicesForAccount"),
        "InvalidInputException": by_management("ListDelegatedServicesForAccount", "INVALID_PATTERN", AccountId="1"),
    },
}
for operation, errors in PROVOKED.items():
    if operation != "CreateOrganization":
        errors["AWSOrganizationsNotInUseException"] = by_standalone(operation)
TABLE = ErrorTable(
    provoked=PROVOKED,
    unreachable={
        ("DeleteOrganization", "InvalidInputException"): "the operation has no input",
        ("ListAWSServiceAccessForOrganization", "ConstraintViolationException"): "a listing exceeds no quota",
        ("DeregisterDelegatedAdministrator", "ConstraintViolationException"): "a deregistration exceeds no quota",
        ("ListDelegatedAdministrators", "ConstraintViolationException"): "a listing exceeds no quota",
        ("ListDelegatedServicesForAccount", "ConstraintViolationException"): "a listing exceeds no quota",
        **{
            (operation, "UnsupportedAPIEndpointException"): "every emulated partition has the operation"
            for operation in PARAMETERS
            if "AWSServiceAccess" in operation or "Delegated" in operation
        },
    },
)
