"""Other services beside an emulation: a world's policies decide their calls, which moto's mock then answers.

moto keeps its resources by account: it is told which one a call comes from.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError

from artifact_emulator.app import App
from artifact_emulator.aws.authorization.foreign_parts import UnknownMode
from artifact_emulator.gateway.bucket_owners import BucketOwners
from artifact_emulator.gateway.gateway import ForeignActiveCall, record_answer, refusal_of
from artifact_emulator.gateway.moto_server import MOTO_INSTALLATION
from artifact_emulator.http import Reply, Request
from artifact_state.world import World

_ACCOUNT_HEADER = "x-moto-account-id"
Answer = tuple[int, dict[str, str], Any]
"""The status, the headers and the body of an answer of moto."""


class MotoMissing(ModuleNotFoundError):
    """moto is not installed."""

    def __init__(self) -> None:
        super().__init__(f'others="moto" needs moto: {MOTO_INSTALLATION}', name="moto")


def require_moto() -> None:
    """Import moto.

    Raises MotoMissing.
    """
    try:
        import moto.core.botocore_stubber  # noqa: F401 - imported for `Transports`.
    except ModuleNotFoundError:
        raise MotoMissing from None


@contextmanager
def moto_mock() -> Iterator[None]:
    """Activate moto's mock for the block, without its credentials and its session."""
    from moto import mock_aws

    with mock_aws(config={"core": {"mock_credentials": False, "reset_boto3_session": False}}):
        yield


class MotoMock:
    """The gate to moto's mock in this process."""

    def __init__(self, app: App, world: World, unknown: UnknownMode) -> None:
        self._app = app
        self._world = world
        self._unknown: UnknownMode = unknown
        self._owners = BucketOwners()

    def answer(
        self, prepared: AWSPreparedRequest, request: Request, ask_moto: Callable[[AWSPreparedRequest], Answer | None]
    ) -> Answer | None:
        """Return the answer to a request: a refusal, or that of moto; None if moto does not answer it."""
        call = ForeignActiveCall(request, self._world, unknown=self._unknown, owners=self._owners)
        call.credentials, call.iam = self._app.credentials, self._app.iam
        refusal = refusal_of(call)
        delay, cut = call.effect.delay, call.effect.cut
        if delay:
            time.sleep(delay)
        if cut:
            raise ConnectionClosedError(endpoint_url=prepared.url)
        if refusal is not None:
            return refusal.status, dict(refusal.headers), refusal.body
        prepared.headers[_ACCOUNT_HEADER] = call.caller.account_id
        answer = ask_moto(prepared)
        if answer is not None:
            record_answer(call, _reply(*answer))
        return answer


def _reply(status: int, headers: dict[str, str], body: Any) -> Reply:
    content = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    return Reply(status, tuple((name, str(value)) for name, value in headers.items()), content)
