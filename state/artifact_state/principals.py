"""Principals: the root user of an account, and sessions of a role with temporary credentials.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from datetime import datetime, timedelta
from functools import lru_cache

from artifact_state import arns, ids
from artifact_state.errors import NotTrusted, RoleNotFound, SessionTooLong
from artifact_state.evaluation import trusts
from artifact_state.events import RoleAssumed
from artifact_state.model import Caller, CallerKind, Role, Session, State
from artifact_state.roles import role_of
from artifact_state.world import Transaction

DEFAULT_SESSION = timedelta(hours=1)
LONGEST_CHAINED_SESSION = timedelta(hours=1)


@lru_cache
def root_of(account_id: str, *, partition: str = "aws", region: str = "us-east-1", access_key_id: str = "") -> Caller:
    """Give the root user of an account."""
    return Caller(
        account_id=account_id,
        arn=arns.root_user(partition, account_id),
        user_id=account_id,
        partition=partition,
        region=region,
        access_key_id=access_key_id,
    )


def service(principal: str) -> Caller:
    """Give a service that acts of its own accord, in nobody's account."""
    return Caller(account_id="aws", arn=principal, user_id=principal, kind=CallerKind.SERVICE)


def session_principal(session: Session, *, partition: str, region: str) -> Caller:
    """Give the principal that temporary credentials stand for."""
    return Caller(
        account_id=session.account_id,
        arn=arns.assumed_role(partition, session.account_id, session.role_name, session.name),
        user_id=f"{session.role_id}:{session.name}",
        kind=CallerKind.ROLE,
        partition=partition,
        region=region,
        access_key_id=session.access_key_id,
    )


def session_of(state: State, access_key_id: str) -> Session | None:
    """Tell the session whose temporary credentials have this access key id, lapsed or not."""
    return state.sessions.get(access_key_id)


def has_lapsed(session: Session, now: datetime) -> bool:
    """Tell whether temporary credentials are good no longer."""
    return now >= session.expires_at


def assume_role(tx: Transaction, role_arn: str, name: str, duration: timedelta | None = None) -> Session:
    """Give temporary credentials of a role that trusts the caller.

    A role that does not exist is refused in the same words as one that does not trust.
    Raises NotTrusted, SessionTooLong.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    role = _role_at(tx, role_arn)
    if not trusts(role.trust_policy, tx.caller):
        raise NotTrusted(role_arn)
    span = duration or DEFAULT_SESSION
    chained = tx.caller.kind is CallerKind.ROLE
    if span > role.max_session or (chained and span > LONGEST_CHAINED_SESSION):
        raise SessionTooLong(chained=chained)
    _forget_lapsed(tx)
    serial = tx.serial()
    seed = tx.state.seed
    session = Session(
        access_key_id=ids.access_key_id("ASIA", role.account_id, seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        token=ids.secret(356, seed, serial, "token"),
        account_id=role.account_id,
        role_name=role.name,
        role_id=role.id,
        name=name,
        serial=serial,
        expires_at=tx.now + span,
    )
    tx.put(session)
    tx.set(session_order=tx.state.session_order.set(serial, session.access_key_id))
    tx.record(RoleAssumed(at=tx.now, account_id=role.account_id, role_name=role.name, by=tx.caller.arn))
    return session


def _role_at(tx: Transaction, role_arn: str) -> Role:
    account_id, _, resource = role_arn.removeprefix(f"arn:{tx.caller.partition}:iam::").partition(":role")
    name = resource.rpartition("/")[2]
    try:
        role = role_of(tx.state, account_id, name, tx.now)
    except RoleNotFound:
        raise NotTrusted(role_arn) from None
    if arns.role(tx.caller.partition, account_id, role.path, role.name) != role_arn:
        raise NotTrusted(role_arn)
    return role


def _forget_lapsed(tx: Transaction) -> None:
    """Forget sessions a day after they lapsed: until then a caller learns that his token is expired."""
    for access_key_id in tx.state.session_order:
        session = tx.state.sessions[access_key_id]
        if not has_lapsed(session, tx.now - timedelta(days=1)):
            break
        tx.drop(session)
        tx.set(session_order=tx.state.session_order.delete(session.serial))
