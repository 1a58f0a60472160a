"""AWS Query with forms as they should not be: AWS's error, and nothing changed."""

from dataclasses import replace
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from artifact_emulator.http import Request
from tests.support.wire_client import Client, answer, refused

SERVICE = "iam"
ROLE = "OrganizationAccountAccessRole"
DEPTH = 100_000


@pytest.fixture
def tagging(member: Client) -> Request:
    """Give a request with a list of structures that would succeed."""
    return member.request(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": "v"}])


def form(request: Request, body: bytes) -> Request:
    """Give a request for TagRole with another form."""
    return replace(request, body=b"Action=TagRole&Version=2010-05-08&" + body)


class TestForm:
    """A form as it should not be."""

    @pytest.mark.parametrize(
        "body",
        [
            b"RoleName=%ff",
            b"RoleName=\xff",
            b"RoleName=%ed%a0%80",
            b"&".join(b"a%d=1" % number for number in range(10_001)),
        ],
        ids=["encoded", "raw", "surrogate", "too many"],
    )
    def test_cannot_be_read(self, member: Client, tagging: Request, body: bytes) -> None:
        """No UTF-8, or more fields than any form has: 404 MalformedQueryString, as AWS has it."""
        got = refused(member.app, form(tagging, body), SERVICE)
        assert (got.status, got.code) == (404, "MalformedQueryString")

    @pytest.mark.parametrize(
        "body",
        [
            b"RoleName=a&RoleName.b=2",
            b"RoleName.b=2&RoleName=a",
            b"RoleName.=a",
            b"RoleName." + b".".join([b"A"] * DEPTH) + b"=1",
            b"RoleName=r&Tags=1",
            b"RoleName=r&Tags.member.1=x",
            b"RoleName=r&Tags.member.1=",
            b"RoleName=r&Tags.member.1.Key.deeper=x&Tags.member.1.Value=v",
            b"RoleName=r&Tags.member.x.Key=k",
            b"RoleName=r&Tags.member.-1.Key=k",
            b"RoleName=r&Tags.member." + b"9" * 5000 + b".Key=k",
            "RoleName=r&Tags.member.\u0661.Key=k&Tags.member.\u0661.Value=v".encode(),
            b"RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member=x",
            b"RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.1.Key=k",
            b"RoleName=r&Tags.entry.1.key=k",
            b"....=1&=2&&",
        ],
        ids=lambda body: repr(body[:40]),
    )
    def test_is_of_the_wrong_structure(self, member: Client, tagging: Request, body: bytes) -> None:
        """A value, a structure or a list in place of another, or both at once: MalformedInput."""
        got = refused(member.app, form(tagging, body), SERVICE, "TagRole")
        assert (got.status, got.code) == (400, "MalformedInput")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"RoleName=",
            b"RoleName=r&tags.member.1.Key=k&tags.member.1.Value=v",
            b".".join([b"A"] * DEPTH) + b"=1",
            b"RoleName=r&Tags.member.1.Key=k",
            b"RoleName=r&Tags.member.1.Key=" + b"k" * 129 + b"&Tags.member.1.Value=v",
            b"RoleName=%00&Tags.member.1.Key=k&Tags.member.1.Value=v",
        ],
        ids=lambda body: repr(body[:40]),
    )
    def test_breaks_a_constraint(self, member: Client, tagging: Request, body: bytes) -> None:
        """A member that is missing, or not as its shape says: ValidationError, and what is no member is ignored."""
        got = refused(member.app, form(tagging, body), SERVICE, "TagRole")
        assert (got.status, got.code) == (400, "ValidationError")
        assert "failed to satisfy constraint" in got.message

    def test_lists_in_the_order_of_the_numbers(self, member: Client, tagging: Request) -> None:
        """Numbers may be missing and out of order; 10 comes after 9."""
        body = b"&".join(
            b"Tags.member.%d.Key=k%d&Tags.member.%d.Value=%s"
            % (number, number, number, b"v" * (257 if number == 9 else 1))
            for number in (10, 9, 1)
        )
        request = form(tagging, b"RoleName=" + ROLE.encode() + b"&" + body)
        got = refused(member.app, request, SERVICE, "TagRole")
        assert "at 'tags.2.member.value' failed" in got.message
        request = form(tagging, request.body.replace(b"v" * 257, b"v").partition(b"2010-05-08&")[2])
        assert answer(member.app, request, SERVICE, "TagRole").status == 200
        tags = member.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"]
        assert [tag["Key"] for tag in tags] == ["k1", "k10", "k9"]

    @pytest.mark.parametrize(
        "text", ["]]>", "<a>&amp;</a>", "\U0001f600", "a\x01b", "a\x00", "\ufffe", "\x85", "\u2028", "\r\n\t", "'\""]
    )
    def test_has_text_that_xml_fears(self, stranger: Client, text: str) -> None:
        """Whatever a message quotes, the XML can be read, and what XML cannot hold is replaced."""
        # IAM repeats nothing that it refuses.
        request = stranger.request("sts", "GetFederationToken", Name=text)
        got = refused(stranger.app, request, "sts", "GetFederationToken")
        shown = ET.fromstring(got.reply.body)[0].findtext("{*}Message")
        assert shown is not None
        expected = text.translate({0: "\ufffd", 1: "\ufffd", 0xFFFE: "\ufffd"})
        assert f"Value '{expected}' at 'name'" in shown

    def test_keeps_text_as_it_is(self, member: Client) -> None:
        """What a pattern lets through comes back letter for letter."""
        value = "Grüße +=/:@ \u65e5\u672c"
        member.do(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": value}])
        assert member.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == [{"Key": "k", "Value": value}]


class TestAction:
    """A form that names no operation of the service."""

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "MissingAction"),
            (b"Version=2010-05-08", "MissingAction"),
            (b"Action=&Version=2010-05-08", "MissingAction"),
            (b"Action=Nothing&Version=2010-05-08", "InvalidAction"),
            (b"Action=getrole&Version=2010-05-08", "InvalidAction"),
            (b"Action=GetRole", "InvalidAction"),
            (b"Action=GetRole&Version=2011-06-15", "InvalidAction"),
            (b"Action=GetRole&Version=1999-01-01", "InvalidAction"),
            (b"Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction"),
            (b"Action=%3Cscript%3E&Version=2010-05-08", "InvalidAction"),
        ],
    )
    def test_is_refused(self, stranger: Client, body: bytes, code: str) -> None:
        """No action, an unknown one, or one of another version: 400, in XML."""
        request = replace(stranger.request(SERVICE, "GetRole", RoleName="r"), body=body)
        got = refused(stranger.app, request, SERVICE)
        assert (got.status, got.code) == (400, code)

    def test_may_be_in_the_query_of_a_get(self, stranger: Client) -> None:
        """An operation may be asked for by GET."""
        request = stranger.request("sts", "GetCallerIdentity")
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        asked = replace(request, method="GET", query=request.body.decode(), body=b"", headers=headers)
        assert answer(stranger.app, asked, "sts", "GetCallerIdentity").data["Account"] == stranger.account

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
    @pytest.mark.parametrize("where", ["query", "body"])
    def test_is_asked_with_another_method(self, stranger: Client, method: str, where: str) -> None:
        """An operation is asked for by GET or POST, and nothing else."""
        request = stranger.request(SERVICE, "CreateServiceLinkedRole", AWSServiceName="artifact.amazonaws.com")
        if where == "query":
            request = replace(request, query=request.body.decode(), body=b"")
        got = refused(stranger.app, replace(request, method=method), SERVICE)
        assert got.status == 400
        assert got.code in ("InvalidAction", "MissingAction")


class TestEnvelope:
    """What travels around an answer."""

    @pytest.mark.parametrize(("service", "operation"), [("iam", "ListRoles"), ("sts", "GetCallerIdentity")])
    def test_of_a_success(self, stranger: Client, service: str, operation: str) -> None:
        """The result stands in its wrapper, the request id in the metadata, both in the service's namespace."""
        reply = stranger.app.handle(stranger.request(service, operation))
        namespace = {
            "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
            "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
        }[service]
        assert reply.body.startswith(f'<{operation}Response xmlns="{namespace}"><{operation}Result>'.encode())

    def test_of_an_error(self, stranger: Client) -> None:
        """The sender is to blame, and the request id is beside the error."""
        reply = stranger.app.handle(stranger.request(SERVICE, "GetRole", RoleName="r"))
        request_id = dict(reply.headers)["x-amzn-RequestId"]
        assert reply.status == 404
        assert reply.body.decode() == (
            '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
            "<Code>NoSuchEntity</Code><Message>The role with name r cannot be found.</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )

    def test_of_nothing(self, member: Client, tagging: Request) -> None:
        """An operation without output answers no result at all."""
        reply = member.app.handle(tagging)
        request_id = dict(reply.headers)["x-amzn-RequestId"]
        assert reply.body.decode() == (
            '<TagRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></TagRoleResponse>"
        )

    def test_has_policies_encoded(self, member: Client) -> None:
        """A policy document travels percent-encoded, as RFC 3986 has it."""
        reply = member.app.handle(member.request(SERVICE, "GetRole", RoleName=ROLE))
        assert b"<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C" in reply.body
        assert quote("arn:aws:iam::111122223333:root", safe="").encode() in reply.body
