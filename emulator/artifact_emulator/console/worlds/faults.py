"""The fault rules of this world: list, set and remove them."""

from typing import Any

from flask import Blueprint, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from artifact_emulator.console.worlds.forms import WrongInput, command, done, entered, form_of, managed_world
from artifact_emulator.faults.errors import error_codes
from artifact_emulator.faults.kinds import KINDS, Error, Kind, Latency, kind_of, latency_of
from artifact_emulator.faults.rule_format import FaultBody, fault_reply, rule_of
from artifact_emulator.faults.rules import ActiveRule
from artifact_emulator.services import bindings
from artifact_emulator.services.handler_index import HANDLERS
from artifact_emulator.validation_texts import error_text
from artifact_emulator.world_management import clear_faults, remove_fault, set_fault
from artifact_emulator.world_runtime import runtime_of

_SERVICES = {
    "organizations": "AWS Organizations",
    "artifact": "AWS Artifact",
    "iam": "IAM",
    "sts": "STS",
    "cloudtrail": "CloudTrail",
    "iam-toolbox": "IAM access troubleshooter",
}
_EFFECTS = {
    "error": "Answer with an AWS error",
    "latency_ms": "Delay the reply",
    "reset": "Carry out the call, but close the connection without a reply",
    "truncate": "Carry out the call, but send only half of the reply",
    "creation_failure": "Start to create an account, and fail later",
    "deletion_fails": "Start to delete a service-linked role, and fail later",
    "inquiry_failure": "Start a compliance inquiry, and fail later",
}
_LIMITS = {
    "account": "calls by {}",
    "probability": "with probability {}",
    "nth": "from matching call {} on",
    "times": "at most {} calls",
    "ttl_seconds": "for {} seconds",
}
"""The fields that restrict a rule, as the members of the control API, and what they say on the page."""
_UNLIMITED = {"probability": 1, "nth": 1}
_MISSING = {"error": "Enter an error code.", "latency": "Enter a delay.", "choice": "Choose a reason."}
_ERROR_FIELDS = ("message", "reason")
pages = Blueprint("faults", __name__)


@pages.get("/world/faults")
def faults() -> str:
    """List the faults, with the form that sets one."""
    return render_template(
        "worlds/faults.html",
        rows=[_row(active) for active in runtime_of(managed_world()).faults.rules()],
        services=_SERVICES,
        operations={service: sorted(HANDLERS[service]) for service in _SERVICES},
        codes={service: sorted(_error_codes(service)) for service in _SERVICES},
        kinds=[(kind, _form(kind), _EFFECTS[kind.name]) for kind in KINDS],
        commands=[
            command("faults", "list"),
            command("faults", "set", "organizations", "CreateAccount", "--error", "Throttling", "--times", "2"),
            command("faults", "clear"),
        ],
    )


@pages.post("/world/faults")
@form_of(faults)
def add() -> Response:
    """Set a fault."""
    kind = next((kind for kind in KINDS if kind.name == entered("kind")), None)
    if kind is None:
        raise WrongInput("Choose a kind of fault.")
    if kind.operations and entered("operation") not in ("", *kind.operations):
        raise WrongInput(f"“{_EFFECTS[kind.name]}” is only for {' and '.join(kind.operations)}.")
    try:
        members = {name: entered(name) for name in ("service", "operation", *_LIMITS) if entered(name)}
        body = FaultBody.model_validate({**members, kind.name: _value(kind)})
    except ValidationError as error:
        raise WrongInput(error_text(error)) from None
    active = set_fault(managed_world(), rule_of(body), passes_others=False)
    return done(f"Fault {active.id} set.", _setting(kind, members), ".faults")


@pages.post("/world/faults/remove")
@form_of(faults)
def remove() -> Response:
    """Remove a fault, or all of them."""
    fault_id = request.form.get("id")
    if fault_id is None:
        clear_faults(managed_world())
        return done("All faults removed.", command("faults", "clear"), ".faults")
    if not remove_fault(managed_world(), fault_id):
        raise WrongInput(f"There is no fault {fault_id}.")
    return done(f"Fault {fault_id} removed.", "", ".faults")


def _error_codes(service: str) -> set[str]:
    """Return the codes of all errors that a service may return."""
    model = bindings(service)
    return set[str]().union(*(error_codes(model, operation) for operation in model.operations))


def _form(kind: Kind) -> str:
    """Return the form of a kind's value: "error", "latency", "choice" or "flag"."""
    if kind.action is Error:
        return "error"
    if kind.action is Latency:
        return "latency"
    return "choice" if kind.choices else "flag"


def _value(kind: Kind) -> Any:
    """Return what was entered for a kind, as the member of the control API.

    Raises WrongInput.
    """
    text = entered(kind.name)
    if _form(kind) == "flag":
        return True
    if not text:
        raise WrongInput(_MISSING[_form(kind)])
    if _form(kind) == "latency":
        try:
            return latency_of(text)
        except ValueError as error:
            raise WrongInput(str(error)) from None
    if _form(kind) == "error":
        return {"code": text, **{name: entered(name) for name in _ERROR_FIELDS if entered(name)}}
    return text


def _setting(kind: Kind, members: dict[str, str]) -> str:
    """Return the command that sets the same fault."""
    words = ["faults", "set", members["service"], *([members["operation"]] if "operation" in members else [])]
    words.append(f"--{kind.name.replace('_', '-')}")
    if _form(kind) != "flag":
        words.append(entered(kind.name))
    names = [*(_ERROR_FIELDS if _form(kind) == "error" else ()), *_LIMITS]
    for name in names:
        if entered(name):
            words += [f"--{name.replace('_', '-')}", entered(name)]
    return command(*words)


def _in_number(limit: str, value: object) -> str:
    return limit.removesuffix("s") if value == 1 else limit


def _row(active: ActiveRule) -> dict[str, Any]:
    described = fault_reply(active)
    kind = kind_of(active.rule.action)
    value = described[kind.name]
    text = ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, dict) else str(value)
    limits = [
        _in_number(limit, described[name]).format(
            f"{described[name]:g}" if isinstance(described[name], float) else described[name]
        )
        for name, limit in _LIMITS.items()
        if described[name] not in (None, _UNLIMITED.get(name))
    ]
    return {
        **described,
        "service": _SERVICES.get(active.rule.service, active.rule.service),
        "effect": _EFFECTS[kind.name],
        "value": "" if value is True else text,
        "limits": ", ".join(limits) or "none",
    }
