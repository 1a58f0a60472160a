"""Trusted access: the services that are enabled to work in an organization's accounts.

The state stores the enabled service principals exactly as they were passed; the effects of trusted access are derived
from them. Disabling deletes no other data.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from collections.abc import Iterator
from operator import attrgetter

from artifact_state import catalog
from artifact_state.artifact.agreements import ARTIFACT_SYNC_PRINCIPAL
from artifact_state.authority import require_management, require_management_or_delegate
from artifact_state.errors import Constraint, ConstraintViolated, InputReason, InvalidInput
from artifact_state.events import ServiceAccessDisabled, ServiceAccessEnabled
from artifact_state.iam.linked_roles import ARTIFACT_PRINCIPAL, ensure_linked_role
from artifact_state.model import FeatureSet, Organization, PolicyType, Trust
from artifact_state.record import replace
from artifact_state.world import Transaction

_REFUSED_ARTIFACT_PRINCIPAL = {"documented": ARTIFACT_SYNC_PRINCIPAL, "account-sync": ARTIFACT_PRINCIPAL}
"""The principal that a world refuses, by its option: AWS's documents name two for AWS Artifact."""


def enable_service_access(tx: Transaction, principal: str) -> None:
    """Enable trusted access for a service, and create its service-linked role in the management account if it has one.

    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html
    """
    organization = require_management(tx)
    service = _require_service(tx, principal)
    _require_all_features(organization)
    if principal not in organization.trusted_services:
        # AWS keeps the first DateEnabled.
        trust = Trust(principal=principal, serial=tx.serial(), since=tx.now)
        tx.put(replace(organization, trusted_services=organization.trusted_services.insert(principal, trust)))
        tx.record(ServiceAccessEnabled(at=tx.now, organization_id=organization.id, principal=principal))
    for role in service.roles:
        if role.created_in == "management":
            ensure_linked_role(tx, organization.management_account_id, role.principal)


def disable_service_access(tx: Transaction, principal: str) -> None:
    """Disable trusted access for a service; its roles and its data stay.

    Disabling a service that is not enabled is not an error: AWS's model has none for it.
    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisableAWSServiceAccess.html
    """
    organization = require_management(tx)
    _require_service(tx, principal)
    _require_all_features(organization)
    if any(_needs_trusted_access(policy_type, principal) for policy_type in organization.enabled_policy_types):
        raise ConstraintViolated(Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE)
    if principal in organization.trusted_services:
        tx.put(replace(organization, trusted_services=organization.trusted_services.remove(principal)))
        tx.record(ServiceAccessDisabled(at=tx.now, organization_id=organization.id, principal=principal))


def list_trusted_services(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Trust]]:
    """Return the enabled service principals with their positions, in the order of enabling.

    Raises NotInOrganization, WrongAccount, ConstraintViolated.
    """
    organization = require_management_or_delegate(tx)
    _require_all_features(organization)
    trusts = sorted(organization.trusted_services.values(), key=attrgetter("serial"))
    return ((trust.serial, trust) for trust in trusts if trust.serial > after)


def _require_service(tx: Transaction, principal: str) -> catalog.TrustedService:
    service = catalog.service_of(principal, tx.options.services)
    if service is None or _REFUSED_ARTIFACT_PRINCIPAL.get(tx.options.artifact_principal) == principal:
        raise InvalidInput(InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL)
    return service


def _require_all_features(organization: Organization) -> None:
    if organization.feature_set is not FeatureSet.ALL:
        raise ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)


def _needs_trusted_access(policy_type: PolicyType, principal: str) -> bool:
    """Return whether a policy type can only be enabled while a service has trusted access."""
    described = catalog.policy_type(policy_type.value)
    return described is not None and described.service_principal == principal
