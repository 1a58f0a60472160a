"""AWS's documents name two service principals for AWS Artifact: either opens it, and each is kept for itself."""

import pytest

from tests.sdk.emulator import (
    ARTIFACT,
    ARTIFACT_SYNC,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
    refused,
)

either = pytest.mark.parametrize("principal", [ARTIFACT, ARTIFACT_SYNC])
each_first = pytest.mark.parametrize(("first", "second"), [(ARTIFACT, ARTIFACT_SYNC), (ARTIFACT_SYNC, ARTIFACT)])


@either
class TestOnePrincipal:
    """Either principal is enough."""

    def test_opens_artifact(self, management: Account, member: Account, principal: str) -> None:
        """Whichever is enabled, agreements are accepted for all members, and the list shows what was enabled."""
        management.enable_trusted_access(principal)
        accepted = management.accept(ORGANIZATIONS_BAA)
        assert [one["id"] for one in member.agreements()] == [accepted["id"]]
        assert management.trusted_services() == [principal]

    def test_makes_the_same_role(self, management: Account, principal: str) -> None:
        """Whichever is enabled, the role is the one that trusts artifact.amazonaws.com."""
        management.enable_trusted_access(principal)
        role = management.artifact_role()
        assert role is not None
        assert role["Path"] == f"/aws-service-role/{ARTIFACT}/"
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ARTIFACT}

    def test_disabled(self, management: Account, member: Account, principal: str) -> None:
        """Whichever was the only one enabled, disabling it stops the service."""
        management.enable_trusted_access(principal)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(principal)
        assert member.agreements() == []
        assert management.trusted_services() == []


@each_first
class TestBothPrincipals:
    """The service stops only when the last principal is disabled."""

    def test_together(self, management: Account, first: str, second: str) -> None:
        """Both are listed, in the order in which they were enabled, and share one role."""
        management.enable_trusted_access(first)
        role = management.artifact_role()
        management.enable_trusted_access(second)
        assert management.trusted_services() == [first, second]
        assert management.artifact_role() == role

    def test_one_is_left(self, management: Account, member: Account, first: str, second: str) -> None:
        """While one of them is enabled the service functions, and its role is protected."""
        management.enable_trusted_access(first)
        management.enable_trusted_access(second)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(first)
        assert management.trusted_services() == [second]
        assert len(member.agreements()) == 1
        management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        assert len(member.agreements()) == 2
        assert management.delete_artifact_role()["Status"] == "FAILED"

    def test_none_is_left(self, management: Account, member: Account, first: str, second: str) -> None:
        """Once both are disabled it stops functioning."""
        management.enable_trusted_access(first)
        management.enable_trusted_access(second)
        accepted = management.accept(ORGANIZATIONS_BAA)["id"]
        management.disable_trusted_access(first)
        management.disable_trusted_access(second)
        assert member.agreements() == []
        with refused("AccessDeniedException", 403):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)

    def test_one_after_the_other(self, management: Account, member: Account, first: str, second: str) -> None:
        """Re-enabled by the other principal, the service continues as before: same agreement, same role."""
        management.enable_trusted_access(first)
        management.accept(ORGANIZATIONS_BAA)
        before = member.agreements(), management.artifact_role()
        management.disable_trusted_access(first)
        management.enable_trusted_access(second)
        assert (member.agreements(), management.artifact_role()) == before
        assert management.trusted_services() == [second]

    def test_disabling_the_other(self, management: Account, member: Account, first: str, second: str) -> None:
        """Disabling the principal that was never enabled takes nothing away."""
        management.enable_trusted_access(first)
        management.accept(ORGANIZATIONS_BAA)
        management.disable_trusted_access(second)
        assert management.trusted_services() == [first]
        assert len(member.agreements()) == 1
