"""The same call by other means: the AWS CLI's command, and boto3's method."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from shlex import quote
from typing import Any

from artifact_emulator.services import snake_case


def cli(service: str, operation: str, members: Mapping[str, Any]) -> str:
    """Write a call as a command of the AWS CLI, quoted for a POSIX shell."""
    words = ["aws", service, _dashed(operation)]
    for name, value in members.items():
        words += _option(_dashed(name), value)
    return " ".join(words)


def boto3(service: str, operation: str, members: Mapping[str, Any]) -> str:
    """Write a call as a method of a boto3 client."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in members.items())
    return f'boto3.client("{service}").{snake_case(operation)}({arguments})'


def _dashed(name: str) -> str:
    return snake_case(name).replace("_", "-")


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [f"--{name}", *map(quote, value)]
    return [f"--{name}", quote(_plain(value))]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value, default=_base64)


def _base64(value: Any) -> str:
    """Write bytes as version 2 of the AWS CLI reads them."""
    return b64encode(value).decode()
