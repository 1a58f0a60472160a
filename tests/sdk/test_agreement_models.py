"""The agreement operations and their paginators, which no SDK has: added by `artifact-emulator models`."""

import pytest

from tests.support.aws_cli import Shell
from tests.support.sdk_accounts import Account

ACCEPTED_BY = {
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
    """boto3 and the AWS CLI, with AWS_DATA_PATH set."""

    @pytest.mark.parametrize("operation", ACCEPTED_BY)
    def test_method(self, standalone: Account, operation: str) -> None:
        """Each is a documented method with the parameters that AWS documents."""
        client = standalone.artifact
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        assert set(shape.input_shape.members) == ACCEPTED_BY[operation]
        assert shape.documentation
        assert shape.error_shapes

    @pytest.mark.parametrize("operation", ACCEPTED_BY)
    def test_command(self, shell: Shell, models: str, operation: str) -> None:
        """Each is a command of the AWS CLI with the same parameters."""
        shell = shell.export(AWS_DATA_PATH=models)
        shown = shell.aws(f"artifact {operation.replace('_', '-')} --generate-cli-skeleton")
        assert set(shown) == ACCEPTED_BY[operation]

    @pytest.mark.usefixtures("accepted")
    def test_paginators(self, management: Account) -> None:
        """Every listing has a paginator, which gives what one call with a large page gives."""
        client = management.artifact
        report = client.list_reports()["reports"][0]["id"]
        inquiry = client.create_compliance_inquiry(
            name="Two questions", inquiryContent={"query": "Is it encrypted? Is it backed up?"}
        )["complianceInquirySummary"]["id"]
        needs = {
            "list_report_versions": {"reportId": report},
            "list_compliance_inquiry_queries": {"complianceInquiryId": inquiry},
        }
        for operation, member in PAGINATED.items():
            arguments = needs.get(operation, {})
            assert client.can_paginate(operation)
            paged = client.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 1})
            whole = getattr(client, operation)(**arguments, maxResults=300)[member]
            assert paged.build_full_result()[member] == whole != [], operation

    @pytest.mark.usefixtures("accepted")
    def test_the_command_line_pages(self, shell: Shell, models: str) -> None:
        """The AWS CLI pages through agreements as through anything."""
        shell = shell.export(AWS_DATA_PATH=models)
        everything = shell.aws("artifact list-agreements --page-size 1")["agreements"]
        assert len(everything) > 1
        first = shell.aws("artifact list-agreements --max-items 1")
        assert first["agreements"] == everything[:1]
        rest = shell.aws(f"artifact list-agreements --starting-token {first['NextToken']}")
        assert rest["agreements"] == everything[1:]
