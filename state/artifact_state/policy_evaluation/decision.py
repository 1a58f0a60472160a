"""The decision on a call: every kind of policy has its word, in the order of AWS's flow chart.

Pure: the policies that count are given, and who gathers them is another's business.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import NamedTuple

from artifact_state.policy_syntax.policy import NamedPolicy, Question, Statement, policy_of

_MOST_KEPT = 1024
"""For how many actions and resources it is kept what policies say of them."""
Level = tuple[NamedPolicy, ...]
"""What is attached at one place: one of them must allow."""


class Kind(Enum):
    """The kinds of policies, as AWS calls them when it refuses."""

    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class Naming(Enum):
    """How a resource's policy names a caller: it decides what else must allow."""

    HIMSELF = "himself"
    """The user, or the session: nothing else of his own account need allow."""
    ROLE = "role"
    """The role of the session: its boundary and the session's policies count."""
    ACCOUNT = "account"
    """His account, or everybody: his own policies must allow too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The policies that have a word in a decision."""

    identity: Level = ()
    is_root: bool = False
    """Whether the caller is a root user, or a service, who needs no policy of his own."""
    boundary: NamedPolicy | None = None
    session: Level | None = None
    """The policies that a session was given; None for one without, whose role's are enough."""
    is_task: bool = False
    """Whether that is the policy of a root user's task, which only denies: it need not allow."""
    service_control: tuple[Level, ...] = ()
    """From the root of the organization to the account; nothing for whom they do not bind."""
    resource_control: tuple[Level, ...] = ()
    """Those of the resource's account."""
    resource: NamedPolicy | None = None
    """The policy of the resource itself."""
    is_trust: bool = False
    """Whether that is a role's trust policy, which must always allow."""
    same_account: bool = True
    """Whether the resource is of the caller's account."""
    named: dict[Naming, frozenset[str]] | None = None
    """By what the resource's policy may name the caller."""
    _about: "dict[tuple[str, str], _About]" = field(default_factory=dict, init=False, compare=False, repr=False)

    def about(self, action: str, resource: str) -> "_About":
        """Give what of the policies speaks of an action on a resource: most of them say nothing of most."""
        found = self._about.get((action, resource))
        if found is None:
            found = _about(self, action, resource)
            if len(self._about) < _MOST_KEPT:
                self._about[action, resource] = found
        return found


_Said = tuple[Kind, int | None, NamedPolicy, Statement]


@dataclass(slots=True, kw_only=True)
class _About:
    """The statements that may speak of calls of an action on a resource, kind by kind."""

    denials: tuple[_Said, ...]
    """In the order in which a denial is named."""
    bounds: tuple[tuple[Kind, int, tuple[Statement, ...]], ...]
    """What may allow it at each level of an organization; levels that always do are left out."""
    identity: tuple[tuple[NamedPolicy, Statement], ...]
    boundary: tuple[Statement, ...]
    session: tuple[Statement, ...]
    is_certain: bool
    """Whether all of them apply to each of these calls, which are decided alike then."""
    settled: "Decision | None" = None
    """What was decided of such a call, and so of every other."""


class Decision(NamedTuple):
    """Whether a call is allowed, and what decided it."""

    allowed: bool
    kind: Kind
    """The kind of policy that decided."""
    policy: NamedPolicy | None = None
    """The policy that denied or allowed; None where none allowed."""
    statement: Statement | None = None
    level: int | None = None
    """At which level of the organization, 0 being its root."""

    @property
    def explicit(self) -> bool:
        """Tell whether a statement denied it; otherwise, if it is not allowed, none allowed it."""
        return not self.allowed and self.statement is not None


def decide(question: Question, layers: Layers) -> Decision:
    """Decide on a call: any denial counts; then all that bounds must allow, and something else besides."""
    about = layers.about(question.action, question.resource)
    decision = about.settled or _decided(question, layers, about)
    if about.is_certain:
        about.settled = decision
    return decision


def _decided(question: Question, layers: Layers, about: _About) -> Decision:
    if about.denials or about.bounds:  # Of most calls there are none.
        denial = _denied(question, about) or _unbounded(question, about)
        if denial is not None:
            return denial
    resource, naming = _allowed_by_resource(question, layers) if layers.resource is not None else (None, None)
    if resource is None and layers.is_trust:
        return Decision(allowed=False, kind=Kind.TRUST)
    if resource is not None and layers.same_account and naming is Naming.HIMSELF:
        return resource
    identity = _identity(question, layers, about)
    if not identity.allowed:
        by_role = resource is not None and layers.same_account and naming is Naming.ROLE
        if not by_role or resource is None:
            return identity
        identity = resource
    elif not layers.same_account and layers.resource is not None and resource is None:
        return Decision(allowed=False, kind=Kind.RESOURCE)
    return _bounded(question, layers, about) or identity


def consulted(question: Question, layers: Layers) -> Iterator[tuple[Kind, int | None, NamedPolicy, Statement | None]]:
    """Go through every policy that has a word: its kind and level, and the statement that speaks of the call."""
    for kind, level, policy in every_policy(layers):
        read = policy_of(policy.document)
        yield kind, level, policy, read.denying(question) or read.allowing(question)


def every_policy(layers: Layers) -> Iterator[tuple[Kind, int | None, NamedPolicy]]:
    """Go through the policies in the order in which a denial is named: only one kind is, even if several deny."""
    for place, level in enumerate(layers.service_control):
        for policy in level:
            yield Kind.SERVICE_CONTROL, place, policy
    for place, level in enumerate(layers.resource_control):
        for policy in level:
            yield Kind.RESOURCE_CONTROL, place, policy
    if layers.resource is not None:
        yield Kind.TRUST if layers.is_trust else Kind.RESOURCE, None, layers.resource
    for policy in layers.identity:
        yield Kind.IDENTITY, None, policy
    if layers.boundary is not None:
        yield Kind.BOUNDARY, None, layers.boundary
    for policy in layers.session or ():
        yield Kind.SESSION, None, policy


def _about(layers: Layers, action: str, resource: str) -> _About:
    denials = tuple(
        (kind, level, policy, statement)
        for kind, level, policy in every_policy(layers)
        for statement in policy_of(policy.document).denials(action)
        if statement.speaks_of(resource) is not False
    )
    identity = tuple((policy, one) for policy in layers.identity for one in _allowances((policy,), action, resource))
    boundary = tuple(_allowances((layers.boundary,) if layers.boundary else (), action, resource))
    session = tuple(_allowances(layers.session or (), action, resource))
    bounds = (
        *_bounds(Kind.RESOURCE_CONTROL, layers.resource_control, action, resource),
        *_bounds(Kind.SERVICE_CONTROL, layers.service_control, action, resource),
    )
    spoken = chain(
        (said[3] for said in denials),
        (one for _, one in identity),
        boundary,
        session,
        chain.from_iterable(allowances for _, _, allowances in bounds),
    )
    # What a resource's own policy allows is asked by the names of the caller.
    certain = layers.resource is None and all(one.speaks_of(resource) for one in spoken)
    return _About(
        denials=denials, bounds=bounds, identity=identity, boundary=boundary, session=session, is_certain=certain
    )


def _bounds(
    kind: Kind, levels: tuple[Level, ...], action: str, resource: str
) -> Iterator[tuple[Kind, int, tuple[Statement, ...]]]:
    for place, level in enumerate(levels):
        allowances = tuple(_allowances(level, action, resource))
        if not any(one.speaks_of(resource) for one in allowances):
            yield kind, place, allowances


def _allowances(level: Level, action: str, resource: str) -> Iterator[Statement]:
    for policy in level:
        for one in policy_of(policy.document).allowances(action):
            if one.speaks_of(resource) is not False:
                yield one


def _denied(question: Question, about: _About) -> Decision | None:
    for kind, level, policy, statement in about.denials:
        if statement.applies(question):
            return Decision(allowed=False, kind=kind, policy=policy, statement=statement, level=level)
    return None


def _unbounded(question: Question, about: _About) -> Decision | None:
    """Refuse what an organization allows not at every level: resource control policies first, then service control."""
    for kind, place, allowances in about.bounds:
        if not any(one.applies(question) for one in allowances):
            return Decision(allowed=False, kind=kind, level=place)
    return None


def _allowed_by_resource(question: Question, layers: Layers) -> tuple[Decision | None, Naming | None]:
    """Tell whether the resource's own policy allows, and how closely it names the caller: as closely as it can."""
    if layers.resource is None:
        return None, None
    kind = Kind.TRUST if layers.is_trust else Kind.RESOURCE
    policy = policy_of(layers.resource.document)
    for naming, names in (layers.named or {Naming.ACCOUNT: question.principals}).items():
        statement = policy.allowing(question._replace(as_whom=names))
        if statement is not None:
            return Decision(allowed=True, kind=kind, policy=layers.resource, statement=statement), naming
    return None, None


def _identity(question: Question, layers: Layers, about: _About) -> Decision:
    if layers.is_root:
        return Decision(allowed=True, kind=Kind.IDENTITY)
    for policy, statement in about.identity:
        if statement.applies(question):
            return Decision(allowed=True, kind=Kind.IDENTITY, policy=policy, statement=statement)
    return Decision(allowed=False, kind=Kind.IDENTITY)


def _bounded(question: Question, layers: Layers, about: _About) -> Decision | None:
    """Refuse what the boundary, or the policies of the session, do not allow as well."""
    if layers.boundary is not None and not any(one.applies(question) for one in about.boundary):
        return Decision(allowed=False, kind=Kind.BOUNDARY)
    if layers.session is not None and not layers.is_task and not any(one.applies(question) for one in about.session):
        return Decision(allowed=False, kind=Kind.SESSION)
    return None
