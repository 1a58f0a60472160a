"""Values that are not as their shapes have them: every constraint is told, as AWS tells it."""

import pytest

from tests.support.wire_client import Client

LONG, SHORT = "Member must have length less than or equal to {}", "Member must have length greater than or equal to {}"
PATTERN, ENUM = "Member must satisfy regular expression pattern: {}", "Member must satisfy enum value set: [{}]"
NAME, TAG = PATTERN.format(r"[\w+=,.@-]+"), PATTERN.format(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+")
ARN = "arn:aws:artifact:us-east-1:999988887777:compliance-inquiry/compliance-inquiry-0000000000000000"


def message(client: Client, service: str, operation: str, **asked: object) -> str:
    """Call, and give what the refusal says."""
    got = client.expect_error(service, operation, **asked)
    assert (got.status, got.code) == (400, "ValidationException" if service == "artifact" else "ValidationError")
    return got.message


class TestStrings:
    """A string that breaks several constraints."""

    @pytest.mark.parametrize(
        ("name", "told"), [("", (SHORT.format(1), NAME)), ("é" * 65, (LONG.format(64), NAME)), ("a b", (NAME,))]
    )
    def test_breaks(self, stranger: Client, name: str, told: tuple[str, ...]) -> None:
        """Each is told by itself, lengths before patterns, and they are counted."""
        count = f"{len(told)} validation error{'s' if len(told) > 1 else ''} detected: "
        value = "Value at 'roleName' failed to satisfy constraint: "
        assert message(stranger, "iam", "GetRole", RoleName=name) == count + "; ".join(value + one for one in told)

    def test_is_repeated(self, stranger: Client) -> None:
        """AWS STS repeats what it refuses."""
        got = message(stranger, "sts", "GetAccessKeyInfo", AccessKeyId="?")
        value = "Value '?' at 'accessKeyId' failed to satisfy constraint: "
        told = (SHORT.format(16), PATTERN.format(r"[\w]*"))
        assert got == "2 validation errors detected: " + "; ".join(value + one for one in told)

    def test_looks_around(self, stranger: Client) -> None:
        """So is a pattern that looks around."""
        got = message(stranger, "iam", "CreateAccountAlias", AccountAlias="-")
        assert got.startswith("2 validation errors detected: Value at 'accountAlias' failed to satisfy constraint: ")
        assert got.endswith(PATTERN.format("[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]"))

    def test_in_a_structure(self, stranger: Client) -> None:
        """A member of a structure in a list is named by its place."""
        stranger.do("iam", "CreateUser", UserName="u")
        tags = [{"Key": "a", "Value": ""}, {"Key": "", "Value": ""}]
        got = message(stranger, "iam", "TagUser", UserName="u", Tags=tags)
        value = "Value at 'tags.2.member.key' failed to satisfy constraint: "
        assert got == f"2 validation errors detected: {value}{SHORT.format(1)}; {value}{TAG}"


class TestLists:
    """A list or a map that has what is not as its shape has it."""

    def test_of_strings(self, stranger: Client) -> None:
        """The list is named once, with all that its strings are held to."""
        stranger.do("iam", "CreateUser", UserName="u")
        got = message(stranger, "iam", "UntagUser", UserName="u", TagKeys=["a", "?", "b" * 129])
        held = f"Member must satisfy constraint: [{LONG.format(128)}, {SHORT.format(1)}, {TAG}]"
        assert got == f"1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: {held}"

    def test_of_words(self, stranger: Client) -> None:
        """Words are held to those that there are."""
        got = message(stranger, "iam", "GetAccountAuthorizationDetails", Filter=["User", "Robot"])
        held = ENUM.format("User, Role, Group, LocalManagedPolicy, AWSManagedPolicy")
        assert got.endswith(f"'filter' failed to satisfy constraint: Member must satisfy constraint: [{held}]")

    @pytest.mark.parametrize(
        ("operation", "asked", "told"),
        [
            (
                "UntagResource",
                {"tagKeys": ["a", "?"]},
                "Value '[a, ?]' at 'tagKeys' failed to satisfy constraint: Member",
            ),
            ("TagResource", {"tags": {"?": "1"}}, "Value '{?=1}' at 'tags' failed to satisfy constraint: Map keys"),
            ("TagResource", {"tags": {"a": "?"}}, "Value '{a=?}' at 'tags' failed to satisfy constraint: Map value"),
        ],
    )
    def test_is_repeated(self, stranger: Client, operation: str, asked: dict[str, object], told: str) -> None:
        """AWS Artifact repeats the whole list or map, and says whether keys or values are meant."""
        got = stranger.expect_error("artifact", operation, resourceArn=ARN, **asked)
        assert got.message.startswith(f"1 validation error detected: {told} must satisfy constraint: [{LONG[:30]}")
        (field,) = got.data["fieldList"]
        assert field == {"name": next(iter(asked)), "message": got.message}
