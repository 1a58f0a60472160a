"""The actions of all AWS services with the ARNs of their resources.

Only simulations and reports need them. A service is read from its line of the file, and few are kept.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from artifact_state.catalog.loading import read_file
from artifact_state.record import Record

_FILE = Path(__file__).with_name("service_actions.jsonl")


class ServiceActions(Record):
    """The actions of a service and its resources."""

    arn_format: str | None = None
    """The format of its ARNs in AWS's policy generator, such as `arn:aws:s3:::${BucketName}/${KeyName}`, if any."""
    arn_patterns: Mapping[str, Sequence[str]]
    """The patterns of the ARNs of each type of resources, such as `arn:*:sqs:*:*:?*`."""
    resource_types: Mapping[str, Sequence[str]]
    """The types of resources of each action, by the action's name without the service."""


@lru_cache(maxsize=16)
def actions_of_service(prefix: str) -> ServiceActions:
    """Return the actions of a service by its prefix, such as `s3`; none if AWS has no such service."""
    start = f'{{"service":{json.dumps(prefix)},'
    with _FILE.open(encoding="utf-8") as lines:
        line = next((line for line in lines if line.startswith(start)), None)
    return ServiceActions(arn_patterns={}, resource_types={}) if line is None else _service(json.loads(line))


def every_service() -> Iterator[tuple[str, ServiceActions]]:
    """Yield the prefixes of all services in alphabetical order, with their actions; none is kept."""
    with _FILE.open(encoding="utf-8") as lines:
        next(lines)  # The date and the sources.
        for entry in map(json.loads, lines):
            yield entry["service"], _service(entry)


def resource_handling_options(action: str) -> Sequence[str]:
    """Return the scenarios to which the resources of a simulated action may belong, such as `EC2-VPC-EBS`."""
    options: Mapping[str, Sequence[str]] = read_file("simulations")["options"]
    return options.get(action, ())


def default_resource_name(action: str) -> str:
    """Return the name that stands for the resource of an action that is simulated without resources: mostly `*`."""
    names: Mapping[str, str] = read_file("simulations")["default_names"]
    return names.get(action, "*")


def _service(entry: dict[str, Any]) -> ServiceActions:
    return ServiceActions(arn_format=entry["format"], arn_patterns=entry["resources"], resource_types=entry["actions"])
