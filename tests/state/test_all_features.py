"""The enabling of all features: its requests, their approval and its cost."""

from datetime import timedelta

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    HandshakeNotFound,
    NotInOrganization,
    NotParty,
    WrongAccount,
)
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, HandshakeAction, HandshakeState, PartyKind
from artifact_state.organizations import account_closure, account_creation, accounts, organization
from artifact_state.organizations.handshakes import all_features, lifecycle, listing
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
from tests.support.handshakes import accept, add_invited, cancel, decline, handshake_state, invite


@pytest.fixture
def world() -> World:
    """Return a world with an organization that has consolidated billing only and one invited account."""
    world = world_with_billing_organization()
    add_invited(world, INVITED)
    return world


class TestEnableAllFeatures:
    """enable_all_features."""

    def test_invited_accounts_are_asked_to_approve(self, world: World) -> None:
        """Each invited account receives a request to approve; created ones and the management account do not."""
        create_member(world)
        add_invited(world, ANOTHER)
        process = enable_all_features(world)
        requests = requests_of(world, process)
        assert list(requests) == [INVITED, ANOTHER]
        assert {request.action for request in requests.values()} == {HandshakeAction.APPROVE_ALL_FEATURES}
        assert (process.recipient_kind, process.recipient) == (PartyKind.ORGANIZATION, current_organization(world).id)
        assert handshake_state(world, process) is HandshakeState.REQUESTED

    def test_process_without_invited_accounts_is_open_at_once(self) -> None:
        """In an organization of created accounts only, the process is open at once."""
        world = world_with_billing_organization()
        create_member(world)
        assert handshake_state(world, enable_all_features(world)) is HandshakeState.OPEN

    def test_created_account_without_linked_role_is_asked_to_recreate_it(self, world: World) -> None:
        """A created account that deleted its role receives a request, and gets the role again by accepting it."""
        without_role, with_role = create_member(world, "created"), create_member(world, "whole")
        delete_linked_role(world, without_role)
        process = enable_all_features(world)
        request = requests_of(world, process)[without_role]
        assert request.action is HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE
        assert with_role not in requests_of(world, process)
        approve(world, process, without_role)
        assert (
            role_of(world.state, without_role, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"
        )

    def test_approval_recreates_linked_role_of_invited_account(self, world: World) -> None:
        """An invited account that deleted its role gets it again by approving."""
        delete_linked_role(world, INVITED)
        process = enable_all_features(world)
        assert requests_of(world, process)[INVITED].action is HandshakeAction.APPROVE_ALL_FEATURES
        approve(world, process, INVITED)
        assert role_of(world.state, INVITED, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"

    def test_closed_accounts_and_accounts_in_creation_are_not_asked(self) -> None:
        """Neither a closed account nor one that is still being created has to approve."""
        world = world_with_billing_organization(creation_delay=timedelta(hours=1))
        add_invited(world, INVITED)
        act(world, account_creation.create_account, name="coming", email="coming@example.com")
        with transaction(world, MANAGEMENT) as tx:
            # An organization of consolidated billing cannot close accounts, but their owners can.
            account_closure._close(tx, INVITED, tx.serial())
        assert requests_of(world, enable_all_features(world)) == {}

    def test_only_management_account_enables_all_features(self, world: World) -> None:
        """A member and a standalone account are refused."""
        with expect_refusal(world, WrongAccount):
            act(world, all_features.enable_all_features, account=INVITED)
        with expect_refusal(world, NotInOrganization):
            act(world, all_features.enable_all_features, account=STANDALONE)

    def test_organization_with_all_features_is_refused(self) -> None:
        """All features cannot be enabled twice."""
        world = world_with_organization()
        with expect_refusal(
            world, HandshakeConstraintViolated, HandshakeConstraint.ORGANIZATION_ALREADY_HAS_ALL_FEATURES
        ):
            enable_all_features(world)

    def test_second_process_is_refused_until_first_ends(self, world: World) -> None:
        """There is one process at a time; another can begin once the first is canceled or has expired."""
        reason = HandshakeConstraint.ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION
        first = enable_all_features(world)
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            enable_all_features(world)
        cancel(world, first)
        enable_all_features(world)
        world.clock.advance(90 * DAYS - INSTANT)
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            enable_all_features(world)
        world.clock.advance(INSTANT)
        enable_all_features(world)

    def test_organization_above_quota_is_refused(self) -> None:
        """An organization with more accounts than the quota needs AWS's help."""
        world = world_with_billing_organization(quotas=quotas_with(accounts_in_all_features_migration=2))
        create_member(world, "first")
        process = enable_all_features(world)
        cancel(world, process)
        create_member(world, "second")
        reason = Constraint.ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED
        with expect_refusal(world, ConstraintViolated, reason):
            enable_all_features(world)


class TestApproval:
    """The approval of a process by the members."""

    def test_process_opens_when_all_accounts_have_approved(self, world: World) -> None:
        """The process is REQUESTED until the last account has approved, then OPEN."""
        add_invited(world, ANOTHER)
        process = enable_all_features(world)
        approve(world, process, ANOTHER)
        assert handshake_state(world, process) is HandshakeState.REQUESTED
        approve(world, process, INVITED)
        assert handshake_state(world, process) is HandshakeState.OPEN

    def test_declining_account_blocks_process_until_removed(self, world: World) -> None:
        """An account that declines blocks the process until it is removed."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        decline(world, request, INVITED)
        assert handshake_state(world, process) is HandshakeState.REQUESTED
        act(world, accounts.remove_account, INVITED)
        assert handshake_state(world, process) is HandshakeState.OPEN

    def test_account_that_left_need_not_approve(self, world: World) -> None:
        """An account that has left need not approve, and cannot."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        act(world, accounts.leave_organization, account=INVITED)
        assert handshake_state(world, process) is HandshakeState.OPEN
        with expect_refusal(world, NotInOrganization):
            accept(world, request, INVITED)

    def test_account_in_another_organization_cannot_approve(self, world: World) -> None:
        """An account that has moved to another organization cannot approve."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        offer = invite(world, INVITED, account=STANDALONE)
        accept(world, offer, INVITED)
        with expect_refusal(world, NotParty):
            accept(world, request, INVITED)

    def test_account_that_rejoined_need_not_approve(self) -> None:
        """An account that left and joined again by a new invitation agreed to all features with it."""
        world = world_with_billing_organization(invitations_during_migration=True)
        add_invited(world, INVITED)
        process = enable_all_features(world)
        act(world, accounts.leave_organization, account=INVITED)
        add_invited(world, INVITED)
        assert handshake_state(world, process) is HandshakeState.OPEN

    def test_account_closed_during_process_need_not_approve(self, world: World) -> None:
        """An account that is closed during the process does not block it."""
        process = enable_all_features(world)
        with transaction(world, MANAGEMENT) as tx:
            account_closure._close(tx, INVITED, tx.serial())
        assert handshake_state(world, process) is HandshakeState.OPEN

    def test_member_responds_only_to_its_own_request(self, world: World) -> None:
        """A member finds neither the requests of others nor the process, and the sender cannot approve."""
        add_invited(world, ANOTHER)
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        with expect_refusal(world, HandshakeNotFound):
            accept(world, request, ANOTHER)
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, process.id, account=INVITED)
        with expect_refusal(world, NotParty):
            accept(world, request, MANAGEMENT)

    def test_member_lists_its_request_by_action_or_process(self, world: World) -> None:
        """The member lists its request by action and by process; the management account received nothing."""
        process = enable_all_features(world)
        request = requests_of(world, process)[INVITED]
        for filters in ((HandshakeAction.APPROVE_ALL_FEATURES, None), (None, process.id)):
            with transaction(world, INVITED) as tx:
                listed = [handshake for _, handshake in listing.list_received_handshakes(tx, *filters) if handshake]
            assert listed == [request]
        with transaction(world, MANAGEMENT) as tx:
            assert not list(listing.list_received_handshakes(tx))

    def test_requests_of_another_organization_are_not_listed(self, world: World) -> None:
        """The requests of another organization's process are not listed."""
        process = enable_all_features(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        with transaction(world, STANDALONE) as tx:
            assert not list(listing.list_sent_handshakes(tx, None, process.id))


class TestCost:
    """The cost of a process in an organization with many accounts."""

    def test_cost_does_not_grow_with_number_of_requests(self) -> None:
        """To read, accept or cancel the process costs the same, whether few or many accounts are asked."""
        counts = []
        for size in (5, 500):
            world = world_with_billing_organization(quotas=quotas_with(accounts_per_organization=1_000))
            members = [f"{number:012}" for number in range(size)]
            for member in members:
                add_invited(world, member)
            invitation, process = invite(world, STANDALONE), enable_all_features(world)
            requests = requests_of(world, process)
            for member in members[: size // 2]:
                accept(world, requests[member], member)
            last = requests[members[-1]]
            counts.append(
                (
                    count_calls(world, lambda: handshake_state(world, process)),  # noqa: B023 - called at once
                    count_calls(world, lambda: handshake_state(world, last)),  # noqa: B023
                    count_calls(world, lambda: handshake_state(world, invitation)),  # noqa: B023
                    count_calls(world, lambda: accept(world, last, last.recipient)),  # noqa: B023
                    count_calls(world, lambda: cancel(world, process)),  # noqa: B023
                )
            )
        assert [many <= few * 1.5 for few, many in zip(*counts, strict=True)] == [True] * 5, counts
