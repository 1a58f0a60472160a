"""The environment that leads AWS's SDKs to an emulator: not to AWS, and not to their user's own credentials.

Profiles and keys of `~/.aws` are out of sight, too: code under test that names a profile finds none.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
"""What would give an SDK other credentials, or lead it elsewhere."""
_ENDPOINT = "AWS_ENDPOINT_URL"
_NO_PROXY = ("NO_PROXY", "no_proxy")
_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
"""What leads calls of plain HTTP elsewhere."""


def identity(account: str, region: str) -> dict[str, str]:
    """Give the variables by which SDKs call as an account's root user, from a region."""
    return {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": PLACEHOLDER,
        # Some SDKs read the one, some the other.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


def misleading(environ: Mapping[str, str]) -> list[str]:
    """Name what has to be unset: some by name, and whatever leads a single service to an endpoint of its own."""
    return [*MISLEADING, *(name for name in environ if name.startswith(f"{_ENDPOINT}_"))]


def changes(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str | None]:
    """Give the variables that are to be set, and those that are to be unset, so that SDKs heed the settings alone."""
    kept_away = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    hidden = dict.fromkeys([_ENDPOINT, *misleading(environ)])
    # Models of one's own stay known beside ours.
    folders = dict.fromkeys([str(MODELS), *filter(None, environ.get("AWS_DATA_PATH", "").split(os.pathsep))])
    data_path = {"AWS_DATA_PATH": os.pathsep.join(folders)}
    return {**hidden, **kept_away, **settings, **data_path, **past_proxies(settings, environ)}


@contextmanager
def surroundings(settings: Mapping[str, str]) -> Iterator[None]:
    """Let AWS's SDKs heed these settings alone until the block is left; boto3 forgets its default session as long."""
    changed = changes(settings, os.environ)
    before = {name: os.environ.get(name) for name in changed}
    session = default_session()
    _set(changed)
    _set_default_session(fresh_session())
    try:
        yield
    finally:
        _set(before)
        _set_default_session(session)


def default_session() -> object:
    """Give boto3's default session, None if it has none."""
    return getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)


def fresh_session() -> object:
    """Give what takes the place of boto3's default session, which may have read real credentials already."""
    if "boto3" not in sys.modules:
        return None
    # Imported here: it is for those who have boto3.
    from artifact_emulator.testing.sessions import fresh

    return fresh()


def _set_default_session(session: object) -> None:
    if (boto3 := sys.modules.get("boto3")) is not None:
        boto3.DEFAULT_SESSION = session  # type: ignore[attr-defined]


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def proxies(environ: Mapping[str, str]) -> list[str]:
    """Name the variables that send calls of plain HTTP to a proxy."""
    return [name for name in _PROXIES if environ.get(name)]


def past_proxies(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that lead calls of the emulator past proxies, if there are some: none reaches this machine."""
    host = urlsplit(settings.get(_ENDPOINT, "")).hostname
    if host is None or not proxies(environ):
        return {}
    spared = next((environ[name] for name in reversed(_NO_PROXY) if environ.get(name)), "")
    return dict.fromkeys(_NO_PROXY, f"{spared},{host}" if spared else host)
