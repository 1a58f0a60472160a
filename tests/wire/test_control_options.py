"""The options of a world over the control API: delays and quotas."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.control_api import control_refusal, control_result
from tests.support.wire_client import Client


class TestDelays:
    """`/_emulator/delays`."""

    def test_changed_delay_applies_to_new_operations(self, stranger: Client) -> None:
        """A changed delay applies, by the world's clock, to operations that start later in that world."""
        app, content = stranger.app, {"name": "Mine", "inquiryContent": {"fileContent": {"content": b"Penguins?"}}}
        before = control_result(app, "GET", "/_emulator/delays")["delays"]
        assert set(before.values()) == {0}
        changes = {"inquiry": 60, "review": 3600.5}
        assert control_result(app, "PATCH", "/_emulator/delays", changes)["delays"] == before | changes
        inquiry = stranger.do("artifact", "CreateComplianceInquiry", supportMode="FULL_SUPPORT", **content)
        inquiry_id, statuses = inquiry["complianceInquirySummary"]["id"], []
        for seconds in (59, 1, 3600, 1):
            app.world.clock.advance(timedelta(seconds=seconds))
            reply = stranger.do("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=inquiry_id)
            statuses.append(reply["complianceInquiryDetail"]["status"])
        assert statuses == ["PROCESSING", "HUMAN_REVIEW", "HUMAN_REVIEW", "COMPLETED"]
        control_result(app, "PATCH", "/worlds/mine/_emulator/delays", {"creation": 1})
        assert control_result(app, "GET", "/_emulator/delays")["delays"]["creation"] == 0

    @pytest.mark.parametrize("changes", [{"colour": 1}, {"inquiry": -1}, {"inquiry": 10**12}, {"review": "long"}, []])
    def test_invalid_delay_is_refused(self, app: App, changes: Any) -> None:
        """An unknown or invalid delay is refused, and no delay changes."""
        before = control_result(app, "GET", "/_emulator/delays")
        assert control_refusal(app, "PATCH", "/_emulator/delays", changes)[0] == 400
        assert control_result(app, "GET", "/_emulator/delays") == before


class TestQuotas:
    """`/_emulator/quotas`."""

    def test_changed_quota_applies_to_next_call(self, management: Client) -> None:
        """A changed quota applies from the next call on, in its world only."""
        app = management.app
        before = control_result(app, "GET", "/_emulator/quotas")["quotas"]
        assert before["policies.SERVICE_CONTROL_POLICY.max_attached"] == 10
        assert before["artifact_token_lifetime"] == 15 * 60
        changes = {
            "accounts_per_organization": 1,
            "artifact_token_lifetime": 60,
            "policies.SERVICE_CONTROL_POLICY.max_attached": 1,
            "iam.GroupsPerAccount": 0,
        }
        after = control_result(app, "PATCH", "/_emulator/quotas", changes)["quotas"]
        assert after == before | changes
        error = management.expect_error("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        assert error.data["Reason"] == "ACCOUNT_NUMBER_LIMIT_EXCEEDED"
        error = management.expect_error("iam", "CreateGroup", GroupName="Admins")
        assert error.message == "Cannot exceed quota for GroupsPerAccount: 0"
        assert control_result(app, "GET", "/worlds/mine/_emulator/quotas")["quotas"]["artifact_token_lifetime"] == 60
        control_result(app, "PATCH", "/worlds/mine/_emulator/quotas", {"artifact_token_lifetime": 1})
        assert control_result(app, "GET", "/_emulator/quotas")["quotas"]["artifact_token_lifetime"] == 60

    @pytest.mark.parametrize(("operation", "member"), [("ListAgreements", "agreements"), ("ListReports", "reports")])
    def test_page_size_of_artifact_is_a_quota(self, stranger: Client, operation: str, member: str) -> None:
        """Pages of AWS Artifact have the size of the quota, unless the call asks for another one."""
        control_result(stranger.app, "PATCH", "/_emulator/quotas", {"artifact_page_size": 3})
        page = stranger.do("artifact", operation)
        assert (len(page[member]), "nextToken" in page) == (3, True)
        assert len(stranger.do("artifact", operation, maxResults=4)[member]) == 4

    def test_page_size_of_organizations_is_a_quota(self, management: Client) -> None:
        """Pages of AWS Organizations, such as those of trusted access, have the size of the quota."""
        control_result(management.app, "PATCH", "/_emulator/quotas", {"organizations_page_size": 1})
        for service in ("artifact.amazonaws.com", "sso.amazonaws.com"):
            management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=service)
        page = management.do("organizations", "ListAWSServiceAccessForOrganization")
        assert (len(page["EnabledServicePrincipals"]), "NextToken" in page) == (1, True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"accounts": 1},
            {"accounts_per_organization": -1},
            {"accounts_per_organization": 10**12},
            {"accounts_per_organization": "many"},
            {"policies.SERVICE_CONTROL_POLICY.colour": 1},
            {"policies": 1},
            {"iam": 1},
            {"iam.Colours": 1},
            {"request_rates": 1},
            {"organizations_page_size": 0},
            {"artifact_page_size": 0},
            {"roots_per_organization": 2},
            [],
        ],
    )
    def test_invalid_quota_is_refused(self, app: App, changes: Any) -> None:
        """An unknown or invalid quota is refused, and no quota changes."""
        before = control_result(app, "GET", "/_emulator/quotas")
        assert control_refusal(app, "PATCH", "/_emulator/quotas", changes)[0] == 400
        assert control_result(app, "GET", "/_emulator/quotas") == before
