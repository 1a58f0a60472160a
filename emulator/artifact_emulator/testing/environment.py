"""Environment variables that make AWS's SDKs use an emulator instead of AWS and the user's own credentials.

Profiles and keys in `~/.aws` are hidden as well: code under test that names a profile does not find it.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from artifact_emulator.sdk_models import MODELS

PLACEHOLDER = "placeholder"
MISLEADING = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
"""Variables that give an SDK other credentials or another endpoint."""
_ENDPOINT = "AWS_ENDPOINT_URL"
_NO_PROXY = ("NO_PROXY", "no_proxy")
_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
"""The proxy variables that apply to plain HTTP."""


def identity(account: str, region: str, secret: str = PLACEHOLDER) -> dict[str, str]:
    """Return the variables with which SDKs call as the root user of an account, in a region."""
    return {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": secret,
        # Some SDKs read only one of the two.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


def misleading(environ: Mapping[str, str]) -> list[str]:
    """Return the variables to unset: the misleading ones, and the endpoints of single services."""
    return [*MISLEADING, *(name for name in environ if name.startswith(f"{_ENDPOINT}_"))]


def changes(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables to set, and those to unset as None, so that SDKs use only the settings."""
    hidden_files = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    unset = dict.fromkeys([_ENDPOINT, *misleading(environ)])
    # The user's own models remain available.
    folders = dict.fromkeys([str(MODELS), *filter(None, environ.get("AWS_DATA_PATH", "").split(os.pathsep))])
    data_path = {"AWS_DATA_PATH": os.pathsep.join(folders)}
    return {**unset, **hidden_files, **settings, **data_path, **past_proxies(settings, environ)}


@contextmanager
def sdk_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Make AWS's SDKs use only these settings for the duration of the block; boto3 gets a new default session."""
    changed = changes(settings, os.environ)
    before = {name: os.environ.get(name) for name in changed}
    _set(changed)
    try:
        with _new_default_session():
            yield
    finally:
        _set(before)


@contextmanager
def _new_default_session() -> Iterator[None]:
    """Replace boto3's default session, which may have read real credentials, by one that is created when it is used."""
    boto3: Any = sys.modules.get("boto3")
    session = getattr(boto3, "DEFAULT_SESSION", None)
    set_up: Any = getattr(boto3, "setup_default_session", None)

    def set_up_default_session(**options: Any) -> None:
        if options:
            set_up(**options)
        else:
            # Imported here: boto3 may not be installed.
            from artifact_emulator.testing.sessions import new_session

            boto3.DEFAULT_SESSION = new_session()

    if boto3 is not None:
        boto3.DEFAULT_SESSION, boto3.setup_default_session = None, set_up_default_session
    try:
        yield
    finally:
        # boto3 may have been imported in the meantime.
        if (imported := cast("Any", sys.modules.get("boto3"))) is not None:
            imported.DEFAULT_SESSION = session
        if boto3 is not None:
            boto3.setup_default_session = set_up


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def proxies(environ: Mapping[str, str]) -> list[str]:
    """Return the variables that send plain HTTP to a proxy."""
    return [name for name in _PROXIES if environ.get(name)]


def past_proxies(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that exempt the emulator's host from proxies, if any are set."""
    host = urlsplit(settings.get(_ENDPOINT, "")).hostname
    if host is None or not proxies(environ):
        return {}
    exceptions = next((environ[name] for name in reversed(_NO_PROXY) if environ.get(name)), "")
    return dict.fromkeys(_NO_PROXY, f"{exceptions},{host}" if exceptions else host)
