"""The kinds of faults: KINDS, the one table that the rules, the control API and the command line read."""

import random
from enum import Enum
from math import log

from artifact_state.model import CreationFailure, InquiryFailure
from artifact_state.record import Record

_P99 = 2.3263478740408408
"""Standard deviations from the median of a normal distribution to its 99th percentile."""


class Error(Record):
    """The call is answered with an AWS error and changes nothing."""

    code: str
    message: str | None = None
    reason: str | None = None


class Latency(Record):
    """The reply is held back for a random number of milliseconds, uniformly or log-normally distributed."""

    least: float
    """The minimum of a uniform distribution, the median of a log-normal one."""
    most: float
    """The maximum of a uniform distribution, the 99th percentile of a log-normal one."""
    uniform: bool = True

    def seconds(self, chance: random.Random) -> float:
        """Draw a delay."""
        if self.uniform:
            return chance.uniform(self.least, self.most) / 1000
        return chance.lognormvariate(log(self.least), log(self.most / self.least) / _P99) / 1000


class Reset(Record, kw_only=False):
    """The call is carried out, and its connection is reset in place of a reply."""


class Truncate(Record, kw_only=False):
    """The call is carried out, and its reply ends half way."""


class DeletionFailure(Record, kw_only=False):
    """The deletion of a service-linked role fails, as if the role were in use."""


Action = Error | Latency | Reset | Truncate | CreationFailure | DeletionFailure | InquiryFailure


class Kind(Record, kw_only=False):
    """A kind of fault."""

    name: str
    """The member of the control API; with hyphens for underscores, the option of `faults set`."""
    action: type[Action]
    description: str
    operations: tuple[str, ...] = ()
    """The only operations that it can affect; any operation if empty."""

    @property
    def choices(self) -> list[str]:
        """List the values of a kind that has a fixed set of them."""
        return [choice.value for choice in self.action] if issubclass(self.action, Enum) else []


KINDS = (
    Kind("error", Error, "Answer with this AWS error."),
    Kind("latency_ms", Latency, "Hold the reply back: a number of milliseconds, or a distribution."),
    Kind("reset", Reset, "Carry the call out, then reset the connection instead of replying."),
    Kind("truncate", Truncate, "Carry the call out, then end the reply half way."),
    Kind(
        "creation_failure",
        CreationFailure,
        "Make the account creation end FAILED for this reason.",
        ("CreateAccount", "CreateGovCloudAccount"),
    ),
    Kind(
        "deletion_fails",
        DeletionFailure,
        "Make the deletion task of the service-linked role end FAILED.",
        ("DeleteServiceLinkedRole",),
    ),
    Kind(
        "inquiry_failure",
        InquiryFailure,
        "Make the compliance inquiry end FAILED for this reason.",
        ("CreateComplianceInquiry",),
    ),
)


def kind_of(action: Action) -> Kind:
    """Return the kind of an action."""
    return next(kind for kind in KINDS if kind.action is type(action))


def latency_of(text: str) -> float | dict[str, float]:
    """Return the value of `latency_ms` that a user writes as text.

    Raise ValueError with a sentence for users if the text is none.
    """
    try:
        if "=" not in text:
            return float(text)
        return {name.strip(): float(value) for name, _, value in (part.partition("=") for part in text.split(","))}
    except ValueError:
        raise ValueError(f"{text!r} is not a latency, such as 800, min=100,max=400 or median=50,p99=800") from None
