"""Centralized root access: its features, and the sessions of members' root users."""

from datetime import timedelta

import pytest

from artifact_state.errors import (
    AllFeaturesRequired,
    InvalidTaskPolicy,
    NotInOrganization,
    NotManagementAccount,
    RootNotAssumable,
    TrustedAccessDisabled,
    WrongAccount,
)
from artifact_state.events import RootAccessChanged, RootAssumed
from artifact_state.iam.root_logins import has_root_login
from artifact_state.model import Caller, CallerKind, FeatureSet, RootFeature, Session
from artifact_state.organizations import delegation, organization, trusted_access
from artifact_state.organizations.root_access import (
    IAM_PRINCIPAL,
    describe_root_features,
    disable_root_feature,
    enable_root_feature,
    features_in_force,
)
from artifact_state.policy_evaluation.collect import applicable_policies
from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.global_condition_keys import principal_keys
from artifact_state.policy_evaluation.policies import PolicyKind
from artifact_state.policy_syntax.policy import EvaluationRequest
from artifact_state.principals import is_expired, session_caller
from artifact_state.record import replace
from artifact_state.snapshot import dump_world, load_world
from artifact_state.sts import sessions
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    transaction,
    world_with_organization,
)

AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
every_feature = pytest.mark.parametrize("feature", RootFeature)


@pytest.fixture
def world() -> World:
    """Return a world with an organization that trusts IAM."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, IAM_PRINCIPAL)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Return the id of a member account."""
    return create_member(world)


def enabled_features(world: World) -> frozenset[RootFeature]:
    """Return the features that are in force."""
    return features_in_force(current_organization(world))


class TestRootFeatures:
    """enable_root_feature, disable_root_feature and describe_root_features."""

    @every_feature
    def test_features_are_enabled_and_disabled_separately(self, world: World, feature: RootFeature) -> None:
        """Each feature is enabled and disabled once; repeating it is accepted and changes nothing."""
        assert enabled_features(world) == frozenset()
        assert act(world, enable_root_feature, feature).root_features == {feature}
        before = world.state
        assert act(world, enable_root_feature, feature) is current_organization(world)
        assert world.state is before
        assert enabled_features(world) == {feature}
        act(world, disable_root_feature, feature)
        act(world, disable_root_feature, feature)
        assert enabled_features(world) == frozenset()
        assert sum(isinstance(event, RootAccessChanged) for event in world.events) == 2

    def test_delegated_administrator_lists_and_disables_features(self, world: World, member: str) -> None:
        """A delegated administrator for IAM can list and disable features, but not enable them."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        with expect_refusal(world, WrongAccount):
            act(world, describe_root_features, account=member)
        act(world, delegation.register_delegated_administrator, member, IAM_PRINCIPAL)
        assert act(world, describe_root_features, account=member).root_features == {RootFeature.SESSIONS}
        with expect_refusal(world, NotManagementAccount):
            act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT, account=member)
        act(world, disable_root_feature, RootFeature.SESSIONS, account=member)
        assert enabled_features(world) == frozenset()

    @pytest.mark.parametrize("rule", [enable_root_feature, disable_root_feature])
    @every_feature
    def test_other_accounts_cannot_change_features(
        self, world: World, member: str, rule: object, feature: RootFeature
    ) -> None:
        """Members, other services' delegated administrators and strangers cannot change features."""
        config = "config.amazonaws.com"
        act(world, trusted_access.enable_service_access, config)
        act(world, delegation.register_delegated_administrator, member, config)
        assert callable(rule)
        with expect_refusal(world, WrongAccount):
            act(world, rule, feature, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, feature, account=STANDALONE)

    def test_consolidated_billing_is_refused(self) -> None:
        """An organization with consolidated billing cannot enable features."""
        world = World()
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        with expect_refusal(world, AllFeaturesRequired):
            act(world, enable_root_feature, RootFeature.SESSIONS)

    def test_features_are_in_force_with_trusted_access(self, world: World) -> None:
        """Features are in force only while IAM is trusted."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        act(world, trusted_access.disable_service_access, IAM_PRINCIPAL)
        assert enabled_features(world) == frozenset()
        for rule in (enable_root_feature, disable_root_feature):
            with expect_refusal(world, TrustedAccessDisabled):
                act(world, rule, RootFeature.SESSIONS)
        with expect_refusal(world, TrustedAccessDisabled):
            act(world, describe_root_features)
        act(world, trusted_access.enable_service_access, IAM_PRINCIPAL)
        assert enabled_features(world) == {RootFeature.SESSIONS}

    def test_managed_credentials_leave_new_accounts_without_password(self, world: World, member: str) -> None:
        """With managed root credentials, the root users of new accounts have no passwords."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        earlier = create_member(world, "earlier")
        act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT)
        later = create_member(world, "later")
        state = load_world(dump_world(world, "1")).state
        assert [has_root_login(state, account) for account in (member, earlier, later)] == [True, True, False]

    def test_features_survive_snapshot(self, world: World) -> None:
        """A snapshot contains the features."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        assert enabled_features(load_world(dump_world(world, "1"))) == {RootFeature.SESSIONS}


def assume_root(
    world: World,
    target: str,
    task: str = AUDIT,
    account: str = MANAGEMENT,
    duration: timedelta = sessions.DEFAULT_ROOT_DURATION,
) -> Session:
    """Return a session of a member's root user."""
    return act(world, sessions.assume_root, target, task, account=account, duration=duration)


def session_principal(world: World, session: Session) -> Caller:
    """Return the principal of a session."""
    caller = session_caller(world.state, session, partition="aws", region="us-east-1")
    assert caller
    return caller


class TestAssumeRoot:
    """assume_root."""

    @pytest.fixture(autouse=True)
    def enable_sessions(self, world: World) -> None:
        """Enable root sessions."""
        act(world, enable_root_feature, RootFeature.SESSIONS)

    @pytest.mark.parametrize("form", ["{}", "arn:aws:iam::{}:root"])
    def test_member_is_assumed_by_id_or_arn(self, world: World, member: str, form: str) -> None:
        """A member's root user is assumed by account id or ARN, for 15 minutes by default."""
        session = assume_root(world, form.format(member))
        caller = session_principal(world, session)
        assert (caller.arn, caller.kind) == (f"arn:aws:iam::{member}:root", CallerKind.ROOT)
        assert session.expires_at == NOW + timedelta(minutes=15)
        assert isinstance(world.events[-1], RootAssumed)

    def test_session_of_no_duration_is_expired(self, world: World, member: str) -> None:
        """A session of 0 seconds is expired when it is issued."""
        assert is_expired(assume_root(world, member, duration=timedelta(0)), NOW)

    def test_delegated_administrator_assumes_other_members(self, world: World, member: str) -> None:
        """A delegated administrator for IAM can assume other members' root users, other members cannot."""
        other = create_member(world, "other")
        with expect_refusal(world, RootNotAssumable):
            assume_root(world, other, account=member)
        act(world, delegation.register_delegated_administrator, member, IAM_PRINCIPAL)
        assert assume_root(world, other, account=member).account_id == other

    @pytest.mark.parametrize("target", [MANAGEMENT, STANDALONE, "arn:aws:iam::111122223333:user/A", "a" * 12])
    def test_target_outside_members_is_refused(self, world: World, target: str) -> None:
        """The management account, a standalone account, a user and an unknown account are refused."""
        with expect_refusal(world, RootNotAssumable):
            assume_root(world, target)

    @pytest.mark.usefixtures("member")
    def test_member_of_another_organization_is_refused(self, world: World) -> None:
        """A member of another organization is refused."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        act(world, trusted_access.enable_service_access, IAM_PRINCIPAL, account=STANDALONE)
        act(world, enable_root_feature, RootFeature.SESSIONS, account=STANDALONE)
        other = create_member(world, "other")
        with expect_refusal(world, RootNotAssumable):
            assume_root(world, other, account=STANDALONE)

    def test_disabled_feature_or_access_is_refused(self, world: World, member: str) -> None:
        """Without root sessions or trusted access no root user is assumed."""
        act(world, disable_root_feature, RootFeature.SESSIONS)
        act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT)
        with expect_refusal(world, RootNotAssumable):
            assume_root(world, member)
        act(world, enable_root_feature, RootFeature.SESSIONS)
        act(world, trusted_access.disable_service_access, IAM_PRINCIPAL)
        with expect_refusal(world, RootNotAssumable):
            assume_root(world, member)

    @pytest.mark.parametrize(
        "task",
        [
            "",
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::aws:policy/IAMAuditRootUserCredentials",
            "arn:aws:iam::aws:policy/root-task/AdministratorAccess",
            "arn:aws-cn:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
        ],
    )
    def test_policy_other_than_task_is_refused(self, world: World, member: str, task: str) -> None:
        """A policy that is not one of AWS's task policies is refused."""
        with expect_refusal(world, InvalidTaskPolicy):
            assume_root(world, member, task)

    def test_session_inherits_source_identity(self, world: World, member: str) -> None:
        """A root session inherits the source identity of the calling session."""
        with transaction(world) as tx:
            first = sessions.issue_session_token(tx)
            tx.put(replace(first, source_identity="Alice"))
        with world.transaction(session_principal(world, first)) as tx:
            assert sessions.assume_root(tx, member, AUDIT).source_identity == "Alice"


class TestRootSessionDecisions:
    """Decisions about the calls of root sessions."""

    def decision(
        self, world: World, task: str, member: str, action: str, resource: str = "*"
    ) -> tuple[bool, PolicyKind]:
        """Return the decision on an action of a session for a task."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        caller = session_principal(world, assume_root(world, member, f"arn:aws:iam::aws:policy/root-task/{task}"))
        keys = principal_keys(world.state, caller, NOW)
        assert keys["aws:assumedroot"] == ("true",)
        request = EvaluationRequest(action=action, resource=resource, keys=keys)
        decision = decide(request, applicable_policies(world.state, caller, NOW))
        return decision.allowed, decision.kind

    @pytest.mark.parametrize(
        ("task", "action", "allowed"),
        [
            ("IAMAuditRootUserCredentials", "iam:GetAccountSummary", True),
            ("IAMAuditRootUserCredentials", "iam:CreateUser", False),
            ("IAMDeleteRootUserCredentials", "iam:GetAccountSummary", False),
            ("S3UnlockBucketPolicy", "s3:DeleteBucketPolicy", True),
            ("S3UnlockBucketPolicy", "s3:DeleteBucket", False),
            ("SQSUnlockQueuePolicy", "sqs:SetQueueAttributes", True),
            ("SQSUnlockQueuePolicy", "sts:AssumeRoot", False),
        ],
    )
    def test_task_policy_denies_other_actions(
        self, world: World, member: str, task: str, action: str, *, allowed: bool
    ) -> None:
        """The task policy denies every action that is not part of the task."""
        assert self.decision(world, task, member, action) == (
            allowed,
            PolicyKind.IDENTITY if allowed else PolicyKind.SESSION,
        )

    @pytest.mark.parametrize(("name", "allowed"), [("root", True), ("user/Alice", False)])
    def test_task_policy_covers_root_credentials_only(
        self, world: World, member: str, name: str, *, allowed: bool
    ) -> None:
        """A task on root credentials does not allow changes to users' credentials."""
        arn = f"arn:aws:iam::{member}:{name}"
        assert self.decision(world, "IAMDeleteRootUserCredentials", member, "iam:DeleteAccessKey", arn)[0] is allowed
