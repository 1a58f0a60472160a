"""A typical test of an organization, within what moto supports: accounts, a unit and a policy."""

import json
from typing import Any

DENY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})


def new_account(organizations: Any, email: str) -> str:
    """Create an account and return its id."""
    request_id = organizations.create_account(Email=email, AccountName=email)["CreateAccountStatus"]["Id"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=request_id)["CreateAccountStatus"]
    account: str = status["AccountId"]
    return account


def test_workloads(organizations: Any, number: int) -> None:
    """Accounts are moved to a unit with a policy; no resources of other tests are visible."""
    organizations.create_organization(FeatureSet="ALL")
    (new_root,) = organizations.list_roots()["Roots"]
    root = new_root["Id"]
    if not new_root["PolicyTypes"]:  # moto enables service control policies in a new organization, AWS does not.
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    accounts = [new_account(organizations, f"account{index}-of-{number}@example.com") for index in range(3)]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    for account in accounts[:2]:
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    policy = organizations.create_policy(
        Name="No S3", Description="No S3", Type="SERVICE_CONTROL_POLICY", Content=DENY
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=unit)
    members = organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
    assert {account["Id"] for account in members} == set(accounts[:2])
    attached = organizations.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert policy in {summary["Id"] for summary in attached}
    assert len(organizations.list_accounts()["Accounts"]) == 4
    described = organizations.describe_organizational_unit(OrganizationalUnitId=unit)
    assert described["OrganizationalUnit"]["Name"] == "Workloads"
