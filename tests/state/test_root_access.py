"""Centralized root access: its features, and sessions of members' root users."""

from dataclasses import replace
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
    """Give a world whose organization trusts IAM."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, IAM_PRINCIPAL)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Give a member account."""
    return create_member(world)


def enabled(world: World) -> frozenset[RootFeature]:
    """Tell which features are in force."""
    return features_in_force(current_organization(world))


class TestFeatures:
    """Enable and DisableOrganizationsRoot..., ListOrganizationsFeatures."""

    @every_feature
    def test_are_switched_on_and_off(self, world: World, feature: RootFeature) -> None:
        """Each by itself; it is told once, and what is so already is no error and changes nothing."""
        assert enabled(world) == frozenset()
        assert act(world, enable_root_feature, feature).root_features == {feature}
        before = world.state
        assert act(world, enable_root_feature, feature) is current_organization(world)
        assert world.state is before
        assert enabled(world) == {feature}
        act(world, disable_root_feature, feature)
        act(world, disable_root_feature, feature)
        assert enabled(world) == frozenset()
        assert sum(isinstance(one, RootAccessChanged) for one in world.events) == 2

    def test_delegated_administrator(self, world: World, member: str) -> None:
        """A delegated administrator for IAM lists them and switches them off; on, only the management account."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        with expect_refusal(world, WrongAccount):
            act(world, describe_root_features, account=member)
        act(world, delegation.register_delegated_administrator, member, IAM_PRINCIPAL)
        assert act(world, describe_root_features, account=member).root_features == {RootFeature.SESSIONS}
        with expect_refusal(world, NotManagementAccount):
            act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT, account=member)
        act(world, disable_root_feature, RootFeature.SESSIONS, account=member)
        assert enabled(world) == frozenset()

    @pytest.mark.parametrize("rule", [enable_root_feature, disable_root_feature])
    @every_feature
    def test_of_others(self, world: World, member: str, rule: object, feature: RootFeature) -> None:
        """A member, a delegated administrator for another service and a stranger may not."""
        config = "config.amazonaws.com"
        act(world, trusted_access.enable_service_access, config)
        act(world, delegation.register_delegated_administrator, member, config)
        assert callable(rule)
        with expect_refusal(world, WrongAccount):
            act(world, rule, feature, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, feature, account=STANDALONE)

    def test_need_all_features(self) -> None:
        """An organization of billing alone has none."""
        world = World()
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
        with expect_refusal(world, AllFeaturesRequired):
            act(world, enable_root_feature, RootFeature.SESSIONS)

    def test_need_trusted_access(self, world: World) -> None:
        """They are in force while IAM is trusted, and again when it is trusted again."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        act(world, trusted_access.disable_service_access, IAM_PRINCIPAL)
        assert enabled(world) == frozenset()
        for rule in (enable_root_feature, disable_root_feature):
            with expect_refusal(world, TrustedAccessDisabled):
                act(world, rule, RootFeature.SESSIONS)
        with expect_refusal(world, TrustedAccessDisabled):
            act(world, describe_root_features)
        act(world, trusted_access.enable_service_access, IAM_PRINCIPAL)
        assert enabled(world) == {RootFeature.SESSIONS}

    def test_new_accounts_begin_without_a_password(self, world: World, member: str) -> None:
        """Where root credentials are managed, the root users of new accounts have none."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        earlier = create_member(world, "earlier")
        act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT)
        later = create_member(world, "later")
        found = load_world(dump_world(world, "1")).state
        assert [has_root_login(found, one) for one in (member, earlier, later)] == [True, True, False]

    def test_are_in_a_snapshot(self, world: World) -> None:
        """A world that is saved and loaded has them."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        assert enabled(load_world(dump_world(world, "1"))) == {RootFeature.SESSIONS}


def assume(
    world: World,
    target: str,
    task: str = AUDIT,
    account: str = MANAGEMENT,
    duration: timedelta = sessions.DEFAULT_ROOT_DURATION,
) -> Session:
    """Become a member's root user."""
    return act(world, sessions.assume_root, target, task, account=account, duration=duration)


def holder(world: World, session: Session) -> Caller:
    """Give whom a session stands for."""
    found = session_caller(world.state, session, partition="aws", region="us-east-1")
    assert found
    return found


class TestAssumeRoot:
    """AssumeRoot."""

    @pytest.fixture(autouse=True)
    def sessions_enabled(self, world: World) -> None:
        """Switch root sessions on."""
        act(world, enable_root_feature, RootFeature.SESSIONS)

    @pytest.mark.parametrize("form", ["{}", "arn:aws:iam::{}:root"])
    def test_of_a_member(self, world: World, member: str, form: str) -> None:
        """By its id or its root user's ARN: its root user, for a quarter of an hour."""
        session = assume(world, form.format(member))
        caller = holder(world, session)
        assert (caller.arn, caller.kind) == (f"arn:aws:iam::{member}:root", CallerKind.ROOT)
        assert session.expires_at == NOW + timedelta(minutes=15)
        assert isinstance(world.events[-1], RootAssumed)

    def test_for_no_time(self, world: World, member: str) -> None:
        """Credentials for no seconds have lapsed when they are given."""
        assert is_expired(assume(world, member, duration=timedelta(0)), NOW)

    def test_by_a_delegated_administrator(self, world: World, member: str) -> None:
        """One for IAM may; another member may not."""
        other = create_member(world, "other")
        with expect_refusal(world, RootNotAssumable):
            assume(world, other, account=member)
        act(world, delegation.register_delegated_administrator, member, IAM_PRINCIPAL)
        assert assume(world, other, account=member).account_id == other

    @pytest.mark.parametrize("target", [MANAGEMENT, STANDALONE, "arn:aws:iam::111122223333:user/A", "a" * 12])
    def test_of_no_member(self, world: World, target: str) -> None:
        """Neither of the management account, nor of a stranger, nor of nothing."""
        with expect_refusal(world, RootNotAssumable):
            assume(world, target)

    @pytest.mark.usefixtures("member")
    def test_of_a_member_elsewhere(self, world: World) -> None:
        """Another organization's member is a stranger."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        act(world, trusted_access.enable_service_access, IAM_PRINCIPAL, account=STANDALONE)
        act(world, enable_root_feature, RootFeature.SESSIONS, account=STANDALONE)
        other = create_member(world, "other")
        with expect_refusal(world, RootNotAssumable):
            assume(world, other, account=STANDALONE)

    def test_switched_off(self, world: World, member: str) -> None:
        """Without root sessions, or without trusted access, nobody is assumed."""
        act(world, disable_root_feature, RootFeature.SESSIONS)
        act(world, enable_root_feature, RootFeature.CREDENTIALS_MANAGEMENT)
        with expect_refusal(world, RootNotAssumable):
            assume(world, member)
        act(world, enable_root_feature, RootFeature.SESSIONS)
        act(world, trusted_access.disable_service_access, IAM_PRINCIPAL)
        with expect_refusal(world, RootNotAssumable):
            assume(world, member)

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
    def test_for_no_task(self, world: World, member: str, task: str) -> None:
        """Only AWS's policies of tasks will do."""
        with expect_refusal(world, InvalidTaskPolicy):
            assume(world, member, task)

    def test_hands_on_the_source_identity(self, world: World, member: str) -> None:
        """Who is behind a session is behind the root session too."""
        with transaction(world) as tx:
            first = sessions.issue_session_token(tx)
            tx.put(replace(first, source_identity="Alice"))
        with world.transaction(holder(world, first)) as tx:
            assert sessions.assume_root(tx, member, AUDIT).source_identity == "Alice"


class TestDecisions:
    """What a root session may do."""

    def decides(self, world: World, task: str, member: str, action: str, resource: str = "*") -> tuple[bool, PolicyKind]:
        """Ask whether a session for a task may."""
        act(world, enable_root_feature, RootFeature.SESSIONS)
        caller = holder(world, assume(world, member, f"arn:aws:iam::aws:policy/root-task/{task}"))
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
    def test_its_task_alone(self, world: World, member: str, task: str, action: str, *, allowed: bool) -> None:
        """A root user may anything, but the policy of the task denies everything else."""
        got = self.decides(world, task, member, action)
        assert got == (allowed, PolicyKind.IDENTITY if allowed else PolicyKind.SESSION)

    @pytest.mark.parametrize(("name", "allowed"), [("root", True), ("user/Alice", False)])
    def test_root_credentials_alone(self, world: World, member: str, name: str, *, allowed: bool) -> None:
        """The keys of the root user, and of nobody else."""
        arn = f"arn:aws:iam::{member}:{name}"
        assert self.decides(world, "IAMDeleteRootUserCredentials", member, "iam:DeleteAccessKey", arn)[0] is allowed
