"""How much of everything AWS allows: the records of `quotas.json`, apart because a start needs none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from artifact_state.catalog.records import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLimits:
    """How long, how many and where for one type of organization policy."""

    max_document: int
    """Characters, white space included."""
    max_per_organization: int
    min_attached: int
    max_attached: int
    certainty: Certainty = Certainty.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRate:
    """A token bucket: what flows in, and how much it holds."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRates:
    """How often an operation may be called by one account, and by all accounts of an organization."""

    account: RequestRate
    organization: RequestRate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The limits of a world; `dataclasses.replace` raises or lowers one.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """

    accounts_per_organization: int
    accounts_per_organization_at_most: int
    roots_per_organization: int
    organizational_units_per_organization: int
    organizational_unit_depth: int
    concurrent_account_creations: int
    concurrent_account_closures: int
    closure_window: timedelta
    closures_in_small_organization: int
    closure_share_from: int
    closure_share: int
    """Percent of the accounts."""
    closure_share_to: int
    closures_in_large_organization: int
    invitations_per_day: int
    delegated_administrators_per_service: int
    tags_per_resource: int
    resource_policy_length: int
    invitation_lifetime: timedelta
    all_features_lifetime: timedelta
    accounts_in_all_features_migration: int
    settled_handshake_visibility: timedelta
    closed_account_retention: timedelta
    removal_wait: timedelta
    inbound_transfers: int
    outbound_transfers: int
    transfer_chain_length: int
    transfers_in_chain: int
    transfer_acceptance_notice: timedelta
    organizations_page_size: int
    artifact_page_size: int
    artifact_page_size_at_most: int
    customer_agreements_in_force: int
    artifact_token_lifetime: timedelta
    document_url_lifetime: timedelta
    policies: Mapping[str, PolicyLimits]
    """By policy type."""
    iam: Mapping[str, int]
    """Those of AWS IAM, by AWS's own names, such as `UsersPerAccount`."""
    request_rates: Mapping[str, RequestRates]
    """By operation of AWS Organizations; one that is missing has no known rate."""

    def closures_allowed(self, accounts: int) -> int:
        """Tell how many accounts an organization of a size may close within the closure window."""
        if accounts < self.closure_share_from:
            return self.closures_in_small_organization
        if accounts <= self.closure_share_to:
            return accounts * self.closure_share // 100
        return self.closures_in_large_organization

    def invitations_allowed(self) -> int:
        """Tell how many invitations an organization may send in a day."""
        return max(self.invitations_per_day, self.accounts_per_organization)


def quotas_from(content: dict[str, Any], of_iam: dict[str, Any]) -> Quotas:
    """Make the quotas of what the files say."""
    policies = {
        entry["type"]: PolicyLimits(
            max_document=entry["max_document"],
            max_per_organization=entry["max_per_organization"],
            min_attached=entry["min_attached"],
            max_attached=entry["max_attached"],
            certainty=Certainty(entry.get("certainty", "confirmed")),
        )
        for entry in content["policy_types"]
    }
    rates = {operation: _rates(entry) for entry in content["request_rates"] for operation in entry["operations"]}
    values: dict[str, Any] = {entry["name"]: _value(entry) for entry in content["quotas"]}
    return Quotas(
        **values,
        policies=MappingProxyType(policies),
        iam=MappingProxyType(of_iam["quotas"]),
        request_rates=MappingProxyType(rates),
    )


def _value(entry: dict[str, Any]) -> int | timedelta:
    unit, value = str(entry["unit"]), int(entry["value"])
    return timedelta(**{unit: value}) if unit in {"days", "hours", "minutes", "seconds"} else value


def _rates(entry: dict[str, Any]) -> RequestRates:
    shared = entry.get("organization")
    return RequestRates(account=RequestRate(**entry["account"]), organization=RequestRate(**shared) if shared else None)
