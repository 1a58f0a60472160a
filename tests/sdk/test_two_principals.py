"""AWS's documents name two service principals for AWS Artifact: either enables it, independently of the other."""

import pytest

from tests.support.sdk_accounts import (
    ARTIFACT,
    ARTIFACT_SYNC,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
    raises_client_error,
)

EITHER = pytest.mark.parametrize("principal", [ARTIFACT, ARTIFACT_SYNC])
EACH_FIRST = pytest.mark.parametrize(("first", "second"), [(ARTIFACT, ARTIFACT_SYNC), (ARTIFACT_SYNC, ARTIFACT)])


@EITHER
class TestOnePrincipal:
    """Trusted access by one of the principals."""

    def test_either_principal_enables_artifact(self, management: Account, member: Account, principal: str) -> None:
        """With either principal, agreements are accepted for all members, and the enabled principal is listed."""
        management.enable_trusted_access(principal)
        accepted = management.accept(ORGANIZATIONS_BAA)
        assert [agreement["id"] for agreement in member.agreements()] == [accepted["id"]]
        assert management.trusted_services() == [principal]

    def test_either_principal_creates_the_same_role(self, management: Account, principal: str) -> None:
        """With either principal, the service-linked role trusts artifact.amazonaws.com."""
        management.enable_trusted_access(principal)
        role = management.artifact_role()
        assert role is not None
        assert role["Path"] == f"/aws-service-role/{ARTIFACT}/"
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ARTIFACT}

    def test_disabling_the_only_principal_stops_artifact(
        self, management: Account, member: Account, principal: str
    ) -> None:
        """Disabling the only enabled principal stops the service."""
        management.enable_trusted_access(principal)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(principal)
        assert member.agreements() == []
        assert management.trusted_services() == []


@EACH_FIRST
class TestBothPrincipals:
    """Trusted access by both principals: the service stops only when the last one is disabled."""

    def test_both_principals_are_listed_and_share_one_role(self, management: Account, first: str, second: str) -> None:
        """Both principals are listed in the order in which they were enabled, and share one role."""
        management.enable_trusted_access(first)
        role = management.artifact_role()
        management.enable_trusted_access(second)
        assert management.trusted_services() == [first, second]
        assert management.artifact_role() == role

    def test_artifact_functions_while_one_principal_is_enabled(
        self, management: Account, member: Account, first: str, second: str
    ) -> None:
        """While one principal is enabled, the service functions and its role cannot be deleted."""
        management.enable_trusted_access(first)
        management.enable_trusted_access(second)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(first)
        assert management.trusted_services() == [second]
        assert len(member.agreements()) == 1
        management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        assert len(member.agreements()) == 2
        assert management.delete_artifact_role()["Status"] == "FAILED"

    def test_artifact_stops_when_both_principals_are_disabled(
        self, management: Account, member: Account, first: str, second: str
    ) -> None:
        """Once both principals are disabled, the service stops functioning."""
        management.enable_trusted_access(first)
        management.enable_trusted_access(second)
        accepted = management.accept(ORGANIZATIONS_BAA)["id"]
        management.disable_trusted_access(first)
        management.disable_trusted_access(second)
        assert member.agreements() == []
        with raises_client_error("AccessDeniedException", 403):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)

    def test_artifact_continues_when_enabled_by_the_other_principal(
        self, management: Account, member: Account, first: str, second: str
    ) -> None:
        """Enabled again by the other principal, the service continues with the same agreement and the same role."""
        management.enable_trusted_access(first)
        management.accept(ORGANIZATIONS_BAA)
        before = member.agreements(), management.artifact_role()
        management.disable_trusted_access(first)
        management.enable_trusted_access(second)
        assert (member.agreements(), management.artifact_role()) == before
        assert management.trusted_services() == [second]

    def test_disabling_a_principal_that_was_not_enabled_changes_nothing(
        self, management: Account, member: Account, first: str, second: str
    ) -> None:
        """Disabling a principal that was never enabled changes nothing."""
        management.enable_trusted_access(first)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(second)
        assert management.trusted_services() == [first]
        assert len(member.agreements()) == 1
