"""Calls of AWS Organizations that many tests of the wire make."""

from collections.abc import Iterator
from typing import Any

from artifact_state import catalog
from artifact_state.record import replace
from tests.support.wire_client import Answer, Client

SERVICE = "organizations"
MANAGEMENT, STANDALONE = "111122223333", "999988887777"
# Source: https://github.com/prowler-cloud/prowler/pull/2133
NO_PERMISSION = "You don't have permissions to access this resource."
"""AWS's message for an account that may not call an operation."""


def error_of(answer: Answer) -> tuple[str, str | None]:
    """Return the error code of an answer and its reason, if it has one, without the parameter that AWS adds to it."""
    reason = answer.data.get("Reason")
    return answer.code, reason.partition(":")[0] if reason else None


def as_account(client: Client, account_id: str, region: str = "us-east-1") -> Client:
    """Return a client that calls the same emulator as the root user of another account."""
    return Client(client.app, account_id, region)


def set_options(client: Client, **options: Any) -> None:
    """Change options of the client's world."""
    world = client.app.world
    world.options = replace(world.options, **options)


def set_quotas(client: Client, **quotas: Any) -> None:
    """Set the quotas of the client's world to AWS's, with some of them changed."""
    set_options(client, quotas=replace(catalog.quotas(), **quotas))


def describe_organization(client: Client) -> dict[str, Any]:
    """Return the client's organization."""
    organization: dict[str, Any] = client.do(SERVICE, "DescribeOrganization")["Organization"]
    return organization


def root_id(client: Client) -> str:
    """Return the id of the root of the client's organization."""
    root: str = client.do(SERVICE, "ListRoots")["Roots"][0]["Id"]
    return root


def create_unit(client: Client, name: str = "Unit", parent_id: str | None = None) -> str:
    """Create an organizational unit, by default below the root, and return its id."""
    reply = client.do(SERVICE, "CreateOrganizationalUnit", ParentId=parent_id or root_id(client), Name=name)
    unit_id: str = reply["OrganizationalUnit"]["Id"]
    return unit_id


def request_account(
    client: Client, name: str = "member", operation: str = "CreateAccount", **parameters: Any
) -> dict[str, Any]:
    """Request a new account and return the status of the request."""
    members = {"AccountName": name, "Email": f"{name}@example.com"} | parameters
    status: dict[str, Any] = client.do(SERVICE, operation, **members)["CreateAccountStatus"]
    return status


def request_status(client: Client, request_id: str) -> dict[str, Any]:
    """Return the status of a request to create an account."""
    reply = client.do(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    status: dict[str, Any] = reply["CreateAccountStatus"]
    return status


def create_account(client: Client, name: str = "member", **parameters: Any) -> str:
    """Create a member account and return its id."""
    account_id: str = request_status(client, request_account(client, name, **parameters)["Id"])["AccountId"]
    return account_id


def party(name: str) -> dict[str, str]:
    """Return the target of an invitation, by its account id or its e-mail address."""
    return {"Type": "EMAIL" if "@" in name else "ACCOUNT", "Id": name}


def invite(client: Client, name: str = STANDALONE, **parameters: Any) -> dict[str, Any]:
    """Invite an account and return the handshake."""
    reply = client.do(SERVICE, "InviteAccountToOrganization", Target=party(name), **parameters)
    handshake: dict[str, Any] = reply["Handshake"]
    return handshake


def handshake_after(client: Client, operation: str, handshake_id: str) -> dict[str, Any]:
    """Accept, decline, cancel or describe a handshake, and return it."""
    handshake: dict[str, Any] = client.do(SERVICE, operation, HandshakeId=handshake_id)["Handshake"]
    return handshake


def add_invited_account(client: Client, account_id: str = STANDALONE) -> None:
    """Invite an account and accept the invitation."""
    handshake_after(as_account(client, account_id), "AcceptHandshake", invite(client, account_id)["Id"])


def create_billing_organization(account: Client) -> Client:
    """Create an organization with consolidated billing only and an invited member; return the management account."""
    management = as_account(account, MANAGEMENT)
    management.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    add_invited_account(management)
    return management


def pages(client: Client, operation: str, member: str, **parameters: Any) -> Iterator[list[Any]]:
    """Iterate over the pages of a listing, by the member of the reply that holds its items."""
    reply = client.do(SERVICE, operation, **parameters)
    yield reply[member]
    while "NextToken" in reply:
        reply = client.do(SERVICE, operation, NextToken=reply["NextToken"], **parameters)
        yield reply[member]
