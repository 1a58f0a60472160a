"""Who needs no permission: told at once, and without reading a policy, for most callers are root users.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from datetime import datetime

from artifact_state.authority import organization_of
from artifact_state.model import Caller, CallerKind, Organization, PolicyType, State
from artifact_state.organizations.policies.attachments import attached_policies, aws_managed_policy, is_type_enabled

_SCP = PolicyType.SERVICE_CONTROL_POLICY


def needs_no_evaluation(state: State, caller: Caller, now: datetime) -> bool:
    """Tell at once, of most callers, that no policy can refuse them: root users whom no organization binds."""
    if caller.kind is not CallerKind.ROOT or caller.assumed_root:
        return False
    organization = organization_of(state, caller.account_id, now)
    return (
        organization is None
        or organization.management_account_id == caller.account_id
        or not is_type_enabled(organization, _SCP)
        or _allows_all(state, organization, caller.account_id)
    )


def places_above(state: State, account_id: str) -> list[str]:
    """Name the root, the units and the account itself, from the top down."""
    found = [account_id]
    parent: str | None = state.memberships[account_id].parent_id
    while parent is not None:
        found.insert(0, parent)
        parent = state.units[parent].parent_id
    return found


def _allows_all(state: State, organization: Organization, account_id: str) -> bool:
    """Tell whether nothing but AWS's own policy, which allows everything, is attached anywhere above an account."""
    full_access = aws_managed_policy(_SCP)
    return all(
        [one for _, one in attached_policies(state, organization, place, _SCP)] == [full_access]
        for place in places_above(state, account_id)
    )
