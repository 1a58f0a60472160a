"""Services that assume roles, over the control API: the attack on the confused deputy, and the protection against it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from flask import Response, jsonify
from flask import request as asked
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.asked import asked_world, response
from artifact_emulator.failures import Failure
from artifact_emulator.gateway import Route
from artifact_emulator.message import Request
from artifact_emulator.services import bindings
from artifact_emulator.under_way import UnderWay, note
from artifact_state import ids, principals, sessions
from artifact_state.errors import NotTrusted
from artifact_state.model import Session
from artifact_state.sessions import Wish
from artifact_state.worlds import Worlds


class Assumption(BaseModel):
    """Which service assumes which role, and on whose behalf."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(description="The service principal, such as artifact.amazonaws.com.")
    role_arn: str
    source_account: str | None = Field(None, description="The account on whose behalf it acts: aws:SourceAccount.")
    source_arn: str | None = Field(None, description="The resource on whose behalf it acts: aws:SourceArn.")
    session_name: str = Field("service", min_length=2, max_length=64)


def add(app: OpenAPI, served: Worlds) -> None:
    """Add the routes."""

    @app.post(f"{PREFIX}/assume-as-service", summary="Let a service of AWS assume a role on somebody's behalf")
    def assume(body: Assumption) -> Response:
        world = asked_world(served)
        caller = principals.service(body.service)
        members = {"RoleArn": body.role_arn, "RoleSessionName": body.session_name}
        via = Request("POST", asked.path, "", {"user-agent": body.service}, b"")
        under_way = UnderWay(via, world, caller=caller, members=members, at=world.clock.now())
        refused: Failure | None = None
        session: Session | None = None
        try:
            with world.transaction(caller) as tx:
                session = sessions.assume_role(tx, body.role_arn, body.session_name, Wish(keys=_keys(body)))
        except NotTrusted:
            why = f"User: {body.service} is not authorized to perform: sts:AssumeRole on resource: {body.role_arn}"
            refused = under_way.failure = Failure("AccessDenied", why, 403)
        sts = bindings("sts")
        note(under_way, Route("query", sts, "AssumeRole", sts.operations["AssumeRole"]), _request_id(body))
        if session is None or refused is not None:
            return response(problem(403, "AccessDenied", refused.message if refused else ""))
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


def _keys(body: Assumption) -> dict[str, tuple[str, ...]]:
    asked_for = {
        "aws:sourceaccount": body.source_account,
        "aws:sourcearn": body.source_arn,
        "aws:viaawsservice": "true",
    }
    return {key: (value,) for key, value in asked_for.items() if value}


def _request_id(body: Assumption) -> str:
    return ids.uuid("assumption", body.model_dump_json())
