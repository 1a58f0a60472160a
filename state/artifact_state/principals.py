"""The callers that requests can come from: root users, services, and the holders of session credentials.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from datetime import datetime
from functools import lru_cache

from artifact_state import arns, name_index
from artifact_state.model import Caller, CallerKind, Session, State


@lru_cache
def root_user(account_id: str, *, partition: str = "aws", region: str = "us-east-1", access_key_id: str = "") -> Caller:
    """Return the root user of an account."""
    return Caller(
        account_id=account_id,
        arn=arns.root_user(partition, account_id),
        user_id=account_id,
        partition=partition,
        region=region,
        access_key_id=access_key_id,
    )


def service_principal(principal: str) -> Caller:
    """Return an AWS service that acts by itself, in no account."""
    return Caller(account_id="aws", arn=principal, user_id=principal, kind=CallerKind.SERVICE)


def role_session_caller(session: Session, *, partition: str, region: str) -> Caller:
    """Return the caller that the session credentials of a role authenticate."""
    arn = arns.assumed_role(partition, session.account_id, session.role_name, session.name)
    return _holder(session, CallerKind.ROLE, arn, f"{session.role_id}:{session.name}", region=region)


def session_caller(state: State, session: Session, *, partition: str, region: str) -> Caller | None:
    """Return the caller that session credentials authenticate; None if the user that requested them was deleted."""
    account_id = session.account_id
    if session.role_name:
        return role_session_caller(session, partition=partition, region=region)
    if session.federated:
        arn = arns.federated_user(partition, account_id, session.federated)
        return _holder(session, CallerKind.FEDERATED, arn, f"{account_id}:{session.federated}", region=region)
    if not session.user_name:
        return _holder(session, CallerKind.ROOT, arns.root_user(partition, account_id), account_id, region=region)
    user = name_index.find(state.users.get(account_id, ()), session.user_name)
    if user is None or session.user_id not in ("", user.id):
        return None
    arn = arns.user(partition, account_id, user.path, user.name)
    return _holder(session, CallerKind.USER, arn, user.id, region=region)


def _holder(session: Session, kind: CallerKind, arn: str, user_id: str, *, region: str) -> Caller:
    """Return the holder of session credentials, in the partition of its ARN."""
    return Caller(
        account_id=session.account_id,
        arn=arn,
        user_id=user_id,
        kind=kind,
        partition=arn.split(":", 2)[1],
        region=region,
        access_key_id=session.access_key_id,
        assumed_root=session.assumed_root,
        issued_at=session.issued_at,
        multi_factor=session.multi_factor,
        source_identity=session.source_identity,
        role_path=session.role_path,
    )


def is_locked(state: State, account_id: str) -> bool:
    """Return whether an account is closed or suspended, so that nobody can call in its name.

    Observed: https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/727
    """
    account = state.accounts.get(account_id)
    return account_id in state.closures or (account is not None and account.suspended)


def session_of(state: State, access_key_id: str) -> Session | None:
    """Return the session whose credentials have an access key id, even if it has expired."""
    return state.sessions.get(access_key_id)


def is_expired(session: Session, now: datetime) -> bool:
    """Return whether session credentials have expired."""
    return now >= session.expires_at
