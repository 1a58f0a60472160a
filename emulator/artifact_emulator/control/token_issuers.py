"""The issuers of tokens: the public keys of identity providers, and those of accounts that issue tokens themselves."""

import json
from typing import Any, Self
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, no_content, problem_response
from artifact_emulator.validation_texts import ACCOUNT_ID
from artifact_state import principals
from artifact_state.iam.identity_providers import set_issuer_keys
from artifact_state.iam.outbound_federation import issuer_of

AWS = principals.service_principal("sts.amazonaws.com")
_TIMEOUT = 5
_MAX_SIZE = 1_000_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class IssuerBody(BaseModel):
    """An issuer and its public keys: a JSON Web Key Set, or a URL on this machine from which it is read once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"issuer": "https://token.actions.githubusercontent.com", "jwks_url": "http://127.0.0.1:8080/jwks.json"}
            ]
        },
    )

    issuer: str = Field(pattern=r"^https://[^?#]+$", description="The claim `iss` of its tokens.")
    jwks: dict[str, Any] | None = Field(None, description="The keys.")
    jwks_url: str | None = Field(None, description="Where the keys are read; after a rotation, set them again.")

    @model_validator(mode="after")
    def _check_one_source(self) -> Self:
        if (self.jwks is None) == (self.jwks_url is None):
            raise ValueError("give one of jwks and jwks_url")
        if self.jwks_url is not None and urlsplit(self.jwks_url).hostname not in _LOOPBACK:
            raise ValueError("jwks_url must be on this machine, such as http://127.0.0.1:8080/jwks.json")
        return self


class AccountPath(BaseModel):
    """The account that a path names."""

    account: str = Field(pattern=ACCOUNT_ID)


class _NotIssuing(Exception):
    """The account never enabled outbound identity federation."""


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/token-issuers", summary="Return the issuers whose keys are known")
    def list_issuers() -> Response:
        return jsonify({"issuers": sorted(current_world().state.issuer_keys)})

    @app.put(f"{PREFIX}/token-issuers", summary="Set the public keys of an identity provider")
    def set_issuer(body: IssuerBody) -> Response:
        # Imported here: cryptography takes longer to load than the other routes.
        from artifact_emulator.aws.signing.json_web_tokens import check_key_set

        try:
            keys = body.jwks if body.jwks_url is None else _fetch(body.jwks_url)
            check_key_set(keys)
        except (URLError, TimeoutError, ValueError) as error:
            return problem_response(400, "Bad request", f"The keys of {body.issuer} cannot be read: {error}")
        world = current_world()
        with world.transaction(AWS) as tx:
            set_issuer_keys(tx, body.issuer, json.dumps(keys))
        return no_content()

    @app.get(
        f"{PREFIX}/outbound-identity/<account>/.well-known/openid-configuration",
        summary="Return the discovery document of an account that issues tokens",
    )
    def discover(path: AccountPath) -> Response:
        issuer = _issuer(path.account)
        return jsonify(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/.well-known/jwks.json",
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES384"],
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"],
            }
        )

    @app.get(
        f"{PREFIX}/outbound-identity/<account>/.well-known/jwks.json",
        summary="Return the public keys of an account that issues tokens",
    )
    def publish_keys(path: AccountPath) -> Response:
        from artifact_emulator.aws.signing.json_web_tokens import published_keys

        _issuer(path.account)
        return jsonify(published_keys(current_world().state.seed))

    @app.errorhandler(_NotIssuing)
    def refuse_unknown_issuer(error: _NotIssuing) -> Response:
        return problem_response(404, "Not found", f"Account {error} never enabled outbound identity federation.")


def _issuer(account_id: str) -> str:
    """Return the issuer of an account's tokens, also after the account has disabled them.

    Raises _NotIssuing.
    """
    state = current_world().state
    if account_id not in state.outbound_federation:
        raise _NotIssuing(account_id)
    return issuer_of(state, account_id)


def _fetch(url: str) -> Any:
    with build_opener(ProxyHandler({})).open(url, timeout=_TIMEOUT) as response:
        return json.loads(response.read(_MAX_SIZE))
