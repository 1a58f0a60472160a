"""The catalog: the data that AWS offers to every account, loaded from dated and sourced files on first use.

It has the services that work with AWS Organizations and their service-linked roles, the AWS managed policies, the
agreements and reports of AWS Artifact, the types of organization policies, and the quotas. It knows no account: the
state of accounts belongs to a world. This module has the lookups; `loading` reads the files, and the `*records`
modules define the records.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from artifact_state.catalog import loading
from artifact_state.catalog.aws_policies import ManagedPolicy, PolicyVersion, managed_policies
from artifact_state.catalog.aws_policies import managed_policy as _policy_by_name
from artifact_state.catalog.records import Agreement, Certainty, LinkedRole, Subject, TrustedService

if TYPE_CHECKING:
    from artifact_state.catalog.policy_grammar_records import ObjectGrammar
    from artifact_state.catalog.policy_type_records import OrganizationPolicy, PolicyType
    from artifact_state.catalog.quota_records import PolicyLimits, Quotas, RequestRate, RequestRates
    from artifact_state.catalog.rate_records import SharedRate
    from artifact_state.catalog.report_records import Publication, Report, ReportVersion, TermAcceptance, Upload

__all__ = [
    "Agreement",
    "Certainty",
    "LinkedRole",
    "ManagedPolicy",
    "OrganizationPolicy",
    "PolicyLimits",
    "PolicyType",
    "PolicyVersion",
    "Publication",
    "Quotas",
    "Report",
    "ReportVersion",
    "RequestRate",
    "RequestRates",
    "SharedRate",
    "Subject",
    "TermAcceptance",
    "TrustedService",
    "Upload",
    "accepted_agreement",
    "actions_of",
    "agreement",
    "agreements",
    "delegable_actions",
    "identity_provider_claims",
    "linked_role_of",
    "managed_policies",
    "managed_policy",
    "offline_agreements",
    "policy_grammar",
    "policy_type",
    "policy_types",
    "quotas",
    "rcp_services",
    "read_services",
    "report",
    "reports",
    "resource_types",
    "saml_attributes",
    "service_names",
    "service_of",
    "shared_rates",
    "tracked_actions",
    "trusted_services",
    "unconfirmed_linked_roles",
]

# A dataclass takes a millisecond to create, so the records that a start does not need are imported on first use.
_RECORD_MODULES = {
    "OrganizationPolicy": "policy_type_records",
    "PolicyType": "policy_type_records",
    "PolicyLimits": "quota_records",
    "Quotas": "quota_records",
    "RequestRate": "quota_records",
    "RequestRates": "quota_records",
    "SharedRate": "rate_records",
    "Publication": "report_records",
    "Report": "report_records",
    "ReportVersion": "report_records",
    "TermAcceptance": "report_records",
    "Upload": "report_records",
}


def __getattr__(name: str) -> Any:
    """Return a record class that is imported on first use."""
    module = _RECORD_MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


@cache
def trusted_services() -> tuple[TrustedService, ...]:
    """Return the services that AWS Organizations integrates with, by name, also those without trusted access."""
    return loading.load_services()


def read_services(entries: Iterable[dict[str, Any]]) -> tuple[TrustedService, ...]:
    """Read definitions of services that a world has besides AWS's, or in place of AWS's with the same principal.

    An entry is written as in `services.json`: a name, principals, and what differs from a service with trusted access,
    without delegated administrators and without roles. Raises ValueError for an invalid entry.
    """
    return tuple(map(loading.added_service, entries))


def service_of(principal: str, added: Sequence[TrustedService] = ()) -> TrustedService | None:
    """Return the service of a principal, or None if AWS Organizations does not recognize it.

    `added` are a world's own services; the last one with the principal takes precedence.
    """
    own = next((service for service in reversed(added) if principal in service.principals), None)
    return own or _services_by_principal().get(principal)


def linked_role_of(service_principal: str, added: Sequence[TrustedService] = ()) -> LinkedRole | None:
    """Return the service-linked role that trusts a service principal, which may differ from the enabled principal.

    `added` are a world's own services; the last one with such a role takes precedence.
    """
    roles = (role for service in reversed(added) for role in reversed(service.roles))
    own = next((role for role in roles if role.principal == service_principal), None)
    return own or _roles_by_principal().get(service_principal) or _other_roles_by_principal().get(service_principal)


@cache
def unconfirmed_linked_roles() -> frozenset[str]:
    """Return the principals of services whose service-linked roles are not known with certainty."""
    return loading.load_unconfirmed_linked_roles()


def managed_policy(tail: str) -> ManagedPolicy | None:
    """Return the AWS managed policy with a name, or with a path and name as at the end of its ARN, or None."""
    name = tail.rpartition("/")[2]
    policy = _policy_by_name(name)
    return policy if policy and tail.strip("/") in {name, f"{policy.path}{name}".strip("/")} else None


@cache
def agreements(partition: str) -> tuple[Agreement, ...]:
    """Return the agreements that can be accepted in a partition, in AWS's order."""
    return loading.load_agreements(partition)


@cache
def offline_agreements(partition: str) -> tuple[Agreement, ...]:
    """Return the agreements of a partition that are signed outside AWS Artifact, which can only show them.

    Source: https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    return loading.load_offline_agreements(partition)


def agreement(partition: str, agreement_id: str) -> Agreement | None:
    """Return an agreement that can be accepted in a partition, or None."""
    return next((agreement for agreement in agreements(partition) if agreement.id == agreement_id), None)


def accepted_agreement(partition: str, agreement_id: str) -> Agreement:
    """Return the agreement of an acceptance, which may be an offline agreement.

    Raises LookupError.
    """
    for agreement in (*agreements(partition), *offline_agreements(partition)):
        if agreement.id == agreement_id:
            return agreement
    raise LookupError(agreement_id)


@cache
def reports() -> "tuple[Report, ...]":
    """Return the reports of AWS and of third parties by id, withdrawn ones included."""
    return loading.load_reports()


def report(report_id: str) -> "Report | None":
    """Return the report with an id, or None."""
    return _reports_by_id().get(report_id)


@cache
def policy_types() -> "tuple[PolicyType, ...]":
    """Return the types of organization policies, in AWS's order."""
    return loading.load_policy_types()


def policy_type(name: str) -> "PolicyType | None":
    """Return the type of organization policies with a name, or None."""
    return next((policy_type for policy_type in policy_types() if policy_type.name == name), None)


@cache
def policy_grammar(policy_type: str) -> "ObjectGrammar":
    """Return the grammar of a type of management or declarative policies, such as `TAG_POLICY`."""
    return loading.load_policy_grammar(policy_type)


@cache
def rcp_services() -> frozenset[str]:
    """Return the prefixes of the services that support resource control policies, such as `s3`."""
    return loading.load_rcp_services()


@cache
def delegable_actions() -> frozenset[str]:
    """Return the actions that an organization's resource policy may delegate to its members."""
    return loading.load_delegable_actions()


@cache
def identity_provider_claims() -> dict[str, frozenset[str]]:
    """Return the claims of identity providers that are condition keys, by the pattern of the providers' names."""
    return loading.load_identity_provider_claims()


@cache
def saml_attributes() -> dict[str, str]:
    """Return the condition keys that attributes of a SAML assertion become, by the names of the attributes."""
    return loading.load_saml_attributes()


@cache
def quotas() -> "Quotas":
    """Return AWS's quotas; a world may have others."""
    return loading.load_quotas()


@cache
def shared_rates() -> "tuple[SharedRate, ...]":
    """Return the request rates that operations of a service share; those of AWS Organizations are in the quotas."""
    return loading.load_shared_rates()


@cache
def service_names() -> dict[str, str]:
    """Return the names of all services by namespace, such as `s3`, sorted by namespace."""
    return loading.load_service_names()


def tracked_actions(service: str) -> tuple[str, ...]:
    """Return the actions of a service whose use AWS tracks, by its namespace."""
    return _tracked_actions().get(service, ())


def resource_types(action: str) -> frozenset[str]:
    """Return the types of resources of an action such as `organizations:MoveAccount`; most actions have none."""
    return _resource_types().get(action, frozenset())


@cache
def actions_of(service: str) -> frozenset[str]:
    """Return the actions of a service in lower case, such as `iam:getrole`."""
    return frozenset(action.lower() for action in _resource_types() if action.startswith(f"{service}:"))


@cache
def _resource_types() -> dict[str, frozenset[str]]:
    return loading.load_resource_types()


@cache
def _services_by_principal() -> dict[str, TrustedService]:
    return {principal: service for service in trusted_services() for principal in service.principals}


@cache
def _roles_by_principal() -> dict[str, LinkedRole]:
    own = loading.load_organizations_role()
    return {role.principal: role for service in trusted_services() for role in service.roles} | {own.principal: own}


@cache
def _other_roles_by_principal() -> dict[str, LinkedRole]:
    return {role.principal: role for role in loading.load_linked_roles()}


@cache
def _tracked_actions() -> dict[str, tuple[str, ...]]:
    return loading.load_tracked_actions()


@cache
def _reports_by_id() -> "dict[str, Report]":
    return {report.id: report for report in reports()}
