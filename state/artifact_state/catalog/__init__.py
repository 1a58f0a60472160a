"""The catalogue: what AWS offers everyone, read from dated and sourced files on first use.

It knows the services that work with AWS Organizations and their linked roles, the policies that AWS
manages, the agreements and reports of AWS Artifact, the types of organization policies, and the quotas.
It knows nothing of any account: that is the world's.
"""
# ruff: noqa: PLC0415 - A dataclass takes a millisecond to make: those that no start needs are made when asked for.

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from artifact_state.catalog.records import (Agreement, Certainty, LinkedRole, ManagedPolicy, PolicyVersion, Subject, TrustedService)

if TYPE_CHECKING:
    from artifact_state.catalog.policy_type_records import OrganizationPolicy, PolicyType
    from artifact_state.catalog.quota_records import (PolicyLimits, Quotas, RequestRate, RequestRates)
    from artifact_state.catalog.rate_records import SharedRate
    from artifact_state.catalog.report_records import (Publication, Report, ReportVersion, TermAcceptance, Upload)

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
    "Subject",
    "TermAcceptance",
    "TrustedService",
    "Upload",
    "agreement",
    "agreement_of",
    "agreements",
    "linked_role_of",
    "managed_policies",
    "managed_policy",
    "offline_agreements",
    "policy_type",
    "policy_types",
    "quotas",
    "read_services",
    "report",
    "reports",
    "service_of",
    "shared_rates",
    "trusted_services",
]

_ADDED_SERVICE_DEFAULTS = {"supports_trusted_access": True, "supports_delegated_administrator": False, "roles": []}
_POLICY_TYPE_RECORDS = {"OrganizationPolicy", "PolicyType"}
_QUOTA_RECORDS = {"PolicyLimits", "Quotas", "RequestRate", "RequestRates"}
_REPORT_RECORDS = {"Publication", "Report", "ReportVersion", "TermAcceptance", "Upload"}


def __getattr__(name: str) -> Any:
    """Give a record of those that no start needs."""
    if name in _POLICY_TYPE_RECORDS:
        from artifact_state.catalog import policy_type_records

        return getattr(policy_type_records, name)
    if name in _QUOTA_RECORDS:
        from artifact_state.catalog import quota_records

        return getattr(quota_records, name)
    if name in _REPORT_RECORDS:
        from artifact_state.catalog import report_records

        return getattr(report_records, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def trusted_services() -> tuple[TrustedService, ...]:
    """Return the services that AWS Organizations integrates with, by name, also those without trusted access."""
    return tuple(_service(entry) for entry in _read("services")["services"])


def read_services(entries: list[dict[str, Any]]) -> tuple[TrustedService, ...]:
    """Read definitions of services that a world has besides AWS's, or in place of AWS's with the same principal.

    An entry is written as in `services.json`: a name, principals, and what differs from a service with trusted access,
    without delegated administrators and without roles. Raises ValueError for an invalid entry.
    """
    return tuple(map(_added_service, entries))


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
    return own or _roles_by_principal().get(service_principal)


@cache
def managed_policies() -> tuple[ManagedPolicy, ...]:
    """Give the policies that AWS manages and this catalogue has."""
    return tuple(_policy(entry) for entry in _read("managed_policies")["policies"])


def managed_policy(tail: str) -> ManagedPolicy | None:
    """Find a policy by its name, or by its path and name as they end its ARN."""
    name = tail.rpartition("/")[2]
    policy = _policies_by_name().get(name)
    return policy if policy and tail.strip("/") in {name, f"{policy.path}{name}".strip("/")} else None


@cache
def agreements(partition: str) -> tuple[Agreement, ...]:
    """Give the agreements that can be accepted in a partition, in AWS's own order."""
    return tuple(_agreement(entry) for entry in _read("agreements")["agreements"] if entry["partition"] == partition)


def agreement(partition: str, agreement_id: str) -> Agreement | None:
    """Find an agreement that can be accepted in a partition."""
    return next((one for one in agreements(partition) if one.id == agreement_id), None)


def agreement_of(partition: str, agreement_id: str) -> Agreement:
    """Give the agreement that somebody accepted, here or outside AWS Artifact.

    Raises LookupError.
    """
    for one in (*agreements(partition), *offline_agreements(partition)):
        if one.id == agreement_id:
            return one
    raise LookupError(agreement_id)


@cache
def offline_agreements(partition: str) -> tuple[Agreement, ...]:
    """Give the agreements that are signed outside AWS Artifact: they can only be looked at there.

    Source: https://docs.aws.amazon.com/artifact/latest/ug/manage-offline-agreement.html
    """
    entries = _read("agreements")["offline_agreements"]
    return tuple(_agreement(entry | {"offline": True}) for entry in entries if entry["partition"] == partition)


@cache
def reports() -> "tuple[Report, ...]":
    """Give the reports of AWS and of third parties, by id, withdrawn ones included."""
    from artifact_state.catalog.report_records import reports_from

    return reports_from(_read("reports"))


def report(report_id: str) -> "Report | None":
    """Find a report by its id."""
    return _reports_by_id().get(report_id)


@cache
def policy_types() -> "tuple[PolicyType, ...]":
    """Give the types of organization policies, in AWS's own order."""
    from artifact_state.catalog.policy_type_records import policy_types_from

    return policy_types_from(_read("policy_types"))


def policy_type(name: str) -> "PolicyType | None":
    """Find a type of organization policies by its name."""
    return next((one for one in policy_types() if one.name == name), None)


@cache
def delegable_actions() -> frozenset[str]:
    """Give the actions that an organization's resource policy may delegate to its members."""
    return frozenset(_read("delegable_actions")["actions"])


@cache
def quotas() -> "Quotas":
    """Give the quotas of AWS; a world may have others."""
    from artifact_state.catalog.quota_records import quotas_from

    return quotas_from(_read("quotas"), _read("iam_quotas"))


@cache
def shared_rates() -> "tuple[SharedRate, ...]":
    """Give the request rates that operations of a service share; those of AWS Organizations are among the quotas."""
    from artifact_state.catalog.rate_records import shared_rate_from

    return tuple(map(shared_rate_from, _read("request_rates")["rates"]))


def resource_types(action: str) -> frozenset[str]:
    """Name the types of resources that an action is about, such as `organizations:MoveAccount`; most have none."""
    return _resource_types().get(action, frozenset())


def resource_formats(action: str) -> dict[str, str]:
    """Give the forms of the ARNs of what an action is about, by type: `arn:${Partition}:iam::${Account}:user/...`."""
    service, formats = action.partition(":")[0], _read("actions")["resources"]
    return {kind: formats[f"{service}:{kind}"] for kind in sorted(resource_types(action))}


@cache
def actions_of(service: str) -> frozenset[str]:
    """Name the actions of a service as policies do, in lower case, such as `iam:getrole`."""
    return frozenset(one.lower() for one in _resource_types() if one.startswith(f"{service}:"))


@cache
def _resource_types() -> dict[str, frozenset[str]]:
    return {action: frozenset(types) for action, types in _read("actions")["actions"].items()}


@cache
def _services_by_principal() -> dict[str, TrustedService]:
    return {principal: service for service in trusted_services() for principal in service.principals}


@cache
def _roles_by_principal() -> dict[str, LinkedRole]:
    own = _role(_read("services")["organizations_role"])
    return {role.principal: role for service in trusted_services() for role in service.roles} | {own.principal: own}


@cache
def _policies_by_name() -> dict[str, ManagedPolicy]:
    return {policy.name: policy for policy in managed_policies()}


@cache
def _reports_by_id() -> "dict[str, Report]":
    return {one.id: one for one in reports()}


def _added_service(entry: dict[str, Any]) -> TrustedService:
    try:
        return _service(_ADDED_SERVICE_DEFAULTS | entry)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{entry.get('name', entry)!r} is not a valid service: {error!r}") from None


def _service(entry: dict[str, Any]) -> TrustedService:
    return TrustedService(
        name=entry["name"],
        principals=tuple(entry["principals"]),
        supports_trusted_access=entry["supports_trusted_access"],
        supports_delegated_administrator=entry["supports_delegated_administrator"],
        roles=tuple(map(_role, entry["roles"])),
        evidence=MappingProxyType(entry.get("evidence", {})),
        note=entry.get("note", ""),
        certainty=_certainty(entry),
    )


def _role(entry: dict[str, Any]) -> LinkedRole:
    return LinkedRole(**entry | {"certainty": _certainty(entry)})


def _policy(entry: dict[str, Any]) -> ManagedPolicy:
    return ManagedPolicy(
        name=entry["name"],
        path=entry["path"],
        policy_id=entry["policy_id"],
        policy_id_certainty=_certainty(entry, "policy_id_certainty"),
        description=entry["description"],
        created_at=datetime.fromisoformat(entry["create_date"]),
        updated_at=datetime.fromisoformat(entry["update_date"]),
        default_version_id=entry["default_version"],
        versions=tuple(
            PolicyVersion(
                version_id=version["version_id"],
                created_at=datetime.fromisoformat(version["create_date"]),
                document=json.dumps(version["document"], separators=(",", ":")),
            )
            for version in entry["versions"]
        ),
    )


def _agreement(entry: dict[str, Any]) -> Agreement:
    lists = {name: tuple(entry[name]) for name in ("acceptance_terms", "terminate_terms")}
    return Agreement(**entry | lists | {"subject": Subject(entry["subject"])})


def _certainty(entry: dict[str, Any], member: str = "certainty") -> Certainty:
    return Certainty(entry.get(member, Certainty.CONFIRMED.value))


@cache
def _read(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
