"""The command `doctor`: what is wrong with a set-up, and what to do about it."""

import argparse
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from artifact_emulator.commands.asking import CannotDo, add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.models import MODELS

_REAL_KEY = re.compile(r"A[KS]IA[A-Z2-7]{16}")
_SERVICES = ("ORGANIZATIONS", "ARTIFACT", "IAM", "STS", "CLOUDTRAIL")
_ENDPOINTS_BY_ENVIRONMENT = (1, 31)
"""The first botocore that reads AWS_ENDPOINT_URL."""
_SKEW_SECONDS = 300
_MARKS = {"ok": "ok     ", "warning": "warning", "problem": "problem"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    outcome: Literal["ok", "warning", "problem"]
    told: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = commands.add_parser("doctor", help="tell what is wrong with my set-up: endpoint, region, credentials ...")
    add_world(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Look at everything; the exit status is 1 if there is a problem."""
    found = [*_emulator(options), *_endpoints(), *_region(), *_credentials(), *_proxies(), *_sdk(), *_models()]
    if options.json:
        say_json({"findings": [asdict(one) for one in found]})
    else:
        say("\n".join(f"{_MARKS[one.outcome]}  {one.check}: {one.told}" for one in found))
    return int(any(one.outcome == "problem" for one in found))


def _emulator(options: argparse.Namespace) -> Iterator[Finding]:
    world = asked_world(options)
    try:
        with explained():
            health = world.emulator.health()
            ahead = abs((world.now() - datetime.now(UTC)).total_seconds())
    except CannotDo as error:
        yield Finding("emulator", "problem", str(error))
        return
    yield Finding("emulator", "ok", f"artifact-emulator {health['version']} answers at {world.endpoint}")
    if ahead > _SKEW_SECONDS:
        yield Finding("clock", "warning", f"the world's is {ahead:.0f} s from this machine's: `clock resume` ends that")


def _endpoints() -> Iterator[Finding]:
    general = os.environ.get("AWS_ENDPOINT_URL")
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        yield Finding("endpoint", "problem", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true: unset it")
    elif not general:
        yield Finding("endpoint", "problem", 'AWS_ENDPOINT_URL is not set: eval "$(artifact-emulator env)"')
    else:
        yield Finding("endpoint", "ok", f"AWS_ENDPOINT_URL is {general}")
    for service in _SERVICES:
        name = f"AWS_ENDPOINT_URL_{service}"
        if os.environ.get(name, general) != general:
            yield Finding("endpoint", "warning", f"{name} leads {service.lower()} to {os.environ[name]}")


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
        yield Finding("credentials", "warning", "AWS_ACCESS_KEY_ID looks like a real key: an emulator needs none")
    elif len(key) == 12 and key.isdecimal():
        yield Finding("credentials", "ok", f"the root user of {key}")
    else:
        yield Finding("credentials", "warning", f"{key} is no account's id: the root user of 123456789012 calls")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        if name in os.environ:
            yield Finding("credentials", "warning", f"{name} is set, and may lead elsewhere: unset it")


def _proxies() -> Iterator[Finding]:
    proxied = [name for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy") if os.environ.get(name)]
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


def _models() -> Iterator[Finding]:
    paths = [Path(one) for one in os.environ.get("AWS_DATA_PATH", "").split(os.pathsep) if one]
    if MODELS in paths:
        yield Finding("models", "ok", "the agreement operations are known")
    else:
        cure = "export AWS_DATA_PATH=$(artifact-emulator models)"
        yield Finding("models", "warning", f"the agreement operations are not known to SDKs: {cure}")
