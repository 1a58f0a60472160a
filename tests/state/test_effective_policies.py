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
from artifact_state.organizations.policies.policies import PolicyText
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

TAGS, BACKUP = PolicyType.TAG_POLICY, PolicyType.BACKUP_POLICY
ELEVEN_RULES = {"plans": {"A": {"rules": {f"r{at}": {"lifecycle": {"@@assign": "1"}} for at in range(11)}}}}


@pytest.fixture
def world() -> World:
    """Give a world with an organization that has tag and backup policies enabled."""
    world = world_with_organization()
    for kind in (TAGS, BACKUP):
        act(world, policy_types.enable_policy_type, root_id(world), kind)
    return world


def attach(world: World, target_id: str, document: Any, policy_type: PolicyType = TAGS) -> str:
    """Make a policy and attach it; give its id."""
    text = PolicyText(name=f"{target_id} {world.state.serial}", description="", content=json.dumps(document))
    made = act(world, policies.create_policy, policy_type, text)
    act(world, targets.attach_policy, made.id, target_id)
    return made.id


def tag(value: Any) -> dict[str, Any]:
    """Give a tag policy that sets the values of one tag."""
    return {"tags": {"a": {"tag_value": value}}}


def effective_tags(world: World, account_id: str | None = None, account: str = MANAGEMENT) -> EffectivePolicy:
    """Tell an account's effective tag policy."""
    return act(world, effective.describe_effective_policy, TAGS, account_id, account=account)


class TestEffectivePolicy:
    """DescribeEffectivePolicy."""

    def test_from_the_root_down(self, world: World) -> None:
        """Root, units and the account itself contribute, in this order."""
        member = create_member(world, "member")
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        act(world, hierarchy.move_account, member, root_id(world), unit)
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        attach(world, unit, tag({"@@append": ["unit"]}))
        attach(world, member, tag({"@@append": ["member"]}))
        assert effective_tags(world, member).merged.document == tag(["root", "unit", "member"])
        assert effective_tags(world).merged.document == tag(["root"])

    def test_names(self, world: World) -> None:
        """The same tag written otherwise is the same; so are rules, but not the plans above them."""
        attach(world, root_id(world), {"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}}}})
        attach(world, MANAGEMENT, {"tags": {"costCENTER": {"tag_value": {"@@assign": ["A"]}}}})
        assert effective_tags(world).merged.document == {
            "tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["A"]}}
        }
        attach(
            world, root_id(world), {"plans": {"PII": {"rules": {"Hourly": {"lifecycle": {"@@assign": "1"}}}}}}, BACKUP
        )
        found = act(world, effective.describe_effective_policy, BACKUP)
        assert found.merged.document == {"plans": {"PII": {"rules": {"hourly": {"lifecycle": "1"}}}}}

    def test_of_the_caller(self, world: World) -> None:
        """A member asks for its own, named or not, and for no other's."""
        member = create_member(world, "member")
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        for named in (None, member):
            assert effective_tags(world, named, account=member).membership.account_id == member
        with expect_refusal(world, WrongAccount):
            effective_tags(world, MANAGEMENT, account=member)
        with expect_refusal(world, NotInOrganization):
            effective_tags(world, account=STANDALONE)

    def test_there_is_none(self, world: World) -> None:
        """A type that is off, and one of which nothing is attached, have no effective policy."""
        with expect_refusal(world, EffectivePolicyNotFound):
            effective_tags(world)
        attach(world, root_id(world), tag({"@@assign": ["root"]}))
        act(world, policy_types.disable_policy_type, root_id(world), TAGS)
        with expect_refusal(world, EffectivePolicyNotFound):
            effective_tags(world)

    def test_target(self, world: World) -> None:
        """The target is an account of the organization: no root and no unit, one's own or not."""
        with expect_refusal(world, TargetNotFound):
            effective_tags(world, STANDALONE)
        for target_id in (root_id(world), "r-none", "ou-none-12345678"):
            with expect_refusal(world, InvalidInput, InputReason.INVALID_PATTERN_TARGET_ID):
                effective_tags(world, target_id)

    def test_when_it_changed(self, world: World) -> None:
        """The instant of the last change is told: of a policy, an attachment or the type."""
        world.clock.advance(timedelta(hours=1))
        policy_id = attach(world, root_id(world), tag({"@@assign": ["root"]}))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=1)
        world.clock.advance(timedelta(hours=1))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=1)
        act(world, policies.update_policy, policy_id, content=json.dumps(tag({"@@assign": ["new"]})))
        assert effective_tags(world).changed_at == NOW + timedelta(hours=2)


class TestProblems:
    """ListAccountsWithInvalidEffectivePolicy and ListEffectivePolicyValidationErrors."""

    def test_accounts(self, world: World) -> None:
        """Accounts for which policies come to too much are listed, in the order of joining."""
        first, second, third = (create_member(world, name) for name in ("first", "second", "third"))
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        act(world, hierarchy.move_account, third, root_id(world), unit)
        attach(world, first, ELEVEN_RULES, BACKUP)
        attach(world, unit, ELEVEN_RULES, BACKUP)
        found = list_all(world, effective.list_accounts_with_invalid_policy, BACKUP)
        assert [one[0].id for one in found if one] == [first, third]
        assert second not in {one[0].id for one in found if one}

    def test_errors(self, world: World) -> None:
        """A problem names its place, the limit, and the policies that contributed."""
        half = {"plans": {"A": {"rules": {f"s{at}": {"lifecycle": {"@@assign": "1"}} for at in range(6)}}}}
        other = {"plans": {"A": {"rules": {f"t{at}": {"lifecycle": {"@@assign": "1"}} for at in range(6)}}}}
        ids = (attach(world, root_id(world), half, BACKUP), attach(world, MANAGEMENT, other, BACKUP))
        with transaction(world) as tx:
            evaluated, found = effective.list_validation_errors(tx, MANAGEMENT, BACKUP)
            [(_, problem)] = found
        assert evaluated.membership.account_id == MANAGEMENT
        assert (problem.path, problem.name, problem.limit, problem.policy_ids) == ("plans/A/rules", "rules", 10, ids)

    def test_of_a_list(self, world: World) -> None:
        """Values of a list are counted as members are, and as many as are allowed are right."""
        act(world, policy_types.enable_policy_type, root_id(world), PolicyType.CHATBOT_POLICY)

        def attach_workspaces(target_id: str, first: int, number: int) -> str:
            names = {"@@append": [f"T{at}" for at in range(first, first + number)]}
            document = {"chatbot": {"platforms": {"slack": {"workspaces": names}}}}
            return attach(world, target_id, document, PolicyType.CHATBOT_POLICY)

        def found() -> list[tuple[str, int, tuple[str, ...]]]:
            with transaction(world) as tx:
                _, errors = effective.list_validation_errors(tx, MANAGEMENT, PolicyType.CHATBOT_POLICY)
                return [(one.path, one.limit, one.policy_ids) for _, one in errors]

        above = attach_workspaces(root_id(world), 0, 255)
        assert found() == []
        own = attach_workspaces(MANAGEMENT, 255, 1)
        assert found() == [("chatbot/platforms/slack/workspaces", 255, (above, own))]

    def test_cost(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Accounts without policies of their own are judged once for each parent, however many there are."""
        members = [create_member(world, f"m{at}") for at in range(6)]
        unit = act(world, hierarchy.create_unit, root_id(world), "Unit").id
        for member in members[:3]:
            act(world, hierarchy.move_account, member, root_id(world), unit)
        attach(world, members[5], ELEVEN_RULES, BACKUP)
        merges: list[int] = []

        def counting(levels: Any, lower_case: Any) -> MergedPolicy:
            merges.append(len(levels))
            return merge_policies(levels, lower_case)

        monkeypatch.setattr(effective, "merge_policies", counting)
        found = list_all(world, effective.list_accounts_with_invalid_policy, BACKUP)
        assert [one[0].id for one in found if one] == [members[5]]
        assert sorted(merges) == [2, 2, 3]  # Below the root, of its own, and below the unit.

    def test_of_nothing(self, world: World) -> None:
        """There are no problems of what is off or of nobody."""
        off = PolicyType.CHATBOT_POLICY
        with expect_refusal(world, EffectivePolicyNotFound):
            list_all(world, effective.list_accounts_with_invalid_policy, off)
        with expect_refusal(world, EffectivePolicyNotFound):
            act(world, effective.list_validation_errors, MANAGEMENT, off)
        with expect_refusal(world, AccountNotFound):
            act(world, effective.list_validation_errors, STANDALONE, TAGS)

    def test_authority(self, world: World) -> None:
        """A member learns nothing of others' policies."""
        member = create_member(world, "member")
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        for rule, arguments in (
            (effective.list_accounts_with_invalid_policy, (TAGS,)),
            (effective.list_validation_errors, (member, TAGS)),
        ):
            with expect_refusal(world, WrongAccount):
                act(world, rule, *arguments, account=member)
        with expect_refusal(world, AccountNotFound):
            act(world, effective.list_validation_errors, member, TAGS, account=STANDALONE)
