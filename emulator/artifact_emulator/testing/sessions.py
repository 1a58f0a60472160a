"""boto3's sessions, which read AWS's models once, for that takes long, and know the agreement operations."""

import os
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
        f"the emulator's clients and sessions are those of boto3, which is not installed ({missing.name} is missing): "
        "python -m pip install boto3",
        name=missing.name,
    ) from None


class AccountSession(boto3.Session):  # type: ignore[misc] # boto3 has no types.
    """A session of one account, all of whose clients and resources go to one endpoint."""

    def __init__(self, endpoint: str | None, keys: dict[str, str], region: str) -> None:
        super().__init__(**keys, region_name=region, botocore_session=_core())
        _forget_repeated_paths()
        self._endpoint = endpoint

    def client(self, service_name: str, *args: Any, endpoint_url: str | None = None, **options: Any) -> Any:
        """Give a client."""
        return super().client(service_name, *args, endpoint_url=endpoint_url or self._endpoint, **options)


@cache
def shared() -> Any:
    """Give the one session of all clients whose keys are named for each."""
    return fresh()


def fresh() -> Any:
    """Give a session that knows nothing yet: it reads its environment when it is used."""
    made = boto3.Session(botocore_session=_core())
    _forget_repeated_paths()
    return made


def _core() -> Any:
    # The handlers are copied, as botocore copies them for each client: registering them anew takes ten times as long.
    core = botocore.session.Session(event_hooks=copy(_handlers()), include_builtin_handlers=False)
    core.register_component("data_loader", _loader())
    return core


@cache
def _handlers() -> HierarchicalEmitter:
    handlers = HierarchicalEmitter()
    botocore.session.Session(event_hooks=handlers)
    return handlers


@cache
def _loader() -> Loader:
    made = create_loader(os.environ.get("AWS_DATA_PATH"))
    made.search_paths.insert(0, str(MODELS))
    return made


def _forget_repeated_paths() -> None:
    """Keep the loader's folders as they are: every session of boto3 adds its own once more."""
    paths = _loader().search_paths
    paths[:] = dict.fromkeys(paths)
