"""What fault injection and strict mode do to one call: the value that the pipeline carries from stage to stage."""

from collections.abc import Callable
from datetime import datetime

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import PageSize
from artifact_emulator.http import Cut
from artifact_state.model import State
from artifact_state.world import TransactionEffect


class Effect(TransactionEffect):
    """The effect on one call: on its reply, on the pages it lists, and on its transaction."""

    failure: AwsError | None = None
    """The error with which the call is answered; it is not carried out."""
    delay: float = 0.0
    """Seconds for which the reply is held back."""
    cut: Cut | None = None
    """How the reply is lost."""
    has_retired_members: bool = True
    """Whether the reply has members whose retirement AWS has announced."""
    page_size: PageSize | None = None
    """How the size of the pages changes that the call lists."""
    stale_state: State | None = None
    """The earlier state that the call reads, as eventual consistency permits."""
    on_change: Callable[[State, State, datetime], None] | None = None
    """Called with the state before and after a call that changes it, and the instant of the change."""


NO_EFFECT = Effect()
