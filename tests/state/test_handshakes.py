"""Handshakes: responses to them, their description and listing, and the deletion of invisible ones."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from artifact_state.errors import (
    DuplicateHandshake,
    HandshakeAlreadyInState,
    HandshakeNotFound,
    InputReason,
    InvalidHandshakeTransition,
    InvalidInput,
    NotInOrganization,
    NotParty,
    WrongAccount,
)
from artifact_state.events import HandshakeChanged
from artifact_state.model import Handshake, HandshakeAction, HandshakeState
from artifact_state.organizations import account_creation, accounts, handshake_responses, organization
from artifact_state.organizations.handshakes import lifecycle, listing
from artifact_state.record import replace
from artifact_state.world import Transaction, World
from tests.support.accounts import INSTANT
from tests.support.call_counting import count_calls
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    quotas_with,
    transaction,
    world_with_organization,
)
from tests.support.handshakes import accept, cancel, decline, handshake_state, invite, received_ids, sent_ids

OTHER = "444455556666"


class Response(NamedTuple):
    """A response to a handshake, the account that gives it, and the state in which it leaves the handshake."""

    rule: Callable[[Transaction, str], Handshake]
    account: str
    state: HandshakeState


RESPONSES = [
    Response(handshake_responses.accept_handshake, STANDALONE, HandshakeState.ACCEPTED),
    Response(handshake_responses.decline_handshake, STANDALONE, HandshakeState.DECLINED),
    Response(handshake_responses.cancel_handshake, MANAGEMENT, HandshakeState.CANCELED),
]


every_response = pytest.mark.parametrize("response", RESPONSES, ids=["accept", "decline", "cancel"])


class TestResponses:
    """accept_handshake, decline_handshake and cancel_handshake."""

    @every_response
    def test_response_is_final_and_recorded_once(self, world: World, response: Response) -> None:
        """A response determines the state of the handshake for good and records one event."""
        invitation = invite(world)
        world.events.clear()
        assert act(world, response.rule, invitation.id, account=response.account).settled is response.state
        assert [type(event) for event in world.events].count(HandshakeChanged) == 1
        world.clock.advance(timedelta(days=20))
        assert handshake_state(world, invitation) is response.state

    @every_response
    def test_second_response_is_refused(self, world: World, response: Response) -> None:
        """The same response again finds the handshake in that state already; another response is too late."""
        invitation = invite(world)
        act(world, response.rule, invitation.id, account=response.account)
        for again in RESPONSES:
            with expect_refusal(world, HandshakeAlreadyInState if again is response else InvalidHandshakeTransition):
                act(world, again.rule, invitation.id, account=again.account)

    @every_response
    def test_expired_handshake_takes_no_response(self, world: World, response: Response) -> None:
        """An expired handshake cannot be accepted, declined or canceled."""
        invitation = invite(world)
        world.clock.advance(timedelta(days=15))
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, response.rule, invitation.id, account=response.account)

    @every_response
    def test_other_party_cannot_give_response(self, world: World, response: Response) -> None:
        """The recipient cannot cancel; the sender can neither accept nor decline."""
        invitation = invite(world)
        with expect_refusal(world, NotParty):
            act(
                world,
                response.rule,
                invitation.id,
                account=MANAGEMENT if response.account == STANDALONE else STANDALONE,
            )

    @every_response
    def test_handshake_is_not_found_by_third_account(self, world: World, response: Response) -> None:
        """A third account does not find the handshake, and neither party a missing one."""
        invitation = invite(world)
        with expect_refusal(world, HandshakeNotFound):
            act(world, response.rule, invitation.id, account=OTHER)
        with expect_refusal(world, HandshakeNotFound):
            act(world, response.rule, "h-" + "0" * 32, account=response.account)

    def test_member_of_sending_organization_cannot_cancel(self, world: World) -> None:
        """A member of the sending organization is not a party."""
        member = create_member(world)
        invitation = invite(world)
        with expect_refusal(world, HandshakeNotFound):
            cancel(world, invitation, member)


class TestDescribeHandshake:
    """describe_handshake."""

    def test_only_parties_see_handshake(self, world: World) -> None:
        """Sender and recipient see the same handshake; a member does not find it."""
        member = create_member(world)
        invitation = invite(world)
        for account in (MANAGEMENT, STANDALONE):
            assert act(world, lifecycle.describe_handshake, invitation.id, account=account) == invitation
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invitation.id, account=member)

    @pytest.mark.parametrize("ends", ["declined", "expired"])
    def test_ended_handshake_is_visible_for_thirty_days(self, world: World, ends: str) -> None:
        """A handshake that has ended is visible for thirty days, then neither described nor listed."""
        invitation = invite(world)
        if ends == "declined":
            decline(world, invitation)
        else:
            world.clock.advance(timedelta(days=15))
        world.clock.advance(timedelta(days=30) - INSTANT)
        act(world, lifecycle.describe_handshake, invitation.id)
        assert sent_ids(world) == received_ids(world) == [invitation.id]
        world.clock.advance(INSTANT)
        assert sent_ids(world) == received_ids(world) == []
        for account in (MANAGEMENT, STANDALONE):
            with expect_refusal(world, HandshakeNotFound):
                act(world, lifecycle.describe_handshake, invitation.id, account=account)

    def test_handshake_of_deleted_organization_is_not_found(self, world: World) -> None:
        """The handshakes of an organization are deleted with it."""
        invitation = invite(world)
        act(world, organization.delete_organization)
        assert received_ids(world) == []
        with expect_refusal(world, HandshakeNotFound):
            accept(world, invitation)


class TestLists:
    """list_sent_handshakes and list_received_handshakes."""

    def test_handshakes_are_listed_in_order_of_sending(self, world: World) -> None:
        """Both lists are in the order of sending, and continue after any place."""
        invited = [invite(world, target) for target in (STANDALONE, OTHER, f"account-{STANDALONE}@example.com")]
        assert sent_ids(world) == [invitation.id for invitation in invited]
        assert received_ids(world) == [invited[0].id, invited[2].id]
        with transaction(world, MANAGEMENT) as tx:
            rest = list(listing.list_sent_handshakes(tx, after=invited[0].serial))
        assert [place for place, _ in rest] == [invitation.serial for invitation in invited[1:]]

    def test_invitation_to_former_email_is_not_received(self, world: World) -> None:
        """An invitation to an address that an account no longer has is not sent to that account."""
        invitation = invite(world, f"account-{STANDALONE}@example.com")
        with transaction(world, STANDALONE) as tx:
            tx.put(replace(accounts.account_of(tx.state, STANDALONE), email="new@example.com"))
        assert received_ids(world) == []
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invitation.id, account=STANDALONE)

    def test_action_filter_selects_handshakes(self, world: World) -> None:
        """A filter by action leaves out the other handshakes."""
        invitation = invite(world)
        for list_ids in (sent_ids, received_ids):
            assert list_ids(world, HandshakeAction.INVITE) == [invitation.id]
            assert list_ids(world, HandshakeAction.APPROVE_ALL_FEATURES) == []

    def test_two_filters_are_refused(self, world: World) -> None:
        """Only one filter may be given."""
        for rule, account in (
            (listing.list_sent_handshakes, MANAGEMENT),
            (listing.list_received_handshakes, STANDALONE),
        ):
            with expect_refusal(world, InvalidInput, InputReason.MAX_LIMIT_EXCEEDED_FILTER):
                act(world, rule, HandshakeAction.INVITE, "h-" + "0" * 32, account=account)

    def test_unknown_process_has_no_handshakes(self, world: World) -> None:
        """A missing process has no handshakes, and an invitation is not a process."""
        invitation = invite(world)
        for parent in ("h-" + "0" * 32, invitation.id):
            assert sent_ids(world, None, parent) == received_ids(world, None, parent) == []

    def test_only_management_account_lists_sent_handshakes(self, world: World) -> None:
        """Any account lists the handshakes that it received; those sent are for the management account."""
        member = create_member(world)
        assert received_ids(world, account=member) == []
        with expect_refusal(world, WrongAccount):
            act(world, listing.list_sent_handshakes, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, listing.list_sent_handshakes, account=STANDALONE)


class TestInvisibleInvitations:
    """The deletion of invitations that are no longer visible."""

    def test_new_invitation_deletes_invisible_ones(self, world: World) -> None:
        """A new invitation deletes every record of those that ended more than thirty days ago."""
        for number in range(3):
            invite(world, f"new-{number}@example.com")
        accept(world, invite(world))
        world.clock.advance(timedelta(days=45))
        latest = invite(world, OTHER)
        assert list(world.state.handshakes) == [latest.id]
        own = current_organization(world)
        assert [list(ids) for ids in own.handshakes.values()] == [[latest.id]]
        assert list(own.latest_handshakes.values()) == [latest.id]
        received = [list(ids) for by_action in world.state.received_handshakes.values() for ids in by_action.values()]
        assert [ids for ids in received if ids] == [[latest.id]]

    def test_visible_invitation_is_kept(self, world: World) -> None:
        """An invitation that has ended is kept as long as it is visible."""
        first = invite(world)
        world.clock.advance(timedelta(days=44))
        second = invite(world)
        assert sent_ids(world) == [first.id, second.id]

    def test_deletion_keeps_later_invitation_of_same_target(self, world: World) -> None:
        """After the first invitation of a target is deleted, the second still refuses a duplicate."""
        invite(world)
        world.clock.advance(timedelta(days=16))
        invite(world)
        world.clock.advance(timedelta(days=14))
        cancel(world, invite(world, OTHER))
        with expect_refusal(world, DuplicateHandshake):
            invite(world)


class TestCost:
    """The cost of operations in an organization with many handshakes."""

    @pytest.mark.parametrize("days", [0, 1, 16, 40, 50])
    def test_cost_does_not_grow_with_number_of_invitations(self, days: int) -> None:
        """With a hundred times the invitations, of any age, no operation costs noticeably more."""
        counts = []
        for size in (10, 1_000):
            world = world_with_organization(quotas=quotas_with(accounts_per_organization=10_000))
            for number in range(size):
                invitation = invite(world, f"{number:012}")
                if number % 2:
                    decline(world, invitation, f"{number:012}")
            world.clock.advance(timedelta(days=days))
            new = invite(world, OTHER)
            counts.append(
                [
                    count_calls(world, lambda: invite(world)),  # noqa: B023 - called at once
                    count_calls(world, lambda: accept(world, new, OTHER)),  # noqa: B023
                    count_calls(world, lambda: cancel(world, new)),  # noqa: B023
                    count_calls(world, lambda: act(world, lifecycle.describe_handshake, new.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, organization.delete_organization)),  # noqa: B023
                ]
            )
        few, many = counts
        # A new invitation deletes at most ten invisible ones.
        allowance = [2_500 if days > 30 else 0, 0, 0, 0, 0]
        assert [many[place] <= few[place] * 1.5 + allowance[place] for place in range(5)] == [True] * 5, counts

    def test_invitations_do_not_slow_account_creation(self, world: World) -> None:
        """Creating an account costs the same, however many invitations were sent."""
        before = count_calls(
            world, lambda: act(world, account_creation.create_account, name="a", email="a@example.com")
        )
        for number in range(300):
            invite(world, f"{number:012}")
        after = count_calls(world, lambda: act(world, account_creation.create_account, name="a", email="a@example.com"))
        assert after <= before * 1.2
