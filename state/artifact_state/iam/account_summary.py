"""What an account has in IAM, counted.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
"""

from dataclasses import dataclass
from datetime import datetime

from artifact_state.iam.policy_usage import usage_of
from artifact_state.iam.roles import roles_of
from artifact_state.iam.root_logins import has_root_login
from artifact_state.model import State


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """How many there are of what."""

    users: int
    groups: int
    roles: int
    policies: int
    policy_versions_in_use: int
    """Of managed policies, those of AWS included: one for each that is attached or bounds somebody."""
    root_has_access_keys: bool
    root_has_password: bool


def summary_of(state: State, account_id: str, now: datetime) -> AccountSummary:
    """Count what an account has."""
    usage = usage_of(state, account_id, now)
    return AccountSummary(
        users=len(state.users.get(account_id, ())),
        groups=len(state.groups.get(account_id, ())),
        roles=sum(1 for _ in roles_of(state, account_id, "/", now)),
        policies=len(state.customer_policies.get(account_id, ())),
        policy_versions_in_use=len(usage.attachments.keys() | usage.boundaries.keys()),
        root_has_access_keys=bool(state.root_access_keys.get(account_id)),
        root_has_password=has_root_login(state, account_id),
    )
