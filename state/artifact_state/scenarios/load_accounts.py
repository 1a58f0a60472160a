"""Loading of an account: its details, settings and accepted agreements, in or outside an organization."""

from artifact_state import catalog
from artifact_state.artifact import agreements, settings
from artifact_state.iam import aliases, outbound_federation, root_logins
from artifact_state.iam import settings as iam_settings
from artifact_state.model import NotificationSubscription, TerminatedBy
from artifact_state.model.iam_settings import PasswordPolicy
from artifact_state.organizations import accounts
from artifact_state.scenarios.references import LoadContext, Place, ScenarioError, suggestion, with_places
from artifact_state.scenarios.schema import (
    Accepted,
    EndedAgreement,
    IamSettingsScenario,
    KnownAccount,
    MemberAccount,
    StandaloneAccount,
)


def load_standalone_account(context: LoadContext, place: Place, account: StandaloneAccount) -> None:
    """Create an account in no organization.

    Raises ScenarioError.
    """
    context.set_partition(account.id, account.partition)
    load_known_account(context, place, account)
    load_account_contents(context, place, account.id, account)


def load_known_account(context: LoadContext, place: Place, account: KnownAccount) -> None:
    """Register an account with a given id, and set its name and e-mail address.

    Raises ScenarioError.
    """
    context.register_account(place, account.id, account.id, account.name)
    context.check_email(place, account.email, account.id)
    set_details(context, place, account.id, account)


def set_details(context: LoadContext, place: Place, account_id: str, account: KnownAccount | MemberAccount) -> None:
    """Set the name and the e-mail address of an account, if the scenario gives them.

    Raises ScenarioError.
    """
    with context.transaction(place, account_id) as tx:
        if account.name or account.email:
            accounts.set_account_details(tx, account_id, name=account.name, email=account.email)


def load_account_contents(
    context: LoadContext, place: Place, account_id: str, account: KnownAccount | MemberAccount
) -> None:
    """Set the notifications and the IAM settings of an account, and accept its own agreements.

    Raises ScenarioError.
    """
    if account.notifications is not None:
        with context.transaction((*place, "notifications"), account_id) as tx:
            status = "SUBSCRIBED" if account.notifications else "NOT_SUBSCRIBED"
            settings.update_notifications(tx, NotificationSubscription[status])
    _set_iam_settings(context, (*place, "iam"), account_id, account.iam)
    accept_agreements(context, (*place, "agreements"), account_id, account.agreements, for_organization=False)


def _set_iam_settings(context: LoadContext, place: Place, account_id: str, iam: IamSettingsScenario) -> None:
    if not iam.model_fields_set:
        return
    if iam.alias is not None:
        with context.transaction((*place, "alias"), account_id) as tx:
            aliases.create_alias(tx, iam.alias)
    with context.transaction(place, account_id) as tx:
        if iam.password_policy is not None:
            iam_settings.put_password_policy(tx, PasswordPolicy(**iam.password_policy.model_dump()))
        if iam.token_version != 1:
            iam_settings.set_token_version(tx, iam.token_version)
        if iam.role_manager:
            iam_settings.put_properties(tx, {iam_settings.ROLE_MANAGER_ENABLED: "true"})
        if iam.outbound_federation is not None:
            outbound_federation.enable(tx)
        if iam.outbound_federation is False:
            outbound_federation.disable(tx)
        if not iam.root_password:
            root_logins.delete_root_login(tx)


def suspend(context: LoadContext, place: Place, account_id: str) -> None:
    """Suspend an account.

    Raises ScenarioError.
    """
    with context.transaction((*place, "state"), account_id) as tx:
        accounts.suspend_account(tx, account_id)


def accept_agreements(
    context: LoadContext, place: Place, account_id: str, accepted: Accepted, *, for_organization: bool
) -> None:
    """Accept agreements as an account, and terminate those that the scenario says have ended.

    Raises ScenarioError.
    """
    for part_place, part in with_places(place, accepted):
        reference, ended = (part.agreement, part.terminated) if isinstance(part, EndedAgreement) else (part, None)
        partition = context.partition_of(account_id)
        agreement = _find_agreement(part_place, reference, partition, for_organization=for_organization)
        if agreement.offline:
            _sign_offline(context, part_place, account_id, agreement, ended)
        else:
            _accept(context, part_place, account_id, agreement, ended)


def _accept(
    context: LoadContext, place: Place, account_id: str, agreement: catalog.Agreement, ended: TerminatedBy | None
) -> None:
    with context.transaction(place, account_id) as tx:
        _, token = agreements.get_nda(tx, agreement.id)
        token = agreements.accept_nda(tx, agreement.id, agreement.nda_revision_id, token)
        _, terms, execute = agreements.get_agreement(tx, agreement.id, token)
        acceptance = agreements.accept_agreement(
            tx, agreement.id, agreement.revision_id, terms_token=terms, execute_token=execute
        )
        if ended is TerminatedBy.AWS:
            agreements.terminate_by_aws(tx, acceptance.id)
        if ended is TerminatedBy.CUSTOMER:
            _, termination = agreements.get_customer_agreement(tx, acceptance.id)
            agreements.terminate_agreement(tx, acceptance.id, str(termination))


def _sign_offline(
    context: LoadContext, place: Place, account_id: str, agreement: catalog.Agreement, ended: TerminatedBy | None
) -> None:
    if ended is TerminatedBy.CUSTOMER:
        raise ScenarioError((*place, "terminated"), "a customer cannot terminate an agreement that was signed offline")
    with context.transaction(place, account_id) as tx:
        acceptance = agreements.sign_offline(tx, agreement.id)
        if ended is TerminatedBy.AWS:
            agreements.terminate_by_aws(tx, acceptance.id)


def _find_agreement(place: Place, reference: str, partition: str, *, for_organization: bool) -> catalog.Agreement:
    known = (*catalog.agreements(partition), *catalog.offline_agreements(partition))
    offered = [agreement for agreement in known if agreement.for_organization is for_organization]
    for agreement in offered:
        if reference in (agreement.id, agreement.name):
            return agreement
    kind = "organization" if for_organization else "account"
    names = suggestion(reference, [agreement.name for agreement in offered])
    raise ScenarioError(place, f"there is no {kind} agreement {reference!r}{names}")
