"""The same call by other means: the AWS CLI's command, and boto3's method."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from shlex import quote
from typing import Any

from artifact_emulator.services import snake_case

_FETCHED = ("file://", "fileb://", "http://", "https://")
"""How a text begins in whose place the AWS CLI takes what a file or an address has, some of its versions at least."""


def cli(service: str, operation: str, members: Mapping[str, Any]) -> str:
    """Write a call as a command of the AWS CLI, quoted for a POSIX shell."""
    words = ["aws", service, _dashed(operation)]
    if any(isinstance(value, str) and value.startswith(_FETCHED) for value in members.values()):
        return " ".join([*words, "--cli-input-json", quote(json.dumps(members, default=_base64))])
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
    plain = _plain(value)
    # What begins as an option does is none when it is joined to one.
    return [f"--{name}={quote(plain)}"] if plain.startswith("-") else [f"--{name}", quote(plain)]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value, default=_base64)


def _base64(value: Any) -> str:
    """Write bytes as version 2 of the AWS CLI reads them."""
    return b64encode(value).decode()
