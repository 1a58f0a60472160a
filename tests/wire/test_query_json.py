"""JSON replies of the query services, for clients that accept JSON."""

import json
from typing import Any

import pytest

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.wire_client import Client


def reply(client: Client, request: Request, accept: str) -> tuple[int, str, Any]:
    """Send a request with a header Accept, and return the status, the content type and the body of the reply."""
    result = client.app.handle(replace(request, headers={**request.headers, "accept": accept}))
    headers = dict(result.headers)
    return result.status, headers["Content-Type"], json.loads(result.body)


class TestJson:
    """A call of a client that accepts JSON."""

    def test_success_has_the_elements_of_the_xml_reply(self, stranger: Client) -> None:
        """The result and the request id are in the members that XML's elements have; an instant is in seconds."""
        stranger.do("iam", "CreateUser", UserName="u")
        status, kind, body = reply(stranger, stranger.request("iam", "ListUsers"), "application/json")
        assert (status, kind) == (200, "application/json")
        result = body["ListUsersResponse"]["ListUsersResult"]
        assert result["IsTruncated"] is False
        assert [user["UserName"] for user in result["Users"]] == ["u"]
        assert isinstance(result["Users"][0]["CreateDate"], int)
        assert len(body["ListUsersResponse"]["ResponseMetadata"]["RequestId"]) == 36

    def test_success_without_output_has_the_request_id(self, stranger: Client) -> None:
        """The reply of an operation without output has no result."""
        stranger.do("iam", "CreateUser", UserName="u")
        request = stranger.request("iam", "DeleteUser", UserName="u")
        _, _, body = reply(stranger, request, "application/json")
        assert body["DeleteUserResponse"].keys() == {"ResponseMetadata"}

    def test_error_has_type_code_and_message(self, stranger: Client) -> None:
        """An error has its type, code and message beside the request id."""
        request = stranger.request("iam", "GetUser", UserName="u")
        status, kind, body = reply(stranger, request, "application/json")
        assert (status, kind) == (404, "application/json")
        message = "The user with name u cannot be found."
        assert body["Error"] == {"Code": "NoSuchEntity", "Message": message, "Type": "Sender"}
        assert len(body["RequestId"]) == 36

    def test_error_of_a_request_without_operation_is_json_too(self, stranger: Client) -> None:
        """A request that names no operation is refused in JSON."""
        request = replace(stranger.request("sts", "GetCallerIdentity"), body=b"Action=GetCallerIdentity")
        status, _, body = reply(stranger, request, "application/json")
        text = "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"
        assert (status, body["Error"]["Code"], body["Error"]["Message"]) == (400, "InvalidAction", text)

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("application/json, text/plain, */*", "application/json"),
            ("Application/JSON;q=0.9", "application/json"),
            ("text/xml, application/json", "text/xml"),
            ("*/*", "text/xml"),
            ("application/jsonlines", "text/xml"),
        ],
    )
    def test_first_type_that_the_client_names_decides(self, stranger: Client, accept: str, kind: str) -> None:
        """The reply is JSON if the client names JSON before XML."""
        request = stranger.request("sts", "GetCallerIdentity")
        result = stranger.app.handle(replace(request, headers={**request.headers, "accept": accept}))
        assert dict(result.headers)["Content-Type"] == kind
