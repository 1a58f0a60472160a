"""The end of the enabling of all features: its completion, its failure, and what becomes of invitations."""

import pytest

from artifact_state.errors import (
    HandshakeAlreadyInState,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    HandshakeNotFound,
    InvalidHandshakeTransition,
)
from artifact_state.events import AllFeaturesEnabled
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, HandshakeState
from artifact_state.organizations import accounts
from artifact_state.organizations.handshakes import lifecycle
from artifact_state.world import World
from tests.support.accounts import INSTANT
from tests.support.all_features import (
    ANOTHER,
    DAYS,
    INVITED,
    ROLE,
    approve,
    delete_linked_role,
    enable_all_features,
    requests_of,
    world_with_billing_organization,
)
from tests.support.domain import MANAGEMENT, STANDALONE, act, current_organization, expect_refusal
from tests.support.handshakes import accept, add_invited, cancel, decline, handshake_state, invite


@pytest.fixture
def world() -> World:
    """Return a world with an organization that has consolidated billing only and one invited account."""
    world = world_with_billing_organization()
    add_invited(world, INVITED)
    return world


class TestCompletion:
    """The acceptance of the process by the management account."""

    def test_acceptance_enables_all_features_and_no_policy_type(self, world: World) -> None:
        """Acceptance enables all features and records it; policy types are enabled separately."""
        process = enable_all_features(world)
        approve(world, process, INVITED)
        delete_linked_role(world, MANAGEMENT)
        accept(world, process, MANAGEMENT)
        enabled = current_organization(world)
        assert enabled.feature_set is FeatureSet.ALL
        assert enabled.enabled_policy_types == ()
        assert AllFeaturesEnabled(at=world.clock.now(), organization_id=enabled.id) in world.events
        assert role_of(world.state, MANAGEMENT, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"
        assert handshake_state(world, process) is HandshakeState.ACCEPTED
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, process, MANAGEMENT)

    def test_process_awaiting_approval_cannot_be_accepted(self, world: World) -> None:
        """The process cannot be accepted while an approval is missing."""
        process = enable_all_features(world)
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, process, MANAGEMENT)

    def test_member_cannot_accept_process(self, world: World) -> None:
        """A member does not find the process, not even by its id."""
        process = enable_all_features(world)
        approve(world, process, INVITED)
        with expect_refusal(world, HandshakeNotFound):
            accept(world, process, INVITED)

    def test_open_request_is_canceled_on_completion(self, world: World) -> None:
        """A request to an account that has left ends with the process."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        act(world, accounts.leave_organization, account=INVITED)
        assert handshake_state(world, request) is HandshakeState.OPEN
        accept(world, process, MANAGEMENT)
        assert handshake_state(world, request) is HandshakeState.CANCELED

    def test_invitations_after_completion_promise_all_features(self, world: World) -> None:
        """After the completion accounts can be invited again, to all features."""
        process = enable_all_features(world)
        approve(world, process, INVITED)
        accept(world, process, MANAGEMENT)
        assert invite(world, ANOTHER).promised is FeatureSet.ALL


class TestUnsuccessfulEnd:
    """A process that is canceled, declined or expires."""

    @pytest.mark.parametrize("how", ["canceled", "declined", "expired"])
    def test_ended_process_cancels_its_requests(self, world: World, how: str) -> None:
        """All requests of the process are canceled with it and cannot be accepted any more."""
        add_invited(world, ANOTHER)
        process = enable_all_features(world)
        approve(world, process, ANOTHER)
        request, approved = (requests_of(world, process)[account] for account in (INVITED, ANOTHER))
        if how == "canceled":
            cancel(world, process)
        elif how == "declined":
            decline(world, process, MANAGEMENT)
        else:
            world.clock.advance(90 * DAYS)
        assert handshake_state(world, process) is HandshakeState[how.upper()]
        assert handshake_state(world, request) is HandshakeState.CANCELED
        assert world.state.handshakes[approved.id].settled is HandshakeState.ACCEPTED
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, request, INVITED)
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, process, MANAGEMENT)
        assert current_organization(world).feature_set is FeatureSet.CONSOLIDATED_BILLING

    def test_ended_process_is_visible_for_thirty_days(self, world: World) -> None:
        """The process and its requests are visible for thirty days after its end."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        world.clock.advance(120 * DAYS - INSTANT)
        assert list(requests_of(world, process)) == [INVITED]
        act(world, lifecycle.describe_handshake, request.id, account=INVITED)
        world.clock.advance(INSTANT)
        assert requests_of(world, process) == {}
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, request.id, account=INVITED)

    def test_canceled_request_still_blocks_process(self, world: World) -> None:
        """The management account may cancel a single request; the approval of its account is still missing."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        cancel(world, request)
        assert handshake_state(world, request) is HandshakeState.CANCELED
        assert handshake_state(world, process) is HandshakeState.REQUESTED


class TestInvitations:
    """The effect of a process on invitations."""

    def test_open_invitation_is_canceled_by_process(self, world: World) -> None:
        """An invitation to consolidated billing ends at the instant at which the process begins."""
        old, fresh = invite(world, STANDALONE), invite(world, ANOTHER)
        world.clock.advance(DAYS)
        process = enable_all_features(world)
        assert handshake_state(world, fresh) is HandshakeState.CANCELED
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, old)
        cancel(world, process)
        world.clock.advance(30 * DAYS - INSTANT)
        act(world, lifecycle.describe_handshake, old.id, account=STANDALONE)
        world.clock.advance(INSTANT)
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, old.id, account=STANDALONE)

    def test_ended_invitation_keeps_its_state(self, world: World) -> None:
        """An invitation that was declined or had expired before keeps its state."""
        declined, expired = invite(world, STANDALONE), invite(world, ANOTHER)
        decline(world, declined)
        world.clock.advance(15 * DAYS)
        enable_all_features(world)
        assert handshake_state(world, declined) is HandshakeState.DECLINED
        assert handshake_state(world, expired) is HandshakeState.EXPIRED

    def test_canceled_invitation_can_be_sent_again(self, world: World) -> None:
        """An invitation that the process canceled can be sent again, and remains open."""
        invite(world, STANDALONE)
        cancel(world, enable_all_features(world))
        again = invite(world, STANDALONE)
        assert (again.promised, handshake_state(world, again)) == (FeatureSet.CONSOLIDATED_BILLING, HandshakeState.OPEN)

    def test_invitation_during_process_is_refused(self, world: World) -> None:
        """No account can be invited while the process is in progress."""
        enable_all_features(world)
        reason = HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            invite(world, STANDALONE)
        world.clock.advance(90 * DAYS)
        assert handshake_state(world, invite(world, STANDALONE)) is HandshakeState.OPEN

    @pytest.mark.parametrize("ends", ["accepted", "canceled", "expired"])
    def test_permitted_invitation_during_process_promises_all_features(self, ends: str) -> None:
        """Where the options permit it, an invitation promises all features, and ends unless the process succeeds."""
        world = world_with_billing_organization(invitations_during_migration=True)
        process = enable_all_features(world)
        if ends == "expired":
            world.clock.advance(80 * DAYS)
        invitation = invite(world, STANDALONE)
        assert invitation.promised is FeatureSet.ALL
        assert requests_of(world, process) == {}
        if ends == "accepted":
            accept(world, process, MANAGEMENT)
        elif ends == "canceled":
            cancel(world, process)
        else:
            world.clock.advance(10 * DAYS)
        expected = HandshakeState.OPEN if ends == "accepted" else HandshakeState.CANCELED
        assert handshake_state(world, invitation) is expected
