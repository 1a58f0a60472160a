"""The life of a member account: asked for, created, suspended, closed, gone; and every way in which that can fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.authority import membership_of
from artifact_state.errors import (
    AccountAlreadyClosed,
    AccountBeingClosed,
    AccountCreationNotFound,
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    ManagementAccountCannotLeave,
    NotInOrganization,
    OrganizationFinalizing,
    OrganizationNotEmpty,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import (
    AccountClosureRequested,
    AccountCreationRequested,
    AccountDeparted,
    AccountJoined,
    AccountSuspensionChanged,
    DepartureMethod,
)
from artifact_state.iam.roles import role_of
from artifact_state.model import AccountState, Creation, CreationFailure, CreationState, FeatureSet, JoinedMethod
from artifact_state.organizations import account_closure, account_creation, accounts, hierarchy, organization
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    quotas_with,
    root_id,
    world_with_organization,
)

INSTANT = timedelta(microseconds=1)
RETENTION = timedelta(days=90)
GOVCLOUD = "us-gov-west-1"


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


def ask(world: World, name: str = "member", email: str | None = None, **named: Any) -> Creation:
    """Ask for an account."""
    address = f"{name}@example.com" if email is None else email
    return act(world, account_creation.create_account, name=name, email=address, **named)


def state_of(world: World, account_id: str) -> AccountState:
    """Tell where an account stands now."""
    return accounts.account_state(world.state, account_id, world.clock.now())


def stands(world: World, creation: Creation) -> CreationState:
    """Tell how a request stands now."""
    return account_creation.creation_state(
        act(world, account_creation.describe_creation, creation.id), world.clock.now()
    )


def ids_of(world: World) -> list[str]:
    """List the accounts of the organization."""
    return [account.id for account, _ in list_all(world, accounts.list_accounts)]


def close(world: World, account_id: str) -> None:
    """Close an account."""
    act(world, account_closure.close_account, account_id)


class TestCreateAccount:
    """create_account."""

    def test_joins_below_the_root(self, world: World) -> None:
        """A created account is a member, the last of the list, and directly below the root."""
        account_id = create_member(world)
        account, membership = act(world, accounts.describe_account, account_id)
        assert (account.name, account.email) == ("member", "member@example.com")
        assert membership.method is JoinedMethod.CREATED
        assert membership.parent_id == root_id(world)
        assert ids_of(world) == [MANAGEMENT, account_id]
        assert state_of(world, account_id) is AccountState.ACTIVE

    def test_roles(self, world: World) -> None:
        """It has the role that the management account assumes, under the wanted name, and that of Organizations."""
        plain, named = create_member(world, "plain"), create_member(world, "named", role_name="Admin")
        for account_id, name in ((plain, "OrganizationAccountAccessRole"), (named, "Admin")):
            role = role_of(world.state, account_id, name, NOW)
            assert f"arn:aws:iam::{MANAGEMENT}:root" in role.trust_policy
            assert role.managed_policies == ("AdministratorAccess",)
            assert role_of(world.state, account_id, "AWSServiceRoleForOrganizations", NOW).linked_service

    def test_is_told(self, world: World) -> None:
        """The event names the request, however it ends."""
        asked = [ask(world).id, ask(world).id]
        told = [event.creation_id for event in world.events if isinstance(event, AccountCreationRequested)]
        assert told == asked
        (joined,) = (
            event for event in world.events if isinstance(event, AccountJoined) and event.account_id != MANAGEMENT
        )
        assert joined.account_id == act(world, account_creation.describe_creation, asked[0]).account_id

    def test_role_name(self, world: World) -> None:
        """The prefix of service-linked roles is reserved, in any case of its letters."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_ROLE_NAME):
            ask(world, role_name="awsServiceRoleForMe")

    def test_takes_its_time(self) -> None:
        """Until a request completes the account is no member, in no list, and has no role."""
        world = world_with_organization(creation_delay=timedelta(minutes=1))
        creation = ask(world)
        assert creation.account_id
        world.clock.advance(timedelta(minutes=1) - INSTANT)
        assert stands(world, creation) is CreationState.IN_PROGRESS
        assert ids_of(world) == [MANAGEMENT]
        with expect_refusal(world, AccountNotFound):
            act(world, accounts.describe_account, creation.account_id)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=creation.account_id)
        world.clock.advance(INSTANT)
        assert stands(world, creation) is CreationState.SUCCEEDED
        assert ids_of(world) == [MANAGEMENT, creation.account_id]

    def test_tags(self, world: World) -> None:
        """Tags can be set at once, with a bad one nothing is created, and at most fifty."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
            ask(world, tags=(("AWS:reserved", "x"),))
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            ask(world, tags=tuple((str(at), "") for at in range(51)))
        account_id = create_member(world, tags=(("team", "blue"),))
        assert [(tag.key, tag.value) for tag in world.state.tags[account_id]] == [("team", "blue")]

    def test_ids_are_those_of_the_seed(self) -> None:
        """Equal histories give equal ids, and no two requests the same."""
        first, second = world_with_organization(), world_with_organization()
        assert [ask(first, name).id for name in "ab"] == [ask(second, name).id for name in "ab"]
        assert ask(first, "c").id != ask(first, "d").id

    def test_authority(self, world: World) -> None:
        """Only the management account creates."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_creation.create_account, name="x", email="x@example.com", account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, account_creation.create_account, name="x", email="x@example.com", account=STANDALONE)

    def test_finalizing(self) -> None:
        """An organization that was only just made takes no accounts yet."""
        world = world_with_organization(finalizing_period=timedelta(hours=1))
        with expect_refusal(world, OrganizationFinalizing):
            ask(world)
        world.clock.advance(timedelta(hours=1))
        create_member(world)

    def test_partitions(self, world: World) -> None:
        """AWS GovCloud (US) has no account creation; China has."""
        with expect_refusal(world, UnsupportedInPartition):
            ask(world, region=GOVCLOUD)
        for rule, arguments in (
            (account_creation.describe_creation, ("car-00000000",)),
            (account_creation.list_creations, ()),
        ):
            with expect_refusal(world, UnsupportedInPartition):
                act(world, rule, *arguments, region=GOVCLOUD)
        china = "444455556666"
        act(world, organization.create_organization, FeatureSet.ALL, account=china, region="cn-north-1")
        assert ask(world, account=china, region="cn-north-1").account_id


class TestFailures:
    """How a request to create an account fails, although the call succeeds."""

    @pytest.mark.parametrize("failure", CreationFailure)
    def test_by_switch(self, failure: CreationFailure) -> None:
        """Every reason of AWS's can be had by a switch; nothing but the request is kept."""
        world = world_with_organization(creation_failure=failure)
        before = world.state
        creation = ask(world)
        assert (creation.failure, creation.account_id) == (failure, None)
        assert stands(world, creation) is CreationState.FAILED
        assert world.state.accounts is before.accounts
        assert world.state.roles is before.roles
        assert ids_of(world) == [MANAGEMENT]

    @pytest.mark.parametrize(
        "address",
        [
            ".dot@example.com",
            "a b@example.com",
            'a"b@example.com',
            "a'b@example.com",
            "a(b@example.com",
            "a)b@example.com",
            "a<b@example.com",
            "a>b@example.com",
            "a[b@example.com",
            "a]b@example.com",
            "a:b@example.com",
            "a;b@example.com",
            "a,b@example.com",
            "a\\b@example.com",
            "a|b@example.com",
            "a%b@example.com",
            "a&b@example.com",
            "a@b@example.com",
            "ä@example.com",
            "a@exämple.com",
            "a@exa_mple.com",
            "a@.example.com",
            "a@-example.com",
            "a@example.com.",
            "a@example.com-",
            "a@examplecom",
        ],
    )
    def test_invalid_email(self, world: World, address: str) -> None:
        """An address against AWS's rules fails the request."""
        assert ask(world, email=address).failure is CreationFailure.INVALID_EMAIL

    @pytest.mark.parametrize(
        "address", ["a@b.co", "first.last+tag@sub.example-1.org", "UPPER_{x}!#$*=?^`~/@Example.COM"]
    )
    def test_valid_email(self, world: World, address: str) -> None:
        """Whatever else AWS's rules leave is an address."""
        assert ask(world, email=address).failure is None

    def test_email_already_exists(self, world: World) -> None:
        """An address has one account, without regard to case: a member, the management account, or any other."""
        create_member(world, "taken")
        own = accounts.account_of(world.state, MANAGEMENT).email
        for address in ("Taken@example.com", own, f"account-{STANDALONE}@example.com"):
            assert ask(world, email=address).failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_email_of_closed_and_departed_accounts(self, world: World) -> None:
        """The address of an account that is closed, gone or removed is not free."""
        closed, removed = create_member(world, "closed"), create_member(world, "removed")
        close(world, closed)
        act(world, accounts.remove_account, removed)
        assert ask(world, "closed").failure is CreationFailure.EMAIL_ALREADY_EXISTS
        world.clock.advance(RETENTION)
        assert ask(world, "closed").failure is CreationFailure.EMAIL_ALREADY_EXISTS
        assert ask(world, "removed").failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_concurrent_account_modification(self) -> None:
        """The same address again, while the first request is under way, is another failure."""
        world = world_with_organization(creation_delay=timedelta(seconds=10))
        ask(world)
        assert ask(world).failure is CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION
        world.clock.advance(timedelta(seconds=10))
        assert ask(world).failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_account_limit_exceeded(self) -> None:
        """When accounts that are still being created fill the quota, the request fails."""
        world = world_with_organization(
            quotas=quotas_with(accounts_per_organization=3), creation_delay=timedelta(seconds=10)
        )
        assert [ask(world, name).failure for name in "abc"] == [None, None, CreationFailure.ACCOUNT_LIMIT_EXCEEDED]

    def test_failure_takes_its_time(self) -> None:
        """A request that will fail is under way as long as any other, and counts as such."""
        world = world_with_organization(
            creation_failure=CreationFailure.INTERNAL_FAILURE, creation_delay=timedelta(seconds=10)
        )
        creation = ask(world)
        assert stands(world, creation) is CreationState.IN_PROGRESS
        world.clock.advance(timedelta(seconds=10))
        assert stands(world, creation) is CreationState.FAILED


class TestQuotas:
    """How many accounts, and how many at a time."""

    def test_ten_accounts(self) -> None:
        """By AWS's own quotas an organization has ten accounts, the management account among them."""
        world = world_with_organization(quotas=quotas_with())
        for at in range(9):
            create_member(world, f"member-{at}")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            ask(world, "tenth")

    def test_more_than_ten_accounts(self, world: World) -> None:
        """Without quotas of its own a world has more: AWS grants them on request."""
        for at in range(20):
            create_member(world, f"member-{at}")

    def test_removed_accounts_make_room(self) -> None:
        """An account that is removed counts no more."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        account = create_member(world)
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            ask(world, "other")
        act(world, accounts.remove_account, account)
        create_member(world, "other")

    def test_closed_accounts_count_for_ninety_days(self) -> None:
        """A closed account counts until it is gone for good."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        close(world, create_member(world))
        world.clock.advance(RETENTION - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            ask(world, "other")
        world.clock.advance(INSTANT)
        create_member(world, "other")

    def test_five_at_a_time(self) -> None:
        """Five requests may be under way, failing ones among them; a sixth waits for one of them to end."""
        world = world_with_organization(creation_delay=timedelta(seconds=10))
        ask(world, "bad", email=".@example.com")
        world.clock.advance(timedelta(seconds=5))
        for at in range(4):
            ask(world, f"member-{at}")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED):
            ask(world, "sixth")
        world.clock.advance(timedelta(seconds=5))
        create_member(world, "sixth")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED):
            ask(world, "seventh")


class TestCreations:
    """creation_of and creations."""

    def test_by_states(self) -> None:
        """Requests are listed in their order, all of them or those that stand in certain ways."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=100))
        good, bad = ask(world, "good"), ask(world, "bad", email=".@example.com")
        later = ask(world, "later")
        world.options = replace(world.options, creation_delay=timedelta(seconds=10))
        coming, failing = ask(world, "coming"), ask(world, "failing", email=".@example.com")

        def found(*states: CreationState) -> list[Creation]:
            return list_all(world, account_creation.list_creations, states)

        everything = [good, bad, later, coming, failing]
        assert list_all(world, account_creation.list_creations) == everything
        assert found(*CreationState) == everything
        assert found(CreationState.SUCCEEDED) == [good, later]
        assert found(CreationState.FAILED) == [bad]
        assert found(CreationState.IN_PROGRESS) == [coming, failing]
        assert found(CreationState.FAILED, CreationState.IN_PROGRESS) == [bad, coming, failing]
        for at, one in enumerate(everything):
            assert list_all(world, account_creation.list_creations, CreationState, one.serial) == everything[at + 1 :]
        world.clock.advance(timedelta(seconds=10))
        assert found(CreationState.IN_PROGRESS) == []
        assert found(CreationState.SUCCEEDED) == [good, later, coming]
        assert found(CreationState.FAILED) == [bad, failing]

    @pytest.mark.parametrize(
        "creation_id", ["car-00000000", "car-" + "0" * 32, "car-zzzzzzzzzzzzzzzz", "car-1234567890"]
    )
    def test_unknown(self, world: World, creation_id: str) -> None:
        """An id that was never given is not found, whatever it looks like."""
        ask(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation_id)

    def test_altered_id(self, world: World) -> None:
        """An id is good as a whole only."""
        creation = ask(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id[:-1] + ("0" if creation.id[-1] != "0" else "1"))

    def test_of_another_organization(self, world: World) -> None:
        """Another organization's requests are nobody else's business."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        creation = ask(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id, account=STANDALONE)
        assert list_all(world, account_creation.list_creations, account=STANDALONE) == []

    @pytest.mark.parametrize(
        ("rule", "arguments"),
        [(account_creation.describe_creation, ("car-00000000",)), (account_creation.list_creations, ())],
    )
    def test_authority(self, world: World, rule: Callable[..., Any], arguments: tuple[str, ...]) -> None:
        """A member and a stranger learn nothing of requests."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, *arguments, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, *arguments, account=STANDALONE)


class TestCreateGovCloudAccount:
    """create_govcloud_account."""

    def test_pair(self, world: World) -> None:
        """Two accounts of one name and address come of it: a member with the tags, and one that stands alone."""
        creation = act(
            world, account_creation.create_govcloud_account, name="pair", email="pair@example.com", tags=(("a", "1"),)
        )
        assert creation.account_id
        assert creation.govcloud_account_id
        paired = accounts.account_of(world.state, creation.govcloud_account_id)
        assert (paired.name, paired.email) == ("pair", "pair@example.com")
        assert ids_of(world) == [MANAGEMENT, creation.account_id]
        assert membership_of(world.state, paired.id, NOW) is None
        assert set(world.state.tags) == {creation.account_id}
        assert list_all(world, account_creation.list_creations) == [creation]

    def test_role(self, world: World) -> None:
        """The account in GovCloud can be reached from the one that is paired with the management account."""
        pairs = [
            act(
                world,
                account_creation.create_govcloud_account,
                name=name,
                email=f"{name}@example.com",
                role_name="Admin",
            )
            for name in ("one", "two")
        ]
        trusts = [role_of(world.state, str(one.govcloud_account_id), "admin", NOW).trust_policy for one in pairs]
        assert trusts[0] == trusts[1]
        assert "arn:aws-us-gov:iam::" in trusts[0]
        assert MANAGEMENT not in trusts[0]

    def test_invited_in_govcloud(self, world: World) -> None:
        """The account in GovCloud can found an organization there."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        paired = str(creation.govcloud_account_id)
        made = act(world, organization.create_organization, FeatureSet.ALL, account=paired, region=GOVCLOUD)
        assert made.partition == "aws-us-gov"

    @pytest.mark.parametrize("region", [GOVCLOUD, "cn-north-1"])
    def test_partitions(self, world: World, region: str) -> None:
        """It is called in the commercial partition."""
        with expect_refusal(world, UnsupportedInPartition):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com", region=region)

    def test_not_enabled(self) -> None:
        """The management account must be paired itself."""
        world = world_with_organization(govcloud_enabled=False)
        with expect_refusal(world, ConstraintViolated, Constraint.MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com")

    def test_failure(self, world: World) -> None:
        """A request that fails makes neither account."""
        create_member(world, "taken")
        before = world.state.accounts
        creation = act(world, account_creation.create_govcloud_account, name="taken", email="taken@example.com")
        assert creation.failure is CreationFailure.EMAIL_ALREADY_EXISTS
        assert creation.govcloud_account_id is None
        assert world.state.accounts is before

    def test_authority(self, world: World) -> None:
        """Only the management account creates."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com", account=member)

    def test_closed_together(self, world: World) -> None:
        """Closing the member closes the account in GovCloud too."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        close(world, str(creation.account_id))
        assert state_of(world, str(creation.govcloud_account_id)) is AccountState.CLOSED
        assert len(current_organization(world).recent_closures) == 1

    def test_closed_within_its_own_organization(self, world: World) -> None:
        """The account in GovCloud leaves its organization there after 90 days, as the member leaves its own."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        paired = str(creation.govcloud_account_id)
        act(world, organization.create_organization, FeatureSet.ALL, account=paired, region=GOVCLOUD)
        close(world, str(creation.account_id))
        assert membership_of(world.state, paired, world.clock.now())
        world.clock.advance(RETENTION)
        assert membership_of(world.state, paired, world.clock.now()) is None


class TestAccountState:
    """account_state."""

    def test_activation(self) -> None:
        """A created account may wait for its sign-up to be completed."""
        world = world_with_organization(creation_delay=timedelta(seconds=1), activation_delay=timedelta(minutes=1))
        account = create_member(world)
        world.clock.advance(timedelta(minutes=1))
        assert state_of(world, account) is AccountState.PENDING_ACTIVATION
        world.clock.advance(timedelta(seconds=1))
        assert state_of(world, account) is AccountState.ACTIVE

    def test_suspension(self, world: World) -> None:
        """AWS may suspend an account, known or not, and let it be used again."""
        for account in (create_member(world), MANAGEMENT, STANDALONE):
            act(world, accounts.suspend_account, account)
            assert state_of(world, account) is AccountState.SUSPENDED
            act(world, accounts.suspend_account, account, suspended=False)
            assert state_of(world, account) is AccountState.ACTIVE
            told = [event for event in world.events if isinstance(event, AccountSuspensionChanged)][-2:]
            assert [(event.account_id, event.suspended) for event in told] == [(account, True), (account, False)]

    def test_closure(self) -> None:
        """A closing account is pending, then closed; so is one that was suspended."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        act(world, accounts.suspend_account, account)
        close(world, account)
        world.clock.advance(timedelta(minutes=5) - INSTANT)
        assert state_of(world, account) is AccountState.PENDING_CLOSURE
        world.clock.advance(INSTANT)
        assert state_of(world, account) is AccountState.CLOSED

    def test_closed_for_ever(self, world: World) -> None:
        """An account that is gone is still closed."""
        account = create_member(world)
        close(world, account)
        world.clock.advance(RETENTION * 10)
        assert state_of(world, account) is AccountState.CLOSED


class TestCloseAccount:
    """close_account."""

    def test_stays_in_the_lists(self, world: World) -> None:
        """A closed account is a member for 90 days, in its place of the list."""
        first, second = create_member(world, "first"), create_member(world, "second")
        close(world, first)
        world.clock.advance(RETENTION - INSTANT)
        assert ids_of(world) == [MANAGEMENT, first, second]
        assert act(world, accounts.describe_account, first)[0].id == first

    def test_is_gone_after_ninety_days(self, world: World) -> None:
        """After 90 days it is in no list and no unit, and cannot be described, although nothing was written."""
        account = create_member(world, tags=(("a", "1"),))
        close(world, account)
        world.clock.advance(RETENTION)
        before = world.state
        assert ids_of(world) == [MANAGEMENT]
        assert [one.id for one, _ in list_all(world, hierarchy.list_accounts_for_parent, root_id(world))] == [
            MANAGEMENT
        ]
        with expect_refusal(world, AccountNotFound):
            act(world, accounts.describe_account, account)
        with expect_refusal(world, AccountNotFound):
            close(world, account)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=account)
        assert world.state is before

    def test_is_cleaned_up(self, world: World) -> None:
        """The next change that counts accounts lets those depart that are gone, with the instant of their end."""
        first, second, third = (create_member(world, name, tags=(("a", "1"),)) for name in ("one", "two", "three"))
        close(world, first)
        world.clock.advance(timedelta(days=1))
        close(world, second)
        world.clock.advance(RETENTION - timedelta(days=1))
        create_member(world, "later")
        (departed,) = (event for event in world.events if isinstance(event, AccountDeparted))
        assert (departed.account_id, departed.method) == (first, DepartureMethod.CLEANED)
        assert departed.at == NOW + RETENTION
        assert first not in world.state.memberships
        assert set(world.state.tags) == {second, third}
        assert list(current_organization(world).closures) == [second]

    def test_is_told(self) -> None:
        """The event says when the account will be closed."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close(world, account)
        told = world.events[-1]
        assert isinstance(told, AccountClosureRequested)
        assert (told.account_id, told.completes_at) == (account, NOW + timedelta(minutes=5))

    def test_invited_account(self, world: World) -> None:
        """An account that was invited can be closed like one that was created."""
        with world.transaction(root_user(MANAGEMENT)) as tx:
            accounts.add_member(tx, current_organization(world), STANDALONE, JoinedMethod.INVITED, at=tx.now)
        close(world, STANDALONE)
        assert state_of(world, STANDALONE) is AccountState.CLOSED

    def test_management_account(self, world: World) -> None:
        """The management account cannot be closed this way."""
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT):
            close(world, MANAGEMENT)

    def test_all_features(self, world: World) -> None:
        """An organization for billing alone closes no accounts."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        account = ask(world, account=STANDALONE).account_id
        with expect_refusal(world, ConstraintViolated, Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE):
            act(world, account_closure.close_account, account, account=STANDALONE)

    def test_twice(self) -> None:
        """A second request conflicts while the account is being closed, and is told so once it is."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close(world, account)
        with expect_refusal(world, AccountBeingClosed):
            close(world, account)
        world.clock.advance(timedelta(minutes=5))
        with expect_refusal(world, AccountAlreadyClosed):
            close(world, account)

    def test_unknown(self, world: World) -> None:
        """An account of no or another organization is not found."""
        for account in ("000000000000", STANDALONE):
            with expect_refusal(world, AccountNotFound):
                close(world, account)

    def test_authority(self, world: World) -> None:
        """A member closes nothing, not even itself."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_closure.close_account, member, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, account_closure.close_account, member, account=STANDALONE)

    def test_partition(self, world: World) -> None:
        """AWS GovCloud (US) closes accounts by way of the commercial partition."""
        with expect_refusal(world, UnsupportedInPartition):
            act(world, account_closure.close_account, MANAGEMENT, region=GOVCLOUD)

    def test_three_at_a_time(self) -> None:
        """Three accounts may be closing; a fourth waits for one of them to be closed."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        first, *others, last = (create_member(world, f"member-{at}") for at in range(4))
        close(world, first)
        world.clock.advance(timedelta(minutes=1))
        for account in others:
            close(world, account)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED):
            close(world, last)
        world.clock.advance(timedelta(minutes=4))
        close(world, last)

    def test_quota_of_thirty_days(self) -> None:
        """So many accounts may be closed within thirty days of each other, and no more."""
        world = world_with_organization(quotas=quotas_with(closures_in_small_organization=2))
        first, second, third, fourth = (create_member(world, f"member-{at}") for at in range(4))
        close(world, first)
        world.clock.advance(timedelta(days=10))
        close(world, second)
        world.clock.advance(timedelta(days=20) - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close(world, third)
        world.clock.advance(INSTANT)
        close(world, third)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close(world, fourth)
        world.clock.advance(timedelta(days=10))
        close(world, fourth)

    def test_share_of_a_large_organization(self) -> None:
        """From a certain size on the quota is a share of the accounts, closed ones among them."""
        world = world_with_organization(quotas=quotas_with(closure_share_from=5, closures_in_small_organization=0))
        members = [create_member(world, f"member-{at}") for at in range(4)]
        close(world, members[0])
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close(world, members[1])


class TestDeparture:
    """remove_account and leave_organization."""

    def test_tags_are_gone(self, world: World) -> None:
        """An account leaves its tags behind, and does not find them when it comes back."""
        account = create_member(world, tags=(("a", "1"),))
        act(world, accounts.remove_account, account)
        assert len(world.state.tags) == 0

    def test_how(self, world: World) -> None:
        """It is told whether an account left or was removed."""
        removed, left = create_member(world, "removed"), create_member(world, "left")
        act(world, accounts.remove_account, removed)
        act(world, accounts.leave_organization, account=left)
        departures = [event for event in world.events if isinstance(event, AccountDeparted)]
        assert [(one.account_id, one.method) for one in departures] == [
            (removed, DepartureMethod.REMOVED),
            (left, DepartureMethod.LEFT),
        ]

    def test_from_a_unit(self, world: World) -> None:
        """An account may leave from wherever it is in the tree."""
        one = act(world, hierarchy.create_unit, root_id(world), "One").id
        account = create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), one)
        act(world, accounts.remove_account, account)
        act(world, hierarchy.delete_unit, one)

    def test_closed_accounts_stay(self) -> None:
        """A closed or closing account can neither be removed nor leave."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close(world, account)
        for _ in range(2):
            with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION):
                act(world, accounts.remove_account, account)
            with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION):
                act(world, accounts.leave_organization, account=account)
            world.clock.advance(timedelta(minutes=5))

    def test_wait_period(self) -> None:
        """A created account waits, counted from its creation; an invited one does not."""
        world = world_with_organization(leave_wait_period=timedelta(days=4))
        account = create_member(world)
        with world.transaction(root_user(MANAGEMENT)) as tx:
            accounts.add_member(tx, current_organization(world), STANDALONE, JoinedMethod.INVITED, at=tx.now)
        act(world, accounts.remove_account, STANDALONE)
        world.clock.advance(timedelta(days=4) - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.WAIT_PERIOD_ACTIVE):
            act(world, accounts.remove_account, account)
        world.clock.advance(INSTANT)
        act(world, accounts.remove_account, account)

    def test_prerequisites(self) -> None:
        """A created account lacks what it needs to stand alone, if the world is as strict as AWS."""
        world = world_with_organization(standalone_prerequisites=True)
        account = create_member(world)
        with expect_refusal(world, ConstraintViolated, Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED):
            act(world, accounts.leave_organization, account=account)

    def test_management_account(self, world: World) -> None:
        """The management account neither leaves nor is removed."""
        with expect_refusal(world, ManagementAccountCannotLeave):
            act(world, accounts.leave_organization)
        with expect_refusal(world, ManagementAccountCannotLeave):
            act(world, accounts.remove_account, MANAGEMENT)

    def test_unknown(self, world: World) -> None:
        """An account of no or another organization is not there to be removed, and stays where it is."""
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        elsewhere = str(ask(world, account=STANDALONE).account_id)
        for account in ("000000000000", STANDALONE, elsewhere):
            with expect_refusal(world, AccountNotFound):
                act(world, accounts.remove_account, account)
        assert world.state.memberships[elsewhere].organization_id == other.id

    def test_authority(self, world: World) -> None:
        """A member removes nobody; a stranger has nothing to leave."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.remove_account, member, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.leave_organization, account=STANDALONE)


class TestDeleteOrganization:
    """When an organization is alone enough to be deleted."""

    def test_closed_accounts_remain(self, world: World) -> None:
        """Closed accounts keep it for 90 days."""
        close(world, create_member(world))
        world.clock.advance(RETENTION - INSTANT)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)
        world.clock.advance(INSTANT)
        act(world, organization.delete_organization)
        assert len(world.state.memberships) == 0

    def test_accounts_to_come(self) -> None:
        """Accounts that are still being created keep it too."""
        world = world_with_organization(creation_delay=timedelta(seconds=1))
        create_member(world)
        with expect_refusal(world, OrganizationNotEmpty):
            act(world, organization.delete_organization)

    def test_requests_are_gone(self, world: World) -> None:
        """A new organization of the same account knows nothing of the old one's requests."""
        creation = ask(world, email=".@example.com")
        act(world, organization.delete_organization)
        act(world, organization.create_organization, FeatureSet.ALL)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id)


class TestCreateOrganization:
    """What the partition allows."""

    def test_consolidated_billing_in_govcloud(self, world: World) -> None:
        """In AWS GovCloud (US) an organization has all features."""
        with expect_refusal(
            world, ConstraintViolated, Constraint.CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION
        ):
            act(
                world,
                organization.create_organization,
                FeatureSet.CONSOLIDATED_BILLING,
                account=STANDALONE,
                region=GOVCLOUD,
            )
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE, region=GOVCLOUD)
