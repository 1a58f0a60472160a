"""Load the catalog's records from the data files beside this module.

Each function reads one file and builds the records of its entries. The lookups cache the results, so that every file
is read at most once; the record classes that no start needs are imported with the first file that needs them.
"""
# ruff: noqa: PLC0415

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from artifact_state.catalog.records import Agreement, Certainty, LinkedRole, Subject, TrustedService

if TYPE_CHECKING:
    from artifact_state.catalog.policy_grammar_records import ObjectGrammar
    from artifact_state.catalog.policy_type_records import OrganizationPolicy, PolicyType
    from artifact_state.catalog.quota_records import PolicyLimits, Quotas, RequestRates
    from artifact_state.catalog.rate_records import SharedRate
    from artifact_state.catalog.report_records import Report, ReportVersion

Entry = dict[str, Any]
"""One JSON object of a data file."""
_ADDED_SERVICE_DEFAULTS = {"supports_trusted_access": True, "supports_delegated_administrator": False, "roles": []}
_TIME_UNITS = {"days", "hours", "minutes", "seconds"}


@cache
def read_file(name: str) -> Entry:
    """Return the content of a data file, such as `services` or `policy_grammars/tag_policy`."""
    text = (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    content: Entry = json.loads(text)
    return content


def load_services() -> tuple[TrustedService, ...]:
    """Return the services that AWS Organizations integrates with, in the order of the file."""
    return tuple(map(_service, read_file("services")["services"]))


def load_organizations_role() -> LinkedRole:
    """Return the service-linked role of AWS Organizations itself."""
    return _role(read_file("services")["organizations_role"])


def load_linked_roles() -> tuple[LinkedRole, ...]:
    """Return the service-linked roles of services that AWS Organizations does not integrate with."""
    return tuple(map(_linked_role, read_file("linked_roles")["roles"]))


def load_unconfirmed_linked_roles() -> frozenset[str]:
    """Return the principals of services whose service-linked roles are not known with certainty."""
    return frozenset(read_file("linked_roles")["unconfirmed"])


def added_service(entry: Entry) -> TrustedService:
    """Return a service that a world has besides AWS's; an entry needs no more than a name and principals.

    Raises ValueError for an invalid entry.
    """
    try:
        return _service(_ADDED_SERVICE_DEFAULTS | entry)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{entry.get('name', entry)!r} is not a valid service: {error!r}") from None


def load_agreements(partition: str) -> tuple[Agreement, ...]:
    """Return the agreements of a partition that can be accepted in AWS Artifact, in AWS's order."""
    entries = read_file("agreements")["agreements"]
    return tuple(_agreement(entry) for entry in entries if entry["partition"] == partition)


def load_offline_agreements(partition: str) -> tuple[Agreement, ...]:
    """Return the agreements of a partition that are signed outside AWS Artifact."""
    entries = read_file("agreements")["offline_agreements"]
    return tuple(_agreement(entry | {"offline": True}) for entry in entries if entry["partition"] == partition)


def load_reports() -> "tuple[Report, ...]":
    """Return the reports by id."""
    from artifact_state.catalog.report_records import Report

    reports = [
        Report(**entry | {"versions": tuple(map(_report_version, entry["versions"]))})
        for entry in read_file("reports")["reports"]
    ]
    return tuple(sorted(reports, key=lambda report: report.id))


def load_policy_types() -> "tuple[PolicyType, ...]":
    """Return the types of organization policies, in AWS's order."""
    return tuple(map(_policy_type, read_file("policy_types")["policy_types"]))


def load_policy_grammar(policy_type: str) -> "ObjectGrammar":
    """Return the grammar of a type of management or declarative policies."""
    from artifact_state.catalog.policy_grammar_loading import read_grammar

    content = read_file(f"policy_grammars/{policy_type.lower()}")
    return read_grammar(content, {"regions": read_file("regions")["regions"]})


def load_rcp_services() -> frozenset[str]:
    """Return the prefixes of the services that support resource control policies."""
    return frozenset(read_file("rcp_services")["services"])


def load_quotas() -> "Quotas":
    """Return AWS's quotas, those of IAM and the request rates of AWS Organizations included."""
    from artifact_state.catalog.quota_records import Quotas

    content = read_file("quotas")
    values = {entry["name"]: _quota_value(entry) for entry in content["quotas"]}
    rates = {operation: _rates(entry) for entry in content["request_rates"] for operation in entry["operations"]}
    return Quotas(
        **values,
        policies=MappingProxyType({entry["type"]: _policy_limits(entry) for entry in content["policy_types"]}),
        iam=MappingProxyType(read_file("iam_quotas")["quotas"]),
        request_rates=MappingProxyType(rates),
    )


def load_shared_rates() -> "tuple[SharedRate, ...]":
    """Return the request rates that several operations of a service share."""
    return tuple(map(_shared_rate, read_file("request_rates")["rates"]))


def load_delegable_actions() -> frozenset[str]:
    """Return the actions that an organization's resource policy may delegate."""
    return frozenset(read_file("delegable_actions")["actions"])


def load_identity_provider_claims() -> dict[str, frozenset[str]]:
    """Return the claims that are condition keys, by the pattern of their providers' names."""
    claims: dict[str, list[str]] = read_file("identity_provider_claims")["claims"]
    return {pattern: frozenset(names) for pattern, names in claims.items()}


def load_service_names() -> dict[str, str]:
    """Return the names of all services by namespace, such as `s3`, sorted by namespace."""
    names: dict[str, str] = read_file("last_access")["names"]
    return dict(sorted(names.items()))


def load_saml_attributes() -> dict[str, str]:
    """Return the condition keys that attributes of an assertion become, by the names of the attributes."""
    attributes: dict[str, str] = read_file("saml_attributes")["attributes"]
    return attributes


def load_tracked_actions() -> dict[str, tuple[str, ...]]:
    """Return the actions whose use AWS tracks, sorted, by the namespace of their service."""
    return {service: tuple(sorted(names)) for service, names in read_file("last_access")["tracked_actions"].items()}


def load_resource_types() -> dict[str, frozenset[str]]:
    """Return the types of resources of each action."""
    return {action: frozenset(types) for action, types in read_file("actions")["actions"].items()}


def _service(entry: Entry) -> TrustedService:
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


def _role(entry: Entry) -> LinkedRole:
    return LinkedRole(**entry | {"certainty": _certainty(entry)})


def _linked_role(entry: Entry) -> LinkedRole:
    members = {name: entry[name] for name in entry if name != "evidence"}
    return LinkedRole(created_in=None, **members)


def _agreement(entry: Entry) -> Agreement:
    terms = {name: tuple(entry[name]) for name in ("acceptance_terms", "terminate_terms")}
    return Agreement(**entry | terms | {"subject": Subject(entry["subject"])})


def _report_version(entry: Entry) -> "ReportVersion":
    from artifact_state.catalog.report_records import Publication, ReportVersion, TermAcceptance, Upload

    instants = ("period_start", "period_end", "created_at", "last_modified_at", "deleted_at")
    return ReportVersion(
        **entry
        | {name: datetime.fromisoformat(entry[name]) if entry[name] else None for name in instants}
        | {
            "state": Publication(entry["state"]),
            "upload_state": Upload(entry["upload_state"]),
            "acceptance_type": TermAcceptance(entry["acceptance_type"]),
        }
    )


def _policy_type(entry: Entry) -> "PolicyType":
    from artifact_state.catalog.policy_type_records import PolicyType

    return PolicyType(
        name=entry["type"],
        has_effective_policy=entry["has_effective_policy"],
        service_principal=entry["service_principal"],
        aws_managed=_organization_policy(entry["aws_managed"]) if "aws_managed" in entry else None,
    )


def _organization_policy(entry: Entry) -> "OrganizationPolicy":
    from artifact_state.catalog.policy_type_records import OrganizationPolicy

    return OrganizationPolicy(**entry | {"content": json.dumps(entry["content"], indent=2)})


def _policy_limits(entry: Entry) -> "PolicyLimits":
    from artifact_state.catalog.quota_records import PolicyLimits

    return PolicyLimits(
        max_document=entry["max_document"],
        max_per_organization=entry["max_per_organization"],
        min_attached=entry["min_attached"],
        max_attached=entry["max_attached"],
        certainty=_certainty(entry),
    )


def _quota_value(entry: Entry) -> Any:
    unit, value = str(entry["unit"]), int(entry["value"])
    return timedelta(**{unit: value}) if unit in _TIME_UNITS else value


def _rates(entry: Entry) -> "RequestRates":
    from artifact_state.catalog.quota_records import RequestRate, RequestRates

    organization = entry.get("organization")
    return RequestRates(
        account=RequestRate(**entry["account"]), organization=RequestRate(**organization) if organization else None
    )


def _shared_rate(entry: Entry) -> "SharedRate":
    from artifact_state.catalog.quota_records import RequestRate
    from artifact_state.catalog.rate_records import SharedRate

    return SharedRate(
        service=entry["service"],
        operations=frozenset(entry.get("operations", ())),
        rate=RequestRate(per_second=entry["per_second"], burst=entry["burst"]),
        certainty=_certainty(entry),
    )


def _certainty(entry: Entry, member: str = "certainty") -> Certainty:
    return Certainty(entry.get(member, Certainty.CONFIRMED.value))
