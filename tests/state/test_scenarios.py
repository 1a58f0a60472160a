"""Scenarios: what they make, what they refuse, and that a world written down is made again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.artifact.agreements import covers
from artifact_state.iam.roles import roles_of
from artifact_state.model import Acceptance, AccountState, HandshakeState, PolicyType
from artifact_state.organizations import account_creation
from artifact_state.organizations.accounts import account_state
from artifact_state.organizations.handshakes.lifecycle import handshake_state
from artifact_state.organizations.policies.attachments import attached_policies
from artifact_state.principals import root_of
from artifact_state.scenarios.export import describe
from artifact_state.scenarios.load import ScenarioError, load
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import Options, World

MANAGEMENT = "111122223333"
BAA = "AWS Organizations Business Associate Addendum"
OFFLINE_BAA = "Offline Business Associate Addendum (BAA)"
NOW = "2026-01-01T00:00:00Z"
A = {"name": "A", "email": "a@a.io"}
SCP = PolicyType.SERVICE_CONTROL_POLICY
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
DELEGATING = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "222233334444"},
        "Action": "organizations:ListPolicies",
        "Resource": "*",
    },
}
POLICY = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}


def scenario(*accounts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Write a scenario of one organization."""
    organization = {"management": {"id": MANAGEMENT, "name": "Management"}, "accounts": list(accounts)}
    whole: dict[str, Any] = {name: more.pop(name) for name in ("accounts", "users", "roles") if name in more}
    return {"seed": "test", "clock": NOW, "organizations": [organization | more], **whole}


def made(content: dict[str, Any]) -> World:
    """Make the world of a scenario."""
    return load(Scenario.model_validate(content))


def accepted(world: World) -> Acceptance:
    """Give the one agreement that was accepted."""
    (one,) = world.state.acceptances.values()
    return one


class TestLoad:
    """load."""

    def test_members(self) -> None:
        """Created and invited accounts, in their units, with tags and states; all by the domain's own operations."""
        world = made(
            scenario(
                {"name": "Shop", "id": "222233334444", "unit": "Workloads/Production", "tags": {"team": "shop"}},
                {"name": "Guest", "id": "333344445555", "joined": "invited", "state": "suspended"},
                {"name": "Old", "state": "closed"},
                units=[{"name": "Workloads", "units": [{"name": "Production"}]}],
            )
        )
        state, now = world.state, world.clock.now()
        states = {state.accounts[one].name: account_state(state, one, now) for one in state.memberships}
        assert states == {
            "Management": AccountState.ACTIVE,
            "Shop": AccountState.ACTIVE,
            "Guest": AccountState.SUSPENDED,
            "Old": AccountState.CLOSED,
        }
        unit = state.units[state.memberships["222233334444"].parent_id]
        assert unit.name == "Production"
        assert [one.name for one in roles_of(state, "222233334444", "/", now)] == [
            "AWSServiceRoleForOrganizations",
            "OrganizationAccountAccessRole",
        ]
        assert [(tag.key, tag.value) for tag in state.tags["222233334444"]] == [("team", "shop")]
        assert world.options == Options()

    def test_agreements(self) -> None:
        """Accepted for every member while AWS Artifact is trusted, and out of reach after."""
        member = {"name": "Member", "id": "222233334444"}
        for trusted in (True, False):
            more = {"trusted_services": ["artifact.amazonaws.com"]} if trusted else {}
            world = made(scenario(member, agreements=[BAA], **more))
            reached = covers(world.state, accepted(world), "222233334444", world.clock.now())
            assert reached is trusted
            roles = [one.name for one in roles_of(world.state, MANAGEMENT, "/", world.clock.now())]
            assert "AWSServiceRoleForArtifact" in roles

    @pytest.mark.parametrize("ended", [None, "aws"])
    def test_signed_offline(self, ended: str | None) -> None:
        """An account has what it signed outside AWS Artifact, as the description says again."""
        signed = {"agreement": OFFLINE_BAA, "terminated": ended} if ended else OFFLINE_BAA
        world = made({"accounts": [{"id": MANAGEMENT, "agreements": [signed]}]})
        (acceptance,) = world.state.acceptances.values()
        assert agreements.agreement_of(acceptance).offline
        assert (acceptance.terminated_by is None) is (ended is None)
        written = describe(world)
        assert describe(load(written)) == written

    def test_former_accounts(self) -> None:
        """Whoever was removed is a member no longer."""
        former = {"name": "Gone", "id": "222233334444", "joined": "invited"}
        world = made(scenario(former_accounts=[former], trusted_services=["artifact.amazonaws.com"], agreements=[BAA]))
        assert not covers(world.state, accepted(world), "222233334444", world.clock.now())

    def test_equal_scenarios_make_equal_worlds(self) -> None:
        """Ids follow from the seed."""
        content = scenario({"name": "Member"}, agreements=[BAA])
        assert made(content).state == made(content).state

    @pytest.mark.parametrize(
        ("content", "place", "says"),
        [
            (scenario({"name": "A", "unit": "None"}), ("accounts", 0, "unit"), "no organizational unit 'None'"),
            (
                scenario({"name": "A"}, {"name": "A", "email": "b@example.com", "id": MANAGEMENT}),
                ("accounts", 1, "id"),
                "",
            ),
            (
                scenario({"name": "A", "email": "a@a.io"}, {"name": "B", "email": "A@a.io"}),
                ("accounts", 1, "email"),
                "A@a.io",
            ),
            (scenario({"name": "A", "joined": "invited"}), ("accounts", 0), "give it one with `id`"),
            (scenario(units=[{"name": "U"}, {"name": "U"}]), ("units", 1, "name"), "there twice"),
            (
                scenario(trusted_services=["nonsense.example.com"]),
                ("trusted_services", 0),
                "no service 'nonsense.example.com' to trust",
            ),
            (scenario(agreements=["No agreement"]), ("agreements", 0), BAA),
            (
                scenario({"name": "A", "agreements": [{"agreement": OFFLINE_BAA, "terminated": "customer"}]}),
                ("accounts", 0, "agreements", 0, "terminated"),
                "signed offline",
            ),
            (
                scenario(policies=[{"name": "P", "content": {"a": 1}}]),
                ("policies", 0, "content"),
                "MalformedPolicyDocument",
            ),
            (
                scenario(policies=[{"name": "P", "content": POLICY, "attach": ["nowhere"]}]),
                ("policies", 0, "attach", 0),
                "no account 'nowhere'",
            ),
            (
                scenario(delegated_administrators=[{"account": "Nobody", "service": "access-analyzer.amazonaws.com"}]),
                ("delegated_administrators", 0, "account"),
                "Management",
            ),
        ],
    )
    def test_what_cannot_be(self, content: dict[str, Any], place: tuple[Any, ...], says: str) -> None:
        """One error that tells the place, and what there is instead."""
        with pytest.raises(ScenarioError) as caught:
            made(content)
        assert caught.value.place == ("organizations", 0, *place)
        assert says in caught.value.why

    def test_several_of_one_name(self) -> None:
        """A name that two accounts have refers to neither."""
        two = [{"name": "A"}, {"name": "A", "email": "b@example.com"}]
        with pytest.raises(ScenarioError, match="several accounts"):
            made(
                scenario(*two, delegated_administrators=[{"account": "A", "service": "access-analyzer.amazonaws.com"}])
            )

    @pytest.mark.parametrize(
        "content",
        [
            {"organization": []},
            {"scenario": 2},
            {"accounts": [{"id": "1"}]},
            {"organizations": [{"management": {"id": MANAGEMENT}, "features": "SOME"}]},
        ],
    )
    def test_what_is_no_scenario(self, content: dict[str, Any]) -> None:
        """Unknown keys, versions and values."""
        with pytest.raises(ValidationError):
            Scenario.model_validate(content)


class TestFacts:
    """What a scenario can say of an organization and its accounts besides."""

    def test_agreements_that_ended(self) -> None:
        """An agreement that was ended, by whom it may be, covers nobody; the same can be in force again."""
        ended = [{"agreement": BAA, "terminated": who} for who in ("aws", "customer")]
        world = made(scenario(agreements=[*ended, BAA]))
        accepted = sorted(world.state.acceptances.values(), key=lambda one: one.serial)
        assert [one.terminated_by and one.terminated_by.value for one in accepted] == ["aws", "customer", None]
        assert [one.effective_end is None for one in accepted] == [False, False, True]

    def test_linked_role(self) -> None:
        """AWS Artifact's role may be there without trust, and be gone after it; while it is trusted it is there."""
        for there in (True, False):
            world = made(scenario(linked_role=there, agreements=[BAA]))
            names = {one.name for one in roles_of(world.state, MANAGEMENT, "/", world.clock.now())}
            assert ("AWSServiceRoleForArtifact" in names) is there
        with pytest.raises(ScenarioError, match="uses its role"):
            made(scenario(linked_role=False, trusted_services=["artifact.amazonaws.com"]))

    def test_delegate_of_a_service_that_is_trusted_no_longer(self) -> None:
        """A registration outlives the trust."""
        delegate = {"account": "A", "service": "access-analyzer.amazonaws.com"}
        world = made(scenario(A, delegated_administrators=[delegate]))
        (one,) = world.state.organizations.values()
        assert len(one.delegations) == 1
        assert not one.trusted_services

    def test_invitations(self) -> None:
        """Invitations wait for an answer, by id and by address."""
        invited = [{"account": "999988887777", "notes": "Come", "tags": {"a": "b"}}, {"email": "guest@example.com"}]
        world = made(scenario(invitations=invited))
        sent = sorted(world.state.handshakes.values(), key=lambda one: one.serial)
        assert [(one.recipient, one.notes, one.tags) for one in sent] == [
            ("999988887777", "Come", (("a", "b"),)),
            ("guest@example.com", None, ()),
        ]
        assert {handshake_state(world.state, one, world.clock.now()) for one in sent} == {HandshakeState.OPEN}

    def test_policies(self) -> None:
        """A policy of AWS may be detached where another one is attached; names of units may look like other things."""
        own = {"name": "Own", "content": ALLOW, "attach": ["root", "/root", "A\\/B/C"], "tags": {"k": "v"}}
        units = [{"name": "root"}, {"name": "A/B", "units": [{"name": "C"}]}]
        detached = [{"policy": "FullAWSAccess", "targets": ["/root", "A\\/B/C"]}]
        world = made(scenario(units=units, policies=[own], detached=detached))
        state = world.state
        (one,) = state.organizations.values()
        attached_to = {
            state.units[target].name: [policy.name for _, policy in attached_policies(state, one, target, SCP)]
            for target in (one.root_id, *one.units)
        }
        assert attached_to == {
            "Root": ["FullAWSAccess", "Own"],
            "root": ["Own"],
            "A/B": ["FullAWSAccess"],
            "C": ["Own"],
        }

    def test_disabled_policies(self) -> None:
        """Service control policies may be disabled, those of other types enabled."""
        world = made(scenario(service_control_policies=False, policy_types=["TAG_POLICY"]))
        (one,) = world.state.organizations.values()
        assert [kind.value for kind in one.enabled_policy_types] == ["TAG_POLICY"]

    def test_resource_policy(self) -> None:
        """The organization's policy that delegates to its members, with tags."""
        world = made(scenario(A, resource_policy={"content": DELEGATING, "tags": {"k": "v"}}))
        ((policy_id, policy),) = world.state.resource_policies.items()
        assert json.loads(policy.content) == DELEGATING
        assert [tag.value for tag in world.state.tags[policy_id]] == ["v"]

    def test_management_account(self) -> None:
        """The management account has its place, tags and agreements as others have."""
        content = scenario(units=[{"name": "U"}])
        account_agreement = "AWS Business Associate Addendum"
        content["organizations"][0]["management"] |= {
            "unit": "U",
            "tags": {"a": "b"},
            "agreements": [account_agreement],
            "notifications": True,
            "state": "suspended",
        }
        state = made(content).state
        assert state.units[state.memberships[MANAGEMENT].parent_id].name == "U"
        assert [tag.key for tag in state.tags[MANAGEMENT]] == ["a"]
        assert len(state.accepted_by[MANAGEMENT]) == 1
        assert state.accounts[MANAGEMENT].suspended

    def test_access_role(self) -> None:
        """The role of a created account may have another name, or not be there."""
        world = made(scenario(A | {"access_role": "Admin"}, {"name": "B", "access_role": None}))
        found = {
            world.state.accounts[account_id].name: [
                one.name for one in roles_of(world.state, account_id, "/", world.clock.now()) if not one.linked_service
            ]
            for account_id in world.state.memberships
            if account_id != MANAGEMENT
        }
        assert found == {"A": ["Admin"], "B": []}

    def test_identities(self) -> None:
        """Users are in groups, bounded by policies of their account; services' roles are there that nothing needs."""
        own = f"arn:aws:iam::{MANAGEMENT}:policy/team/Own"
        me = {"account": MANAGEMENT}
        world = made(
            {
                "customer_policies": [me | {"name": "Own", "path": "/team/", "document": ALLOW, "tags": {"k": "v"}}],
                "groups": [me | {"name": "Team", "policies": [own], "inline": {"p": ALLOW}}],
                "users": [me | {"name": "ann", "groups": ["team"], "boundary": own, "tags": {"k": "v"}}],
                "roles": [me | {"name": "dev", "trust": TRUST, "boundary": own, "max_session_seconds": 7200}],
                "linked_roles": [me | {"service": "artifact.amazonaws.com"}],
            }
        )
        state = world.state
        (user,), (group,) = state.users[MANAGEMENT], state.groups[MANAGEMENT]
        assert (user.groups, user.boundary, group.managed_policies) == (("team",), ":Own", (":Own",))
        roles = {one.name: one for one in state.roles[MANAGEMENT]}
        assert roles.keys() == {"dev", "AWSServiceRoleForArtifact"}
        assert (roles["dev"].boundary, roles["dev"].max_session) == (":Own", timedelta(hours=2))
        assert describe(load(describe(world))) == describe(world)

    def test_other_partition(self) -> None:
        """An organization in AWS GovCloud (US) has agreements and ARNs of there."""
        guest = {"id": "222233334444", "joined": "invited", "agreements": ["AWS Business Associate Addendum"]}
        world = made(scenario(guest, partition="aws-us-gov", agreements=[BAA]))
        assert {one.partition for one in world.state.acceptances.values()} == {"aws-us-gov"}
        assert describe(load(describe(world))) == describe(world)
        with pytest.raises(ScenarioError, match="UnsupportedInPartition"):
            made(scenario(A, partition="aws-us-gov"))

    def test_reports(self) -> None:
        """Reports are published in versions, and AWS's own withdrawn."""
        known = catalog.reports()[0]
        changed = {"id": known.id, "versions": [{"version": known.versions[0].version, "state": "UNPUBLISHED"}]}
        new = {"name": "Mine", "series": "SOC", "versions": [{"status_message": "first"}, {"status_message": "second"}]}
        state = made({"reports": [changed, new]}).state
        (mine,) = (state.reports[one] for one in state.report_order)
        assert [one.status_message for one in mine.versions] == ["first", "second"]
        assert not state.reports[known.id].versions[0].published
        assert state.reports[known.id].name == known.name
        with pytest.raises(ScenarioError, match="a name and a series"):
            made({"reports": [{"name": "Mine"}]})

    def test_time(self) -> None:
        """Without a clock everything is of this moment, and time goes on."""
        world = made(scenario(A) | {"clock": None})
        assert not world.clock.is_frozen
        assert len({one.joined_at for one in world.state.memberships.values()}) == 1


class TestDescribe:
    """describe."""

    def test_what_is_over_or_under_way_is_not_said(self) -> None:
        """Whoever is gone, or is still being created, is no account of the scenario, nor an administrator."""
        delegate = {"account": "Old", "service": "access-analyzer.amazonaws.com"}
        old = {"name": "Old", "email": "old@example.com", "state": "closed"}
        world = made(scenario(A, old, delegated_administrators=[delegate]))
        world.options = Options(creation_delay=timedelta(minutes=1))
        with world.transaction(root_of(MANAGEMENT)) as tx:
            account_creation.create_account(tx, name="Later", email="later@example.com")
        assert [one.name for one in describe(world).organizations[0].accounts] == ["A", "Old"]
        world.clock.advance(timedelta(days=91))
        (told,) = describe(world).organizations
        assert [one.name for one in told.accounts] == ["A", "Later"]
        assert told.delegated_administrators == []

    def test_order_is_that_of_creation(self) -> None:
        """Organizations of one instant are told in the order in which they were made."""
        managers = [f"{number:012d}" for number in range(20)]
        content = {"clock": NOW, "organizations": [{"management": {"id": one}} for one in managers]}
        assert [one.management.id for one in describe(made(content)).organizations] == managers

    def test_empty_world(self) -> None:
        """Of an empty world there is nothing to say."""
        assert describe(World()) == Scenario.model_validate({})

    def test_is_made_again(self) -> None:
        """A world that is written down, made, and written down again says the same."""
        world = made(
            scenario(
                SHOP,
                {"name": "Guest", "id": "333344445555", "joined": "invited", "state": "suspended"},
                {"name": "Old", "state": "closed"},
                units=[{"name": "W", "units": [{"name": "P"}]}],
                former_accounts=[{"name": "Gone"}],
                trusted_services=["artifact.amazonaws.com", "access-analyzer.amazonaws.com"],
                delegated_administrators=[{"account": "Shop", "service": "access-analyzer.amazonaws.com"}],
                agreements=[BAA],
                root_access=["RootSessions"],
                policy_types=["TAG_POLICY"],
                policies=[{"name": "P", "content": POLICY, "attach": ["root", "W/P", "Shop"]}],
                accounts=[{"id": "999988887777", "name": "Stranger"}],
                users=[{"account": "Shop", "name": "alice", "policies": [READ_ONLY], "inline": {"p": POLICY}}],
                roles=[{"account": "Shop", "name": "dev", "trust": TRUST}],
            )
        )
        written = describe(world)
        assert describe(load(written)) == written
        assert len(written.organizations[0].accounts) == 3
        assert written.organizations[0].root_access == ["RootSessions"]
        assert written.organizations[0].trusted_services == ["artifact.amazonaws.com", "access-analyzer.amazonaws.com"]
        assert agreements.agreement_of(accepted_for_all(world)).name == BAA


SHOP = {
    "name": "Shop",
    "unit": "W/P",
    "tags": {"a": "b"},
    "notifications": True,
    "agreements": ["AWS Business Associate Addendum"],
}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"},
}


def accepted_for_all(world: World) -> Acceptance:
    """Give the agreement that the organization accepted."""
    return next(one for one in world.state.acceptances.values() if one.organization_id)
