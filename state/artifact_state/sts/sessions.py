"""Temporary credentials: of a role that trusts the caller, of a user himself, of somebody whom a user vouches for.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_assumerole.html
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zlib import compress

from artifact_state import arns, ids
from artifact_state.errors import Entity, EntityNotFound, NotTrusted, RoleNotFound, SessionTooLarge, SessionTooLong
from artifact_state.events import RoleAssumed, RootAssumed
from artifact_state.iam.identity_documents import require_policy
from artifact_state.iam.policy_references import policy_at
from artifact_state.iam.roles import role_of
from artifact_state.language.policy_language import Question, policy_of
from artifact_state.language.wildcards import Keys
from artifact_state.model import Caller, CallerKind, Role, Session
from artifact_state.organizations.root_access import require_assumable, task_policy
from artifact_state.permissions.authorization import names_of
from artifact_state.permissions.call_keys import account_keys, principal_keys
from artifact_state.principals import has_lapsed
from artifact_state.sts.regions import require_active_region
from artifact_state.world import Transaction

DEFAULT_SESSION = timedelta(hours=1)
LONGEST_CHAINED_SESSION = timedelta(hours=1)
DEFAULT_USER_SESSION = timedelta(hours=12)
LONGEST_ROOT_SESSION = timedelta(hours=1)
TASK_SESSION = timedelta(minutes=15)
INLINE = "session policy"
_ROOM = 2048
"""How large the policies of a session may be, and how large packed with its tags.

Unverified: AWS does not say how it packs them, nor how much room there is for what is packed.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a session, beyond whose it is to be."""

    duration: timedelta | None = None
    policy: str | None = None
    """A document that bounds it."""
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: frozenset[str] = frozenset()
    source_identity: str = ""
    multi_factor: bool = False
    """Whether a code of a device is told. Unverified here: no account has a device, so that any code is good."""
    keys: Keys = field(default_factory=dict)
    """What conditions of the trust policy read besides, such as `sts:externalid`; in lower case."""


PLAIN = Wish()


def assume_role(tx: Transaction, role_arn: str, name: str, wish: Wish = PLAIN) -> Session:
    """Give temporary credentials of a role that trusts the caller.

    A role that does not exist is refused in the same words as one that does not trust.
    Raises RegionInactive, NotTrusted, SessionTooLong, SessionTooLarge, MalformedPolicyDocument, EntityNotFound.
    """
    require_active_region(tx)
    role = _role_at(tx, role_arn)
    wish = _inherited(tx, wish)
    for action in _needed(wish):
        if not trusts(tx, role, action, wish.keys):
            raise NotTrusted(role_arn)
    span = wish.duration or DEFAULT_SESSION
    chained = tx.caller.kind is CallerKind.ROLE
    if span > role.max_session or (chained and span > LONGEST_CHAINED_SESSION):
        raise SessionTooLong(chained=chained)
    policies = _policies(tx, wish)
    given = {"tags": wish.tags, "transitive_tags": wish.transitive_tags, "source_identity": wish.source_identity}
    whose = {"account_id": role.account_id, "role_name": role.name, "role_id": role.id, "name": name}
    session = _open(tx, span, policies=policies, multi_factor=wish.multi_factor, **given, **whose)
    tx.record(RoleAssumed(at=tx.now, account_id=role.account_id, role_name=role.name, by=tx.caller.arn))
    return session


def assume_root(tx: Transaction, target: str, task: str, duration: timedelta = TASK_SESSION) -> Session:
    """Give temporary credentials of a member's root user, good for one task.

    Raises RegionInactive, InvalidTask, RootNotAssumable.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    require_active_region(tx)
    policy = task_policy(tx, task)
    account_id = require_assumable(tx, target)
    source_identity = _inherited(tx, PLAIN).source_identity
    given = {"policies": ((task, policy.document),), "source_identity": source_identity, "assumed_root": True}
    session = _open(tx, duration, account_id=account_id, **given)
    tx.record(RootAssumed(at=tx.now, account_id=account_id, task=policy.name, by=tx.caller.arn))
    return session


def session_token(tx: Transaction, duration: timedelta | None = None, *, multi_factor: bool = False) -> Session:
    """Give a user, or a root user, temporary credentials of his own; a root user's are good for an hour at most.

    Raises RegionInactive.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    require_active_region(tx)
    span = duration or DEFAULT_USER_SESSION
    if tx.caller.kind is CallerKind.ROOT:
        span = min(span, LONGEST_ROOT_SESSION)
    whose = {"account_id": tx.caller.account_id, "user_name": _user_name(tx.caller)}
    return _open(tx, span, multi_factor=multi_factor, **whose)


def federation_token(tx: Transaction, name: str, wish: Wish = PLAIN) -> Session:
    """Give temporary credentials to somebody whom the calling user vouches for, bounded by what he passes.

    Raises RegionInactive, SessionTooLarge, MalformedPolicyDocument, EntityNotFound.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    require_active_region(tx)
    span = wish.duration or DEFAULT_USER_SESSION
    if tx.caller.kind is CallerKind.ROOT:
        span = min(span, LONGEST_ROOT_SESSION)
    whose = {"account_id": tx.caller.account_id, "user_name": _user_name(tx.caller), "federated": name}
    return _open(tx, span, policies=_policies(tx, wish), tags=wish.tags, **whose)


def trusts(tx: Transaction, role: Role, action: str, keys: Keys) -> bool:
    """Tell whether a role's trust policy lets the caller use an action on it."""
    names = frozenset[str]().union(*names_of(tx.state, tx.caller, tx.now).values())
    arn = arns.role(tx.caller.partition, role.account_id, role.path, role.name)
    where = account_keys(tx.state, role.account_id, tx.now)
    asked = {**principal_keys(tx.state, tx.caller, tx.now), **where, **keys}
    question = Question(action=action, resource=arn, keys=asked, principals=names)
    policy = policy_of(role.trust_policy)
    return policy.denying(question) is None and policy.allowing(question) is not None


def packed_share(session: Session) -> int | None:
    """Tell how much of its room a session's policies and tags take, in percent; None for one without any."""
    if not session.policies and not session.tags:
        return None
    return _share(session.policies, session.tags)


def _needed(wish: Wish) -> list[str]:
    """Name what the trust policy must allow: tags and a source identity need actions of their own."""
    more = {"sts:TagSession": bool(wish.tags), "sts:SetSourceIdentity": bool(wish.source_identity)}
    return ["sts:AssumeRole", *(action for action, is_needed in more.items() if is_needed)]


def _inherited(tx: Transaction, wish: Wish) -> Wish:
    """Add what a session hands on to those that it assumes: its transitive tags and its source identity."""
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    if parent is None:
        return wish
    handed_on = {key: value for key, value in parent.tags if key in parent.transitive_tags}
    own = {key: value for key, value in wish.tags if key not in handed_on}
    return replace(
        wish,
        tags=(*handed_on.items(), *own.items()),
        transitive_tags=wish.transitive_tags | parent.transitive_tags,
        source_identity=parent.source_identity or wish.source_identity,
    )


def _open(tx: Transaction, span: timedelta, **whose: Any) -> Session:
    _forget_lapsed(tx)
    serial, seed = tx.serial(), tx.state.seed
    session = Session(
        access_key_id=ids.access_key_id("ASIA", whose["account_id"], seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        token=ids.secret(356, seed, serial, "token"),
        serial=serial,
        issued_at=tx.now,
        expires_at=tx.now + span,
        **whose,
    )
    tx.put(session)
    tx.set(session_order=tx.state.session_order.set(serial, session.access_key_id))
    return session


def _policies(tx: Transaction, wish: Wish) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for arn in wish.policy_arns:
        policy = policy_at(tx, arn)
        if policy is None:
            raise EntityNotFound(Entity.POLICY, arn)
        found.append((arn, policy.document))
    if wish.policy is not None:
        require_policy(wish.policy)
        found.append((INLINE, wish.policy))
    share = _share(tuple(found), wish.tags)
    if share > _WHOLE:
        raise SessionTooLarge(share, tags_alone=not found)
    return tuple(found)


def _share(policies: tuple[tuple[str, str], ...], tags: tuple[tuple[str, str], ...]) -> int:
    """Tell how much of its room is taken, in percent, begun ones counting as whole: packed, or in plain text.

    Of managed policies their ARNs are packed, of tags there is no limit in plain text.
    """
    texts = [document if name == INLINE else name for name, document in policies]
    packed = len(compress(repr((texts, tags)).encode())) if texts or tags else 0
    # Unverified: that AWS refuses a plain text that is too long in the same words.
    return -(-max(packed, sum(map(len, texts))) * _WHOLE // _ROOM)


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


def _user_name(caller: Caller) -> str:
    return caller.arn.rpartition("/")[2] if caller.kind is CallerKind.USER else ""


def _forget_lapsed(tx: Transaction) -> None:
    """Forget sessions a day after they lapsed: until then a caller learns that his token is expired."""
    for access_key_id in tx.state.session_order:
        session = tx.state.sessions[access_key_id]
        if not has_lapsed(session, tx.now - timedelta(days=1)):
            break
        tx.drop(session)
        tx.set(session_order=tx.state.session_order.delete(session.serial))
