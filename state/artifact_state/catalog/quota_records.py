"""The records of `quotas.json` and `iam_quotas.json`: AWS's quotas and request rates."""

from collections.abc import Mapping
from datetime import timedelta

from artifact_state.catalog.records import Certainty
from artifact_state.record import Record


class PolicyLimits(Record):
    """The quotas of one type of organization policies."""

    max_document: int
    """In characters, including white space."""
    max_per_organization: int
    min_attached: int
    max_attached: int
    certainty: Certainty = Certainty.CONFIRMED


class RequestRate(Record):
    """A token bucket: its refill rate and its capacity."""

    per_second: float
    burst: int


class RequestRates(Record):
    """The rates of an operation: for one account, and for all accounts of an organization together."""

    account: RequestRate
    organization: RequestRate | None = None


class Quotas(Record):
    """The quotas of a world; change one with `dataclasses.replace`.

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
    """In percent of the accounts."""
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
    """The quotas of IAM by AWS's names, such as `UsersPerAccount`."""
    request_rates: Mapping[str, RequestRates]
    """By operation of AWS Organizations; the rate of a missing operation is unknown."""

    def closures_allowed(self, accounts: int) -> int:
        """Return how many accounts an organization of a size may close within the closure window."""
        if accounts < self.closure_share_from:
            return self.closures_in_small_organization
        if accounts <= self.closure_share_to:
            return accounts * self.closure_share // 100
        return self.closures_in_large_organization

    def invitations_allowed(self) -> int:
        """Return how many invitations an organization may send in a day."""
        return max(self.invitations_per_day, self.accounts_per_organization)
