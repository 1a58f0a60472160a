"""Everybody can use the console: axe-core finds nothing serious, and nothing is wider than a telephone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.console.signed import MANAGEMENT, Console

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

BAA, SOC = "agreement-y03aUwMAEorHtqjv", "report-VhEEPUfxhJkzHt2K"
PAGES = (
    "/",
    "/sign-in",
    "/organizations",
    "/organizations?view=list",
    "/organizations/accounts/add",
    f"/organizations/accounts/{MANAGEMENT}",
    "/organizations/invitations",
    "/organizations/services",
    "/organizations/services/artifact",
    "/organizations/services/artifact/enable",
    "/organizations/services/artifact/disable",
    "/organizations/policies",
    "/organizations/policies/SERVICE_CONTROL_POLICY",
    "/organizations/policies/SERVICE_CONTROL_POLICY/new",
    "/organizations/policies/SERVICE_CONTROL_POLICY/p-FullAWSAccess",
    "/organizations/settings",
    "/artifact",
    "/artifact/reports",
    "/artifact/agreements",
    "/artifact/agreements?tab=organization",
    f"/artifact/agreements/{BAA}/nda",
    f"/artifact/reports/{SOC}",
    "/artifact/assurance-assistant",
    "/artifact/assurance-assistant/new",
    "/iam/roles",
    "/iam/roles/AWSServiceRoleForArtifact",
    "/live",
    "/lessons",
    "/lessons/story",
    "/decisions/none",
)


class TestAccessibility:
    """Every page, in light and dark."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, console: Console, scheme: Any) -> None:
        """Labels, names, landmarks and contrast are right."""
        console.organization()
        console.client("organizations").enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        console.page.emulate_media(color_scheme=scheme)
        console.sign_in(MANAGEMENT)
        axe, found = Axe(), {}
        for path in PAGES:
            console.open(path)
            violations = axe.run(console.page).response["violations"]
            serious = [one for one in violations if one["impact"] in ("serious", "critical")]
            if serious:
                found[path] = [(one["id"], one["nodes"][0]["html"]) for one in serious]
        assert found == {}

    def test_narrow(self, console: Console) -> None:
        """At 360 pixels nothing makes a page scroll sideways."""
        console.organization()
        console.client("organizations").enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        console.page.set_viewport_size({"width": 360, "height": 740})
        console.sign_in(MANAGEMENT)
        for path in PAGES:
            console.open(path)
            console.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
            width = console.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, path
