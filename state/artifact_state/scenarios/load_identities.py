"""What a scenario says of IAM: policies, groups, users and roles, in the order in which one needs another."""

from datetime import timedelta

from artifact_state import catalog
from artifact_state.iam import groups, inline_policies, role_changes, users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.linked_roles import ensure_linked_role
from artifact_state.iam.managed_policies import NewPolicy, create_policy
from artifact_state.iam.policy_references import boundary_reference
from artifact_state.iam.roles import role_of
from artifact_state.model import Role
from artifact_state.model.identities import Group, User
from artifact_state.scenarios.references import Place, ScenarioError, Workshop, document, instead, placed
from artifact_state.scenarios.schema import (
    BoundedScenario,
    GroupScenario,
    IdentityScenario,
    RoleScenario,
    Scenario,
    UserScenario,
)
from artifact_state.world import Transaction


def make_identities(shop: Workshop, scenario: Scenario) -> None:
    """Make what accounts have in IAM.

    Raises ScenarioError.
    """
    for place, one in placed(("customer_policies",), scenario.customer_policies):
        with shop.do(place, shop.account((*place, "account"), one.account)) as tx:
            wanted = NewPolicy(
                name=one.name,
                document=document(one.document),
                path=one.path,
                description=one.description,
                tags=tuple(one.tags.items()),
            )
            create_policy(tx, wanted)
    for name in ("groups", "users", "roles"):
        for place, identity in placed((name,), getattr(scenario, name)):
            _make_identity(shop, place, identity)
    for place, linked in placed(("linked_roles",), scenario.linked_roles):
        account_id = shop.account((*place, "account"), linked.account)
        if catalog.linked_role_of(linked.service, shop.world.options.services) is None:
            raise ScenarioError((*place, "service"), f"{linked.service} has no role of its own in accounts")
        with shop.do(place, account_id) as tx:
            ensure_linked_role(tx, account_id, linked.service)


def _make_identity(shop: Workshop, place: Place, one: IdentityScenario) -> None:
    account_id = shop.account((*place, "account"), one.account)
    with shop.do(place, account_id) as tx:
        _create(tx, one)
    if isinstance(one, UserScenario):
        for where, group in placed((*place, "groups"), one.groups):
            with shop.do(where, account_id) as tx:
                known = {held.name.lower(): held.name for held in tx.state.groups.get(account_id, ())}
                if group.lower() not in known:
                    raise ScenarioError(where, f"there is no group {group!r}{instead(group, known.values())}")
                groups.add_user(tx, group, one.name)
    for where, arn in placed((*place, "policies"), one.policies):
        with shop.do(where, account_id) as tx:
            attach_policy(tx, _found(tx, one), arn)
    for name, content in one.inline.items():
        with shop.do((*place, "inline", name), account_id) as tx:
            inline_policies.put_inline_policy(tx, _found(tx, one), name, document(content))


def _create(tx: Transaction, one: IdentityScenario) -> None:
    if isinstance(one, GroupScenario):
        groups.create_group(tx, one.name, path=one.path)
    if isinstance(one, UserScenario):
        boundary = boundary_reference(tx, one.boundary) if one.boundary else None
        users.create_user(tx, one.name, path=one.path, tags=_pairs(one), boundary=boundary)
    if isinstance(one, RoleScenario):
        wanted = role_changes.NewRole(
            name=one.name,
            trust_policy=document(one.trust),
            path=one.path,
            description=one.description,
            max_session=timedelta(seconds=one.max_session_seconds),
            boundary=one.boundary,
            tags=_pairs(one),
        )
        role_changes.create_role(tx, wanted)


def _found(tx: Transaction, one: IdentityScenario) -> User | Group | Role:
    account_id = tx.caller.account_id
    if isinstance(one, GroupScenario):
        return groups.group_of(tx.state, account_id, one.name)
    if isinstance(one, UserScenario):
        return users.user_of(tx.state, account_id, one.name)
    return role_of(tx.state, account_id, one.name, tx.now)


def _pairs(one: BoundedScenario) -> tuple[tuple[str, str], ...]:
    return tuple(one.tags.items())
