"""Which accounts may call each operation of AWS Organizations: management, delegated administrator, member, other."""

from typing import Any

import pytest

from artifact_emulator.services import bindings
from artifact_state.authority import is_open_to
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
DELEGATED = frozenset(
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
"""Open to the management account and to delegated administrators of any service."""
MEMBERS = frozenset({"DescribeEffectivePolicy", "DescribeOrganization", "LeaveOrganization"})
"""Open to every account of an organization."""
ANY_ACCOUNT = frozenset(
    {
        "AcceptHandshake",
        "CancelHandshake",
        "CreateOrganization",
        "DeclineHandshake",
        "DescribeHandshake",
        "ListHandshakesForAccount",
    }
)
"""Open to every account; what the caller may do depends on the handshake, not on the kind of its account."""
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
SPECIAL_INPUTS = {
    "InviteOrganizationToTransferResponsibility": {"Type": "BILLING"},
    "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
    "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
}


@pytest.fixture
def delegate(management: Client) -> Client:
    """Return the client of a delegated administrator."""
    management.do(SERVICE, "CreateAccount", AccountName="Delegate", Email="delegate@example.com")
    account = management.do(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
    management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="config.amazonaws.com")
    members = {"AccountId": account, "ServicePrincipal": "config.amazonaws.com"}
    management.do(SERVICE, "RegisterDelegatedAdministrator", **members)
    return Client(management.app, account)


def error_code(client: Client, operation: str) -> str:
    """Call an operation on resources that do not exist, and return the code of the error."""
    shape = operation_model(SERVICE, operation).input_shape
    required = shape.required_members if shape else []
    members = {name: INPUTS[name] for name in required} | SPECIAL_INPUTS.get(operation, {})
    before = client.app.world.state
    answer = client.call(SERVICE, operation, **members)
    if answer.code in (DENIED, NOT_IN_USE):
        assert client.app.world.state is before
    return answer.code


class TestCallers:
    """Every operation, called by every kind of account."""

    def test_every_operation_is_in_one_table(self) -> None:
        """Every operation is in exactly one table."""
        tables = (MANAGEMENT, DELEGATED, MEMBERS, ANY_ACCOUNT)
        assert frozenset().union(*tables) == bindings(SERVICE).operations.keys()
        assert sum(map(len, tables)) == len(bindings(SERVICE).operations)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATED | MEMBERS))
    def test_management_account_may_call_every_operation(self, management: Client, operation: str) -> None:
        """The management account may call every operation; the error is about the missing resource."""
        assert error_code(management, operation) not in (DENIED, NOT_IN_USE)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATED | MEMBERS))
    def test_delegated_administrator_may_call_read_operations(self, delegate: Client, operation: str) -> None:
        """A delegated administrator may call the read operations of the management account, and no other."""
        assert (error_code(delegate, operation) == DENIED) == (operation in MANAGEMENT)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATED | MEMBERS))
    def test_member_may_call_only_member_operations(self, member: Client, operation: str) -> None:
        """A member is refused before it learns whether a resource exists."""
        assert (error_code(member, operation) == DENIED) == (operation not in MEMBERS)

    @pytest.mark.parametrize("operation", sorted(MANAGEMENT | DELEGATED | MEMBERS))
    def test_account_in_no_organization_is_refused(self, stranger: Client, management: Client, operation: str) -> None:
        """An account in no organization gets AWSOrganizationsNotInUseException."""
        assert stranger.app is management.app
        assert error_code(stranger, operation) == NOT_IN_USE

    def test_open_operations_are_known_without_a_call(
        self, management: Client, delegate: Client, member: Client, stranger: Client
    ) -> None:
        """The domain knows the operations that are open to an account, which the report of a denial depends on."""
        world, operations = management.app.world, bindings(SERVICE).operations
        for client, closed in (
            (management, frozenset()),
            (delegate, MANAGEMENT),
            (member, MANAGEMENT | DELEGATED),
            (stranger, frozenset()),
        ):
            account, now = client.account, world.clock.now()
            opened = {name for name in operations if is_open_to(world.state, account, f"{SERVICE}:{name}", now)}
            assert opened == operations.keys() - closed

    @pytest.mark.parametrize("operation", sorted(ANY_ACCOUNT))
    def test_account_in_no_organization_may_call_open_operations(self, stranger: Client, operation: str) -> None:
        """An account in no organization may call the operations that are open to every account."""
        assert error_code(stranger, operation) in ("", "HandshakeNotFoundException")
