"""Who is signed in to the console: an account's root user, an IAM user, or a session of a role.

The cookie says it, signed with a key of this process. Passwords guard nothing here: a root user signs in by the
account's id alone.
"""

from dataclasses import dataclass

from flask import session

from artifact_emulator.aws.authentication import partition_of
from artifact_state.errors import Refused
from artifact_state.model import Caller
from artifact_state.principals import has_lapsed, root_of, session_of, session_principal
from artifact_state.world import World

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "eu-central-1": "Europe (Frankfurt)",
    "us-gov-west-1": "AWS GovCloud (US-West)",
    "cn-northwest-1": "China (Ningxia)",
}


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """A principal that is signed in."""

    caller: Caller
    described: str
    """What the header says he is."""


def who(world: World) -> SignedInUser | None:
    """Tell who is signed in to a world; nobody whose credentials it does not have, or has no longer."""
    region = session.get("region", "us-east-1")
    account_id, user_name, access_key_id = (session.get(name) for name in ("account", "user", "key"))
    if access_key_id:
        return _role_session(world, access_key_id, region)
    if account_id and user_name:
        return _user(world, account_id, user_name, region)
    if account_id:
        return SignedInUser(root_of(account_id, partition=partition_of(region), region=region), "Root user")
    return None


def sign_in(*, account_id: str = "", user_name: str = "", access_key_id: str = "", region: str = "us-east-1") -> None:
    """Let somebody be signed in, in place of who was; the CSRF token is made anew with him."""
    for name in ("account", "user", "key", "csrf"):
        session.pop(name, None)
    given = {"account": account_id, "user": user_name, "key": access_key_id, "region": region}
    session.update({name: value for name, value in given.items() if value})


def sign_out() -> None:
    """Let nobody be signed in."""
    session.clear()


def _role_session(world: World, access_key_id: str, region: str) -> SignedInUser | None:
    held = session_of(world.state, access_key_id)
    if held is None or has_lapsed(held, world.clock.now()):
        return None
    caller = session_principal(held, partition=partition_of(region), region=region)
    return SignedInUser(caller, caller.arn.rpartition(":")[2])


def _user(world: World, account_id: str, user_name: str, region: str) -> SignedInUser | None:
    # Most worlds have no users: they come into memory with the first one who signs in.
    from artifact_state.iam.users import user_of, user_principal

    try:
        user = user_of(world.state, account_id, user_name)
    except Refused:
        return None
    return SignedInUser(user_principal(user, partition=partition_of(region), region=region), f"IAM user {user.name}")
