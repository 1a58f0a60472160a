"""Whether a call is let through: asked of the policies, once its shape is known to be right, before anything is done.

A root user whom no organization binds is let through at once, so that permissions cost nobody who has no use for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from artifact_emulator.operation import Service
from artifact_emulator.permissions.denials import denial_of
from artifact_emulator.questions.asking import questions_of
from artifact_state.errors import RoleNotFound
from artifact_state.iam.roles import role_of
from artifact_state.language.policy_language import NamedPolicy, Question
from artifact_state.language.wildcards import Keys
from artifact_state.permissions.authorization import Target, layers_of
from artifact_state.permissions.decision import Decision, Kind, Layers, decide
from artifact_state.world import Transaction

Iam = Literal["enforce", "audit", "off"]
"""Whether permissions are enforced, only recorded, or not looked at."""
# "No permissions are required to perform this operation": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
# "You cannot use policies to control authentication operations": https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""What takes no permission."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, as far as policies ask of it."""

    service: Service
    operation: str
    members: Mapping[str, Any]
    more: Keys = field(default_factory=dict)
    """Condition keys that its members do not tell: by what it was sent, on whose behalf it is."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of one resource that a call is about, and what had a word in it."""

    caller_arn: str
    question: Question
    layers: Layers
    decision: Decision
    enforced: bool


def authorize(tx: Transaction, asked: Asked, iam: Iam) -> list[Decided]:
    """Ask the policies of a call; give what they decided, the last of it the denial if there is one."""
    service, operation, members = asked.service.name, asked.operation, asked.members
    if f"{service}:{operation}" in FREE:
        return []
    target = _target(tx, members) if operation == "AssumeRole" else None
    layers = layers_of(tx.state, tx.caller, tx.now, target)
    # Resource control policies, and denials, mean everybody by a star: services too, whom no star trusts.
    named = frozenset({"*"}).union(*layers.named.values()) if layers.named else frozenset[str]()
    found: list[Decided] = []
    for one in questions_of(tx, service, operation, members, asked.more):
        question = replace(one, principals=named) if named else one
        decision = decide(question, layers)
        found.append(Decided(tx.caller.arn, question, layers, decision, iam == "enforce"))
        if not decision.allowed:
            break
    return found


def enforce(service: Service, found: list[Decided]) -> None:
    """Refuse what was not allowed.

    Raises Failure.
    """
    last = found[-1] if found else None
    # A role's trust policy is a rule of assuming it, and refuses there.
    if last is not None and last.enforced and not last.decision.allowed and last.decision.kind is not Kind.TRUST:
        raise denial_of(service, last.caller_arn, last.question, last.decision)


def _target(tx: Transaction, members: Mapping[str, Any]) -> Target | None:
    """Give the role that is to be assumed, with its trust policy."""
    parts = str(members.get("RoleArn", "")).split(":")
    if len(parts) != 6:
        return None
    try:
        role = role_of(tx.state, parts[4], parts[5].rpartition("/")[2], tx.now)
    except RoleNotFound:
        return None
    policy, linked = NamedPolicy(role.name, role.trust_policy), role.linked_service is not None
    return Target(account_id=role.account_id, policy=policy, is_trust=True, is_linked=linked)
