"""AWS Query with malformed forms: the error is AWS's, and nothing changes."""

from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.wire_client import Client, answer, refused

SERVICE = "iam"
ROLE = "OrganizationAccountAccessRole"
DEPTH = 100_000


@pytest.fixture
def tagging(member: Client) -> Request:
    """Return a request with a list of structures that would succeed."""
    return member.request(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": "v"}])


def form(request: Request, body: bytes) -> Request:
    """Return a request for TagRole with another form."""
    return replace(request, body=b"Action=TagRole&Version=2010-05-08&" + body)


class TestForm:
    """A malformed form."""

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
    def test_form_that_cannot_be_decoded_is_malformed(self, member: Client, tagging: Request, body: bytes) -> None:
        """A form that is not UTF-8, or has too many fields, is a MalformedQueryString with status 404, as on AWS."""
        error = refused(member.app, form(tagging, body), SERVICE)
        assert (error.status, error.code) == (404, "MalformedQueryString")

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
            b"RoleName=r&Tags.member.-1.Key=k",
            b"RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member=x",
            b"RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.1.Key=k",
            b"RoleName=r&Tags.entry.1.key=k",
            b"....=1&=2&&",
        ],
        ids=lambda body: repr(body[:40]),
    )
    def test_form_of_the_wrong_structure_is_malformed_input(
        self, member: Client, tagging: Request, body: bytes
    ) -> None:
        """A value, structure or list in place of another one, or two of them at once, is a MalformedInput."""
        error = refused(member.app, form(tagging, body), SERVICE, "TagRole")
        assert (error.status, error.code) == (400, "MalformedInput")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"RoleName=r&tags.member.1.Key=k&tags.member.1.Value=v",
            b".".join([b"A"] * DEPTH) + b"=1",
            b"RoleName=r&Tags.member.1.Key=k",
            b"RoleName=r&Tags.member.x.Key=k&Tags.member.x.Value=v",
            b"RoleName=r&Tags.member." + b"9" * 5000 + b".Key=k",
            "RoleName=r&Tags.member.\u0661.Key=k&Tags.member.\u0661.Value=v".encode(),
            b"RoleName=r&Tags.member.1.Key=" + b"k" * 129 + b"&Tags.member.1.Value=v",
        ],
        ids=lambda body: repr(body[:40]),
    )
    def test_member_that_breaks_a_constraint_is_a_validation_error(
        self, member: Client, tagging: Request, body: bytes
    ) -> None:
        """A missing or invalid member is a ValidationError; an unknown member is ignored."""
        error = refused(member.app, form(tagging, body), SERVICE, "TagRole")
        assert (error.status, error.code) == (400, "ValidationError")
        assert "failed to satisfy constraint" in error.message

    @pytest.mark.parametrize(
        ("numbers", "text"),
        [
            ((0,), "0 is not a valid index"),
            ((-1,), "Key -1 may not have a leading '-'"),
            ((12,), "Excessively sparse input would skip 11 list elements"),
            ((1, 12), "Excessively sparse input would skip 11 list elements"),
            ((22, 1), "Excessively sparse input would skip 21 list elements"),
            ((1, 11, 22), "Excessively sparse input would skip 11 list elements"),
            (("1.1",), "Two index elements may not occur back to back"),
        ],
    )
    def test_number_of_an_entry_is_refused(self, member: Client, tagging: Request, numbers: object, text: str) -> None:
        """A number below 1, one far from the number before it, or two numbers in a row are malformed."""
        body = b"&".join(f"Tags.member.{number}.Key=k".encode() for number in numbers)  # type: ignore[attr-defined]
        error = refused(member.app, form(tagging, b"RoleName=r&" + body), SERVICE, "TagRole")
        assert (error.code, error.message) == ("MalformedInput", text)

    @pytest.mark.parametrize("number", ["one", "+1"])
    def test_name_in_place_of_a_number_is_a_structure(self, stranger: Client, number: str) -> None:
        """A list of strings has no room for the structure that an entry without a number is."""
        body = f"Action=GetContextKeysForCustomPolicy&Version=2010-05-08&PolicyInputList.member.{number}=x".encode()
        request = replace(stranger.request(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=["x"]), body=body)
        error = refused(stranger.app, request, SERVICE, "GetContextKeysForCustomPolicy")
        assert (error.code, error.message) == ("MalformedInput", "Start of list found where not expected")

    def test_list_entries_are_ordered_by_their_numbers(self, member: Client, tagging: Request) -> None:
        """The entries of a list may be out of order; 10 comes after 9, and 01 is 1."""
        fields = [
            b"Tags.member.%d.Key=k%d&Tags.member.0%d.Value=v" % (number, number, number) for number in range(1, 11)
        ]
        request = form(tagging, b"RoleName=" + ROLE.encode() + b"&" + b"&".join(reversed(fields)))
        assert answer(member.app, request, SERVICE, "TagRole").status == 200
        tags = member.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"]
        assert sorted(tag["Key"] for tag in tags) == sorted(f"k{number}" for number in range(1, 11))

    @pytest.mark.parametrize("numbers", [(2,), (11,), (1, 11, 21)])
    def test_skipped_list_entries_are_empty(self, member: Client, tagging: Request, numbers: tuple[int, ...]) -> None:
        """An entry that the numbers skip is an empty structure, which lacks its members."""
        fields = [b"Tags.member.%d.Key=k&Tags.member.%d.Value=v" % (number, number) for number in numbers]
        error = refused(member.app, form(tagging, b"RoleName=r&" + b"&".join(fields)), SERVICE, "TagRole")
        first = 1 if numbers[0] > 1 else 2
        assert f"Value at 'tags.{first}.member.value' failed to satisfy constraint: Member must not" in error.message

    def test_message_names_ten_missing_members_at_most(self, member: Client, tagging: Request) -> None:
        """The message names the first ten missing members; of an entry, the last member of the model first."""
        error = refused(member.app, form(tagging, b"RoleName=r&Tags.member.11.Key=k"), SERVICE, "TagRole")
        assert error.message.startswith("10 validation errors detected: Value at 'tags.1.member.value' failed")
        assert error.message.count("must not be null") == 10
        assert error.message.index("tags.5.member.value") < error.message.index("tags.5.member.key")

    @pytest.mark.parametrize(
        ("size", "code"),
        [("1", ""), ("01", ""), ("+1", ""), (" 1", "MalformedInput"), ("1e0", "MalformedInput"),
         ("2147483648", "MalformedInput"), ("-2147483648", "ValidationError"), ("0", "ValidationError")],
    )  # fmt: skip
    def test_whole_number_has_a_sign_digits_and_32_bits(self, member: Client, size: str, code: str) -> None:
        """A whole number is an optional sign and digits, of 32 bits."""
        request = member.request(SERVICE, "ListRoles", MaxItems=1)
        request = replace(
            request, body=request.body.replace(b"MaxItems=1", b"MaxItems=" + size.replace("+", "%2B").encode())
        )
        assert answer(member.app, request, SERVICE, "ListRoles").code == code

    @pytest.mark.parametrize(
        ("value", "code"),
        [("true", ""), ("1", ""), ("false", ""), ("0", ""), ("True", "MalformedInput"), ("", "MalformedInput")],
    )
    def test_boolean_is_true_false_1_or_0(self, member: Client, value: str, code: str) -> None:
        """A boolean is `true`, `false`, `1` or `0`, in this case."""
        request = member.request(SERVICE, "ListPolicies", OnlyAttached=True)
        request = replace(request, body=request.body.replace(b"OnlyAttached=true", f"OnlyAttached={value}".encode()))
        assert answer(member.app, request, SERVICE, "ListPolicies").code == code

    @pytest.mark.parametrize(
        "text", ["]]>", "<a>&amp;</a>", "\U0001f600", "a\x01b", "a\x00", "\ufffe", "\x85", "\u2028", "\r\n\t", "'\""]
    )
    def test_message_with_special_characters_is_valid_xml(self, stranger: Client, text: str) -> None:
        """A message that quotes special characters is valid XML; characters that XML does not allow are replaced."""
        # IAM does not repeat invalid values.
        request = stranger.request("sts", "GetFederationToken", Name=text)
        error = refused(stranger.app, request, "sts", "GetFederationToken")
        message = ET.fromstring(error.reply.body)[0].findtext("{*}Message")
        assert message is not None
        expected = text.translate({0: "\ufffd", 1: "\ufffd", 0xFFFE: "\ufffd"})
        assert f"Value '{expected}' at 'name'" in message

    def test_text_is_returned_unchanged(self, member: Client) -> None:
        """Text that a pattern allows is returned unchanged."""
        value = "Grüße +=/:@ \u65e5\u672c"
        member.do(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": value}])
        assert member.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == [{"Key": "k", "Value": value}]


class TestAction:
    """The action that a form names."""

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
    def test_unknown_action_or_version_is_refused(self, stranger: Client, body: bytes, code: str) -> None:
        """A missing action, an unknown one, or one of another version is refused with status 400 in XML."""
        request = replace(stranger.request(SERVICE, "GetRole", RoleName="r"), body=body)
        error = refused(stranger.app, request, SERVICE)
        assert (error.status, error.code) == (400, code)

    @pytest.mark.parametrize(
        "agent",
        ["Boto3/1.50.0 md/Botocore#1.50.0", "aws-cli/2.40.0", "APN/1.0 Terraform/1.14.0 aws-sdk-go-v2/1.50.0"],
    )
    def test_operation_of_a_newer_sdk_is_not_emulated(self, stranger: Client, agent: str) -> None:
        """An unknown operation that an SDK calls exists in AWS: the emulator says that its models are older."""
        request = stranger.request(SERVICE, "GetRole", RoleName="r")
        body = b"Action=GetSomethingNew&Version=2010-05-08"
        request = replace(request, body=body, headers={**request.headers, "user-agent": agent})
        error = refused(stranger.app, request, SERVICE)
        assert (error.status, error.code) == (501, "NotImplemented")
        assert "iam:GetSomethingNew, which is newer than its models of AWS" in error.message

    def test_operation_may_be_called_by_get(self, stranger: Client) -> None:
        """An operation may be called by GET with the form in the query."""
        request = stranger.request("sts", "GetCallerIdentity")
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        by_get = replace(request, method="GET", query=request.body.decode(), body=b"", headers=headers)
        assert answer(stranger.app, by_get, "sts", "GetCallerIdentity").data["Account"] == stranger.account

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
    @pytest.mark.parametrize("where", ["query", "body"])
    def test_other_methods_are_refused(self, stranger: Client, method: str, where: str) -> None:
        """An operation is called by GET or POST only."""
        request = stranger.request(SERVICE, "CreateServiceLinkedRole", AWSServiceName="artifact.amazonaws.com")
        if where == "query":
            request = replace(request, query=request.body.decode(), body=b"")
        error = refused(stranger.app, replace(request, method=method), SERVICE)
        assert error.status == 400
        assert error.code in ("InvalidAction", "MissingAction")


class TestEnvelope:
    """The envelope of a reply."""

    @pytest.mark.parametrize(("service", "operation"), [("iam", "ListRoles"), ("sts", "GetCallerIdentity")])
    def test_success_has_the_namespace_and_the_result_wrapper(
        self, stranger: Client, service: str, operation: str
    ) -> None:
        """The result is in its wrapper, in the namespace of the service."""
        reply = stranger.app.handle(stranger.request(service, operation))
        namespace = {
            "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
            "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
        }[service]
        assert reply.body.startswith(f'<{operation}Response xmlns="{namespace}"><{operation}Result>'.encode())

    def test_error_has_type_code_message_and_request_id(self, stranger: Client) -> None:
        """An error has the type Sender, its code and message, and the request id beside it."""
        reply = stranger.app.handle(stranger.request(SERVICE, "GetRole", RoleName="r"))
        request_id = dict(reply.headers)["x-amzn-RequestId"]
        assert reply.status == 404
        assert reply.body.decode() == (
            '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
            "<Code>NoSuchEntity</Code><Message>The role with name r cannot be found.</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )

    def test_operation_without_output_has_no_result(self, member: Client, tagging: Request) -> None:
        """The reply of an operation without output has no result."""
        reply = member.app.handle(tagging)
        request_id = dict(reply.headers)["x-amzn-RequestId"]
        assert reply.body.decode() == (
            '<TagRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></TagRoleResponse>"
        )

    def test_policy_documents_are_percent_encoded(self, member: Client) -> None:
        """A policy document is percent-encoded as in RFC 3986."""
        reply = member.app.handle(member.request(SERVICE, "GetRole", RoleName=ROLE))
        assert b"<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C" in reply.body
        assert quote("arn:aws:iam::111122223333:root", safe="").encode() in reply.body
