"""The explanation of a call's authorization in AWS's terms: its evaluations, their checks, the policies considered.

It is computed on demand from an authorization request, which has the state that the call was made in: users and
policies that were deleted since are part of it. AWS's API, the control API, the commands and the console render it.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from artifact_emulator.aws.authorization.authorize import evaluate_all, resource_with_policy
from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_state import arns
from artifact_state.authority import organization_of
from artifact_state.organizations.paths import account_path
from artifact_state.policy_evaluation.checks import Check, CheckEffect, checks_of, effect_of
from artifact_state.policy_evaluation.policies import PolicyKind, policies_in_order
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.record import Record


class Evaluation(NamedTuple):
    """The evaluation of one action on one resource."""

    result: EvaluatedRequest
    context: Keys
    """The condition keys that it does not share with the whole request."""
    checks: tuple[Check, ...]
    other_checks: tuple[Check, ...]
    """The same checks for the opposite decision, where a part of the request that matters is not known."""

    @property
    def effect(self) -> CheckEffect:
        """The effect of all checks together."""
        return effect_of(self.checks)


class ConsideredPolicy(Record):
    """A policy that was considered, whether it matched or not."""

    kind: PolicyKind
    policy: NamedPolicy
    uri: str
    """The ARN of a managed policy; an inline policy has an opaque id."""
    attached_to: tuple[str, ...]
    """The ARNs of the principal, of the resource, or of the targets in the organization."""
    account_id: str
    """The account that the policy applies to."""

    @property
    def is_inline(self) -> bool:
        """Whether the policy has no ARN."""
        return not self.policy.arn_or_name.startswith("arn:")


class Explanation:
    """The authorization of a call."""

    def __init__(self, request: AuthorizationRequest) -> None:
        self.request = request
        self._resource = resource_with_policy(request)

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The evaluations of all actions and resources, denied or not."""
        return tuple(
            Evaluation(
                result,
                {key: values for key, values in result.request.keys.items() if self.context.get(key) != values},
                checks_of(result.request, result.policies, result.applies),
                checks_of(result.request, result.policies, result.applies_otherwise) if result.open_parts else (),
            )
            for result in self._results
        )

    @cached_property
    def is_denied(self) -> bool:
        """Whether an action was denied."""
        return any(not result.decision.allowed for result in self._results)

    @cached_property
    def context(self) -> Keys:
        """The condition keys of the whole request, without those of a resource."""
        keys = [result.request.keys for result in self._results]
        return {
            key: values
            for key, values in (keys[0].items() if keys else ())
            if not _is_of_resource(key) and all(others.get(key) == values for others in keys)
        }

    @cached_property
    def policies(self) -> tuple[ConsideredPolicy, ...]:
        """The policies of all evaluations, once each."""
        targets: dict[tuple[PolicyKind, NamedPolicy], dict[str, None]] = {}
        for result in self._results:
            for kind, level, policy in policies_in_order(result.policies):
                targets.setdefault((kind, policy), {})[self.target(kind, level)] = None
        return tuple(
            ConsideredPolicy(
                kind=kind,
                policy=policy,
                uri=uri_of(kind, policy),
                attached_to=tuple(attached_to),
                account_id=self._account_of(kind),
            )
            for (kind, policy), attached_to in targets.items()
        )

    def target(self, kind: PolicyKind, level: int | None) -> str:
        """Return the ARN of what the policies of a kind are attached to."""
        caller = self.request.caller
        if level is not None:
            return self._targets[kind][level]
        if kind in (PolicyKind.RESOURCE, PolicyKind.TRUST):
            return self._resource.arn if self._resource else ""
        if kind is PolicyKind.SESSION:
            return caller.arn
        return next(iter(self.context.get("aws:principalarn", (caller.arn,))))

    @property
    def resource_account_id(self) -> str:
        """The account of the resource that has a policy, or of the caller."""
        if self.request.foreign is not None:
            return self.request.foreign.account_of_resources(self.request.caller)
        return self._resource.account_id if self._resource else self.request.caller.account_id

    def _account_of(self, kind: PolicyKind) -> str:
        is_of_resource = kind in (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RESOURCE_CONTROL)
        return self.resource_account_id if is_of_resource else self.request.caller.account_id

    @cached_property
    def _results(self) -> tuple[EvaluatedRequest, ...]:
        return evaluate_all(self.request)

    @cached_property
    def _targets(self) -> Mapping[PolicyKind, tuple[str, ...]]:
        kinds = (PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL)
        return {kind: self._path(self._account_of(kind)) for kind in kinds}

    def _path(self, account_id: str) -> tuple[str, ...]:
        """Return the ARNs of the targets from the root of an organization down to an account."""
        state = self.request.state
        organization = organization_of(state, account_id, self.request.now)
        if organization is None:
            return ()
        kinds = {"r": "root", "o": "ou"}
        return tuple(
            arns.organizations(
                organization.partition,
                organization.management_account_id,
                kinds.get(target[0], "account"),
                organization.id,
                target,
            )
            for target in account_path(state, account_id)
        )


def uri_of(kind: PolicyKind, policy: NamedPolicy) -> str:
    """Return the ARN of a managed policy, and an opaque id of an inline one."""
    if policy.arn_or_name.startswith("arn:"):
        return policy.arn_or_name
    content = repr((kind.value, policy.arn_or_name, policy.document)).encode()
    return blake2b(content, digest_size=16).hexdigest()


def _is_of_resource(key: str) -> bool:
    return key.startswith("aws:resource") or ":resourcetag/" in key
