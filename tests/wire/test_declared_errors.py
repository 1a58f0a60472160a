"""Every error that AWS's model declares is provoked by a call in a table, or a reason says why it cannot occur."""

import pytest

from artifact_emulator import services
from tests.support.error_table import NEVER, ErrorTable, Provocation, declared_errors
from tests.support.wire_client import Client
from tests.wire.error_tables import (
    accounts,
    effective_policies,
    handshakes,
    hierarchy,
    iam_identity_providers,
    iam_mfa_devices,
    iam_policies,
    iam_reports,
    iam_roles,
    iam_saml_providers,
    iam_settings,
    iam_users,
    organization,
    policies,
    resource_policies,
    sts,
    transfers,
)

TABLES: tuple[ErrorTable, ...] = tuple(
    module.TABLE
    for module in (
        organization,
        accounts,
        handshakes,
        hierarchy,
        transfers,
        policies,
        effective_policies,
        resource_policies,
        iam_users,
        iam_identity_providers,
        iam_mfa_devices,
        iam_policies,
        iam_reports,
        iam_roles,
        iam_saml_providers,
        iam_settings,
        sts,
    )
)
OPERATIONS = {(table.service, operation): table for table in TABLES for operation in table.provoked}
CALLS = {
    f"{service}-{operation}-{code}": (table, operation, code, call)
    for (service, operation), table in OPERATIONS.items()
    for code, call in table.provoked[operation].items()
}
every_service = pytest.mark.parametrize("service", NEVER)


class TestDeclaredErrors:
    """The tables of declared errors of Organizations, IAM and STS."""

    @pytest.mark.parametrize(("table", "operation", "code", "call"), CALLS.values(), ids=CALLS)
    def test_call_is_refused_with_declared_error(
        self, management: Client, table: ErrorTable, operation: str, code: str, call: Provocation
    ) -> None:
        """The call is refused with this error and its status, and changes nothing."""
        table.prepare(management)
        answer = call(management)
        assert (answer.code, answer.status) == (code, declared_errors(table.service, operation).get(code))

    @pytest.mark.parametrize(("service", "operation"), OPERATIONS)
    def test_error_without_a_call_has_a_reason(self, service: str, operation: str) -> None:
        """An error that is not provoked cannot occur, for a written reason; one that is provoked has no reason."""
        table = OPERATIONS[service, operation]
        declared, provoked = set(declared_errors(service, operation)), set(table.provoked[operation])
        possible = declared - NEVER[service].keys()
        assert provoked <= possible
        assert possible - provoked == {code for of, code in table.unreachable if of == operation}

    def test_reasons_concern_operations_of_their_table(self) -> None:
        """No table has a reason for an operation that it does not provoke errors of."""
        for table in TABLES:
            assert {operation for operation, _ in table.unreachable} <= table.provoked.keys()

    @every_service
    def test_every_operation_is_in_one_table(self, service: str) -> None:
        """Each operation that can be refused with an error of its own is in exactly one table."""
        listed = sorted(operation for table in TABLES if table.service == service for operation in table.provoked)
        refusable = [
            operation
            for operation in services.handlers(service)
            if declared_errors(service, operation).keys() - NEVER[service].keys()
        ]
        assert listed == sorted(refusable)

    @every_service
    def test_errors_that_never_occur_are_declared(self, service: str) -> None:
        """Each error that never occurs is declared by an operation that is emulated; otherwise it needs no reason."""
        declared = {code for operation in services.handlers(service) for code in declared_errors(service, operation)}
        assert NEVER[service].keys() <= declared
