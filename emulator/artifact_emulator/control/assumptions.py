"""Role assumption by an AWS service, to test trust policies against the confused deputy problem.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from flask import Response, jsonify
from flask import request as flask_request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.active_call import ActiveCall, direct_call
from artifact_emulator.aws.authorization.authorize import authorize
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, problem_response
from artifact_emulator.http import Request
from artifact_emulator.pipeline import record_call
from artifact_emulator.world_runtime import runtime_of
from artifact_state import principals
from artifact_state.errors import NotTrusted
from artifact_state.model import Session
from artifact_state.policy_evaluation.global_condition_keys import account_keys
from artifact_state.sts import sessions
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import Transaction


class Assumption(BaseModel):
    """The service, the role that it assumes, and the account or resource on whose behalf it acts."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(description="The service principal, such as artifact.amazonaws.com.")
    role_arn: str = Field(pattern=r"^arn:[a-z-]+:iam::[0-9]{12}:role/.+$")
    source_account: str | None = Field(
        None, description="The account on whose behalf the service acts: aws:SourceAccount."
    )
    source_arn: str | None = Field(None, description="The resource on whose behalf the service acts: aws:SourceArn.")
    session_name: str = Field("service", min_length=2, max_length=64)


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.post(
        f"{PREFIX}/assume-as-service", summary="Assume a role as an AWS service, on behalf of an account or a resource"
    )
    def assume(body: Assumption) -> Response:
        request = Request("POST", flask_request.path, "", {"user-agent": body.service}, b"")
        members = {"RoleArn": body.role_arn, "RoleSessionName": body.session_name}
        caller = principals.service_principal(body.service)
        call = direct_call(request, current_world(), caller, "sts", "AssumeRole", members)
        session = _assume_role(call, body)
        record_call(call)
        if session is None:
            reason = call.failure.message if call.failure else ""
            detail = f"{reason}. GET {PREFIX}/decisions/{call.request_id} explains the decision."
            return problem_response(403, "AccessDenied", detail)
        principal = principals.role_session_caller(session, partition=caller.partition, region=caller.region)
        return jsonify(
            {
                "arn": principal.arn,
                "access_key_id": session.access_key_id,
                "secret_access_key": session.secret,
                "session_token": session.token,
                "expiration": session.expires_at.isoformat(),
            }
        )


def _assume_role(call: ActiveCall, body: Assumption) -> Session | None:
    """Assume the role and return the session, or None if the call is refused."""
    try:
        with call.world.transaction(call.caller, "sts:AssumeRole") as tx:
            keys = _source_keys(tx, body)
            authorization = AuthorizationRequest.of(tx, "sts", "AssumeRole", call.members or {})
            authorization = authorization._replace(extra_keys=keys)
            runtime_of(call.world).decisions.record(call.request_id, authorization)
            authorize(call.service, authorization)
            options = SessionOptions(condition_keys=keys)
            return sessions.assume_role(tx, body.role_arn, body.session_name, options)
    except NotTrusted:
        message = f"User: {body.service} is not authorized to perform: sts:AssumeRole on resource: {body.role_arn}"
        call.failure = AwsError("AccessDenied", message, 403)
    except AwsError as error:
        call.failure = error
    return None


def _source_keys(tx: Transaction, body: Assumption) -> dict[str, tuple[str, ...]]:
    """Return the condition keys that the service sends about the account or resource on whose behalf it acts."""
    keys: dict[str, tuple[str, ...]] = {"aws:viaawsservice": ("true",)}
    if body.source_arn:
        keys["aws:sourcearn"] = (body.source_arn,)
    if body.source_account:
        keys |= account_keys(tx.state, body.source_account, tx.now, prefix="aws:source")
    return keys
