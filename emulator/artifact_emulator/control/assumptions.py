"""Services that assume roles, over the control API: the attack on the confused deputy, and the protection against it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from uuid import uuid4

from flask import Response, jsonify
from flask import request as asked
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.aws.authorization.authorize import enforce
from artifact_emulator.aws.authorization.request import Asked
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_emulator.http import Request
from artifact_emulator.pipeline import ActiveCall, note
from artifact_emulator.routing import Route
from artifact_emulator.services import bindings
from artifact_emulator.world_runtime import runtime_of
from artifact_state import principals
from artifact_state.errors import NotTrusted
from artifact_state.model import Session
from artifact_state.policy_evaluation.call_keys import account_keys
from artifact_state.sts import sessions
from artifact_state.sts.sessions import Wish
from artifact_state.world import Transaction
from artifact_state.world_registry import WorldRegistry


class Assumption(BaseModel):
    """Which service assumes which role, and on whose behalf."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(description="The service principal, such as artifact.amazonaws.com.")
    role_arn: str
    source_account: str | None = Field(None, description="The account on whose behalf it acts: aws:SourceAccount.")
    source_arn: str | None = Field(None, description="The resource on whose behalf it acts: aws:SourceArn.")
    session_name: str = Field("service", min_length=2, max_length=64)


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.post(f"{PREFIX}/assume-as-service", summary="Let a service of AWS assume a role on somebody's behalf")
    def assume(body: Assumption) -> Response:
        world = asked_world(served)
        caller = principals.service(body.service)
        members = {"RoleArn": body.role_arn, "RoleSessionName": body.session_name}
        sts, request_id = bindings("sts"), str(uuid4())
        via = Request("POST", asked.path, "", {"user-agent": body.service}, b"")
        under_way = ActiveCall(via, world, caller=caller, members=members, at=world.clock.now())
        session: Session | None = None
        try:
            with world.transaction(caller, "sts:AssumeRole") as tx:
                more = _more(tx, body)
                asking = Asked.of(tx, "sts", "AssumeRole", members)._replace(more=more)
                runtime_of(world).decisions.keep(request_id, asking)
                enforce(sts, asking)
                session = sessions.assume_role(tx, body.role_arn, body.session_name, Wish(keys=more))
        except NotTrusted:
            why = f"User: {body.service} is not authorized to perform: sts:AssumeRole on resource: {body.role_arn}"
            under_way.failure = AwsError("AccessDenied", why, 403)
        except AwsError as refused:
            under_way.failure = refused
        note(under_way, Route("query", sts, "AssumeRole", sts.operations["AssumeRole"]), request_id)
        if session is None:
            explained = f"{under_way.failure.message if under_way.failure else ''}. GET {PREFIX}/decisions/{request_id}"
            return response(problem(403, "AccessDenied", f"{explained} tells why."))
        principal = principals.session_principal(session, partition=caller.partition, region=caller.region)
        return jsonify(
            {
                "arn": principal.arn,
                "access_key_id": session.access_key_id,
                "secret_access_key": session.secret,
                "session_token": session.token,
                "expiration": session.expires_at.isoformat(),
            }
        )


def _more(tx: Transaction, body: Assumption) -> dict[str, tuple[str, ...]]:
    """Give what a service tells of the one on whose behalf it acts, and where his account is."""
    told = {"aws:sourcearn": body.source_arn, "aws:viaawsservice": "true"}
    keys: dict[str, tuple[str, ...]] = {key: (value,) for key, value in told.items() if value}
    if body.source_account:
        keys |= account_keys(tx.state, body.source_account, tx.now, of="aws:source")
    return keys
