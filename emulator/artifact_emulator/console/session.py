"""The signed-in principal: the root user of an account, an IAM user, or a session of a role.

The session cookie names the principal and is signed with a key of this process. It protects no secret: signing in as a
root user takes only the id of the account.
"""

from flask import session

from artifact_emulator.aws.authentication import partition_of
from artifact_state.errors import Refused
from artifact_state.model import Caller
from artifact_state.principals import is_expired, role_session_caller, root_user, session_of
from artifact_state.record import Record
from artifact_state.world import World

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "eu-central-1": "Europe (Frankfurt)",
    "us-gov-west-1": "AWS GovCloud (US-West)",
    "cn-northwest-1": "China (Ningxia)",
}


class SignedInUser(Record, kw_only=False):
    """A signed-in principal."""

    caller: Caller
    description: str
    """Name of the principal in the page header."""


def current_user(world: World) -> SignedInUser | None:
    """Return the principal that is signed in to a world, or None if its credentials are unknown or expired."""
    region = session.get("region", "us-east-1")
    account_id, user_name, access_key_id = (session.get(name) for name in ("account", "user", "key"))
    if access_key_id:
        return _role_session(world, access_key_id, region)
    if account_id and user_name:
        return _iam_user(world, account_id, user_name, region)
    if account_id:
        return SignedInUser(root_user(account_id, partition=partition_of(region), region=region), "Root user")
    return None


def is_signed_in() -> bool:
    """Return whether the cookie names a principal, which may have expired."""
    return "account" in session or "key" in session


def sign_in(*, account_id: str = "", user_name: str = "", access_key_id: str = "", region: str = "us-east-1") -> None:
    """Replace the signed-in principal and its CSRF token."""
    for name in ("account", "user", "key", "csrf"):
        session.pop(name, None)
    values = {"account": account_id, "user": user_name, "key": access_key_id, "region": region}
    session.update({name: value for name, value in values.items() if value})


def sign_out() -> None:
    """Clear the session."""
    session.clear()


def _role_session(world: World, access_key_id: str, region: str) -> SignedInUser | None:
    role_session = session_of(world.state, access_key_id)
    if role_session is None or is_expired(role_session, world.clock.now()):
        return None
    caller = role_session_caller(role_session, partition=partition_of(region), region=region)
    return SignedInUser(caller, f"Role {caller.arn.split('/')[-2]}")


def _iam_user(world: World, account_id: str, user_name: str, region: str) -> SignedInUser | None:
    # Imported here because most worlds have no IAM users.
    from artifact_state.iam.users import user_of, user_principal

    try:
        user = user_of(world.state, account_id, user_name)
    except Refused:
        return None
    return SignedInUser(user_principal(user, partition=partition_of(region), region=region), f"IAM user {user.name}")
