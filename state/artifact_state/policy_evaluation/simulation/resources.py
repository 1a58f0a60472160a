"""The resources on which simulated actions can be allowed, and the name of several resources in a result.

Source: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/simulation_inputs.json
"""

from collections.abc import Sequence
from functools import lru_cache

from artifact_state.catalog.service_actions import ServiceActions, actions_of_service, default_resource_name
from artifact_state.model import Caller
from artifact_state.policy_syntax.arn_patterns import ArnPattern, arn_pattern, matches_parts, parts_of
from artifact_state.policy_syntax.policy import ANYTHING
from artifact_state.policy_syntax.wildcards import Pattern


def is_known(action: str) -> bool:
    """Return whether AWS has an action of exactly this name; a simulation takes any other name literally.

    Unverified: a name in another case is another name.
    """
    return _types_of(action) is not None


def is_applicable(action: str, resource: str) -> bool:
    """Return whether an action takes a resource: only ARNs of its own types, or any if AWS has no such action."""
    types = _types_of(action)
    if types is None or resource == ANYTHING:
        return True
    patterns, parts = _service_of(action).arn_patterns, parts_of(resource)
    return any(matches_parts(_arn_pattern(pattern), parts) for kind in types for pattern in patterns[kind])


def name_of_resources(caller: Caller, action: str, resources: Sequence[str]) -> str | None:
    """Return the name of the resources of a simulation.

    Without resources it is `*`, or for some actions the ARN of a path in the account that simulates. Several resources
    have the ARN format of the action's service in AWS's policy generator; some services have none.
    """
    if not resources:
        name = default_resource_name(action).replace("${Account}", caller.account_id)
        return _in_partition(name, caller.partition)
    if len(resources) == 1:
        return resources[0]
    if not is_known(action):
        return ANYTHING
    # Unverified: the services that are newer than the formats have none.
    arn_format = _service_of(action).arn_format
    return arn_format and _in_partition(arn_format, parts_of(resources[0])[1])


def _in_partition(name: str, partition: str) -> str:
    return name.replace("arn:aws:", f"arn:{partition}:", 1)


def _types_of(action: str) -> Sequence[str] | None:
    return _service_of(action).resource_types.get(action.partition(":")[2])


def _service_of(action: str) -> ServiceActions:
    return actions_of_service(action.partition(":")[0])


@lru_cache(maxsize=256)
def _arn_pattern(pattern: str) -> ArnPattern:
    return arn_pattern(Pattern(pattern, variables=False).fixed or "")
