"""Organizations on the wire: what each operation of the story answers, and how it refuses."""

from datetime import datetime, timedelta

import pytest

from tests.wire.botocore_wire import Answer, Client
from tests.wire.conftest import NOW
from tests.wire.users import allowing, user_of

SERVICE = "organizations"
ARTIFACT = "artifact.amazonaws.com"
# AWS's own words, where they are known (facts: organizations 2.3).
NOT_IN_USE = "Your account is not a member of an organization."
NO_PERMISSION = "You don't have permissions to access this resource."


def told(got: Answer) -> tuple[int, str, str | None]:
    """Give what a client looks at: the status, the code, the reason."""
    return got.status, got.code, got.data.get("Reason")


def instant(text: datetime) -> datetime:
    """Give an instant as the JSON protocol carries it: in milliseconds."""
    return text.replace(microsecond=text.microsecond // 1000 * 1000)


class TestCreateOrganization:
    """CreateOrganization."""

    def test_answers_the_organization(self, stranger: Client) -> None:
        """All features are the default, service control policies are on, and the ARNs belong to the caller."""
        made = stranger.does(SERVICE, "CreateOrganization")["Organization"]
        arn = f"arn:aws:organizations::{stranger.account}"
        assert made == {
            "Id": made["Id"],
            "Arn": f"{arn}:organization/{made['Id']}",
            "FeatureSet": "ALL",
            "MasterAccountArn": f"{arn}:account/{made['Id']}/{stranger.account}",
            "MasterAccountId": stranger.account,
            "MasterAccountEmail": made["MasterAccountEmail"],
            "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        }

    def test_of_consolidated_billing_has_no_policy_types(self, stranger: Client) -> None:
        """An organization for billing alone answers an empty list."""
        made = stranger.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")["Organization"]
        assert made["FeatureSet"] == "CONSOLIDATED_BILLING"
        assert made["AvailablePolicyTypes"] == []

    def test_twice(self, management: Client) -> None:
        """A member of an organization cannot make another; the words are AWS's."""
        got = management.is_refused(SERVICE, "CreateOrganization")
        assert told(got) == (400, "AlreadyInOrganizationException", None)
        assert got.message == "The AWS account is already a member of an organization."

    def test_of_an_unknown_feature_set(self, stranger: Client) -> None:
        """A value outside the enum is refused with its reason."""
        got = stranger.is_refused(SERVICE, "CreateOrganization", FeatureSet="SOME")
        assert told(got) == (400, "InvalidInputException", "INVALID_ENUM")


class TestDescribeOrganization:
    """DescribeOrganization."""

    def test_answers_every_member_alike(self, management: Client, member: Client) -> None:
        """A member is told what the management account is told."""
        assert member.does(SERVICE, "DescribeOrganization") == management.does(SERVICE, "DescribeOrganization")

    def test_of_a_stranger(self, stranger: Client) -> None:
        """An account in no organization is told so, in AWS's words."""
        got = stranger.is_refused(SERVICE, "DescribeOrganization")
        assert told(got) == (400, "AWSOrganizationsNotInUseException", None)
        assert got.message == NOT_IN_USE


class TestDeleteOrganization:
    """DeleteOrganization."""

    def test_answers_nothing(self, management: Client) -> None:
        """Success has no output, and the organization is gone."""
        assert management.does(SERVICE, "DeleteOrganization") == {}
        assert management.is_refused(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    @pytest.mark.usefixtures("member")
    def test_with_members(self, management: Client) -> None:
        """An organization with other accounts cannot be deleted."""
        got = management.is_refused(SERVICE, "DeleteOrganization")
        assert told(got) == (400, "OrganizationNotEmptyException", None)

    def test_by_a_member(self, member: Client) -> None:
        """Only the management account may; the words are AWS's, the status 400."""
        got = member.is_refused(SERVICE, "DeleteOrganization")
        assert told(got) == (400, "AccessDeniedException", None)
        assert got.message == NO_PERMISSION


class TestListRoots:
    """ListRoots."""

    def test_answers_the_one_root(self, management: Client) -> None:
        """The root is named Root and its ARN holds the organization's id."""
        listed = management.does(SERVICE, "ListRoots")
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]
        (root,) = listed["Roots"]
        assert root["Name"] == "Root"
        assert root["Arn"] == f"arn:aws:organizations::{management.account}:root/{organization['Id']}/{root['Id']}"
        assert root["PolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        assert "NextToken" not in listed


class TestCreateAccount:
    """CreateAccount and the two calls that tell how it ends."""

    def test_answers_that_it_is_under_way(self, management: Client) -> None:
        """The answer is always IN_PROGRESS, without an account id."""
        asked = management.does(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        status = asked["CreateAccountStatus"]
        assert status == {
            "Id": status["Id"],
            "AccountName": "A",
            "State": "IN_PROGRESS",
            "RequestedTimestamp": instant(NOW),
        }

    def test_ends_well(self, management: Client) -> None:
        """The next look finds the account."""
        asked = management.does(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        request_id = asked["CreateAccountStatus"]["Id"]
        status = management.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
        assert status["CreateAccountStatus"]["State"] == "SUCCEEDED"
        assert status["CreateAccountStatus"]["CompletedTimestamp"] == instant(NOW)
        account = management.does(SERVICE, "DescribeAccount", AccountId=status["CreateAccountStatus"]["AccountId"])
        assert account["Account"]["Email"] == "a@example.com"

    def test_with_an_email_that_is_taken(self, management: Client) -> None:
        """The call succeeds and the request fails, as AWS has it."""
        management.does(SERVICE, "CreateAccount", AccountName="First", Email="a@example.com")
        asked = management.does(SERVICE, "CreateAccount", AccountName="Second", Email="a@example.com")
        request_id = asked["CreateAccountStatus"]["Id"]
        status = management.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
        assert status["CreateAccountStatus"]["State"] == "FAILED"
        assert status["CreateAccountStatus"]["FailureReason"] == "EMAIL_ALREADY_EXISTS"
        assert "AccountId" not in status["CreateAccountStatus"]

    def test_is_listed_by_state(self, management: Client) -> None:
        """ListCreateAccountStatus filters by state."""
        for name in ("First", "Second"):
            management.does(SERVICE, "CreateAccount", AccountName=name, Email="a@example.com")
        names = {
            state: [
                one["AccountName"]
                for one in management.does(SERVICE, "ListCreateAccountStatus", States=[state])["CreateAccountStatuses"]
            ]
            for state in ("SUCCEEDED", "FAILED", "IN_PROGRESS")
        }
        assert names == {"SUCCEEDED": ["First"], "FAILED": ["Second"], "IN_PROGRESS": []}

    def test_that_nobody_asked_for(self, management: Client) -> None:
        """An unknown request is CreateAccountStatusNotFoundException."""
        unknown = "car-" + "0" * 32
        got = management.is_refused(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=unknown)
        assert told(got) == (400, "CreateAccountStatusNotFoundException", None)

    def test_with_a_reserved_role_name(self, management: Client) -> None:
        """A role name of AWS's own is refused at once."""
        got = management.is_refused(
            SERVICE, "CreateAccount", AccountName="A", Email="a@example.com", RoleName="AWSServiceRoleForMe"
        )
        assert told(got) == (400, "InvalidInputException", "INVALID_ROLE_NAME")

    def test_by_a_member(self, member: Client) -> None:
        """Only the management account may."""
        got = member.is_refused(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        assert told(got) == (400, "AccessDeniedException", None)


class TestDescribeAccount:
    """DescribeAccount."""

    def test_answers_a_created_account(self, management: Client, member: Client) -> None:
        """State and Status stand side by side, and the management account owns the ARN."""
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        root = management.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
        assert management.does(SERVICE, "DescribeAccount", AccountId=member.account)["Account"] == {
            "Id": member.account,
            "Arn": f"arn:aws:organizations::{management.account}:account/{organization}/{member.account}",
            "Email": "member@example.com",
            "Name": "Member",
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [f"{organization}/{root}/{member.account}/"],
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": instant(NOW),
        }

    def test_of_an_account_elsewhere(self, management: Client, stranger: Client) -> None:
        """An account of no organization, or of another, does not exist here."""
        got = management.is_refused(SERVICE, "DescribeAccount", AccountId=stranger.account)
        assert told(got) == (400, "AccountNotFoundException", None)

    @pytest.mark.parametrize("account_id", ["abc", "11112222333", "1111222233334", "11112222333x", " 11112222333"])
    def test_of_what_is_no_account_id(self, management: Client, account_id: str) -> None:
        """An id of another form is a broken pattern or length; botocore sends it all the same."""
        got = management.is_refused(SERVICE, "DescribeAccount", AccountId=account_id)
        assert told(got)[:2] == (400, "InvalidInputException")
        assert got.data["Reason"] in ("INVALID_PATTERN", "MAX_LENGTH_EXCEEDED")


class TestListAccounts:
    """ListAccounts."""

    def test_has_the_management_account(self, management: Client, member: Client) -> None:
        """The management account comes first, as an invited one."""
        listed = management.does(SERVICE, "ListAccounts")["Accounts"]
        assert [(one["Id"], one["JoinedMethod"]) for one in listed] == [
            (management.account, "INVITED"),
            (member.account, "CREATED"),
        ]

    def test_pages(self, management: Client, member: Client) -> None:
        """One at a time, the pages are the whole list."""
        first = management.does(SERVICE, "ListAccounts", MaxResults=1)
        rest = management.does(SERVICE, "ListAccounts", MaxResults=1, NextToken=first["NextToken"])
        assert [first["Accounts"][0]["Id"], rest["Accounts"][0]["Id"]] == [management.account, member.account]
        assert "NextToken" not in rest

    @pytest.mark.parametrize("size", [0, 21, -1])
    def test_of_a_page_too_small_or_too_large(self, management: Client, size: int) -> None:
        """A page has 1 to 20 accounts."""
        got = management.is_refused(SERVICE, "ListAccounts", MaxResults=size)
        reason = "MIN_VALUE_EXCEEDED" if size < 1 else "MAX_VALUE_EXCEEDED"
        assert told(got) == (400, "InvalidInputException", reason)

    @pytest.mark.parametrize("token", ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "é", "\U0001f600", "=" * 100])
    def test_with_a_token_that_it_did_not_give(self, management: Client, token: str) -> None:
        """Any other token is refused with its reason."""
        got = management.is_refused(SERVICE, "ListAccounts", NextToken=token)
        assert told(got) == (400, "InvalidInputException", "INVALID_NEXT_TOKEN")

    @pytest.mark.usefixtures("member")
    def test_with_a_token_of_another_listing(self, management: Client) -> None:
        """A token of another operation is no token here."""
        management.does(SERVICE, "CreateAccount", AccountName="B", Email="b@example.com")
        token = management.does(SERVICE, "ListCreateAccountStatus", MaxResults=1)["NextToken"]
        got = management.is_refused(SERVICE, "ListAccounts", NextToken=token)
        assert told(got) == (400, "InvalidInputException", "INVALID_NEXT_TOKEN")


class TestInviteAccountToOrganization:
    """InviteAccountToOrganization, DescribeHandshake and AcceptHandshake."""

    def test_answers_an_open_handshake(self, management: Client, stranger: Client) -> None:
        """The parties, the resources and the fifteen days are AWS's."""
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]
        invited = management.does(
            SERVICE,
            "InviteAccountToOrganization",
            Target={"Type": "ACCOUNT", "Id": stranger.account},
            Notes="Join us",
        )["Handshake"]
        arn = f"arn:aws:organizations::{management.account}:handshake/{organization['Id']}/invite/{invited['Id']}"
        assert invited["Arn"] == arn
        assert invited["State"] == "OPEN"
        assert invited["Action"] == "INVITE"
        assert invited["ExpirationTimestamp"] - invited["RequestedTimestamp"] == timedelta(days=15)
        assert [one["Type"] for one in invited["Parties"]] == ["ORGANIZATION", "ACCOUNT"]
        assert {one["Type"]: one["Value"] for one in invited["Resources"]} == {
            "ORGANIZATION": organization["Id"],
            "ACCOUNT": stranger.account,
            "NOTES": "Join us",
        }
        about = {one["Type"]: one["Value"] for one in invited["Resources"][0]["Resources"]}
        assert about["MASTER_EMAIL"] == organization["MasterAccountEmail"]
        assert about["ORGANIZATION_FEATURE_SET"] == "ALL"

    def test_is_seen_by_both_parties(self, management: Client, stranger: Client) -> None:
        """The recipient is told the same as the sender."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        seen = stranger.does(SERVICE, "DescribeHandshake", HandshakeId=invited["Id"])["Handshake"]
        assert seen == management.does(SERVICE, "DescribeHandshake", HandshakeId=invited["Id"])["Handshake"] == invited

    def test_is_accepted(self, management: Client, stranger: Client) -> None:
        """Accepting answers the settled handshake and makes a member of the invited account."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        accepted = stranger.does(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])["Handshake"]
        assert accepted["State"] == "ACCEPTED"
        joined = management.does(SERVICE, "DescribeAccount", AccountId=stranger.account)["Account"]
        assert joined["JoinedMethod"] == "INVITED"

    def test_by_email(self, management: Client) -> None:
        """An invitation to an address shows the address, not the account behind it."""
        target = {"Type": "EMAIL", "Id": "someone@example.com"}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        assert invited["Parties"][1] == {"Type": "EMAIL", "Id": "someone@example.com"}
        assert invited["Resources"][1] == {"Type": "EMAIL", "Value": "someone@example.com"}

    def test_twice(self, management: Client, stranger: Client) -> None:
        """A second open invitation to the same account is refused."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        management.does(SERVICE, "InviteAccountToOrganization", Target=target)
        got = management.is_refused(SERVICE, "InviteAccountToOrganization", Target=target)
        assert told(got) == (400, "DuplicateHandshakeException", None)

    def test_of_a_member(self, management: Client, member: Client) -> None:
        """A member cannot be invited to its own organization."""
        target = {"Type": "ACCOUNT", "Id": member.account}
        got = management.is_refused(SERVICE, "InviteAccountToOrganization", Target=target)
        assert told(got) == (400, "HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ({"Type": "ORGANIZATION", "Id": "o-1234567890"}, "INVALID_PARTY_TYPE_TARGET"),
            ({"Type": "ACCOUNT", "Id": "someone@example.com"}, "INVALID_PATTERN_TARGET_ID"),
            ({"Type": "EMAIL", "Id": "999988887777"}, "INVALID_EMAIL_ADDRESS_TARGET"),
            ({"Type": "PIGEON", "Id": "999988887777"}, "INVALID_ENUM"),
            ({"Type": "ACCOUNT"}, "INPUT_REQUIRED"),
        ],
    )
    def test_of_what_cannot_be_invited(self, management: Client, target: dict[str, str], reason: str) -> None:
        """Only an account by its id or an address by its form can be invited."""
        got = management.is_refused(SERVICE, "InviteAccountToOrganization", Target=target)
        assert told(got) == (400, "InvalidInputException", reason)

    def test_that_does_not_exist(self, stranger: Client) -> None:
        """An unknown handshake is HandshakeNotFoundException, in or out of an organization."""
        got = stranger.is_refused(SERVICE, "AcceptHandshake", HandshakeId="h-" + "0" * 32)
        assert told(got) == (400, "HandshakeNotFoundException", None)

    def test_accepted_twice(self, management: Client, stranger: Client) -> None:
        """A second acceptance finds the handshake already in the state."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        stranger.does(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
        got = stranger.is_refused(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
        assert told(got) == (400, "HandshakeAlreadyInStateException", None)

    def test_accepted_by_its_sender(self, management: Client, stranger: Client) -> None:
        """The sender is a party, but not the one that accepts."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        got = management.is_refused(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
        assert told(got) == (400, "AccessDeniedException", None)

    def test_accepted_too_late(self, management: Client, stranger: Client) -> None:
        """An expired invitation cannot be accepted."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        management.core.world.clock.advance(timedelta(days=15))
        got = stranger.is_refused(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
        assert told(got) == (400, "InvalidHandshakeTransitionException", None)


class TestRemoveAccountFromOrganization:
    """RemoveAccountFromOrganization and LeaveOrganization."""

    def test_answers_nothing(self, management: Client, member: Client) -> None:
        """The removed account is no member any more."""
        assert management.does(SERVICE, "RemoveAccountFromOrganization", AccountId=member.account) == {}
        assert member.is_refused(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    def test_leaving_answers_nothing(self, member: Client) -> None:
        """A member may go by itself."""
        assert member.does(SERVICE, "LeaveOrganization") == {}
        assert member.is_refused(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    def test_of_the_management_account(self, management: Client) -> None:
        """The management account can neither be removed nor leave."""
        removed = management.is_refused(SERVICE, "RemoveAccountFromOrganization", AccountId=management.account)
        left = management.is_refused(SERVICE, "LeaveOrganization")
        assert told(removed) == told(left) == (400, "MasterCannotLeaveOrganizationException", None)

    def test_of_a_stranger(self, management: Client, stranger: Client) -> None:
        """An account that is no member is not found."""
        got = management.is_refused(SERVICE, "RemoveAccountFromOrganization", AccountId=stranger.account)
        assert told(got) == (400, "AccountNotFoundException", None)


class TestEnableAWSServiceAccess:
    """EnableAWSServiceAccess, DisableAWSServiceAccess and their listing."""

    def test_has_no_output(self, management: Client) -> None:
        """Neither call produces output when successful."""
        assert management.does(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT) == {}
        assert management.does(SERVICE, "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT) == {}

    def test_is_listed_with_its_first_date(self, management: Client) -> None:
        """Enabling again changes nothing: the first DateEnabled stays."""
        management.does(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        management.core.world.clock.advance(timedelta(days=1))
        management.does(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        listed = management.does(SERVICE, "ListAWSServiceAccessForOrganization")
        assert listed == {"EnabledServicePrincipals": [{"ServicePrincipal": ARTIFACT, "DateEnabled": instant(NOW)}]}

    @pytest.mark.parametrize("operation", ["EnableAWSServiceAccess", "DisableAWSServiceAccess"])
    def test_for_an_unknown_principal(self, management: Client, operation: str) -> None:
        """AWS's own words for a principal that it does not know."""
        got = management.is_refused(SERVICE, operation, ServicePrincipal="stacksets.cloudformation.amazonaws.com")
        assert told(got) == (400, "InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL")
        assert got.message == "You specified an unrecognized service principal."

    @pytest.mark.parametrize("operation", ["EnableAWSServiceAccess", "DisableAWSServiceAccess"])
    def test_by_a_member(self, member: Client, operation: str) -> None:
        """Only an administrator in the management account can; status 400 and AWS's words."""
        got = member.is_refused(SERVICE, operation, ServicePrincipal=ARTIFACT)
        assert told(got) == (400, "AccessDeniedException", None)
        assert got.message == NO_PERMISSION

    @pytest.mark.parametrize("operation", ["EnableAWSServiceAccess", "DisableAWSServiceAccess"])
    def test_by_a_standalone_account(self, stranger: Client, operation: str) -> None:
        """An account in no organization is told so."""
        got = stranger.is_refused(SERVICE, operation, ServicePrincipal=ARTIFACT)
        assert told(got) == (400, "AWSOrganizationsNotInUseException", None)

    def test_without_all_features(self, stranger: Client) -> None:
        """An organization for billing alone trusts no service."""
        stranger.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        got = stranger.is_refused(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert told(got) == (400, "ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")

    @pytest.mark.parametrize(
        ("principal", "reason"),
        [
            ("artifact amazonaws com", "INVALID_PATTERN"),
            ("artifact.amazonaws.com\n", "INVALID_PATTERN"),
            ("a" * 129, "MAX_LENGTH_EXCEEDED"),
            ("", "MIN_LENGTH_EXCEEDED"),
        ],
    )
    def test_for_what_is_no_principal(self, management: Client, principal: str, reason: str) -> None:
        """A principal of another form breaks the shape before any rule is asked."""
        got = management.is_refused(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=principal)
        assert told(got) == (400, "InvalidInputException", reason)

    def test_without_a_principal(self, management: Client) -> None:
        """A missing member is INPUT_REQUIRED."""
        got = management.is_refused(SERVICE, "EnableAWSServiceAccess")
        assert told(got) == (400, "InvalidInputException", "INPUT_REQUIRED")


class TestLinkedRole:
    """The permission to make the role of AWS Organizations, which goes with the first step into one."""

    def test_is_enough(self, stranger: Client) -> None:
        """Who may make that role may create the organization."""
        user = user_of(stranger, allowing("organizations:CreateOrganization", "iam:CreateServiceLinkedRole"))
        assert user.does(SERVICE, "CreateOrganization")["Organization"]["MasterAccountId"] == stranger.account

    def test_of_the_managed_policy(self, stranger: Client) -> None:
        """AWSOrganizationsFullAccess has it, under a condition that the call meets."""
        user = user_of(stranger, "arn:aws:iam::aws:policy/AWSOrganizationsFullAccess")
        user.does(SERVICE, "CreateOrganization")

    def test_is_not_asked_where_the_role_is(self, stranger: Client) -> None:
        """An account that has the role already needs no permission to make it."""
        stranger.does("iam", "CreateServiceLinkedRole", AWSServiceName="organizations.amazonaws.com")
        user = user_of(stranger, allowing("organizations:CreateOrganization"))
        user.does(SERVICE, "CreateOrganization")

    def test_refused(self, stranger: Client) -> None:
        """Nothing is created, and CloudTrail has the error."""
        user = user_of(stranger, allowing("organizations:*"))
        before = stranger.core.world.state
        assert user.is_refused(SERVICE, "CreateOrganization").status == 400
        assert stranger.core.world.state is before
