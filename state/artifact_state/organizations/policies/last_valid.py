"""The last valid effective policies: while merged policies are invalid, AWS keeps the last valid one in effect.

Which one that is cannot be derived from the policies as they are now. So a change that leaves merged policies invalid
stores what was in effect before it.
Source: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_backup_copy_inheritance.json
"""

from collections.abc import Iterable, Iterator

from artifact_state import catalog
from artifact_state.model import Organization, PolicyType, State
from artifact_state.organizations.paths import account_path, unit_path
from artifact_state.organizations.policies.attachments import is_type_enabled, policies_of_type, policy_targets
from artifact_state.record import replace
from artifact_state.world import Transaction


def keep_last_valid(tx: Transaction, before: State, organization_id: str, policy_type: PolicyType) -> None:
    """Store what was in effect before a change of policies, for the accounts whose policies are invalid after it."""
    organization = tx.state.organizations[organization_id]
    if not _has_effective_policies(organization, policy_type):
        return
    # Only changes of such policies need the rules of inheritance.
    from artifact_state.organizations.policies.effective import accounts_with_errors, has_errors  # noqa: PLC0415

    paths = _paths_with_attachments(tx.state, organization, policy_type)
    if any(has_errors(tx.state, organization, path, policy_type) for path in paths):
        accounts = accounts_with_errors(tx.state, organization, policy_type, tx.now)
        invalid = [listed[0].id for _, listed in accounts if listed is not None]
        _store(tx, before, organization, policy_type, invalid)


def keep_last_valid_of_account(tx: Transaction, before: State, organization_id: str, account_id: str) -> None:
    """Store what was in effect before an account moved, for the types whose policies are invalid after it."""
    organization = tx.state.organizations[organization_id]
    for policy_type in organization.enabled_policy_types:
        if not _has_effective_policies(organization, policy_type):
            continue
        from artifact_state.organizations.policies.effective import has_errors  # noqa: PLC0415

        if has_errors(tx.state, organization, account_path(tx.state, account_id), policy_type):
            _store(tx, before, tx.state.organizations[organization_id], policy_type, [account_id])


def _has_effective_policies(organization: Organization, policy_type: PolicyType) -> bool:
    described = catalog.policy_type(policy_type.value)
    return bool(described and described.has_effective_policy) and is_type_enabled(organization, policy_type)


def _paths_with_attachments(
    state: State, organization: Organization, policy_type: PolicyType
) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the targets that policies of a type are attached to."""
    policies = (state.policies[policy_id] for policy_id in policies_of_type(organization, policy_type).by_creation)
    targets = {target_id for policy in policies for _, target_id in policy_targets(state, organization, policy)}
    for target_id in filter(None, targets):
        yield unit_path(state, target_id) if target_id in state.units else account_path(state, target_id)


def _store(
    tx: Transaction, before: State, organization: Organization, policy_type: PolicyType, account_ids: Iterable[str]
) -> None:
    from artifact_state.organizations.policies.effective import effective_policy  # noqa: PLC0415

    policies = policies_of_type(organization, policy_type)
    last_valid = policies.last_valid
    earlier = before.organizations[organization.id]
    for account_id in account_ids:
        membership = before.memberships[account_id]
        content = effective_policy(before, earlier, membership, policy_type).content
        last_valid = last_valid.set(membership.serial, content)
    policies = replace(policies, last_valid=last_valid)
    tx.put(replace(organization, policies=organization.policies.insert(policy_type.value, policies)))
