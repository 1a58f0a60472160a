"""Tests of the application, each in a new world."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

import onboarding
from artifact_emulator import RemoteWorld, accept_agreement

NEW = "222233334444"
ADDENDUM = "agreement-y03aUwMAEorHtqjv"


@pytest.fixture
def ready_world(world: RemoteWorld) -> RemoteWorld:
    """Return a world in which the addendum is accepted."""
    onboarding.enable_artifact()
    accept_agreement(world.client("artifact"), ADDENDUM)
    return world


def test_invited_account_has_the_agreement(ready_world: RemoteWorld) -> None:
    """An account that accepts the invitation is a member and covered by the agreement."""
    invitation = onboarding.onboard(NEW)
    ready_world.client("organizations", account=NEW).accept_handshake(HandshakeId=invitation)
    members = ready_world.client("organizations").list_accounts()["Accounts"]
    assert [member["Id"] for member in members if member["JoinedMethod"] == "INVITED"][-1:] == [NEW]
    (agreement,) = ready_world.client("artifact", account=NEW).list_customer_agreements()["customerAgreements"]
    assert agreement["name"] == onboarding.AGREEMENT


def test_no_invitation_is_sent_without_the_agreement(world: RemoteWorld) -> None:
    """Without an accepted addendum, the application fails before it sends an invitation."""
    with pytest.raises(onboarding.AgreementMissing):
        onboarding.onboard(NEW)
    world.assert_called("InviteAccountToOrganization", times=0)


def test_second_run_changes_nothing(ready_world: RemoteWorld) -> None:
    """A second run enables nothing again and returns the same invitation."""
    assert onboarding.onboard(NEW) == onboarding.onboard(NEW)
    ready_world.assert_called("EnableAWSServiceAccess", times=1, error="")
    ready_world.assert_called("InviteAccountToOrganization", times=1, error="")


def test_expired_invitation_is_sent_again(ready_world: RemoteWorld) -> None:
    """An invitation expires after 15 days; the next run sends a new one."""
    first = onboarding.onboard(NEW)
    ready_world.advance(timedelta(days=15, seconds=1))
    second = onboarding.onboard(NEW)
    assert second != first
    invited = ready_world.client("organizations", account=NEW)
    with pytest.raises(invited.exceptions.InvalidHandshakeTransitionException):
        invited.accept_handshake(HandshakeId=first)
    invited.accept_handshake(HandshakeId=second)


def test_throttled_invitation_is_retried(ready_world: RemoteWorld) -> None:
    """The SDK retries a throttled call, and the invitation is sent."""
    throttled = {"code": "TooManyRequestsException"}
    ready_world.set_fault("organizations", "InviteAccountToOrganization", error=throttled, times=1)
    onboarding.onboard(NEW)
    ready_world.assert_called("InviteAccountToOrganization", times=1, error="TooManyRequestsException")
    ready_world.assert_called("InviteAccountToOrganization", times=1, error="")


def test_outage_of_artifact_prevents_the_invitation(ready_world: RemoteWorld) -> None:
    """If AWS Artifact fails, no invitation is sent."""
    ready_world.set_fault("artifact", "ListCustomerAgreements", error={"code": "InternalServerException"})
    with pytest.raises(ClientError, match="InternalServerException"):
        onboarding.onboard(NEW)
    ready_world.assert_called("InviteAccountToOrganization", times=0)
