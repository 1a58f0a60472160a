import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    AccountNotFound,
    EffectivePolicyNotFound,
    InputReason,
    InvalidInput,
    NotInOrganization,
    TargetNotFound,
    WrongAccount,
)
from artifact_state.model import FeatureSet, PolicyType
from artifact_state.organizations import hierarchy, organization
from artifact_state.organizations.policies import effective, policies, policy_types, targets
from artifact_state.organizations.policies.effective import EffectivePolicy
from artifact_state.organizations.policies.inheritance import MergedPolicy, merge_policies
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    root_id,
    transaction,
    world_with_organization,
)
from tests.support.organization_policies import TAG_POLICY, create_policy

BACKUP, CHATBOT = PolicyType.BACKUP_POLICY, PolicyType.CHATBOT_POLICY
UNKNOWN_ROOT, UNKNOWN_UNIT = "r-none", "ou-none-12345678"


@pytest.fixture
def world() -> World:
    """Return a world with an organization, whose tag and backup policies are enabled."""
    world = world_with_organization()
    for policy_type in (TAG_POLICY, BACKUP):
        act(world, policy_types.enable_policy_type, root_id(world), policy_type)
    return world


def attach(world: World, target_id: str, document: Any, policy_type: PolicyType = TAG_POLICY) -> str:
    """Create a policy, attach it to a target and return its id."""
    name = f"{target_id} {world.state.serial}"
    policy = create_policy(world, name, policy_type, json.dumps(document))
    act(world, targets.attach_policy, policy.id, target_id)
    return policy.id


def tag(value: Any) -> dict[str, Any]:
    """Return a tag policy that sets the values of one tag."""
    return {"tags": {"a": {"tag_value": value}}}


def rules(prefix: str, number: int) -> dict[str, Any]:
    """Return a backup policy with a plan of several rules; a plan may have ten."""
    return {"plans": {"A": {"rules": {f"{prefix}{n}": {"lifecycle": {"@@assign": "1"}} for n in range(number)}}}}


def effective_tags(world: World, account_id: str | None = None, account: str = MANAGEMENT) -> EffectivePolicy:
    """Return the effective tag policy of an account, by default of the caller."""
    return act(world, effective.describe_effective_policy, TAG_POLICY, account_id, account=account)


def invalid_accounts(world: World, policy_type: PolicyType) -> list[str]:
    """Return the ids of the accounts whose effective policy is invalid."""
    listed = list_all(world, effective.list_accounts_with_invalid_policy, policy_type)
    return [account.id for account, _ in filter(None, listed)]


def validation_errors(world: World, policy_type: PolicyType) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Return the path, name, limit and policies of each validation error of the management account."""
    with transaction(world) as tx:
        policy, errors = effective.list_validation_errors(tx, MANAGEMENT, policy_type)
        assert policy.membership.account_id == MANAGEMENT
        return [(error.path, error.name, error.limit, error.policy_ids) for _, error in errors]


class TestEffectivePolicy:
    """DescribeEffectivePolicy."""

    def test_policies_merge_from_the_root_down_to_the_account(self, world: World) -> None:
        """The policies of the root, the units and the account itself are merged in this order."""
        member = create_member(world, "member")
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        act(world, hierarchy.move_account, member, root_id(world), unit)
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        attach(world, unit, tag({"@@append": ["unit"]}))
        attach(world, member, tag({"@@append": ["member"]}))
        assert effective_tags(world, member).merged.document == tag(["root", "unit", "member"])
        assert effective_tags(world).merged.document == tag(["root"])

    def test_names_of_tags_and_rules_are_case_insensitive(self, world: World) -> None:
        """The names of tags and of backup rules are case-insensitive; those of plans are not."""
        attach(world, root_id(world), {"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}}}})
        attach(world, MANAGEMENT, {"tags": {"costCENTER": {"tag_value": {"@@assign": ["A"]}}}})
        assert effective_tags(world).merged.document == {
            "tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["A"]}}
        }
        plan = {"plans": {"PII": {"rules": {"Hourly": {"lifecycle": {"@@assign": "1"}}}}}}
        attach(world, root_id(world), plan, BACKUP)
        policy = act(world, effective.describe_effective_policy, BACKUP)
        assert policy.merged.document == {"plans": {"PII": {"rules": {"hourly": {"lifecycle": "1"}}}}}

    def test_member_reads_only_its_own_effective_policy(self, world: World) -> None:
        """A member reads its own effective policy, with or without its id, and no other's."""
        member = create_member(world, "member")
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        for account_id in (None, member):
            assert effective_tags(world, account_id, account=member).membership.account_id == member
        with expect_refusal(world, WrongAccount):
            effective_tags(world, MANAGEMENT, account=member)
        with expect_refusal(world, NotInOrganization):
            effective_tags(world, account=STANDALONE)

    def test_type_without_attachments_or_disabled_has_no_effective_policy(self, world: World) -> None:
        """A type without attached policies has no effective policy, and neither has a disabled type."""
        with expect_refusal(world, EffectivePolicyNotFound):
            effective_tags(world)
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        act(world, policy_types.disable_policy_type, root_id(world), TAG_POLICY)
        with expect_refusal(world, EffectivePolicyNotFound):
            effective_tags(world)

    def test_target_must_be_an_account_of_the_organization(self, world: World) -> None:
        """The target is an account of the organization, neither a root nor a unit."""
        with expect_refusal(world, TargetNotFound):
            effective_tags(world, STANDALONE)
        for target_id in (root_id(world), UNKNOWN_ROOT, UNKNOWN_UNIT):
            with expect_refusal(world, InvalidInput, InputReason.INVALID_PATTERN_TARGET_ID):
                effective_tags(world, target_id)

    def test_time_is_that_of_the_last_change(self, world: World) -> None:
        """The time of an effective policy is that of the last change of a policy, an attachment or the type."""
        world.clock.advance(timedelta(hours=1))
        policy_id = attach(world, root_id(world), tag({"@@assign": ["root"]}))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=1)
        world.clock.advance(timedelta(hours=1))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=1)
        act(world, policies.update_policy, policy_id, content=json.dumps(tag({"@@assign": ["new"]})))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=2)


class TestValidationErrors:
    """ListAccountsWithInvalidEffectivePolicy and ListEffectivePolicyValidationErrors."""

    def test_accounts_with_an_invalid_policy_are_listed_in_order_of_joining(self, world: World) -> None:
        """Accounts whose merged policies exceed a limit are listed, in the order of joining."""
        first, _, third = (create_member(world, name) for name in ("first", "second", "third"))
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        act(world, hierarchy.move_account, third, root_id(world), unit)
        attach(world, first, rules("r", 11), BACKUP)
        attach(world, unit, rules("r", 11), BACKUP)
        assert invalid_accounts(world, BACKUP) == [first, third]

    def test_validation_error_names_path_limit_and_policies(self, world: World) -> None:
        """A validation error has the path, the limit, and the policies that contributed."""
        above = attach(world, root_id(world), rules("s", 6), BACKUP)
        own = attach(world, MANAGEMENT, rules("t", 6), BACKUP)
        assert validation_errors(world, BACKUP) == [("plans/A/rules", "rules", 10, (above, own))]

    def test_values_of_a_list_count_towards_its_limit(self, world: World) -> None:
        """The values of a list are counted like members; exactly as many as the limit are valid."""
        act(world, policy_types.enable_policy_type, root_id(world), CHATBOT)

        def attach_workspaces(target_id: str, first: int, number: int) -> str:
            names = {"@@append": [f"T{n}" for n in range(first, first + number)]}
            document = {"chatbot": {"platforms": {"slack": {"workspaces": names}}}}
            return attach(world, target_id, document, CHATBOT)

        above = attach_workspaces(root_id(world), 0, 255)
        assert validation_errors(world, CHATBOT) == []
        own = attach_workspaces(MANAGEMENT, 255, 1)
        path = "chatbot/platforms/slack/workspaces"
        assert validation_errors(world, CHATBOT) == [(path, "workspaces", 255, (above, own))]

    def test_accounts_without_own_policies_are_evaluated_once_per_parent(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Accounts without policies of their own are evaluated once for each parent, however many there are."""
        members = [create_member(world, f"m{n}") for n in range(6)]
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        for member in members[:3]:
            act(world, hierarchy.move_account, member, root_id(world), unit)
        attach(world, members[5], rules("r", 11), BACKUP)
        merges: list[int] = []

        def count_levels(levels: Any, case_insensitive: Any) -> MergedPolicy:
            merges.append(len(levels))
            return merge_policies(levels, case_insensitive)

        monkeypatch.setattr(effective, "merge_policies", count_levels)
        assert invalid_accounts(world, BACKUP) == [members[5]]
        assert sorted(merges) == [2, 2, 3]  # The root's accounts, the account with its own policy, the unit's.

    def test_disabled_type_and_standalone_account_have_no_validation_errors(self, world: World) -> None:
        """A disabled type and an account outside the organization are refused."""
        with expect_refusal(world, EffectivePolicyNotFound):
            list_all(world, effective.list_accounts_with_invalid_policy, CHATBOT)
        with expect_refusal(world, EffectivePolicyNotFound):
            act(world, effective.list_validation_errors, MANAGEMENT, CHATBOT)
        with expect_refusal(world, AccountNotFound):
            act(world, effective.list_validation_errors, STANDALONE, TAG_POLICY)

    def test_member_and_other_organization_are_refused(self, world: World) -> None:
        """A member cannot list validation errors, and another organization cannot list this one's."""
        member = create_member(world, "member")
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        for rule, arguments in (
            (effective.list_accounts_with_invalid_policy, (TAG_POLICY,)),
            (effective.list_validation_errors, (member, TAG_POLICY)),
        ):
            with expect_refusal(world, WrongAccount):
                act(world, rule, *arguments, account=member)
        with expect_refusal(world, AccountNotFound):
            act(world, effective.list_validation_errors, member, TAG_POLICY, account=STANDALONE)
