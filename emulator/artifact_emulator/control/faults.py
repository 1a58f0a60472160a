"""Faults: list, set and remove the fault rules of a world."""

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from artifact_emulator import world_management
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import PASSES_KEY, current_world, no_content, problem_response
from artifact_emulator.faults.rule_format import FaultBody, FaultReply, fault_reply, rule_of
from artifact_emulator.faults.rules import ImpossibleFault
from artifact_emulator.world_runtime import runtime_of


class FaultsReply(BaseModel):
    """The fault rules of a world, in the order in which they were set."""

    faults: list[FaultReply]


class FaultPath(BaseModel):
    """The fault rule that a path names."""

    fault_id: str


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/faults", summary="List a world's faults", responses={200: FaultsReply})
    def list_faults() -> Response:
        return jsonify({"faults": [fault_reply(fault) for fault in runtime_of(current_world()).faults.rules()]})

    @app.post(f"{PREFIX}/faults", summary="Set a fault", responses={200: FaultReply})
    def set_fault(body: FaultBody) -> Response:
        try:
            active = world_management.set_fault(
                current_world(), rule_of(body), passes_others=request.environ[PASSES_KEY]
            )
            return jsonify(fault_reply(active))
        except ImpossibleFault as error:
            return problem_response(400, "Not possible", str(error))

    @app.delete(f"{PREFIX}/faults/<fault_id>", summary="Remove a fault", responses={204: None})
    def remove_fault(path: FaultPath) -> Response:
        if not world_management.remove_fault(current_world(), path.fault_id):
            return problem_response(404, "Not found", f"There is no fault {path.fault_id}.")
        return no_content()

    @app.delete(f"{PREFIX}/faults", summary="Remove all faults of a world", responses={204: None})
    def clear_faults() -> Response:
        world_management.clear_faults(current_world())
        return no_content()
