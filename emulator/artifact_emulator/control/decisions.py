"""Authorization decisions of past calls, and the least policy that allows the calls of a principal."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.aws.authorization.authorization_id import request_id_of
from artifact_emulator.aws.authorization.explain import explain_decisions
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, problem_response
from artifact_emulator.policy_suggestion import least_policy
from artifact_emulator.world_runtime import runtime_of

_NOT_EVALUATED = "No policy was evaluated: the caller is a root user that no policy binds, or enforcement is off."


class DecisionPath(BaseModel):
    """The call that a path names."""

    request_id: str = Field(description="The x-amzn-RequestId of the reply, or the authorization id in its message.")


class SuggestionQuery(BaseModel):
    """The principal for whose calls a policy is suggested."""

    model_config = ConfigDict(extra="forbid")

    principal: str = Field(description="The ARN of a user, a role, a session or a root user.")


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/decisions/<request_id>", summary="Explain why a call was allowed or refused")
    def explain(path: DecisionPath) -> Response:
        instruments = runtime_of(current_world())
        request_id = request_id_of(path.request_id)
        request = instruments.decisions.find(request_id)
        call = next((record for record in instruments.call_log.calls() if record.request_id == request_id), None)
        if request is None and call is None:
            return problem_response(404, "Not found", f"There is no call {path.request_id} in the call log.")
        explanation = {"request_id": request_id, **explain_decisions(request)}
        if call is not None and call.failure is not None:
            explanation["error"] = {"code": call.failure.code, "message": call.failure.message}
        if request is None:
            explanation["reason"] = _NOT_EVALUATED
        if explanation["allowed"] and "error" in explanation:
            explanation["reason"] = "The policies allow the call; the service itself refused it."
        return jsonify(explanation)

    @app.get(f"{PREFIX}/policy-suggestion", summary="Suggest the least policy that allows the calls of a principal")
    def suggest(query: SuggestionQuery) -> Response:
        return jsonify(least_policy(current_world(), query.principal))
