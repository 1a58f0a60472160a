"""Temporary credentials: of a role that trusts the caller, of a user himself, of somebody whom a user vouches for.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_assumerole.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from artifact_state import arns, ids
from artifact_state.errors import (
    Entity,
    EntityNotFound,
    InvalidRoleArn,
    InvalidSessionTags,
    MultiFactorIncomplete,
    NotTrusted,
    RoleNotFound,
    RootCannotAssumeRole,
    SessionTooLarge,
    SessionTooLong,
    SourceIdentityAlreadySet,
    TagRule,
    TooManySessionPolicies,
)
from artifact_state.events import RoleAssumed, RootAssumed
from artifact_state.iam.identity_documents import require_policy
from artifact_state.iam.policy_references import policy_at
from artifact_state.iam.roles import role_of
from artifact_state.model import Caller, CallerKind, Role, Session
from artifact_state.organizations.root_access import require_assumable_root, root_task_policy
from artifact_state.policy_evaluation.authorization import names_of
from artifact_state.policy_evaluation.call_keys import account_keys, principal_keys
from artifact_state.policy_syntax.policy import Question, policy_of
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.principals import has_lapsed
from artifact_state.sts import tokens
from artifact_state.sts.session_restrictions import require_active_region
from artifact_state.world import Transaction

DEFAULT_SESSION = timedelta(hours=1)
LONGEST_CHAINED_SESSION = timedelta(hours=1)
DEFAULT_USER_SESSION = timedelta(hours=12)
LONGEST_ROOT_SESSION = timedelta(hours=1)
TASK_SESSION = timedelta(minutes=15)
INLINE = "session policy"
MOST_POLICIES = 10
"""Managed policies that a session may have: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
_RESERVED = "aws:"
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
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
    least_token: int = 0
    """Bytes that the session token is to have at least."""
    keys: Keys = field(default_factory=dict)
    """What conditions of the trust policy read besides, such as `sts:externalid`; in lower case."""


PLAIN = SessionOptions()


def assume_role(tx: Transaction, role_arn: str, name: str, wish: SessionOptions = PLAIN) -> Session:
    """Give temporary credentials of a role that trusts the caller.

    A role that does not exist is refused in the same words as one that does not trust.
    Raises RegionNotActivated, InvalidRoleArn, RootCannotAssumeRole, InvalidSessionTags, SourceIdentityAlreadySet, NotTrusted,
    SessionTooLong, TooManySessionPolicies, SessionTooLarge, MalformedPolicyDocument, EntityNotFound.
    """
    require_active_region(tx)
    _require_no_root(tx)
    role = _role_at(tx, role_arn)
    wish = _inherited(tx, wish)
    for action in _needed(wish):
        if not trusts(tx, role, action, wish.keys):
            raise NotTrusted(role_arn)
    span = wish.duration or DEFAULT_SESSION
    chained = tx.caller.kind is CallerKind.ROLE
    if span > role.max_session or (chained and span > LONGEST_CHAINED_SESSION):
        raise SessionTooLong(chained=chained)
    given: dict[str, Any] = {
        "policies": _policies(tx, wish),
        "tags": wish.tags,
        "transitive_tags": wish.transitive_tags,
        "source_identity": wish.source_identity,
        "multi_factor": wish.multi_factor,
    }
    whose = {"account_id": role.account_id, "role_name": role.name, "role_id": role.id, "name": name}
    session = _open(tx, span, least_token=wish.least_token, **given, **whose)
    tx.record(RoleAssumed(at=tx.now, account_id=role.account_id, role_name=role.name, by=tx.caller.arn))
    return session


def assume_root(
    tx: Transaction, target: str, task: str, duration: timedelta = TASK_SESSION, *, least_token: int = 0
) -> Session:
    """Give temporary credentials of a member's root user, good for one task.

    Raises RegionNotActivated, InvalidTaskPolicy, RootNotAssumable.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    require_active_region(tx)
    policy = root_task_policy(tx, task)
    account_id = require_assumable_root(tx, target)
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    given: dict[str, Any] = {
        "policies": ((task, policy.document),),
        "source_identity": parent.source_identity if parent else "",
        "assumed_root": True,
    }
    session = _open(tx, duration, least_token=least_token, account_id=account_id, **given)
    tx.record(RootAssumed(at=tx.now, account_id=account_id, task=policy.name, by=tx.caller.arn))
    return session


def issue_session_token(
    tx: Transaction, duration: timedelta | None = None, *, multi_factor: bool = False, least_token: int = 0
) -> Session:
    """Give a user, or a root user, temporary credentials of his own; a root user's are good for an hour at most.

    Raises RegionNotActivated.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    require_active_region(tx)
    span = duration or DEFAULT_USER_SESSION
    if tx.caller.kind is CallerKind.ROOT:
        span = min(span, LONGEST_ROOT_SESSION)
    whose = {"account_id": tx.caller.account_id, "user_name": _user_name(tx.caller)}
    return _open(tx, span, least_token=least_token, multi_factor=multi_factor, **whose)


def issue_federation_token(tx: Transaction, name: str, wish: SessionOptions = PLAIN) -> Session:
    """Give temporary credentials to somebody whom the calling user vouches for, bounded by what he passes.

    Raises RegionNotActivated, InvalidSessionTags, TooManySessionPolicies, SessionTooLarge, MalformedPolicyDocument,
    EntityNotFound.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    require_active_region(tx)
    _require_tags(wish, handed_on=frozenset())
    span = wish.duration or DEFAULT_USER_SESSION
    if tx.caller.kind is CallerKind.ROOT:
        span = min(span, LONGEST_ROOT_SESSION)
    whose = {"account_id": tx.caller.account_id, "user_name": _user_name(tx.caller), "federated": name}
    return _open(tx, span, least_token=wish.least_token, policies=_policies(tx, wish), tags=wish.tags, **whose)


def trusts(tx: Transaction, role: Role, action: str, keys: Keys) -> bool:
    """Tell whether a role's trust policy lets the caller use an action on it."""
    names = frozenset[str]().union(*names_of(tx.state, tx.caller, tx.now).values())
    arn = arns.role(tx.caller.partition, role.account_id, role.path, role.name)
    where = account_keys(tx.state, role.account_id, tx.now)
    tags = {f"{of}:resourcetag/{key.lower()}": (value,) for key, value in role.tags.items() for of in ("aws", "iam")}
    asked = {**principal_keys(tx.state, tx.caller, tx.now), **where, **tags, **keys}
    question = Question(action=action, resource=arn, keys=asked, principals=names)
    policy = policy_of(role.trust_policy)
    return policy.denying(question) is None and policy.allowing(question) is not None


def has_multi_factor(serial_number: str | None, token_code: str | None) -> bool:
    """Tell whether a code of a device is told: neither may stand without the other.

    Raises MultiFactorIncomplete.
    """
    if (serial_number is None) != (token_code is None):
        raise MultiFactorIncomplete
    return token_code is not None


def packed_policy_size(session: Session) -> int | None:
    """Tell how much of its room a session's policies and tags take, in percent; None for one without any."""
    if not session.policies and not session.tags:
        return None
    return tokens.packed_policy_size(_texts(session.policies), session.tags)


def _needed(wish: SessionOptions) -> list[str]:
    """Name what the trust policy must allow: tags and a source identity need actions of their own."""
    more = {"sts:TagSession": bool(wish.tags), "sts:SetSourceIdentity": bool(wish.source_identity)}
    return ["sts:AssumeRole", *(action for action, is_needed in more.items() if is_needed)]


def _inherited(tx: Transaction, wish: SessionOptions) -> SessionOptions:
    """Add what a session hands on to those that it assumes: its transitive tags and its source identity.

    Raises InvalidSessionTags, SourceIdentityAlreadySet.
    """
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    if parent is None:
        _require_tags(wish, handed_on=frozenset())
        return wish
    handed_on = frozenset(key.lower() for key in parent.transitive_tags)
    _require_tags(wish, handed_on)
    if wish.source_identity and parent.source_identity not in ("", wish.source_identity):
        raise SourceIdentityAlreadySet
    return replace(
        wish,
        tags=(*((key, value) for key, value in parent.tags if key.lower() in handed_on), *wish.tags),
        transitive_tags=wish.transitive_tags | parent.transitive_tags,
        source_identity=parent.source_identity or wish.source_identity,
    )


def _require_tags(wish: SessionOptions, handed_on: frozenset[str]) -> None:
    """Let tags pass that fit each other, and those that are handed on, which are named in lower case.

    Raises InvalidSessionTags.
    """
    keys = [key.lower() for key, _ in wish.tags]
    if any(key.startswith(_RESERVED) for key in keys):
        raise InvalidSessionTags(TagRule.RESERVED)
    if len(set(keys)) < len(keys):
        raise InvalidSessionTags(TagRule.DUPLICATE)
    if not {key.lower() for key in wish.transitive_tags} <= {*keys}:
        raise InvalidSessionTags(TagRule.NOT_PASSED)
    if not handed_on.isdisjoint(keys):
        raise InvalidSessionTags(TagRule.INHERITED)


def _require_no_root(tx: Transaction) -> None:
    """Let no root user assume a role who has credentials that were handed out.

    Whoever merely gives an account's number for a key has what AWS does not know: he may, for the ease of tests.
    Raises RootCannotAssumeRole.
    """
    caller, state = tx.caller, tx.state
    is_handed_out = caller.access_key_id in state.access_keys or caller.access_key_id in state.sessions
    if caller.kind is CallerKind.ROOT and is_handed_out:
        raise RootCannotAssumeRole


def _open(tx: Transaction, span: timedelta, *, least_token: int, **whose: Any) -> Session:
    _forget_lapsed(tx)
    serial, seed = tx.serial(), tx.state.seed
    size = tokens.size_of(_texts(whose.get("policies", ())), whose.get("tags", ()), least_token)
    session = Session(
        access_key_id=ids.access_key_id("ASIA", whose["account_id"], seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        token=ids.secret(size, seed, serial, "token"),
        serial=serial,
        issued_at=tx.now,
        expires_at=tx.now + span,
        **whose,
    )
    tx.put(session)
    tx.set(session_order=tx.state.session_order.set(serial, session.access_key_id))
    return session


def _policies(tx: Transaction, wish: SessionOptions) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if len(wish.policy_arns) > MOST_POLICIES:
        raise TooManySessionPolicies(MOST_POLICIES)
    for arn in wish.policy_arns:
        policy = policy_at(tx, arn)
        if policy is None:
            raise EntityNotFound(Entity.POLICY, arn)
        found.append((arn, policy.document))
    if wish.policy is not None:
        require_policy(wish.policy)
        found.append((INLINE, wish.policy))
    share = tokens.packed_policy_size(_texts(found), wish.tags)
    if share > _WHOLE:
        raise SessionTooLarge(share, tags_alone=not found)
    return tuple(found)


def _texts(policies: Iterable[tuple[str, str]]) -> list[str]:
    """Give what a token packs of policies: of managed ones their ARNs."""
    return [document if name == INLINE else name for name, document in policies]


def _role_at(tx: Transaction, role_arn: str) -> Role:
    parts = role_arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
        raise InvalidRoleArn(role_arn)
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
