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
from artifact_state.organizations.policies.effective_errors import EffectivePolicyFault, EffectivePolicyValidationError
from artifact_state.organizations.policies.inheritance import MergedPolicy, merge_policies
from artifact_state.snapshot import dump_world, load_world
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
from tests.support.management_policies import (
    VAULT,
    archive,
    assign,
    assigned,
    complete_plan,
    copy,
    plan,
    rule,
    schedule,
    selection,
)
from tests.support.organization_policies import TAG_POLICY, create_policy

BACKUP, CHATBOT = PolicyType.BACKUP_POLICY, PolicyType.CHATBOT_POLICY
OPTED_IN = ("opt_in_to_archive_for_supported_resources", "true")
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
    policy = create_policy(world, name, policy_type, json.dumps(document, separators=(",", ":")))
    act(world, targets.attach_policy, policy.id, target_id)
    return policy.id


def tag(value: Any) -> dict[str, Any]:
    """Return a tag policy that sets the values of one tag."""
    return {"tags": {"a": {"tag_value": value}}}


def effective_tag(*values: str) -> dict[str, Any]:
    """Return the effective policy of that tag."""
    return {"tags": {"a": {"tag_value": list(values), "tag_key": "a"}}}


def rules(prefix: str, number: int) -> dict[str, Any]:
    """Return a complete backup policy with a plan of several rules; a plan may have ten."""
    document = complete_plan()
    vault = {"target_backup_vault_name": assign("vault")}
    document["plans"]["daily"]["rules"] = {f"{prefix}{n}": vault for n in range(number)}
    return document


def effective_tags(world: World, account_id: str | None = None, account: str = MANAGEMENT) -> EffectivePolicy:
    """Return the effective tag policy of an account, by default of the caller."""
    return act(world, effective.describe_effective_policy, TAG_POLICY, account_id, account=account)


def invalid_accounts(world: World, policy_type: PolicyType) -> list[str]:
    """Return the ids of the accounts whose effective policy is invalid."""
    listed = list_all(world, effective.list_accounts_with_invalid_policy, policy_type)
    return [account.id for account, _ in filter(None, listed)]


def validation_errors(world: World, policy_type: PolicyType) -> list[EffectivePolicyValidationError]:
    """Return the validation errors of the management account."""
    with transaction(world) as tx:
        policy, errors = effective.list_validation_errors(tx, MANAGEMENT, policy_type)
        assert policy.membership.account_id == MANAGEMENT
        return [error for _, error in errors]


def content(world: World, policy_type: PolicyType, account_id: str | None = None) -> Any:
    """Return the document of an effective policy."""
    return json.loads(act(world, effective.describe_effective_policy, policy_type, account_id).content)


def effective_rule(world: World) -> dict[str, Any]:
    """Return the rule of the management account's effective backup policy."""
    found: dict[str, Any] = content(world, BACKUP)["plans"]["daily"]["rules"]["daily"]
    return found


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
        assert content(world, TAG_POLICY, member) == effective_tag("root", "unit", "member")
        assert content(world, TAG_POLICY) == effective_tag("root")

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

    def test_type_without_attachments_has_an_empty_effective_policy(self, world: World) -> None:
        """Without attached policies the effective policy is empty, also after a detachment."""
        assert content(world, TAG_POLICY) == {}
        policy_id = attach(world, root_id(world), tag({"@@assign": ["root"]}))
        act(world, targets.detach_policy, policy_id, root_id(world))
        assert content(world, TAG_POLICY) == {}

    def test_disabled_type_has_no_effective_policy(self, world: World) -> None:
        """A disabled type has no effective policy; enabled again, it has an empty one."""
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        act(world, policy_types.disable_policy_type, root_id(world), TAG_POLICY)
        with expect_refusal(world, EffectivePolicyNotFound):
            effective_tags(world)
        act(world, policy_types.enable_policy_type, root_id(world), TAG_POLICY)
        assert content(world, TAG_POLICY) == {}

    def test_target_must_be_an_account_of_the_organization(self, world: World) -> None:
        """The target is an account of the organization, neither a root nor a unit."""
        with expect_refusal(world, TargetNotFound):
            effective_tags(world, STANDALONE)
        for target_id in (root_id(world), UNKNOWN_ROOT, UNKNOWN_UNIT):
            with expect_refusal(world, InvalidInput, InputReason.TARGET_NOT_SUPPORTED):
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

    def test_error_names_path_limit_and_contributing_policies(self, world: World) -> None:
        """An error has the path, the limit, and the policies that have a setting below the path."""
        above = attach(world, root_id(world), rules("s", 6), BACKUP)
        own = attach(world, MANAGEMENT, rules("t", 6), BACKUP)
        attach(world, MANAGEMENT, plan(), BACKUP)
        (error,) = validation_errors(world, BACKUP)
        assert error == EffectivePolicyValidationError(
            fault=EffectivePolicyFault.TOO_MANY,
            path=("plans", "daily", "rules"),
            name="rules",
            limit=10,
            policy_ids=(above, own),
        )

    def test_members_missing_from_the_merged_policy_are_errors(self, world: World) -> None:
        """A plan needs Regions, rules and a selection, a rule a vault, a selection a role; an empty plan needs none."""
        attach(world, root_id(world), plan(), BACKUP)
        assert validation_errors(world, BACKUP) == []
        attach(world, root_id(world), rule(start_backup_window_minutes=assign("60")), BACKUP)
        attach(world, MANAGEMENT, plan("other", selections={"tags": {"a": selection(iam_role_arn=None)}}), BACKUP)
        errors = validation_errors(world, BACKUP)
        assert {error.fault for error in errors} == {EffectivePolicyFault.MISSING_MEMBER}
        assert {("/".join(error.path), error.name) for error in errors} == {
            ("plans/daily", "regions"),
            ("plans/daily", "selections"),
            ("plans/daily/rules/daily", "target_backup_vault_name"),
            ("plans/other", "regions"),
            ("plans/other", "rules"),
            ("plans/other/selections/tags/a", "iam_role_arn"),
        }

    def test_emptied_list_of_regions_is_an_error(self, world: World) -> None:
        """A plan needs one Region at least; an emptied index is no error."""
        document = complete_plan(index_actions=assigned(resource_types=["EBS"]))
        attach(world, root_id(world), document, BACKUP)
        attach(world, MANAGEMENT, rule(index_actions={"resource_types": {"@@remove": ["EBS"]}}), BACKUP)
        assert validation_errors(world, BACKUP) == []
        attach(world, MANAGEMENT, plan(regions={"@@remove": ["us-east-1"]}), BACKUP)
        (error,) = validation_errors(world, BACKUP)
        assert (error.fault, error.path, error.limit) == (
            EffectivePolicyFault.TOO_FEW,
            ("plans", "daily", "regions"),
            1,
        )

    @pytest.mark.parametrize(
        ("above", "own", "fields"),
        [
            (
                {"enable_continuous_backup": assign("true"), "lifecycle": assigned(delete_after_days="35")},
                rule(lifecycle=assigned(delete_after_days="45")),
                [(("enable_continuous_backup", "true"), ("delete_after_days", "45"))],
            ),
            (
                {"enable_continuous_backup": assign("true"), "lifecycle": assigned(delete_after_days="35")},
                rule(lifecycle=assigned(move_to_cold_storage_after_days="1")),
                [],
            ),
            (
                {"schedule_expression": assign("cron(0 5 1 * ? *)"), "lifecycle": archive()},
                schedule("0 5 ? * * *"),
                [(OPTED_IN, ("schedule_expression", "cron(0 5 ? * * *)"))],
            ),
            (
                {"schedule_expression": assign("cron(0 5 1 * ? *)"), "copy_actions": copy(lifecycle=archive())},
                schedule("0 5 ? * * *", copy_actions=copy(lifecycle=assigned(delete_after_days="60"))),
                [
                    (OPTED_IN, ("schedule_expression", "cron(0 5 ? * * *)")),
                    (OPTED_IN, ("delete_after_days", "60"), ("move_to_cold_storage_after_days", "30")),
                ],
            ),
        ],
    )
    def test_settings_that_conflict_are_errors_of_their_rule(
        self, world: World, above: Any, own: Any, fields: list[Any]
    ) -> None:
        """Settings of two policies that do not go together are an error of their rule, of a copy's rule too."""
        policy_ids = (
            attach(world, root_id(world), complete_plan(**above), BACKUP),
            attach(world, MANAGEMENT, own, BACKUP),
        )
        errors = validation_errors(world, BACKUP)
        assert [error.fields for error in errors] == fields
        assert {error.path for error in errors} <= {("plans", "daily", "rules", "daily")}
        assert {error.policy_ids for error in errors} <= {policy_ids}

    def test_too_many_tags_required_for_a_resource_type_are_an_error(self, world: World) -> None:
        """Fifty tags at most may be required for one resource type."""

        def required(first: int, number: int) -> dict[str, Any]:
            setting = {"report_required_tag_for": assign(["ec2:instance"])}
            return {"tags": {f"tag-{n}": setting for n in range(first, first + number)}}

        above = attach(world, root_id(world), required(0, 50))
        assert validation_errors(world, TAG_POLICY) == []
        own = attach(world, MANAGEMENT, required(50, 1))
        (error,) = validation_errors(world, TAG_POLICY)
        assert (error.fault, error.path) == (EffectivePolicyFault.TOO_MANY_SHARE_A_VALUE, ("tags",))
        assert (error.value, error.members[:3], len(error.members)) == (
            "ec2:instance",
            ("tag-0", "tag-1", "tag-10"),
            51,
        )
        assert error.policy_ids == (above, own)

    def test_effective_tag_policy_has_a_greatest_size(self, world: World) -> None:
        """The size counts the defaults of each tag; no policy in particular contributes."""
        for first in range(0, 9_000, 900):
            attach(world, MANAGEMENT, {"tags": {f"{n:05}": {} for n in range(first, first + 900)}})
        (error,) = validation_errors(world, TAG_POLICY)
        assert (error.fault, error.path) == (EffectivePolicyFault.TOO_LARGE, ("tags",))
        assert (error.size, error.limit, error.policy_ids) == (414_010, 395_000, ())

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
        (error,) = validation_errors(world, CHATBOT)
        assert ("/".join(error.path), error.name, error.limit, error.policy_ids) == (
            path,
            "workspaces",
            255,
            (above, own),
        )

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

        def count_levels(grammar: Any, levels: Any) -> MergedPolicy:
            merges.append(len(levels))
            return merge_policies(grammar, levels)

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
        for target_id in (root_id(world), UNKNOWN_UNIT):
            with expect_refusal(world, InvalidInput, InputReason.TARGET_NOT_SUPPORTED):
                act(world, effective.list_validation_errors, target_id, TAG_POLICY)

    def test_member_and_other_organization_are_refused(self, world: World) -> None:
        """A member cannot list validation errors, and another organization cannot list this one's."""
        member = create_member(world, "member")
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        for operation, arguments in (
            (effective.list_accounts_with_invalid_policy, (TAG_POLICY,)),
            (effective.list_validation_errors, (member, TAG_POLICY)),
        ):
            with expect_refusal(world, WrongAccount):
                act(world, operation, *arguments, account=member)
        with expect_refusal(world, AccountNotFound):
            act(world, effective.list_validation_errors, member, TAG_POLICY, account=STANDALONE)


class TestLastValidPolicy:
    """While merged policies are invalid, the last valid effective policy stays in effect."""

    @pytest.fixture
    def own_policy(self, world: World) -> str:
        """Return the id of the management account's policy, below a root whose plan archives every month."""
        monthly = complete_plan(schedule_expression=assign("cron(0 5 1 * ? *)"), copy_actions=copy(lifecycle=archive()))
        attach(world, root_id(world), monthly, BACKUP)
        return attach(world, MANAGEMENT, plan(), BACKUP)

    def test_policy_that_was_never_valid_is_empty(self, world: World) -> None:
        """Policies that were invalid from the first leave the effective policy empty."""
        attach(world, root_id(world), rule(start_backup_window_minutes=assign("60")), BACKUP)
        assert content(world, BACKUP) == {}

    def test_invalid_update_leaves_the_effective_policy_until_it_is_mended(self, world: World, own_policy: str) -> None:
        """Updates that are invalid together with others change nothing; the next valid one counts."""
        valid = effective_rule(world)
        assert list(valid["copy_actions"]) == [VAULT]
        for document in (schedule("0 5 ? * * *"), schedule("0 6 ? * * *")):
            act(world, policies.update_policy, own_policy, content=json.dumps(document))
            assert validation_errors(world, BACKUP)
            assert effective_rule(world) == valid
        act(world, policies.update_policy, own_policy, content=json.dumps(schedule("0 5 1 JAN ? *")))
        assert validation_errors(world, BACKUP) == []
        assert effective_rule(world) == valid | {"schedule_expression": "cron(0 5 1 JAN ? *)"}

    def test_each_account_keeps_its_own_last_valid_policy(self, world: World, own_policy: str) -> None:
        """A change of the root's policies leaves each account what was in effect for it."""
        member = create_member(world, "member")
        act(world, policies.update_policy, own_policy, content=json.dumps(schedule("0 5 1 JAN ? *")))
        before = content(world, BACKUP), content(world, BACKUP, member)
        assert before[0] != before[1]
        attach(world, root_id(world), plan("incomplete", regions=assign(["us-east-1"])), BACKUP)
        assert invalid_accounts(world, BACKUP) == [MANAGEMENT, member]
        assert (content(world, BACKUP), content(world, BACKUP, member)) == before

    def test_account_that_joins_later_has_no_last_valid_policy(self, world: World) -> None:
        """An account that joins while the root's policies are invalid has an empty effective policy."""
        attach(world, root_id(world), complete_plan(), BACKUP)
        attach(world, root_id(world), plan("incomplete", regions=assign(["us-east-1"])), BACKUP)
        assert content(world, BACKUP, create_member(world, "member")) == {}

    def test_moved_account_keeps_its_last_valid_policy(self, world: World) -> None:
        """An account that moves below a unit with invalid policies keeps what was in effect for it."""
        member = create_member(world, "member")
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        attach(world, root_id(world), complete_plan(), BACKUP)
        attach(world, unit, plan("incomplete", regions=assign(["us-east-1"])), BACKUP)
        before = content(world, BACKUP, member)
        act(world, hierarchy.move_account, member, root_id(world), unit)
        assert invalid_accounts(world, BACKUP) == [member]
        assert content(world, BACKUP, member) == before

    def test_detaching_the_invalid_policy_ends_the_last_valid_one(self, world: World, own_policy: str) -> None:
        """Without the policy that made them invalid, the merged policies are in effect again."""
        act(world, policies.update_policy, own_policy, content=json.dumps(schedule("0 5 ? * * *")))
        act(world, targets.detach_policy, own_policy, MANAGEMENT)
        assert validation_errors(world, BACKUP) == []
        assert effective_rule(world)["schedule_expression"] == "cron(0 5 1 * ? *)"

    def test_disabling_the_type_forgets_the_last_valid_policy(self, world: World, own_policy: str) -> None:
        """After a type is enabled again, nothing of before is in effect."""
        act(world, policies.update_policy, own_policy, content=json.dumps(schedule("0 5 ? * * *")))
        act(world, policy_types.disable_policy_type, root_id(world), BACKUP)
        act(world, policy_types.enable_policy_type, root_id(world), BACKUP)
        attach(world, MANAGEMENT, plan("incomplete", regions=assign(["us-east-1"])), BACKUP)
        assert content(world, BACKUP) == {}

    def test_snapshot_keeps_the_last_valid_policy(self, world: World, own_policy: str) -> None:
        """A snapshot has the last valid policies, which cannot be derived."""
        act(world, policies.update_policy, own_policy, content=json.dumps(schedule("0 5 ? * * *")))
        loaded = load_world(json.loads(json.dumps(dump_world(world, "1"))))
        assert loaded.state == world.state
        assert effective_rule(loaded) == effective_rule(world)

    def test_reading_changes_nothing_as_time_passes(self, world: World) -> None:
        """The runs of a schedule count as of the last change, so that a policy does not turn invalid by itself."""
        twice = "0 5 1 JAN ? 2027,2028"
        attach(
            world, MANAGEMENT, complete_plan(schedule_expression=assign(f"cron({twice})"), lifecycle=archive()), BACKUP
        )
        world.clock.advance(timedelta(days=200))
        before = world.state
        assert validation_errors(world, BACKUP) == []
        assert effective_rule(world)["schedule_expression"] == f"cron({twice})"
        assert world.state is before
