"""The callers whose calls no policy decides, found without reading a policy: most callers are root users.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from datetime import datetime

from artifact_state.authority import organization_of
from artifact_state.model import Caller, CallerKind, Organization, PolicyType, State
from artifact_state.organizations.paths import account_path
from artifact_state.organizations.policies.attachments import attached_policies, aws_managed_policy, is_type_enabled

_SCP = PolicyType.SERVICE_CONTROL_POLICY


def needs_no_evaluation(state: State, caller: Caller, now: datetime) -> bool:
    """Return whether the caller is a root user that no service control policy and no resource policy can concern."""
    if caller.kind is not CallerKind.ROOT or caller.assumed_root:
        return False
    organization = organization_of(state, caller.account_id, now)
    return (
        organization is None
        or organization.management_account_id == caller.account_id
        or (
            organization.resource_policy_id is None
            and (
                not is_type_enabled(organization, _SCP) or _has_only_full_access(state, organization, caller.account_id)
            )
        )
    )


def _has_only_full_access(state: State, organization: Organization, account_id: str) -> bool:
    """Return whether AWS's policy that allows everything is the only policy at every level above an account."""
    full_access = aws_managed_policy(_SCP)
    return all(
        [policy for _, policy in attached_policies(state, organization, target_id, _SCP)] == [full_access]
        for target_id in account_path(state, account_id)
    )
