"""Sessions of STS: the conditions of trust policies, and the attributes of sessions."""

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_state import ids
from artifact_state.errors import (
    EntityNotFound,
    InsufficientSessionLifetime,
    InvalidRoleArn,
    InvalidSessionTags,
    InvalidSubjectCredentials,
    MalformedPolicyDocument,
    NothingToScopeDown,
    NotTrusted,
    Refused,
    RegionNotActivated,
    RootCannotAssumeRole,
    SessionTooLarge,
    SessionTooLong,
    SourceIdentityAlreadySet,
    TagRule,
    TooManyScopeDownPolicies,
    TooManySessionPolicies,
)
from artifact_state.iam import access_keys, users
from artifact_state.iam.managed_policies import NewPolicy, create_policy
from artifact_state.iam.role_changes import NewRole, create_role, update_role
from artifact_state.model import Caller, CallerKind, Session
from artifact_state.organizations import account_closure
from artifact_state.policy_evaluation.collect import applicable_policies
from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.policies import PolicyKind
from artifact_state.policy_syntax.policy import EvaluationRequest
from artifact_state.principals import root_user, service_principal, session_caller
from artifact_state.record import replace
from artifact_state.sts import federation, sessions, tokens
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    transaction,
    world_with_organization,
)
from tests.support.identities import ALLOW_ALL

ARN = f"arn:aws:iam::{STANDALONE}:role/Dev"
TAGGING_ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def create_trusting_role(world: World, action: Any = "sts:AssumeRole", name: str = "Dev", **more: Any) -> str:
    """Create a role that trusts all AWS principals and Artifact, and return its ARN."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*", "Service": "artifact.amazonaws.com"}, "Action": action}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement | more})
    act(world, create_role, NewRole(name=name, trust_policy=trust), account=STANDALONE)
    return f"arn:aws:iam::{STANDALONE}:role/{name}"


def assume(world: World, arn: str = ARN, caller: Caller | None = None, **options: Any) -> Session:
    """Return a session of a role, by default of the management account's root user."""
    tx = world.transaction(caller) if caller else transaction(world)
    with tx:
        return sessions.assume_role(tx, arn, "me", SessionOptions(**options))


def expect_refused(
    world: World, error: type[Exception], arn: str = ARN, caller: Caller | None = None, **options: Any
) -> None:
    """Assert that assuming a role is refused and changes nothing."""
    before = world.state
    with pytest.raises(error):
        assume(world, arn, caller, **options)
    assert world.state is before


def broken_tag_rule(world: World, arn: str = ARN, caller: Caller | None = None, **options: Any) -> TagRule:
    """Assert that session tags are refused, and return the broken rule."""
    before = world.state
    with pytest.raises(InvalidSessionTags) as refusal:
        assume(world, arn, caller, **options)
    assert world.state is before
    return refusal.value.reason


def session_principal(world: World, session: Session) -> Caller:
    """Return the principal of a session."""
    caller = session_caller(world.state, session, partition="aws", region="us-east-1")
    assert caller
    return caller


class TestTrustConditions:
    """Conditions of trust policies."""

    def test_external_id_must_match(self, world: World) -> None:
        """Only the agreed external id is accepted."""
        create_trusting_role(world, Condition={"StringEquals": {"sts:ExternalId": "agreed"}})
        assume(world, condition_keys={"sts:externalid": ("agreed",)})
        for keys in ({}, {"sts:externalid": ("other",)}):
            expect_refused(world, NotTrusted, condition_keys=keys)

    def test_unneeded_external_id_is_ignored(self, world: World) -> None:
        """An external id that the trust policy does not check is ignored."""
        create_trusting_role(world)
        assume(world, condition_keys={"sts:externalid": ("whatever",)})

    def test_organization_condition_admits_members(self, world: World) -> None:
        """A condition on the organization admits its members only."""
        organization = next(iter(world.state.organizations))
        create_trusting_role(world, Condition={"StringEquals": {"aws:PrincipalOrgID": organization}})
        assume(world)
        with transaction(world, "121212121212") as tx:
            stranger = tx.caller
        expect_refused(world, NotTrusted, caller=stranger)

    def test_source_account_condition_admits_service_calls(self, world: World) -> None:
        """A condition on the source account admits a service's calls for that account only."""
        create_trusting_role(world, Condition={"StringEquals": {"aws:SourceAccount": STANDALONE}})
        artifact = service_principal("artifact.amazonaws.com")
        assume(world, caller=artifact, condition_keys={"aws:sourceaccount": (STANDALONE,)})
        expect_refused(world, NotTrusted, caller=artifact, condition_keys={"aws:sourceaccount": (MANAGEMENT,)})
        expect_refused(
            world,
            NotTrusted,
            caller=service_principal("ec2.amazonaws.com"),
            condition_keys={"aws:sourceaccount": (STANDALONE,)},
        )

    def test_tags_and_source_identity_need_own_actions(self, world: World) -> None:
        """Tags need sts:TagSession, a source identity needs sts:SetSourceIdentity."""
        create_trusting_role(world)
        expect_refused(world, NotTrusted, tags=(("team", "a"),))
        expect_refused(world, NotTrusted, source_identity="alice")
        arn = create_trusting_role(world, TAGGING_ACTIONS, "Tagging")
        assert assume(world, arn, tags=(("team", "a"),), source_identity="alice").tags == (("team", "a"),)


class TestSessions:
    """assume_role, issue_session_token and issue_federation_token."""

    def test_transitive_tags_and_source_identity_are_inherited(self, world: World) -> None:
        """A chained session inherits transitive tags and the source identity, but no other tags."""
        first, second = (
            create_trusting_role(world, TAGGING_ACTIONS, "First"),
            create_trusting_role(world, TAGGING_ACTIONS, "Second"),
        )
        tags = (("team", "a"), ("own", "b"))
        session = assume(world, first, tags=tags, transitive_tags=frozenset({"team"}), source_identity="alice")
        chained = assume(world, second, session_principal(world, session), tags=(("more", "c"),))
        assert dict(chained.tags) == {"team": "a", "more": "c"}
        assert chained.source_identity == "alice"

    def test_inherited_tags_and_source_identity_cannot_be_changed(self, world: World) -> None:
        """Inherited tags cannot be passed again in any case, nor can the source identity change."""
        first, second = (
            create_trusting_role(world, TAGGING_ACTIONS, "First"),
            create_trusting_role(world, TAGGING_ACTIONS, "Second"),
        )
        tags, transitive = (("team", "a"),), frozenset({"team"})
        session = assume(world, first, tags=tags, transitive_tags=transitive, source_identity="alice")
        caller = session_principal(world, session)
        assert broken_tag_rule(world, second, caller, tags=(("Team", "b"),)) is TagRule.INHERITED
        expect_refused(world, SourceIdentityAlreadySet, second, caller, source_identity="bob")
        assert assume(world, second, caller, source_identity="alice").source_identity == "alice"

    @pytest.mark.parametrize(
        ("tags", "transitive", "rule"),
        [
            (("aws:team",), (), TagRule.RESERVED),
            (("AWS:team",), (), TagRule.RESERVED),
            (("team", "Team"), (), TagRule.DUPLICATE),
            (("team",), ("other",), TagRule.NOT_PASSED),
            ((), ("team",), TagRule.NOT_PASSED),
        ],
    )
    def test_invalid_tags_are_refused_before_trust(
        self, world: World, tags: tuple[str, ...], transitive: tuple[str, ...], rule: TagRule
    ) -> None:
        """Reserved, duplicate and missing keys are refused before the trust policy is evaluated."""
        create_trusting_role(world)
        pairs = tuple((key, "v") for key in tags)
        assert broken_tag_rule(world, tags=pairs, transitive_tags=frozenset(transitive)) is rule

    def test_transitive_keys_are_case_insensitive(self, world: World) -> None:
        """Transitive keys are compared regardless of case."""
        create_trusting_role(world, TAGGING_ACTIONS)
        session = assume(world, tags=(("team", "a"),), transitive_tags=frozenset({"TEAM"}))
        second = create_trusting_role(world, TAGGING_ACTIONS, "Second")
        assert assume(world, second, session_principal(world, session)).tags == (("team", "a"),)

    @pytest.mark.parametrize(
        "arn",
        [
            f"{STANDALONE}",
            "not-an-arn",
            "arn::b:::something/role",
            "arn:a::::b",
            "arn:a:::b",
            "arn:a:a::1:",
            "",
        ],
    )
    def test_invalid_role_arn_is_refused(self, world: World, arn: str) -> None:
        """A text that is not an ARN is refused as such."""
        expect_refused(world, InvalidRoleArn, arn)

    def test_root_user_with_credentials_cannot_assume_role(self, world: World) -> None:
        """A root user with issued credentials cannot assume a role; an account id as the key can."""
        create_trusting_role(world)
        key = act(world, access_keys.create_access_key, None)
        caller = access_keys.principal_of(world.state, key, partition="aws", region="us-east-1")
        expect_refused(world, RootCannotAssumeRole, caller=caller)
        with transaction(world) as tx:
            session = sessions.issue_session_token(tx)
        expect_refused(world, RootCannotAssumeRole, caller=session_principal(world, session))
        assert assume(world).role_name == "Dev"

    def test_session_of_a_role_has_no_mfa_information(self, world: World) -> None:
        """A role that is assumed from a session with MFA passes nothing of it on to its own session."""
        create_trusting_role(world)
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        caller = users.user_principal(user, partition="aws", region="us-east-1")
        with world.transaction(caller) as tx:
            session = sessions.issue_session_token(tx, multi_factor=True)
        assert session.multi_factor
        assert not assume(world, caller=session_principal(world, session)).multi_factor

    def test_role_assumed_from_any_session_lasts_an_hour(self, world: World) -> None:
        """A role that is assumed from a user's or a role's session lasts an hour at most."""
        create_trusting_role(world)
        act(world, update_role, "Dev", max_session=timedelta(hours=12), account=STANDALONE)
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        caller = users.user_principal(user, partition="aws", region="us-east-1")
        with world.transaction(caller) as tx:
            of_user = sessions.issue_session_token(tx)
        assert assume(world, caller=caller, duration=timedelta(hours=12)).expires_at == NOW + timedelta(hours=12)
        for session in (of_user, assume(world)):
            chained = session_principal(world, session)
            expect_refused(world, SessionTooLong, caller=chained, duration=timedelta(hours=1, seconds=1))
            assert assume(world, caller=chained).expires_at == NOW + timedelta(hours=1)

    def test_role_of_a_closed_account_cannot_be_assumed(self, world: World) -> None:
        """A role of a closed account is refused like one that does not trust the caller."""
        member = create_member(world)
        arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
        assume(world, arn)
        act(world, account_closure.close_account, member)
        expect_refused(world, NotTrusted, arn)

    def test_eleventh_managed_policy_is_refused(self, world: World) -> None:
        """A session has ten managed policies at most."""
        create_trusting_role(world)
        arn = "arn:aws:iam::aws:policy/AWSDenyAll"
        assert assume(world, policy_arns=(arn,) * 10).managed_policies == (arn,) * 10
        expect_refused(world, TooManySessionPolicies, policy_arns=(arn,) * 11)

    def test_session_has_inline_and_managed_policies(self, world: World) -> None:
        """A session has an inline policy and managed policies; malformed and unknown ones are refused."""
        create_trusting_role(world)
        session = assume(world, policy=ALLOW_ALL, policy_arns=("arn:aws:iam::aws:policy/AWSDenyAll",))
        assert session.policies == (("session policy", ALLOW_ALL),)
        assert session.managed_policies == ("arn:aws:iam::aws:policy/AWSDenyAll",)
        assert sessions.packed_policy_size(session)
        expect_refused(world, MalformedPolicyDocument, policy="{}")
        expect_refused(world, EntityNotFound, policy_arns=("arn:aws:iam::aws:policy/None",))

    def test_managed_policies_of_a_session_are_those_of_its_account(self, world: World) -> None:
        """A role's session takes managed policies of the role's account, not of the caller's."""
        create_trusting_role(world)
        for account in (MANAGEMENT, STANDALONE):
            policy = act(world, create_policy, NewPolicy(name="P", document=ALLOW_ALL), account=account)
            arn = f"arn:aws:iam::{policy.account_id}:policy/P"
            if account == STANDALONE:
                assert assume(world, policy_arns=(arn,)).managed_policies == (arn,)
            else:
                expect_refused(world, EntityNotFound, policy_arns=(arn,))

    def test_oversized_tags_are_refused(self, world: World) -> None:
        """Tags whose packed size exceeds the limit are refused."""
        create_trusting_role(world, TAGGING_ACTIONS)
        tags = tuple((ids.secret(60, number, "key"), ids.secret(200, number, "value")) for number in range(50))
        expect_refused(world, SessionTooLarge, tags=tags)

    def test_token_grows_with_content_up_to_largest_size(self, world: World) -> None:
        """A token grows with its content and the requested size, up to AWS's limit."""
        create_trusting_role(world, TAGGING_ACTIONS)
        smallest, padded = assume(world), assume(world, min_token_size=1000)
        assert len(smallest.token) < 1000 == len(padded.token)
        packed = assume(world, policy=ALLOW_ALL, tags=(("team", "a"),), min_token_size=100)
        assert len(smallest.token) < len(packed.token) <= tokens.MAX_TOKEN_SIZE
        largest = assume(world, min_token_size=tokens.MAX_TOKEN_SIZE)
        assert tokens.utilization(largest.token) == 100

    def test_inactive_region_issues_no_credentials(self, world: World) -> None:
        """In an inactive region no operation issues credentials."""
        create_trusting_role(world)
        world.options = replace(world.options, inactive_sts_regions=frozenset({"eu-south-1"}))
        caller = root_user(MANAGEMENT, region="eu-south-1")
        expect_refused(world, RegionNotActivated, caller=caller)
        before = world.state
        for rule in (
            sessions.issue_session_token,
            lambda tx: sessions.issue_federation_token(tx, "bob"),
            lambda tx: sessions.assume_root(tx, STANDALONE, "arn:aws:iam::aws:policy/root-task/Any"),
            federation.exchange_token,
        ):
            with pytest.raises(RegionNotActivated), world.transaction(caller) as tx:
                rule(tx)
        assert world.state is before
        assert assume(world).role_name == "Dev"

    def test_user_session_ends_with_the_user(self, world: World) -> None:
        """A user's session is the user's for 12 hours, and invalid once the user is deleted."""
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        caller = users.user_principal(user, partition="aws", region="us-east-1")
        with world.transaction(caller) as tx:
            session = sessions.issue_session_token(tx)
        assert session.expires_at == NOW + timedelta(hours=12)
        principal = session_principal(world, session)
        assert (principal.arn, principal.kind) == (caller.arn, CallerKind.USER)
        act(world, users.delete_user, "Alice", account=STANDALONE)
        assert session_caller(world.state, session, partition="aws", region="us-east-1") is None
        act(world, users.create_user, "Alice", account=STANDALONE)
        assert session_caller(world.state, session, partition="aws", region="us-east-1") is None

    def test_root_user_session_lasts_an_hour(self, world: World) -> None:
        """A root user's session lasts an hour at most."""
        session = act(world, sessions.issue_session_token, timedelta(hours=3))
        assert session.expires_at == NOW + timedelta(hours=1)
        assert session_principal(world, session).kind is CallerKind.ROOT

    def test_federated_user_has_own_arn(self, world: World) -> None:
        """A federated user has an ARN in the account of the calling user."""
        session = act(world, sessions.issue_federation_token, "bob", SessionOptions(policy=ALLOW_ALL))
        principal = session_principal(world, session)
        assert (principal.arn, principal.kind) == (
            f"arn:aws:sts::{MANAGEMENT}:federated-user/bob",
            CallerKind.FEDERATED,
        )


class TestAccessKeyIds:
    """Ids of access keys."""

    def test_access_key_id_contains_account(self) -> None:
        """The account is found in the emulator's ids and in the id of a recorded reply of AWS."""
        assert ids.account_of_access_key(ids.access_key_id("AKIA", STANDALONE, "any")) == STANDALONE
        assert ids.account_of_access_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"
        for key in ("", "AKIA", "AKIA1", "not a key at all!!!!"):
            assert ids.account_of_access_key(key) is None


class TestScopedCredentials:
    """issue_scoped_credentials."""

    ONLY_IAM = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}'

    @pytest.fixture
    def session(self, world: World) -> Session:
        """Return a session of a role with all permissions."""
        arn = create_trusting_role(world)
        return act(world, sessions.assume_role, arn, "me", account=MANAGEMENT)

    def caller(self, world: World, session: Session) -> Caller:
        """Return the principal of a session."""
        caller = session_caller(world.state, session, partition="aws", region="us-east-1")
        assert caller is not None
        return caller

    def scope_down(self, world: World, session: Session, policy: str | None = None, minutes: int = 0) -> Session:
        """Scope a session down."""
        duration = timedelta(minutes=minutes) if minutes else None
        with world.transaction(self.caller(world, session)) as tx:
            return sessions.issue_scoped_credentials(tx, policy, duration)

    def test_identity_and_lifetime_are_kept(self, world: World, session: Session) -> None:
        """The scoped session is the same principal, until the same instant unless the request shortens it."""
        scoped = self.scope_down(world, session, self.ONLY_IAM)
        kept = replace(self.caller(world, session), access_key_id=scoped.access_key_id, issued_at=NOW)
        assert self.caller(world, scoped) == kept
        assert scoped.expires_at == session.expires_at
        assert self.scope_down(world, session, minutes=5).expires_at == NOW + timedelta(minutes=5)

    def test_each_policy_must_allow(self, world: World, session: Session) -> None:
        """Policies of several requests add up: a request needs the permission of each."""
        narrower = self.ONLY_IAM.replace("iam:*", "iam:GetRole")
        scoped = self.scope_down(world, self.scope_down(world, session, narrower), self.ONLY_IAM)
        policies = applicable_policies(world.state, self.caller(world, scoped), NOW)
        policies = dataclasses.replace(policies, needs_no_identity_policy=True)
        for action, allowed in (("iam:GetRole", True), ("iam:GetUser", False), ("s3:GetObject", False)):
            decision = decide(EvaluationRequest(action, "*", {}), policies)
            assert (decision.allowed, decision.kind) == (
                allowed,
                PolicyKind.IDENTITY if allowed else PolicyKind.SESSION,
            )

    @pytest.mark.parametrize(
        ("layers", "request_", "refusal"),
        [
            (0, (None, 0), NothingToScopeDown),
            (0, (None, 61), InsufficientSessionLifetime),
            (0, ("{", 0), MalformedPolicyDocument),
            (3, (ONLY_IAM, 0), TooManyScopeDownPolicies),
        ],
    )
    def test_request_without_effect_or_beyond_a_limit_is_refused(
        self, world: World, session: Session, layers: int, request_: tuple[str | None, int], refusal: type[Refused]
    ) -> None:
        """A request needs a policy or a duration; the lifetime cannot grow, and a fourth policy is one too many."""
        for _ in range(layers):
            session = self.scope_down(world, session, self.ONLY_IAM)
        before = world.state
        with pytest.raises(refusal):
            self.scope_down(world, session, *request_)
        assert world.state is before

    def test_long_term_credentials_are_refused(self, world: World) -> None:
        """Only session credentials can be scoped down."""
        before = world.state
        with pytest.raises(InvalidSubjectCredentials):
            act(world, sessions.issue_scoped_credentials, self.ONLY_IAM, None, account=MANAGEMENT)
        assert world.state is before
