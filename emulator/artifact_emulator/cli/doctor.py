"""The command `doctor`: what is wrong with a set-up, and what to do about it."""

import argparse
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from shutil import which
from typing import Literal

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import Paint, painted
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.environment import MISLEADING, proxies

_REAL_KEY = re.compile(r"A[KS]IA[A-Z2-7]{16}")
_SERVICES = ("ORGANIZATIONS", "ARTIFACT", "IAM", "STS", "CLOUDTRAIL")
_ENDPOINTS_BY_ENVIRONMENT = (1, 31)
"""The first botocore that reads AWS_ENDPOINT_URL."""
_CLI_ENDPOINTS = {1: (1, 29), 2: (2, 13)}
"""The first AWS CLI of each major version that does."""
_IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_SKEW_SECONDS = 300
_MARKS: dict[str, tuple[str, Paint]] = {
    "ok": ("ok     ", "green"),
    "warning": ("warning", "yellow"),
    "problem": ("problem", "red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    outcome: Literal["ok", "warning", "problem"]
    told: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "doctor",
        "tell what is wrong with my set-up, and its cure: endpoint, region, credentials, proxies, SDK, models, clock",
        "doctor",
        'doctor --json | jq ".findings[] | select(.outcome != \\"ok\\")"',
    )
    add_world(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Look at everything; the exit status is 1 if there is a problem."""
    looked_at = (_endpoints(), _region(), _credentials(), _proxies(), _sdk(), _cli(), _models())
    found = [*_emulator(options), *chain(*looked_at)]
    if options.json:
        say_json({"findings": [asdict(one) for one in found]})
    else:
        say("\n".join(f"{painted(*_MARKS[one.outcome])}  {one.check}: {one.told}" for one in found))
    return int(any(one.outcome == "problem" for one in found))


def _emulator(options: argparse.Namespace) -> Iterator[Finding]:
    world = asked_world(options)
    try:
        with explained():
            health = world.emulator.health()
            ahead = abs((world.now() - datetime.now(UTC)).total_seconds())
    except CommandFailed as error:
        yield Finding("emulator", "problem", str(error))
        return
    yield Finding("emulator", "ok", f"artifact-emulator {health['version']} answers at {world.endpoint}")
    if ahead > _SKEW_SECONDS:
        yield Finding("clock", "warning", f"the world's is {ahead:.0f} s from this machine's: `clock resume` ends that")


def _endpoints() -> Iterator[Finding]:
    general = os.environ.get("AWS_ENDPOINT_URL")
    if os.environ.get(_IGNORE, "").lower() == "true":
        yield Finding("endpoint", "problem", f"{_IGNORE} is true, so that calls go to AWS: unset it")
    elif not general:
        yield Finding("endpoint", "problem", 'AWS_ENDPOINT_URL is not set: eval "$(artifact-emulator env)"')
    else:
        yield Finding("endpoint", "ok", f"AWS_ENDPOINT_URL is {general}")
    for service in _SERVICES:
        name = f"AWS_ENDPOINT_URL_{service}"
        if os.environ.get(name, general) != general:
            yield Finding("endpoint", "warning", f"{name} leads {service.lower()} to {os.environ[name]}: unset it")


def _region() -> Iterator[Finding]:
    of_python, of_others = os.environ.get("AWS_DEFAULT_REGION"), os.environ.get("AWS_REGION")
    if of_python:
        besides = "" if of_others else "; SDKs for JavaScript, Java and Go read AWS_REGION, which is not set"
        yield Finding("region", "ok", f"{of_python}{besides}")
    elif of_others:
        yield Finding("region", "warning", "boto3 does not read AWS_REGION: export AWS_DEFAULT_REGION=us-east-1, too")
    else:
        yield Finding("region", "problem", "AWS_DEFAULT_REGION is not set: export AWS_DEFAULT_REGION=us-east-1")


def _credentials() -> Iterator[Finding]:
    key = os.environ.get("AWS_ACCESS_KEY_ID")
    if not key:
        yield Finding("credentials", "problem", "AWS_ACCESS_KEY_ID is not set: it is the id of the account that calls")
    elif _REAL_KEY.fullmatch(key):
        told = "AWS_ACCESS_KEY_ID looks like a real key: an emulator needs none; export AWS_ACCESS_KEY_ID=111122223333"
        yield Finding("credentials", "warning", told)
    elif len(key) == 12 and key.isdecimal():
        yield Finding("credentials", "ok", f"the root user of {key}")
    else:
        yield Finding("credentials", "warning", f"{key} is no account's id: the root user of 123456789012 calls")
    for name in MISLEADING:
        # Told of already: it leads straight to AWS.
        if name in os.environ and name != _IGNORE:
            yield Finding("credentials", "warning", f"{name} is set, and may lead elsewhere: unset {name}")


def _proxies() -> Iterator[Finding]:
    proxied = proxies(os.environ)
    spared = os.environ.get("NO_PROXY", os.environ.get("no_proxy", ""))
    if proxied and not {"127.0.0.1", "localhost", "*"} & {one.strip() for one in spared.split(",")}:
        yield Finding("proxy", "warning", f"{proxied[0]} is set: export NO_PROXY=127.0.0.1,localhost")
    else:
        yield Finding("proxy", "ok", "none stands between")


def _sdk() -> Iterator[Finding]:
    try:
        found = version("botocore")
    except PackageNotFoundError:
        yield Finding("botocore", "ok", "is not installed here")
        return
    if tuple(map(int, found.split(".")[:2])) < _ENDPOINTS_BY_ENVIRONMENT:
        yield Finding("botocore", "problem", f"{found} does not read AWS_ENDPOINT_URL: pip install --upgrade botocore")
    else:
        yield Finding("botocore", "ok", found)


def _cli() -> Iterator[Finding]:
    command = which("aws")
    if command is None:
        yield Finding("AWS CLI", "ok", "is not installed here")
        return
    try:
        asked = subprocess.run([command, "--version"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - it is the user's own
    except (OSError, subprocess.TimeoutExpired):
        yield Finding("AWS CLI", "warning", f"{command} does not tell its version")
        return
    told = re.match(r"aws-cli/(\d+)\.(\d+)\.\S+", asked.stdout or asked.stderr)
    found = (int(told[1]), int(told[2])) if told else (0, 0)
    if told and found < _CLI_ENDPOINTS.get(found[0], (0, 0)):
        cure = "it does not read AWS_ENDPOINT_URL: upgrade it, or give each command --endpoint-url"
        yield Finding("AWS CLI", "problem", f"{told[0]}: {cure}")
    else:
        yield Finding("AWS CLI", "ok", told[0] if told else command)


def _models() -> Iterator[Finding]:
    paths = [Path(one) for one in os.environ.get("AWS_DATA_PATH", "").split(os.pathsep) if one]
    if MODELS in paths:
        yield Finding("models", "ok", "the agreement operations are known")
    else:
        cure = "export AWS_DATA_PATH=$(artifact-emulator models)"
        yield Finding("models", "warning", f"the agreement operations are not known to SDKs: {cure}")
