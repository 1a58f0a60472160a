"""The declared errors of handshakes: invitations, responses, listings and the enabling of all features."""

from datetime import timedelta
from typing import Any

from tests.support.error_table import ErrorTable, Provocation, by_user_without_policies
from tests.support.iam_users import create_user, policy_allowing
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import (
    MANAGEMENT,
    SERVICE,
    STANDALONE,
    add_invited_account,
    as_account,
    create_account,
    handshake_after,
    invite,
    party,
    set_options,
    set_quotas,
)

OTHER = "444455556666"
MISSING_HANDSHAKE = "h-" + "0" * 32
DAY = timedelta(days=1)


def by_account(account_id: str, operation: str, **parameters: Any) -> Provocation:
    """Return a call of another account."""
    return lambda client: as_account(client, account_id).expect_error(SERVICE, operation, **parameters)


def by_member(operation: str, **parameters: Any) -> Provocation:
    """Return a call of a member account."""

    def provoke(client: Client) -> Answer:
        add_invited_account(client)
        return as_account(client, STANDALONE).expect_error(SERVICE, operation, **parameters)

    return provoke


def by_management(operation: str, **parameters: Any) -> Provocation:
    """Return a call of the management account."""
    return lambda client: client.expect_error(SERVICE, operation, **parameters)


def with_options(provocation: Provocation, **options: Any) -> Provocation:
    """Return a call that is made in a world with other options."""

    def provoke(client: Client) -> Answer:
        set_options(client, **options)
        return provocation(client)

    return provoke


def on_invitation(operation: str, account_id: str, *before: tuple[str, str]) -> Provocation:
    """Return a response to an invitation, after other responses."""

    def provoke(client: Client) -> Answer:
        handshake_id = invite(client)["Id"]
        for earlier, responder in before:
            handshake_after(as_account(client, responder), earlier, handshake_id)
        return as_account(client, account_id).expect_error(SERVICE, operation, HandshakeId=handshake_id)

    return provoke


def _invite_twice(client: Client) -> Answer:
    invite(client)
    return client.expect_error(SERVICE, "InviteAccountToOrganization", Target=party(STANDALONE))


def _accept_as_management_account(client: Client) -> Answer:
    as_account(client, STANDALONE).do(SERVICE, "CreateOrganization")
    return on_invitation("AcceptHandshake", STANDALONE)(client)


def _accept_in_full_organization(client: Client) -> Answer:
    handshake_id = invite(client)["Id"]
    set_quotas(client, accounts_per_organization=1)
    return as_account(client, STANDALONE).expect_error(SERVICE, "AcceptHandshake", HandshakeId=handshake_id)


def _accept_too_early(client: Client) -> Answer:
    set_options(client, leave_wait_period=4 * DAY)
    member = create_account(client)
    second = as_account(client, OTHER)
    second.do(SERVICE, "CreateOrganization")
    return as_account(client, member).expect_error(SERVICE, "AcceptHandshake", HandshakeId=invite(second, member)["Id"])


def _approve_after_leaving(client: Client) -> Answer:
    management, member = as_account(client, OTHER), as_account(client, STANDALONE)
    management.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    add_invited_account(management)
    management.do(SERVICE, "EnableAllFeatures")
    approvals = {"ActionType": "APPROVE_ALL_FEATURES"}
    (request,) = member.do(SERVICE, "ListHandshakesForAccount", Filter=approvals)["Handshakes"]
    member.do(SERVICE, "LeaveOrganization")
    return member.expect_error(SERVICE, "AcceptHandshake", HandshakeId=request["Id"])


def _enable_in_large_organization(client: Client) -> Answer:
    management = as_account(client, OTHER)
    management.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    set_quotas(client, accounts_in_all_features_migration=0)
    return management.expect_error(SERVICE, "EnableAllFeatures")


def _accept_without_permission_for_linked_role(client: Client) -> Answer:
    user = create_user(as_account(client, STANDALONE), policy_allowing("organizations:*"))
    return user.expect_error(SERVICE, "AcceptHandshake", HandshakeId=invite(client)["Id"])


INVITE = by_management("InviteAccountToOrganization", Target=party(STANDALONE))
TOO_MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
ACCEPTED, DECLINED = ("AcceptHandshake", STANDALONE), ("DeclineHandshake", STANDALONE)
CANCELED = ("CancelHandshake", MANAGEMENT)
PROVOKED: dict[str, dict[str, Provocation]] = {
    "InviteAccountToOrganization": {
        "AccessDeniedException": by_member("InviteAccountToOrganization", Target=party(OTHER)),
        "AWSOrganizationsNotInUseException": by_account(STANDALONE, "InviteAccountToOrganization", Target=party(OTHER)),
        "AccountOwnerNotVerifiedException": with_options(INVITE, email_verified=False),
        "HandshakeConstraintViolationException": by_management("InviteAccountToOrganization", Target=party(MANAGEMENT)),
        "DuplicateHandshakeException": _invite_twice,
        "ConstraintViolationException": by_management(
            "InviteAccountToOrganization", Target=party(STANDALONE), Tags=TOO_MANY_TAGS
        ),
        "InvalidInputException": by_management("InviteAccountToOrganization", Target=party("1")),
        "FinalizingOrganizationException": with_options(INVITE, finalizing_period=DAY),
    },
    "AcceptHandshake": {
        "AccessDeniedException": on_invitation("AcceptHandshake", MANAGEMENT),
        "AccessDeniedForDependencyException": _accept_without_permission_for_linked_role,
        "AWSOrganizationsNotInUseException": _approve_after_leaving,
        "HandshakeConstraintViolationException": _accept_in_full_organization,
        "HandshakeNotFoundException": on_invitation("AcceptHandshake", OTHER),
        "InvalidHandshakeTransitionException": on_invitation("AcceptHandshake", STANDALONE, CANCELED),
        "HandshakeAlreadyInStateException": on_invitation("AcceptHandshake", STANDALONE, ACCEPTED),
        "InvalidInputException": by_management("AcceptHandshake", HandshakeId="1"),
        "ConstraintViolationException": _accept_too_early,
        "MasterCannotLeaveOrganizationException": _accept_as_management_account,
    },
    "DescribeHandshake": {
        "AccessDeniedException": by_user_without_policies("DescribeHandshake", HandshakeId=MISSING_HANDSHAKE),
        "HandshakeNotFoundException": on_invitation("DescribeHandshake", OTHER),
        "InvalidInputException": by_management("DescribeHandshake", HandshakeId="1"),
    },
    "DeclineHandshake": {
        "AccessDeniedException": on_invitation("DeclineHandshake", MANAGEMENT),
        "HandshakeNotFoundException": on_invitation("DeclineHandshake", OTHER),
        "InvalidHandshakeTransitionException": on_invitation("DeclineHandshake", STANDALONE, ACCEPTED),
        "HandshakeAlreadyInStateException": on_invitation("DeclineHandshake", STANDALONE, DECLINED),
        "InvalidInputException": by_management("DeclineHandshake", HandshakeId="1"),
    },
    "CancelHandshake": {
        "AccessDeniedException": on_invitation("CancelHandshake", STANDALONE),
        "HandshakeNotFoundException": on_invitation("CancelHandshake", OTHER),
        "InvalidHandshakeTransitionException": on_invitation("CancelHandshake", MANAGEMENT, DECLINED),
        "HandshakeAlreadyInStateException": on_invitation("CancelHandshake", MANAGEMENT, CANCELED),
        "InvalidInputException": by_management("CancelHandshake", HandshakeId="1"),
    },
    "ListHandshakesForAccount": {
        "AccessDeniedException": by_user_without_policies("ListHandshakesForAccount"),
        "InvalidInputException": by_management("ListHandshakesForAccount", Filter={"ActionType": "WAVE"}),
    },
    "ListHandshakesForOrganization": {
        "AccessDeniedException": by_member("ListHandshakesForOrganization"),
        "AWSOrganizationsNotInUseException": by_account(STANDALONE, "ListHandshakesForOrganization"),
        "InvalidInputException": by_management("ListHandshakesForOrganization", Filter={"ParentHandshakeId": "1"}),
    },
    "EnableAllFeatures": {
        "AccessDeniedException": by_member("EnableAllFeatures"),
        "AWSOrganizationsNotInUseException": by_account(STANDALONE, "EnableAllFeatures"),
        "ConstraintViolationException": _enable_in_large_organization,
        "HandshakeConstraintViolationException": by_management("EnableAllFeatures"),
    },
}
TABLE = ErrorTable(
    provoked=PROVOKED,
    unreachable={("EnableAllFeatures", "InvalidInputException"): "the operation has no input"},
)
