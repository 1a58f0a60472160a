"""A client of the wire that botocore's serializer, signer and parser make up, and that checks every reply.

A call goes to the application without a socket. Every reply is checked against AWS's models before a test sees it.
"""

from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, create_request_object, prepare_request_dict
from botocore.credentials import Credentials
from botocore.serialize import create_serializer

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_state.record import Record
from tests.support.aws_models import model, operation_model, protocol_of
from tests.support.reply_checks import parse_reply, reply_problems

ENDPOINT = "http://127.0.0.1:4700"


class Answer(Record):
    """A reply and what botocore parses from it."""

    reply: Reply
    data: dict[str, Any]
    """The output, or the error in botocore's form."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.reply.status

    @property
    def code(self) -> str:
        """Return the code of the error, "" for a success."""
        code: str = self.data.get("Error", {}).get("Code", "") if self.reply.status >= 300 else ""
        return code

    @property
    def message(self) -> str:
        """Return the message of the error."""
        message: str = self.data["Error"]["Message"]
        return message


class Client(Record, kw_only=False):
    """A client with an account's credentials, by default those of its root user."""

    app: App
    account: str = "111122223333"
    region: str = "us-east-1"
    credentials: Credentials | None = None
    endpoint: str = ENDPOINT

    def request(self, service: str, operation: str, /, **parameters: Any) -> Request:
        """Return a signed request for an operation."""
        serializer = create_serializer(protocol_of(service), include_validation=False)
        request = serializer.serialize_to_request(parameters, operation_model(service, operation))
        prepare_request_dict(request, endpoint_url=self.endpoint, context={})
        return self.signed(service, create_request_object(request))

    def signed(self, service: str, request: AWSRequest) -> Request:
        """Sign botocore's request and return it as the application takes it."""
        # The root user of a placeholder account needs no secret key of its own.
        credentials = self.credentials or Credentials(self.account, "placeholder")
        SigV4Auth(credentials, model(service).signing_name, self.region).add_auth(request)
        prepared = request.prepare()
        url = urlsplit(prepared.url)
        headers = {name.lower(): _text(value) for name, value in prepared.headers.items()}
        body = prepared.body or b""
        return Request(
            prepared.method,
            url.path or "/",
            url.query,
            {"host": url.netloc} | headers,
            body.encode() if isinstance(body, str) else bytes(body),
        )

    def call(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        """Call an operation and return any answer that AWS's model allows."""
        return answer(self.app, self.request(service, operation, **parameters), service, operation)

    def do(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call an operation that must succeed, and return its output."""
        result = self.call(service, operation, **parameters)
        assert result.status == operation_model(service, operation).http.get("responseCode", 200), result.reply
        return {name: value for name, value in result.data.items() if name != "ResponseMetadata"}

    def expect_error(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        """Call an operation that must be refused and change nothing, and return its error."""
        return refused(self.app, self.request(service, operation, **parameters), service, operation)


def answer(app: App, request: Request, service: str, operation: str = "") -> Answer:
    """Handle a request, check the reply against AWS's model, and return it."""
    reply = app.handle(request)
    problems = list(reply_problems(reply, service, operation))
    assert not problems, f"{problems}\n{request}\n{reply}"
    return Answer(reply=reply, data=parse_reply(reply, service, operation))


def refused(app: App, request: Request, service: str, operation: str = "") -> Answer:
    """Handle a request that must be refused and change nothing, and return the error."""
    before = app.world.state
    result = answer(app, request, service, operation)
    assert result.status >= 400, result.reply
    assert app.world.state is before
    return result


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
