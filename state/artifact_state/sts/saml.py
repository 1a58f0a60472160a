"""Assertions of SAML providers, with which roles are assumed: their checks, and what they say about the session.

The signature of an assertion has been verified before.
Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1

from artifact_state import arns, catalog, name_index
from artifact_state.errors import AssertionExpired, IdentityNotTrusted, IdentityTokenProblem, InvalidIdentityToken
from artifact_state.model.identities import SamlProvider
from artifact_state.policy_syntax.wildcards import Keys, Multivalued
from artifact_state.record import Record, field, replace
from artifact_state.sts.session_options import SessionOptions
from artifact_state.sts.sessions import DEFAULT_ROLE_DURATION
from artifact_state.world import Transaction

ACTION = "sts:AssumeRoleWithSAML"
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_PRINCIPAL_TAG = f"{_ATTRIBUTES}PrincipalTag:"
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_SIGN_IN = re.compile(
    r"https://(?:[a-z0-9-]+\.)?signin\.(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)/saml(?:/acs/\w+)?"
)
_AUDIENCE = re.compile(r"urn:amazon:webservices(?::[a-z0-9-]+)?")
_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_SHORT_FORMATS = ("persistent", "transient")


class Assertion(Record):
    """What the assertion of an identity provider states."""

    issuer: str
    subject: str
    """The user's NameID; "" if the assertion has none."""
    subject_format: str
    recipient: str
    expires_at: datetime | None
    """When its confirmation of the subject expires."""
    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    session_ends_at: datetime | None = None
    audiences: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def subject_type(self) -> str:
        """Return the format of the NameID: `persistent`, `transient`, or a URI."""
        short = self.subject_format.removeprefix(_NAME_FORMAT)
        return short if short in _SHORT_FORMATS else self.subject_format


def provider_of_arn(tx: Transaction, arn: str) -> SamlProvider:
    """Return the provider with an ARN, in whatever account.

    Raises InvalidIdentityToken.
    """
    account_id, _, name = arn.removeprefix(f"arn:{tx.caller.partition}:iam::").partition(":saml-provider/")
    provider = name_index.find(tx.state.saml_providers.get(account_id, ()), name)
    if provider is None or arns.saml_provider(tx.caller.partition, account_id, provider.name) != arn:
        raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_PROVIDER)
    return provider


def name_qualifier(provider: SamlProvider) -> str:
    """Return AWS's name of a provider and its issuer, which distinguishes the users of several providers."""
    text = f"{provider.issuer}{provider.account_id}/{provider.name}"
    return b64encode(sha1(text.encode(), usedforsecurity=False).digest()).decode()


def require_valid(tx: Transaction, provider: SamlProvider, assertion: Assertion) -> None:
    """Refuse an assertion of another issuer, for another recipient, or that is not valid now.

    Unverified: the order of the checks.
    Raises InvalidIdentityToken, AssertionExpired.
    """
    if assertion.issuer != provider.issuer:
        raise InvalidIdentityToken(IdentityTokenProblem.ISSUER)
    if not _SIGN_IN.fullmatch(assertion.recipient) or assertion.expires_at is None:
        raise InvalidIdentityToken(IdentityTokenProblem.RECIPIENT)
    is_meant = any(_AUDIENCE.fullmatch(text) or _SIGN_IN.fullmatch(text) for text in assertion.audiences)
    if not is_meant:
        raise InvalidIdentityToken(IdentityTokenProblem.AUDIENCE_OF_ASSERTION)
    ends = (assertion.expires_at, assertion.not_on_or_after)
    is_early = assertion.not_before is not None and tx.now < assertion.not_before
    if is_early or any(end is not None and tx.now >= end for end in ends):
        raise AssertionExpired


def session_name(assertion: Assertion) -> str:
    """Return the name that an assertion gives the session.

    Raises InvalidIdentityToken.
    """
    name = _attribute(assertion, "RoleSessionName")
    if not name:
        raise InvalidIdentityToken(IdentityTokenProblem.SESSION_NAME_MISSING)
    if not _NAME.fullmatch(name):
        raise InvalidIdentityToken(IdentityTokenProblem.SESSION_NAME)
    return name


def with_assertion(
    tx: Transaction, provider: SamlProvider, assertion: Assertion, role_arn: str, options: SessionOptions
) -> SessionOptions:
    """Return the options of a session with the tags, the source identity and the condition keys of an assertion.

    Raises IdentityNotTrusted, InvalidIdentityToken.
    """
    provider_arn = arns.saml_provider(tx.caller.partition, provider.account_id, provider.name)
    pairs = [{*map(str.strip, pair.split(","))} for pair in assertion.attributes.get(f"{_ATTRIBUTES}Role", ())]
    if {role_arn, provider_arn} not in pairs or not assertion.subject:
        raise IdentityNotTrusted(ACTION)
    source_identity = _attribute(assertion, "SourceIdentity")
    if source_identity and not _NAME.fullmatch(source_identity):
        raise InvalidIdentityToken(IdentityTokenProblem.SOURCE_IDENTITY)
    duration = options.duration or DEFAULT_ROLE_DURATION
    if assertion.session_ends_at is not None:
        duration = min(duration, assertion.session_ends_at - tx.now)
    return replace(
        options,
        duration=duration,
        tags=tuple(
            (name.removeprefix(_PRINCIPAL_TAG), values[0])
            for name, values in assertion.attributes.items()
            if name.startswith(_PRINCIPAL_TAG)
        ),
        transitive_tags=frozenset(assertion.attributes.get(f"{_ATTRIBUTES}TransitiveTagKeys", ())),
        source_identity=source_identity,
        condition_keys={**options.condition_keys, **_condition_keys(provider, assertion)},
    )


def _attribute(assertion: Assertion, name: str) -> str:
    return next(iter(assertion.attributes.get(f"{_ATTRIBUTES}{name}", ())), "")


def _condition_keys(provider: SamlProvider, assertion: Assertion) -> Keys:
    """Return the condition keys of an assertion, among them those of its directory attributes."""
    keys: dict[str, tuple[str, ...]] = {
        "saml:aud": (assertion.recipient,),
        "saml:doc": (f"{provider.account_id}/{provider.name}",),
        "saml:iss": (assertion.issuer,),
        "saml:namequalifier": (name_qualifier(provider),),
        "saml:sub": (assertion.subject,),
        "saml:sub_type": (assertion.subject_type,),
    }
    for name, key in catalog.saml_attributes().items():
        if values := assertion.attributes.get(name):
            keys[key.lower()] = Multivalued(values) if len(values) > 1 else values
    return keys
