"""What somebody's test of an organization does, of what moto can do too: accounts, a unit and a policy."""

import json
from typing import Any

DENY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})


def created(organizations: Any, email: str) -> str:
    """Create an account and wait for it; give its id."""
    asked = organizations.create_account(Email=email, AccountName=email)["CreateAccountStatus"]["Id"]
    told = organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"]
    account: str = told["AccountId"]
    return account


def test_workloads(organizations: Any, number: int) -> None:
    """Accounts move into a unit with a policy; nothing is there of the other tests."""
    organizations.create_organization(FeatureSet="ALL")
    (new_root,) = organizations.list_roots()["Roots"]
    root = new_root["Id"]
    if not new_root["PolicyTypes"]:  # moto enables service control policies in a new organization, AWS does not.
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    accounts = [created(organizations, f"account{place}-of-{number}@example.com") for place in range(3)]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    for account in accounts[:2]:
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    policy = organizations.create_policy(
        Name="No S3", Description="No S3", Type="SERVICE_CONTROL_POLICY", Content=DENY
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=unit)
    inside = organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
    assert {one["Id"] for one in inside} == set(accounts[:2])
    attached = organizations.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert policy in {one["Id"] for one in attached}
    assert len(organizations.list_accounts()["Accounts"]) == 4
    described = organizations.describe_organizational_unit(OrganizationalUnitId=unit)
    assert described["OrganizationalUnit"]["Name"] == "Workloads"
