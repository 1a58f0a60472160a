"""An AWS call on its way through the pipeline, and the calls that do not come over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from artifact_emulator.aws.authentication import Credentials
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.http import Reply, Request
from artifact_emulator.routing import Route
from artifact_emulator.services import Handler, bindings
from artifact_emulator.services.context import RequestContext
from artifact_state.model import Caller, Session
from artifact_state.policy_evaluation.exemptions import needs_no_evaluation
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry

if TYPE_CHECKING:
    from artifact_emulator.access_tokens import AccessTokens
    from artifact_emulator.aws.authorization.authorize import IamMode

UNIDENTIFIED = Caller(account_id="", arn="", user_id="")
"""The caller of a call that no stage has authenticated yet."""
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
_RANDOM = Random()  # noqa: S311 - a request id is not a secret, and the system's randomness costs more than the id.


def new_request_id() -> str:
    """Return a random request id, as str(UUID(int=..., version=4)) does in three times the time."""
    digits = f"{_RANDOM.getrandbits(124):031x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-{_VARIANTS[digits[15]]}{digits[16:19]}-{digits[19:]}"


@dataclass(slots=True)
class ActiveCall(RequestContext):
    """An AWS call from its request to its reply: its context, and what the stages have learned about it."""

    credentials: Credentials = "loose"
    placeholder_secrets: tuple[str, ...] = ()
    """The secrets with one of which a placeholder key has to sign; none if it may sign with any."""
    iam: "IamMode" = "enforce"
    request_id: str = field(default_factory=new_request_id)
    decoded: Request | None = None
    """The request without the encoding of its body, if it has one; signatures cover the encoded body."""
    route: Route | None = None
    service: Service = field(init=False)
    operation: Operation = field(init=False)
    handler: Handler = field(init=False)
    caller: Caller = UNIDENTIFIED
    session: Session | None = None
    """The caller's session, if it signed with session credentials."""
    members: dict[str, Any] | None = None
    """The input under AWS's names; None if it could not be parsed."""
    input: Any = None
    """The input as the operation's generated shape."""
    at: datetime | None = None
    value: Any = None
    """The output under AWS's names."""
    reply: Reply = field(init=False)
    failure: AwsError | None = None
    is_recorded: bool = False
    """Whether the call log has it already, because it was stored together with its changes."""

    def is_allowed(self, service: str, operation: str, members: Mapping[str, Any] | None = None) -> bool:
        """Return whether the caller may call another operation, by default without any input."""
        tx = self.tx
        if self.iam != "enforce" or needs_no_evaluation(tx.state, tx.caller, tx.now):
            return True
        # Imported here: most callers are root users, whose calls need no evaluation.
        from artifact_emulator.aws.authorization.authorize import evaluate
        from artifact_emulator.aws.authorization.request import AuthorizationRequest

        request = AuthorizationRequest.of(tx, service, operation, members or {})._replace(extra_keys=self.request_keys)
        return all(evaluated.decision.allowed for evaluated in evaluate(request))


def direct_call(  # noqa: PLR0913, PLR0917 - what a request over the wire has in one piece.
    request: Request, world: World, caller: Caller, service: str, operation: str, members: dict[str, Any]
) -> ActiveCall:
    """Return a call that did not come over the wire: its caller is known, and its members need no parsing."""
    call = ActiveCall(request, world, caller=caller, members=members)
    call.service = bindings(service)
    call.operation = call.service.operations[operation]
    call.route = Route(call.service.protocol, call.service, operation, call.operation)
    return call


class CallExecutor(Protocol):
    """What the console needs of the application: the worlds, access to them, and calls in them."""

    worlds: WorldRegistry
    access: "AccessTokens | None"
    """Decides which requests may manage which worlds; None if every request may manage all."""

    def perform(self, call: ActiveCall) -> Any:
        """Carry out a direct call and return its output.

        Raises AwsError.
        """
