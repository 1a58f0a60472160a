import json
from datetime import timedelta
from pathlib import Path

import pytest

from artifact_state import catalog
from artifact_state.catalog import Certainty, Quotas
from artifact_state.record import fields, replace
from tests.support.aws_shapes import service_model

NEWEST_POLICY_TYPES = {
    "INSPECTOR_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
    "BEDROCK_POLICY",
    "S3_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
    "GUARDDUTY_POLICY",
    "SECURITYHUB_CSPM_POLICY",
}


class TestQuotas:
    """AWS's quotas."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("accounts_per_organization", 10),
            ("roots_per_organization", 1),
            ("organizational_units_per_organization", 2000),
            ("organizational_unit_depth", 5),
            ("concurrent_account_creations", 5),
            ("concurrent_account_closures", 3),
            ("tags_per_resource", 50),
            ("resource_policy_length", 40000),
            ("invitation_lifetime", timedelta(days=15)),
            ("all_features_lifetime", timedelta(days=90)),
            ("settled_handshake_visibility", timedelta(days=30)),
            ("closed_account_retention", timedelta(days=90)),
            ("removal_wait", timedelta(days=4)),
            ("inbound_transfers", 0),
            ("outbound_transfers", 1),
            ("transfer_acceptance_notice", timedelta(hours=24)),
            ("artifact_token_lifetime", timedelta(minutes=15)),
            ("document_url_lifetime", timedelta(minutes=5)),
        ],
    )
    def test_quota_has_its_documented_value(self, name: str, value: int | timedelta) -> None:
        """A quota has the value of AWS's page, or this project's value if AWS documents none."""
        assert getattr(catalog.quotas(), name) == value

    def test_file_and_record_have_the_same_quotas(self) -> None:
        """Every quota of the file is a field of the record, with its unit and its source."""
        path = Path(catalog.__file__).with_name("quotas.json")
        entries = json.loads(path.read_text(encoding="utf-8"))["quotas"]
        names = [entry["name"] for entry in entries]
        assert [*names, "policies", "iam", "request_rates"] == list(fields(Quotas))
        assert all(entry["unit"] and entry["source"] for entry in entries)

    @pytest.mark.parametrize(
        ("accounts", "allowed"),
        [(1, 250), (1249, 250), (1250, 250), (3000, 600), (5000, 1000), (5001, 1000), (50000, 1000)],
    )
    def test_allowed_closures_grow_with_the_organization(self, accounts: int, allowed: int) -> None:
        """A small organization may close 250 accounts in 30 days, a medium one a fifth, a large one 1,000."""
        assert catalog.quotas().closures_allowed(accounts) == allowed

    def test_allowed_invitations_grow_with_the_quota_of_accounts(self) -> None:
        """An organization may send 20 invitations a day, or as many as its quota of accounts if that is greater."""
        quotas = catalog.quotas()
        assert quotas.invitations_allowed() == 20
        assert replace(quotas, accounts_per_organization=5000).invitations_allowed() == 5000

    def test_quotas_of_another_world_leave_aws_quotas_unchanged(self) -> None:
        """A world may have other quotas; AWS's stay as they are."""
        assert replace(catalog.quotas(), accounts_per_organization=1000).accounts_per_organization == 1000
        assert catalog.quotas().accounts_per_organization == 10


class TestPolicyLimits:
    """The quotas of each policy type."""

    def test_every_policy_type_has_limits(self) -> None:
        """Every policy type has limits; those missing from AWS's page are marked unverified."""
        limits = catalog.quotas().policies
        assert set(limits) == set(service_model("organizations").shape_for("PolicyType").enum)
        unverified = {name for name, limit in limits.items() if limit.certainty is Certainty.UNVERIFIED}
        assert unverified == NEWEST_POLICY_TYPES

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("SERVICE_CONTROL_POLICY", (10240, 10000, 1, 10)),
            ("RESOURCE_CONTROL_POLICY", (5120, 2000, 1, 5)),
            ("DECLARATIVE_POLICY_EC2", (10000, 1000, 0, 10)),
            ("BACKUP_POLICY", (10000, 1000, 0, 10)),
            ("TAG_POLICY", (10000, 1000, 0, 10)),
            ("CHATBOT_POLICY", (10000, 1000, 0, 5)),
            ("AISERVICES_OPT_OUT_POLICY", (2500, 1000, 0, 5)),
            ("SECURITYHUB_POLICY", (10000, 1000, 0, 10)),
            *[(name, (10000, 1000, 0, 10)) for name in sorted(NEWEST_POLICY_TYPES)],
        ],
    )
    def test_policy_type_has_the_limits_of_aws_table(self, name: str, expected: tuple[int, int, int, int]) -> None:
        """A policy type has the limits of AWS's table."""
        limits = catalog.quotas().policies[name]
        assert (
            limits.max_document,
            limits.max_per_organization,
            limits.min_attached,
            limits.max_attached,
        ) == expected


class TestRequestRates:
    """The request rates of operations."""

    def test_rates_are_of_existing_operations(self) -> None:
        """Every rate is of an operation of the model, and its bucket holds at least the calls of one second."""
        rates = catalog.quotas().request_rates
        assert set(rates) <= set(service_model("organizations").operation_names)
        for rate in rates.values():
            assert 0 < rate.account.per_second <= rate.account.burst
            if rate.organization is not None:
                assert rate.organization.per_second >= rate.account.per_second
                assert rate.organization.burst >= rate.account.burst

    def test_trusted_access_can_be_enabled_once_per_second(self) -> None:
        """EnableAWSServiceAccess and DisableAWSServiceAccess have a rate of one per second and a burst of two."""
        rates = catalog.quotas().request_rates
        enable, disable = rates["EnableAWSServiceAccess"], rates["DisableAWSServiceAccess"]
        assert enable == disable
        assert (enable.account.per_second, enable.account.burst, enable.organization) == (1, 2, None)

    def test_shared_rates_are_of_existing_operations(self) -> None:
        """Every shared rate is of operations of the model, and those without a figure of AWS are marked unverified."""
        rates = catalog.shared_rates()
        for shared in rates:
            assert shared.operations <= set(service_model(shared.service).operation_names)
            assert 0 < shared.rate.per_second <= shared.rate.burst
        unverified = {shared.service for shared in rates if shared.certainty is Certainty.UNVERIFIED}
        assert unverified == {"iam", "artifact"}

    def test_events_can_be_looked_up_twice_per_second(self) -> None:
        """LookupEvents of CloudTrail has a rate of two per second."""
        (shared,) = [rate for rate in catalog.shared_rates() if rate.holds_for("cloudtrail", "LookupEvents")]
        assert (shared.rate.per_second, shared.rate.burst) == (2, 2)
