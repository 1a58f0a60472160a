"""Changes to customer agreements that AWS makes outside its API: offline acceptance and termination by AWS."""

from datetime import datetime
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, problem_response
from artifact_emulator.services.artifact.customer_agreements import customer_agreement
from artifact_emulator.validation_texts import ACCOUNT_ID
from artifact_state import catalog, principals
from artifact_state.artifact import agreements
from artifact_state.errors import CustomerAgreementNotFound
from artifact_state.model import Acceptance

# AWS Artifact has one region in each partition.
_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}


class OfflineAgreementBody(BaseModel):
    """The account that accepted the Business Associate Addendum outside AWS Artifact."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"account": "111122223333"}]})

    account: str = Field(pattern=ACCOUNT_ID)
    partition: Literal["aws", "aws-us-gov"] = "aws"


class CustomerAgreementPath(BaseModel):
    """The customer agreement that a path names."""

    customer_agreement_id: str


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.post(
        f"{PREFIX}/artifact/offline-agreements",
        summary="Record that an account accepted an agreement outside AWS Artifact",
    )
    def sign_offline(body: OfflineAgreementBody) -> Response:
        (agreement,) = catalog.offline_agreements(body.partition)
        signer = principals.root_user(body.account, partition=body.partition, region=_REGIONS[body.partition])
        with current_world().transaction(signer) as tx:
            return jsonify(_summary(agreements.sign_offline(tx, agreement.id)))

    @app.post(
        f"{PREFIX}/artifact/customer-agreements/<customer_agreement_id>/terminate",
        summary="Terminate a customer agreement on behalf of AWS",
    )
    def terminate(path: CustomerAgreementPath) -> Response:
        with current_world().transaction(principals.service_principal(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)) as tx:
            return jsonify(_summary(agreements.terminate_by_aws(tx, path.customer_agreement_id)))

    @app.errorhandler(CustomerAgreementNotFound)
    def refuse_absent_agreement(error: CustomerAgreementNotFound) -> Response:
        return problem_response(404, "Not found", f"No customer agreement {error.name} is in force.")


def _summary(acceptance: Acceptance) -> dict[str, Any]:
    members = customer_agreement(acceptance).items()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in members}
