"""SAML providers and the assertions of their users, whose signature has been verified."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    AssertionExpired,
    EntityNameTaken,
    EntityNotFound,
    IdentityNotTrusted,
    IdentityTokenProblem,
    InvalidIdentityToken,
    QuotaExceeded,
)
from artifact_state.iam import saml_providers
from artifact_state.iam.saml_providers import SamlMetadata
from artifact_state.model.identities import SamlProvider
from artifact_state.sts import saml
from artifact_state.sts.saml import Assertion
from artifact_state.sts.session_options import DEFAULT_OPTIONS
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, act, expect_refusal, set_iam_quotas, world_with_organization

ISSUER = "https://idp.example.com"
ARN = f"arn:aws:iam::{MANAGEMENT}:saml-provider/idp"
ROLE = f"arn:aws:iam::{MANAGEMENT}:role/Staff"
METADATA = SamlMetadata(document="<a/>", issuer=ISSUER, certificates=("AAAA",))
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
VALID: dict[str, Any] = {
    "issuer": ISSUER,
    "subject": "ann",
    "subject_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "recipient": "https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLP1",
    "expires_at": NOW + timedelta(minutes=5),
    "audiences": ("urn:amazon:webservices",),
    "attributes": {f"{ATTRIBUTES}Role": (f"{ARN},{ROLE}",), f"{ATTRIBUTES}RoleSessionName": ("ann",)},
}


@pytest.fixture
def world() -> World:
    """Return a world with a provider."""
    world = world_with_organization()
    act(world, saml_providers.create_saml_provider, "idp", METADATA)
    return world


def provider(world: World) -> SamlProvider:
    """Return the provider."""
    return act(world, saml_providers.saml_provider_by_arn, ARN)


def assertion(**parts: Any) -> Assertion:
    """Return an assertion that is valid but for some parts."""
    return Assertion(**VALID | parts)


class TestProviders:
    """The rules about providers."""

    def test_metadata_are_replaced_and_the_rest_is_kept(self, world: World) -> None:
        """An update changes what the metadata say."""
        before = provider(world)
        changed = SamlMetadata(document="<b/>", issuer="https://b.io", certificates=("BBBB",), valid_until=NOW)
        act(world, saml_providers.update_saml_provider, ARN, changed)
        after = provider(world)
        assert (after.id, after.created_at) == (before.id, before.created_at)
        assert (after.metadata, after.issuer, after.certificates, after.valid_until) == (
            "<b/>",
            "https://b.io",
            ("BBBB",),
            NOW,
        )

    def test_names_are_unique_and_missing_providers_are_not_found(self, world: World) -> None:
        """A taken name, an unknown provider and one of another account are refused."""
        with expect_refusal(world, EntityNameTaken):
            act(world, saml_providers.create_saml_provider, "IDP", METADATA)
        for rule in (saml_providers.delete_saml_provider, saml_providers.saml_provider_by_arn):
            for unknown in (ARN.replace("idp", "other"), ARN.replace(MANAGEMENT, "222233334444")):
                with expect_refusal(world, EntityNotFound):
                    act(world, rule, unknown)

    def test_number_of_providers_is_limited(self, world: World) -> None:
        """The quota of an account counts its providers."""
        set_iam_quotas(world, SamlProvidersPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, saml_providers.create_saml_provider, "second", METADATA)
        act(world, saml_providers.delete_saml_provider, ARN)
        act(world, saml_providers.create_saml_provider, "second", METADATA)


class TestAssertions:
    """The checks of an assertion."""

    def test_valid_assertion_is_accepted(self, world: World) -> None:
        """An assertion for a sign-in page of AWS is valid, whatever its Region and its provider's page."""
        act(world, saml.require_valid, provider(world), assertion())
        assert saml.session_name(assertion()) == "ann"
        assert assertion().subject_type == "persistent"
        assert assertion(subject_format="urn:other").subject_type == "urn:other"

    @pytest.mark.parametrize(
        ("parts", "problem"),
        [
            ({"issuer": "https://other.example.com"}, IdentityTokenProblem.ISSUER),
            ({"recipient": "https://signin.aws.amazon.com.example.com/saml"}, IdentityTokenProblem.RECIPIENT),
            ({"expires_at": None}, IdentityTokenProblem.RECIPIENT),
            ({"audiences": ("https://other.example.com",)}, IdentityTokenProblem.AUDIENCE_OF_ASSERTION),
            ({"audiences": ()}, IdentityTokenProblem.AUDIENCE_OF_ASSERTION),
        ],
    )
    def test_assertion_for_others_is_refused(
        self, world: World, parts: dict[str, Any], problem: IdentityTokenProblem
    ) -> None:
        """Another issuer, recipient or audience is refused."""
        trusted = provider(world)
        with expect_refusal(world, InvalidIdentityToken, problem):
            act(world, saml.require_valid, trusted, assertion(**parts))

    @pytest.mark.parametrize(
        "parts", [{"expires_at": NOW}, {"not_on_or_after": NOW}, {"not_before": NOW + timedelta(seconds=1)}]
    )
    def test_assertion_outside_of_its_time_is_refused(self, world: World, parts: dict[str, Any]) -> None:
        """An assertion is valid from its first instant until before its last."""
        trusted = provider(world)
        with expect_refusal(world, AssertionExpired):
            act(world, saml.require_valid, trusted, assertion(**parts))

    @pytest.mark.parametrize("arn", [ARN.replace("idp", "IDP"), ARN.replace("saml", "oidc"), "idp"])
    def test_provider_is_named_by_its_arn(self, world: World, arn: str) -> None:
        """Another spelling names no provider."""
        assert act(world, saml.provider_of_arn, ARN) == provider(world)
        with expect_refusal(world, InvalidIdentityToken, IdentityTokenProblem.UNKNOWN_PROVIDER):
            act(world, saml.provider_of_arn, arn)

    @pytest.mark.parametrize(
        "parts", [{"subject": ""}, {"attributes": {}}, {"attributes": {f"{ATTRIBUTES}Role": (ROLE,)}}]
    )
    def test_assertion_pairs_the_role_with_the_provider(self, world: World, parts: dict[str, Any]) -> None:
        """An assertion without the pair, or without a subject, does not permit the role."""
        trusted = provider(world)
        act(world, saml.with_assertion, trusted, assertion(), ROLE, DEFAULT_OPTIONS)
        with expect_refusal(world, IdentityNotTrusted):
            act(world, saml.with_assertion, trusted, assertion(**parts), ROLE, DEFAULT_OPTIONS)

    def test_session_ends_with_the_session_of_the_user(self, world: World) -> None:
        """A session lasts an hour, unless the user's own session ends before."""
        trusted = provider(world)
        options = act(world, saml.with_assertion, trusted, assertion(), ROLE, DEFAULT_OPTIONS)
        assert options.duration == timedelta(hours=1)
        short = assertion(session_ends_at=NOW + timedelta(minutes=20))
        assert act(world, saml.with_assertion, trusted, short, ROLE, DEFAULT_OPTIONS).duration == timedelta(minutes=20)

    def test_name_qualifier_is_that_of_the_documentation(self) -> None:
        """The qualifier is a digest of the issuer, the account and the provider's name, as AWS documents."""
        documented = SamlProvider(
            id="1",
            account_id="123456789012",
            name="MySAMLIdP",
            created_at=NOW,
            metadata="",
            issuer="https://example.com/saml",
            certificates=(),
            valid_until=NOW,
        )
        assert saml.name_qualifier(documented) == "1uAJanUnBc2XeUkHURMht+xam2c="
