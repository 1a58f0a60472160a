"""The input of a simulation: policies, a caller, resources and condition keys.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
AWS does not document its messages; they are from users' reports and from recordings of its answers:
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/simulation.json
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from artifact_state import arns
from artifact_state.catalog.service_actions import resource_handling_options
from artifact_state.errors import InvalidPolicyInput, InvalidSimulationInput, MalformedPolicyDocument
from artifact_state.iam.identity_documents import require_valid_policy
from artifact_state.policy_evaluation.policies import Level
from artifact_state.policy_evaluation.simulation.resources import is_known
from artifact_state.policy_syntax.documents import DocumentKind, parse_document
from artifact_state.policy_syntax.grammar import has_element
from artifact_state.policy_syntax.policy import ANYTHING, NamedPolicy, as_list, parse_policy
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.record import Record, field

RESOURCE_POLICY = "ResourcePolicy"
"""The name of the resource-based policy in messages and results."""
_REFERENCE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_{}.html"
_CALLER = re.compile(r"arn:[a-z-]+:iam::\d{12}:(user|group|role)/[^:]+", re.ASCII)
_OWNER = re.compile(r"arn:[a-z-]+:iam::\d{12}:[^:]+", re.ASCII)
_RESOURCE = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


class SimulatedPolicies(Record):
    """The policies that are simulated, without that of a resource."""

    identity: Level = ()
    boundary: NamedPolicy | None = None
    organization: tuple[Level, ...] | None = None
    """The service control policies from the organization's root to the account; None if no organization counts."""


class SimulationSettings(Record):
    """The circumstances of the simulated requests."""

    given_keys: Keys = field(default_factory=dict)
    """The condition keys of the input, in lower case."""
    default_keys: Keys = field(default_factory=dict)
    """The condition keys that AWS fills in."""
    caller_arn: str | None = None
    resource_policy: str | None = None
    resource_owner: str | None = None
    """The ARN of an identity of the account that owns the resources whose ARNs name no account."""
    resource_handling_option: str | None = None
    """The scenario to which the resources belong, such as `EC2-VPC-EBS`."""
    operation: str = "SimulateCustomPolicy"
    """The operation, which messages name."""


def simulated_policies(
    documents: Sequence[str], boundaries: Sequence[str] = (), levels: Sequence[Sequence[str]] = ()
) -> SimulatedPolicies:
    """Return the policies of a custom simulation; `levels` are SCPs, from the organization's root to the account.

    Raises InvalidPolicyInput, InvalidSimulationInput.
    """
    if len(boundaries) > 1:
        raise InvalidSimulationInput("The list of Permissions Boundary policies cannot exceed 1 items.")
    identity = tuple(_named_policies("PolicyInputList", documents, DocumentKind.SIMULATED))
    bounds = tuple(_named_policies("PermissionsBoundaryPolicyInputList", boundaries, DocumentKind.SIMULATED))
    control = tuple(_scp_level(number, documents) for number, documents in enumerate(levels, 1))
    return SimulatedPolicies(identity=identity, boundary=bounds[0] if bounds else None, organization=control or None)


def inspected_policies(documents: Sequence[str]) -> SimulatedPolicies:
    """Return policies whose condition keys are listed, and which may lack actions, resources and statements.

    Raises InvalidPolicyInput.
    """
    return SimulatedPolicies(identity=tuple(_named_policies("PolicyInputList", documents, DocumentKind.INSPECTED)))


def require_valid_input(actions: Sequence[str], resources: Sequence[str], settings: SimulationSettings) -> None:
    """Refuse invalid names of actions and resources, and a caller or resource policy that cannot be simulated.

    Raises InvalidSimulationInput, InvalidPolicyInput.
    """
    if not all(":" in action for action in actions):
        raise InvalidSimulationInput("The action is invalid since it is missing names")
    _require_arns(resources)
    if resources:
        _require_consistent_actions(actions, settings)
    if settings.caller_arn is not None and not _CALLER.fullmatch(settings.caller_arn):
        raise InvalidSimulationInput("Invalid caller - Caller must be an IAM user, role or group in this context.")
    if settings.resource_owner is not None and not _OWNER.fullmatch(settings.resource_owner):
        raise InvalidSimulationInput(f"'{settings.resource_owner}' is not a valid as a Resource Owner.")
    if settings.resource_policy is not None:
        _require_resource_policy(settings.resource_policy, resources, settings.caller_arn)


def principal_names(caller_arn: str | None) -> frozenset[str]:
    """Return the names by which a resource-based policy may mean a caller."""
    if caller_arn is None:
        return frozenset()
    account_id = account_in_arn(caller_arn)
    return frozenset({caller_arn, arns.root_user(caller_arn.split(":")[1], account_id), account_id, ANYTHING})


def account_in_arn(arn: str) -> str:
    """Return the account in an ARN, or "" if it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and _ACCOUNT.fullmatch(parts[4]) else ""


def _require_arns(resources: Sequence[str]) -> None:
    """Refuse a resource that is not an ARN with a partition, a service and a name.

    Raises InvalidSimulationInput.
    """
    for resource in resources:
        if not _RESOURCE.fullmatch(resource):
            raise InvalidSimulationInput(f"ResourceNames are not in a valid ARN format: {resource}.")


def _require_consistent_actions(actions: Sequence[str], settings: SimulationSettings) -> None:
    """Refuse actions that cannot be simulated together on resources, or not with the option of resource handling.

    Raises InvalidSimulationInput.
    """
    known, unknown = (",".join(action for action in actions if is_known(action) is wanted) for wanted in (True, False))
    reference = f"Please refer to the documentation for more details: {_REFERENCE.format(settings.operation)}"
    if known and unknown:
        # Observed: https://github.com/aws-cloudformation/rain/blob/main/internal/aws/iam/iam.go
        raise InvalidSimulationInput(
            f"Invalid Input Actions: [{known}] and [{unknown}] require different authorization information. {reference}"
        )
    for action in actions if settings.resource_handling_option else ():
        if settings.resource_handling_option not in resource_handling_options(action):
            raise InvalidSimulationInput(
                "Invalid input resource handling options. Action does not support resource handling options: "
                f"{action}. {reference}"
            )


def _require_resource_policy(document: str, resources: Sequence[str], caller_arn: str | None) -> None:
    if caller_arn is None:
        raise InvalidSimulationInput("Invalid caller - Caller cannot be null or empty.")
    if not resources:
        raise InvalidSimulationInput(f"Invalid Entity Arn: {ANYTHING} does not clearly define entity type and name.")
    statements = _require_statements(RESOURCE_POLICY, document)
    if not all(has_element(statement, "Principal") for statement in statements):
        raise InvalidPolicyInput(f"Invalid Input {RESOURCE_POLICY}: Missing required field Principal")
    for element in statements:
        _require_arns(as_list(element.get("Resource", element.get("NotResource", []))))
    for resource in resources:
        if all(statement.covers(resource) is False for statement in parse_policy(document).statements):
            # Unverified: the text.
            raise InvalidSimulationInput(f"Invalid Input {RESOURCE_POLICY}: it is not applicable to {resource}.")


def _named_policies(member: str, documents: Sequence[str], kind: DocumentKind) -> Iterator[NamedPolicy]:
    """Yield the policies of a member of the input, named by their positions in it."""
    for number, document in enumerate(documents, 1):
        try:
            if kind is DocumentKind.INSPECTED:
                parse_document(document, kind)
            else:
                require_valid_policy(document, kind)
        except MalformedPolicyDocument as error:
            if member == "PolicyInputList":
                raise InvalidPolicyInput(f"Policy input list item {number} has invalid content") from None
            raise InvalidPolicyInput(f"Invalid Input {member}.{number}: {error.message}") from None
        yield NamedPolicy(f"{member}.{number}", document)


def _scp_level(number: int, documents: Sequence[str]) -> Level:
    if not documents:
        raise InvalidSimulationInput(
            f"Organization policy at index {number} must contain at least one service control policy"
        )
    member = f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList"
    for at, document in enumerate(documents, 1):
        _require_statements(f"{member}.{at}", document)
    return tuple(NamedPolicy(f"{member}.{at}", document) for at, document in enumerate(documents, 1))


def _require_statements(member: str, document: str) -> list[dict[str, Any]]:
    try:
        return parse_document(document, DocumentKind.SIMULATED)
    except MalformedPolicyDocument as error:
        raise InvalidPolicyInput(f"Invalid Input {member}: {error.message}") from None
