"""The command `doctor`: check a setup and say how to correct it."""

import argparse
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    address_switches,
    translated_errors,
    world_of,
)
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import Style, styled
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.environment import MISLEADING, proxies

_REAL_KEY = re.compile(r"A[KS]IA[A-Z2-7]{16}")
_SERVICES = ("ORGANIZATIONS", "ARTIFACT", "IAM", "STS", "CLOUDTRAIL")
_ENDPOINTS_BY_ENVIRONMENT = (1, 31)
"""The first version of botocore that reads AWS_ENDPOINT_URL."""
_CLI_ENDPOINTS = {1: (1, 29), 2: (2, 13)}
"""The same for each major version of the AWS CLI."""
_IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_SKEW_SECONDS = 300
_UNAUTHORIZED = 401
_MARKS: dict[str, tuple[str, Style]] = {
    "ok": ("ok     ", "green"),
    "warning": ("warning", "yellow"),
    "problem": ("problem", "red"),
}


class Finding(NamedTuple):
    """The outcome of one check."""

    check: str
    outcome: Literal["ok", "warning", "problem"]
    message: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "doctor",
        "check endpoint, region, credentials, proxies, SDK, models and clock, and say how to correct them",
        "doctor",
        'doctor --json | jq ".findings[] | select(.outcome != \\"ok\\")"',
    )
    parser.set_defaults(run=run)
    add_world(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run all checks and return the exit status: 1 if there is a problem."""
    checks = (_endpoints(options), _region(), _credentials(options), _proxies(), _sdk(), _cli(), _models())
    findings = [*_emulator(options), *chain(*checks)]
    lines = (f"{styled(*_MARKS[finding.outcome])}  {finding.check}: {finding.message}" for finding in findings)
    # Version 0.1 called the message `told`.
    content = [{**finding._asdict(), "told": finding.message} for finding in findings]
    write_result(options, "\n".join(lines), {"findings": content})
    return int(any(finding.outcome == "problem" for finding in findings))


def _emulator(options: argparse.Namespace) -> Iterator[Finding]:
    world = world_of(options)
    try:
        with translated_errors():
            health = world.emulator.health()
            ahead = abs((world.now() - datetime.now(UTC)).total_seconds())
    except CommandFailed as error:
        yield Finding("emulator", "problem", str(error))
        return
    yield Finding("emulator", "ok", f"artifact-emulator {health['version']} runs at {world.endpoint}")
    if ahead > _SKEW_SECONDS:
        yield Finding(
            "clock",
            "warning",
            f"the world's clock differs by {ahead:.0f} s from this machine's: "
            f"run `artifact-emulator clock resume{address_switches(options, 'world')}`",
        )


def _endpoints(options: argparse.Namespace) -> Iterator[Finding]:
    if os.environ.get(_IGNORE, "").lower() == "true":
        yield Finding("endpoint", "problem", f"{_IGNORE} is true, so calls go to AWS: unset it")
        return
    general = os.environ.get("AWS_ENDPOINT_URL")
    own = {service: os.environ.get(f"AWS_ENDPOINT_URL_{service}") or general for service in _SERVICES}
    unset = [service.lower() for service, url in own.items() if not url]
    if len(unset) == len(own):
        command = f"artifact-emulator env{address_switches(options, 'world')}"
        yield Finding("endpoint", "problem", f'AWS_ENDPOINT_URL is not set: run eval "$({command})"')
    elif unset:
        yield Finding("endpoint", "warning", f"calls to {', '.join(unset)} go to AWS: export AWS_ENDPOINT_URL as well")
    urls = {url for url in own.values() if url}
    if len(urls) > 1:
        places = ", ".join(f"{service.lower()} at {url}" for service, url in own.items() if url)
        yield Finding("endpoint", "warning", f"the services have different endpoints: {places}")
    elif urls and not unset:
        name = "AWS_ENDPOINT_URL" if general in urls else "AWS_ENDPOINT_URL_<SERVICE>, for all emulated services,"
        yield Finding("endpoint", "ok", f"{name} is {urls.pop()}")


def _region() -> Iterator[Finding]:
    default_region, region = os.environ.get("AWS_DEFAULT_REGION"), os.environ.get("AWS_REGION")
    if default_region:
        note = "" if region else "; SDKs for JavaScript, Java and Go read AWS_REGION, which is not set"
        yield Finding("region", "ok", f"{default_region}{note}")
    elif region:
        yield Finding(
            "region", "warning", "boto3 does not read AWS_REGION: export AWS_DEFAULT_REGION=us-east-1 as well"
        )
    else:
        yield Finding("region", "problem", "AWS_DEFAULT_REGION is not set: export AWS_DEFAULT_REGION=us-east-1")


def _credentials(options: argparse.Namespace) -> Iterator[Finding]:
    key = os.environ.get("AWS_ACCESS_KEY_ID")
    if not key:
        yield Finding("credentials", "problem", "AWS_ACCESS_KEY_ID is not set: export the id of the calling account")
    elif _REAL_KEY.fullmatch(key):
        text = "AWS_ACCESS_KEY_ID looks like a real key, which is not needed: export AWS_ACCESS_KEY_ID=111122223333"
        yield Finding("credentials", "warning", text)
    elif (refusal := _refusal_of_secret(options, key)) is not None:
        yield Finding("credentials", "problem", refusal)
    elif len(key) == 12 and key.isdecimal():
        yield Finding("credentials", "ok", f"the root user of {key}")
    else:
        yield Finding(
            "credentials", "warning", f"{key} is not an account id: the caller is the root user of 123456789012"
        )
    for name in MISLEADING:
        # The endpoint check reports this variable.
        if name in os.environ and name != _IGNORE:
            yield Finding("credentials", "warning", f"{name} is set and may select other credentials: unset {name}")


def _refusal_of_secret(options: argparse.Namespace, key: str) -> str | None:
    """Return why an emulator with tokens refuses calls that the secret signs, or None if it accepts them."""
    # Imported here, as below: `--help` needs no HTTP client, and few emulators have tokens.
    import requests

    from artifact_emulator.testing.client import ControlError, Emulator

    world = world_of(options)
    try:
        Emulator(world.emulator.endpoint).world(world.name).exists()
        has_tokens = False
    except ControlError as error:
        has_tokens = error.status == _UNAUTHORIZED
    except (requests.RequestException, KeyError):
        has_tokens = False
    if not has_tokens:
        return None
    from artifact_emulator.aws.errors.aws_error import AwsError
    from artifact_emulator.cli.aws_client import HttpCaller

    world.secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    try:
        HttpCaller(world).call(key, "sts", "GetCallerIdentity", {})
    except AwsError as error:
        command = f"artifact-emulator env{address_switches(options, 'world')}"
        return f'AWS_SECRET_ACCESS_KEY is not the token of the world ({error.code}): run eval "$({command})"'
    return None


def _proxies() -> Iterator[Finding]:
    proxied = proxies(os.environ)
    exceptions = os.environ.get("NO_PROXY", os.environ.get("no_proxy", ""))
    if proxied and not {"127.0.0.1", "localhost", "*"} & {host.strip() for host in exceptions.split(",")}:
        yield Finding("proxy", "warning", f"{proxied[0]} is set: export NO_PROXY=127.0.0.1,localhost")
    else:
        yield Finding("proxy", "ok", "no proxy between the SDK and the emulator")


def _sdk() -> Iterator[Finding]:
    # Imported here: it takes longer to load than all other commands together.
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("botocore")
    except PackageNotFoundError:
        yield Finding("botocore", "ok", "not installed here")
        return
    if tuple(map(int, installed.split(".")[:2])) < _ENDPOINTS_BY_ENVIRONMENT:
        yield Finding(
            "botocore", "problem", f"{installed} does not read AWS_ENDPOINT_URL: pip install --upgrade botocore"
        )
    else:
        yield Finding("botocore", "ok", installed)


def _cli() -> Iterator[Finding]:
    # Imported here: no other command needs them.
    import subprocess
    from shutil import which

    command = which("aws")
    if command is None:
        yield Finding("AWS CLI", "ok", "not installed here")
        return
    try:
        done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - the user's own aws
    except (OSError, subprocess.TimeoutExpired):
        yield Finding("AWS CLI", "warning", f"{command} does not print its version")
        return
    match = re.match(r"aws-cli/(\d+)\.(\d+)\.\S+", done.stdout or done.stderr)
    installed = (int(match[1]), int(match[2])) if match else (0, 0)
    if match and installed < _CLI_ENDPOINTS.get(installed[0], (0, 0)):
        text = f"{match[0]} does not read AWS_ENDPOINT_URL: upgrade it, or pass --endpoint-url to each command"
        yield Finding("AWS CLI", "problem", text)
    else:
        yield Finding("AWS CLI", "ok", match[0] if match else command)


def _models() -> Iterator[Finding]:
    paths = [Path(path) for path in os.environ.get("AWS_DATA_PATH", "").split(os.pathsep) if path]
    if MODELS in paths:
        yield Finding("models", "ok", "SDKs know the agreement operations")
    else:
        correction = "export AWS_DATA_PATH=$(artifact-emulator models)"
        yield Finding("models", "warning", f"SDKs do not know the agreement operations: {correction}")
