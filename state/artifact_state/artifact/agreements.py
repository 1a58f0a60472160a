"""Agreements: accepted by an account for itself, or by a management account for its organization.

Trusted access, membership and acceptance are three facts, stored apart. Whom an acceptance covers is
one pure question over them, `covers`; so there is nothing to do when access is disabled, an account
joins or one leaves.
Sources: https://docs.aws.amazon.com/artifact/latest/ug/managing-agreements.html
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from heapq import merge

from artifact_state import catalog, ids
from artifact_state.artifact.tokens import issue, redeem
from artifact_state.authority import organization_of
from artifact_state.errors import (
    AgreementDenial,
    AgreementDenied,
    AgreementNotFound,
    CustomerAgreementNotFound,
    InvalidToken,
    TooManyAgreements,
)
from artifact_state.events import AgreementAccepted, AgreementTerminated
from artifact_state.model import Acceptance, FeatureSet, Organization, State, TerminatedBy, TokenPurpose
from artifact_state.ordered_map import OrderedMap
from artifact_state.world import Transaction

ARTIFACT_DOCUMENTED_PRINCIPAL = "artifact.amazonaws.com"
ARTIFACT_SYNC_PRINCIPAL = "aws-artifact-account-sync.amazonaws.com"


def artifact_is_trusted(organization: Organization) -> bool:
    """Tell whether AWS Artifact may see the organization: one of its two principals is enabled."""
    trusted = organization.trusted_services
    return ARTIFACT_DOCUMENTED_PRINCIPAL in trusted or ARTIFACT_SYNC_PRINCIPAL in trusted


def covers(state: State, acceptance: Acceptance, account_id: str, now: datetime) -> bool:
    """Tell whether an accepted agreement covers an account, and so can be reached by it, at an instant.

    An organization's agreement covers every member, however long it has been one, while the
    organization trusts Artifact; it covers nobody who has left, and no account that was closed.
    """
    if acceptance.effective_end is not None:
        return False
    if acceptance.organization_id is None:
        return acceptance.account_id == account_id
    organization = organization_of(state, account_id, now)
    return (
        organization is not None
        and organization.id == acceptance.organization_id
        and organization.feature_set is FeatureSet.ALL
        and artifact_is_trusted(organization)
        and not _is_closed(state, account_id, now)
    )


def organization_acceptances(state: State, organization: Organization) -> Iterator[Acceptance]:
    """Go through the agreements that are in force for an organization, reachable or not."""
    return _in_force(state, organization.id)


def agreements(tx: Transaction, after: int = -1) -> Iterator[tuple[int, catalog.Agreement]]:
    """Go through the agreements that can be accepted in the caller's partition; all accounts see all."""
    return ((at, one) for at, one in enumerate(catalog.agreements(tx.caller.partition)) if at > after)


def agreement_of(acceptance: Acceptance) -> catalog.Agreement:
    """Give the agreement that was accepted."""
    return catalog.agreement_of(acceptance.partition, acceptance.agreement_id)


def get_nda(tx: Transaction, agreement_id: str) -> tuple[catalog.Agreement, str]:
    """Give the agreement and the token with which its non-disclosure agreement is accepted.

    Raises AgreementNotFound.
    """
    agreement = _agreement(tx, agreement_id)
    return agreement, issue(tx, TokenPurpose.ACCEPT_NDA, agreement.id)


def accept_nda(tx: Transaction, agreement_id: str, revision_id: str, token: str) -> str:
    """Accept the non-disclosure agreement; give the token with which the agreement can be read.

    Raises AgreementNotFound, InvalidToken.
    """
    agreement = _agreement(tx, agreement_id)
    if revision_id != agreement.nda_revision_id:
        raise InvalidToken("agreementRevisionId")
    redeem(tx, token, TokenPurpose.ACCEPT_NDA, agreement.id, member="ndaToken")
    return issue(tx, TokenPurpose.GET_AGREEMENT, agreement.id)


def get_agreement(tx: Transaction, agreement_id: str, token: str) -> tuple[catalog.Agreement, str, str]:
    """Give the agreement, the token that agrees to its terms and the token that executes it.

    Raises AgreementNotFound, InvalidToken.
    """
    agreement = _agreement(tx, agreement_id)
    redeem(tx, token, TokenPurpose.GET_AGREEMENT, agreement.id, member="ndaToken")
    terms = issue(tx, TokenPurpose.ACCEPT_TERMS, agreement.id)
    return agreement, terms, issue(tx, TokenPurpose.EXECUTE_AGREEMENT, agreement.id)


def accept_agreement(
    tx: Transaction, agreement_id: str, revision_id: str, *, terms_token: str, execute_token: str
) -> Acceptance:
    """Accept an agreement for the caller's account or, if it is an organization's, for all its accounts.

    Accepting one that is in force gives the one in force. Unverified: AWS models no conflict here.
    Raises AgreementNotFound, AgreementDenied, InvalidToken, TooManyAgreements.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/accept-org-agreement.html
    """
    agreement = _agreement(tx, agreement_id)
    organization = _require_organization(tx) if agreement.for_organization else None
    if revision_id != agreement.revision_id:
        raise InvalidToken("agreementRevisionId")
    redeem(tx, terms_token, TokenPurpose.ACCEPT_TERMS, agreement.id, member="acceptanceTermsToken")
    redeem(tx, execute_token, TokenPurpose.EXECUTE_AGREEMENT, agreement.id, member="executeAgreementToken")
    owner = organization.id if organization else tx.caller.account_id
    in_force = list(_in_force(tx.state, owner))
    again = next((one for one in in_force if one.agreement_id == agreement.id), None)
    if again is not None:
        return again
    if len(in_force) >= tx.quotas.customer_agreements_in_force:
        raise TooManyAgreements(owner)
    return _put_in_force(tx, agreement, owner, organization)


def sign_offline(tx: Transaction, agreement_id: str) -> Acceptance:
    """Let the caller's account have an agreement that it signed with AWS outside AWS Artifact, whatever the quota.

    One that is in force is given as it is. Raises AgreementNotFound.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    offline = catalog.offline_agreements(tx.caller.partition)
    agreement = next((one for one in offline if one.id == agreement_id), None)
    if agreement is None:
        raise AgreementNotFound(agreement_id)
    owner = tx.caller.account_id
    again = (one for one in _in_force(tx.state, owner) if one.agreement_id == agreement.id)
    return next(again, None) or _put_in_force(tx, agreement, owner, None)


def customer_agreements(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Acceptance]]:
    """Go through the agreements that cover the caller's account: its own and its organization's."""
    account_id = tx.caller.account_id
    organization = organization_of(tx.state, account_id, tx.now)
    owners = [account_id, organization.id] if organization else [account_id]
    accepted = merge(*(tx.state.accepted_by.get(owner, OrderedMap()).after(after) for owner in owners))
    return (
        (serial, acceptance)
        for serial, one in accepted
        if covers(tx.state, acceptance := tx.state.acceptances[one], account_id, tx.now)
    )


def get_customer_agreement(tx: Transaction, customer_agreement_id: str) -> tuple[Acceptance, str | None]:
    """Give an agreement that covers the caller's account, and to its owner the token that ends it, if one may.

    Raises CustomerAgreementNotFound, AgreementDenied.
    """
    acceptance = _reachable(tx, customer_agreement_id)
    if acceptance.account_id != tx.caller.account_id or agreement_of(acceptance).offline:
        return acceptance, None
    return acceptance, issue(tx, TokenPurpose.TERMINATE_AGREEMENT, acceptance.id)


def terminate_agreement(tx: Transaction, customer_agreement_id: str, token: str) -> Acceptance:
    """End an agreement, as the account that accepted it; one that was signed offline is not ended here.

    Raises CustomerAgreementNotFound, AgreementDenied, InvalidToken.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/terminate-org-agreement.html
    https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    acceptance = _reachable(tx, customer_agreement_id)
    if acceptance.account_id != tx.caller.account_id:
        raise AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)
    if agreement_of(acceptance).offline:
        raise AgreementDenied(AgreementDenial.OFFLINE_AGREEMENT)
    redeem(tx, token, TokenPurpose.TERMINATE_AGREEMENT, acceptance.id, member="terminateAgreementToken")
    return _ended(tx, acceptance, TerminatedBy.CUSTOMER)


def terminate_by_aws(tx: Transaction, customer_agreement_id: str) -> Acceptance:
    """End an agreement as AWS may, whoever accepted it and whether it can be reached or not.

    Raises CustomerAgreementNotFound.
    Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_CustomerAgreementSummary.html
    """
    acceptance = tx.state.acceptances.get(customer_agreement_id)
    if acceptance is None or acceptance.effective_end is not None:
        raise CustomerAgreementNotFound(customer_agreement_id)
    return _ended(tx, acceptance, TerminatedBy.AWS)


def _in_force(state: State, owner: str) -> Iterator[Acceptance]:
    accepted = (state.acceptances[one] for one in state.accepted_by.get(owner, OrderedMap()))
    return (acceptance for acceptance in accepted if acceptance.effective_end is None)


def _put_in_force(
    tx: Transaction, agreement: catalog.Agreement, owner: str, organization: Organization | None
) -> Acceptance:
    serial = tx.serial()
    acceptance = Acceptance(
        id=ids.customer_agreement_id(tx.state.seed, serial),
        serial=serial,
        agreement_id=agreement.id,
        partition=tx.caller.partition,
        account_id=tx.caller.account_id,
        organization_id=organization.id if organization else None,
        effective_start=tx.now,
    )
    tx.put(acceptance)
    accepted = tx.state.accepted_by.get(owner, OrderedMap()).set(serial, acceptance.id)
    tx.set(accepted_by=tx.state.accepted_by.insert(owner, accepted))
    tx.record(AgreementAccepted(at=tx.now, account_id=acceptance.account_id, customer_agreement_id=acceptance.id))
    return acceptance


def _ended(tx: Transaction, acceptance: Acceptance, by: TerminatedBy) -> Acceptance:
    ended = replace(acceptance, effective_end=tx.now, terminated_by=by)
    tx.put(ended)
    tx.record(AgreementTerminated(at=tx.now, account_id=ended.account_id, customer_agreement_id=ended.id))
    return ended


def _agreement(tx: Transaction, agreement_id: str) -> catalog.Agreement:
    agreement = catalog.agreement(tx.caller.partition, agreement_id)
    if agreement is None:
        raise AgreementNotFound(agreement_id)
    return agreement


def _require_organization(tx: Transaction) -> Organization:
    """Give the organization for which the caller may accept agreements.

    Raises AgreementDenied.
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None:
        raise AgreementDenied(AgreementDenial.NO_ORGANIZATION)
    if organization.management_account_id != tx.caller.account_id:
        raise AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)
    if organization.feature_set is not FeatureSet.ALL:
        raise AgreementDenied(AgreementDenial.ALL_FEATURES_REQUIRED)
    if not artifact_is_trusted(organization):
        raise AgreementDenied(AgreementDenial.TRUSTED_ACCESS_DISABLED)
    return organization


def _reachable(tx: Transaction, customer_agreement_id: str) -> Acceptance:
    """Give an agreement that covers the caller's account.

    To a member it is denied while its organization does not trust Artifact; to others it does not exist.
    """
    acceptance = tx.state.acceptances.get(customer_agreement_id)
    if acceptance is None:
        raise CustomerAgreementNotFound(customer_agreement_id)
    if covers(tx.state, acceptance, tx.caller.account_id, tx.now):
        return acceptance
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    outside = organization is None or organization.id != acceptance.organization_id
    if outside or acceptance.effective_end is not None or _is_closed(tx.state, tx.caller.account_id, tx.now):
        raise CustomerAgreementNotFound(customer_agreement_id)
    raise AgreementDenied(AgreementDenial.TRUSTED_ACCESS_DISABLED)


def _is_closed(state: State, account_id: str, now: datetime) -> bool:
    closure = state.closures.get(account_id)
    return closure is not None and now >= closure.closed_at
