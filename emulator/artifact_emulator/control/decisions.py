"""Decisions over the control API: why a call was let through or refused, and the least policy for what was called."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.aws.authorization.explain import explained
from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_emulator.policy_suggestion import least_policy
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world_registry import WorldRegistry

_UNASKED = "No policy was asked: no policy binds the root user who called, or permissions are not looked at."


class DecisionPath(BaseModel):
    """The call that a path names."""

    request_id: str = Field(description="As the answer's x-amzn-RequestId has it.")


class SuggestionQuery(BaseModel):
    """Whose calls are meant."""

    model_config = ConfigDict(extra="forbid")

    principal: str = Field(description="The ARN of a user, a role, a session or a root user.")


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/decisions/<request_id>", summary="Explain why a call was let through or refused")
    def explain(path: DecisionPath) -> Response:
        instruments = runtime_of(asked_world(served))
        asked = instruments.decisions.of(path.request_id)
        call = next((one for one in instruments.trail.calls() if one.request_id == path.request_id), None)
        if asked is None and call is None:
            return response(problem(404, "Not found", f"No call {path.request_id} is remembered."))
        told = {"request_id": path.request_id, **explained(asked)}
        if call is not None and call.failure is not None:
            told["error"] = {"code": call.failure.code, "message": call.failure.message}
        if asked is None:
            told["reason"] = _UNASKED
        if told["allowed"] and "error" in told:
            told["reason"] = "No policy refused the call, and none would let it through: the service itself refused it."
        return jsonify(told)

    @app.get(f"{PREFIX}/policy-suggestion", summary="Suggest the least policy for what a principal has called")
    def suggest(query: SuggestionQuery) -> Response:
        return jsonify(least_policy(asked_world(served), query.principal))
