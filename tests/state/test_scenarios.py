"""Scenarios: what they make, what they refuse, and that a world written down is made again."""

from typing import Any

import pytest
from pydantic import ValidationError

from artifact_state import agreements
from artifact_state.accounts import account_state
from artifact_state.agreements import covers
from artifact_state.model import Acceptance, AccountState
from artifact_state.roles import roles_of
from artifact_state.scenarios.describing import describe
from artifact_state.scenarios.forms import Scenario
from artifact_state.scenarios.making import ScenarioError, load
from artifact_state.world import Options, World

MANAGEMENT = "111122223333"
BAA = "AWS Organizations Business Associate Addendum"
NOW = "2026-01-01T00:00:00Z"
A = {"name": "A", "email": "a@a.io"}
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
                "UNRECOGNIZED_SERVICE_PRINCIPAL",
            ),
            (scenario(agreements=["No agreement"]), ("agreements", 0), BAA),
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


class TestDescribe:
    """describe."""

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
