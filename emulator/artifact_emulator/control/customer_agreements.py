"""Accepted agreements over the control API: what AWS does to them, and no operation of its API can."""

from datetime import datetime

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.asked import asked_world, response
from artifact_emulator.services.artifact.customer_agreements import customer_agreement
from artifact_state import principals
from artifact_state.artifact import agreements
from artifact_state.errors import CustomerAgreementNotFound
from artifact_state.worlds import Worlds


class CustomerAgreementPath(BaseModel):
    """The accepted agreement that a path names."""

    customer_agreement_id: str


def add(app: OpenAPI, served: Worlds) -> None:
    """Add the routes."""

    @app.post(
        f"{PREFIX}/artifact/customer-agreements/<customer_agreement_id>/terminate",
        summary="Let AWS terminate an accepted agreement",
    )
    def terminate(path: CustomerAgreementPath) -> Response:
        with asked_world(served).transaction(principals.service(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)) as tx:
            summary = customer_agreement(agreements.terminate_by_aws(tx, path.customer_agreement_id))
        return jsonify({name: one.isoformat() if isinstance(one, datetime) else one for name, one in summary.items()})

    @app.errorhandler(CustomerAgreementNotFound)
    def refuse_absent_agreement(error: CustomerAgreementNotFound) -> Response:
        return response(problem(404, "Not found", f"No customer agreement {error.name} is in force."))
