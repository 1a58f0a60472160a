"""The form of fault rules in JSON, for the control API, and their validation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal, Self, assert_never, cast

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    create_model,
    model_validator,
)

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.faults.kinds import (
    KINDS,
    Action,
    DeletionFailure,
    Error,
    Kind,
    Latency,
    Reset,
    Truncate,
    kind_of,
)
from artifact_emulator.faults.rules import ActiveRule, FaultRule
from artifact_emulator.validation_texts import ACCOUNT_ID, form
from artifact_state.model import CreationFailure, InquiryFailure

_HOUR = 3_600_000
_EXAMPLES: list[JsonValue] = [
    {"service": "organizations", "error": {"code": "Throttling"}, "times": 2},
    {
        "service": "organizations",
        "operation": "EnableAWSServiceAccess",
        "account": "111122223333",
        "error": {"code": "ConstraintViolationException", "reason": "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"},
    },
    {"service": "artifact", "latency_ms": {"median": 20, "p99": 500}, "ttl_seconds": 60},
    {"service": "iam", "operation": "GetRole", "reset": True, "probability": 0.1},
    {"service": "organizations", "operation": "MoveAccount", "truncate": True, "nth": 2},
    {"service": "organizations", "operation": "CreateAccount", "creation_failure": "EMAIL_ALREADY_EXISTS"},
    {"service": "iam", "operation": "DeleteServiceLinkedRole", "deletion_fails": True},
    {"service": "artifact", "operation": "CreateComplianceInquiry", "inquiry_failure": "internal"},
]


class ErrorBody(BaseModel):
    """The error that answers a call."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(
        description="An error code that the operation declares, such as ConcurrentModificationException; "
        "Throttling stands for the throttling error of any service."
    )
    message: str | None = None
    reason: str | None = Field(None, pattern="^[A-Z0-9_]+$", description="The Reason of an error that has one.")


class LatencyBody(BaseModel):
    """The distribution of a delay in milliseconds: uniform (min, max) or log-normal (median, p99)."""

    model_config = ConfigDict(extra="forbid")

    min: float | None = Field(None, ge=0, le=_HOUR, description="The minimum of a uniform distribution; requires max.")
    max: float | None = Field(None, ge=0, le=_HOUR, description="The maximum.")
    median: float | None = Field(
        None, gt=0, le=_HOUR, description="The median of a log-normal distribution; requires p99."
    )
    p99: float | None = Field(None, gt=0, le=_HOUR, description="The 99th percentile.")

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        given = [name for name in ("min", "max", "median", "p99") if getattr(self, name) is not None]
        if given not in (["min", "max"], ["median", "p99"]):
            raise ValueError("give min and max, or median and p99")
        if getattr(self, given[0]) > getattr(self, given[1]):
            raise ValueError(f"{given[0]} exceeds {given[1]}")
        return self


def _latency_form(value: object) -> str:
    return form("distribution" if isinstance(value, dict | LatencyBody) else "number").tag


_LatencyJson = Annotated[
    Annotated[float, Field(strict=True, ge=0, le=_HOUR), form("number")] | Annotated[LatencyBody, form("distribution")],
    Discriminator(_latency_form),
]


def _error_form(value: object) -> str:
    return form("code" if isinstance(value, str) else "error").tag


_ErrorJson = Annotated[
    Annotated[str, form("code")] | Annotated[ErrorBody, form("error")],
    Discriminator(_error_form),
]


class _Rule(BaseModel):
    """The members of a fault that do not depend on its kind."""

    service: str = Field(description="The name of a service in AWS's SDK for Python, such as organizations.")
    operation: str | None = Field(None, description="Affect only this operation of the service.")
    account: str | None = Field(None, pattern=ACCOUNT_ID, description="Affect only calls by this account.")
    probability: float = Field(1.0, ge=0, le=1, description="The probability that a matching call is affected.")
    times: int | None = Field(None, ge=1, description="Affect at most this many calls.")
    nth: int = Field(1, ge=1, description="Affect matching calls from this one on; the first is 1.")
    ttl_seconds: float | None = Field(
        None, gt=0, le=_HOUR * 1000, description="Remove the effect after this time by the world's clock."
    )


def _json_type(kind: Kind) -> Any:
    """Return the type of a kind's member of the control API."""
    if kind.action is Error:
        return _ErrorJson
    if kind.action is Latency:
        return _LatencyJson
    return kind.action if kind.choices else Literal[True]


_MEMBERS: Any = {kind.name: (_json_type(kind) | None, Field(None, description=kind.description)) for kind in KINDS}
_RuleOfAnyKind: Any = create_model("_RuleOfAnyKind", __base__=_Rule, **_MEMBERS)


class FaultBody(_RuleOfAnyKind):  # type: ignore[misc] # Its members are those of KINDS.
    """A fault rule: the calls that it matches, how often it affects them, and exactly one kind of effect."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})

    @model_validator(mode="after")
    def _check_one_kind(self) -> Self:
        if len(_given(self)) != 1:
            raise ValueError(f"give one of {', '.join(kind.name for kind in KINDS)}")
        return self


def _given(body: FaultBody) -> list[tuple[Kind, Any]]:
    """Return the kinds that a body names, with their values."""
    values = ((kind, getattr(body, kind.name)) for kind in KINDS)
    return [(kind, value) for kind, value in values if value is not None]


class FaultReply(FaultBody):
    """A fault rule that is set."""

    id: str
    matched: int = Field(description="The number of calls that it has affected.")
    befell: int = Field(description="The old name of matched.", deprecated=True)
    since: AwareDatetime


def rule_of(body: FaultBody) -> FaultRule:
    """Return the rule that a body describes."""
    ((kind, value),) = _given(body)
    return FaultRule(
        service=body.service,
        action=_action(body.service, kind, value),
        operation=body.operation,
        account=body.account,
        probability=body.probability,
        times=body.times,
        nth=body.nth,
        ttl=timedelta(seconds=body.ttl_seconds) if body.ttl_seconds else None,
    )


def _action(service: str, kind: Kind, value: Any) -> Action:
    """Return the action that the value of a kind's member describes."""
    if kind.action is Error:
        return _error(service, value)
    if kind.action is Latency:
        return _latency(value)
    if isinstance(value, CreationFailure | InquiryFailure):
        return value
    flag = cast("Callable[[], Action]", kind.action)
    return flag()


def _error(service: str, value: str | ErrorBody) -> Error:
    body = ErrorBody(code=value, message=None, reason=None) if isinstance(value, str) else value
    is_own_name = body.code == "Throttling" and service in PROFILES
    code = PROFILES[service].throttling_error.code if is_own_name else body.code
    return Error(code=code, message=body.message, reason=body.reason)


def _latency(value: float | LatencyBody) -> Latency:
    if not isinstance(value, LatencyBody):
        return Latency(least=value, most=value)
    if value.median is not None and value.p99 is not None:
        return Latency(least=value.median, most=value.p99, uniform=False)
    return Latency(least=value.min or 0.0, most=value.max or 0.0)


def fault_reply(active: ActiveRule) -> dict[str, object]:
    """Return a rule with its counters, as the members of a FaultReply."""
    rule = active.rule
    return {
        "id": active.id,
        "service": rule.service,
        "operation": rule.operation,
        "account": rule.account,
        "probability": rule.probability,
        "times": rule.times,
        "nth": rule.nth,
        "ttl_seconds": rule.ttl.total_seconds() if rule.ttl else None,
        kind_of(rule.action).name: _json_value(rule.action),
        "matched": active.matched,
        "befell": active.matched,
        "since": active.since.isoformat(),
    }


def _json_value(action: Action) -> object:
    """Return an action as the value of its kind's member."""
    match action:
        case Error():
            error = {"code": action.code, "message": action.message, "reason": action.reason}
            return {name: value for name, value in error.items() if value is not None}
        case Latency():
            least, most = ("min", "max") if action.uniform else ("median", "p99")
            return {least: action.least, most: action.most}
        case CreationFailure() | InquiryFailure():
            return action.value
        case Reset() | Truncate() | DeletionFailure():
            return True
        case _:
            assert_never(action)
