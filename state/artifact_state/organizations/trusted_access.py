"""Trusted access: which services an organization lets work in its accounts.

The fact stored is the set of principals, exactly as they were enabled. What a service can then do
follows from it; disabling deletes nothing.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from artifact_state import catalog
from artifact_state.artifact.agreements import ARTIFACT_SYNC_PRINCIPAL
from artifact_state.authority import require_management, require_management_or_delegate
from artifact_state.errors import Constraint, ConstraintViolated, InputReason, InvalidInput
from artifact_state.events import ServiceAccessDisabled, ServiceAccessEnabled
from artifact_state.iam.linked_roles import ARTIFACT_PRINCIPAL, ensure_linked_role
from artifact_state.model import FeatureSet, Organization, PolicyType, Trust
from artifact_state.world import Transaction


def enable_service_access(tx: Transaction, principal: str) -> None:
    """Let a service work with the organization, and give it its role where its page says so.

    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html
    """
    organization = require_management(tx)
    service = _trusted_service(tx, principal)
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
    """Let a service no longer work with the organization; its roles and its data remain.

    A service that was not enabled is no error: AWS models none.
    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisableAWSServiceAccess.html
    """
    organization = require_management(tx)
    _trusted_service(tx, principal)
    _require_all_features(organization)
    if any(_needs(one, principal) for one in organization.enabled_policy_types):
        raise ConstraintViolated(Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE)
    if principal in organization.trusted_services:
        trusted = organization.trusted_services.remove(principal)
        tx.put(replace(organization, trusted_services=trusted))
        tx.record(ServiceAccessDisabled(at=tx.now, organization_id=organization.id, principal=principal))


def trusted_services(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Trust]]:
    """Go through the enabled principals, the longest enabled first.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management_or_delegate(tx)
    enabled = sorted(organization.trusted_services.values(), key=attrgetter("serial"))
    return ((one.serial, one) for one in enabled if one.serial > after)


def _trusted_service(tx: Transaction, principal: str) -> catalog.TrustedService:
    service = catalog.service_of(principal)
    refused = {"documented": ARTIFACT_SYNC_PRINCIPAL, "account-sync": ARTIFACT_PRINCIPAL}
    if service is None or refused.get(tx.options.artifact_principal) == principal:
        raise InvalidInput(InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL)
    return service


def _require_all_features(organization: Organization) -> None:
    if organization.feature_set is not FeatureSet.ALL:
        raise ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)


def _needs(policy_type: PolicyType, principal: str) -> bool:
    """Tell whether a type of policies is a service's, which must have trusted access while it is enabled."""
    described = catalog.policy_type(policy_type.value)
    return described is not None and described.service_principal == principal
