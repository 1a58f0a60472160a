"""Equivalent calls: an API call written as an AWS CLI command and as a boto3 expression."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from shlex import quote
from typing import Any

from artifact_emulator.services import snake_case

_PARAMFILE_PREFIXES = ("file://", "fileb://", "http://", "https://")
"""Prefixes of option values that some versions of the AWS CLI replace with the content of a file or URL."""


def cli(service: str, operation: str, members: Mapping[str, Any]) -> str:
    """Return a call as an AWS CLI command, quoted for a POSIX shell."""
    words = ["aws", service, _kebab_case(operation)]
    if any(isinstance(value, str) and value.startswith(_PARAMFILE_PREFIXES) for value in members.values()):
        return " ".join([*words, "--cli-input-json", quote(json.dumps(members, default=_base64))])
    for name, value in members.items():
        words += _option(_kebab_case(name), value)
    return " ".join(words)


def boto3(service: str, operation: str, members: Mapping[str, Any]) -> str:
    """Return a call as a method call on a boto3 client."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in members.items())
    return f'boto3.client("{service}").{snake_case(operation)}({arguments})'


def _kebab_case(name: str) -> str:
    return snake_case(name).replace("_", "-")


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [f"--{name}", *map(quote, value)]
    text = _text(value)
    # A value that begins with a dash is an option to the AWS CLI unless "=" joins it to its own option.
    return [f"--{name}={quote(text)}"] if text.startswith("-") else [f"--{name}", quote(text)]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value, default=_base64)


def _base64(value: Any) -> str:
    # Version 2 of the AWS CLI expects binary values in base64.
    return b64encode(value).decode()
