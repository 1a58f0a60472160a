"""Policy types: enable and disable them in the root of an organization.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from artifact_state import catalog
from artifact_state.authority import require_management
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    PolicyTypeAlreadyEnabled,
    PolicyTypeNotAvailable,
    RootNotFound,
)
from artifact_state.events import PolicyTypeChanged
from artifact_state.model import FeatureSet, Organization, PolicyType, State, Unit
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.policies.attachments import is_type_enabled, policies_of_type, require_type_enabled
from artifact_state.record import replace
from artifact_state.world import Transaction


def enable_policy_type(tx: Transaction, root_id: str, policy_type: PolicyType) -> tuple[Organization, Unit]:
    """Enable a policy type; from now on AWS's own policy of the type, if there is one, is attached to every target.

    Raises NotInOrganization, WrongAccount, RootNotFound, PolicyTypeNotAvailable, PolicyTypeAlreadyEnabled,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html
    """
    organization = require_management(tx)
    root = _require_root(tx.state, organization, root_id)
    if organization.feature_set is not FeatureSet.ALL:
        raise PolicyTypeNotAvailable(policy_type.value)
    if is_type_enabled(organization, policy_type):
        raise PolicyTypeAlreadyEnabled(policy_type.value)
    described = catalog.policy_type(policy_type.value)
    if described and described.service_principal and described.service_principal not in organization.trusted_services:
        raise ConstraintViolated(Constraint.SERVICE_ACCESS_NOT_ENABLED)
    is_new = policy_type.value not in organization.policies  # Then there are no attachments to be stale.
    enabled_at = 0 if is_new else tx.serial()
    policies = replace(
        policies_of_type(organization, policy_type), enabled_at=enabled_at, changed_at=tx.now, last_valid=OrderedMap()
    )
    enabled = replace(
        organization,
        enabled_policy_types=(*organization.enabled_policy_types, policy_type),
        policies=organization.policies.insert(policy_type.value, policies),
    )
    tx.put(enabled)
    tx.record(PolicyTypeChanged(at=tx.now, organization_id=organization.id, policy_type=policy_type.value))
    return enabled, root


def disable_policy_type(tx: Transaction, root_id: str, policy_type: PolicyType) -> tuple[Organization, Unit]:
    """Disable a policy type, which detaches all of its policies for good but deletes none.

    Raises NotInOrganization, WrongAccount, RootNotFound, PolicyTypeNotEnabled.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html
    """
    organization = require_management(tx)
    root = _require_root(tx.state, organization, root_id)
    require_type_enabled(organization, policy_type)
    remaining = tuple(enabled for enabled in organization.enabled_policy_types if enabled is not policy_type)
    disabled = replace(organization, enabled_policy_types=remaining)
    tx.put(disabled)
    tx.record(PolicyTypeChanged(at=tx.now, organization_id=organization.id, policy_type=policy_type.value))
    return disabled, root


def _require_root(state: State, organization: Organization, root_id: str) -> Unit:
    if root_id != organization.root_id:
        raise RootNotFound(root_id)
    return state.units[root_id]
