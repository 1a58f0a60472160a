"""The declared errors of billing transfers."""

from typing import Any

from artifact_state.record import replace
from tests.support.domain import quotas_with
from tests.support.error_table import ErrorTable, Provocation
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account
from tests.support.wire_transfers import (
    DECEMBER,
    INVITE,
    MEMBER,
    RECEIVER,
    create_organizations,
    invitation_parameters,
    invite_to_transfer,
    transfer,
    transfer_id_of,
)

MISSING_TRANSFER = "rt-00000000"


def by_account(account_id: str, operation: str, **parameters: Any) -> Provocation:
    """Return a call of another account."""
    return lambda client: as_account(client, account_id).expect_error(SERVICE, operation, **parameters)


def by_receiver(operation: str, **parameters: Any) -> Provocation:
    """Return a call of the receiver of bills."""
    return by_account(RECEIVER, operation, **parameters)


def in_china(operation: str, **parameters: Any) -> Provocation:
    """Return a call of the receiver of bills in another partition."""
    return lambda client: as_account(client, RECEIVER, "cn-north-1").expect_error(SERVICE, operation, **parameters)


def on_accepted_transfer(operation: str, *, times: int = 1, **parameters: Any) -> Provocation:
    """Return a call about an accepted transfer, which is refused the last of so many times."""

    def provoke(client: Client) -> Answer:
        transfer_id = transfer(client)
        for _ in range(times - 1):
            client.do(SERVICE, operation, Id=transfer_id, **parameters)
        return client.expect_error(SERVICE, operation, Id=transfer_id, **parameters)

    return provoke


def _invite_twice(client: Client) -> Answer:
    invite_to_transfer(client)
    return client.expect_error(SERVICE, INVITE, **invitation_parameters())


def _invite_beyond_quota(client: Client) -> Answer:
    world = client.app.world
    world.options = replace(world.options, quotas=quotas_with(inbound_transfers=0))
    return client.expect_error(SERVICE, INVITE, **invitation_parameters())


def _terminate_invitation(client: Client) -> Answer:
    transfer_id = transfer_id_of(invite_to_transfer(client))
    return client.expect_error(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id)


def _rename_withdrawn_transfer(client: Client) -> Answer:
    transfer_id = transfer(client)
    client.do(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id)
    return client.expect_error(SERVICE, "UpdateResponsibilityTransfer", Id=transfer_id, Name="New")


PARAMETERS: dict[str, dict[str, Any]] = {
    INVITE: invitation_parameters(),
    "DescribeResponsibilityTransfer": {"Id": MISSING_TRANSFER},
    "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
    "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
    "UpdateResponsibilityTransfer": {"Id": MISSING_TRANSFER, "Name": "New"},
    "TerminateResponsibilityTransfer": {"Id": MISSING_TRANSFER},
}
"""Valid parameters of each operation; the transfers that they name do not exist."""
PROVOKED: dict[str, dict[str, Provocation]] = {
    INVITE: {
        "ConstraintViolationException": _invite_beyond_quota,
        "DuplicateHandshakeException": _invite_twice,
        "HandshakeConstraintViolationException": by_receiver(INVITE, **invitation_parameters(RECEIVER)),
        "InvalidInputException": by_receiver(INVITE, **invitation_parameters(Type="BREAKFAST")),
    },
    "DescribeResponsibilityTransfer": {
        "InvalidInputException": by_receiver("DescribeResponsibilityTransfer", Id="1"),
        "ResponsibilityTransferNotFoundException": by_receiver("DescribeResponsibilityTransfer", Id=MISSING_TRANSFER),
    },
    "ListInboundResponsibilityTransfers": {
        "InvalidInputException": by_receiver("ListInboundResponsibilityTransfers", Type="BREAKFAST"),
        "ResponsibilityTransferNotFoundException": by_receiver(
            "ListInboundResponsibilityTransfers", Type="BILLING", Id=MISSING_TRANSFER
        ),
    },
    "ListOutboundResponsibilityTransfers": {
        "InvalidInputException": by_receiver("ListOutboundResponsibilityTransfers", Type="BILLING", NextToken="x"),
    },
    "UpdateResponsibilityTransfer": {
        "ConstraintViolationException": _rename_withdrawn_transfer,
        "InvalidInputException": by_receiver("UpdateResponsibilityTransfer", Id=MISSING_TRANSFER, Name=""),
        "ResponsibilityTransferNotFoundException": by_receiver(
            "UpdateResponsibilityTransfer", Id=MISSING_TRANSFER, Name="New"
        ),
    },
    "TerminateResponsibilityTransfer": {
        "InvalidInputException": on_accepted_transfer("TerminateResponsibilityTransfer", EndTimestamp=DECEMBER),
        "InvalidResponsibilityTransferTransitionException": _terminate_invitation,
        "ResponsibilityTransferAlreadyInStatusException": on_accepted_transfer(
            "TerminateResponsibilityTransfer", times=2
        ),
        "ResponsibilityTransferNotFoundException": by_receiver("TerminateResponsibilityTransfer", Id=MISSING_TRANSFER),
    },
}
for operation, errors in PROVOKED.items():
    errors["AccessDeniedException"] = by_account(MEMBER, operation, **PARAMETERS[operation])
    errors["AWSOrganizationsNotInUseException"] = by_account(STANDALONE, operation, **PARAMETERS[operation])
    errors["UnsupportedAPIEndpointException"] = in_china(operation, **PARAMETERS[operation])
TABLE = ErrorTable(
    provoked=PROVOKED,
    unreachable={
        ("ListInboundResponsibilityTransfers", "ConstraintViolationException"): "no reason of AWS concerns a listing",
        ("ListOutboundResponsibilityTransfers", "ConstraintViolationException"): "no reason of AWS concerns a listing",
        ("TerminateResponsibilityTransfer", "ConstraintViolationException"): "no reason of AWS concerns a withdrawal",
    },
    prepare=create_organizations,
)
