"""Export of an account: its details, accepted agreements and settings, in or outside an organization."""

from artifact_state import arns
from artifact_state.artifact.agreements import agreement_of
from artifact_state.iam.aliases import alias_of
from artifact_state.iam.root_logins import has_root_login
from artifact_state.iam.settings import settings_of
from artifact_state.model import Acceptance, NotificationSubscription, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.accounts import account_of
from artifact_state.scenarios.schema import EndedAgreement, IamSettingsScenario, PasswordPolicyScenario


def account_name(state: State, account_id: str) -> dict[str, str | None]:
    """Return the name and the e-mail address of an account, each None if it is the default for the id.

    A paired account in AWS GovCloud (US) has the address of its commercial account, which a scenario cannot repeat.
    """
    account, default = account_of(state, account_id), account_of(State(), account_id)
    is_owner = state.emails.get(account.email.lower(), account_id) == account_id
    return {
        "name": account.name if account.name != default.name else None,
        "email": account.email if account.email != default.email and is_owner else None,
    }


def standalone_partition(state: State, account_id: str) -> str:
    """Return the partition of a standalone account, which only its agreements or its commercial account reveal."""
    for acceptance_id in state.accepted_by.get(account_id, OrderedMap()):
        return state.acceptances[acceptance_id].partition
    return arns.GOVCLOUD if account_id in state.govcloud_accounts.values() else arns.COMMERCIAL


def accepted_agreements(state: State, owner: str) -> list[str | EndedAgreement]:
    """Return the agreements that an account or an organization accepted, the oldest first."""
    return [
        _accepted_agreement(state.acceptances[acceptance_id])
        for acceptance_id in state.accepted_by.get(owner, OrderedMap())
    ]


def notifications(state: State, account_id: str) -> bool | None:
    """Return True if an account is subscribed to notifications, and None otherwise."""
    return state.notification_subscriptions.get(account_id) is NotificationSubscription.SUBSCRIBED or None


def iam_settings(state: State, account_id: str) -> IamSettingsScenario:
    """Return the settings of IAM for an account."""
    settings = settings_of(state, account_id)
    policy = settings.password_policy
    return IamSettingsScenario(
        alias=alias_of(state, account_id),
        password_policy=PasswordPolicyScenario.model_validate(policy, from_attributes=True) if policy else None,
        token_version=settings.token_version,
        role_manager=settings.role_manager_enabled,
        outbound_federation=state.outbound_federation.get(account_id),
        root_password=has_root_login(state, account_id),
    )


def _accepted_agreement(acceptance: Acceptance) -> str | EndedAgreement:
    name = agreement_of(acceptance).name
    if acceptance.terminated_by is None:
        return name
    return EndedAgreement(agreement=name, terminated=acceptance.terminated_by)
