"""Faults over the control API: set, listed, taken away."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag, model_validator

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, nothing, response
from artifact_emulator.faults.rules import Error, Fault, Latency, NotPossible, Standing
from artifact_emulator.faults.throttling import BUSY
from artifact_emulator.services import bindings
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CreationFailure, InquiryFailure
from artifact_state.world_registry import WorldRegistry

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
    {"service": "organizations", "operation": "CreateAccount", "creation_failure": "EMAIL_ALREADY_EXISTS"},
    {"service": "iam", "operation": "DeleteServiceLinkedRole", "deletion_fails": True},
    {"service": "artifact", "operation": "CreateComplianceInquiry", "inquiry_failure": "internal"},
]
_EFFECTS = ("error", "latency_ms", "reset", "truncate", "creation_failure", "deletion_fails", "inquiry_failure")


class ErrorBody(BaseModel):
    """The error with which a call is answered."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(
        description="As it travels, such as ConcurrentModificationException, which the operation must declare; "
        "Throttling is each service's own way to say that it is asked too often."
    )
    message: str | None = None
    reason: str | None = Field(None, pattern="^[A-Z0-9_]+$", description="The member Reason, of errors that have it.")


class LatencyBody(BaseModel):
    """How long answers are held back, in milliseconds: evenly spread, or most of them short and a few very long."""

    model_config = ConfigDict(extra="forbid")

    min: float | None = Field(None, ge=0, le=_HOUR, description="With max: anything between the two, equally likely.")
    max: float | None = Field(None, ge=0, le=_HOUR)
    median: float | None = Field(None, gt=0, le=_HOUR, description="With p99: half take no longer than this.")
    p99: float | None = Field(None, gt=0, le=_HOUR, description="99 of a hundred take no longer; log-normal.")

    @model_validator(mode="after")
    def _two_in_order(self) -> Self:
        given = [name for name in ("min", "max", "median", "p99") if getattr(self, name) is not None]
        if given not in (["min", "max"], ["median", "p99"]):
            raise ValueError("give min and max, or median and p99")
        if getattr(self, given[0]) > getattr(self, given[1]):
            raise ValueError(f"{given[0]} is more than {given[1]}")
        return self


def _form(given: object) -> str:
    return "distribution" if isinstance(given, dict | LatencyBody) else "figure"


_Delay = Annotated[
    Annotated[float, Field(strict=True, ge=0, le=_HOUR), Tag("figure")] | Annotated[LatencyBody, Tag("distribution")],
    Discriminator(_form),
]


class FaultBody(BaseModel):
    """A rule: the calls that it befalls, how often, and one thing that it does to them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})

    service: Literal["organizations", "artifact", "cloudtrail", "iam", "sts"]
    operation: str | None = Field(None, description="Any operation of the service, unless one is named.")
    account: str | None = Field(None, pattern=r"^\d{12}$", description="Any caller, unless an account is named.")
    probability: float = Field(1.0, ge=0, le=1)
    times: int | None = Field(None, ge=1, description="How often at most; for ever, unless a number is given.")
    nth: int = Field(1, ge=1, description="The first of the fitting calls that it befalls.")
    ttl_seconds: float | None = Field(
        None, gt=0, le=_HOUR * 1000, description="How long it lasts by the world's clock."
    )
    error: ErrorBody | None = None
    latency_ms: _Delay | None = Field(None, description="A figure, or a distribution.")
    reset: Literal[True] | None = Field(None, description="The call is carried out, and its answer lost.")
    truncate: Literal[True] | None = Field(None, description="The call is carried out, and its answer ends half way.")
    creation_failure: CreationFailure | None = Field(None, description="Why CreateAccount's account is not created.")
    deletion_fails: Literal[True] | None = Field(None, description="IAM's deletion task ends FAILED.")
    inquiry_failure: InquiryFailure | None = Field(None, description="Why the compliance inquiry ends FAILED.")

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        if sum(getattr(self, name) is not None for name in _EFFECTS) != 1:
            raise ValueError(f"give one of {', '.join(_EFFECTS)}")
        return self


class FaultReply(FaultBody):
    """A fault that is set."""

    id: str
    matched: int = Field(description="How many calls it befell.")
    since: AwareDatetime


class FaultsReply(BaseModel):
    """The faults of a world, in the order in which they were set."""

    faults: list[FaultReply]


class FaultPath(BaseModel):
    """The fault that a path names."""

    fault_id: str


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/faults", summary="List a world's faults", responses={200: FaultsReply})
    def list_faults() -> Response:
        return jsonify({"faults": [_told(one) for one in runtime_of(asked_world(served)).faults.standing()]})

    @app.post(f"{PREFIX}/faults", summary="Set a fault", responses={200: FaultReply})
    def set_fault(body: FaultBody) -> Response:
        world = asked_world(served)
        try:
            standing = runtime_of(world).faults.add(_fault(body), bindings(body.service), world.clock.now())
        except NotPossible as error:
            return response(problem(400, "Not possible", str(error)))
        return jsonify(_told(standing))

    @app.delete(f"{PREFIX}/faults/<fault_id>", summary="Take a fault away", responses={204: None})
    def remove_fault(path: FaultPath) -> Response:
        if not runtime_of(asked_world(served)).faults.remove(path.fault_id):
            return response(problem(404, "Not found", f"There is no fault {path.fault_id}."))
        return nothing()

    @app.delete(f"{PREFIX}/faults", summary="Take all faults away", responses={204: None})
    def clear_faults() -> Response:
        runtime_of(asked_world(served)).faults.clear()
        return nothing()


def _fault(body: FaultBody) -> Fault:
    return Fault(
        service=body.service,
        operation=body.operation,
        account=body.account,
        probability=body.probability,
        times=body.times,
        nth=body.nth,
        ttl=timedelta(seconds=body.ttl_seconds) if body.ttl_seconds else None,
        error=_error(body.service, body.error) if body.error else None,
        latency=_latency(body.latency_ms),
        cut="reset" if body.reset else "truncated" if body.truncate else None,
        creation_failure=body.creation_failure,
        deletion_fails=bool(body.deletion_fails),
        inquiry_failure=body.inquiry_failure,
    )


def _error(service: str, asked: ErrorBody) -> Error:
    code = BUSY[service][0] if asked.code == "Throttling" else asked.code
    return Error(code=code, message=asked.message, reason=asked.reason)


def _latency(asked: float | LatencyBody | None) -> Latency | None:
    if asked is None:
        return None
    if not isinstance(asked, LatencyBody):
        return Latency(least=asked, most=asked)
    if asked.median is not None and asked.p99 is not None:
        return Latency(least=asked.median, most=asked.p99, evenly=False)
    return Latency(least=asked.min or 0.0, most=asked.max or 0.0)


def _told(standing: Standing) -> dict[str, object]:
    fault = standing.fault
    return {
        "id": standing.id,
        "service": fault.service,
        "operation": fault.operation,
        "account": fault.account,
        "probability": fault.probability,
        "times": fault.times,
        "nth": fault.nth,
        "ttl_seconds": fault.ttl.total_seconds() if fault.ttl else None,
        **_effect(fault),
        "befell": standing.done,
        "since": standing.since.isoformat(),
    }


def _effect(fault: Fault) -> dict[str, object]:
    """Tell what a fault does, under the name by which it was asked for."""
    if fault.error is not None:
        error = {"code": fault.error.code, "message": fault.error.message, "reason": fault.error.reason}
        return {"error": {name: one for name, one in error.items() if one is not None}}
    if fault.latency is not None:
        least, most = ("min", "max") if fault.latency.evenly else ("median", "p99")
        return {"latency_ms": {least: fault.latency.least, most: fault.latency.most}}
    if fault.cut is not None:
        return {"reset" if fault.cut == "reset" else "truncate": True}
    if fault.creation_failure is not None:
        return {"creation_failure": fault.creation_failure.value}
    if fault.inquiry_failure is not None:
        return {"inquiry_failure": fault.inquiry_failure.value}
    return {"deletion_fails": True}
