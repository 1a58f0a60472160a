"""OpenID Connect providers, the claims of their tokens, and the tokens that accounts issue."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    EntityNameTaken,
    EntityNotFound,
    IdentityNotTrusted,
    IdentityTokenExpired,
    IdentityTokenProblem,
    InvalidIdentityToken,
    InvalidProvider,
    IssuedTokenTooLarge,
    NoOriginIdentity,
    OutboundFederationAlreadyDisabled,
    OutboundFederationAlreadyEnabled,
    OutboundFederationDisabled,
    ProviderProblem,
    QuotaExceeded,
    ScopeNotAllowed,
    SessionDurationEscalated,
)
from artifact_state.iam import identity_providers, outbound_federation
from artifact_state.iam.identity_propagation import PropagationChange
from artifact_state.iam.role_changes import NewRole, create_role
from artifact_state.model.identities import ContextProvider, IdentityProvider
from artifact_state.policy_syntax.wildcards import Multivalued
from artifact_state.principals import session_caller
from artifact_state.record import replace
from artifact_state.snapshot import dump_world, load_world
from artifact_state.sts import sessions
from artifact_state.sts.issued_tokens import AWS_CLAIMS, issue_token, require_own_subject
from artifact_state.sts.session_options import DEFAULT_OPTIONS
from artifact_state.sts.web_identity import audience_of, provider_of_issuer, with_claims
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    expect_refusal,
    set_iam_quotas,
    transaction,
    world_with_organization,
)

URL = "https://id.example.com/realms/a"
ARN = f"arn:aws:iam::{MANAGEMENT}:oidc-provider/id.example.com/realms/a"
THUMBPRINT = "a" * 40
CONTEXT = ContextProvider(subject_key="sub", keys=(("dept", "department"), ("team", "")))
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has a provider."""
    world = world_with_organization()
    act(world, identity_providers.create_provider, URL, client_ids=["web"])
    return world


def provider(world: World) -> IdentityProvider:
    """Return the provider."""
    return act(world, identity_providers.provider_by_arn, ARN)


class TestProviders:
    """create_provider and the changes of a provider."""

    @pytest.mark.parametrize("url", ["http://id.example.com", "id.example.com", "https://", f"{URL}?a=b", f"{URL}#a"])
    def test_url_is_https_without_query(self, world: World, url: str) -> None:
        """The URL of a provider begins with https and has no query."""
        with expect_refusal(world, InvalidProvider, ProviderProblem.URL):
            act(world, identity_providers.create_provider, url)

    def test_url_is_compared_as_it_is_written(self, world: World) -> None:
        """The same URL is taken; one with a slash at its end or in capitals is another provider."""
        with expect_refusal(world, EntityNameTaken):
            act(world, identity_providers.create_provider, URL)
        for other in (f"{URL}/", URL.replace("realms", "REALMS")):
            act(world, identity_providers.create_provider, other)

    def test_client_ids_are_added_and_removed(self, world: World) -> None:
        """An audience is added once, and removed whether it is there or not."""
        for client_id in ("cli", "cli", "web"):
            act(world, identity_providers.add_client_id, ARN, client_id)
        assert provider(world).client_ids == ("web", "cli")
        for _ in range(2):
            act(world, identity_providers.remove_client_id, ARN, "web")
        assert provider(world).client_ids == ("cli",)

    def test_thumbprints_are_replaced(self, world: World) -> None:
        """At most five thumbprints, which are SHA-1 digests, replace those before."""
        act(world, identity_providers.set_thumbprints, ARN, [THUMBPRINT])
        assert provider(world).thumbprints == (THUMBPRINT,)
        for thumbprints, problem in (
            ([THUMBPRINT] * 6, ProviderProblem.TOO_MANY_THUMBPRINTS),
            (["z" * 40], ProviderProblem.THUMBPRINT),
        ):
            with expect_refusal(world, InvalidProvider, problem):
                act(world, identity_providers.set_thumbprints, ARN, thumbprints)

    @pytest.mark.parametrize(
        ("quota", "rule", "arguments"),
        [
            ("OpenIdConnectProvidersPerAccount", identity_providers.create_provider, ("https://other.example.com",)),
            ("ClientIdsPerOpenIdConnectProvider", identity_providers.add_client_id, (ARN, "cli")),
        ],
    )
    def test_quotas_hold(self, world: World, quota: str, rule: Callable[..., Any], arguments: tuple[str, ...]) -> None:
        """The numbers of providers and of their audiences are limited."""
        set_iam_quotas(world, **{quota: 1})
        with expect_refusal(world, QuotaExceeded):
            act(world, rule, *arguments)

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"context": CONTEXT, "removes_context": True}, ProviderProblem.SET_AND_REMOVED),
            ({"instance_arn": INSTANCE, "removes_instance": True}, ProviderProblem.SET_AND_REMOVED),
            ({"context": CONTEXT, "instance_arn": INSTANCE}, ProviderProblem.TWO_CHANGES),
            ({"context": CONTEXT, "removes_instance": True}, ProviderProblem.TWO_CHANGES),
            ({"removes_context": True}, ProviderProblem.INSTANCE_WITHOUT_CONTEXT),
            ({"instance_arn": "arn:aws:sso:::instance/other"}, ProviderProblem.INSTANCE_ARN),
            (
                {"context": replace(CONTEXT, subject_type="user", subject_type_key="typ")},
                ProviderProblem.TWO_SUBJECT_TYPES,
            ),
            ({"context": replace(CONTEXT, subject_key=" sub")}, ProviderProblem.CONTEXT_KEY),
            ({"context": replace(CONTEXT, keys=(("a  b", ""),))}, ProviderProblem.CONTEXT_KEY),
            ({"context": replace(CONTEXT, keys=(("a b", "é"),))}, ProviderProblem.CONTEXT_KEY),
        ],
    )
    def test_identity_propagation_changes_one_thing_at_once(
        self, world: World, change: dict[str, Any], problem: ProviderProblem
    ) -> None:
        """A request that changes two things, contradicts itself or leaves an instance without context is refused."""
        act(world, identity_providers.change_propagation, ARN, PropagationChange(context=CONTEXT))
        act(world, identity_providers.change_propagation, ARN, PropagationChange(instance_arn=INSTANCE))
        with expect_refusal(world, InvalidProvider, problem):
            act(world, identity_providers.change_propagation, ARN, PropagationChange(**change))

    def test_request_without_a_change_changes_nothing(self, world: World) -> None:
        """A request that sets nothing, or removes what is not there, leaves the state as it is."""
        before = world.state
        act(world, identity_providers.change_propagation, ARN, PropagationChange())
        act(world, identity_providers.change_propagation, ARN, PropagationChange(removes_context=True))
        assert world.state is before

    def test_tags_are_added_and_removed(self, world: World) -> None:
        """Tags are added to a provider and removed."""
        act(world, identity_providers.tag_provider, ARN, [("a", "1"), ("b", "2")])
        act(world, identity_providers.untag_provider, ARN, ["a"])
        assert dict(provider(world).tags.items()) == {"b": "2"}

    def test_missing_provider_can_be_deleted(self, world: World) -> None:
        """A provider is deleted, also once more; other operations do not find it."""
        for _ in range(2):
            act(world, identity_providers.delete_provider, ARN)
        with expect_refusal(world, EntityNotFound):
            provider(world)
        with expect_refusal(world, EntityNotFound):
            act(world, identity_providers.add_client_id, ARN, "cli", account=STANDALONE)

    def test_snapshot_contains_providers_and_keys(self, world: World) -> None:
        """A snapshot contains the providers and the keys of issuers."""
        act(world, identity_providers.set_issuer_keys, URL, '{"keys": []}')
        act(world, identity_providers.change_propagation, ARN, PropagationChange(context=CONTEXT))
        act(world, outbound_federation.enable)
        assert load_world(dump_world(world, "1")).state == world.state


class TestTokens:
    """provider_of_issuer, audience_of and with_claims."""

    @pytest.mark.parametrize(
        ("issuer", "problem"),
        [(None, IdentityTokenProblem.NOT_A_JWT), ("https://other.example.com", IdentityTokenProblem.UNKNOWN_ISSUER)],
    )
    def test_issuer_needs_a_provider(self, world: World, issuer: str | None, problem: IdentityTokenProblem) -> None:
        """A token is refused if it has no issuer, or if the role's account has no provider for it."""
        with expect_refusal(world, InvalidIdentityToken, problem):
            act(world, provider_of_issuer, f"arn:aws:iam::{MANAGEMENT}:role/Dev", issuer)
        assert act(world, provider_of_issuer, f"arn:aws:iam::{MANAGEMENT}:role/Dev", URL) == provider(world)

    @pytest.mark.parametrize(
        ("claims", "audience"),
        [({"aud": "web"}, "web"), ({"aud": ["other", "web"]}, "web"), ({"aud": "other", "azp": "web"}, "web")],
    )
    def test_token_is_for_an_audience_of_the_provider(
        self, world: World, claims: dict[str, Any], audience: str
    ) -> None:
        """One audience of the token, or its authorized party, has to be one of the provider."""
        exp = NOW.timestamp() + 1
        assert act(world, audience_of, provider(world), {**claims, "exp": exp}) == audience
        with expect_refusal(world, InvalidIdentityToken, IdentityTokenProblem.AUDIENCE):
            act(world, audience_of, provider(world), {"aud": "other", "exp": exp})

    @pytest.mark.parametrize("exp", [NOW.timestamp(), 0, None, "tomorrow"])
    def test_token_expires(self, world: World, exp: object) -> None:
        """A token that has expired, or that does not expire, is refused."""
        with expect_refusal(world, IdentityTokenExpired):
            act(world, audience_of, provider(world), {"aud": "web", "exp": exp})

    def test_claims_become_tags_and_condition_keys(self, world: World) -> None:
        """The claims that AWS names become condition keys, and those about tags and identity become the session's."""
        claims = {
            "sub": "alice",
            "aud": "other",
            "azp": "web",
            "amr": ["mfa", "pwd"],
            "repository": "unknown to this provider",
            "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["a"]}, "transitive_tag_keys": ["Team"]},
            "https://aws.amazon.com/source_identity": "alice",
        }
        options = with_claims(provider(world), claims, DEFAULT_OPTIONS)
        assert (options.tags, options.transitive_tags, options.source_identity) == (
            (("Team", "a"),),
            frozenset({"Team"}),
            "alice",
        )
        prefix = "id.example.com/realms/a:"
        assert options.condition_keys == {
            f"{prefix}sub": ("alice",),
            f"{prefix}aud": ("web",),
            f"{prefix}oaud": ("other",),
            f"{prefix}amr": Multivalued(("mfa", "pwd")),
        }


class TestAssumeRoleWithWebIdentity:
    """assume_role_with_identity."""

    @pytest.mark.parametrize("name", ["Other", "Missing"])
    def test_role_without_trust_is_refused(self, world: World, name: str) -> None:
        """A role that trusts another provider, and one that does not exist, are refused."""
        principal = {"Federated": ARN.replace("id.", "other.")}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
        act(world, create_role, NewRole(name="Other", trust_policy=trust))
        role = f"arn:aws:iam::{MANAGEMENT}:role/{name}"
        with expect_refusal(world, IdentityNotTrusted):
            identity = sessions.ProvidedIdentity(provider_arn=ARN, action="sts:AssumeRoleWithWebIdentity")
            act(world, sessions.assume_role_with_identity, role, "me", identity, DEFAULT_OPTIONS)


class TestOutboundFederation:
    """enable, disable and issue_token."""

    def test_issuer_stays_the_same(self, world: World) -> None:
        """An account has one issuer, whether it is enabled for the first time or again."""
        issuer = act(world, outbound_federation.enable)
        with expect_refusal(world, OutboundFederationAlreadyEnabled):
            act(world, outbound_federation.enable)
        act(world, outbound_federation.disable)
        with expect_refusal(world, OutboundFederationAlreadyDisabled):
            act(world, outbound_federation.disable)
        with expect_refusal(world, OutboundFederationDisabled):
            act(world, outbound_federation.enabled_issuer)
        assert act(world, outbound_federation.enable) == issuer
        assert act(world, outbound_federation.enable, account=STANDALONE) != issuer
        assert outbound_federation.account_of_issuer(world.state, issuer) == MANAGEMENT

    def test_token_describes_its_caller(self, world: World) -> None:
        """The claims name the caller, its organization and its audiences."""
        issuer = act(world, outbound_federation.enable)
        token = act(world, issue_token, ["a", "b"], duration=timedelta(minutes=1), tags=[("k", "v")])
        own = token.claims[AWS_CLAIMS]
        assert (token.claims["iss"], token.claims["aud"]) == (issuer, ["a", "b"])
        assert token.claims["exp"] - token.claims["iat"] == 60
        assert own.keys() == {"aws_account", "source_region", "principal_id", "org_id", "ou_path", "request_tags"}

    def test_token_does_not_outlive_its_session(self, world: World) -> None:
        """A token that a session requests ends with the session at the latest."""
        act(world, outbound_federation.enable)
        with transaction(world) as tx:
            session = sessions.issue_session_token(tx, timedelta(minutes=15))
        caller = session_caller(world.state, session, partition="aws", region="us-east-1")
        assert caller is not None
        with expect_refusal(world, SessionDurationEscalated), world.transaction(caller) as tx:
            issue_token(tx, ["a"], duration=timedelta(minutes=16))

    def test_token_is_about_the_caller(self, world: World) -> None:
        """A token about an identity of origin is refused, and scopes of a token about the caller."""
        with expect_refusal(world, NoOriginIdentity):
            require_own_subject(is_of_origin=True, has_scope=True)
        with expect_refusal(world, ScopeNotAllowed):
            require_own_subject(is_of_origin=False, has_scope=True)
        require_own_subject(is_of_origin=False, has_scope=False)

    def test_token_has_a_largest_size(self, world: World) -> None:
        """Claims that exceed the largest size are refused, and tokens of an account that issues none."""
        act(world, outbound_federation.enable)
        with expect_refusal(world, IssuedTokenTooLarge):
            act(world, issue_token, ["a" * 1000] * 10, tags=[(f"{n}{'k' * 120}", "v" * 256) for n in range(50)])
        with expect_refusal(world, OutboundFederationDisabled):
            act(world, issue_token, ["a"], account=STANDALONE)
