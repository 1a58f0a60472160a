"""Generate the lists that AWS publishes on pages for people only, from the tables that follow those pages.

A table has tab-separated columns; an empty cell is a member that the entry does not have.
"""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from botocore.loaders import Loader

from catalogs.data_files import CATALOG, Files, Json, as_json, head, package

TABLES = Path(__file__).parent / "tables"
Row = dict[str, str]


def generate() -> Files:
    """Return the text of each file that has a table."""
    files = {}
    for name, (make, tables) in CATALOGS.items():
        origin = [f"{table}.tsv" for table in tables]
        if make is _policy_types:
            origin.append(package("botocore"))
        files[CATALOG / f"{name}.json"] = as_json(head(name, origin) | make(*map(rows, tables)))
    return files


def rows(table: str) -> list[Row]:
    """Return the rows of a table by the names of its columns."""
    with (TABLES / f"{table}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="", strict=True))


def _quotas(quotas: list[Row], policy_types: list[Row], rates: list[Row]) -> Json:
    limits = ("max_document", "max_per_organization", "min_attached", "max_attached")
    return {
        "quotas": [
            {"name": row["name"], "value": int(row["value"])} | _filled(row, "unit", "certainty", "source", "note")
            for row in quotas
        ],
        "policy_types": [
            {"type": row["type"]} | {name: int(row[name]) for name in limits} | _filled(row, "certainty")
            for row in policy_types
        ],
        "request_rates": [
            {"operations": row["operations"].split()}
            | {level: _rate(row, f"{level}_") for level in ("account", "organization") if row[f"{level}_burst"]}
            for row in rates
        ],
    }


def _iam_quotas(quotas: list[Row]) -> Json:
    return {"quotas": {row["name"]: int(row["value"]) for row in quotas}}


def _request_rates(rates: list[Row]) -> Json:
    return {
        "rates": [
            {"service": row["service"], **_rate(row), **_filled(row, "certainty"), **_lists(row, "operations")}
            for row in rates
        ]
    }


def _delegable_actions(actions: list[Row]) -> Json:
    return {"actions": sorted(row["action"] for row in actions)}


def _policy_types(types: list[Row]) -> Json:
    """Return the policy types, of which botocore tells the ones with effective policies."""
    shapes = Loader().load_service_model("organizations", "service-2")["shapes"]
    effective = shapes["EffectivePolicyType"]["enum"]
    missing = set(shapes["PolicyType"]["enum"]) ^ {row["type"] for row in types}
    if missing:
        raise SystemExit(f"policy_types.tsv and botocore do not both have {', '.join(sorted(missing))}.")
    return {
        "policy_types": [
            {
                "type": row["type"],
                "has_effective_policy": row["type"] in effective,
                "service_principal": row["service_principal"] or None,
            }
            | ({"aws_managed": _managed(row)} if row["managed_id"] else {})
            for row in types
        ]
    }


def _managed(row: Row) -> Json:
    members = {name: row[f"managed_{name}"] for name in ("id", "name", "description")}
    return members | {"content": json.loads(row["managed_content"])}


def _services(services: list[Row], linked_roles: list[Row]) -> Json:
    return {
        "services": [
            {
                "name": row["name"],
                "principals": row["principals"].split(),
                "supports_trusted_access": row["trusted_access"] == "yes",
                "supports_delegated_administrator": row["delegated_administrator"] == "yes",
                "roles": [_role(role) for role in linked_roles if role["service"] == row["name"]],
                **_filled(row, "certainty", "note"),
                **_evidence(row),
            }
            for row in services
            if row["name"]
        ],
        "organizations_role": next(_role(role) for role in linked_roles if role["service"] == "AWS Organizations"),
        "rejected_principals": [
            {"principal": row["principals"], "source": row["sources"]} for row in services if not row["name"]
        ],
    }


def _role(row: Row) -> Json:
    """Return a role of a service that works with AWS Organizations."""
    return {
        **_filled(row, "name", "principal", "policy_name"),
        "created_in": row["created_in"] or None,
        "description": row["description"],
        **_filled(row, "suffix", "certainty"),
    }


def _evidence(row: Row) -> Json:
    """Return the document that names each principal, where documents disagree."""
    sources = row["sources"].split()
    return {"evidence": dict(zip(row["principals"].split(), sources, strict=True))} if sources else {}


def _linked_roles(linked_roles: list[Row]) -> Json:
    others = [row for row in linked_roles if not row["service"]]
    return {
        "roles": [
            _filled(row, "principal", "name", "policy_name", "evidence", "suffix", "description")
            for row in others
            if row["name"]
        ],
        "unconfirmed": [row["principal"] for row in others if not row["name"]],
    }


def _filled(row: Row, *columns: str) -> Json:
    return {column: row[column] for column in columns if row[column]}


def _lists(row: Row, *columns: str) -> Json:
    return {column: row[column].split() for column in columns if row[column]}


def _rate(row: Row, prefix: str = "") -> Json:
    return {name: _number(row[prefix + name]) for name in ("per_second", "burst")}


def _number(text: str) -> float:
    return int(text) if text.isdecimal() else float(text)


CATALOGS: dict[str, tuple[Callable[..., Json], Iterable[str]]] = {
    "delegable_actions": (_delegable_actions, ("delegable_actions",)),
    "iam_quotas": (_iam_quotas, ("iam_quotas",)),
    "linked_roles": (_linked_roles, ("linked_roles",)),
    "policy_types": (_policy_types, ("policy_types",)),
    "quotas": (_quotas, ("quotas", "policy_type_quotas", "organizations_rates")),
    "request_rates": (_request_rates, ("shared_rates",)),
    "services": (_services, ("trusted_services", "linked_roles")),
}
