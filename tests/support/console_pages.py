"""All pages of the console, and a world in which each of them has content."""

import json
from typing import Any

import requests

from tests.support.console import MANAGEMENT, Console

AGREEMENT, REPORT = "agreement-y03aUwMAEorHtqjv", "report-VhEEPUfxhJkzHt2K"
SCPS = "/organizations/policies/SERVICE_CONTROL_POLICY"
PAGES = (
    "/",
    "/sign-in",
    "/organizations",
    "/organizations?view=list",
    "/organizations/accounts",
    "/organizations/accounts/add",
    f"/organizations/accounts/{MANAGEMENT}",
    "/organizations/invitations",
    "/organizations/services",
    "/organizations/services/artifact",
    "/organizations/services/artifact/enable",
    "/organizations/services/artifact/disable",
    "/organizations/policies",
    SCPS,
    f"{SCPS}/new",
    f"{SCPS}/p-FullAWSAccess",
    f"{SCPS}/p-FullAWSAccess/edit",
    "/organizations/settings",
    "/artifact",
    "/artifact/reports",
    f"/artifact/reports/{REPORT}",
    f"/artifact/reports/{REPORT}/1/download",
    "/artifact/agreements",
    "/artifact/agreements?tab=organization",
    f"/artifact/agreements/{AGREEMENT}/nda",
    "/artifact/customer-agreements/{customer_agreement}/terminate",
    "/artifact/assurance-assistant",
    "/artifact/assurance-assistant/new",
    "/artifact/assurance-assistant/{inquiry}",
    "/iam/users",
    "/iam/users/ann",
    "/iam/users/ann/delete",
    "/iam/users/ann/access-keys/{access_key}/delete",
    "/iam/users/ann/policies/attach?search=Artifact",
    "/iam/users/ann/policies/new",
    "/iam/users/ann/policies/inline/own",
    "/iam/groups",
    "/iam/groups/Staff",
    "/iam/groups/Staff/delete",
    "/iam/mfa-devices",
    "/iam/instance-profiles",
    "/iam/identity-providers",
    "/iam/settings",
    "/iam/roles",
    "/iam/roles/AWSServiceRoleForArtifact",
    "/iam/roles/AWSServiceRoleForArtifact/delete",
    "/worlds",
    "/worlds/default/reset",
    "/worlds/other/delete",
    "/world",
    "/world/reset",
    "/world/snapshots",
    "/world/snapshots/before/restore",
    "/world/snapshots/before/delete",
    "/world/clock",
    "/world/faults",
    "/activity",
    "/lessons",
    "/lessons/story",
    "/lessons/story/start",
    "/connect",
    "/classroom",
    "/classroom/other/reset",
    "/decisions/none",
    "/authorization-details",
)


def fill_world(console: Console, **contents: Any) -> list[str]:
    """Create the world with an organization's contents, sign in, add what pages show, and return their paths."""
    world = f"{console.server}/_emulator/worlds/{console.world}"
    requests.put(world, json=contents, timeout=15).raise_for_status()
    for path in ("/_emulator/worlds/other", f"/worlds/{console.world}/_emulator/snapshots/before"):
        requests.put(console.server + path, json={}, timeout=15).raise_for_status()
    fault = {"service": "sts", "operation": "AssumeRole", "reset": True, "times": 1}
    requests.post(f"{console.endpoint}/_emulator/faults", json=fault, timeout=15).raise_for_status()
    console.sign_in(MANAGEMENT)
    access_key = add_identities(console.client("iam"))
    artifact = console.client("artifact")
    inquiry = artifact.create_compliance_inquiry(name="Encryption", inquiryContent={"query": "Is data encrypted?"})
    ids = {
        "access_key": access_key,
        "customer_agreement": artifact.list_customer_agreements()["customerAgreements"][0]["id"],
        "inquiry": inquiry["complianceInquirySummary"]["id"],
    }
    return [path.format(**ids) for path in PAGES]


def add_identities(iam: Any) -> str:
    """Create a user in a group with credentials and policies, and what else IAM lists; return an access key id."""
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="Pass-word-1")
    key_id: str = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    iam.create_group(GroupName="Staff")
    iam.add_user_to_group(GroupName="Staff", UserName="ann")
    iam.attach_group_policy(GroupName="Staff", PolicyArn="arn:aws:iam::aws:policy/AWSArtifactReportsReadOnlyAccess")
    iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AWSOrganizationsFullAccess")
    statement = {"Effect": "Allow", "Action": "artifact:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document)
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.create_open_id_connect_provider(Url="https://token.actions.githubusercontent.com", ClientIDList=["a"])
    iam.update_account_password_policy(MinimumPasswordLength=8)
    return key_id
