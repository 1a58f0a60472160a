"""Principals: the root user of an account, services, and whom temporary credentials stand for.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from artifact_state import arns, name_index
from artifact_state.model import Caller, CallerKind, Session, State


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
    """Give the principal that the temporary credentials of a role stand for."""
    return Caller(
        account_id=session.account_id,
        arn=arns.assumed_role(partition, session.account_id, session.role_name, session.name),
        user_id=f"{session.role_id}:{session.name}",
        kind=CallerKind.ROLE,
        partition=partition,
        region=region,
        access_key_id=session.access_key_id,
    )


def holder_of(state: State, session: Session, *, partition: str, region: str) -> Caller | None:
    """Give the principal that temporary credentials stand for; None if the user is gone to whom they were given."""
    if session.role_name:
        return session_principal(session, partition=partition, region=region)
    if session.federated:
        return Caller(
            account_id=session.account_id,
            arn=arns.federated_user(partition, session.account_id, session.federated),
            user_id=f"{session.account_id}:{session.federated}",
            kind=CallerKind.FEDERATED,
            partition=partition,
            region=region,
            access_key_id=session.access_key_id,
        )
    if not session.user_name:
        root = root_of(session.account_id, partition=partition, region=region, access_key_id=session.access_key_id)
        return replace(root, assumed_root=True) if session.assumed_root else root
    user = name_index.find(state.users.get(session.account_id, ()), session.user_name)
    if user is None:
        return None
    return Caller(
        account_id=user.account_id,
        arn=arns.user(partition, user.account_id, user.path, user.name),
        user_id=user.id,
        kind=CallerKind.USER,
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
