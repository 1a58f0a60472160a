"""The creation of accounts: requests, their failures, their quotas and their listing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    AccountCreationNotFound,
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    NotInOrganization,
    OrganizationFinalizing,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import AccountCreationRequested, AccountJoined
from artifact_state.iam.roles import role_of
from artifact_state.model import AccountState, Creation, CreationFailure, CreationState, FeatureSet, JoinedMethod
from artifact_state.organizations import account_creation, accounts, organization
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.accounts import (
    INSTANT,
    RETENTION,
    account_ids,
    account_state,
    close_account,
    creation_state,
    request_account,
)
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    quotas_with,
    root_id,
    world_with_organization,
)

GOVCLOUD = "us-gov-west-1"


class TestCreateAccount:
    """create_account."""

    def test_created_account_joins_below_root(self, world: World) -> None:
        """A created account is a member, the last one listed, and directly below the root."""
        account_id = create_member(world)
        account, membership = act(world, accounts.describe_account, account_id)
        assert (account.name, account.email) == ("member", "member@example.com")
        assert membership.method is JoinedMethod.CREATED
        assert membership.parent_id == root_id(world)
        assert account_ids(world) == [MANAGEMENT, account_id]
        assert account_state(world, account_id) is AccountState.ACTIVE

    def test_created_account_has_access_role_and_linked_role(self, world: World) -> None:
        """It has the role that the management account assumes, under the requested name, and that of Organizations."""
        plain, named = create_member(world, "plain"), create_member(world, "named", role_name="Admin")
        for account_id, name in ((plain, "OrganizationAccountAccessRole"), (named, "Admin")):
            role = role_of(world.state, account_id, name, NOW)
            assert f"arn:aws:iam::{MANAGEMENT}:root" in role.trust_policy
            assert role.managed_policies == ("AdministratorAccess",)
            assert role_of(world.state, account_id, "AWSServiceRoleForOrganizations", NOW).linked_service

    def test_each_request_is_recorded(self, world: World) -> None:
        """An event names each request, whether it succeeds or fails, and another one the account that joined."""
        creation_ids = [request_account(world).id, request_account(world).id]
        recorded = [event.creation_id for event in world.events if isinstance(event, AccountCreationRequested)]
        assert recorded == creation_ids
        (joined,) = (
            event for event in world.events if isinstance(event, AccountJoined) and event.account_id != MANAGEMENT
        )
        assert joined.account_id == act(world, account_creation.describe_creation, creation_ids[0]).account_id

    def test_reserved_role_name_is_refused(self, world: World) -> None:
        """The prefix of service-linked roles is reserved in any case."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_ROLE_NAME):
            request_account(world, role_name="awsServiceRoleForMe")

    def test_account_is_no_member_until_request_completes(self) -> None:
        """Until its request completes, the account is not a member and not listed."""
        world = world_with_organization(creation_delay=timedelta(minutes=1))
        creation = request_account(world)
        assert creation.account_id
        world.clock.advance(timedelta(minutes=1) - INSTANT)
        assert creation_state(world, creation) is CreationState.IN_PROGRESS
        assert account_ids(world) == [MANAGEMENT]
        with expect_refusal(world, AccountNotFound):
            act(world, accounts.describe_account, creation.account_id)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=creation.account_id)
        world.clock.advance(INSTANT)
        assert creation_state(world, creation) is CreationState.SUCCEEDED
        assert account_ids(world) == [MANAGEMENT, creation.account_id]

    def test_tags_are_set_on_creation(self, world: World) -> None:
        """Tags can be set on creation, up to fifty; an invalid one refuses the call."""
        with expect_refusal(world, InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER):
            request_account(world, tags=(("AWS:reserved", "x"),))
        with expect_refusal(world, ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED):
            request_account(world, tags=tuple((str(number), "") for number in range(51)))
        account_id = create_member(world, tags=(("team", "blue"),))
        assert [(tag.key, tag.value) for tag in world.state.tags[account_id]] == [("team", "blue")]

    def test_ids_depend_on_seed_and_history(self) -> None:
        """Equal histories yield equal ids, and no two requests have the same id."""
        first, second = world_with_organization(), world_with_organization()
        assert [request_account(first, name).id for name in "ab"] == [request_account(second, name).id for name in "ab"]
        assert request_account(first, "c").id != request_account(first, "d").id

    def test_only_management_account_creates_accounts(self, world: World) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_creation.create_account, name="x", email="x@example.com", account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, account_creation.create_account, name="x", email="x@example.com", account=STANDALONE)

    def test_new_organization_refuses_accounts_while_finalizing(self) -> None:
        """An organization refuses accounts during its finalizing period."""
        world = world_with_organization(finalizing_period=timedelta(hours=1))
        with expect_refusal(world, OrganizationFinalizing):
            request_account(world)
        world.clock.advance(timedelta(hours=1))
        create_member(world)

    def test_govcloud_does_not_create_accounts(self, world: World) -> None:
        """AWS GovCloud (US) does not support the creation of accounts; China does."""
        with expect_refusal(world, UnsupportedInPartition):
            request_account(world, region=GOVCLOUD)
        for rule, arguments in (
            (account_creation.describe_creation, ("car-00000000",)),
            (account_creation.list_creations, ()),
        ):
            with expect_refusal(world, UnsupportedInPartition):
                act(world, rule, *arguments, region=GOVCLOUD)
        china = "444455556666"
        act(world, organization.create_organization, FeatureSet.ALL, account=china, region="cn-north-1")
        assert request_account(world, account=china, region="cn-north-1").account_id


class TestFailures:
    """How a request to create an account fails, although the call succeeds."""

    @pytest.mark.parametrize("failure", CreationFailure)
    def test_option_fails_request_for_any_reason(self, failure: CreationFailure) -> None:
        """Every failure of AWS can be forced by an option; only the request is stored."""
        world = world_with_organization(creation_failure=failure)
        before = world.state
        creation = request_account(world)
        assert (creation.failure, creation.account_id) == (failure, None)
        assert creation_state(world, creation) is CreationState.FAILED
        assert world.state.accounts is before.accounts
        assert world.state.roles is before.roles
        assert account_ids(world) == [MANAGEMENT]

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
    def test_invalid_email_fails_request(self, world: World, address: str) -> None:
        """An address against AWS's rules fails the request."""
        assert request_account(world, email=address).failure is CreationFailure.INVALID_EMAIL

    @pytest.mark.parametrize(
        "address", ["a@b.co", "first.last+tag@sub.example-1.org", "UPPER_{x}!#$*=?^`~/@Example.COM"]
    )
    def test_valid_email_is_accepted(self, world: World, address: str) -> None:
        """Any other address is accepted."""
        assert request_account(world, email=address).failure is None

    def test_duplicate_email_fails_request(self, world: World) -> None:
        """The address of a member, the management account or any other account fails the request, in any case."""
        create_member(world, "taken")
        own = accounts.account_of(world.state, MANAGEMENT).email
        for address in ("Taken@example.com", own, f"account-{STANDALONE}@example.com"):
            assert request_account(world, email=address).failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_email_of_closed_or_removed_account_stays_in_use(self, world: World) -> None:
        """The address of an account that is closed, past its retention or removed is still in use."""
        closed, removed = create_member(world, "closed"), create_member(world, "removed")
        close_account(world, closed)
        act(world, accounts.remove_account, removed)
        assert request_account(world, "closed").failure is CreationFailure.EMAIL_ALREADY_EXISTS
        world.clock.advance(RETENTION)
        assert request_account(world, "closed").failure is CreationFailure.EMAIL_ALREADY_EXISTS
        assert request_account(world, "removed").failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_email_of_account_in_creation_is_concurrent_modification(self) -> None:
        """While the first request is in progress, the same address is a different failure."""
        world = world_with_organization(creation_delay=timedelta(seconds=10))
        request_account(world)
        assert request_account(world).failure is CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION
        world.clock.advance(timedelta(seconds=10))
        assert request_account(world).failure is CreationFailure.EMAIL_ALREADY_EXISTS

    def test_accounts_in_creation_count_against_quota(self) -> None:
        """A request fails if accounts that are still being created fill the quota."""
        world = world_with_organization(
            quotas=quotas_with(accounts_per_organization=3), creation_delay=timedelta(seconds=10)
        )
        assert [request_account(world, name).failure for name in "abc"] == [
            None,
            None,
            CreationFailure.ACCOUNT_LIMIT_EXCEEDED,
        ]

    def test_failing_request_is_in_progress_until_it_completes(self) -> None:
        """A request that will fail is in progress as long as any other."""
        world = world_with_organization(
            creation_failure=CreationFailure.INTERNAL_FAILURE, creation_delay=timedelta(seconds=10)
        )
        creation = request_account(world)
        assert creation_state(world, creation) is CreationState.IN_PROGRESS
        world.clock.advance(timedelta(seconds=10))
        assert creation_state(world, creation) is CreationState.FAILED


class TestQuotas:
    """The quotas of accounts and of concurrent requests."""

    def test_aws_quota_is_ten_accounts(self) -> None:
        """By AWS's own quotas an organization has ten accounts, the management account included."""
        world = world_with_organization(quotas=quotas_with())
        for number in range(9):
            create_member(world, f"member-{number}")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            request_account(world, "tenth")

    def test_default_world_allows_more_than_ten_accounts(self, world: World) -> None:
        """A world without explicit quotas allows more accounts, as AWS does on request."""
        for number in range(20):
            create_member(world, f"member-{number}")

    def test_removed_account_no_longer_counts(self) -> None:
        """A removed account no longer counts against the quota."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        account = create_member(world)
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            request_account(world, "other")
        act(world, accounts.remove_account, account)
        create_member(world, "other")

    def test_closed_account_counts_for_ninety_days(self) -> None:
        """A closed account counts against the quota until its retention ends."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        close_account(world, create_member(world))
        world.clock.advance(RETENTION - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            request_account(world, "other")
        world.clock.advance(INSTANT)
        create_member(world, "other")

    def test_five_requests_can_be_in_progress(self) -> None:
        """Five requests can be in progress, failing ones included; a sixth is refused until one completes."""
        world = world_with_organization(creation_delay=timedelta(seconds=10))
        request_account(world, "bad", email=".@example.com")
        world.clock.advance(timedelta(seconds=5))
        for number in range(4):
            request_account(world, f"member-{number}")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED):
            request_account(world, "sixth")
        world.clock.advance(timedelta(seconds=5))
        create_member(world, "sixth")
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED):
            request_account(world, "seventh")


class TestDescribeAndListCreations:
    """describe_creation and list_creations."""

    def test_requests_are_listed_in_order_by_state(self) -> None:
        """Requests are listed in their order, all of them or those in certain states, after any place."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=100))
        succeeded, failed = request_account(world, "good"), request_account(world, "bad", email=".@example.com")
        later = request_account(world, "later")
        world.options = replace(world.options, creation_delay=timedelta(seconds=10))
        coming, failing = request_account(world, "coming"), request_account(world, "failing", email=".@example.com")

        def listed(*states: CreationState) -> list[Creation]:
            return list_all(world, account_creation.list_creations, states)

        everything = [succeeded, failed, later, coming, failing]
        assert list_all(world, account_creation.list_creations) == everything
        assert listed(*CreationState) == everything
        assert listed(CreationState.SUCCEEDED) == [succeeded, later]
        assert listed(CreationState.FAILED) == [failed]
        assert listed(CreationState.IN_PROGRESS) == [coming, failing]
        assert listed(CreationState.FAILED, CreationState.IN_PROGRESS) == [failed, coming, failing]
        for at, creation in enumerate(everything):
            assert (
                list_all(world, account_creation.list_creations, CreationState, creation.serial) == everything[at + 1 :]
            )
        world.clock.advance(timedelta(seconds=10))
        assert listed(CreationState.IN_PROGRESS) == []
        assert listed(CreationState.SUCCEEDED) == [succeeded, later, coming]
        assert listed(CreationState.FAILED) == [failed, failing]

    @pytest.mark.parametrize(
        "creation_id", ["car-00000000", "car-" + "0" * 32, "car-zzzzzzzzzzzzzzzz", "car-1234567890"]
    )
    def test_unknown_request_is_not_found(self, world: World, creation_id: str) -> None:
        """An id that was never assigned is not found, whatever its form."""
        request_account(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation_id)

    def test_altered_id_is_not_found(self, world: World) -> None:
        """An id with a different last character is not found."""
        creation = request_account(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id[:-1] + ("0" if creation.id[-1] != "0" else "1"))

    def test_request_of_another_organization_is_not_found(self, world: World) -> None:
        """Another organization's requests are neither found nor listed."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        creation = request_account(world)
        with expect_refusal(world, AccountCreationNotFound):
            act(world, account_creation.describe_creation, creation.id, account=STANDALONE)
        assert list_all(world, account_creation.list_creations, account=STANDALONE) == []

    @pytest.mark.parametrize(
        ("rule", "arguments"),
        [(account_creation.describe_creation, ("car-00000000",)), (account_creation.list_creations, ())],
    )
    def test_only_management_account_reads_requests(
        self, world: World, rule: Callable[..., Any], arguments: tuple[str, ...]
    ) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, rule, *arguments, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, *arguments, account=STANDALONE)
