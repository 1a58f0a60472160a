"""The numbers of IAM resources that an account has.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
"""

from collections import Counter
from datetime import datetime

from artifact_state.iam.policy_usage import usage_of
from artifact_state.iam.roles import roles_of
from artifact_state.iam.root_logins import has_root_login
from artifact_state.model import State
from artifact_state.record import Record

RESOURCE_TABLES = (
    "users",
    "groups",
    "roles",
    "customer_policies",
    "instance_profiles",
    "mfa_devices",
    "identity_providers",
    "saml_providers",
)
"""The tables of the state that hold the IAM resources of each account. A test finds tables that are missing here."""


class AccountSummary(Record):
    """The numbers of an account's resources, and the credentials of its root user."""

    counts: Counter[str]
    """The number of resources in each table; 0 for tables that the state does not have."""
    policy_versions_in_use: int
    """One for each managed policy, of AWS or the account, that is attached or a permissions boundary."""
    mfa_devices_in_use: int
    root_has_access_keys: bool
    root_has_password: bool


def summary_of(state: State, account_id: str, now: datetime) -> AccountSummary:
    """Return the summary of an account."""
    counts = Counter({table: len(getattr(state, table).get(account_id, ())) for table in RESOURCE_TABLES})
    # Deleted roles stay in their table.
    counts["roles"] = sum(1 for _ in roles_of(state, account_id, "/", now))
    usage = usage_of(state, account_id, now)
    return AccountSummary(
        counts=counts,
        policy_versions_in_use=len(usage.attachments.keys() | usage.boundaries.keys()),
        mfa_devices_in_use=sum(bool(device.user_id) for device in state.mfa_devices.get(account_id, ())),
        root_has_access_keys=bool(state.root_access_keys.get(account_id)),
        root_has_password=has_root_login(state, account_id),
    )
