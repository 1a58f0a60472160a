"""Trusted access on the wire: EnableAWSServiceAccess, DisableAWSServiceAccess and their listing."""

from datetime import timedelta

import pytest

from tests.support.wire_client import Client
from tests.support.wire_organizations import NO_PERMISSION, SERVICE, error_of
from tests.wire.conftest import NOW

ARTIFACT = "artifact.amazonaws.com"
both_operations = pytest.mark.parametrize("operation", ["EnableAWSServiceAccess", "DisableAWSServiceAccess"])


class TestTrustedAccess:
    """EnableAWSServiceAccess, DisableAWSServiceAccess and ListAWSServiceAccessForOrganization."""

    def test_trusted_access_operations_have_no_output(self, management: Client) -> None:
        """Neither call has output when it succeeds."""
        assert management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT) == {}
        assert management.do(SERVICE, "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT) == {}

    def test_service_enabled_twice_is_listed_with_first_date(self, management: Client) -> None:
        """Enabling again changes nothing: the first DateEnabled stays."""
        management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        management.app.world.clock.advance(timedelta(days=1))
        management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        enabled_at = NOW.replace(microsecond=NOW.microsecond // 1000 * 1000)
        assert management.do(SERVICE, "ListAWSServiceAccessForOrganization") == {
            "EnabledServicePrincipals": [{"ServicePrincipal": ARTIFACT, "DateEnabled": enabled_at}]
        }

    @both_operations
    def test_unknown_service_principal_is_refused(self, management: Client, operation: str) -> None:
        """An unknown principal is refused with AWS's message."""
        answer = management.expect_error(SERVICE, operation, ServicePrincipal="stacksets.cloudformation.amazonaws.com")
        assert error_of(answer) == ("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL")
        assert answer.message == "You specified an unrecognized service principal."

    @both_operations
    def test_member_cannot_change_trusted_access(self, member: Client, operation: str) -> None:
        """Any account but the management account is refused with AWS's message."""
        answer = member.expect_error(SERVICE, operation, ServicePrincipal=ARTIFACT)
        assert error_of(answer) == ("AccessDeniedException", None)
        assert answer.message == NO_PERMISSION

    @both_operations
    def test_standalone_account_has_no_trusted_access(self, stranger: Client, operation: str) -> None:
        """A standalone account is refused, because it is in no organization."""
        answer = stranger.expect_error(SERVICE, operation, ServicePrincipal=ARTIFACT)
        assert error_of(answer) == ("AWSOrganizationsNotInUseException", None)

    def test_trusted_access_needs_all_features(self, stranger: Client) -> None:
        """An organization with consolidated billing only cannot trust a service."""
        stranger.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        answer = stranger.expect_error(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert error_of(answer) == ("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")

    @pytest.mark.parametrize(
        ("principal", "reason"),
        [
            ("artifact amazonaws com", "INVALID_PATTERN"),
            ("artifact.amazonaws.com\n", "INVALID_PATTERN"),
            ("a" * 129, "MAX_LENGTH_EXCEEDED"),
            ("", "MIN_LENGTH_EXCEEDED"),
        ],
    )
    def test_malformed_service_principal_is_refused(self, management: Client, principal: str, reason: str) -> None:
        """A malformed principal violates the shape, whatever the catalog contains."""
        answer = management.expect_error(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=principal)
        assert error_of(answer) == ("InvalidInputException", reason)

    def test_missing_service_principal_is_refused(self, management: Client) -> None:
        """A missing member is INPUT_REQUIRED."""
        answer = management.expect_error(SERVICE, "EnableAWSServiceAccess")
        assert error_of(answer) == ("InvalidInputException", "INPUT_REQUIRED")
