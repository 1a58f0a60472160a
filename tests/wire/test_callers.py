"""Who may call each operation of Organizations: management account, delegated administrator, member, stranger."""

from typing import Any

import pytest

from artifact_emulator.services import bindings
from tests.support.aws_models import operation_model
from tests.support.wire_client import Client

SERVICE = "organizations"
DENIED, NOT_IN_USE = "AccessDeniedException", "AWSOrganizationsNotInUseException"
MANAGEMENT = frozenset(
    [
        "AttachPolicy",
        "CloseAccount",
        "CreateAccount",
        "CreateGovCloudAccount",
        "CreateOrganizationalUnit",
        "CreatePolicy",
        "DeleteOrganization",
        "DeleteOrganizationalUnit",
        "DeletePolicy",
        "DeleteResourcePolicy",
        "DeregisterDelegatedAdministrator",
        "DescribeResponsibilityTransfer",
        "DetachPolicy",
        "DisableAWSServiceAccess",
        "DisablePolicyType",
        "EnableAWSServiceAccess",
        "EnableAllFeatures",
        "EnablePolicyType",
        "InviteAccountToOrganization",
        "InviteOrganizationToTransferResponsibility",
        "ListInboundResponsibilityTransfers",
        "ListOutboundResponsibilityTransfers",
        "MoveAccount",
        "PutResourcePolicy",
        "RegisterDelegatedAdministrator",
        "RemoveAccountFromOrganization",
        "TagResource",
        "TerminateResponsibilityTransfer",
        "UntagResource",
        "UpdateOrganizationalUnit",
        "UpdatePolicy",
        "UpdateResponsibilityTransfer",
    ]
)
DELEGATES = frozenset(
    [
        "DescribeAccount",
        "DescribeCreateAccountStatus",
        "DescribeOrganizationalUnit",
        "DescribePolicy",
        "DescribeResourcePolicy",
        "ListAWSServiceAccessForOrganization",
        "ListAccounts",
        "ListAccountsForParent",
        "ListAccountsWithInvalidEffectivePolicy",
        "ListChildren",
        "ListCreateAccountStatus",
        "ListDelegatedAdministrators",
        "ListDelegatedServicesForAccount",
        "ListEffectivePolicyValidationErrors",
        "ListHandshakesForOrganization",
        "ListOrganizationalUnitsForParent",
        "ListParents",
        "ListPolicies",
        "ListPoliciesForTarget",
        "ListRoots",
        "ListTagsForResource",
        "ListTargetsForPolicy",
    ]
)
"""The management account, and members that are delegated administrators of any service."""
MEMBERS = frozenset({"DescribeEffectivePolicy", "DescribeOrganization", "LeaveOrganization"})
"""Any account of an organization."""
ANYBODY = frozenset(
    {
        "AcceptHandshake",
        "CancelHandshake",
        "CreateOrganization",
        "DeclineHandshake",
        "DescribeHandshake",
        "ListHandshakesForAccount",
    }
)
"""Whoever is a party, or in no organization yet: what he may is another question than which account he is."""
INPUTS: dict[str, Any] = {
    "AccountId": "444455556666",
    "AccountName": "A",
    "ChildId": "444455556666",
    "ChildType": "ACCOUNT",
    "Content": "{}",
    "CreateAccountRequestId": "car-" + "0" * 32,
    "Description": "",
    "DestinationParentId": "r-none",
    "Email": "a@example.com",
    "Filter": "TAG_POLICY",
    "HandshakeId": "h-" + "0" * 16,
    "Id": "rt-" + "0" * 16,
    "Name": "A",
    "OrganizationalUnitId": "ou-none-12345678",
    "ParentId": "r-none",
    "PolicyId": "p-12345678",
    "PolicyType": "TAG_POLICY",
    "ResourceId": "444455556666",
    "RootId": "r-none",
    "ServicePrincipal": "config.amazonaws.com",
    "SourceName": "A",
    "SourceParentId": "r-none",
    "StartTimestamp": "2027-01-01T00:00:00Z",
    "TagKeys": ["a"],
    "Tags": [],
    "Target": {"Id": "444455556666", "Type": "ACCOUNT"},
    "TargetId": "444455556666",
    "Type": "TAG_POLICY",
}
SPECIAL = {
    "InviteOrganizationToTransferResponsibility": {"Type": "BILLING"},
    "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
    "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
}


@pytest.fixture
def delegate(management: Client) -> Client:
    """Give a member that is a delegated administrator."""
    management.do(SERVICE, "CreateAccount", AccountName="Delegate", Email="delegate@example.com")
    account = management.do(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
    management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="config.amazonaws.com")
    asked = {"AccountId": account, "ServicePrincipal": "config.amazonaws.com"}
    management.do(SERVICE, "RegisterDelegatedAdministrator", **asked)
    return Client(management.app, account)


def code_of(client: Client, operation: str) -> str:
    """Call an operation about things that are not there; give the code of its answer."""
    shape = operation_model(SERVICE, operation).input_shape
    required = shape.required_members if shape else []
    members = {name: INPUTS[name] for name in required} | SPECIAL.get(operation, {})
    before = client.app.world.state
    got = client.call(SERVICE, operation, **members)
    if got.code in (DENIED, NOT_IN_USE):
        assert client.app.world.state is before
    return got.code


class TestCallers:
    """Every operation, called by each kind of account."""

    def test_every_operation_is_in_the_table(self) -> None:
        """Each operation is somewhere, and none in two places."""
        tables = (MANAGEMENT, DELEGATES, MEMBERS, ANYBODY)
        assert frozenset().union(*tables) == bindings(SERVICE).operations.keys()
        assert sum(map(len, tables)) == len(bindings(SERVICE).operations)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATES | MEMBERS))
    def test_management_account(self, management: Client, operation: str) -> None:
        """The management account may call everything; what it names is looked for."""
        assert code_of(management, operation) not in (DENIED, NOT_IN_USE)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATES | MEMBERS))
    def test_delegated_administrator(self, delegate: Client, operation: str) -> None:
        """A delegated administrator reads what the management account reads, and changes nothing."""
        assert (code_of(delegate, operation) == DENIED) == (operation in MANAGEMENT)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATES | MEMBERS))
    def test_member(self, member: Client, operation: str) -> None:
        """A member is refused before it learns whether there is what it names."""
        assert (code_of(member, operation) == DENIED) == (operation not in MEMBERS)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATES | MEMBERS))
    def test_stranger(self, stranger: Client, management: Client, operation: str) -> None:
        """An account in no organization is told so."""
        assert stranger.app is management.app
        assert code_of(stranger, operation) == NOT_IN_USE

    @pytest.mark.parametrize("operation", sorted(ANYBODY))
    def test_anybody(self, stranger: Client, operation: str) -> None:
        """These ask for no kind of account: a stranger may call them."""
        assert code_of(stranger, operation) in ("", "HandshakeNotFoundException")
