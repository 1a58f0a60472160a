"""Export of scenarios: what they describe, and that loading an export gives a world with the same export."""

from datetime import timedelta

from artifact_state.artifact.agreements import agreement_of
from artifact_state.organizations import account_creation
from artifact_state.principals import root_user
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.load import load_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import Options, World
from tests.support.domain import act, world_with_organization
from tests.support.scenarios import ACCOUNT_BAA, BAA, DENY_IAM, MANAGEMENT, NOW, TRUST, load, organization_scenario

A = {"name": "A", "email": "a@a.io"}
SHOP = {"name": "Shop", "unit": "W/P", "tags": {"a": "b"}, "notifications": True, "agreements": [ACCOUNT_BAA]}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class TestExport:
    """export_scenario."""

    def test_past_and_pending_members_are_left_out(self) -> None:
        """An account that is still being created, or that was closed long ago, is neither exported nor a delegate."""
        delegation = {"account": "Old", "service": "access-analyzer.amazonaws.com"}
        old = {"name": "Old", "email": "old@example.com", "state": "closed"}
        world = load(organization_scenario(A, old, delegated_administrators=[delegation]))
        world.options = Options(creation_delay=timedelta(minutes=1))
        with world.transaction(root_user(MANAGEMENT)) as tx:
            account_creation.create_account(tx, name="Later", email="later@example.com")
        assert [account.name for account in export_scenario(world).organizations[0].accounts] == ["A", "Old"]
        world.clock.advance(timedelta(days=91))
        (organization,) = export_scenario(world).organizations
        assert [account.name for account in organization.accounts] == ["A", "Later"]
        assert organization.delegated_administrators == []

    def test_organizations_are_in_the_order_of_creation(self) -> None:
        """Organizations that were created at one instant keep their order."""
        managers = [f"{number:012d}" for number in range(20)]
        content = {"clock": NOW, "organizations": [{"management": {"id": account_id}} for account_id in managers]}
        organizations = export_scenario(load(content)).organizations
        assert [organization.management.id for organization in organizations] == managers

    def test_export_of_an_empty_world_has_only_defaults(self) -> None:
        """A world without contents is the empty scenario."""
        assert export_scenario(World()) == Scenario.model_validate({})

    def test_paired_govcloud_account_does_not_prevent_loading(self) -> None:
        """The paired account has the e-mail address of its commercial account, which the export does not repeat."""
        world = world_with_organization()
        act(world, account_creation.create_govcloud_account, name="Paired", email="paired@example.com")
        exported = export_scenario(world)
        assert [account.partition for account in exported.accounts] == ["aws-us-gov"]
        assert [account.email for account in exported.organizations[0].accounts] == ["paired@example.com"]
        assert len(load_scenario(exported).state.memberships) == 2

    def test_loaded_export_has_the_same_export(self) -> None:
        """A world that was loaded from an export is exported to the same scenario."""
        world = load(
            organization_scenario(
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
                policies=[{"name": "P", "content": DENY_IAM, "attach": ["root", "W/P", "Shop"]}],
                accounts=[{"id": "999988887777", "name": "Stranger"}],
                users=[{"account": "Shop", "name": "alice", "policies": [READ_ONLY], "inline": {"p": DENY_IAM}}],
                roles=[{"account": "Shop", "name": "dev", "trust": TRUST}],
            )
        )
        exported = export_scenario(world)
        assert export_scenario(load_scenario(exported)) == exported
        (organization,) = exported.organizations
        assert len(organization.accounts) == 3
        assert organization.root_access == ["RootSessions"]
        assert organization.trusted_services == ["artifact.amazonaws.com", "access-analyzer.amazonaws.com"]
        acceptance = next(acceptance for acceptance in world.state.acceptances.values() if acceptance.organization_id)
        assert agreement_of(acceptance).name == BAA
