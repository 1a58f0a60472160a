"""The services that policies grant, by the text of their statements.

A statement grants a service whatever its conditions are. Only a Deny statement without conditions that takes all
actions of the service on all resources takes the grants of its policy back.
Recorded answers of AWS: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/last_access.json
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from artifact_state import catalog
from artifact_state.policy_syntax.policy import as_list
from artifact_state.policy_syntax.wildcards import is_like
from artifact_state.record import Record

ANY = "*"


class _Statement(Record, kw_only=False):
    allows: bool
    actions: tuple[str, ...]
    """The patterns in lower case."""
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    has_conditions: bool

    def grants(self, service: str) -> bool:
        """Return whether it allows some action of a service on some resource of the service."""
        has_action = not self._names_all(service) if self.not_actions else self._names_some(service)
        return self.allows and has_action and self._covers_resource_of(service)

    def grants_action(self, service: str, action: str) -> bool:
        """Return whether it allows an action on some resource of the service."""
        return self.allows and self._matches(f"{service}:{action}".lower()) and self._covers_resource_of(service)

    def denies(self, service: str) -> bool:
        """Return whether it denies every action of a service."""
        takes_all = not self._names_some(service) if self.not_actions else self._names_all(service)
        return self._always_denies() and takes_all

    def denies_action(self, service: str, action: str) -> bool:
        """Return whether it denies an action to every request."""
        return self._always_denies() and self._matches(f"{service}:{action}".lower())

    def _always_denies(self) -> bool:
        is_limited = self.has_conditions or self.not_resources or ANY not in self.resources
        return not self.allows and not is_limited

    def _names_all(self, service: str) -> bool:
        return not {ANY, f"{service}:{ANY}"}.isdisjoint(self.actions)

    def _names_some(self, service: str) -> bool:
        return any(_is_of(action, service) for action in self.actions)

    def _matches(self, action: str) -> bool:
        return any(is_like(pattern, action) for pattern in self.actions) != self.not_actions

    def _covers_resource_of(self, service: str) -> bool:
        if self.not_resources:
            return ANY not in self.resources
        return any(_can_be_of(resource, service) for resource in self.resources)


def grants_service(document: str, service: str) -> bool:
    """Return whether a policy grants a service; other policies do not matter."""
    statements = _statements(document)
    return any(statement.grants(service) for statement in statements) and not _denies(statements, service)


def granted_services(documents: Sequence[str]) -> Iterator[str]:
    """Iterate over the namespaces of the services that some policies grant together, sorted."""
    policies = [_statements(document) for document in documents]
    for service in catalog.service_names():
        is_granted = any(statement.grants(service) for policy in policies for statement in policy)
        if is_granted and not any(_denies(policy, service) for policy in policies):
            yield service


def granted_actions(documents: Sequence[str], service: str) -> tuple[str, ...]:
    """Return the actions of a service that some policies grant together, of those whose use AWS tracks."""
    statements = [statement for document in documents for statement in _statements(document)]
    return tuple(
        action
        for action in catalog.tracked_actions(service)
        if any(statement.grants_action(service, action) for statement in statements)
        and not any(statement.denies_action(service, action) for statement in statements)
    )


def _denies(statements: Sequence[_Statement], service: str) -> bool:
    return any(statement.denies(service) for statement in statements)


def _is_of(action: str, service: str) -> bool:
    return action == ANY or action.partition(":")[0] == service


def _can_be_of(resource: str, service: str) -> bool:
    """Return whether a pattern of ARNs matches ARNs of a service."""
    parts = resource.split(":")
    return len(parts) < 3 or is_like(parts[2], service)


@lru_cache(maxsize=256)
def _statements(document: str) -> tuple[_Statement, ...]:
    return tuple(map(_statement, as_list(json.loads(document)["Statement"])))


def _statement(element: dict[str, Any]) -> _Statement:
    actions = as_list(element.get("Action", element.get("NotAction")))
    return _Statement(
        allows=element["Effect"].lower() == "allow",
        actions=tuple(action.lower() for action in actions),
        not_actions="NotAction" in element,
        resources=tuple(as_list(element.get("Resource", element.get("NotResource", ANY)))),
        not_resources="NotResource" in element,
        has_conditions=bool(element.get("Condition")),
    )
