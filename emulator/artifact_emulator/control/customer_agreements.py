"""Accepted agreements over the control API: what AWS does about them, and no operation of its API can."""

from datetime import datetime
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_emulator.services.artifact.customer_agreements import customer_agreement
from artifact_state import catalog, principals
from artifact_state.artifact import agreements
from artifact_state.errors import CustomerAgreementNotFound
from artifact_state.model import Acceptance
from artifact_state.world_registry import WorldRegistry

# What is signed outside AWS Artifact is known in its first region of each partition.
_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}


class OfflineAgreementBody(BaseModel):
    """Who signed the Business Associate Addendum with AWS outside AWS Artifact."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"account": "111122223333"}]})

    account: str = Field(pattern=r"^\d{12}$")
    partition: Literal["aws", "aws-us-gov"] = "aws"


class CustomerAgreementPath(BaseModel):
    """The accepted agreement that a path names."""

    customer_agreement_id: str


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.post(f"{PREFIX}/artifact/offline-agreements", summary="Let an account have signed an agreement offline")
    def sign_offline(body: OfflineAgreementBody) -> Response:
        (agreement,) = catalog.offline_agreements(body.partition)
        signer = principals.root_of(body.account, partition=body.partition, region=_REGIONS[body.partition])
        with asked_world(served).transaction(signer) as tx:
            return jsonify(_told(agreements.sign_offline(tx, agreement.id)))

    @app.post(
        f"{PREFIX}/artifact/customer-agreements/<customer_agreement_id>/terminate",
        summary="Let AWS terminate an accepted agreement",
    )
    def terminate(path: CustomerAgreementPath) -> Response:
        with asked_world(served).transaction(principals.service(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)) as tx:
            return jsonify(_told(agreements.terminate_by_aws(tx, path.customer_agreement_id)))

    @app.errorhandler(CustomerAgreementNotFound)
    def refuse_absent_agreement(error: CustomerAgreementNotFound) -> Response:
        return response(problem(404, "Not found", f"No customer agreement {error.name} is in force."))


def _told(acceptance: Acceptance) -> dict[str, Any]:
    summary = customer_agreement(acceptance)
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in summary.items()}
