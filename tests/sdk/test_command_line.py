"""The integration of AWS Artifact with the AWS CLI, in the commands that AWS documents.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import pytest

from tests.support.aws_cli import AwsCli
from tests.support.sdk_accounts import (
    ARTIFACT,
    ARTIFACT_ROLE,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
)


class TestTrustedAccess:
    """Trusted access."""

    def test_trusted_access_is_enabled_and_disabled(self, aws_cli: AwsCli) -> None:
        """Both commands print nothing; the service-linked role is created and remains; Artifact can be called."""
        organization = aws_cli.output("organizations create-organization")["Organization"]
        assert organization["FeatureSet"] == "ALL"
        aws_cli.run_silently(f"organizations enable-aws-service-access --service-principal {ARTIFACT}")
        role = aws_cli.output(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"]
        assert role["Path"] == f"/aws-service-role/{ARTIFACT}/"
        assert {"ISO", "PCI"} <= {report["series"] for report in aws_cli.output("artifact list-reports")["reports"]}
        assert aws_cli.output("artifact list-customer-agreements") == {"customerAgreements": []}
        aws_cli.run_silently(f"organizations disable-aws-service-access --service-principal {ARTIFACT}")
        assert aws_cli.output(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"] == role

    def test_refused_commands_print_the_error(self, aws_cli: AwsCli, management: Account, member: Account) -> None:
        """Commands of a member account, and with an unknown service, print AWS's message and exit with its status."""
        change = "organizations {}-aws-service-access --service-principal {}"
        member_cli = aws_cli.with_environment(AWS_ACCESS_KEY_ID=member.id)
        for verb, operation in (("enable", "EnableAWSServiceAccess"), ("disable", "DisableAWSServiceAccess")):
            assert member_cli.error(change.format(verb, ARTIFACT)).endswith(
                f"An error occurred (AccessDeniedException) when calling the {operation} operation: "
                "You don't have permissions to access this resource."
            )
        assert "(InvalidInputException)" in aws_cli.error(change.format("enable", "artifact.example.com"))
        assert management.trusted_services() == []


class TestAgreements:
    """Agreements, with the operations that `artifact-emulator models` adds."""

    @pytest.mark.usefixtures("trusted_access")
    def test_organization_agreement_is_accepted(self, aws_cli: AwsCli, models: str, member: Account) -> None:
        """The management account accepts an agreement, which a role of a member account can view but not accept."""
        aws_cli = aws_cli.with_environment(AWS_DATA_PATH=models)
        agreements = {
            agreement["id"]: agreement for agreement in aws_cli.output("artifact list-agreements")["agreements"]
        }
        assert agreements[ORGANIZATIONS_BAA]["subjects"] == ["ORGANIZATION"]

        customer_agreement = aws_cli.output(accept_command(aws_cli, ORGANIZATIONS_BAA))["customerAgreement"]
        assert customer_agreement["state"] == "ACTIVE"

        role = f"arn:aws:iam::{member.id}:role/OrganizationAccountAccessRole"
        credentials = aws_cli.output(f"sts assume-role --role-arn {role} --role-session-name story")["Credentials"]
        member_cli = aws_cli.with_environment(
            AWS_ACCESS_KEY_ID=credentials["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=credentials["SecretAccessKey"],
            AWS_SESSION_TOKEN=credentials["SessionToken"],
        )
        assert member_cli.output("artifact list-customer-agreements")["customerAgreements"] == [customer_agreement]
        refusal = member_cli.error(accept_command(member_cli, ORGANIZATIONS_AUSTRALIAN_ADDENDUM))
        assert "An error occurred (AccessDeniedException) when calling the AcceptAgreement operation" in refusal


def accept_command(aws_cli: AwsCli, agreement_id: str) -> str:
    """Run the commands that precede the acceptance of an agreement and return the command that accepts it."""
    option = f"--agreement-id {agreement_id}"
    nda = aws_cli.output(f"artifact get-nda-for-agreement {option}")
    accepted_nda = aws_cli.output(
        f"artifact accept-nda-for-agreement {option} --agreement-revision-id {nda['agreementRevisionId']}"
        f" --nda-token {nda['acceptNdaForAgreementToken']}"
    )
    agreement = aws_cli.output(f"artifact get-agreement {option} --nda-token {accepted_nda['getAgreementToken']}")
    return (
        f"artifact accept-agreement {option} --agreement-revision-id {agreement['agreementRevisionId']}"
        f" --acceptance-terms-token {agreement['acceptanceTermsToken']}"
        f" --execute-agreement-token {agreement['executeAgreementToken']}"
    )
