"""The errors that AWS's model declares for an organization, its trusted access, its delegated administrators."""

from typing import Any

from tests.wire import test_organizations_transfers as transfers
from tests.wire.botocore_wire import Answer, Client
from tests.wire.declared_errors import SERVICE, DeclaredErrors, Provocation, by_nobody
from tests.wire.test_organizations_hierarchy import account
from tests.wire.users import allowing, user_of

ARTIFACT, CONFIG = "artifact.amazonaws.com", "config.amazonaws.com"
STRANGER, NOBODY = "999988887777", "000000000000"
TRUST = {"ServicePrincipal": ARTIFACT}
NOT_HERE = "every partition that is emulated has the operation"
PARAMETERS: dict[str, dict[str, Any]] = {
    "CreateOrganization": {},
    "DescribeOrganization": {},
    "DeleteOrganization": {},
    "ListRoots": {},
    "EnableAWSServiceAccess": TRUST,
    "DisableAWSServiceAccess": TRUST,
    "ListAWSServiceAccessForOrganization": {},
    "RegisterDelegatedAdministrator": {"AccountId": NOBODY, "ServicePrincipal": CONFIG},
    "DeregisterDelegatedAdministrator": {"AccountId": NOBODY, "ServicePrincipal": CONFIG},
    "ListDelegatedAdministrators": {},
    "ListDelegatedServicesForAccount": {"AccountId": NOBODY},
}
"""A call of each operation that nothing is wrong with but that nothing it names exists."""


def calling(operation: str, reason: str = "", **changed: Any) -> Provocation:
    """Let the management account call, some members of the request changed."""

    def provoke(client: Client) -> Answer:
        got = client.is_refused(SERVICE, operation, **PARAMETERS[operation] | changed)
        assert got.data.get("Reason", "") == reason
        return got

    return provoke


def by_member(operation: str) -> Provocation:
    """Let a member call."""
    return lambda client: Client(client.core, account(client)).is_refused(SERVICE, operation, **PARAMETERS[operation])


def by_stranger(operation: str) -> Provocation:
    """Let an account in no organization call."""
    return lambda client: Client(client.core, STRANGER).is_refused(SERVICE, operation, **PARAMETERS[operation])


def of_billing(operation: str) -> Provocation:
    """Call as the management account of an organization for billing alone."""

    def provoke(client: Client) -> Answer:
        payer = Client(client.core, STRANGER)
        payer.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        got = payer.is_refused(SERVICE, operation, **PARAMETERS[operation])
        assert got.data["Reason"] == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
        return got

    return provoke


def on_member(operation: str, reason: str = "", *before: str, trusted: bool = True) -> Provocation:
    """Call about a member, after other operations about him, of a service that the organization trusts or does not."""

    def provoke(client: Client) -> Answer:
        about = {"AccountId": account(client), "ServicePrincipal": CONFIG}
        if trusted:
            client.does(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=CONFIG)
        for step in before:
            client.does(SERVICE, step, **about)
        asked = {name: about[name] for name in PARAMETERS[operation]}
        got = client.is_refused(SERVICE, operation, **asked)
        assert got.data.get("Reason", "") == reason
        return got

    return provoke


def _create_for_billing_in_govcloud(client: Client) -> Answer:
    payer = Client(client.core, STRANGER, "us-gov-west-1")
    return payer.is_refused(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")


def _create_without_the_role(client: Client) -> Answer:
    user = user_of(Client(client.core, STRANGER), allowing("organizations:*"))
    got = user.is_refused(SERVICE, "CreateOrganization")
    assert got.data["Reason"] == "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
    assert "iam:CreateServiceLinkedRole" in got.message
    return got


def _delete_with_a_member(client: Client) -> Answer:
    account(client)
    return client.is_refused(SERVICE, "DeleteOrganization")


def _delete_during_a_transfer(client: Client) -> Answer:
    transfers.limit(client, inbound_transfers=1)
    Client(client.core, transfers.SOURCE).does(SERVICE, "CreateOrganization")
    transfers.agreed(client)
    return client.is_refused(SERVICE, "DeleteOrganization")


PROVOKED: dict[str, dict[str, Provocation]] = {
    "CreateOrganization": {
        "AccessDeniedException": by_nobody("CreateOrganization"),
        "AccessDeniedForDependencyException": _create_without_the_role,
        "AlreadyInOrganizationException": calling("CreateOrganization"),
        "ConstraintViolationException": _create_for_billing_in_govcloud,
        "InvalidInputException": calling("CreateOrganization", "INVALID_ENUM", FeatureSet="SOME"),
    },
    "DescribeOrganization": {"AccessDeniedException": by_nobody("DescribeOrganization")},
    "DeleteOrganization": {
        "AccessDeniedException": by_member("DeleteOrganization"),
        "ConstraintViolationException": _delete_during_a_transfer,
        "OrganizationNotEmptyException": _delete_with_a_member,
    },
    "ListRoots": {
        "AccessDeniedException": by_member("ListRoots"),
        "InvalidInputException": calling("ListRoots", "INVALID_NEXT_TOKEN", NextToken="x"),
    },
    "EnableAWSServiceAccess": {
        "AccessDeniedException": by_member("EnableAWSServiceAccess"),
        "ConstraintViolationException": of_billing("EnableAWSServiceAccess"),
        "InvalidInputException": calling(
            "EnableAWSServiceAccess", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "DisableAWSServiceAccess": {
        "AccessDeniedException": by_member("DisableAWSServiceAccess"),
        "ConstraintViolationException": of_billing("DisableAWSServiceAccess"),
        "InvalidInputException": calling(
            "DisableAWSServiceAccess", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "ListAWSServiceAccessForOrganization": {
        "AccessDeniedException": by_member("ListAWSServiceAccessForOrganization"),
        "InvalidInputException": calling("ListAWSServiceAccessForOrganization", "MIN_VALUE_EXCEEDED", MaxResults=0),
    },
    "RegisterDelegatedAdministrator": {
        "AccessDeniedException": by_member("RegisterDelegatedAdministrator"),
        "AccountAlreadyRegisteredException": on_member(
            "RegisterDelegatedAdministrator", "", "RegisterDelegatedAdministrator"
        ),
        "AccountNotFoundException": calling("RegisterDelegatedAdministrator"),
        "ConstraintViolationException": on_member(
            "RegisterDelegatedAdministrator", "SERVICE_ACCESS_NOT_ENABLED", trusted=False
        ),
        "InvalidInputException": calling("RegisterDelegatedAdministrator", "INVALID_PATTERN", AccountId="1"),
    },
    "DeregisterDelegatedAdministrator": {
        "AccessDeniedException": by_member("DeregisterDelegatedAdministrator"),
        "AccountNotFoundException": calling("DeregisterDelegatedAdministrator"),
        "AccountNotRegisteredException": on_member("DeregisterDelegatedAdministrator"),
        "InvalidInputException": calling(
            "DeregisterDelegatedAdministrator", "UNRECOGNIZED_SERVICE_PRINCIPAL", ServicePrincipal="no.amazonaws.com"
        ),
    },
    "ListDelegatedAdministrators": {
        "AccessDeniedException": by_member("ListDelegatedAdministrators"),
        "InvalidInputException": calling("ListDelegatedAdministrators", "MAX_VALUE_EXCEEDED", MaxResults=21),
    },
    "ListDelegatedServicesForAccount": {
        "AccessDeniedException": by_member("ListDelegatedServicesForAccount"),
        "AccountNotFoundException": calling("ListDelegatedServicesForAccount"),
        "AccountNotRegisteredException": on_member("ListDelegatedServicesForAccount"),
        "InvalidInputException": calling("ListDelegatedServicesForAccount", "INVALID_PATTERN", AccountId="1"),
    },
}
for one, errors in PROVOKED.items():
    if one != "CreateOrganization":
        errors["AWSOrganizationsNotInUseException"] = by_stranger(one)
UNREACHABLE = {
    ("DeleteOrganization", "InvalidInputException"): "there is no input",
    ("ListAWSServiceAccessForOrganization", "ConstraintViolationException"): "a list breaks no limit",
    ("DeregisterDelegatedAdministrator", "ConstraintViolationException"): "what ends breaks no limit",
    ("ListDelegatedAdministrators", "ConstraintViolationException"): "a list breaks no limit",
    ("ListDelegatedServicesForAccount", "ConstraintViolationException"): "a list breaks no limit",
    **{
        (operation, "UnsupportedAPIEndpointException"): NOT_HERE
        for operation in PARAMETERS
        if "AWSServiceAccess" in operation or "Delegated" in operation
    },
}


class TestDeclaredErrors(DeclaredErrors):
    """Every error that AWS's model declares for these operations."""

    provoked = PROVOKED
    unreachable = UNREACHABLE


class TestLinkedRole:
    """The permission to make the role of AWS Organizations, which goes with the first step into one."""

    def test_is_enough(self, stranger: Client) -> None:
        """Who may make that role may create the organization."""
        user = user_of(stranger, allowing("organizations:CreateOrganization", "iam:CreateServiceLinkedRole"))
        assert user.does(SERVICE, "CreateOrganization")["Organization"]["MasterAccountId"] == stranger.account

    def test_of_the_managed_policy(self, stranger: Client) -> None:
        """AWSOrganizationsFullAccess has it, under a condition that the call meets."""
        user = user_of(stranger, "arn:aws:iam::aws:policy/AWSOrganizationsFullAccess")
        user.does(SERVICE, "CreateOrganization")

    def test_is_not_asked_where_the_role_is(self, stranger: Client) -> None:
        """An account that has the role already needs no permission to make it."""
        stranger.does("iam", "CreateServiceLinkedRole", AWSServiceName="organizations.amazonaws.com")
        user = user_of(stranger, allowing("organizations:CreateOrganization"))
        user.does(SERVICE, "CreateOrganization")

    def test_refused(self, stranger: Client) -> None:
        """Nothing is created, and CloudTrail has the error."""
        user = user_of(stranger, allowing("organizations:*"))
        before = stranger.core.world.state
        assert user.is_refused(SERVICE, "CreateOrganization").status == 400
        assert stranger.core.world.state is before
