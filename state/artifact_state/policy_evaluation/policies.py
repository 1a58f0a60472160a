"""The policies that apply to a caller, and their statements that matter for an action on a resource.

`collect` gathers the policies from the state; `decision` decides by them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import NamedTuple

from artifact_state.policy_syntax.policy import NamedPolicy, Statement, parse_policy
from artifact_state.record import replace

_MAX_KEPT = 1024
"""The number of action-resource pairs for which the relevant statements are kept."""
Level = tuple[NamedPolicy, ...]
"""The policies attached at one level, of which at least one must allow."""


class PolicyKind(Enum):
    """The kinds of policies. The values are AWS's terms in its messages."""

    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class PrincipalMatch(Enum):
    """How closely a resource-based policy names the caller, which decides what else must allow."""

    EXACT = "exact"
    """The user or the session: no other policy of its account needs to allow."""
    ROLE = "role"
    """The role of the session: its permissions boundary and the session policies must also allow."""
    ACCOUNT = "account"
    """The account, or everyone: the caller's own policies must also allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicablePolicies:
    """The policies that apply to the requests of a caller."""

    identity: Level = ()
    needs_no_identity_policy: bool = False
    """Whether the caller is a root user or a service."""
    boundary: NamedPolicy | None = None
    session: Level | None = None
    """The session policies; None for a session without any, and for a caller that is not a session."""
    scope_down: tuple[NamedPolicy, ...] = ()
    """The policies with which the session was scoped down, each of which must allow."""
    session_only_denies: bool = False
    """Whether the session policy is that of a root user's task, which need not allow."""
    service_control: tuple[Level, ...] = ()
    """From the organization's root to the caller's account; empty for a caller that SCPs do not affect."""
    resource_control: tuple[Level, ...] = ()
    """From the organization's root to the resource's account."""
    resource: NamedPolicy | None = None
    """The resource-based policy."""
    is_trust_policy: bool = False
    """Whether the resource-based policy is a role's trust policy, which must always allow."""
    same_account: bool = True
    """Whether the resource belongs to the caller's account."""
    resource_must_allow: bool = True
    """Whether a resource-based policy must allow the requests of another account; without one it does not."""
    principal_names: dict[PrincipalMatch, frozenset[str]] | None = None
    """The names by which the resource-based policy may mean the caller."""
    _relevant: "dict[tuple[str, str], RelevantStatements]" = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def relevant_statements(self, action: str, resource: str) -> "RelevantStatements":
        """Return the statements that may apply to an action on a resource, which are few of all statements."""
        statements = self._relevant.get((action, resource))
        if statements is None:
            statements = _relevant_statements(self, action, lambda statement: statement.applicability(resource))
            if len(self._relevant) < _MAX_KEPT:
                self._relevant[action, resource] = statements
        return statements


_Evaluated = tuple[PolicyKind, int | None, NamedPolicy, Statement]


@dataclass(slots=True, kw_only=True)
class RelevantStatements:
    """The statements that may apply to an action on a resource, by their role in the decision."""

    denying: tuple[_Evaluated, ...]
    """In the order in which AWS names a denying policy."""
    levels: tuple[tuple[PolicyKind, int, tuple[Statement, ...]], ...]
    """The allowing statements of each level of SCPs and RCPs, without the levels that always allow."""
    identity: tuple[tuple[NamedPolicy, Statement], ...]
    boundary: tuple[Statement, ...]
    session: tuple[Statement, ...]
    scope_down: tuple[tuple[Statement, ...], ...]
    is_constant: bool
    """Whether every statement applies to all requests, so that all have the same decision."""
    decision: "Decision | None" = None
    """That decision, once it was made."""


class Decision(NamedTuple):
    """Whether a request is allowed, and the policy that decided."""

    allowed: bool
    kind: PolicyKind
    """The kind of policy that decided."""
    policy: NamedPolicy | None = None
    """The policy that denied or allowed; None if none allowed."""
    statement: Statement | None = None
    level: int | None = None
    """The level of the organization, where 0 is its root."""

    @property
    def is_explicit_denial(self) -> bool:
        """Whether a statement denied the request; a request that no statement allowed is denied implicitly."""
        return not self.allowed and self.statement is not None


def policies_in_order(policies: ApplicablePolicies) -> Iterator[tuple[PolicyKind, int | None, NamedPolicy]]:
    """Yield the policies in the order in which AWS names the denying one: it names one kind even if several deny."""
    for number, level in enumerate(policies.service_control):
        for policy in level:
            yield PolicyKind.SERVICE_CONTROL, number, policy
    for number, level in enumerate(policies.resource_control):
        for policy in level:
            yield PolicyKind.RESOURCE_CONTROL, number, policy
    if policies.resource is not None:
        yield PolicyKind.TRUST if policies.is_trust_policy else PolicyKind.RESOURCE, None, policies.resource
    for policy in policies.identity:
        yield PolicyKind.IDENTITY, None, policy
    if policies.boundary is not None:
        yield PolicyKind.BOUNDARY, None, policies.boundary
    for policy in (*(policies.session or ()), *policies.scope_down):
        yield PolicyKind.SESSION, None, policy


_Applicability = Callable[[Statement], bool | None]
"""Whether a statement applies to a request; None if that depends on more than is known."""


def statements_that(
    apply: Callable[[Statement], bool], policies: ApplicablePolicies, action: str
) -> RelevantStatements:
    """Return the statements about an action that apply according to a function, without the conditions under which."""
    relevant = _relevant_statements(policies, action, apply)
    return RelevantStatements(
        denying=tuple((kind, level, policy, _always(statement)) for kind, level, policy, statement in relevant.denying),
        levels=relevant.levels,
        identity=tuple((policy, _always(statement)) for policy, statement in relevant.identity),
        boundary=tuple(map(_always, relevant.boundary)),
        session=tuple(map(_always, relevant.session)),
        scope_down=tuple(tuple(map(_always, statements)) for statements in relevant.scope_down),
        is_constant=False,
    )


def _always(statement: Statement) -> Statement:
    return replace(statement, any_resource=True, principals=None, conditions=())


def _relevant_statements(policies: ApplicablePolicies, action: str, applies: _Applicability) -> RelevantStatements:
    denying = tuple(
        (kind, level, policy, statement)
        for kind, level, policy in policies_in_order(policies)
        for statement in parse_policy(policy.document).deny_statements(action)
        if applies(statement) is not False
    )
    identity = tuple(
        (policy, statement)
        for policy in policies.identity
        for statement in _allowing_statements((policy,), action, applies)
    )
    boundary = tuple(_allowing_statements((policies.boundary,) if policies.boundary else (), action, applies))
    session = tuple(_allowing_statements(policies.session or (), action, applies))
    scope_down = tuple(tuple(_allowing_statements((policy,), action, applies)) for policy in policies.scope_down)
    levels = (
        *_conditional_levels(PolicyKind.RESOURCE_CONTROL, policies.resource_control, action, applies),
        *_conditional_levels(PolicyKind.SERVICE_CONTROL, policies.service_control, action, applies),
    )
    statements = chain(
        (statement for _, _, _, statement in denying),
        (statement for _, statement in identity),
        boundary,
        session,
        chain.from_iterable(scope_down),
        chain.from_iterable(allowing for _, _, allowing in levels),
    )
    return RelevantStatements(
        denying=denying,
        levels=levels,
        identity=identity,
        boundary=boundary,
        session=session,
        scope_down=scope_down,
        # The decision of a resource-based policy depends on the names of the caller.
        is_constant=policies.resource is None and all(map(applies, statements)),
    )


def _conditional_levels(
    kind: PolicyKind, levels: tuple[Level, ...], action: str, applies: _Applicability
) -> Iterator[tuple[PolicyKind, int, tuple[Statement, ...]]]:
    """Yield the levels that do not allow every request, with their allowing statements."""
    for number, level in enumerate(levels):
        allowing = tuple(_allowing_statements(level, action, applies))
        if not any(map(applies, allowing)):
            yield kind, number, allowing


def _allowing_statements(level: Level, action: str, applies: _Applicability) -> Iterator[Statement]:
    for policy in level:
        for statement in parse_policy(policy.document).allow_statements(action):
            if applies(statement) is not False:
                yield statement
