"""The agreement operations and their paginators, which no SDK contains: `artifact-emulator models` adds them."""

from inspect import signature
from typing import get_type_hints

import pytest

from artifact_emulator.testing import agreement_types
from tests.support.aws_cli import AwsCli
from tests.support.sdk_accounts import Account

PARAMETERS = {
    "accept_agreement": {"acceptanceTermsToken", "agreementId", "agreementRevisionId", "executeAgreementToken"},
    "accept_nda_for_agreement": {"agreementId", "agreementRevisionId", "ndaToken"},
    "get_agreement": {"agreementId", "ndaToken"},
    "get_customer_agreement": {"customerAgreementId"},
    "get_nda_for_agreement": {"agreementId"},
    "list_agreements": {"maxResults", "nextToken"},
    "terminate_agreement": {"customerAgreementId", "terminateAgreementToken"},
}
PAGINATED = {
    "list_reports": "reports",
    "list_report_versions": "reports",
    "list_agreements": "agreements",
    "list_customer_agreements": "customerAgreements",
    "list_compliance_inquiries": "complianceInquiries",
    "list_compliance_inquiry_queries": "queries",
}


class TestModels:
    """boto3 and the AWS CLI with AWS_DATA_PATH."""

    @pytest.mark.parametrize("operation", PARAMETERS)
    def test_operation_is_a_documented_method(self, standalone: Account, operation: str) -> None:
        """Each operation is a documented method of boto3 with the parameters that AWS documents."""
        client = standalone.artifact
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        assert set(shape.input_shape.members) == PARAMETERS[operation]
        assert shape.documentation
        assert shape.error_shapes

    @pytest.mark.parametrize("operation", PARAMETERS)
    def test_operation_is_a_command_of_the_cli(self, aws_cli: AwsCli, models: str, operation: str) -> None:
        """Each operation is a command of the AWS CLI with the same parameters."""
        aws_cli = aws_cli.with_environment(AWS_DATA_PATH=models)
        skeleton = aws_cli.output(f"artifact {operation.replace('_', '-')} --generate-cli-skeleton")
        assert set(skeleton) == PARAMETERS[operation]

    @pytest.mark.usefixtures("accepted")
    def test_every_listing_has_a_paginator(self, management: Account) -> None:
        """The pages of a paginator make up the result of one call with a large page."""
        client = management.artifact
        report = client.list_reports()["reports"][0]["id"]
        inquiry = client.create_compliance_inquiry(
            name="Two questions", inquiryContent={"query": "Is it encrypted? Is it backed up?"}
        )["complianceInquirySummary"]["id"]
        inputs = {
            "list_report_versions": {"reportId": report},
            "list_compliance_inquiry_queries": {"complianceInquiryId": inquiry},
        }
        for operation, member in PAGINATED.items():
            arguments = inputs.get(operation, {})
            assert client.can_paginate(operation)
            pages = client.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 1})
            items = getattr(client, operation)(**arguments, maxResults=300)[member]
            assert pages.build_full_result()[member] == items != [], operation

    @pytest.mark.usefixtures("accepted")
    def test_cli_paginates_agreements(self, aws_cli: AwsCli, models: str) -> None:
        """The AWS CLI paginates agreements with its own options."""
        aws_cli = aws_cli.with_environment(AWS_DATA_PATH=models)
        agreements = aws_cli.output("artifact list-agreements --page-size 1")["agreements"]
        assert len(agreements) > 1
        first = aws_cli.output("artifact list-agreements --max-items 1")
        assert first["agreements"] == agreements[:1]
        rest = aws_cli.output(f"artifact list-agreements --starting-token {first['NextToken']}")
        assert rest["agreements"] == agreements[1:]


class TestTypes:
    """The types for type checkers, `artifact_emulator.testing.agreement_types`."""

    @pytest.mark.parametrize("operation", PARAMETERS)
    def test_members_are_those_of_the_model(self, standalone: Account, operation: str) -> None:
        """Each operation has the parameters and the output of the model."""
        client = standalone.artifact
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        method = getattr(agreement_types.AgreementOperations, operation)
        assert set(signature(method).parameters) - {"self"} == set(model.input_shape.members)
        output = get_type_hints(get_type_hints(method)["return"])
        assert set(output) == set(model.output_shape.members)
        if "customerAgreement" in output:
            members = model.output_shape.members["customerAgreement"].members
            assert set(members) <= set(get_type_hints(agreement_types.CustomerAgreement))
        if "agreements" in output:
            members = model.output_shape.members["agreements"].member.members
            assert set(members) == set(get_type_hints(agreement_types.Agreement))
