"""Whether a call is let through: asked of the policies, once its shape is known to be right, before anything is done.

A root user whom no organization binds is let through at once, so that permissions cost nobody who has no use for them.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from artifact_emulator.aws.authorization.evaluation_requests import questions_of
from artifact_emulator.aws.authorization.messages import denial_of
from artifact_emulator.aws.authorization.request import Asked
from artifact_emulator.aws.service_model import Service
from artifact_state.errors import RoleNotFound
from artifact_state.iam.roles import role_of
from artifact_state.policy_evaluation.authorization import Target, layers_of
from artifact_state.policy_evaluation.decision import Decision, Kind, Layers, decide
from artifact_state.policy_syntax.policy import NamedPolicy, Question

Iam = Literal["enforce", "audit", "off"]
"""Whether permissions are enforced, only recorded, or not looked at."""
# "No permissions are required to perform this operation": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
# "You cannot use policies to control authentication operations": https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""What takes no permission."""


class EvaluatedRequest(NamedTuple):
    """What was decided of one resource that a call is about, and what had a word in it."""

    question: Question
    layers: Layers
    decision: Decision


def decisions_on(asked: Asked) -> Iterator[EvaluatedRequest]:
    """Ask the policies of each resource that a call is about, up to the first denial."""
    if f"{asked.service}:{asked.operation}" in FREE:
        return
    target = _target(asked) if asked.operation == "AssumeRole" else None
    layers = layers_of(asked.state, asked.caller, asked.now, target)
    # Resource control policies, and denials, mean everybody by a star: services too, whom no star trusts.
    named = frozenset({"*"}).union(*layers.named.values()) if layers.named else None
    for one in questions_of(asked):
        question = one if named is None else one._replace(principals=named)
        decision = decide(question, layers)
        yield EvaluatedRequest(question, layers, decision)
        if not decision.allowed:
            return


def enforce(service: Service, asked: Asked) -> None:
    """Refuse what is not allowed.

    Raises Failure.
    """
    for one in decisions_on(asked) if asked.enforced else ():
        # A role's trust policy is a rule of assuming it, and refuses there.
        if not one.decision.allowed and one.decision.kind is not Kind.TRUST:
            raise denial_of(service, asked.caller.arn, one.question, one.decision)


def _target(asked: Asked) -> Target | None:
    """Give the role that is to be assumed, with its trust policy."""
    parts = str(asked.members.get("RoleArn", "")).split(":")
    if len(parts) != 6:
        return None
    try:
        role = role_of(asked.state, parts[4], parts[5].rpartition("/")[2], asked.now)
    except RoleNotFound:
        return None
    policy, linked = NamedPolicy(role.name, role.trust_policy), role.linked_service is not None
    return Target(account_id=role.account_id, policy=policy, is_trust=True, is_linked=linked)
