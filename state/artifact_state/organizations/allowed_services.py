"""The services that service control policies leave, by the text of their statements.

A policy leaves a service if it allows one of its actions on a resource that the action can have, and denies the action
there to no request. Conditions do not matter, except that a Deny statement with one takes nothing away.
Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_access.json
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import starmap, zip_longest

from artifact_state.catalog.service_actions import ServiceActions, every_service
from artifact_state.policy_syntax.policy import ANYTHING, Policy, Statement

Level = Sequence[Policy]
"""The policies that are attached to one root, organizational unit or account."""
ANY_LETTER = "?"
# The catalog has the patterns that simulations use, which take a bucket for an object.
_OBSERVED_PATTERNS = {("s3", "object"): ("arn:*:s3:::?*/?*",)}


def allowed_services(levels: Sequence[Level]) -> Iterator[str]:
    """Yield the namespaces of the services of which every level leaves an action, in alphabetical order."""
    for namespace, service in every_service():
        for action in service.resource_types:
            name, resources = f"{namespace}:{action}".lower(), _resources(namespace, service, action)
            if all(_leaves(policies, name, resources) for policies in levels):
                yield namespace
                break


def _leaves(policies: Level, action: str, resources: Sequence[str]) -> bool:
    """Return whether policies allow an action on a resource, of those that it can have, and do not deny it there."""
    statements = [statement for policy in policies for statement in policy.statements_about(action)]
    denying = [statement for statement in statements if _always_denies(statement)]
    return any(
        not any(statement.covers(pattern) for statement in denying)
        for allowing in statements
        if allowing.allows
        for pattern in _allowed_resources(allowing)
        if any(overlap(pattern, resource) for resource in resources)
    )


def _always_denies(statement: Statement) -> bool:
    return not (statement.allows or statement.conditions or statement.not_resources)


def _allowed_resources(statement: Statement) -> Sequence[str]:
    return (ANYTHING,) if statement.not_resources else [pattern.text for pattern in statement.resources]


def _resources(namespace: str, service: ServiceActions, action: str) -> Sequence[str]:
    """Return the patterns of the resources of an action; one without types of resources has none but `*`."""
    types = service.resource_types[action]
    if not types:
        return (ANYTHING,)
    return [
        pattern
        for name in types
        for pattern in _OBSERVED_PATTERNS.get((namespace, name)) or service.arn_patterns.get(name, ())
    ]


@lru_cache(maxsize=4096)
def overlap(first: str, second: str) -> bool:
    """Return whether some resource matches both of two patterns of ARNs."""
    if ANYTHING in (first, second):
        return first == ANYTHING or not first.strip(ANYTHING)
    return all(starmap(_share_text, zip_longest(first.split(":", 5), second.split(":", 5), fillvalue=ANYTHING)))


def _share_text(first: str, second: str) -> bool:
    """Return whether some text matches both of two patterns with `*` and `?`, comparing them from their ends."""
    matches = [not second[place:].strip(ANYTHING) for place in range(len(second) + 1)]
    for letter in reversed(first):
        following, matches = matches, [letter == ANYTHING and matches[-1]]
        for place in reversed(range(len(second))):
            other = second[place]
            if ANYTHING in (letter, other):
                matches.insert(0, following[place] or matches[0])
            else:
                matches.insert(0, (letter == other or ANY_LETTER in (letter, other)) and following[place + 1])
    return matches[0]
