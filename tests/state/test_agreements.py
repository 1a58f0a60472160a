"""Agreements: three facts stored apart, and whom an acceptance covers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.artifact.tokens import issue
from artifact_state.errors import (
    AgreementDenial,
    AgreementDenied,
    AgreementNotFound,
    CustomerAgreementNotFound,
    InvalidToken,
    Refused,
    TooManyAgreements,
)
from artifact_state.events import AgreementAccepted, AgreementTerminated
from artifact_state.model import Acceptance, FeatureSet, TerminatedBy, TokenPurpose
from artifact_state.organizations import account_closure, accounts, organization, trusted_access
from artifact_state.world import Transaction, World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    list_all,
    quotas_with,
    transaction,
    world_with_organization,
)

ARTIFACT = "artifact.amazonaws.com"
SYNC = "aws-artifact-account-sync.amazonaws.com"
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"
ORGANIZATION_AGREEMENT = "agreement-y03aUwMAEorHtqjv"
GOVCLOUD_AGREEMENT = "agreement-Og8HCNyYwYNp8AR1"
(OFFLINE,) = catalog.offline_agreements("aws")


@pytest.fixture
def world() -> World:
    """Give a world with an organization that trusts Artifact."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    return world


def read(world: World, agreement_id: str, account: str = MANAGEMENT) -> tuple[str, str, str]:
    """Go the documented way to an agreement's text; give its revision and the two tokens that accept it."""
    agreement, token = act(world, agreements.get_nda, agreement_id, account=account)
    token = act(world, agreements.accept_nda, agreement_id, agreement.nda_revision_id, token, account=account)
    agreement, terms, execute = act(world, agreements.get_agreement, agreement_id, token, account=account)
    return agreement.revision_id, terms, execute


def accept(world: World, agreement_id: str = ORGANIZATION_AGREEMENT, account: str = MANAGEMENT) -> Acceptance:
    """Accept an agreement."""
    revision, terms, execute = read(world, agreement_id, account)
    return act(
        world,
        agreements.accept_agreement,
        agreement_id,
        revision,
        terms_token=terms,
        execute_token=execute,
        account=account,
    )


def terminate(world: World, acceptance: Acceptance, account: str = MANAGEMENT) -> Acceptance:
    """End an accepted agreement."""
    _, token = act(world, agreements.get_customer_agreement, acceptance.id, account=account)
    assert token
    return act(world, agreements.terminate_agreement, acceptance.id, token, account=account)


def seen(world: World, account: str) -> list[str]:
    """List the ids of the agreements that cover an account."""
    return [one.id for one in list_all(world, agreements.customer_agreements, account=account)]


def denied(world: World, why: AgreementDenial, rule: Callable[[], object]) -> None:
    """Expect a denial for a reason; the state stays the same object."""
    before = world.state
    with pytest.raises(AgreementDenied) as caught:
        rule()
    assert caught.value.reason is why
    assert world.state is before


def refuses(world: World, refusal: type[Refused], rule: Callable[[], object]) -> Refused:
    """Expect a refusal; the state stays the same object."""
    before = world.state
    with pytest.raises(refusal) as caught:
        rule()
    assert world.state is before
    return caught.value


class TestCovers:
    """covers: the one question."""

    def test_every_member_present_and_future(self, world: World) -> None:
        """Accepted on behalf of all member accounts, even as accounts are added."""
        present = create_member(world, "present")
        acceptance = accept(world)
        future = create_member(world, "future")
        for account in (MANAGEMENT, present, future):
            assert agreements.covers(world.state, acceptance, account, NOW)
            assert seen(world, account) == [acceptance.id]

    def test_nobody_else(self, world: World) -> None:
        """A stranger and another organization's accounts are not covered."""
        acceptance = accept(world)
        act(world, organization.create_organization, FeatureSet.ALL, account="222233334444")
        act(world, trusted_access.enable_service_access, ARTIFACT, account="222233334444")
        for account in (STANDALONE, "222233334444"):
            assert not agreements.covers(world.state, acceptance, account, NOW)
            assert seen(world, account) == []

    def test_nobody_while_trusted_access_is_off(self, world: World) -> None:
        """It stops functioning because it cannot access the organization; re-enabled, it operates as before."""
        member, acceptance = create_member(world), accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        kept = world.state.acceptances
        assert not any(agreements.covers(world.state, acceptance, one, NOW) for one in (MANAGEMENT, member))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert all(agreements.covers(world.state, acceptance, one, NOW) for one in (MANAGEMENT, member))
        assert world.state.acceptances == kept

    def test_members_while_either_principal_is_trusted(self, world: World) -> None:
        """Either of the two principals keeps the agreements within reach."""
        acceptance = accept(world)
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert agreements.covers(world.state, acceptance, MANAGEMENT, NOW)
        act(world, trusted_access.disable_service_access, SYNC)
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)

    def test_no_account_that_was_removed(self, world: World) -> None:
        """An account that is removed no longer has access to any organization agreements."""
        member, acceptance = create_member(world), accept(world)
        act(world, accounts.remove_account, member)
        assert not agreements.covers(world.state, acceptance, member, NOW)
        assert seen(world, member) == []

    def test_no_account_that_left(self, world: World) -> None:
        """Nor does one that left by itself."""
        member, acceptance = create_member(world), accept(world)
        act(world, accounts.leave_organization, account=member)
        assert not agreements.covers(world.state, acceptance, member, NOW)

    def test_no_account_that_was_closed(self) -> None:
        """Nor does a closed one, though it is a member for 90 days more; until it is closed it is covered."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        member, acceptance = create_member(world), accept(world)
        act(world, account_closure.close_account, member)
        assert agreements.covers(world.state, acceptance, member, NOW)
        assert not agreements.covers(world.state, acceptance, member, NOW + timedelta(minutes=5))

    def test_no_account_that_is_yet_to_come(self) -> None:
        """An account that is still being created is covered from the moment when it is a member."""
        world = world_with_organization(creation_delay=timedelta(minutes=5))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        member, acceptance = create_member(world), accept(world)
        assert not agreements.covers(world.state, acceptance, member, NOW)
        assert agreements.covers(world.state, acceptance, member, NOW + timedelta(minutes=5))

    def test_no_account_of_a_deleted_organization(self, world: World) -> None:
        """A new organization of the same account has none of the old one's agreements."""
        acceptance = accept(world)
        act(world, organization.delete_organization)
        assert seen(world, MANAGEMENT) == []
        act(world, organization.create_organization, FeatureSet.ALL)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)
        assert seen(world, MANAGEMENT) == []

    def test_one_account_by_its_own_agreement(self, world: World) -> None:
        """An account agreement covers its account, whatever becomes of organizations and trust."""
        member = create_member(world)
        acceptance = accept(world, ACCOUNT_AGREEMENT, member)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert agreements.covers(world.state, acceptance, member, NOW)
        act(world, accounts.remove_account, member)
        assert seen(world, member) == [acceptance.id]
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)

    def test_nobody_once_it_is_terminated(self, world: World) -> None:
        """A terminated agreement covers nobody."""
        member, acceptance = create_member(world), accept(world)
        ended = terminate(world, acceptance)
        assert not any(agreements.covers(world.state, ended, one, NOW) for one in (MANAGEMENT, member))


class TestAgreements:
    """agreements."""

    @pytest.mark.parametrize("account", [MANAGEMENT, STANDALONE])
    def test_are_listed_for_everyone(self, world: World, account: str) -> None:
        """All accounts see all agreements of the partition."""
        assert list_all(world, agreements.agreements, account=account) == list(catalog.agreements("aws"))

    def test_go_on_after_a_place(self, world: World) -> None:
        """A listing may begin after any place."""
        assert list_all(world, agreements.agreements, 2) == list(catalog.agreements("aws"))[3:]

    def test_are_the_partitions_own(self, world: World) -> None:
        """GovCloud has its own agreements, and not the others."""
        with transaction(world, STANDALONE, region="us-gov-west-1") as tx:
            found = {one.id for _, one in agreements.agreements(tx)}
            assert GOVCLOUD_AGREEMENT in found
            assert ACCOUNT_AGREEMENT not in found
            with pytest.raises(AgreementNotFound):
                agreements.get_nda(tx, ACCOUNT_AGREEMENT)


class TestAcceptAgreement:
    """The chain: get_nda, accept_nda, get_agreement, accept_agreement."""

    def test_for_an_account(self, world: World) -> None:
        """Any account accepts for itself."""
        acceptance = accept(world, ACCOUNT_AGREEMENT, STANDALONE)
        assert (acceptance.account_id, acceptance.organization_id) == (STANDALONE, None)
        assert (acceptance.effective_start, acceptance.effective_end) == (NOW, None)
        assert isinstance(world.events[-1], AgreementAccepted)

    def test_for_an_organization(self, world: World) -> None:
        """The management account accepts for its organization."""
        acceptance = accept(world)
        assert acceptance.account_id == MANAGEMENT
        assert acceptance.organization_id == world.state.memberships[MANAGEMENT].organization_id

    def test_twice(self, world: World) -> None:
        """Accepting what is in force gives what is in force."""
        first = accept(world)
        world.clock.advance(timedelta(days=1))
        assert accept(world) == first
        assert seen(world, MANAGEMENT) == [first.id]

    def test_again_after_a_termination(self, world: World) -> None:
        """A terminated agreement can be accepted again, and is another one."""
        first = accept(world)
        terminate(world, first)
        assert accept(world).id != first.id

    def test_beyond_the_quota(self, world: World) -> None:
        """What is in force counts, for the account and for the organization apart; what has ended does not."""
        world.options = replace(world.options, quotas=quotas_with(customer_agreements_in_force=1))
        common, own = accept(world), accept(world, ACCOUNT_AGREEMENT)
        assert accept(world) == common
        wanted = "agreement-sbLSDe8bitmAXNr9"
        revision, terms, execute = read(world, wanted)
        rule = partial(act, world, agreements.accept_agreement, wanted, revision)
        refuses(world, TooManyAgreements, partial(rule, terms_token=terms, execute_token=execute))
        terminate(world, own)
        assert accept(world, wanted).agreement_id == wanted

    def test_of_both_kinds(self, world: World) -> None:
        """Account and organization agreements of the same kind coexist; ending the one leaves the other."""
        own, common = accept(world, ACCOUNT_AGREEMENT), accept(world)
        assert seen(world, MANAGEMENT) == [own.id, common.id]
        terminate(world, common)
        assert seen(world, MANAGEMENT) == [own.id]

    @pytest.mark.parametrize("trusting", [True, False])
    def test_for_an_organization_by_a_member(self, world: World, *, trusting: bool) -> None:
        """Members never accept for the organization."""
        member = create_member(world)
        if not trusting:
            act(world, trusted_access.disable_service_access, ARTIFACT)
        self.is_denied(world, AgreementDenial.NOT_MANAGEMENT_ACCOUNT, member)

    def test_for_an_organization_by_a_stranger(self, world: World) -> None:
        """A standalone account has no organization to accept for."""
        self.is_denied(world, AgreementDenial.NO_ORGANIZATION, STANDALONE)

    def test_for_an_organization_without_trusted_access(self, world: World) -> None:
        """AWS Artifact requires trusted access to work with organization agreements."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        self.is_denied(world, AgreementDenial.TRUSTED_ACCESS_DISABLED, MANAGEMENT)

    def test_for_an_organization_of_billing_alone(self, world: World) -> None:
        """An organization for consolidated billing cannot use organization agreements."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        self.is_denied(world, AgreementDenial.ALL_FEATURES_REQUIRED, STANDALONE)

    def test_that_does_not_exist(self, world: World) -> None:
        """An id that the catalogue does not have, at every step."""
        unknown = "agreement-0000000000000000"

        def step(rule: Callable[..., object], *arguments: str, **named: str) -> Callable[[], object]:
            return lambda: act(world, rule, unknown, *arguments, **named)

        for asked in (
            step(agreements.get_nda),
            step(agreements.accept_nda, "revision", "token"),
            step(agreements.get_agreement, "token"),
            step(agreements.accept_agreement, "revision", terms_token="t", execute_token="t"),
        ):
            assert isinstance(refuses(world, AgreementNotFound, asked), AgreementNotFound)

    def is_denied(self, world: World, why: AgreementDenial, account: str) -> None:
        """Expect that an account may read an organization's agreement, but not accept it."""
        revision, terms, execute = read(world, ORGANIZATION_AGREEMENT, account)
        denied(
            world,
            why,
            lambda: act(
                world,
                agreements.accept_agreement,
                ORGANIZATION_AGREEMENT,
                revision,
                terms_token=terms,
                execute_token=execute,
                account=account,
            ),
        )


class TestTokens:
    """Each step's token: of one purpose, for one account and one agreement, good once and for a while."""

    def test_of_the_nda_does_not_read_the_agreement(self, world: World) -> None:
        """Who has not accepted the NDA cannot read the agreement."""
        _, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        self.is_invalid(world, "ndaToken", lambda tx: agreements.get_agreement(tx, ACCOUNT_AGREEMENT, token))

    def test_of_reading_does_not_accept_the_nda(self, world: World) -> None:
        """Nor the other way round, though both look alike."""
        agreement, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        token = act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token)
        self.is_invalid(
            world,
            "ndaToken",
            lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token),
        )

    @pytest.mark.parametrize("member", ["acceptanceTermsToken", "executeAgreementToken"])
    def test_cannot_stand_for_each_other(self, world: World, member: str) -> None:
        """The terms' token executes nothing, and the other agrees to no terms."""
        revision, terms, execute = read(world, ACCOUNT_AGREEMENT)
        both = (execute, execute) if member == "acceptanceTermsToken" else (terms, terms)
        self.is_invalid(
            world,
            member,
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, revision, terms_token=both[0], execute_token=both[1]
            ),
        )

    def test_are_good_once(self, world: World) -> None:
        """A used token is refused at every step."""
        agreement, nda = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        reading = act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, nda)
        _, terms, execute = act(world, agreements.get_agreement, ACCOUNT_AGREEMENT, reading)
        whole = {"terms_token": terms, "execute_token": execute}
        act(world, agreements.accept_agreement, ACCOUNT_AGREEMENT, agreement.revision_id, **whole)
        for member, again in (
            ("ndaToken", lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, nda)),
            ("ndaToken", lambda tx: agreements.get_agreement(tx, ACCOUNT_AGREEMENT, reading)),
            (
                "acceptanceTermsToken",
                lambda tx: agreements.accept_agreement(tx, ACCOUNT_AGREEMENT, agreement.revision_id, **whole),
            ),
        ):
            self.is_invalid(world, member, again)

    def test_survive_a_refusal(self, world: World) -> None:
        """A refused acceptance uses no token up: both are good for the next try."""
        revision, terms, execute = read(world, ACCOUNT_AGREEMENT)
        self.is_invalid(
            world,
            "executeAgreementToken",
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, revision, terms_token=terms, execute_token="agreement-token-x"
            ),
        )
        acceptance = act(
            world, agreements.accept_agreement, ACCOUNT_AGREEMENT, revision, terms_token=terms, execute_token=execute
        )
        assert seen(world, MANAGEMENT) == [acceptance.id]

    def test_of_another_agreement(self, world: World) -> None:
        """A token opens the agreement that it was given for."""
        revision, terms, execute = read(world, ACCOUNT_AGREEMENT)
        other = "agreement-sbLSDe8bitmAXNr9"
        revision = catalog.agreement_of("aws", other).revision_id
        self.is_invalid(
            world,
            "acceptanceTermsToken",
            lambda tx: agreements.accept_agreement(tx, other, revision, terms_token=terms, execute_token=execute),
        )

    def test_of_another_account(self, world: World) -> None:
        """A token is good for the account that it was given to."""
        _, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT, account=STANDALONE)
        revision = catalog.agreement_of("aws", ACCOUNT_AGREEMENT).nda_revision_id
        self.is_invalid(world, "ndaToken", lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, revision, token))

    @pytest.mark.parametrize(
        ("waited", "good"), [(timedelta(minutes=15, microseconds=-1), True), (timedelta(minutes=15), False)]
    )
    def test_lapse(self, world: World, waited: timedelta, *, good: bool) -> None:
        """A quarter of an hour after it was given, a token is good no more."""
        agreement, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        world.clock.advance(waited)
        if good:
            assert act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token)
        else:
            self.is_invalid(
                world,
                "ndaToken",
                lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token),
            )

    @pytest.mark.parametrize("step", ["nda", "agreement"])
    def test_need_the_revision_that_was_shown(self, world: World, step: str) -> None:
        """The NDA's revision accepts no agreement, and the agreement's no NDA."""
        agreement, nda = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        if step == "nda":
            self.is_invalid(
                world,
                "agreementRevisionId",
                lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.revision_id, nda),
            )
            return
        _, terms, execute = read(world, ACCOUNT_AGREEMENT)
        self.is_invalid(
            world,
            "agreementRevisionId",
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, terms_token=terms, execute_token=execute
            ),
        )

    def is_invalid(self, world: World, member: str, rule: Callable[[Transaction], object]) -> None:
        """Expect that a token is refused, and named by its member of the request."""
        caught = refuses(world, InvalidToken, lambda: act(world, rule))
        assert isinstance(caught, InvalidToken)
        assert caught.member == member


class TestGetCustomerAgreement:
    """get_customer_agreement."""

    def test_by_a_member(self, world: World) -> None:
        """Members view and download, and are given no token to terminate with."""
        member, acceptance = create_member(world), accept(world)
        assert act(world, agreements.get_customer_agreement, acceptance.id, account=member) == (acceptance, None)

    def test_while_trusted_access_is_off(self, world: World) -> None:
        """It remains but can't be accessed, neither by the management account nor by a member."""
        member, acceptance = create_member(world), accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        for account in (MANAGEMENT, member):
            denied(
                world,
                AgreementDenial.TRUSTED_ACCESS_DISABLED,
                lambda account=account: act(  # type: ignore[misc] # Bound at once.
                    world, agreements.get_customer_agreement, acceptance.id, account=account
                ),
            )

    def test_that_is_not_the_callers(self, world: World) -> None:
        """Another's agreement, a terminated one and one that never was do not exist."""
        member, acceptance = create_member(world), accept(world)
        ended = accept(world, ACCOUNT_AGREEMENT)
        terminate(world, ended)
        act(world, accounts.remove_account, member)
        for account, one in (
            (STANDALONE, acceptance.id),
            (member, acceptance.id),
            (MANAGEMENT, ended.id),
            (MANAGEMENT, "x"),
        ):
            refuses(
                world,
                CustomerAgreementNotFound,
                lambda account=account, one=one: act(  # type: ignore[misc] # Bound at once.
                    world, agreements.get_customer_agreement, one, account=account
                ),
            )


class TestTerminateAgreement:
    """terminate_agreement."""

    def test_ends_it_now(self, world: World) -> None:
        """The end is kept, and who ended it; the agreement itself is not forgotten."""
        acceptance = accept(world)
        world.clock.advance(timedelta(days=1))
        ended = terminate(world, acceptance)
        assert (ended.effective_end, ended.terminated_by) == (NOW + timedelta(days=1), TerminatedBy.CUSTOMER)
        assert world.state.acceptances[acceptance.id] == ended
        assert isinstance(world.events[-1], AgreementTerminated)

    def test_by_a_member(self, world: World) -> None:
        """Members never terminate, though they had the token."""
        member, acceptance = create_member(world), accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        denied(
            world,
            AgreementDenial.NOT_MANAGEMENT_ACCOUNT,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token, account=member),
        )

    def test_while_trusted_access_is_off(self, world: World) -> None:
        """What cannot be accessed cannot be terminated."""
        acceptance = accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        act(world, trusted_access.disable_service_access, ARTIFACT)
        denied(
            world,
            AgreementDenial.TRUSTED_ACCESS_DISABLED,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token),
        )

    def test_with_a_token_of_another(self, world: World) -> None:
        """The token of one agreement does not end another."""
        own, common = accept(world, ACCOUNT_AGREEMENT), accept(world)
        _, token = act(world, agreements.get_customer_agreement, own.id)
        assert token
        refuses(world, InvalidToken, lambda: act(world, agreements.terminate_agreement, common.id, token))

    def test_twice(self, world: World) -> None:
        """What was terminated does not exist any more."""
        acceptance = accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        terminate(world, acceptance)
        refuses(
            world,
            CustomerAgreementNotFound,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token),
        )


class TestSignOffline:
    """sign_offline: what an account signed with AWS outside AWS Artifact."""

    def test_is_in_force_beside_the_others(self, world: World) -> None:
        """It is the account's alone, and stands beside what the account accepted here."""
        member = create_member(world)
        own = accept(world, ACCOUNT_AGREEMENT, member)
        signed = act(world, agreements.sign_offline, OFFLINE.id, account=member)
        assert agreements.agreement_of(signed) is OFFLINE
        assert seen(world, member) == [own.id, signed.id]
        assert seen(world, MANAGEMENT) == []

    def test_twice(self, world: World) -> None:
        """One that is in force is given as it is."""
        world.options = replace(world.options, quotas=quotas_with(customer_agreements_in_force=0))
        signed = act(world, agreements.sign_offline, OFFLINE.id)
        assert act(world, agreements.sign_offline, OFFLINE.id) == signed

    @pytest.mark.parametrize("agreement_id", [ACCOUNT_AGREEMENT, "agreement-OfflineBaaGovSmp"])
    def test_of_others(self, world: World, agreement_id: str) -> None:
        """What is accepted in AWS Artifact, or signed in another partition, is not signed so."""
        refuses(world, AgreementNotFound, lambda: act(world, agreements.sign_offline, agreement_id))

    def test_cannot_be_terminated(self, world: World) -> None:
        """Its owner gets no token that would end it, and ends it with none."""
        signed = act(world, agreements.sign_offline, OFFLINE.id)
        assert act(world, agreements.get_customer_agreement, signed.id) == (signed, None)
        with transaction(world) as tx:
            token = issue(tx, TokenPurpose.TERMINATE_AGREEMENT, signed.id)
        denied(
            world,
            AgreementDenial.OFFLINE_AGREEMENT,
            lambda: act(world, agreements.terminate_agreement, signed.id, token),
        )

    def test_is_terminated_by_aws(self, world: World) -> None:
        """AWS may end it, and it may be signed again."""
        signed = act(world, agreements.sign_offline, OFFLINE.id)
        act(world, agreements.terminate_by_aws, signed.id)
        assert seen(world, MANAGEMENT) == []
        assert act(world, agreements.sign_offline, OFFLINE.id).id != signed.id


class TestTerminateByAws:
    """terminate_by_aws."""

    def test_ends_anybodys(self, world: World) -> None:
        """AWS ends an organization's agreement: it covers nobody any more, and says who ended it."""
        member = create_member(world)
        acceptance = accept(world)
        ended = act(world, agreements.terminate_by_aws, acceptance.id, account=STANDALONE)
        assert (ended.terminated_by, ended.effective_end) == (TerminatedBy.AWS, NOW)
        assert seen(world, MANAGEMENT) == seen(world, member) == []
        assert world.events[-1] == AgreementTerminated(
            at=NOW, account_id=MANAGEMENT, customer_agreement_id=acceptance.id
        )

    def test_ends_one_that_is_out_of_reach(self, world: World) -> None:
        """Trusted access is the customer's to give; AWS needs none to end an agreement."""
        acceptance = accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, agreements.terminate_by_aws, acceptance.id)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert seen(world, MANAGEMENT) == []

    def test_leaves_it_to_be_accepted_again(self, world: World) -> None:
        """The customer may accept the same agreement anew."""
        first = accept(world, ACCOUNT_AGREEMENT)
        act(world, agreements.terminate_by_aws, first.id)
        second = accept(world, ACCOUNT_AGREEMENT)
        assert first.id != second.id
        assert seen(world, MANAGEMENT) == [second.id]

    def test_once(self, world: World) -> None:
        """What has ended, by whomever, or never was, cannot be ended."""
        by_aws, by_customer = accept(world), accept(world, ACCOUNT_AGREEMENT)
        act(world, agreements.terminate_by_aws, by_aws.id)
        terminate(world, by_customer)
        for name in (by_aws.id, by_customer.id, "customer-agreement-0000000000000000"):
            refuses(world, CustomerAgreementNotFound, partial(act, world, agreements.terminate_by_aws, name))


class TestCustomerAgreements:
    """customer_agreements."""

    def test_come_in_the_order_of_acceptance(self, world: World) -> None:
        """An account's own and its organization's, the oldest first."""
        member = create_member(world)
        first = accept(world, ACCOUNT_AGREEMENT, member)
        second = accept(world)
        third = accept(world, "agreement-sbLSDe8bitmAXNr9", member)
        assert seen(world, member) == [first.id, second.id, third.id]

    def test_go_on_after_a_place(self, world: World) -> None:
        """A listing may begin after any place, terminated ones notwithstanding."""
        member = create_member(world)
        accepted = [
            accept(world, ACCOUNT_AGREEMENT, member),
            accept(world),
            accept(world, "agreement-sbLSDe8bitmAXNr9", member),
        ]
        terminate(world, accepted[1])
        with transaction(world, member) as tx:
            found = list(agreements.customer_agreements(tx, accepted[0].serial))
        assert found == [(accepted[2].serial, accepted[2])]
