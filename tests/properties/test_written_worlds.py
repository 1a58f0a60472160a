"""Random worlds, written as a snapshot and as a scenario and loaded again."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_emulator.scenarios.files import load_content
from artifact_state import catalog
from artifact_state.artifact import agreements, publishing
from artifact_state.artifact.settings import update_notifications
from artifact_state.clock import Clock
from artifact_state.errors import Refused
from artifact_state.iam import groups, inline_policies, linked_roles, role_changes, users
from artifact_state.iam.attached_policies import attach_policy, put_boundary
from artifact_state.iam.initial_roles import accounts_with_roles
from artifact_state.iam.managed_policies import NewPolicy, create_policy
from artifact_state.iam.roles import roles_of
from artifact_state.model import FeatureSet, NotificationSubscription, PartyKind, PolicyType, State
from artifact_state.organizations import (
    account_closure,
    account_creation,
    accounts,
    delegation,
    handshake_responses,
    hierarchy,
    organization,
    tags,
    trusted_access,
)
from artifact_state.organizations.handshakes import account_invitations
from artifact_state.organizations.policies import policies, policy_types, resource_policy, targets
from artifact_state.principals import root_user
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.snapshot import dump_world, load_world
from artifact_state.world import Transaction, World
from tests.support.domain import NOW

MANAGERS = ("111122223333", "444455556666")
ACCOUNTS = (*MANAGERS, "777788889999", "999988887777")
SERVICES = (
    "artifact.amazonaws.com",
    "aws-artifact-account-sync.amazonaws.com",
    "access-analyzer.amazonaws.com",
    "securityhub.amazonaws.com",
)
TYPES = (
    PolicyType.SERVICE_CONTROL_POLICY,
    PolicyType.RESOURCE_CONTROL_POLICY,
    PolicyType.TAG_POLICY,
    PolicyType.SECURITYHUB_POLICY,
)
NAMES = ("root", "A", "B/C", "A\\", "111111111111", "Ünit ü")
DENY = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
}
CONTENT = {
    PolicyType.SERVICE_CONTROL_POLICY: json.dumps(DENY, indent=2),
    PolicyType.RESOURCE_CONTROL_POLICY: json.dumps(DENY | {"Statement": DENY["Statement"] | {"Principal": "*"}}),  # type: ignore[operator]
    PolicyType.TAG_POLICY: json.dumps({"tags": {"team": {"tag_key": {"@@assign": "Team"}}}}),
}
DELEGATION_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "777788889999"},
            "Action": "organizations:ListPolicies",
            "Resource": "*",
        },
    }
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

Pick = Callable[[Any], Any]
"""Chooses one of several values."""
Step = Callable[[Transaction, Pick], object]


def _organization(tx: Transaction) -> Any:
    membership = tx.state.memberships.get(tx.caller.account_id)
    if membership is None:
        raise Refused
    return tx.state.organizations[membership.organization_id]


def _members(tx: Transaction) -> list[str]:
    return list(_organization(tx).members)


def _units(tx: Transaction) -> list[str]:
    return [_organization(tx).root_id, *_organization(tx).units]


def _move(tx: Transaction, pick: Pick) -> None:
    account_id = pick(_members(tx))
    hierarchy.move_account(tx, account_id, tx.state.memberships[account_id].parent_id, pick(_units(tx)))


def _accept(tx: Transaction, pick: Pick) -> None:
    agreement = pick(catalog.agreements("aws"))
    _, token = agreements.get_nda(tx, agreement.id)
    token = agreements.accept_nda(tx, agreement.id, agreement.nda_revision_id, token)
    _, terms, execute = agreements.get_agreement(tx, agreement.id, token)
    agreements.accept_agreement(tx, agreement.id, agreement.revision_id, terms_token=terms, execute_token=execute)


def _terminate(tx: Transaction, pick: Pick) -> None:
    if not tx.state.acceptances:
        raise Refused
    acceptance_id = pick(sorted(tx.state.acceptances))
    if pick([True, False]):
        agreements.terminate_by_aws(tx, acceptance_id)
        return
    _, token = agreements.get_customer_agreement(tx, acceptance_id)
    agreements.terminate_agreement(tx, acceptance_id, str(token))


def _accept_invitation(tx: Transaction, pick: Pick) -> None:
    received = [
        handshake_id
        for handshake_id in sorted(tx.state.handshakes)
        if tx.state.handshakes[handshake_id].recipient == tx.caller.account_id
    ]
    if not received:
        raise Refused
    handshake_responses.accept_handshake(tx, pick(received))


def _change_target(tx: Transaction, pick: Pick, change: Callable[..., object]) -> None:
    own = [policy_id for policies in _organization(tx).policies.values() for policy_id in policies.by_creation]
    change(tx, pick(["p-FullAWSAccess", *own]), pick([*_units(tx), *_members(tx)]))


def _identity(tx: Transaction, pick: Pick) -> Any:
    tables = (tx.state.users, tx.state.groups, tx.state.roles)
    identities = [identity for table in tables for identity in table.get(tx.caller.account_id, ())]
    unlinked = [identity for identity in identities if getattr(identity, "linked_service", None) is None]
    if not unlinked:
        raise Refused
    return pick(unlinked)


def _attach_managed(tx: Transaction, pick: Pick) -> None:
    own = f"arn:aws:iam::{tx.caller.account_id}:policy/own"
    identity, arn = _identity(tx, pick), pick([READ_ONLY, own])
    if pick([True, False]) and hasattr(identity, "boundary"):
        put_boundary(tx, identity, arn)
    else:
        attach_policy(tx, identity, arn)


def _publish(tx: Transaction, pick: Pick) -> None:
    known = [*sorted(tx.state.reports), catalog.reports()[0].id, None]
    publishing.publish_version(tx, publishing.VersionDraft(id=pick(known), name=pick(["SOC", "ISO"]), series="S"))


STEPS: dict[str, Step] = {
    "create organization": lambda tx, pick: organization.create_organization(tx, pick([*FeatureSet, FeatureSet.ALL])),
    "create account": lambda tx, pick: account_creation.create_account(
        tx, name=pick(NAMES), email=pick(["a@example.com", "b@example.com", "c@example.com", "d@example.com"])
    ),
    "create account with a role": lambda tx, pick: account_creation.create_account(
        tx, name=pick(NAMES), email=pick(["E@example.com", "f@example.com"]), role_name=pick(["Admin", "Other"])
    ),
    "create unit": lambda tx, pick: hierarchy.create_unit(tx, pick(_units(tx)), pick(NAMES)),
    "move account": _move,
    "tag": lambda tx, pick: tags.tag_resource(
        tx, pick([*_units(tx), *_members(tx), *tx.state.policies]), ((pick("xyz"), pick(NAMES)),)
    ),
    "invite": lambda tx, pick: account_invitations.invite_account(
        tx, PartyKind.ACCOUNT, pick(ACCOUNTS), notes=pick([None, "Come"]), tags=pick([(), (("a", "b"),)])
    ),
    "invite by address": lambda tx, _: account_invitations.invite_account(tx, PartyKind.EMAIL, "Guest@example.com"),
    "accept invitation": _accept_invitation,
    "remove account": lambda tx, pick: accounts.remove_account(tx, pick(_members(tx))),
    "suspend account": lambda tx, pick: accounts.suspend_account(tx, pick([*ACCOUNTS, *sorted(tx.state.accounts)])),
    "set account details": lambda tx, pick: accounts.set_account_details(
        tx, tx.caller.account_id, name=pick(NAMES), email=pick([None, f"{tx.caller.account_id}@example.com"])
    ),
    "close account": lambda tx, pick: account_closure.close_account(tx, pick(_members(tx))),
    "enable trusted access": lambda tx, pick: trusted_access.enable_service_access(tx, pick(SERVICES)),
    "disable trusted access": lambda tx, pick: trusted_access.disable_service_access(tx, pick(SERVICES)),
    "register delegated administrator": lambda tx, pick: delegation.register_delegated_administrator(
        tx, pick(_members(tx)), pick(SERVICES)
    ),
    "delete linked role": lambda tx, _: linked_roles.delete_linked_role(tx, "AWSServiceRoleForArtifact"),
    "create linked role": lambda tx, pick: linked_roles.create_linked_role(tx, pick(SERVICES)),
    "accept agreement": _accept,
    "terminate agreement": _terminate,
    "subscribe": lambda tx, pick: update_notifications(tx, pick([*NotificationSubscription])),
    "enable type": lambda tx, pick: policy_types.enable_policy_type(tx, _organization(tx).root_id, pick(TYPES)),
    "disable type": lambda tx, pick: policy_types.disable_policy_type(tx, _organization(tx).root_id, pick(TYPES)),
    "create policy": lambda tx, pick: policies.create_policy(
        tx,
        kind := pick([*CONTENT]),
        policies.PolicyText(name=pick(NAMES), description=pick(["", "why"]), content=CONTENT[kind]),
    ),
    "attach": lambda tx, pick: _change_target(tx, pick, targets.attach_policy),
    "detach": lambda tx, pick: _change_target(tx, pick, targets.detach_policy),
    "put resource policy": lambda tx, _: resource_policy.put_resource_policy(tx, DELEGATION_POLICY),
    "create user": lambda tx, pick: users.create_user(tx, pick("ab"), path=pick(["/", "/x/"]), tags=(("k", "v"),)),
    "create group": lambda tx, pick: groups.create_group(tx, pick(["G", "h"])),
    "add to group": lambda tx, pick: groups.add_user(tx, pick(["G", "h"]), pick("ab")),
    "create role": lambda tx, pick: role_changes.create_role(
        tx, role_changes.NewRole(name=pick(["R", "OrganizationAccountAccessRole"]), trust_policy=json.dumps(TRUST))
    ),
    "create customer policy": lambda tx, _: create_policy(tx, NewPolicy(name="own", document=json.dumps(DENY))),
    "attach managed policy": _attach_managed,
    "put inline policy": lambda tx, pick: inline_policies.put_inline_policy(
        tx, _identity(tx, pick), pick("pq"), json.dumps(DENY)
    ),
    "publish report": _publish,
}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world in which several accounts took steps on several days; refused steps change nothing."""
    world = World(clock=Clock(frozen_at=NOW), state=State(seed="written"))
    with suppress(Refused), world.transaction(root_user(MANAGERS[0])) as tx:
        organization.create_organization(tx, FeatureSet.ALL)
    for name in draw(st.lists(st.sampled_from([*STEPS]), min_size=15, max_size=60)):
        caller = draw(st.sampled_from((*MANAGERS[:1] * 6, *ACCOUNTS)))
        with suppress(Refused), world.transaction(root_user(caller)) as tx:
            STEPS[name](tx, lambda choices: draw(st.sampled_from(list(choices))))
        if draw(st.integers(0, 9)) == 9:
            world.clock.advance(timedelta(days=draw(st.sampled_from([1, 20, 95]))))
    return world


def covered_accounts(world: World) -> set[tuple[str, str]]:
    """Return the pairs of an existing account and an agreement that covers it."""
    state, now = world.state, world.clock.now()
    gone = {closure.account_id for closure in state.closures.values() if closure.gone_at <= now}
    account_ids = {*ACCOUNTS, *state.memberships} - gone
    return {
        (account_id, acceptance.agreement_id)
        for acceptance in state.acceptances.values()
        for account_id in account_ids
        if agreements.covers(state, acceptance, account_id, now)
    }


def existing_roles(world: World) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return the roles of all accounts with their managed policies."""
    return {
        (account_id, role.name, role.managed_policies)
        for account_id in accounts_with_roles(world.state)
        for role in roles_of(world.state, account_id, "/", world.clock.now())
    }


class TestWrittenWorlds:
    """Random worlds, written as a snapshot or as a scenario and loaded again."""

    @settings(max_examples=150, deadline=None)
    @given(world=worlds())
    def test_loaded_snapshot_equals_its_world(self, world: World) -> None:
        """A snapshot that went through a file has the same state and the same time."""
        document = json.loads(json.dumps(dump_world(world, "1")))
        loaded = load_world(document)
        assert loaded.state == world.state
        assert loaded.clock.now() == world.clock.now()

    @settings(max_examples=300, deadline=None)
    @given(world=worlds())
    def test_loaded_scenario_has_the_same_export(self, world: World) -> None:
        """An exported scenario can be loaded, and the loaded world has the same export, coverage and roles."""
        exported = export_scenario(world)
        content = json.loads(json.dumps(exported.model_dump(mode="json", exclude_defaults=True)))
        assert Scenario.model_validate(content) == exported
        loaded = load_content(content)
        assert export_scenario(loaded) == exported
        assert covered_accounts(loaded) == covered_accounts(world)
        assert existing_roles(loaded) == existing_roles(world)
