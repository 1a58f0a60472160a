"""The page "AWS Artifact and AWS Organizations", told sentence by sentence: a class a section, a method a sentence.

The steps of the console are told with the console.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sdk.emulator import (
    ARTIFACT,
    ARTIFACT_ROLE,
    BAA,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
    Emulator,
    refused,
    written_in,
)

DENIED = "AccessDeniedException"
NOT_FOUND = "ResourceNotFoundException"
SERVICE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
TRUST_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"}],
}

ROLE_CHANGES: dict[str, dict[str, Any]] = {
    "attach_role_policy": {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "delete_role": {},
    "delete_role_permissions_boundary": {},
    "delete_role_policy": {"PolicyName": "Inline"},
    "detach_role_policy": {"PolicyArn": SERVICE_POLICY},
    "put_role_permissions_boundary": {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "put_role_policy": {"PolicyName": "Inline", "PolicyDocument": json.dumps({"Version": "2012-10-17"})},
    "tag_role": {"Tags": [{"Key": "team", "Value": "compliance"}]},
    "untag_role": {"TagKeys": ["team"]},
    "update_assume_role_policy": {"PolicyDocument": json.dumps(TRUST_POLICY)},
    "update_role": {"Description": "Changed"},
    "update_role_description": {"Description": "Changed"},
}
"""The twelve changes of a role that IAM has."""

ALWAYS_REFUSED = sorted(set(ROLE_CHANGES) - {"tag_role", "untag_role", "update_role", "update_role_description"})


def ids(agreements: list[dict[str, Any]]) -> list[str]:
    """Give the ids of accepted agreements."""
    return [one["id"] for one in agreements]


class TestDownloadReports:
    """AWS Artifact is a service that allows you to download AWS security compliance reports."""

    @pytest.mark.parametrize("series", ["ISO", "PCI"])
    def test_compliance_reports(self, standalone: Account, series: str) -> None:
        """You download reports such as ISO and PCI reports, in any account, once you were shown their terms."""
        listed = standalone.artifact.list_reports()["reports"]
        report = next(one for one in listed if one["series"] == series)
        terms = standalone.artifact.get_term_for_report(reportId=report["id"])
        assert standalone.emulator.download(terms["documentPresignedUrl"]).content.startswith(b"%PDF-")
        granted = standalone.artifact.get_report(reportId=report["id"], termToken=terms["termToken"])
        downloaded = standalone.emulator.download(granted["documentPresignedUrl"])
        assert (downloaded.status_code, downloaded.headers["Content-Type"]) == (200, "application/pdf")
        assert downloaded.content.startswith(b"%PDF-")

    def test_terms_come_first(self, standalone: Account) -> None:
        """You can download no report with a token that was given for another one, or twice with the same."""
        first, second = [one["id"] for one in standalone.artifact.list_reports(maxResults=2)["reports"]]
        token = standalone.artifact.get_term_for_report(reportId=first)["termToken"]
        with refused("ValidationException", 400) as answer:
            standalone.artifact.get_report(reportId=second, termToken=token)
        assert answer["reason"] == "invalidToken"
        standalone.artifact.get_report(reportId=first, termToken=token)
        with refused("ValidationException", 400):
            standalone.artifact.get_report(reportId=first, termToken=token)

    @pytest.mark.usefixtures("trusted_access")
    def test_report_of_each_account(self, management: Account, member: Account) -> None:
        """Every copy is made for the account that asks: an integration with Organizations changes nothing here."""
        for account, other in ((management, member), (member, management)):
            report_id = account.artifact.list_reports(maxResults=1)["reports"][0]["id"]
            token = account.artifact.get_term_for_report(reportId=report_id)["termToken"]
            url = account.artifact.get_report(reportId=report_id, termToken=token)["documentPresignedUrl"]
            copy = written_in(account.emulator.download(url).content)
            assert account.id in copy
            assert other.id not in copy


class TestAcceptOnBehalfOfAllMembers:
    """A user in the management account can automatically accept agreements on behalf of all member accounts."""

    def test_covers_every_member(self, management: Account, member: Account, invited: Account) -> None:
        """All member accounts have the agreement, created and invited ones, and did nothing for it."""
        management.enable_trusted_access()
        accepted = management.accept(ORGANIZATIONS_BAA)
        assert ids(management.agreements()) == [accepted["id"]]
        assert member.agreements() == management.agreements()
        assert invited.agreements() == management.agreements()

    def test_belongs_to_the_organization(self, management: Account, accepted: str, member: Account) -> None:
        """Members see that the agreement is the organization's, accepted by its management account."""
        organization = member.organizations.describe_organization()["Organization"]
        (seen,) = member.agreements()
        assert seen["id"] == accepted
        assert seen["state"] == "ACTIVE"
        assert seen["awsAccountId"] == management.id
        assert seen["organizationArn"] == organization["Arn"]
        assert seen["agreementArn"] == f"arn:aws:artifact:::agreement/{ORGANIZATIONS_BAA}"
        assert seen["arn"] == f"arn:aws:artifact::{management.id}:customer-agreement/{accepted}"

    def test_accounts_are_added(self, management: Account, accepted: str, standalone: Account) -> None:
        """Even as new accounts are added: one that is created or invited later has the agreement at once."""
        created = management.create_account("Later")
        assert ids(created.agreements()) == [accepted]
        assert standalone.agreements() == []
        management.invite(standalone)
        assert ids(standalone.agreements()) == [accepted]

    def test_agreements_are_added(self, management: Account, accepted: str, member: Account) -> None:
        """An agreement that is accepted later joins those that the members have."""
        second = management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)["id"]
        assert ids(member.agreements()) == [accepted, second]

    def test_terminated_for_everybody(self, management: Account, accepted: str, member: Account) -> None:
        """What the management account terminates ends for all member accounts, and can be accepted anew."""
        ended = management.terminate(accepted)
        assert (ended["id"], ended["state"]) == (accepted, "CUSTOMER_TERMINATED")
        assert ended["effectiveEnd"] >= ended["effectiveStart"]
        assert management.agreements() == []
        assert member.agreements() == []
        with refused(NOT_FOUND, 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        anew = management.accept(ORGANIZATIONS_BAA)["id"]
        assert anew != accepted
        assert ids(member.agreements()) == [anew]

    def test_accepted_twice(self, management: Account, accepted: str) -> None:
        """Accepting what is accepted gives the agreement that is in force."""
        assert management.accept(ORGANIZATIONS_BAA)["id"] == accepted
        assert ids(management.agreements()) == [accepted]

    def test_organization_agreements_need_an_organization(self, standalone: Account) -> None:
        """An account that is in no organization accepts on behalf of nobody."""
        with refused(DENIED, 403):
            standalone.accept(ORGANIZATIONS_BAA)
        assert standalone.agreements() == []

    def test_account_agreements_cover_one_account(self, management: Account, member: Account) -> None:
        """An account agreement is accepted by any account, the management account too, for itself alone."""
        own = member.accept(BAA)
        assert "organizationArn" not in own
        assert ids(member.agreements()) == [own["id"]]
        assert management.agreements() == []
        theirs = management.accept(BAA)["id"]
        assert ids(management.agreements()) == [theirs]
        assert ids(member.agreements()) == [own["id"]]


class TestMembersViewAndDownload:
    """Member account users can view and download agreements."""

    def test_view(self, accepted: str, member: Account) -> None:
        """A member views an agreement: it finds it in its list, and the terms on which it would end."""
        assert ids(member.agreements()) == [accepted]
        assert member.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateTerms"]

    def test_download(self, accepted: str, member: Account) -> None:
        """A member downloads the document, in a copy of its own."""
        url = member.artifact.get_customer_agreement(customerAgreementId=accepted)["documentPresignedUrl"]
        downloaded = member.emulator.download(url)
        assert (downloaded.status_code, downloaded.headers["Content-Type"]) == (200, "application/pdf")
        assert f"Account {member.id}" in written_in(downloaded.content)

    def test_user_of_a_member(self, management: Account, accepted: str, member: Account) -> None:
        """A user who came into the member account by its access role views and downloads likewise."""
        user = management.assume_role(member)
        identity = user.sts.get_caller_identity()
        assert identity["Account"] == member.id
        assert identity["Arn"] == f"arn:aws:sts::{member.id}:assumed-role/OrganizationAccountAccessRole/story"
        assert ids(user.agreements()) == [accepted]
        url = user.artifact.get_customer_agreement(customerAgreementId=accepted)["documentPresignedUrl"]
        assert identity["Arn"] in written_in(user.emulator.download(url).content)

    def test_cannot_accept(self, accepted: str, member: Account) -> None:
        """View and download: a member can read an organization agreement, but not accept it."""
        arguments = member.read_agreement(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        with refused(DENIED, 403):
            member.artifact.accept_agreement(**arguments)
        assert ids(member.agreements()) == [accepted]

    def test_cannot_terminate(self, management: Account, accepted: str, member: Account) -> None:
        """View and download: a member is given no token to terminate with, and may not use another's."""
        assert "terminateAgreementToken" not in member.artifact.get_customer_agreement(customerAgreementId=accepted)
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        with refused(DENIED, 403):
            member.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)
        assert ids(management.agreements()) == [accepted]

    def test_others_see_nothing(self, accepted: str, standalone: Account) -> None:
        """Member accounts: to an account outside, the agreement does not exist."""
        assert standalone.agreements() == []
        with refused(NOT_FOUND, 404):
            standalone.artifact.get_customer_agreement(customerAgreementId=accepted)


class TestServiceLinkedRole:
    """Service-linked roles created when you enable integration."""

    def test_created_when_enabled(self, management: Account) -> None:
        """The role is automatically created in the management account when you enable trusted access."""
        assert management.artifact_role() is None
        management.enable_trusted_access()
        role = management.artifact_role()
        assert role is not None
        assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
        assert role["Arn"] == f"arn:aws:iam::{management.id}:role{role['Path']}{ARTIFACT_ROLE}"
        listed = management.iam.list_roles(PathPrefix="/aws-service-role/artifact.amazonaws.com/")["Roles"]
        assert [one["RoleId"] for one in listed] == [role["RoleId"]]

    @pytest.mark.usefixtures("trusted_access")
    def test_nowhere_else(self, management: Account, member: Account, invited: Account) -> None:
        """In your organization's management account: no member gets the role, early or late."""
        late = management.create_account("Late")
        assert [account.artifact_role() for account in (member, invited, late)] == [None, None, None]

    @pytest.mark.usefixtures("trusted_access")
    def test_supported_operations(self, management: Account) -> None:
        """This role allows AWS Artifact to perform supported operations: to read the organization, nothing more."""
        attached = management.iam.list_attached_role_policies(RoleName=ARTIFACT_ROLE)["AttachedPolicies"]
        assert [one["PolicyArn"] for one in attached] == [SERVICE_POLICY]
        assert management.iam.list_role_policies(RoleName=ARTIFACT_ROLE)["PolicyNames"] == []
        version = management.iam.get_policy(PolicyArn=SERVICE_POLICY)["Policy"]["DefaultVersionId"]
        document = management.iam.get_policy_version(PolicyArn=SERVICE_POLICY, VersionId=version)["PolicyVersion"]
        (statement,) = document["Document"]["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        assert sorted(statement["Action"]) == [
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
            "organizations:ListAccounts",
        ]

    @pytest.mark.usefixtures("trusted_access")
    @pytest.mark.parametrize("change", sorted(ROLE_CHANGES))
    def test_no_change_while_trusted(self, management: Account, change: str) -> None:
        """You can modify this role only if you disable trusted access: until then every change is refused."""
        before = management.artifact_role()
        with refused("UnmodifiableEntity", 400):
            getattr(management.iam, change)(RoleName=ARTIFACT_ROLE, **ROLE_CHANGES[change])
        assert management.artifact_role() == before

    def test_no_deletion_while_trusted(self, management: Account, accepted: str) -> None:
        """You can delete this role only if you disable trusted access: until then the deletion fails, and says why."""
        before = management.artifact_role()
        status = management.delete_artifact_role()
        assert status["Status"] == "FAILED"
        (usage,) = status["Reason"]["RoleUsageList"]
        assert usage["Resources"] == [f"arn:aws:artifact::{management.id}:customer-agreement/{accepted}"]
        assert management.artifact_role() == before

    @pytest.mark.usefixtures("trusted_access")
    def test_no_deletion_while_trusted_without_agreements(self, management: Account) -> None:
        """Without any agreement the deletion fails likewise, and names the organization that uses the role."""
        organization = management.organizations.describe_organization()["Organization"]
        status = management.delete_artifact_role()
        assert status["Status"] == "FAILED"
        assert [one["Resources"] for one in status["Reason"]["RoleUsageList"]] == [[organization["Arn"]]]
        assert management.artifact_role() is not None

    @pytest.mark.usefixtures("accepted")
    def test_change_once_disabled(self, management: Account) -> None:
        """Trusted access disabled, you can modify the role: its description and its tags."""
        management.disable_trusted_access()
        management.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")
        management.iam.tag_role(RoleName=ARTIFACT_ROLE, Tags=[{"Key": "team", "Value": "compliance"}])
        role = management.artifact_role()
        assert role is not None
        assert (role["Description"], role["Tags"]) == ("Ours", [{"Key": "team", "Value": "compliance"}])

    def test_deletion_once_disabled(self, management: Account, accepted: str) -> None:
        """Trusted access disabled, you can delete the role; the agreements remain, and enabling makes it anew."""
        before = management.artifact_role()
        assert before is not None
        management.disable_trusted_access()
        assert management.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert management.artifact_role() is None
        management.enable_trusted_access()
        after = management.artifact_role()
        assert after is not None
        assert after["RoleId"] != before["RoleId"]
        assert ids(management.agreements()) == [accepted]

    @pytest.mark.usefixtures("trusted_access")
    def test_role_of_a_member(self, member: Account) -> None:
        """A member account that has the role cannot delete or modify it either."""
        member.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        assert member.delete_artifact_role()["Status"] == "FAILED"
        with refused("UnmodifiableEntity", 400):
            member.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")

    @pytest.mark.usefixtures("trusted_access")
    def test_if_you_remove_the_member_account(self, management: Account, member: Account) -> None:
        """Or if you remove the member account from the organization: then it can modify the role, and delete it."""
        member.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        management.remove(member)
        member.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")
        role = member.artifact_role()
        assert role is not None
        assert role["Description"] == "Ours"
        assert member.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert member.artifact_role() is None

    @pytest.mark.usefixtures("accepted")
    @pytest.mark.parametrize("change", ALWAYS_REFUSED)
    def test_confused_deputy(self, management: Account, change: str) -> None:
        """Modifying the role can lead to the confused deputy: whom it trusts and what it may do never changes."""
        management.disable_trusted_access()
        before = management.artifact_role()
        with refused("UnmodifiableEntity", 400) as answer:
            getattr(management.iam, change)(RoleName=ARTIFACT_ROLE, **ROLE_CHANGES[change])
        assert f"'{ARTIFACT_ROLE}'" in answer["Error"]["Message"]
        assert management.artifact_role() == before


@pytest.mark.usefixtures("trusted_access")
class TestServicePrincipals:
    """Service principals used by the service-linked roles."""

    def test_principal(self, management: Account) -> None:
        """The service-linked role grants access to the service principal artifact.amazonaws.com, and to no other."""
        role = management.artifact_role()
        assert role is not None
        assert role["AssumeRolePolicyDocument"] == TRUST_POLICY

    def test_assumed_by_nobody_else(self, management: Account, member: Account, standalone: Account) -> None:
        """The role can be assumed only by the service principals that it trusts: by no account, its own included."""
        role = management.artifact_role()
        assert role is not None
        for account in (management, member, standalone, management.assume_role(member)):
            with refused("AccessDenied", 403):
                account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="deputy")

    def test_known_and_unknown_roles(self, management: Account, standalone: Account) -> None:
        """Who may not assume the role does not learn whether it exists."""
        messages = set()
        for name in (ARTIFACT_ROLE, "AWSServiceRoleForNobody"):
            arn = f"arn:aws:iam::{management.id}:role/aws-service-role/{ARTIFACT}/{name}"
            with refused("AccessDenied", 403) as answer:
                standalone.sts.assume_role(RoleArn=arn, RoleSessionName="deputy")
            messages.add(answer["Error"]["Message"].replace(name, "NAME"))
        assert len(messages) == 1


class TestEnableTrustedAccess:
    """Enabling trusted access with AWS Artifact."""

    def test_no_output(self, management: Account) -> None:
        """This command produces no output when successful."""
        answer = management.organizations.enable_aws_service_access(ServicePrincipal=ARTIFACT)
        assert set(answer) == {"ResponseMetadata"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_enabled(self, management: Account) -> None:
        """You can run the following command to enable AWS Artifact as a trusted service with Organizations."""
        assert management.trusted_services() == []
        management.enable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    def test_enabled_twice(self, management: Account) -> None:
        """Enabling what is enabled changes nothing: not the date, not the role."""
        management.enable_trusted_access()
        role = management.artifact_role()
        (first,) = management.organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        management.enable_trusted_access()
        listed = management.organizations.list_aws_service_access_for_organization()
        assert listed["EnabledServicePrincipals"] == [first]
        assert management.artifact_role() == role

    def test_only_the_organizations_tools(self, management: Account, emulator: Emulator) -> None:
        """You can enable trusted access using only the Organizations tools: nothing else that you do enables it."""
        management.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        arguments = management.read_agreement(ORGANIZATIONS_BAA)
        with refused(DENIED, 403):
            management.artifact.accept_agreement(**arguments)
        management.accept(BAA)
        management.invite(emulator.account("222233334444"))
        assert management.trusted_services() == []

    def test_role_that_is_there_already(self, management: Account) -> None:
        """A role that was created before stays the same when trusted access is enabled."""
        made = management.iam.create_service_linked_role(AWSServiceName=ARTIFACT)["Role"]
        management.enable_trusted_access()
        role = management.artifact_role()
        assert role is not None
        assert role["RoleId"] == made["RoleId"]

    def test_not_a_member(self, management: Account, member: Account) -> None:
        """You must sign in in the organization's management account: a member may not enable."""
        with refused(DENIED, 400) as answer:
            member.enable_trusted_access()
        assert answer["Message"] == "You don't have permissions to access this resource."
        assert management.trusted_services() == []
        assert management.artifact_role() is None

    def test_not_a_user_of_a_member(self, management: Account, member: Account) -> None:
        """A user of the management account who went into a member account may not enable from there."""
        with refused(DENIED, 400):
            management.assume_role(member).enable_trusted_access()
        assert management.trusted_services() == []

    def test_not_a_standalone_account(self, standalone: Account) -> None:
        """In the organization's management account: an account without an organization has nothing to enable."""
        with refused("AWSOrganizationsNotInUseException", 400):
            standalone.enable_trusted_access()
        assert standalone.artifact_role() is None

    @pytest.mark.parametrize("principal", ["artifact", "artifact.amazonaws.com.cn", "ARTIFACT.amazonaws.com", "x.y.z"])
    def test_unknown_service(self, management: Account, principal: str) -> None:
        """A principal that is no trusted service is refused by name of its reason."""
        with refused("InvalidInputException", 400) as answer:
            management.enable_trusted_access(principal)
        assert answer["Reason"] == "UNRECOGNIZED_SERVICE_PRINCIPAL"
        assert management.trusted_services() == []

    def test_all_features(self, emulator: Emulator) -> None:
        """An organization with consolidated billing alone cannot enable trusted access."""
        billing = emulator.account("444455556666")
        billing.organizations.create_organization(FeatureSet="CONSOLIDATED_BILLING")
        with refused("ConstraintViolationException", 400) as answer:
            billing.enable_trusted_access()
        assert answer["Reason"] == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
        assert billing.trusted_services() == []
        assert billing.artifact_role() is None
        with refused(DENIED, 403):
            billing.accept(ORGANIZATIONS_BAA)


class TestDisableTrustedAccess:
    """Disabling trusted access with AWS Artifact."""

    @pytest.mark.usefixtures("accepted")
    def test_no_output(self, management: Account) -> None:
        """This command produces no output when successful."""
        answer = management.organizations.disable_aws_service_access(ServicePrincipal=ARTIFACT)
        assert set(answer) == {"ResponseMetadata"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert management.trusted_services() == []

    def test_what_was_not_enabled(self, management: Account) -> None:
        """Disabling what is not enabled changes nothing and is no error."""
        management.disable_trusted_access()
        assert management.trusted_services() == []
        assert management.artifact_role() is None

    def test_not_a_member(self, management: Account, accepted: str, member: Account) -> None:
        """Only an administrator in the management account can disable trusted access: no member."""
        with refused(DENIED, 400) as answer:
            member.disable_trusted_access()
        assert answer["Message"] == "You don't have permissions to access this resource."
        assert management.trusted_services() == [ARTIFACT]
        assert ids(member.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_not_an_administrator_of_a_member(self, management: Account, member: Account) -> None:
        """Only in the management account: an administrator of a member account is none there."""
        with refused(DENIED, 400):
            management.assume_role(member).disable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    @pytest.mark.usefixtures("accepted")
    def test_not_a_stranger(self, management: Account, emulator: Emulator, standalone: Account) -> None:
        """Only in the AWS Organizations management account: not from outside, nor from another organization's."""
        with refused("AWSOrganizationsNotInUseException", 400):
            standalone.disable_trusted_access()
        other = emulator.account("555566667777")
        other.organizations.create_organization()
        other.disable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    def test_only_the_organizations_tools(self, management: Account, accepted: str, member: Account) -> None:
        """You can disable trusted access using only the Organizations tools: nothing else that you do disables it."""
        assert management.delete_artifact_role()["Status"] == "FAILED"
        management.terminate(accepted)
        management.remove(member)
        assert management.trusted_services() == [ARTIFACT]
        assert management.artifact_role() is not None

    @pytest.mark.usefixtures("accepted")
    def test_stops_functioning(self, management: Account, member: Account) -> None:
        """If you disable trusted access, it stops functioning because it cannot access the organization."""
        management.disable_trusted_access()
        assert management.agreements() == []
        assert member.agreements() == []
        with refused(DENIED, 403):
            management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)

    def test_between_two_calls(self, management: Account, accepted: str) -> None:
        """It stops at once: what was read before can be neither accepted nor terminated after."""
        arguments = management.read_agreement(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        management.disable_trusted_access()
        with refused(DENIED, 403):
            management.artifact.accept_agreement(**arguments)
        with refused(DENIED, 403):
            management.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)

    @pytest.mark.usefixtures("accepted")
    def test_account_agreements_go_on(self, management: Account, member: Account) -> None:
        """For organization agreements: those of the accounts themselves, and the reports, need no organization."""
        own = member.accept(BAA)["id"]
        management.disable_trusted_access()
        assert ids(member.agreements()) == [own]
        assert member.artifact.get_customer_agreement(customerAgreementId=own)["documentPresignedUrl"]
        assert ids(management.agreements()) == []
        management.accept(BAA)
        assert member.terminate(own)["state"] == "CUSTOMER_TERMINATED"
        assert management.artifact.list_reports()["reports"]

    def test_cannot_be_accessed(self, management: Account, accepted: str, member: Account) -> None:
        """Any organization agreements that you accept remain, but can't be accessed by AWS Artifact."""
        management.disable_trusted_access()
        for account in (management, member):
            with refused(DENIED, 403):
                account.artifact.get_customer_agreement(customerAgreementId=accepted)

    @pytest.mark.usefixtures("accepted")
    def test_role_remains(self, management: Account) -> None:
        """The AWS Artifact role that AWS Artifact creates remains."""
        before = management.artifact_role()
        management.disable_trusted_access()
        assert management.artifact_role() == before
        assert before is not None

    def test_operates_as_before(self, management: Account, accepted: str, member: Account) -> None:
        """If you then re-enable trusted access, AWS Artifact continues to operate as before."""
        everything: list[Callable[[], object]] = [
            management.agreements,
            member.agreements,
            management.artifact_role,
            lambda: management.iam.list_attached_role_policies(RoleName=ARTIFACT_ROLE)["AttachedPolicies"],
            member.artifact_role,
        ]
        before = [look() for look in everything]
        for _ in range(2):
            management.disable_trusted_access()
            management.enable_trusted_access()
        assert [look() for look in everything] == before
        assert ids(member.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_without_reconfiguration(self, management: Account, member: Account, standalone: Account) -> None:
        """Without the need for you to reconfigure the service: who came or went in the meantime is accounted for."""
        management.disable_trusted_access()
        management.remove(member)
        management.invite(standalone)
        created = management.create_account("Meanwhile")
        assert created.agreements() == []
        management.enable_trusted_access()
        assert member.agreements() == []
        assert standalone.agreements() == created.agreements() == management.agreements()
        assert len(created.agreements()) == 1


class TestRemovedAccounts:
    """A standalone account that is removed from an organization no longer has access to any organization agreements."""

    def test_removed(self, management: Account, accepted: str, member: Account) -> None:
        """A removed account sees no organization agreement any more; the others see it as before."""
        management.remove(member)
        assert member.agreements() == []
        with refused(NOT_FOUND, 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    def test_left(self, management: Account, accepted: str, invited: Account) -> None:
        """An account that left of its own is a standalone account as well."""
        assert ids(invited.agreements()) == [accepted]
        invited.organizations.leave_organization()
        assert invited.agreements() == []
        with refused(NOT_FOUND, 404):
            invited.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    def test_closed(self, management: Account, accepted: str, member: Account) -> None:
        """A member account that was closed has no access either, though it is listed for 90 days more."""
        management.organizations.close_account(AccountId=member.id)
        assert member.agreements() == []
        with refused(NOT_FOUND, 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_keeps_its_own(self, management: Account, member: Account) -> None:
        """Organization agreements: what the account accepted for itself it keeps."""
        own = member.accept(BAA)["id"]
        management.remove(member)
        assert ids(member.agreements()) == [own]

    def test_came_back(self, management: Account, accepted: str, member: Account) -> None:
        """An account that is invited back has access again."""
        management.remove(member)
        management.invite(member)
        assert ids(member.agreements()) == [accepted]

    def test_organization_deleted(self, management: Account, accepted: str, invited: Account) -> None:
        """When the organization is deleted nobody has access, and a new organization does not inherit it."""
        management.remove(invited)
        management.organizations.delete_organization()
        assert management.agreements() == []
        with refused(NOT_FOUND, 404):
            management.artifact.get_customer_agreement(customerAgreementId=accepted)
        management.organizations.create_organization()
        management.enable_trusted_access()
        management.invite(invited)
        assert management.agreements() == []
        assert invited.agreements() == []
        with refused(NOT_FOUND, 404):
            management.artifact.get_customer_agreement(customerAgreementId=accepted)

    @pytest.mark.usefixtures("accepted")
    def test_role_of_a_deleted_organization(self, management: Account) -> None:
        """The role of a deleted organization remains in its account, which can then delete it."""
        management.organizations.delete_organization()
        assert management.artifact_role() is not None
        assert management.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert management.artifact_role() is None
