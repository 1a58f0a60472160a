"""The story once with the AWS CLI, in the commands of the mission document and of the README."""

import pytest

from tests.support.aws_cli import Shell
from tests.support.sdk_accounts import (
    ARTIFACT,
    ARTIFACT_ROLE,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
)


class TestTrustedAccess:
    """Enabling and disabling trusted access with the commands of the mission document."""

    def test_story(self, shell: Shell) -> None:
        """Enable and disable produce no output when successful; the role comes and stays; Artifact answers."""
        organization = shell.aws("organizations create-organization")["Organization"]
        assert organization["FeatureSet"] == "ALL"
        shell.silent(f"organizations enable-aws-service-access --service-principal {ARTIFACT}")
        role = shell.aws(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"]
        assert role["Path"] == f"/aws-service-role/{ARTIFACT}/"
        assert {"ISO", "PCI"} <= {one["series"] for one in shell.aws("artifact list-reports")["reports"]}
        assert shell.aws("artifact list-customer-agreements") == {"customerAgreements": []}
        shell.silent(f"organizations disable-aws-service-access --service-principal {ARTIFACT}")
        assert shell.aws(f"iam get-role --role-name {ARTIFACT_ROLE}")["Role"] == role

    def test_refusals(self, shell: Shell, management: Account, member: Account) -> None:
        """A member, and who asks for an unknown service, is told so by the message and the exit status."""
        change = "organizations {}-aws-service-access --service-principal {}"
        of_member = shell.export(AWS_ACCESS_KEY_ID=member.id)
        for verb, operation in (("enable", "EnableAWSServiceAccess"), ("disable", "DisableAWSServiceAccess")):
            assert of_member.refused(change.format(verb, ARTIFACT)).endswith(
                f"An error occurred (AccessDeniedException) when calling the {operation} operation: "
                "You don't have permissions to access this resource."
            )
        assert "(InvalidInputException)" in shell.refused(change.format("enable", "artifact.example.com"))
        assert management.trusted_services() == []


class TestAgreements:
    """Accepting an organization agreement, with the operations that `artifact-emulator models` adds."""

    @pytest.mark.usefixtures("trusted_access")
    def test_story(self, shell: Shell, models: str, member: Account) -> None:
        """The management account accepts by the chain of commands; a user of a member views and cannot accept."""
        shell = shell.export(AWS_DATA_PATH=models)
        listed = {one["id"]: one for one in shell.aws("artifact list-agreements")["agreements"]}
        assert listed[ORGANIZATIONS_BAA]["subjects"] == ["ORGANIZATION"]

        accepted = shell.aws(accept(shell, ORGANIZATIONS_BAA))["customerAgreement"]
        assert accepted["state"] == "ACTIVE"

        role = f"arn:aws:iam::{member.id}:role/OrganizationAccountAccessRole"
        made = shell.aws(f"sts assume-role --role-arn {role} --role-session-name story")["Credentials"]
        of_member = shell.export(
            AWS_ACCESS_KEY_ID=made["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"],
            AWS_SESSION_TOKEN=made["SessionToken"],
        )
        assert of_member.aws("artifact list-customer-agreements")["customerAgreements"] == [accepted]
        refusal = of_member.refused(accept(of_member, ORGANIZATIONS_AUSTRALIAN_ADDENDUM))
        assert "An error occurred (AccessDeniedException) when calling the AcceptAgreement operation" in refusal


def accept(shell: Shell, agreement_id: str) -> str:
    """Go through the chain up to the command that accepts; give that command."""
    of_agreement = f"--agreement-id {agreement_id}"
    nda = shell.aws(f"artifact get-nda-for-agreement {of_agreement}")
    opened = shell.aws(
        f"artifact accept-nda-for-agreement {of_agreement} --agreement-revision-id {nda['agreementRevisionId']}"
        f" --nda-token {nda['acceptNdaForAgreementToken']}"
    )
    agreement = shell.aws(f"artifact get-agreement {of_agreement} --nda-token {opened['getAgreementToken']}")
    return (
        f"artifact accept-agreement {of_agreement} --agreement-revision-id {agreement['agreementRevisionId']}"
        f" --acceptance-terms-token {agreement['acceptanceTermsToken']}"
        f" --execute-agreement-token {agreement['executeAgreementToken']}"
    )
