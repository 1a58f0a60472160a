"""Accessibility: axe-core finds no serious violations, and pages fit the screen of a phone."""

from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from artifact_emulator.app import App
from artifact_emulator.console.app import create_app
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
    "/iam/mfa-devices",
    "/iam/instance-profiles",
    "/iam/identity-providers",
    "/iam/settings",
    "/iam/roles",
    "/iam/roles/AWSServiceRoleForArtifact",
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
    "/decisions/none",
    "/authorization-details",
)
WITHOUT_PAGE = {
    "activity.calls_after",
    "activity.details_of_id",
    "activity.diagram",
    "activity.live",
    "agreements.download",
    "home.enter",
    "static",
    "world.export",
    "world.export_snapshot",
}
"""Endpoints for GET that redirect, or return data or a file."""


@pytest.fixture
def pages(console: Console) -> list[str]:
    """Sign in to an organization with an accepted agreement and an inquiry; return the paths of all pages."""
    world = f"{console.server}/_emulator/worlds/{console.world}"
    requests.put(world, json={"scenario": "agreement-accepted"}, timeout=15).raise_for_status()
    for path in ("/_emulator/worlds/other", f"/worlds/{console.world}/_emulator/snapshots/before"):
        requests.put(console.server + path, json={}, timeout=15).raise_for_status()
    fault = {"service": "sts", "operation": "AssumeRole", "reset": True, "times": 1}
    requests.post(f"{console.endpoint}/_emulator/faults", json=fault, timeout=15).raise_for_status()
    console.sign_in(MANAGEMENT)
    add_identities(console.client("iam"))
    artifact = console.client("artifact")
    inquiry = artifact.create_compliance_inquiry(name="Encryption", inquiryContent={"query": "Is data encrypted?"})
    ids = {
        "customer_agreement": artifact.list_customer_agreements()["customerAgreements"][0]["id"],
        "inquiry": inquiry["complianceInquirySummary"]["id"],
    }
    return [path.format(**ids) for path in PAGES]


def add_identities(iam: Any) -> None:
    """Create a user with credentials, an instance profile, an identity provider and a password policy."""
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="Pass-word-1")
    iam.create_access_key(UserName="ann")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.create_open_id_connect_provider(Url="https://token.actions.githubusercontent.com", ClientIDList=["a"])
    iam.update_account_password_policy(MinimumPasswordLength=8)


class TestPages:
    """The list of pages above."""

    def test_accessibility_checks_cover_every_page(self) -> None:
        """Each endpoint that shows a page is in the list."""
        urls = create_app(App()).url_map
        adapter = urls.bind("localhost")
        checked = {adapter.match(f"/console{path.partition('?')[0]}")[0] for path in PAGES}
        assert {rule.endpoint for rule in urls.iter_rules() if "GET" in (rule.methods or ())} == checked | WITHOUT_PAGE


@pytest.mark.xdist_group("browser")  # One browser is enough.
class TestAccessibility:
    """Every page of the console."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pages_have_no_serious_axe_violations(self, console: Console, pages: list[str], scheme: Any) -> None:
        """Labels, names, landmarks and contrast pass axe-core in light and dark mode."""
        console.page.emulate_media(color_scheme=scheme)
        axe, failures = Axe(), {}
        for path in pages:
            console.open(path)
            violations = axe.run(console.page).response["violations"]
            serious = [violation for violation in violations if violation["impact"] in ("serious", "critical")]
            if serious:
                failures[path] = [(violation["id"], violation["nodes"][0]["html"]) for violation in serious]
        assert failures == {}

    def test_pages_fit_a_narrow_screen(self, console: Console, pages: list[str]) -> None:
        """No page scrolls sideways at a width of 360 pixels."""
        console.page.set_viewport_size({"width": 360, "height": 740})
        for path in pages:
            console.open(path)
            console.page.evaluate("document.querySelectorAll('details').forEach((element) => element.open = true)")
            width = console.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, path
