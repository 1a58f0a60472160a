"""Policies, attachments and types at random, beside a model of plain dicts and sets."""

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
from tests.support.domain import MANAGEMENT, act, create_member, list_all, root_id, world_with_organization

SCP, TAGS = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.TAG_POLICY
FULL = "p-FullAWSAccess"
CONTENT = {
    SCP: '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "a:*", "Resource": "*"}}',
    TAGS: '{"tags": {}}',
}
types = st.sampled_from([SCP, TAGS])
places = st.integers(0, 30)


class PolicyCycles(RuleBasedStateMachine):
    """The rules of policies, each beside what it does to a plain model."""

    world: World

    @initialize()
    def begin(self) -> None:
        """Begin with an organization of service control policies."""
        self.world = world_with_organization()
        self.targets: list[str] = [root_id(self.world), MANAGEMENT]
        self.enabled = {SCP}
        self.known: dict[str, PolicyType] = {}
        self.attached: dict[str, list[str]] = {one: [FULL] for one in self.targets}

    def does(self, allowed: bool, rule_of: Any, *arguments: Any) -> Any:  # noqa: FBT001 - what the model expects
        """Do something that the model allows or refuses; a refusal leaves the state the same object."""
        if allowed:
            return act(self.world, rule_of, *arguments)
        before = self.world.state
        with pytest.raises(Refused):
            act(self.world, rule_of, *arguments)
        assert self.world.state is before
        return None

    def type_of(self, policy_id: str) -> PolicyType:
        """Tell a policy's type."""
        return self.known.get(policy_id, SCP)

    def of_type(self, target: str, policy_type: PolicyType) -> list[str]:
        """Name what the model has attached of a type."""
        return [one for one in self.attached[target] if self.type_of(one) is policy_type]

    def policy_at(self, place: int) -> str:
        """Choose a policy, AWS's own among them."""
        known = [FULL, *self.known]
        return known[place % len(known)]

    @rule(policy_type=types)
    def create(self, policy_type: PolicyType) -> None:
        """A policy of any type can be made at any time."""
        text = PolicyText(name=f"P{len(self.world.events)}", description="", content=CONTENT[policy_type])
        self.known[self.does(True, policies.create_policy, policy_type, text).id] = policy_type

    @rule(place=places)
    def delete(self, place: int) -> None:
        """A policy goes unless it is AWS's own or attached somewhere."""
        policy_id = self.policy_at(place)
        used = any(policy_id in held for held in self.attached.values())
        self.does(policy_id != FULL and not used, policies.delete_policy, policy_id)
        if policy_id != FULL and not used:
            del self.known[policy_id]

    @rule(place=places, where=places)
    def attach(self, place: int, where: int) -> None:
        """A policy is attached once, while its type is on, ten to a target."""
        policy_id, at = self.policy_at(place), self.targets[where % len(self.targets)]
        kind = self.type_of(policy_id)
        allowed = kind in self.enabled and policy_id not in self.attached[at] and len(self.of_type(at, kind)) < 10
        self.does(allowed, targets.attach_policy, policy_id, at)
        if allowed:
            self.attached[at].append(policy_id)

    @rule(place=places, where=places)
    def detach(self, place: int, where: int) -> None:
        """What is attached is detached, but for the last service control policy."""
        policy_id, at = self.policy_at(place), self.targets[where % len(self.targets)]
        kind = self.type_of(policy_id)
        allowed = policy_id in self.attached[at] and (kind is not SCP or len(self.of_type(at, SCP)) > 1)
        self.does(allowed, targets.detach_policy, policy_id, at)
        if allowed:
            self.attached[at].remove(policy_id)

    @rule(policy_type=types)
    def enable(self, policy_type: PolicyType) -> None:
        """A type that is off is enabled; of service control policies AWS's own is attached to everything again."""
        allowed = policy_type not in self.enabled
        self.does(allowed, policy_types.enable_policy_type, root_id(self.world), policy_type)
        if allowed:
            self.enabled.add(policy_type)
            for held in self.attached.values():
                held.extend([FULL] if policy_type is SCP else [])

    @rule(policy_type=types)
    def disable(self, policy_type: PolicyType) -> None:
        """A type that is on is disabled, which detaches all of its policies."""
        allowed = policy_type in self.enabled
        self.does(allowed, policy_types.disable_policy_type, root_id(self.world), policy_type)
        if allowed:
            self.enabled.remove(policy_type)
            for at in self.targets:
                self.attached[at] = [one for one in self.attached[at] if self.type_of(one) is not policy_type]

    @rule()
    def arrive(self) -> None:
        """What is new has AWS's own policy, while its type is on."""
        number = len(self.world.events)
        unit = act(self.world, hierarchy.create_unit, root_id(self.world), f"U{number}")
        made = [create_member(self.world, f"m{number}"), unit.id]
        for one in made:
            self.targets.append(one)
            self.attached[one] = [FULL] if SCP in self.enabled else []

    @precondition(lambda self: len(self.targets) > 2)
    @rule(place=places)
    def depart(self, place: int) -> None:
        """What goes leaves its policies behind."""
        gone = self.targets.pop(2 + place % (len(self.targets) - 2))
        act(self.world, hierarchy.delete_unit if gone.startswith("ou-") else accounts.remove_account, gone)
        del self.attached[gone]

    @invariant()
    def agrees(self) -> None:
        """Both sides of every attachment are as the model has them, and nothing else is kept."""
        if not hasattr(self, "targets"):
            return
        for at in self.targets:
            for kind in (SCP, TAGS):
                found = [one.id for one in list_all(self.world, targets.list_policies_for_target, at, kind)]
                assert sorted(found) == sorted(self.of_type(at, kind))
        for policy_id in (FULL, *self.known):
            found = [one.id for one in list_all(self.world, targets.list_targets_for_policy, policy_id) if one]
            assert sorted(found) == sorted(at for at, held in self.attached.items() if policy_id in held)
        assert set(self.world.state.policies) == set(self.known)


PolicyCycles.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestPolicyCycles = PolicyCycles.TestCase
