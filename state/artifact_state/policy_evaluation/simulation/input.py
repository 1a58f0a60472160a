"""What a simulation is asked: policies that are nobody's, who is to call, what with, and by which condition keys.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
AWS's texts, which it does not list, are from those who got them, and from recordings of its answers:
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/simulation.json
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from artifact_state import arns
from artifact_state.errors import InvalidPolicyInput, InvalidSimulationInput, MalformedPolicyDocument
from artifact_state.iam.identity_documents import require_policy
from artifact_state.policy_evaluation.decision import Layers, Level, Naming
from artifact_state.policy_syntax.grammar import has, parsed, require_exact, statements_of
from artifact_state.policy_syntax.policy import ANYTHING, NamedPolicy, policy_of
from artifact_state.policy_syntax.wildcards import Keys

GIVEN_RESOURCE = "ResourcePolicy"
"""What the policy of a resource is called."""
_CALLER = re.compile(r"arn:[a-z-]+:iam::\d{12}:(user|group|role)/[^:]+", re.ASCII)
_OWNER = re.compile(r"arn:[a-z-]+:iam::\d{12}:[^:]+", re.ASCII)
_RESOURCE = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Under which circumstances calls are simulated."""

    given: Keys = field(default_factory=dict)
    """The condition keys that the call names, in lower case."""
    assumed: Keys = field(default_factory=dict)
    """Those that are known without."""
    caller_arn: str | None = None
    resource_policy: str | None = None
    resource_owner: str | None = None
    """The account of resources whose ARNs name none, and of the resource policy: the ARN of one of its own."""


def custom_layers(
    documents: Sequence[str], boundaries: Sequence[str] = (), levels: Sequence[Sequence[str]] = ()
) -> Layers:
    """Give the layers of policies that are nobody's; levels are of an organization, from its root to the account.

    Raises InvalidPolicyInput, InvalidSimulationInput.
    """
    if len(boundaries) > 1:
        raise InvalidSimulationInput("The list of Permissions Boundary policies cannot exceed 1 items.")
    identity = tuple(_named("PolicyInputList", documents))
    bounds = tuple(_named("PermissionsBoundaryPolicyInputList", boundaries))
    control = tuple(_level(number, documents) for number, documents in enumerate(levels, 1))
    return Layers(identity=identity, boundary=bounds[0] if bounds else None, service_control=control)


def require_sense(actions: Sequence[str], resources: Sequence[str], setting: Setting) -> None:
    """Let only what can be simulated pass: names of actions and resources, and a caller whom a policy may name.

    Raises InvalidSimulationInput, InvalidPolicyInput.
    """
    if not all(":" in one for one in actions):
        raise InvalidSimulationInput("The action is invalid since it is missing names")
    for one in resources:
        if not _RESOURCE.fullmatch(one) and (one != ANYTHING or len(resources) > 1):
            raise InvalidSimulationInput(f"ResourceNames are not in a valid ARN format: {one}.")
    if setting.caller_arn is not None and not _CALLER.fullmatch(setting.caller_arn):
        raise InvalidSimulationInput("Invalid caller - Caller must be an IAM user, role or group in this context.")
    if setting.resource_owner is not None and not _OWNER.fullmatch(setting.resource_owner):
        raise InvalidSimulationInput(f"'{setting.resource_owner}' is not a valid as a Resource Owner.")
    if setting.resource_policy is not None:
        _require_resource_policy(setting.resource_policy, resources, setting.caller_arn)


def names_of(caller_arn: str) -> Mapping[Naming, frozenset[str]]:
    """Tell by which names a resource's policy may mean a caller; whom it allows as everybody needs nothing else."""
    partition, account_id = caller_arn.split(":")[1], account_of(caller_arn)
    account = {arns.root_user(partition, account_id), account_id}
    return {Naming.HIMSELF: frozenset({caller_arn, ANYTHING}), Naming.ACCOUNT: frozenset(account)}


def account_of(arn: str) -> str:
    """Give the account that an ARN names, if it names one."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and _ACCOUNT.fullmatch(parts[4]) else ""


def _require_resource_policy(document: str, resources: Sequence[str], caller_arn: str | None) -> None:
    if caller_arn is None:
        raise InvalidSimulationInput("Invalid caller - Caller cannot be null or empty.")
    if ":user/" not in caller_arn:
        # Unverified: AWS's pages still leave out roles, which it was seen to take since September 2026, and groups.
        raise InvalidSimulationInput("Invalid caller - Caller must be an IAM user in this context.")
    if list(resources) in ([], [ANYTHING]):
        raise InvalidSimulationInput(f"Invalid Entity Arn: {ANYTHING} does not clearly define entity type and name.")
    if not all(has(one, "Principal") for one in _statements(GIVEN_RESOURCE, document)):
        raise InvalidPolicyInput(f"Invalid Input {GIVEN_RESOURCE}: Missing required field Principal")
    statements = policy_of(document).statements
    for resource in resources:
        if all(one.reaches(resource) is False for one in statements):
            # Unverified: the text.
            raise InvalidSimulationInput(f"Invalid Input {GIVEN_RESOURCE}: it is not applicable to {resource}.")


def _named(member: str, documents: Sequence[str]) -> Iterator[NamedPolicy]:
    """Read policies that a call brings, and call them by where they stand in it."""
    for number, document in enumerate(documents, 1):
        try:
            require_policy(document, of_any_version=True)
        except MalformedPolicyDocument as error:
            if member == "PolicyInputList":
                raise InvalidPolicyInput(f"Policy input list item {number} has invalid content") from None
            raise InvalidPolicyInput(f"Invalid Input {member}.{number}: {error.message}") from None
        yield NamedPolicy(f"{member}.{number}", document)


def _level(number: int, documents: Sequence[str]) -> Level:
    if not documents:
        raise InvalidSimulationInput(
            f"Organization policy at index {number} must contain at least one service control policy"
        )
    member = f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList"
    for at, document in enumerate(documents, 1):
        _statements(f"{member}.{at}", document)
    return tuple(NamedPolicy(f"{member}.{at}", document) for at, document in enumerate(documents, 1))


def _statements(member: str, document: str) -> list[dict[str, Any]]:
    try:
        statements = statements_of(parsed(document))
        require_exact(statements)
    except MalformedPolicyDocument as error:
        raise InvalidPolicyInput(f"Invalid Input {member}: {error.message}") from None
    return statements
