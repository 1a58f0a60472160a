"""What policies would decide of calls that nobody makes.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from artifact_state import arns
from artifact_state.errors import Entity, EntityNotFound, MalformedPolicyDocument, PolicyNotReadable
from artifact_state.iam import by_name
from artifact_state.iam.identity_documents import require_policy
from artifact_state.iam.identity_policies import policies_of_identity
from artifact_state.iam.roles import role_of
from artifact_state.iam.users import user_of, user_principal
from artifact_state.language.policy_language import ANYTHING, NamedPolicy, Question, policy_of
from artifact_state.language.wildcards import Keys
from artifact_state.model import Caller, CallerKind, Role
from artifact_state.permissions.authorization import layers_of
from artifact_state.permissions.decision import Decision, Layers, decide, every_policy
from artifact_state.world import Transaction

_KINDS = {"user": Entity.USER, "group": Entity.GROUP}


GIVEN = ("PolicyInputList.", "PermissionsBoundaryPolicyInputList.")
"""How policies are called that are nobody's."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would be decided of one action on one resource."""

    question: Question
    layers: Layers
    decision: Decision

    @property
    def missing(self) -> list[str]:
        """Name the condition keys that the policies read and that were not given."""
        statements = (
            one
            for _, _, policy in every_policy(self.layers)
            for one in policy_of(policy.document).about(self.question.action)
        )
        wanted = frozenset[str]().union(*(one.keys for one in statements))
        return sorted(wanted - self.question.keys.keys())


def simulate(layers: Layers, actions: Sequence[str], resources: Sequence[str], keys: Keys) -> Iterator[Simulated]:
    """Decide on each action on each resource; without resources, on anything."""
    for action in actions:
        for resource in resources or (ANYTHING,):
            question = Question(action=action, resource=resource, keys=keys)
            yield Simulated(question, layers, decide(question, layers))


def custom_layers(documents: Sequence[str], boundaries: Sequence[str] = ()) -> Layers:
    """Give the layers of policies that are nobody's.

    Raises PolicyNotReadable.
    """
    identity = tuple(_named("PolicyInputList", documents))
    bounds = tuple(_named("PermissionsBoundaryPolicyInputList", boundaries))
    return Layers(identity=identity, boundary=bounds[0] if bounds else None)


def principal_layers(tx: Transaction, arn: str, more: Sequence[str] = (), boundaries: Sequence[str] = ()) -> Layers:
    """Give the layers of a user, a group or a role of the account, and of further policies as if he had them.

    Raises EntityNotFound, RoleNotFound, PolicyNotReadable.
    """
    added = custom_layers(more, boundaries)
    own = _own_layers(tx, arn)
    return replace(own, identity=(*own.identity, *added.identity), boundary=added.boundary or own.boundary)


def keys_of(layers: Layers) -> list[str]:
    """Name the condition keys that policies read."""
    statements = (one for _, _, policy in every_policy(layers) for one in policy_of(policy.document).statements)
    return sorted(frozenset[str]().union(*(one.keys for one in statements)))


def _own_layers(tx: Transaction, arn: str) -> Layers:
    caller = tx.caller
    kind, _, path = arn.partition(f"arn:{caller.partition}:iam::{caller.account_id}:")[2].partition("/")
    name = path.rpartition("/")[2]
    if kind == "user":
        user = user_of(tx.state, caller.account_id, name)
        return layers_of(tx.state, user_principal(user, partition=caller.partition, region=caller.region), tx.now)
    if kind == "role":
        return layers_of(tx.state, _session_of(tx, role_of(tx.state, caller.account_id, name, tx.now)), tx.now)
    group = by_name.find(tx.state.groups.get(caller.account_id, ()), name) if kind == "group" else None
    if group is None:
        raise EntityNotFound(_KINDS.get(kind, Entity.USER), name or arn)
    return Layers(identity=policies_of_identity(tx.state, caller.partition, group))


def _session_of(tx: Transaction, role: Role) -> Caller:
    return Caller(
        account_id=role.account_id,
        arn=arns.assumed_role(tx.caller.partition, role.account_id, role.name, "simulation"),
        user_id=f"{role.id}:simulation",
        kind=CallerKind.ROLE,
        partition=tx.caller.partition,
    )


def _named(member: str, documents: Sequence[str]) -> Iterator[NamedPolicy]:
    for number, document in enumerate(documents, 1):
        try:
            require_policy(document)
        except MalformedPolicyDocument as error:
            raise PolicyNotReadable(f"Invalid Input {member}.{number}: {error.why}") from None
        yield NamedPolicy(f"{member}.{number}", document)
