"""Loading of scenarios: what they create, and the errors of those that cannot be loaded."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from artifact_state import catalog
from artifact_state.artifact.agreements import agreement_of, covers
from artifact_state.iam.roles import roles_of
from artifact_state.model import Acceptance, AccountState, HandshakeState, Organization, PolicyType
from artifact_state.organizations.accounts import account_state
from artifact_state.organizations.handshakes.lifecycle import handshake_state
from artifact_state.organizations.policies.attachments import attached_policies
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.load import ScenarioError, load_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import Options, World
from tests.support.scenarios import (
    ACCOUNT_BAA,
    ALLOW,
    BAA,
    DENY_IAM,
    MANAGEMENT,
    OFFLINE_BAA,
    TRUST,
    load,
    organization_scenario,
)

MEMBER = "222233334444"
A = {"name": "A", "email": "a@a.io"}
SCP = PolicyType.SERVICE_CONTROL_POLICY
DELEGATION_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"},
            "Action": "organizations:ListPolicies",
            "Resource": "*",
        }
    ],
}


def only_organization(world: World) -> Organization:
    """Return the only organization of a world."""
    (organization,) = world.state.organizations.values()
    return organization


def only_acceptance(world: World) -> Acceptance:
    """Return the only accepted agreement of a world."""
    (acceptance,) = world.state.acceptances.values()
    return acceptance


def role_names(world: World, account_id: str) -> list[str]:
    """Return the names of an account's roles."""
    return [role.name for role in roles_of(world.state, account_id, "/", world.clock.now())]


class TestAccounts:
    """Accounts of a scenario, in and outside an organization."""

    def test_members_have_units_tags_states_and_roles(self) -> None:
        """Created and invited accounts are placed, tagged, suspended and closed; a created one has its access role."""
        world = load(
            organization_scenario(
                {"name": "Shop", "id": MEMBER, "unit": "Workloads/Production", "tags": {"team": "shop"}},
                {"name": "Guest", "id": "333344445555", "joined": "invited", "state": "suspended"},
                {"name": "Old", "state": "closed"},
                units=[{"name": "Workloads", "units": [{"name": "Production"}]}],
            )
        )
        state, now = world.state, world.clock.now()
        states = {
            state.accounts[account_id].name: account_state(state, account_id, now) for account_id in state.memberships
        }
        assert states == {
            "Management": AccountState.ACTIVE,
            "Shop": AccountState.ACTIVE,
            "Guest": AccountState.SUSPENDED,
            "Old": AccountState.CLOSED,
        }
        assert state.units[state.memberships[MEMBER].parent_id].name == "Production"
        assert role_names(world, MEMBER) == ["AWSServiceRoleForOrganizations", "OrganizationAccountAccessRole"]
        assert [(tag.key, tag.value) for tag in state.tags[MEMBER]] == [("team", "shop")]
        assert world.options == Options()

    def test_management_account_has_unit_tags_and_agreements(self) -> None:
        """The management account can have everything that a member can have."""
        content = organization_scenario(units=[{"name": "U"}])
        content["organizations"][0]["management"] |= {
            "unit": "U",
            "tags": {"a": "b"},
            "agreements": [ACCOUNT_BAA],
            "notifications": True,
            "state": "suspended",
        }
        state = load(content).state
        assert state.units[state.memberships[MANAGEMENT].parent_id].name == "U"
        assert [tag.key for tag in state.tags[MANAGEMENT]] == ["a"]
        assert len(state.accepted_by[MANAGEMENT]) == 1
        assert state.accounts[MANAGEMENT].suspended

    def test_former_account_is_not_a_member(self) -> None:
        """A former account was removed, so the organization's agreement does not cover it."""
        former = {"name": "Gone", "id": MEMBER, "joined": "invited"}
        world = load(
            organization_scenario(
                former_accounts=[former], trusted_services=["artifact.amazonaws.com"], agreements=[BAA]
            )
        )
        assert not covers(world.state, only_acceptance(world), MEMBER, world.clock.now())

    def test_access_role_can_be_renamed_or_missing(self) -> None:
        """A created account has the named access role, or none."""
        world = load(organization_scenario(A | {"access_role": "Admin"}, {"name": "B", "access_role": None}))
        access_roles = {
            world.state.accounts[account_id].name: [
                role.name
                for role in roles_of(world.state, account_id, "/", world.clock.now())
                if not role.linked_service
            ]
            for account_id in world.state.memberships
            if account_id != MANAGEMENT
        }
        assert access_roles == {"A": ["Admin"], "B": []}


class TestAgreements:
    """Agreements that accounts and organizations accepted."""

    def test_organization_agreement_covers_members_while_artifact_is_trusted(self) -> None:
        """An agreement accepted before trusted access was disabled is in force, but not accessible."""
        for trusted in (True, False):
            parts = {"trusted_services": ["artifact.amazonaws.com"]} if trusted else {}
            world = load(organization_scenario({"name": "Member", "id": MEMBER}, agreements=[BAA], **parts))
            assert covers(world.state, only_acceptance(world), MEMBER, world.clock.now()) is trusted
            assert "AWSServiceRoleForArtifact" in role_names(world, MANAGEMENT)

    @pytest.mark.parametrize("ended", [None, "aws"])
    def test_agreement_signed_offline_is_loaded_and_exported(self, ended: str | None) -> None:
        """An account has the agreement that it signed offline, in force or terminated by AWS."""
        signed = {"agreement": OFFLINE_BAA, "terminated": ended} if ended else OFFLINE_BAA
        world = load({"accounts": [{"id": MANAGEMENT, "agreements": [signed]}]})
        acceptance = only_acceptance(world)
        assert agreement_of(acceptance).offline
        assert (acceptance.terminated_by is None) is (ended is None)
        exported = export_scenario(world)
        assert export_scenario(load_scenario(exported)) == exported

    def test_terminated_agreement_can_be_accepted_again(self) -> None:
        """A scenario can list the same agreement as terminated, by each party, and as in force."""
        terminated = [{"agreement": BAA, "terminated": party} for party in ("aws", "customer")]
        world = load(organization_scenario(agreements=[*terminated, BAA]))
        acceptances = sorted(world.state.acceptances.values(), key=lambda acceptance: acceptance.serial)
        parties = [acceptance.terminated_by and acceptance.terminated_by.value for acceptance in acceptances]
        assert parties == ["aws", "customer", None]
        assert [acceptance.effective_end is None for acceptance in acceptances] == [False, False, True]

    def test_other_partition_has_its_own_agreements(self) -> None:
        """An organization in AWS GovCloud (US) accepts the agreements of that partition and cannot create accounts."""
        guest = {"id": MEMBER, "joined": "invited", "agreements": [ACCOUNT_BAA]}
        world = load(organization_scenario(guest, partition="aws-us-gov", agreements=[BAA]))
        assert {acceptance.partition for acceptance in world.state.acceptances.values()} == {"aws-us-gov"}
        assert export_scenario(load_scenario(export_scenario(world))) == export_scenario(world)
        with pytest.raises(ScenarioError, match="UnsupportedInPartition"):
            load(organization_scenario(A, partition="aws-us-gov"))


class TestOrganization:
    """Services, delegations, policies and invitations of an organization."""

    def test_artifact_role_can_exist_without_trusted_access(self) -> None:
        """The role of AWS Artifact can be present or missing, but not missing while trusted access uses it."""
        for exists in (True, False):
            world = load(organization_scenario(linked_role=exists, agreements=[BAA]))
            assert ("AWSServiceRoleForArtifact" in role_names(world, MANAGEMENT)) is exists
        with pytest.raises(ScenarioError, match="uses its role"):
            load(organization_scenario(linked_role=False, trusted_services=["artifact.amazonaws.com"]))

    def test_delegation_can_outlive_trusted_access(self) -> None:
        """A delegated administrator can be registered for a service that is no longer trusted."""
        delegation = {"account": "A", "service": "access-analyzer.amazonaws.com"}
        organization = only_organization(load(organization_scenario(A, delegated_administrators=[delegation])))
        assert len(organization.delegations) == 1
        assert not organization.trusted_services

    def test_invitations_are_open(self) -> None:
        """Invitations to an account id and to an e-mail address await a response."""
        invitations = [
            {"account": "999988887777", "notes": "Come", "tags": {"a": "b"}},
            {"email": "guest@example.com"},
        ]
        world = load(organization_scenario(invitations=invitations))
        handshakes = sorted(world.state.handshakes.values(), key=lambda handshake: handshake.serial)
        assert [(handshake.recipient, handshake.notes, handshake.tags) for handshake in handshakes] == [
            ("999988887777", "Come", (("a", "b"),)),
            ("guest@example.com", None, ()),
        ]
        now = world.clock.now()
        assert {handshake_state(world.state, handshake, now) for handshake in handshakes} == {HandshakeState.OPEN}

    def test_aws_policy_can_be_detached_from_units_with_ambiguous_names(self) -> None:
        """A unit named `root` is written `/root`, and a slash in a name is escaped."""
        own = {"name": "Own", "content": ALLOW, "attach": ["root", "/root", "A\\/B/C"], "tags": {"k": "v"}}
        units = [{"name": "root"}, {"name": "A/B", "units": [{"name": "C"}]}]
        detached = [{"policy": "FullAWSAccess", "targets": ["/root", "A\\/B/C"]}]
        world = load(organization_scenario(units=units, policies=[own], detached=detached))
        state, organization = world.state, only_organization(world)
        attached = {
            state.units[target].name: [policy.name for _, policy in attached_policies(state, organization, target, SCP)]
            for target in (organization.root_id, *organization.units)
        }
        assert attached == {
            "Root": ["FullAWSAccess", "Own"],
            "root": ["Own"],
            "A/B": ["FullAWSAccess"],
            "C": ["Own"],
        }

    def test_service_control_policies_can_be_disabled(self) -> None:
        """Service control policies can be disabled while another type is enabled."""
        world = load(organization_scenario(service_control_policies=False, policy_types=["TAG_POLICY"]))
        assert only_organization(world).enabled_policy_types == (PolicyType.TAG_POLICY,)

    def test_attached_policy_enables_its_type(self) -> None:
        """A policy that is attached somewhere enables its type; one that is not attached does not."""
        tags = {"name": "Tags", "type": "TAG_POLICY", "content": {"tags": {}}}
        world = load(organization_scenario(policies=[tags]))
        assert PolicyType.TAG_POLICY not in only_organization(world).enabled_policy_types
        world = load(organization_scenario(policies=[tags | {"attach": ["root"]}]))
        assert PolicyType.TAG_POLICY in only_organization(world).enabled_policy_types

    def test_resource_policy_has_tags(self) -> None:
        """The policy that delegates actions to members has its content and its tags."""
        world = load(organization_scenario(A, resource_policy={"content": DELEGATION_POLICY, "tags": {"k": "v"}}))
        ((policy_id, policy),) = world.state.resource_policies.items()
        assert json.loads(policy.content) == DELEGATION_POLICY
        assert [tag.value for tag in world.state.tags[policy_id]] == ["v"]


class TestIdentities:
    """IAM resources of a scenario."""

    def test_identities_have_groups_policies_boundaries_and_tags(self) -> None:
        """Users, groups and roles refer to customer managed policies; a service-linked role needs no organization."""
        own = f"arn:aws:iam::{MANAGEMENT}:policy/team/Own"
        account = {"account": MANAGEMENT}
        world = load(
            {
                "customer_policies": [
                    account | {"name": "Own", "path": "/team/", "document": ALLOW, "tags": {"k": "v"}}
                ],
                "groups": [account | {"name": "Team", "policies": [own], "inline": {"p": ALLOW}}],
                "users": [account | {"name": "ann", "groups": ["team"], "boundary": own, "tags": {"k": "v"}}],
                "roles": [account | {"name": "dev", "trust": TRUST, "boundary": own, "max_session_seconds": 7200}],
                "linked_roles": [account | {"service": "artifact.amazonaws.com"}],
            }
        )
        state = world.state
        (user,), (group,) = state.users[MANAGEMENT], state.groups[MANAGEMENT]
        assert (user.groups, user.boundary, group.managed_policies) == (("team",), ":Own", (":Own",))
        roles = {role.name: role for role in state.roles[MANAGEMENT]}
        assert roles.keys() == {"dev", "AWSServiceRoleForArtifact"}
        assert (roles["dev"].boundary, roles["dev"].max_session) == (":Own", timedelta(hours=2))
        assert export_scenario(load_scenario(export_scenario(world))) == export_scenario(world)


class TestReports:
    """Reports of a scenario."""

    def test_reports_are_published_changed_and_withdrawn(self) -> None:
        """A new report is published in its versions; a version of the catalog is changed."""
        known = catalog.reports()[0]
        changed = {"id": known.id, "versions": [{"version": known.versions[0].version, "state": "UNPUBLISHED"}]}
        new = {"name": "Mine", "series": "SOC", "versions": [{"status_message": "first"}, {"status_message": "second"}]}
        state = load({"reports": [changed, new]}).state
        (mine,) = (state.reports[report_id] for report_id in state.report_order)
        assert [version.status_message for version in mine.versions] == ["first", "second"]
        assert not state.reports[known.id].versions[0].published
        assert state.reports[known.id].name == known.name

    def test_new_report_needs_name_and_series(self) -> None:
        """A report that is not in the catalog needs a name and a series."""
        with pytest.raises(ScenarioError, match="a name and a series"):
            load({"reports": [{"name": "Mine"}]})


class TestWorld:
    """The world as a whole."""

    def test_equal_scenarios_load_equal_worlds(self) -> None:
        """Ids follow from the seed."""
        content = organization_scenario({"name": "Member"}, agreements=[BAA])
        assert load(content).state == load(content).state

    def test_scenario_without_a_clock_has_the_real_time(self) -> None:
        """Everything has the instant of loading, and the clock runs."""
        world = load(organization_scenario(A) | {"clock": None})
        assert not world.clock.is_frozen
        assert len({membership.joined_at for membership in world.state.memberships.values()}) == 1


class TestErrors:
    """Scenarios that cannot be loaded."""

    @pytest.mark.parametrize(
        ("content", "place", "message"),
        [
            (
                organization_scenario({"name": "A", "unit": "None"}),
                ("accounts", 0, "unit"),
                "no organizational unit 'None'",
            ),
            (
                organization_scenario({"name": "A"}, {"name": "A", "email": "b@example.com", "id": MANAGEMENT}),
                ("accounts", 1, "id"),
                "already exists",
            ),
            (
                organization_scenario({"name": "A", "email": "a@a.io"}, {"name": "B", "email": "A@a.io"}),
                ("accounts", 1, "email"),
                "A@a.io",
            ),
            (organization_scenario({"name": "A", "joined": "invited"}), ("accounts", 0), "add `id`"),
            (organization_scenario({"id": MEMBER}), ("accounts", 0), "add `name`"),
            (organization_scenario(units=[{"name": "U"}, {"name": "U"}]), ("units", 1, "name"), "appears twice"),
            (
                organization_scenario(trusted_services=["nonsense.example.com"]),
                ("trusted_services", 0),
                "no service 'nonsense.example.com' to trust",
            ),
            (organization_scenario(agreements=["No agreement"]), ("agreements", 0), BAA),
            (
                organization_scenario(
                    {"name": "A", "agreements": [{"agreement": OFFLINE_BAA, "terminated": "customer"}]}
                ),
                ("accounts", 0, "agreements", 0, "terminated"),
                "signed offline",
            ),
            (
                organization_scenario(policies=[{"name": "P", "content": {"a": 1}}]),
                ("policies", 0, "content"),
                "MalformedPolicyDocument",
            ),
            (
                organization_scenario(policies=[{"name": "P", "content": DENY_IAM, "attach": ["nowhere"]}]),
                ("policies", 0, "attach", 0),
                "no account 'nowhere'",
            ),
            (
                organization_scenario(detached=[{"policy": "FullAWSAcces", "targets": ["root"]}]),
                ("detached", 0, "policy"),
                "did you mean 'FullAWSAccess'?",
            ),
            (
                organization_scenario(
                    delegated_administrators=[{"account": "Nobody", "service": "access-analyzer.amazonaws.com"}]
                ),
                ("delegated_administrators", 0, "account"),
                "Management",
            ),
        ],
    )
    def test_error_names_place_and_alternatives(
        self, content: dict[str, Any], place: tuple[Any, ...], message: str
    ) -> None:
        """The error has the place of the wrong value, and its text names what would be right."""
        with pytest.raises(ScenarioError) as caught:
            load(content)
        assert caught.value.place == ("organizations", 0, *place)
        assert message in caught.value.why

    def test_name_of_two_accounts_is_ambiguous(self) -> None:
        """A reference by a name that two accounts have is refused."""
        accounts = [{"name": "A"}, {"name": "A", "email": "b@example.com"}]
        delegation = {"account": "A", "service": "access-analyzer.amazonaws.com"}
        with pytest.raises(ScenarioError, match="several accounts"):
            load(organization_scenario(*accounts, delegated_administrators=[delegation]))

    @pytest.mark.parametrize(
        "content",
        [
            {"organization": []},
            {"scenario": 2},
            {"accounts": [{"id": "1"}]},
            {"organizations": [{"management": {"id": MANAGEMENT}, "features": "SOME"}]},
        ],
    )
    def test_unknown_keys_versions_and_values_are_invalid(self, content: dict[str, Any]) -> None:
        """The schema accepts no unknown keys, versions and values."""
        with pytest.raises(ValidationError):
            Scenario.model_validate(content)
