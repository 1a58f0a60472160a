"""Refusals about the policies of an organization."""

from artifact_state.errors.base import Conflict, NotFound


class PolicyNotFound(NotFound):
    """The organization has no such policy."""


class EffectivePolicyNotFound(NotFound):
    """The policy type is not enabled in the organization."""


class ResourcePolicyNotFound(NotFound):
    """The organization has no resource policy."""


class PolicyNameTaken(Conflict):
    """The organization already has a policy of this name and type."""


class PolicyInUse(Conflict):
    """The policy is still attached to a target."""


class PolicyAlreadyAttached(Conflict):
    """The policy is already attached to the target."""


class PolicyNotAttached(Conflict):
    """The policy is not attached to the target."""


class PolicyTypeAlreadyEnabled(Conflict):
    """The policy type is already enabled in the organization."""


class PolicyTypeNotEnabled(Conflict):
    """The policy type is not enabled in the organization."""


class PolicyTypeNotAvailable(Conflict):
    """The organization has only the consolidated billing features, which include no policies."""
