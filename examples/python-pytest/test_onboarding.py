"""Tests of the application, each in a world of its own."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

import onboarding
from artifact_emulator import accept_agreement
from artifact_emulator.testing.client import RemoteWorld

NEW = "222233334444"
ADDENDUM = "agreement-y03aUwMAEorHtqjv"


@pytest.fixture
def ready(world: RemoteWorld) -> RemoteWorld:
    """Give the world after a person has accepted the addendum."""
    onboarding.trust_artifact()
    accept_agreement(world.client("artifact"), ADDENDUM)
    return world


def test_invited_account_has_the_agreement(ready: RemoteWorld) -> None:
    """Once the other account accepts, it is a member, and the agreement is its own: nobody accepts it again."""
    invitation = onboarding.onboard(NEW)
    ready.client("organizations", account=NEW).accept_handshake(HandshakeId=invitation)
    members = ready.client("organizations").list_accounts()["Accounts"]
    assert [one["Id"] for one in members if one["JoinedMethod"] == "INVITED"][-1:] == [NEW]
    (agreement,) = ready.client("artifact", account=NEW).list_customer_agreements()["customerAgreements"]
    assert agreement["name"] == onboarding.AGREEMENT


def test_nobody_is_invited_without_the_agreement(world: RemoteWorld) -> None:
    """As long as a person has not accepted the addendum, no invitation goes out."""
    with pytest.raises(onboarding.AgreementMissing):
        onboarding.onboard(NEW)
    world.assert_called("InviteAccountToOrganization", times=0)


def test_twice_is_once(ready: RemoteWorld) -> None:
    """The application may run again: it enables and invites what it has to, once."""
    assert onboarding.onboard(NEW) == onboarding.onboard(NEW)
    ready.assert_called("EnableAWSServiceAccess", times=1, error="")
    ready.assert_called("InviteAccountToOrganization", times=1, error="")


def test_expired_invitation_is_sent_again(ready: RemoteWorld) -> None:
    """After fifteen days an invitation can no longer be accepted; the next run sends a new one."""
    first = onboarding.onboard(NEW)
    ready.advance(timedelta(days=15, seconds=1))
    second = onboarding.onboard(NEW)
    assert second != first
    invited = ready.client("organizations", account=NEW)
    with pytest.raises(invited.exceptions.InvalidHandshakeTransitionException):
        invited.accept_handshake(HandshakeId=first)
    invited.accept_handshake(HandshakeId=second)


def test_throttling_is_waited_out(ready: RemoteWorld) -> None:
    """AWS says now and then that it is asked too much: the SDK tries again, and the invitation goes out."""
    too_many = {"code": "TooManyRequestsException"}
    ready.set_fault("organizations", "InviteAccountToOrganization", error=too_many, times=1)
    onboarding.onboard(NEW)
    ready.assert_called("InviteAccountToOrganization", times=1, error="TooManyRequestsException")
    ready.assert_called("InviteAccountToOrganization", times=1, error="")


def test_outage_is_told(ready: RemoteWorld) -> None:
    """When AWS Artifact does not answer, nobody is invited on a guess."""
    ready.set_fault("artifact", "ListCustomerAgreements", error={"code": "InternalServerException"})
    with pytest.raises(ClientError, match="InternalServerException"):
        onboarding.onboard(NEW)
    ready.assert_called("InviteAccountToOrganization", times=0)
