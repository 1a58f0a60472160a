"""What a verified signature has to cover, and credentials and tokens of other worlds."""

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_state import ids
from artifact_state.record import replace
from tests.support.authentication_errors import UNKNOWN_KEY, WRONG_SIGNATURE
from tests.support.aws_models import protocol_of
from tests.support.wire_client import Client, refused


@pytest.fixture
def user(management: Client) -> Client:
    """Return the client of a user with all permissions."""
    management.do("iam", "CreateUser", UserName="u")
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    management.do("iam", "AttachUserPolicy", UserName="u", PolicyArn=policy)
    key = management.do("iam", "CreateAccessKey", UserName="u")["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return Client(management.app, management.account, credentials=credentials)


class TestScope:
    """The credential scope, and the headers that a signature covers."""

    @pytest.mark.parametrize(("service", "operation"), [("organizations", "ListRoots"), ("iam", "ListUsers")])
    def test_scope_of_another_service_is_refused(self, user: Client, service: str, operation: str) -> None:
        """A request that is signed for another service is refused, and the message names the right one."""
        error = refused(user.app, _signed_as(user, service, operation, "s3"), service, operation)
        assert (error.status, error.code) == WRONG_SIGNATURE[protocol_of(service)]
        assert error.message == f"Credential should be scoped to correct service: '{service}'. "

    def test_scope_without_a_region_is_refused(self, user: Client) -> None:
        """A scope names a region of any partition."""
        client = Client(user.app, user.account, region="nowhere", credentials=user.credentials)
        error = client.expect_error("organizations", "ListRoots")
        assert error.message == "Credential should be scoped to a valid region. "

    def test_unsigned_header_of_aws_is_refused(self, user: Client) -> None:
        """A header of AWS that the signature does not cover is refused."""
        request = user.request("organizations", "ListRoots")
        changed = replace(request, headers={**request.headers, "x-amz-meta": "added"})
        error = refused(user.app, changed, "organizations", "ListRoots")
        assert error.message == "'x-amz-meta' must be a 'SignedHeader' in the AWS Authorization."


class TestOtherWorlds:
    """What one world issued, in another one."""

    def test_key_of_another_world_is_unknown(self, user: Client) -> None:
        """A user's key is no placeholder in another emulator, nor after a reset."""
        other = Client(App(), user.account, credentials=user.credentials)
        error = other.expect_error("sts", "GetCallerIdentity")
        assert (error.status, error.code) == UNKNOWN_KEY["query"]
        user.app.world.reset()
        assert user.expect_error("sts", "GetCallerIdentity").code == error.code

    @pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "test", "AKIAXXXXXXXXXXXXXXXX"])
    def test_placeholder_is_no_issued_key(self, key: str) -> None:
        """Placeholders have no check value."""
        assert not ids.is_issued_access_key(key)

    def test_next_token_of_another_world_is_refused(self, management: Client) -> None:
        """A token continues the list of its own world only."""
        for name in ("a", "b"):
            management.do("organizations", "CreateAccount", AccountName=name, Email=f"{name}@example.com")
        token = management.do("organizations", "ListAccounts", MaxResults=1)["NextToken"]
        app = management.app
        app.worlds.create("other", fork="default")
        other = Client(app, management.account, endpoint=f"{management.endpoint}/worlds/other")
        assert other.do("organizations", "ListAccounts", MaxResults=1)["NextToken"] != token
        error = other.expect_error("organizations", "ListAccounts", NextToken=token)
        assert error.code == "InvalidInputException"


def _signed_as(client: Client, service: str, operation: str, scope: str) -> Request:
    """Return a request that is signed for another service."""
    request = client.request(service, operation)
    unsigned = {name: value for name, value in request.headers.items() if name in ("content-type", "x-amz-target")}
    signed = AWSRequest(request.method, f"{client.endpoint}{request.path}", unsigned, request.body)
    SigV4Auth(client.credentials, scope, client.region).add_auth(signed)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return replace(request, headers={**headers, "host": request.headers["host"]})
