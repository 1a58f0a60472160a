"""Every table of the state is exported or reported: a scenario export loses nothing silently."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, get_args

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements, inquiries, publishing, settings
from artifact_state.iam import (
    access_keys,
    aliases,
    groups,
    identity_providers,
    instance_profiles,
    linked_roles,
    managed_policies,
    mfa_devices,
    outbound_federation,
    role_changes,
    root_logins,
    saml_providers,
    users,
)
from artifact_state.iam import settings as iam_settings
from artifact_state.model import Caller, FeatureSet, Map, NotificationSubscription, PartyKind, PolicyType, State
from artifact_state.model.identities import User
from artifact_state.organizations import (
    account_closure,
    accounts,
    handshake_responses,
    hierarchy,
    organization,
    tags,
    trusted_access,
)
from artifact_state.organizations.billing_transfers.invitations import Terms, invite_to_transfer
from artifact_state.organizations.handshakes.account_invitations import invite_account
from artifact_state.organizations.handshakes.all_features import enable_all_features
from artifact_state.organizations.policies import policies, policy_types, resource_policy, targets
from artifact_state.record import fields, replace
from artifact_state.scenarios import omissions as classification
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.omissions import Omission, omissions
from artifact_state.sts import sessions
from artifact_state.world import Transaction, World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    quotas_with,
    root_id,
    world_with_organization,
)
from tests.support.sample_records import field_types, sample_of
from tests.support.scenarios import ALLOW, TRUST

DOCUMENT = json.dumps(ALLOW)
SPECIAL_FIELDS = {"seed", "serial"}


def exported(world: World) -> tuple[object, dict[str, int]]:
    """Return the scenario of a world, and the counts of what it omits."""
    return export_scenario(world), {omission.name: omission.count for omission in omissions(world)}


def member_with_delegation_policy(world: World) -> None:
    """Delegate an action to a new member."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": create_member(world)},
        "Action": "organizations:ListPolicies",
        "Resource": "*",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    act(world, resource_policy.put_resource_policy, text)


def closed_member(world: World) -> None:
    """Close a new member account."""
    act(world, account_closure.close_account, create_member(world))


def pending_transfer(world: World) -> None:
    """Invite another organization to let this one pay its bills."""
    act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
    world.options = replace(world.options, quotas=quotas_with(inbound_transfers=1))
    terms = Terms(starts_at=datetime(2026, 12, 1, tzinfo=UTC), name="Bills")
    act(world, invite_to_transfer, PartyKind.ACCOUNT, STANDALONE, terms)


def process_of_all_features(world: World) -> None:
    """Begin to enable all features in another organization."""
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
    act(world, enable_all_features, account=STANDALONE)


def accepted_agreement(world: World) -> None:
    """Accept an agreement."""

    def accept(tx: Transaction) -> None:
        agreement = next(agreement for agreement in catalog.agreements("aws") if not agreement.for_organization)
        _, token = agreements.get_nda(tx, agreement.id)
        token = agreements.accept_nda(tx, agreement.id, agreement.nda_revision_id, token)
        _, terms, execute = agreements.get_agreement(tx, agreement.id, token)
        agreements.accept_agreement(tx, agreement.id, agreement.revision_id, terms_token=terms, execute_token=execute)

    act(world, accept)


def inquiry_with_tags(world: World) -> None:
    """Create an inquiry with a client token and a tag."""
    request = inquiries.InquiryRequest(name="Question", content="Is there a SOC report?", tags=(("a", "b"),))
    act(world, inquiries.create_inquiry, request, token="token")


def user_session(world: World) -> None:
    """Issue session credentials to a user."""
    user = act(world, users.create_user, "ann")
    caller: Caller = users.user_principal(user, partition="aws", region="us-east-1")
    with world.transaction(caller) as tx:
        sessions.issue_session_token(tx)


def deleted_linked_role(world: World) -> None:
    """Delete a service-linked role."""
    act(world, linked_roles.create_linked_role, "artifact.amazonaws.com", account=STANDALONE)
    act(world, linked_roles.delete_linked_role, "AWSServiceRoleForArtifact", account=STANDALONE)


def attached_policy(world: World) -> None:
    """Attach a new policy of a newly enabled type to a new unit."""
    act(world, policy_types.enable_policy_type, root_id(world), PolicyType.SERVICE_CONTROL_POLICY)
    unit_id = act(world, hierarchy.create_unit, root_id(world), "Target").id
    text = policies.PolicyText(name="Allow", description="", content=DOCUMENT)
    policy = act(world, policies.create_policy, PolicyType.SERVICE_CONTROL_POLICY, text)
    act(world, targets.attach_policy, policy.id, unit_id)


# One change for each table. A table without an entry must be one that a scenario does not describe.
CHANGES: dict[str, Callable[[World], object]] = {
    "organizations": lambda world: act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE),
    "accounts": lambda world: act(
        world, accounts.set_account_details, STANDALONE, name="Name", email=None, account=STANDALONE
    ),
    "emails": lambda world: act(
        world, accounts.set_account_details, STANDALONE, name=None, email="mail@example.com", account=STANDALONE
    ),
    "memberships": create_member,
    "units": lambda world: act(world, hierarchy.create_unit, root_id(world), "Unit"),
    "closures": closed_member,
    "tags": lambda world: act(world, tags.tag_resource, root_id(world), (("key", "value"),)),
    "policies": attached_policy,
    "resource_policies": member_with_delegation_policy,
    "attachments": attached_policy,
    "handshakes": lambda world: act(world, invite_account, PartyKind.ACCOUNT, STANDALONE),
    "received_handshakes": lambda world: act(world, invite_account, PartyKind.ACCOUNT, STANDALONE),
    "process_handshakes": process_of_all_features,
    "awaited_handshakes": process_of_all_features,
    "transfers": pending_transfer,
    "roles": lambda world: act(
        world, role_changes.create_role, role_changes.NewRole(name="dev", trust_policy=json.dumps(TRUST))
    ),
    "users": lambda world: act(world, users.create_user, "ann"),
    "groups": lambda world: act(world, groups.create_group, "Team"),
    "customer_policies": lambda world: act(
        world, managed_policies.create_policy, managed_policies.NewPolicy(name="Own", document=DOCUMENT)
    ),
    "mfa_devices": lambda world: act(world, mfa_devices.create_device, "phone"),
    "issuer_keys": lambda world: act(world, identity_providers.set_issuer_keys, "https://a.io", '{"keys":[{}]}'),
    "saml_providers": lambda world: act(
        world,
        saml_providers.create_saml_provider,
        "idp",
        saml_providers.SamlMetadata(document="<a/>", issuer="https://a.io", certificates=("AAAA",)),
    ),
    "outbound_federation": lambda world: act(world, outbound_federation.enable),
    "account_aliases": lambda world: act(world, aliases.create_alias, "my-alias"),
    "root_logins": lambda world: act(world, root_logins.delete_root_login),
    "instance_profiles": lambda world: act(world, instance_profiles.create_instance_profile, "web"),
    "iam_settings": lambda world: act(world, iam_settings.set_token_version, 2),
    "root_access_keys": lambda world: act(world, access_keys.create_access_key),
    "alias_accounts": lambda world: act(world, aliases.create_alias, "my-alias"),
    "deletion_tasks": deleted_linked_role,
    "session_order": user_session,
    "acceptances": accepted_agreement,
    "accepted_by": accepted_agreement,
    "token_order": lambda world: act(world, agreements.get_nda, catalog.agreements("aws")[0].id),
    "reports": lambda world: act(world, publishing.withdraw_report, catalog.reports()[0].id),
    "report_order": lambda world: act(
        world, publishing.publish_version, publishing.VersionDraft(name="Mine", series="SOC")
    ),
    "inquiry_order": inquiry_with_tags,
    "inquiry_tokens": inquiry_with_tags,
    "notification_subscriptions": lambda world: act(
        world, settings.update_notifications, NotificationSubscription.SUBSCRIBED
    ),
}


def add_sample(world: World, table: str) -> None:
    """Put a sample record into a table."""
    _, record_type = get_args(field_types(State)[table])
    contents = getattr(world.state, table).insert("sample", sample_of(record_type, count(1)))
    world.state = replace(world.state, **{table: contents})


class TestEveryTable:
    """All tables of the state, including those that are added later."""

    @pytest.mark.parametrize("table", [name for name in fields(State) if name not in SPECIAL_FIELDS])
    def test_record_of_every_table_is_exported_or_reported(self, table: str) -> None:
        """A new record changes the scenario or the reported omissions."""
        world = world_with_organization()
        act(world, trusted_access.enable_service_access, "iam.amazonaws.com")
        table_before, before = getattr(world.state, table), exported(world)
        if table in CHANGES:
            CHANGES[table](world)
        else:
            add_sample(world, table)
        # The persistent map has no `!=`.
        assert not getattr(world.state, table) == table_before  # noqa: SIM201
        assert exported(world) != before

    def test_unclassified_table_is_reported(self) -> None:
        """A table that the export does not know, such as server certificates if they are added, is reported."""

        class LaterState(State):
            server_certificates: Any = None

        world = World(state=LaterState(server_certificates=Map({"certificate": object()})))
        assert omissions(world) == [Omission(name="server_certificates", count=1)]

    def test_unclassified_field_is_reported(self) -> None:
        """A field that the export does not know is reported if it has a value."""

        class LaterUser(User):
            mfa_devices: tuple[str, ...] = ()

        ann = LaterUser(id="1", account_id=MANAGEMENT, name="ann", path="/", created_at=NOW, mfa_devices=("device",))
        world = World(state=State(users=Map({MANAGEMENT: (ann, replace(ann, name="bob", mfa_devices=()))})))
        assert omissions(world) == [Omission(name="users.mfa_devices", count=1)]

    def test_classification_names_existing_tables_and_fields(self) -> None:
        """No name in the classification is misspelled or outdated."""
        tables = fields(State).keys()
        assert classification._INDEXES | set(classification._DESCRIBED) <= tables
        for table, names in classification._DESCRIBED.items():
            _, record_type = get_args(field_types(State)[table])
            record_type = next(iter(get_args(record_type)), record_type)
            known = fields(record_type).keys() if names else set()
            assert names <= known, table


class TestOmissions:
    """What a scenario cannot describe."""

    def test_world_that_a_scenario_describes_completely_has_no_omissions(self) -> None:
        """Nothing is reported for accounts, units, policies and IAM identities."""
        world = world_with_organization()
        act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
        create_member(world)
        act(world, invite_account, PartyKind.ACCOUNT, STANDALONE)
        for change in ("units", "tags", "policies", "roles", "users", "groups", "customer_policies", "reports"):
            CHANGES[change](world)
        assert omissions(world) == []

    def test_credentials_are_omitted(self) -> None:
        """Access keys and sessions are not part of a scenario."""
        world = world_with_organization()
        user_session(world)
        act(world, access_keys.create_access_key, "ann")
        assert omissions(world) == [Omission(name="access_keys", count=1), Omission(name="sessions", count=1)]

    def test_older_policy_versions_are_omitted(self) -> None:
        """A scenario has the default version of a customer managed policy only."""
        world = world_with_organization()
        CHANGES["customer_policies"](world)
        arn = f"arn:aws:iam::{MANAGEMENT}:policy/Own"
        act(world, managed_policies.create_version, arn, DOCUMENT, as_default=True)
        assert omissions(world) == [Omission(name="customer_policies.versions", count=1)]

    def test_past_and_pending_facts_are_omitted(self) -> None:
        """Accounts in creation, closed accounts that are gone, and a clock ahead of the real time are omitted."""
        world = world_with_organization(creation_delay=timedelta(days=200))
        create_member(world)
        assert {omission.name for omission in omissions(world)} >= {"memberships"}
        world = world_with_organization()
        closed_member(world)
        world.clock.advance(timedelta(days=91))
        assert {omission.name for omission in omissions(world)} >= {"closures"}
        world = World()
        world.clock.advance(timedelta(days=1))
        assert omissions(world) == [Omission(name="clock.ahead", count=1)]

    def test_tags_of_omitted_resources_are_omitted(self) -> None:
        """The tags of an inquiry are omitted with it."""
        world = world_with_organization()
        inquiry_with_tags(world)
        assert omissions(world) == [Omission(name="inquiries", count=1), Omission(name="tags", count=1)]

    def test_accepted_invitation_is_not_an_omission(self) -> None:
        """Loading a member that was invited creates its invitation anew; a declined one is omitted."""
        world = world_with_organization()
        accepted = act(world, invite_account, PartyKind.ACCOUNT, STANDALONE)
        declined = act(world, invite_account, PartyKind.ACCOUNT, "444455556666")
        act(world, handshake_responses.accept_handshake, accepted.id, account=STANDALONE)
        assert omissions(world) == []
        act(world, handshake_responses.decline_handshake, declined.id, account="444455556666")
        assert omissions(world) == [Omission(name="handshakes", count=1)]
