"""Write the units, accounts and policies of an organization on AWS as a scenario, to standard output.

It only reads, with credentials of the management account or of a delegated administrator of AWS Organizations. Ids of
accounts stay; the emulator gives the organization, its units and its policies ids of their own.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3

Entry = dict[str, Any]
TYPES = ("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY")
DEFAULTS = ("FullAWSAccess", "RCPFullAWSAccess")
organizations = boto3.client("organizations")


def pages(operation: str, member: str, **arguments: str) -> Iterator[Entry]:
    """Yield what all pages of an operation list."""
    for page in organizations.get_paginator(operation).paginate(**arguments):
        yield from page[member]


def units_below(parent_id: str, prefix: str, targets: dict[str, str]) -> list[Entry]:
    """Return the units below a root or unit, and add their paths to the targets of policies."""
    units = []
    for unit in pages("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent_id):
        path = targets[unit["Id"]] = f"{prefix}{unit['Name']}"
        units.append({"name": unit["Name"], "units": units_below(unit["Id"], f"{path}/", targets)})
    return units


def active_accounts(targets: dict[str, str]) -> dict[str, Entry]:
    """Return the active accounts by id, and add them to the targets of policies."""
    accounts = {}
    for parent_id, path in list(targets.items()):
        for account in pages("list_accounts_for_parent", "Accounts", ParentId=parent_id):
            if account.get("State", account.get("Status")) == "ACTIVE":
                unit = {} if path == "root" else {"unit": path}
                entry = {"id": account["Id"], "name": account["Name"], "email": account["Email"]}
                accounts[account["Id"]] = entry | unit
                targets[account["Id"]] = account["Id"]
    return accounts


def policies_of(policy_type: str, targets: dict[str, str]) -> tuple[list[Entry], list[Entry]]:
    """Return the policies of a type, and the places where AWS's default policy is not attached."""
    policies, detached = [], []
    for policy in pages("list_policies", "Policies", Filter=policy_type):
        ids = [target["TargetId"] for target in pages("list_targets_for_policy", "Targets", PolicyId=policy["Id"])]
        attached = [targets[target_id] for target_id in ids if target_id in targets]
        if not policy["AwsManaged"]:
            content = json.loads(organizations.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"])
            policies.append({"name": policy["Name"], "type": policy_type, "content": content, "attach": attached})
        elif policy["Name"] in DEFAULTS and (elsewhere := sorted(set(targets.values()) - set(attached))):
            detached.append({"policy": policy["Name"], "targets": elsewhere})
    return policies, detached


def main() -> None:
    """Write the scenario."""
    organization = organizations.describe_organization()["Organization"]
    (root,) = pages("list_roots", "Roots")
    targets = {root["Id"]: "root"}
    units = units_below(root["Id"], "", targets)
    accounts = active_accounts(targets)
    enabled = {policy_type["Type"] for policy_type in root["PolicyTypes"]}.intersection(TYPES)
    found = [policies_of(policy_type, targets) for policy_type in sorted(enabled)]
    entry = {
        "management": accounts.pop(organization["MasterAccountId"]),
        "units": units,
        "accounts": list(accounts.values()),
        "service_control_policies": "SERVICE_CONTROL_POLICY" in enabled,
        "policy_types": sorted(enabled - {"SERVICE_CONTROL_POLICY"}),
        "policies": [policy for policies, _ in found for policy in policies],
        "detached": [policy for _, detached in found for policy in detached],
    }
    json.dump({"scenario": 1, "organizations": [entry]}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
