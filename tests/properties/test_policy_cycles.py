"""A state machine of organization policies, their targets and their types, compared with a model of dicts and sets."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from artifact_state.errors import Refused
from artifact_state.model import PolicyType
from artifact_state.organizations import accounts, hierarchy
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, act, create_member, root_id
from tests.support.organization_policies import (
    DENY,
    FULL_ACCESS,
    NO_TAGS,
    SCP,
    TAG_POLICY,
    attached_ids,
    target_ids,
    world_with_policies,
)

CONTENT = {SCP: DENY, TAG_POLICY: NO_TAGS}
POLICY_TYPES = st.sampled_from([SCP, TAG_POLICY])
INDEXES = st.integers(0, 30)
"""Choose one of the policies or targets that exist when a rule runs."""


class PolicyMachine(RuleBasedStateMachine):
    """The rules of policies, each with its effect on the model."""

    world: World

    @initialize()
    def create_world(self) -> None:
        """Create an organization, whose service control policies are enabled."""
        self.world = world_with_policies()
        self.targets: list[str] = [root_id(self.world), MANAGEMENT]
        self.enabled = {SCP}
        self.types: dict[str, PolicyType] = {}
        self.attached: dict[str, list[str]] = {target_id: [FULL_ACCESS] for target_id in self.targets}

    def apply(self, allowed: bool, domain_rule: Any, *arguments: Any) -> Any:  # noqa: FBT001 - The model's expectation.
        """Run a domain rule and assert that it is allowed or refused; a refusal leaves the state the same object."""
        if allowed:
            return act(self.world, domain_rule, *arguments)
        before = self.world.state
        with pytest.raises(Refused):
            act(self.world, domain_rule, *arguments)
        assert self.world.state is before
        return None

    def type_of(self, policy_id: str) -> PolicyType:
        """Return the type of a policy; AWS's own is a service control policy."""
        return self.types.get(policy_id, SCP)

    def attached_of_type(self, target_id: str, policy_type: PolicyType) -> list[str]:
        """Return the policies of a type that the model has attached to a target."""
        return [policy_id for policy_id in self.attached[target_id] if self.type_of(policy_id) is policy_type]

    def policy_at(self, index: int) -> str:
        """Return one of the policies, AWS's own included."""
        policy_ids = [FULL_ACCESS, *self.types]
        return policy_ids[index % len(policy_ids)]

    @rule(policy_type=POLICY_TYPES)
    def create_policy(self, policy_type: PolicyType) -> None:
        """A policy of any type can be created at any time."""
        text = PolicyText(name=f"P{len(self.world.events)}", description="", content=CONTENT[policy_type])
        self.types[self.apply(True, policies.create_policy, policy_type, text).id] = policy_type

    @rule(index=INDEXES)
    def delete_policy(self, index: int) -> None:
        """A policy can be deleted unless it is AWS's own or attached to a target."""
        policy_id = self.policy_at(index)
        is_attached = any(policy_id in attached for attached in self.attached.values())
        allowed = policy_id != FULL_ACCESS and not is_attached
        self.apply(allowed, policies.delete_policy, policy_id)
        if allowed:
            del self.types[policy_id]

    @rule(index=INDEXES, target_index=INDEXES)
    def attach_policy(self, index: int, target_index: int) -> None:
        """A policy can be attached to a target once, while its type is enabled, up to ten of a type."""
        policy_id, target_id = self.policy_at(index), self.targets[target_index % len(self.targets)]
        policy_type = self.type_of(policy_id)
        has_room = len(self.attached_of_type(target_id, policy_type)) < 10
        allowed = policy_type in self.enabled and policy_id not in self.attached[target_id] and has_room
        self.apply(allowed, targets.attach_policy, policy_id, target_id)
        if allowed:
            self.attached[target_id].append(policy_id)

    @rule(index=INDEXES, target_index=INDEXES)
    def detach_policy(self, index: int, target_index: int) -> None:
        """An attached policy can be detached, except for the last service control policy of a target."""
        policy_id, target_id = self.policy_at(index), self.targets[target_index % len(self.targets)]
        is_last = self.type_of(policy_id) is SCP and len(self.attached_of_type(target_id, SCP)) <= 1
        allowed = policy_id in self.attached[target_id] and not is_last
        self.apply(allowed, targets.detach_policy, policy_id, target_id)
        if allowed:
            self.attached[target_id].remove(policy_id)

    @rule(policy_type=POLICY_TYPES)
    def enable_policy_type(self, policy_type: PolicyType) -> None:
        """A disabled type can be enabled; AWS's own service control policy is then attached to every target."""
        allowed = policy_type not in self.enabled
        self.apply(allowed, policy_types.enable_policy_type, root_id(self.world), policy_type)
        if allowed:
            self.enabled.add(policy_type)
            for attached in self.attached.values():
                attached.extend([FULL_ACCESS] if policy_type is SCP else [])

    @rule(policy_type=POLICY_TYPES)
    def disable_policy_type(self, policy_type: PolicyType) -> None:
        """An enabled type can be disabled, which detaches all of its policies."""
        allowed = policy_type in self.enabled
        self.apply(allowed, policy_types.disable_policy_type, root_id(self.world), policy_type)
        if allowed:
            self.enabled.remove(policy_type)
            for target_id, attached in self.attached.items():
                self.attached[target_id] = [
                    policy_id for policy_id in attached if self.type_of(policy_id) is not policy_type
                ]

    @rule()
    def add_targets(self) -> None:
        """A new account and a new unit have AWS's own policy while its type is enabled."""
        number = len(self.world.events)
        unit = act(self.world, hierarchy.create_unit, root_id(self.world), f"U{number}")
        for target_id in (create_member(self.world, f"m{number}"), unit.id):
            self.targets.append(target_id)
            self.attached[target_id] = [FULL_ACCESS] if SCP in self.enabled else []

    @precondition(lambda self: len(self.targets) > 2)
    @rule(index=INDEXES)
    def remove_target(self, index: int) -> None:
        """A removed account and a deleted unit lose their policies."""
        target_id = self.targets.pop(2 + index % (len(self.targets) - 2))
        removal: Any = hierarchy.delete_unit if target_id.startswith("ou-") else accounts.remove_account
        act(self.world, removal, target_id)
        del self.attached[target_id]

    @invariant()
    def world_equals_model(self) -> None:
        """Both sides of every attachment are as in the model, and no other policy is stored."""
        if not hasattr(self, "targets"):
            return
        for target_id in self.targets:
            for policy_type in (SCP, TAG_POLICY):
                attached = attached_ids(self.world, target_id, policy_type)
                assert sorted(attached) == sorted(self.attached_of_type(target_id, policy_type))
        for policy_id in (FULL_ACCESS, *self.types):
            expected = [target_id for target_id, attached in self.attached.items() if policy_id in attached]
            assert sorted(target_ids(self.world, policy_id)) == sorted(expected)
        assert set(self.world.state.policies) == set(self.types)


PolicyMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestPolicyMachine = PolicyMachine.TestCase
