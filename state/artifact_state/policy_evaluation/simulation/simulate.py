"""What policies would decide of calls that nobody makes.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from artifact_state.policy_evaluation.decision import Decision, Kind, Layers, Level, Naming, decide
from artifact_state.policy_evaluation.simulation.input import GIVEN_RESOURCE, Setting, account_of, names_of
from artifact_state.policy_syntax.key_names import keys_read
from artifact_state.policy_syntax.policy import ANYTHING, NamedPolicy, Question, Statement, policy_of
from artifact_state.policy_syntax.wildcards import Keys

IDENTITY, RESOURCE, BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary Policy"
"""What AWS calls the kinds of policies, in its examples."""
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"
_BY_GRAVITY = (EXPLICIT, IMPLICIT, ALLOWED)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would be decided of one action on one resource."""

    question: Question
    layers: Layers
    decision: Decision
    given: Keys
    """The condition keys that the call names, in lower case."""

    @property
    def told(self) -> str:
        """Tell the decision in AWS's words."""
        return _told(self.decision)

    @property
    def matched(self) -> list[tuple[str, NamedPolicy, Statement]]:
        """Give the statements that made the decision, but for those of an organization, and of which kind they are."""
        if self.told == IMPLICIT or not self.allowed_by_organization:
            return []
        return [
            (kind, policy, one)
            for kind, policies in _by_kind(self.layers).items()
            # A boundary allows nothing by itself.
            if kind != BOUNDARY or not self.decision.allowed
            for policy in policies
            for one in policy_of(policy.document).about(self.question.action)
            if one.allows == self.decision.allowed and one.applies(self.question)
        ]

    @property
    def missing(self) -> list[str]:
        """Name the condition keys that the policies read and that were not given, where one may have been needed.

        That is where nothing allowed: AWS tells of all keys of all policies then, but for those of an organization's.
        """
        if self.told != IMPLICIT or not self.allowed_by_organization:
            return []
        documents = (one.document for policies in _by_kind(self.layers).values() for one in policies)
        return [name for name in keys_read(documents) if name.lower() not in self.given]

    @property
    def allowed_by_organization(self) -> bool:
        """Tell whether the service control policies let it pass."""
        return self.decision.allowed or self.decision.kind is not Kind.SERVICE_CONTROL

    @property
    def allowed_by_boundary(self) -> bool:
        """Tell whether the permissions boundary allows it, whatever others say."""
        return self.layers.boundary is None or _alone((self.layers.boundary,), self.question) == ALLOWED

    @property
    def details(self) -> dict[str, str] | None:
        """Tell what each kind of policy says of it; nothing within an account, None where nothing is to be told."""
        if not self.allowed_by_organization or self.question.resource == ANYTHING:
            return None
        if self.layers.same_account:
            return {}
        return {kind: _alone(policies, self.question) for kind, policies in _by_kind(self.layers).items()}


def simulate(layers: Layers, action: str, resources: Sequence[str], setting: Setting) -> list[Simulated]:
    """Decide on an action on each resource; without resources, on anything."""
    names = names_of(setting.caller_arn) if setting.caller_arn else {}
    keys = {**setting.assumed, **setting.given}
    principals = frozenset[str]().union(*names.values())
    found = []
    for resource in resources or (ANYTHING,):
        question = Question(action=action, resource=resource, keys=keys, principals=principals)
        own = _about_resource(layers, names, resource, setting)
        found.append(Simulated(question, own, _decided(question, own), setting.given))
    return found


def gravest(told: Sequence[str]) -> str:
    """Give the most restrictive of several decisions."""
    return min(told, key=_BY_GRAVITY.index)


def keys_of(layers: Layers) -> list[str]:
    """Name the condition keys that the policies of an identity read, and its boundary."""
    return keys_read(one.document for policies in _by_kind(layers).values() for one in policies)


def _decided(question: Question, layers: Layers) -> Decision:
    """Decide as a call is decided, but for what an organization does not allow: there a simulation ends."""
    if layers.service_control:
        bound = decide(question, Layers(is_root=True, service_control=layers.service_control))
        if not bound.allowed:
            return bound
    return decide(question, layers)


def _about_resource(layers: Layers, names: Mapping[Naming, frozenset[str]], resource: str, setting: Setting) -> Layers:
    """Add a resource's policy, and whose it is: without one, nobody asks whose the resource is."""
    if setting.resource_policy is None or setting.caller_arn is None:
        return layers
    caller = account_of(setting.caller_arn)
    owner = account_of(resource) or account_of(setting.resource_owner or "") or caller
    return replace(
        layers,
        resource=NamedPolicy(GIVEN_RESOURCE, setting.resource_policy),
        same_account=owner == caller,
        named=dict(names),
    )


def _by_kind(layers: Layers) -> dict[str, Level]:
    """Give the policies of which a simulation tells, kind by kind."""
    return dict(_kinds(layers))


def _kinds(layers: Layers) -> Iterator[tuple[str, Level]]:
    yield IDENTITY, layers.identity
    if layers.resource is not None:
        yield RESOURCE, (layers.resource,)
    if layers.boundary is not None:
        yield BOUNDARY, (layers.boundary,)


def _alone(policies: Level, question: Question) -> str:
    """Tell what policies would decide if there were no others."""
    return _told(decide(question, Layers(identity=policies)))


def _told(decision: Decision) -> str:
    return ALLOWED if decision.allowed else EXPLICIT if decision.explicit else IMPLICIT
