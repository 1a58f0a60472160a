"""Options of a session that a caller asks for, and the tags and source identity that it inherits.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from datetime import timedelta

from artifact_state.errors import InvalidSessionTags, SourceIdentityAlreadySet, TagRule
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.record import Record, field, replace
from artifact_state.world import Transaction

_RESERVED = "aws:"


class SessionOptions(Record):
    """What a caller asks of a new session, apart from its principal."""

    duration: timedelta | None = None
    policy: str | None = None
    """The document of the inline session policy."""
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: frozenset[str] = frozenset()
    source_identity: str = ""
    min_token_size: int = 0
    """The least size of the session token in bytes."""
    condition_keys: Keys = field(default_factory=dict)
    """Condition keys of the request for trust policies, such as `sts:externalid`, in lower case."""


DEFAULT_OPTIONS = SessionOptions()


def with_inherited(tx: Transaction, options: SessionOptions) -> SessionOptions:
    """Add the transitive tags and the source identity of the caller's session, if it has one.

    Raises InvalidSessionTags, SourceIdentityAlreadySet.
    """
    parent = tx.state.sessions.get(tx.caller.access_key_id)
    if parent is None:
        require_valid_tags(options)
        return options
    inherited = frozenset(key.lower() for key in parent.transitive_tags)
    require_valid_tags(options, inherited)
    if options.source_identity and parent.source_identity not in ("", options.source_identity):
        raise SourceIdentityAlreadySet
    return replace(
        options,
        tags=(*((key, value) for key, value in parent.tags if key.lower() in inherited), *options.tags),
        transitive_tags=options.transitive_tags | parent.transitive_tags,
        source_identity=parent.source_identity or options.source_identity,
    )


def require_valid_tags(options: SessionOptions, inherited: frozenset[str] = frozenset()) -> None:
    """Refuse session tags that contradict each other or the inherited keys, which are in lower case.

    Raises InvalidSessionTags.
    """
    keys = [key.lower() for key, _ in options.tags]
    if any(key.startswith(_RESERVED) for key in keys):
        raise InvalidSessionTags(TagRule.RESERVED)
    if len(set(keys)) < len(keys):
        raise InvalidSessionTags(TagRule.DUPLICATE)
    if not {key.lower() for key in options.transitive_tags} <= {*keys}:
        raise InvalidSessionTags(TagRule.NOT_PASSED)
    if not inherited.isdisjoint(keys):
        raise InvalidSessionTags(TagRule.INHERITED)
