"""Agreements: accepted by an account for itself, or by a management account for its organization.

Trusted access, membership and acceptance are three facts that are stored apart, and `covers` combines them.
So nothing has to be updated when trusted access is disabled, or an account joins or leaves.
Sources: https://docs.aws.amazon.com/artifact/latest/ug/managing-agreements.html
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from collections.abc import Iterator
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
from artifact_state.record import replace
from artifact_state.world import Transaction

ARTIFACT_DOCUMENTED_PRINCIPAL = "artifact.amazonaws.com"
ARTIFACT_SYNC_PRINCIPAL = "aws-artifact-account-sync.amazonaws.com"


def artifact_is_trusted(organization: Organization) -> bool:
    """Return whether AWS Artifact has trusted access to the organization, under either of its principals."""
    trusted = organization.trusted_services
    return ARTIFACT_DOCUMENTED_PRINCIPAL in trusted or ARTIFACT_SYNC_PRINCIPAL in trusted


def covers(state: State, acceptance: Acceptance, account_id: str, now: datetime) -> bool:
    """Return whether an accepted agreement covers an account at an instant, and so is accessible to it.

    An organization's agreement covers every current member while AWS Artifact has trusted access. It does not cover
    accounts that have left or were closed.
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
    """Return an iterator of the agreements in force for an organization, accessible or not."""
    return _in_force(state, organization.id)


def agreements(tx: Transaction, after: int = -1) -> Iterator[tuple[int, catalog.Agreement]]:
    """Return an iterator of the agreements offered in the caller's partition, which are the same for all accounts."""
    offered = catalog.agreements(tx.caller.partition)
    return ((position, agreement) for position, agreement in enumerate(offered) if position > after)


def agreement_of(acceptance: Acceptance) -> catalog.Agreement:
    """Return the agreement that was accepted."""
    return catalog.accepted_agreement(acceptance.partition, acceptance.agreement_id)


def get_nda(tx: Transaction, agreement_id: str) -> tuple[catalog.Agreement, str]:
    """Return an agreement and the token that accepts its non-disclosure agreement.

    Raises AgreementNotFound.
    """
    agreement = _agreement(tx, agreement_id)
    return agreement, issue(tx, TokenPurpose.ACCEPT_NDA, agreement.id)


def accept_nda(tx: Transaction, agreement_id: str, revision_id: str, token: str) -> str:
    """Accept the non-disclosure agreement, and return the token that gives access to the agreement.

    Raises AgreementNotFound, InvalidToken.
    """
    agreement = _agreement(tx, agreement_id)
    if revision_id != agreement.nda_revision_id:
        raise InvalidToken("agreementRevisionId")
    redeem(tx, token, TokenPurpose.ACCEPT_NDA, agreement.id, member="ndaToken")
    return issue(tx, TokenPurpose.GET_AGREEMENT, agreement.id)


def get_agreement(tx: Transaction, agreement_id: str, token: str) -> tuple[catalog.Agreement, str, str]:
    """Return the agreement, the token that accepts its terms and the token that executes it.

    Raises AgreementNotFound, InvalidToken.
    """
    agreement = _agreement(tx, agreement_id)
    redeem(tx, token, TokenPurpose.GET_AGREEMENT, agreement.id, member="ndaToken")
    terms = issue(tx, TokenPurpose.ACCEPT_TERMS, agreement.id)
    return agreement, terms, issue(tx, TokenPurpose.EXECUTE_AGREEMENT, agreement.id)


def accept_agreement(
    tx: Transaction, agreement_id: str, revision_id: str, *, terms_token: str, execute_token: str
) -> Acceptance:
    """Accept an agreement for the caller's account, or for all accounts of its organization.

    If the agreement is already in force, return the existing acceptance. Unverified: AWS models no conflict here.
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
    existing = next((acceptance for acceptance in in_force if acceptance.agreement_id == agreement.id), None)
    if existing is not None:
        return existing
    if len(in_force) >= tx.quotas.customer_agreements_in_force:
        raise TooManyAgreements(owner)
    return _put_in_force(tx, agreement, owner, organization)


def sign_offline(tx: Transaction, agreement_id: str) -> Acceptance:
    """Record an agreement that the caller's account signed with AWS outside AWS Artifact, regardless of quotas.

    If the agreement is already in force, return the existing acceptance. Raises AgreementNotFound.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    offline = catalog.offline_agreements(tx.caller.partition)
    agreement = next((agreement for agreement in offline if agreement.id == agreement_id), None)
    if agreement is None:
        raise AgreementNotFound(agreement_id)
    owner = tx.caller.account_id
    existing = (acceptance for acceptance in _in_force(tx.state, owner) if acceptance.agreement_id == agreement.id)
    return next(existing, None) or _put_in_force(tx, agreement, owner, None)


def customer_agreements(
    tx: Transaction, after: int = -1, *, sees_organization: bool = True
) -> Iterator[tuple[int, Acceptance]]:
    """Return an iterator of the agreements that cover the caller's account: its own and its organization's.

    The organization's are hidden from a caller that may not describe it.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/accept-org-agreement.html
    """
    account_id = tx.caller.account_id
    organization = organization_of(tx.state, account_id, tx.now) if sees_organization else None
    owners = [account_id, organization.id] if organization else [account_id]
    accepted = merge(*(tx.state.accepted_by.get(owner, OrderedMap()).after(after) for owner in owners))
    return (
        (serial, acceptance)
        for serial, acceptance_id in accepted
        if covers(tx.state, acceptance := tx.state.acceptances[acceptance_id], account_id, tx.now)
    )


def get_customer_agreement(
    tx: Transaction, customer_agreement_id: str, *, sees_organization: bool = True
) -> tuple[Acceptance, str | None]:
    """Return an agreement that covers the caller's account, and a termination token if the caller may terminate it.

    Raises CustomerAgreementNotFound, AgreementDenied.
    """
    acceptance = _require_access(tx, customer_agreement_id)
    if acceptance.organization_id is not None and not sees_organization:
        raise AgreementDenied(AgreementDenial.ORGANIZATION_HIDDEN)
    if acceptance.account_id != tx.caller.account_id or agreement_of(acceptance).offline:
        return acceptance, None
    return acceptance, issue(tx, TokenPurpose.TERMINATE_AGREEMENT, acceptance.id)


def terminate_agreement(tx: Transaction, customer_agreement_id: str, token: str) -> Acceptance:
    """Terminate an agreement that the caller's account accepted and that was not signed offline.

    Raises CustomerAgreementNotFound, AgreementDenied, InvalidToken.
    Source: https://docs.aws.amazon.com/artifact/latest/ug/terminate-org-agreement.html
    https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    acceptance = _require_access(tx, customer_agreement_id)
    if acceptance.account_id != tx.caller.account_id:
        raise AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)
    if agreement_of(acceptance).offline:
        raise AgreementDenied(AgreementDenial.OFFLINE_AGREEMENT)
    redeem(tx, token, TokenPurpose.TERMINATE_AGREEMENT, acceptance.id, member="terminateAgreementToken")
    return _terminate(tx, acceptance, TerminatedBy.CUSTOMER)


def terminate_by_aws(tx: Transaction, customer_agreement_id: str) -> Acceptance:
    """Terminate any agreement in force on behalf of AWS.

    Raises CustomerAgreementNotFound.
    Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_CustomerAgreementSummary.html
    """
    acceptance = tx.state.acceptances.get(customer_agreement_id)
    if acceptance is None or acceptance.effective_end is not None:
        raise CustomerAgreementNotFound(customer_agreement_id)
    return _terminate(tx, acceptance, TerminatedBy.AWS)


def _in_force(state: State, owner: str) -> Iterator[Acceptance]:
    accepted = (state.acceptances[acceptance_id] for acceptance_id in state.accepted_by.get(owner, OrderedMap()))
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
    tx.insert("accepted_by", owner, accepted)
    tx.record(AgreementAccepted(at=tx.now, account_id=acceptance.account_id, customer_agreement_id=acceptance.id))
    return acceptance


def _terminate(tx: Transaction, acceptance: Acceptance, by: TerminatedBy) -> Acceptance:
    terminated = replace(acceptance, effective_end=tx.now, terminated_by=by)
    tx.put(terminated)
    tx.record(AgreementTerminated(at=tx.now, account_id=terminated.account_id, customer_agreement_id=terminated.id))
    return terminated


def _agreement(tx: Transaction, agreement_id: str) -> catalog.Agreement:
    agreement = catalog.agreement(tx.caller.partition, agreement_id)
    if agreement is None:
        raise AgreementNotFound(agreement_id)
    return agreement


def _require_organization(tx: Transaction) -> Organization:
    """Return the organization for which the caller may accept agreements.

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


def _require_access(tx: Transaction, customer_agreement_id: str) -> Acceptance:
    """Return an agreement that covers the caller's account.

    A member is denied access while AWS Artifact has no trusted access; for other accounts the agreement does not exist.
    Raises CustomerAgreementNotFound, AgreementDenied.
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
