"""Session credentials: of an assumed role, of a member's root user, of a user, and of a federated user.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from artifact_state import ids
from artifact_state.errors import (
    Entity,
    EntityNotFound,
    IdentityNotTrusted,
    InsufficientSessionLifetime,
    InvalidSubjectCredentials,
    NothingToScopeDown,
    NotTrusted,
    SessionTooLarge,
    SessionTooLong,
    TooManyScopeDownPolicies,
    TooManySessionPolicies,
)
from artifact_state.events import RoleAssumed, RootAssumed
from artifact_state.iam.identity_documents import require_valid_policy
from artifact_state.iam.policy_references import policy_by_arn
from artifact_state.model import Caller, CallerKind, Session
from artifact_state.organizations.root_access import require_assumable_root, root_task_policy
from artifact_state.policy_syntax.documents import DocumentKind
from artifact_state.principals import is_expired
from artifact_state.record import Record, asdict
from artifact_state.sts import tokens
from artifact_state.sts.session_options import DEFAULT_OPTIONS, SessionOptions, require_valid_tags, with_inherited
from artifact_state.sts.session_restrictions import require_active_region
from artifact_state.sts.trust import assumable_role, require_identity_trust, require_not_root, require_trust
from artifact_state.world import Transaction

DEFAULT_ROLE_DURATION = timedelta(hours=1)
DEFAULT_USER_DURATION = timedelta(hours=12)
DEFAULT_ROOT_DURATION = timedelta(minutes=15)
"""Of AssumeRoot."""
_MAX_CHAINED_DURATION = timedelta(hours=1)
_MAX_ROOT_DURATION = timedelta(hours=1)
"""Of a root user's own session, from GetSessionToken or GetFederationToken."""
_MAX_MANAGED_POLICIES = 10
_MAX_SCOPE_DOWN_POLICIES = 3
_INLINE = "session policy"
_WHOLE = 100


class ProvidedIdentity(Record):
    """The user of an identity provider: the provider, and the action with which its users assume roles."""

    provider_arn: str
    action: str


def assume_role(tx: Transaction, role_arn: str, name: str, options: SessionOptions = DEFAULT_OPTIONS) -> Session:
    """Issue session credentials of a role that trusts the caller.

    Raises RegionNotActivated, InvalidRoleArn, RootCannotAssumeRole, InvalidSessionTags, SourceIdentityAlreadySet,
    NotTrusted, SessionTooLong, TooManySessionPolicies, SessionTooLarge, MalformedPolicyDocument, EntityNotFound.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    require_active_region(tx)
    require_not_root(tx)
    role = assumable_role(tx, role_arn)
    options = with_inherited(tx, options)
    require_trust(tx, role, options)
    duration = options.duration or DEFAULT_ROLE_DURATION
    is_chained = tx.caller.access_key_id in tx.state.sessions
    if duration > role.max_session or (is_chained and duration > _MAX_CHAINED_DURATION):
        raise SessionTooLong(chained=is_chained)
    session = _issue_with_options(
        tx,
        duration,
        min_token_size=options.min_token_size,
        account_id=role.account_id,
        role_name=role.name,
        role_id=role.id,
        role_path=role.path,
        name=name,
        policies=_inline_policies(options),
        managed_policies=_managed_policies(tx, role.account_id, options),
        tags=options.tags,
        transitive_tags=options.transitive_tags,
        source_identity=options.source_identity,
    )
    tx.record(RoleAssumed(at=tx.now, account_id=role.account_id, role_name=role.name, by=tx.caller.arn))
    return session


def assume_role_with_identity(
    tx: Transaction, role_arn: str, name: str, identity: ProvidedIdentity, options: SessionOptions
) -> Session:
    """Issue session credentials of a role that trusts the user of an identity provider.

    Raises InvalidRoleArn, IdentityNotTrusted, InvalidSessionTags, SessionTooLong, TooManySessionPolicies,
    SessionTooLarge, MalformedPolicyDocument, EntityNotFound.
    Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
    """
    try:
        role = assumable_role(tx, role_arn)
    except NotTrusted:
        raise IdentityNotTrusted(identity.action) from None
    require_valid_tags(options)
    require_identity_trust(tx, role, identity.action, identity.provider_arn, options)
    duration = options.duration or DEFAULT_ROLE_DURATION
    if duration > role.max_session:
        raise SessionTooLong(chained=False)
    session = _issue_with_options(
        tx,
        duration,
        min_token_size=options.min_token_size,
        account_id=role.account_id,
        role_name=role.name,
        role_id=role.id,
        role_path=role.path,
        name=name,
        identity_provider=identity.provider_arn,
        policies=_inline_policies(options),
        managed_policies=_managed_policies(tx, role.account_id, options),
        tags=options.tags,
        transitive_tags=options.transitive_tags,
        source_identity=options.source_identity,
    )
    tx.record(RoleAssumed(at=tx.now, account_id=role.account_id, role_name=role.name, by=identity.provider_arn))
    return session


def assume_root(
    tx: Transaction, target: str, task: str, duration: timedelta = DEFAULT_ROOT_DURATION, *, min_token_size: int = 0
) -> Session:
    """Issue session credentials of a member's root user, which the policy of one task limits.

    Raises RegionNotActivated, InvalidTaskPolicy, RootNotAssumable.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    require_active_region(tx)
    policy = root_task_policy(tx, task)
    account_id = require_assumable_root(tx, target)
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    session = _issue(
        tx,
        duration,
        min_token_size=min_token_size,
        account_id=account_id,
        policies=((task, policy.document),),
        source_identity=parent.source_identity if parent else "",
        assumed_root=True,
    )
    tx.record(RootAssumed(at=tx.now, account_id=account_id, task=policy.name, by=tx.caller.arn))
    return session


def issue_session_token(
    tx: Transaction, duration: timedelta | None = None, *, multi_factor: bool = False, min_token_size: int = 0
) -> Session:
    """Issue session credentials of the calling user or root user.

    Raises RegionNotActivated.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    require_active_region(tx)
    return _issue(
        tx,
        _user_duration(tx.caller, duration),
        min_token_size=min_token_size,
        account_id=tx.caller.account_id,
        **_user(tx.caller),
        multi_factor=multi_factor,
    )


def issue_federation_token(tx: Transaction, name: str, options: SessionOptions = DEFAULT_OPTIONS) -> Session:
    """Issue session credentials of a federated user, which has no permissions beyond those of the calling user.

    Raises RegionNotActivated, InvalidSessionTags, TooManySessionPolicies, SessionTooLarge, MalformedPolicyDocument,
    EntityNotFound.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    require_active_region(tx)
    require_valid_tags(options)
    return _issue_with_options(
        tx,
        _user_duration(tx.caller, options.duration),
        min_token_size=options.min_token_size,
        account_id=tx.caller.account_id,
        **_user(tx.caller),
        federated=name,
        policies=_inline_policies(options),
        managed_policies=_managed_policies(tx, tx.caller.account_id, options),
        tags=options.tags,
    )


def issue_scoped_credentials(
    tx: Transaction, policy: str | None, duration: timedelta | None, *, min_token_size: int = 0
) -> Session:
    """Issue session credentials of the calling session with fewer permissions, a shorter lifetime, or both.

    Unverified: scoping down needs no permission, as GetSessionToken does not.
    Raises InvalidSubjectCredentials, NothingToScopeDown, TooManyScopeDownPolicies, InsufficientSessionLifetime,
    SessionTooLarge, MalformedPolicyDocument.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetScopedCredentials.html
    """
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    if parent is None:
        raise InvalidSubjectCredentials
    if policy is None and duration is None:
        raise NothingToScopeDown
    policies = parent.scope_down_policies
    if policy is not None:
        if len(policies) == _MAX_SCOPE_DOWN_POLICIES:
            raise TooManyScopeDownPolicies("sts:GetScopedCredentials")
        require_valid_policy(policy, DocumentKind.SESSION)
        policies = (*policies, policy)
    remaining = parent.expires_at - tx.now
    if duration is not None and duration > remaining:
        raise InsufficientSessionLifetime
    kept = asdict(parent)
    for name in ("access_key_id", "secret", "token", "serial", "issued_at", "expires_at"):
        del kept[name]
    kept["scope_down_policies"] = policies
    return _issue_with_options(tx, duration or remaining, min_token_size=min_token_size, **kept)


def packed_policy_size(session: Session) -> int | None:
    """Return the packed size of a session's policies and tags in percent of the limit, or None if it has neither."""
    texts = _packed_texts(session.policies, session.managed_policies)
    return tokens.packed_policy_size(texts, session.tags) if texts or session.tags else None


def _issue_with_options(tx: Transaction, duration: timedelta, *, min_token_size: int, **members: Any) -> Session:
    """Issue credentials with policies and tags, which fit into a token.

    Raises SessionTooLarge.
    """
    texts = [*_packed_texts(members["policies"], members["managed_policies"]), *members.get("scope_down_policies", ())]
    share = tokens.packed_policy_size(texts, members["tags"])
    if share > _WHOLE:
        raise SessionTooLarge(share, tags_alone=not texts)
    return _issue(tx, duration, min_token_size=min_token_size, **members)


def _issue(tx: Transaction, duration: timedelta, *, min_token_size: int, **members: Any) -> Session:
    _drop_expired(tx)
    serial, seed = tx.serial(), tx.state.seed
    texts = _packed_texts(members.get("policies", ()), members.get("managed_policies", ()))
    texts += members.get("scope_down_policies", ())
    size = tokens.token_size(texts, members.get("tags", ()), min_token_size)
    session = Session(
        access_key_id=ids.access_key_id("ASIA", members["account_id"], seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        token=ids.secret(size, seed, serial, "token"),
        serial=serial,
        issued_at=tx.now,
        expires_at=tx.now + duration,
        **members,
    )
    tx.put(session)
    tx.set(session_order=tx.state.session_order.set(serial, session.access_key_id))
    return session


def _inline_policies(options: SessionOptions) -> tuple[tuple[str, str], ...]:
    if options.policy is None:
        return ()
    require_valid_policy(options.policy, DocumentKind.SESSION)
    return ((_INLINE, options.policy),)


def _managed_policies(tx: Transaction, account_id: str, options: SessionOptions) -> tuple[str, ...]:
    """Return the ARNs of the managed session policies, which belong to AWS or to the session's account."""
    if len(options.policy_arns) > _MAX_MANAGED_POLICIES:
        raise TooManySessionPolicies(_MAX_MANAGED_POLICIES)
    for arn in options.policy_arns:
        if policy_by_arn(tx.state, tx.caller.partition, account_id, arn) is None:
            raise EntityNotFound(Entity.POLICY, arn)
    return options.policy_arns


def _packed_texts(inline: Iterable[tuple[str, str]], managed: Iterable[str]) -> list[str]:
    """Return the texts that a token packs: the documents of inline policies, the ARNs of managed ones."""
    return [*(document if name == _INLINE else name for name, document in inline), *managed]


def _user_duration(caller: Caller, duration: timedelta | None) -> timedelta:
    duration = duration or DEFAULT_USER_DURATION
    return min(duration, _MAX_ROOT_DURATION) if caller.kind is CallerKind.ROOT else duration


def _user(caller: Caller) -> dict[str, str]:
    """Return the name and the id of the user that requests credentials; neither for a root user."""
    if caller.kind is not CallerKind.USER:
        return {}
    return {"user_name": caller.arn.rpartition("/")[2], "user_id": caller.user_id}


def _drop_expired(tx: Transaction) -> None:
    """Drop sessions that expired more than a day ago; until then their tokens are refused as expired."""
    for access_key_id in tx.state.session_order:
        session = tx.state.sessions[access_key_id]
        if not is_expired(session, tx.now - timedelta(days=1)):
            break
        tx.drop(session)
        tx.set(session_order=tx.state.session_order.delete(session.serial))
