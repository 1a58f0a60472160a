"""Sessions: what a role's trust asks of whoever assumes it, and what a session is given."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state import ids
from artifact_state.errors import (EntityNotFound, InvalidRoleArn, InvalidSessionTags, MalformedPolicyDocument, MultiFactorIncomplete, NotTrusted, RegionNotActivated, RootCannotAssumeRole, SessionTooLarge, SourceIdentityAlreadySet, TagRule, TooManySessionPolicies)
from artifact_state.iam import access_keys, users
from artifact_state.iam.role_changes import NewRole, create_role
from artifact_state.model import Caller, CallerKind, Session
from artifact_state.principals import session_caller, root_user, service_principal
from artifact_state.sts import federation, sessions, tokens
from artifact_state.sts.session_options import SessionOptions, has_multi_factor
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, transaction, world_with_organization

ARN = f"arn:aws:iam::{STANDALONE}:role/Dev"
ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TAGGING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


def trusting(world: World, action: Any = "sts:AssumeRole", name: str = "Dev", **more: Any) -> str:
    """Make a role that trusts everybody under a condition; give its ARN."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*", "Service": "artifact.amazonaws.com"}, "Action": action}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement | more})
    act(world, create_role, NewRole(name=name, trust_policy=trust), account=STANDALONE)
    return f"arn:aws:iam::{STANDALONE}:role/{name}"


def assume(world: World, arn: str = ARN, caller: Caller | None = None, **wish: Any) -> Session:
    """Assume a role, as the management account's root user unless another calls."""
    tx = world.transaction(caller) if caller else transaction(world)
    with tx:
        return sessions.assume_role(tx, arn, "me", SessionOptions(**wish))


def refused(world: World, error: type[Exception], arn: str = ARN, caller: Caller | None = None, **wish: Any) -> None:
    """Expect a refusal, and nothing changed."""
    before = world.state
    with pytest.raises(error):
        assume(world, arn, caller, **wish)
    assert world.state is before


def tag_fault(world: World, arn: str = ARN, caller: Caller | None = None, **wish: Any) -> TagRule:
    """Expect tags to be refused, and nothing changed; give what is wrong with them."""
    before = world.state
    with pytest.raises(InvalidSessionTags) as refusal:
        assume(world, arn, caller, **wish)
    assert world.state is before
    return refusal.value.reason


def holder(world: World, session: Session) -> Caller:
    """Give whom a session stands for."""
    found = session_caller(world.state, session, partition="aws", region="us-east-1")
    assert found
    return found


class TestTrust:
    """What a trust policy asks."""

    def test_external_id(self, world: World) -> None:
        """The id that was agreed on lets in; none, and another, do not."""
        trusting(world, Condition={"StringEquals": {"sts:ExternalId": "agreed"}})
        assume(world, condition_keys={"sts:externalid": ("agreed",)})
        for keys in ({}, {"sts:externalid": ("guessed",)}):
            refused(world, NotTrusted, condition_keys=keys)

    def test_unneeded_external_id(self, world: World) -> None:
        """Is no error."""
        trusting(world)
        assume(world, condition_keys={"sts:externalid": ("whatever",)})

    def test_organization(self, world: World) -> None:
        """A condition on the caller's organization lets its members in, and nobody else."""
        organization = next(iter(world.state.organizations))
        trusting(world, Condition={"StringEquals": {"aws:PrincipalOrgID": organization}})
        assume(world)
        with transaction(world, "121212121212") as tx:
            stranger = tx.caller
        refused(world, NotTrusted, caller=stranger)

    def test_confused_deputy(self, world: World) -> None:
        """A service is let in on behalf of whom the condition names."""
        trusting(world, Condition={"StringEquals": {"aws:SourceAccount": STANDALONE}})
        artifact = service_principal("artifact.amazonaws.com")
        assume(world, caller=artifact, condition_keys={"aws:sourceaccount": (STANDALONE,)})
        refused(world, NotTrusted, caller=artifact, condition_keys={"aws:sourceaccount": (MANAGEMENT,)})
        refused(
            world, NotTrusted, caller=service_principal("ec2.amazonaws.com"), condition_keys={"aws:sourceaccount": (STANDALONE,)}
        )

    def test_tags_need_an_action_of_their_own(self, world: World) -> None:
        """sts:TagSession and sts:SetSourceIdentity, beside sts:AssumeRole."""
        trusting(world)
        refused(world, NotTrusted, tags=(("team", "a"),))
        refused(world, NotTrusted, source_identity="alice")
        arn = trusting(world, TAGGING, "Tagging")
        assert assume(world, arn, tags=(("team", "a"),), source_identity="alice").tags == (("team", "a"),)


class TestSessions:
    """What a session has."""

    def test_transitive_tags_and_source_identity(self, world: World) -> None:
        """They are handed on to the sessions that it assumes; other tags are not."""
        first, second = trusting(world, TAGGING, "First"), trusting(world, TAGGING, "Second")
        tags = (("team", "a"), ("own", "b"))
        session = assume(world, first, tags=tags, transitive_tags=frozenset({"team"}), source_identity="alice")
        next_one = assume(world, second, holder(world, session), tags=(("more", "c"),))
        assert dict(next_one.tags) == {"team": "a", "more": "c"}
        assert next_one.source_identity == "alice"

    def test_inherited_tags_and_source_identity_stay(self, world: World) -> None:
        """A tag that is handed on is not passed again, in whatever case, and no other source identity is set."""
        first, second = trusting(world, TAGGING, "First"), trusting(world, TAGGING, "Second")
        tags, handed_on = (("team", "a"),), frozenset({"team"})
        session = assume(world, first, tags=tags, transitive_tags=handed_on, source_identity="alice")
        caller = holder(world, session)
        assert tag_fault(world, second, caller, tags=(("Team", "b"),)) is TagRule.INHERITED
        refused(world, SourceIdentityAlreadySet, second, caller, source_identity="bob")
        assert assume(world, second, caller, source_identity="alice").source_identity == "alice"

    @pytest.mark.parametrize(
        ("tags", "transitive", "fault"),
        [
            (("aws:team",), (), TagRule.RESERVED),
            (("AWS:team",), (), TagRule.RESERVED),
            (("team", "Team"), (), TagRule.DUPLICATE),
            (("team",), ("other",), TagRule.NOT_PASSED),
            ((), ("team",), TagRule.NOT_PASSED),
        ],
    )
    def test_tags_that_do_not_fit(
        self, world: World, tags: tuple[str, ...], transitive: tuple[str, ...], fault: TagRule
    ) -> None:
        """Are refused before the role's trust is looked at."""
        trusting(world)
        pairs = tuple((key, "v") for key in tags)
        assert tag_fault(world, tags=pairs, transitive_tags=frozenset(transitive)) is fault

    def test_transitive_keys_in_another_case(self, world: World) -> None:
        """Keys of tags are told apart without regard to case."""
        trusting(world, TAGGING)
        session = assume(world, tags=(("team", "a"),), transitive_tags=frozenset({"TEAM"}))
        second = trusting(world, TAGGING, "Second")
        assert assume(world, second, holder(world, session)).tags == (("team", "a"),)

    @pytest.mark.parametrize(
        "arn",
        [
            f"{STANDALONE}",
            "nothing-valid-in-here",
            "arn::b:::something/role",
            "arn:a::::b",
            "arn:a:::b",
            "arn:a:a::1:",
            "",
        ],
    )
    def test_what_is_no_arn(self, world: World, arn: str) -> None:
        """Is refused as none, whoever asks."""
        refused(world, InvalidRoleArn, arn)

    def test_by_a_root_user(self, world: World) -> None:
        """With credentials that were handed out a root user assumes no role; an account's number is no credential."""
        trusting(world)
        key = act(world, access_keys.create_access_key, None)
        caller = access_keys.principal_of(world.state, key, partition="aws", region="us-east-1")
        refused(world, RootCannotAssumeRole, caller=caller)
        with transaction(world) as tx:
            session = sessions.issue_session_token(tx)
        refused(world, RootCannotAssumeRole, caller=holder(world, session))
        assert assume(world).role_name == "Dev"

    def test_multi_factor(self) -> None:
        """A device and its code come together."""
        assert has_multi_factor("device", "123456")
        assert not has_multi_factor(None, None)
        for serial, code in (("device", None), (None, "123456")):
            with pytest.raises(MultiFactorIncomplete):
                has_multi_factor(serial, code)

    def test_most_policies(self, world: World) -> None:
        """Ten managed policies, and no more."""
        trusting(world)
        arn = "arn:aws:iam::aws:policy/AWSDenyAll"
        assert len(assume(world, policy_arns=(arn,) * 10).policies) == 10
        refused(world, TooManySessionPolicies, policy_arns=(arn,) * 11)

    def test_policies(self, world: World) -> None:
        """Documents and managed policies bound it; what is no policy is refused."""
        trusting(world)
        session = assume(world, policy=ALL, policy_arns=("arn:aws:iam::aws:policy/AWSDenyAll",))
        assert [name for name, _ in session.policies] == ["arn:aws:iam::aws:policy/AWSDenyAll", "session policy"]
        assert sessions.packed_policy_size(session)
        refused(world, MalformedPolicyDocument, policy="{}")
        refused(world, EntityNotFound, policy_arns=("arn:aws:iam::aws:policy/None",))

    def test_room(self, world: World) -> None:
        """What does not find room is refused."""
        trusting(world, TAGGING)
        tags = tuple((ids.secret(60, at, "key"), ids.secret(200, at, "value")) for at in range(50))
        refused(world, SessionTooLarge, tags=tags)

    def test_token(self, world: World) -> None:
        """It grows with what it packs, is as long as was wished, and never longer than AWS lets it be."""
        trusting(world, TAGGING)
        bare, least = assume(world), assume(world, min_token_size=1000)
        assert len(bare.token) < 1000 == len(least.token)
        packing = assume(world, policy=ALL, tags=(("team", "a"),), min_token_size=100)
        assert len(bare.token) < len(packing.token) <= tokens.MAX_TOKEN_SIZE
        whole = assume(world, min_token_size=tokens.MAX_TOKEN_SIZE)
        assert tokens.utilization(whole.token) == 100

    def test_region(self, world: World) -> None:
        """Where credentials are switched off nobody gets any; elsewhere it makes no difference."""
        trusting(world)
        world.options = replace(world.options, inactive_sts_regions=frozenset({"eu-south-1"}))
        there = root_user(MANAGEMENT, region="eu-south-1")
        refused(world, RegionNotActivated, caller=there)
        before = world.state
        for ask in (
            sessions.issue_session_token,
            lambda tx: sessions.issue_federation_token(tx, "bob"),
            lambda tx: sessions.assume_root(tx, STANDALONE, "arn:aws:iam::aws:policy/root-task/Any"),
            federation.exchange_token,
        ):
            with pytest.raises(RegionNotActivated), world.transaction(there) as tx:
                ask(tx)
        assert world.state is before
        assert assume(world).role_name == "Dev"

    def test_of_a_user(self, world: World) -> None:
        """A user's own credentials for a while are still his; once he is gone, nobody's."""
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        caller = users.user_principal(user, partition="aws", region="us-east-1")
        with world.transaction(caller) as tx:
            session = sessions.issue_session_token(tx)
        assert session.expires_at == NOW + timedelta(hours=12)
        found = holder(world, session)
        assert (found.arn, found.kind) == (caller.arn, CallerKind.USER)
        act(world, users.delete_user, "Alice", account=STANDALONE)
        assert session_caller(world.state, session, partition="aws", region="us-east-1") is None

    def test_of_a_root_user(self, world: World) -> None:
        """An hour at most."""
        session = act(world, sessions.issue_session_token, timedelta(hours=3))
        assert session.expires_at == NOW + timedelta(hours=1)
        assert holder(world, session).kind is CallerKind.ROOT

    def test_of_a_federated_user(self, world: World) -> None:
        """Has a name of its own in the account of whoever vouches for him."""
        session = act(world, sessions.issue_federation_token, "bob", SessionOptions(policy=ALL))
        found = holder(world, session)
        assert (found.arn, found.kind) == (f"arn:aws:sts::{MANAGEMENT}:federated-user/bob", CallerKind.FEDERATED)


class TestAccessKeys:
    """What is written in the id of an access key."""

    def test_account(self) -> None:
        """The account; the key of AWS's own recorded answer too."""
        assert ids.account_of_access_key(ids.access_key_id("AKIA", STANDALONE, "any")) == STANDALONE
        assert ids.account_of_access_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"
        for key in ("", "AKIA", "AKIA1", "not a key at all!!!!"):
            assert ids.account_of_access_key(key) is None
