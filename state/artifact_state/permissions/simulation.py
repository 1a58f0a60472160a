"""What policies would decide of calls that nobody makes.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from artifact_state import arns
from artifact_state.errors import CannotSimulate, MalformedPolicyDocument, PolicyNotReadable
from artifact_state.iam.identity_documents import require_policy
from artifact_state.language.policy_grammar import has, parsed, statements_of
from artifact_state.language.policy_language import ANYTHING, NamedPolicy, Question, Statement, policy_of
from artifact_state.language.wildcards import Keys
from artifact_state.permissions.decision import Decision, Kind, Layers, Level, Naming, decide

# Unverified: under which names AWS tells what each kind of policy contributes.
IDENTITY, RESOURCE, BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary"
GIVEN_RESOURCE = "ResourcePolicy"
"""What the policy of a resource is called."""
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_CALLER = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(user|group|role)/[^:]+", re.ASCII)
_SEVERITY = ("explicitDeny", "implicitDeny", "allowed")


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would be decided of one action on one resource."""

    question: Question
    layers: Layers
    decision: Decision

    @property
    def told(self) -> str:
        """Tell the decision in AWS's words."""
        return _told(self.decision.allowed, denied=self.decision.explicit)

    @property
    def matched(self) -> list[tuple[NamedPolicy, Statement]]:
        """Give the statements that made the decision, those of identities and of the resource alone."""
        if not self.decision.allowed and not self.decision.explicit:
            return []
        return [
            (policy, one)
            for policy in _telling(self.layers)
            for one in policy_of(policy.document).about(self.question.action)
            if one.allows == self.decision.allowed and one.applies(self.question)
        ]

    @property
    def missing(self) -> list[str]:
        """Name the condition keys that the policies read and that were not given, but for those of SCPs."""
        bounding = (self.layers.boundary,) if self.layers.boundary else ()
        statements = (
            one
            for policy in (*_telling(self.layers), *bounding)
            for one in policy_of(policy.document).about(self.question.action)
        )
        wanted = frozenset[str]().union(*(one.keys for one in statements))
        return sorted(wanted - self.question.keys.keys())

    @property
    def allowed_by_organization(self) -> bool:
        """Tell whether the service control policies let it pass."""
        return self.decision.kind is not Kind.SERVICE_CONTROL or self.decision.allowed

    @property
    def allowed_by_boundary(self) -> bool:
        """Tell whether the permissions boundary lets it pass."""
        return self.decision.kind is not Kind.BOUNDARY or self.decision.allowed

    @property
    def details(self) -> dict[str, str] | None:
        """Tell what each kind of policy says of it; nothing within an account, None where nothing is to be told."""
        if not self.allowed_by_organization or self.question.resource == ANYTHING:
            return None
        layers, question = self.layers, self.question
        if layers.same_account:
            return {}
        details = {IDENTITY: _said(layers.identity, question)}
        if layers.resource is not None:
            details[RESOURCE] = _said((layers.resource,), question)
        if layers.boundary is not None:
            details[BOUNDARY] = _said((layers.boundary,), question)
        return details


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Under which circumstances calls are simulated."""

    keys: Keys
    resource_policy: str | None = None
    resource_owner: str | None = None
    """The account of resources whose ARNs name none, and of the resource policy."""


def simulate(
    layers: Layers, caller_arn: str | None, action: str, resources: Sequence[str], setting: Setting
) -> list[Simulated]:
    """Decide on an action on each resource; without resources, on anything.

    Raises CannotSimulate, PolicyNotReadable.
    """
    names = _names_of(caller_arn) if caller_arn else {}
    if setting.resource_policy is not None:
        if caller_arn is None:
            raise CannotSimulate("CallerArn is required when a ResourcePolicy is specified.")
        if ":user/" not in caller_arn:
            raise CannotSimulate("Simulation of resource-based policies is supported for IAM users only.")
        _require_resource_policy(setting.resource_policy)
    principals = frozenset[str]().union(*names.values())
    found = []
    for resource in resources or (ANYTHING,):
        question = Question(action=action, resource=resource, keys=setting.keys, principals=principals)
        own = _about_resource(layers, names, caller_arn, resource, setting)
        found.append(Simulated(question, own, decide(question, own)))
    return found


def gravest(told: Sequence[str]) -> str:
    """Give the most restrictive of several decisions."""
    return min(told, key=_SEVERITY.index)


def require_caller(arn: str) -> None:
    """Let only users, groups and roles be simulated as callers.

    Raises CannotSimulate.
    """
    if not _CALLER.fullmatch(arn):
        raise CannotSimulate(f"Invalid caller ARN: {arn}. It must be the ARN of an IAM user, group, or role.")


def custom_layers(
    documents: Sequence[str], boundaries: Sequence[str] = (), levels: Sequence[Sequence[str]] = ()
) -> Layers:
    """Give the layers of policies that are nobody's; levels are of an organization, from its root to the account.

    Raises PolicyNotReadable.
    """
    identity = tuple(named("PolicyInputList", documents))
    bounds = tuple(named("PermissionsBoundaryPolicyInputList", boundaries))
    control = tuple(_level(number, documents) for number, documents in enumerate(levels, 1))
    return Layers(identity=identity, boundary=bounds[0] if bounds else None, service_control=control)


def keys_of(layers: Layers) -> list[str]:
    """Name the condition keys that the policies of an identity read, and its boundary."""
    bounding = (layers.boundary,) if layers.boundary else ()
    statements = (one for policy in (*layers.identity, *bounding) for one in policy_of(policy.document).statements)
    return sorted(frozenset[str]().union(*(one.keys for one in statements)))


def named(member: str, documents: Sequence[str]) -> Iterator[NamedPolicy]:
    """Read policies that a call brings, and call them by where they stand in it.

    Raises PolicyNotReadable.
    """
    for number, document in enumerate(documents, 1):
        try:
            require_policy(document)
        except MalformedPolicyDocument as error:
            raise PolicyNotReadable(f"Invalid Input {member}.{number}: {error.why}") from None
        yield NamedPolicy(f"{member}.{number}", document)


def _level(number: int, documents: Sequence[str]) -> Level:
    member = f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList"
    for at, document in enumerate(documents, 1):
        _statements(f"{member}.{at}", document)
    return tuple(NamedPolicy(f"{member}.{at}", document) for at, document in enumerate(documents, 1))


def _statements(member: str, document: str) -> list[dict[str, Any]]:
    try:
        return statements_of(parsed(document))
    except MalformedPolicyDocument as error:
        raise PolicyNotReadable(f"Invalid Input {member}: {error.why}") from None


def _require_resource_policy(document: str) -> None:
    if not all(has(one, "Principal") for one in _statements(GIVEN_RESOURCE, document)):
        raise PolicyNotReadable(f"Invalid Input {GIVEN_RESOURCE}: Missing required field Principal")


def _names_of(arn: str) -> Mapping[Naming, frozenset[str]]:
    _, partition, _, _, account_id, _ = arn.split(":", 5)
    account = {arns.root_user(partition, account_id), account_id, ANYTHING}
    return {Naming.HIMSELF: frozenset({arn}), Naming.ACCOUNT: frozenset(account)}


def _about_resource(
    layers: Layers, names: Mapping[Naming, frozenset[str]], caller_arn: str | None, resource: str, setting: Setting
) -> Layers:
    """Add a resource's policy, and whose it is: without one, nobody asks whose the resource is."""
    if setting.resource_policy is None or caller_arn is None:
        return layers
    caller_account = caller_arn.split(":")[4]
    parts = resource.split(":", 5)
    owner = (parts[4] if len(parts) == 6 else "") or setting.resource_owner or caller_account
    account = _ACCOUNT.search(owner)
    return replace(
        layers,
        resource=NamedPolicy(GIVEN_RESOURCE, setting.resource_policy),
        same_account=account is None or account[0] == caller_account,
        named=dict(names),
    )


def _telling(layers: Layers) -> Level:
    """Give the policies of which a simulation tells statements."""
    return (*layers.identity, *((layers.resource,) if layers.resource else ()))


def _said(policies: Level, question: Question) -> str:
    read = [policy_of(one.document) for one in policies]
    denied = any(one.denying(question) for one in read)
    return _told(not denied and any(one.allowing(question) for one in read), denied=denied)


def _told(allowed: bool, *, denied: bool) -> str:  # noqa: FBT001 - what a decision is.
    return "allowed" if allowed else "explicitDeny" if denied else "implicitDeny"
