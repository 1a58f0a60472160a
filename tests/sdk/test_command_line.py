"""The story once with the AWS CLI, in the commands of the mission document and of the README."""

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
    """Enabling and disabling trusted access with the commands of the mission document."""

    def test_story(self, aws_cli: AwsCli) -> None:
        """Enable and disable produce no output when successful; the role comes and stays; Artifact answers."""
        organization = aws_cli.output("organizations create-organization")["Organization"]
        assert organization["FeatureSet"] == "ALL"
        aws_cli.run_silently(f"organizations enable-aws-service-access --service-principal {ARTIFACT}")
        role = aws_cli.output(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"]
        assert role["Path"] == f"/aws-service-role/{ARTIFACT}/"
        assert {"ISO", "PCI"} <= {one["series"] for one in aws_cli.output("artifact list-reports")["reports"]}
        assert aws_cli.output("artifact list-customer-agreements") == {"customerAgreements": []}
        aws_cli.run_silently(f"organizations disable-aws-service-access --service-principal {ARTIFACT}")
        assert aws_cli.output(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"] == role

    def test_refusals(self, aws_cli: AwsCli, management: Account, member: Account) -> None:
        """A member, and who asks for an unknown service, is told so by the message and the exit status."""
        change = "organizations {}-aws-service-access --service-principal {}"
        of_member = aws_cli.with_environment(AWS_ACCESS_KEY_ID=member.id)
        for verb, operation in (("enable", "EnableAWSServiceAccess"), ("disable", "DisableAWSServiceAccess")):
            assert of_member.error(change.format(verb, ARTIFACT)).endswith(
                f"An error occurred (AccessDeniedException) when calling the {operation} operation: "
                "You don't have permissions to access this resource."
            )
        assert "(InvalidInputException)" in aws_cli.error(change.format("enable", "artifact.example.com"))
        assert management.trusted_services() == []


class TestAgreements:
    """Accepting an organization agreement, with the operations that `artifact-emulator models` adds."""

    @pytest.mark.usefixtures("trusted_access")
    def test_story(self, aws_cli: AwsCli, models: str, member: Account) -> None:
        """The management account accepts by the chain of commands; a user of a member views and cannot accept."""
        aws_cli = aws_cli.with_environment(AWS_DATA_PATH=models)
        listed = {one["id"]: one for one in aws_cli.output("artifact list-agreements")["agreements"]}
        assert listed[ORGANIZATIONS_BAA]["subjects"] == ["ORGANIZATION"]

        accepted = aws_cli.output(accept(aws_cli, ORGANIZATIONS_BAA))["customerAgreement"]
        assert accepted["state"] == "ACTIVE"

        role = f"arn:aws:iam::{member.id}:role/OrganizationAccountAccessRole"
        made = aws_cli.output(f"sts assume-role --role-arn {role} --role-session-name story")["Credentials"]
        of_member = aws_cli.with_environment(
            AWS_ACCESS_KEY_ID=made["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"],
            AWS_SESSION_TOKEN=made["SessionToken"],
        )
        assert of_member.output("artifact list-customer-agreements")["customerAgreements"] == [accepted]
        refusal = of_member.error(accept(of_member, ORGANIZATIONS_AUSTRALIAN_ADDENDUM))
        assert "An error occurred (AccessDeniedException) when calling the AcceptAgreement operation" in refusal


def accept(aws_cli: AwsCli, agreement_id: str) -> str:
    """Go through the chain up to the command that accepts; give that command."""
    of_agreement = f"--agreement-id {agreement_id}"
    nda = aws_cli.output(f"artifact get-nda-for-agreement {of_agreement}")
    opened = aws_cli.output(
        f"artifact accept-nda-for-agreement {of_agreement} --agreement-revision-id {nda['agreementRevisionId']}"
        f" --nda-token {nda['acceptNdaForAgreementToken']}"
    )
    agreement = aws_cli.output(f"artifact get-agreement {of_agreement} --nda-token {opened['getAgreementToken']}")
    return (
        f"artifact accept-agreement {of_agreement} --agreement-revision-id {agreement['agreementRevisionId']}"
        f" --acceptance-terms-token {agreement['acceptanceTermsToken']}"
        f" --execute-agreement-token {agreement['executeAgreementToken']}"
    )
