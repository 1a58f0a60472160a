"""boto3 sessions that know the agreement operations and load AWS's models only once, since that is slow."""

import os
import sys
from copy import copy
from functools import cache
from typing import Any

from artifact_emulator.sdk_models import MODELS

try:
    import boto3
    import botocore.session
    from botocore.hooks import HierarchicalEmitter
    from botocore.loaders import Loader, create_loader
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"the emulator's clients and sessions need boto3, which is not installed ({missing.name} is missing): "
        "python -m pip install boto3",
        name=missing.name,
    ) from None

_MOTO = "moto.core.botocore_stubber"
"""The module of moto which adds its handler to those of botocore when it is imported."""


class AccountSession(boto3.Session):  # type: ignore[misc] # boto3 has no types.
    """A session of one account, whose clients and resources all use one endpoint."""

    def __init__(self, endpoint: str | None, keys: dict[str, str], region: str) -> None:
        super().__init__(**keys, region_name=region, botocore_session=_botocore_session())
        _remove_duplicate_paths()
        self._endpoint = endpoint

    def client(self, service_name: str, *args: Any, endpoint_url: str | None = None, **options: Any) -> Any:
        """Return a client."""
        return super().client(service_name, *args, endpoint_url=endpoint_url or self._endpoint, **options)


def shared_session() -> Any:
    """Return the session of all clients that are created with explicit keys."""
    return _shared_session(_MOTO in sys.modules)


@cache
def _shared_session(with_moto: bool) -> Any:  # noqa: FBT001 - the key of the cache.
    return new_session()


def new_session() -> Any:
    """Return a session that reads the environment when it is first used."""
    session = boto3.Session(botocore_session=_botocore_session())
    _remove_duplicate_paths()
    return session


def _botocore_session() -> Any:
    # Copying the handlers, as botocore does for each client, takes a tenth of the time of registering them.
    session = botocore.session.Session(
        event_hooks=copy(_handlers(_MOTO in sys.modules)), include_builtin_handlers=False
    )
    session.register_component("data_loader", _loader())
    return session


@cache
def _handlers(with_moto: bool) -> HierarchicalEmitter:  # noqa: FBT001 - as above.
    handlers = HierarchicalEmitter()
    botocore.session.Session(event_hooks=handlers)
    return handlers


@cache
def _loader() -> Loader:
    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    loader.search_paths.insert(0, str(MODELS))
    return loader


def _remove_duplicate_paths() -> None:
    """Keep the shared loader's folders unique: every session of boto3 adds its own folder again."""
    paths = _loader().search_paths
    paths[:] = dict.fromkeys(paths)
