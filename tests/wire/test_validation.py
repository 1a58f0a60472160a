"""Validation: the message names every broken constraint, in AWS's words."""

import pytest

from tests.support.wire_client import Client

TOO_LONG, TOO_SHORT = (
    "Member must have length less than or equal to {}",
    "Member must have length greater than or equal to {}",
)
PATTERN, ENUM = "Member must satisfy regular expression pattern: {}", "Member must satisfy enum value set: [{}]"
TAG = PATTERN.format(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+")
ALPHANUMERIC = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
BETWEEN_SLASHES = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
AT_ROLE_NAME = "1 validation error detected: Value at 'roleName' failed to satisfy constraint: "
ARN = "arn:aws:artifact:us-east-1:999988887777:compliance-inquiry/compliance-inquiry-0000000000000000"


def message(client: Client, service: str, operation: str, **members: object) -> str:
    """Call an operation that must be refused, and return the message."""
    error = client.expect_error(service, operation, **members)
    assert (error.status, error.code) == (400, "ValidationException" if service == "artifact" else "ValidationError")
    return error.message


class TestStrings:
    """A string that breaks several constraints."""

    @pytest.mark.parametrize(
        ("name", "constraints"),
        [("", (TOO_SHORT.format(1), TAG)), ("é?" * 65, (TOO_LONG.format(128), TAG)), ("?", (TAG,))],
    )
    def test_message_names_every_broken_constraint(
        self, stranger: Client, name: str, constraints: tuple[str, ...]
    ) -> None:
        """The message counts the broken constraints and names each, lengths before patterns."""
        count = f"{len(constraints)} validation error{'s' if len(constraints) > 1 else ''} detected: "
        value = "Value at 'tags.1.member.key' failed to satisfy constraint: "
        text = message(stranger, "iam", "TagUser", UserName="u", Tags=[{"Key": name, "Value": "v"}])
        assert text == count + "; ".join(value + constraint for constraint in constraints)

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"RoleName": "my role"}, f"The specified value for roleName is invalid. {ALPHANUMERIC}"),
            ({"RoleName": "r", "Path": "p"}, f"The specified value for path is invalid. {BETWEEN_SLASHES}"),
            ({"RoleName": "é" * 65}, f"{AT_ROLE_NAME}{TOO_LONG.format(64)}"),
            ({"RoleName": ""}, f"{AT_ROLE_NAME}{TOO_SHORT.format(1)}"),
        ],
    )
    def test_iam_has_its_own_words_for_names_and_paths(
        self, stranger: Client, members: dict[str, str], expected: str
    ) -> None:
        """A name or path with characters that are not allowed is refused in IAM's own words, after lengths."""
        assert message(stranger, "iam", "CreateRole", AssumeRolePolicyDocument="{}", **members) == expected

    def test_empty_marker_is_refused_in_iams_own_words(self, stranger: Client) -> None:
        """An empty marker is refused for its characters, not for its length."""
        assert message(stranger, "iam", "ListUsers", Marker="").startswith("The specified value for marker is invalid.")

    def test_sts_repeats_the_invalid_value(self, stranger: Client) -> None:
        """The message of AWS STS repeats the invalid value."""
        text = message(stranger, "sts", "GetAccessKeyInfo", AccessKeyId="?")
        value = "Value '?' at 'accessKeyId' failed to satisfy constraint: "
        constraints = (TOO_SHORT.format(16), PATTERN.format(r"[\w]*"))
        assert text == "2 validation errors detected: " + "; ".join(value + constraint for constraint in constraints)

    def test_broken_pattern_with_look_around_is_named(self, stranger: Client) -> None:
        """A broken pattern with a look-around is named like any other."""
        text = message(stranger, "iam", "CreateAccountAlias", AccountAlias="-")
        assert text.startswith("2 validation errors detected: Value at 'accountAlias' failed to satisfy constraint: ")
        assert text.endswith(PATTERN.format("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"))

    def test_member_in_a_list_is_named_by_its_position(self, stranger: Client) -> None:
        """A member of a structure in a list is named by its position."""
        stranger.do("iam", "CreateUser", UserName="u")
        tags = [{"Key": "a", "Value": ""}, {"Key": "", "Value": ""}]
        text = message(stranger, "iam", "TagUser", UserName="u", Tags=tags)
        value = "Value at 'tags.2.member.key' failed to satisfy constraint: "
        assert text == f"2 validation errors detected: {value}{TOO_SHORT.format(1)}; {value}{TAG}"


class TestLists:
    """A list or a map with invalid values."""

    def test_list_of_strings_is_named_once_with_all_constraints(self, stranger: Client) -> None:
        """The list is named once, with all constraints of its strings."""
        stranger.do("iam", "CreateUser", UserName="u")
        text = message(stranger, "iam", "UntagUser", UserName="u", TagKeys=["a", "?", "b" * 129])
        constraint = f"Member must satisfy constraint: [{TOO_LONG.format(128)}, {TOO_SHORT.format(1)}, {TAG}]"
        assert text == f"1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: {constraint}"

    def test_list_of_namespaces_excludes_nulls_in_its_constraints(self, stranger: Client) -> None:
        """Unlike those of other lists, the constraints of namespaces say that an entry is not null."""
        arn = stranger.do("iam", "CreateUser", UserName="u")["User"]["Arn"]
        text = message(stranger, "iam", "ListPoliciesGrantingServiceAccess", Arn=arn, ServiceNamespaces=["s3:a"])
        assert text.endswith(r"Member must satisfy regular expression pattern: [\w-]*, Member must not be null]")

    def test_list_of_enum_values_names_the_allowed_values(self, stranger: Client) -> None:
        """The constraint of a list of enum values names the allowed values."""
        text = message(stranger, "iam", "GetAccountAuthorizationDetails", Filter=["User", "Robot"])
        constraint = ENUM.format("User, Role, Group, LocalManagedPolicy, AWSManagedPolicy")
        assert text.endswith(f"'filter' failed to satisfy constraint: Member must satisfy constraint: [{constraint}]")

    def test_sts_repeats_a_long_list_in_full(self, stranger: Client) -> None:
        """AWS STS repeats a list that is too long in full, without quotes."""
        audience = [str(number) for number in range(11)]
        text = message(stranger, "sts", "GetWebIdentityToken", SigningAlgorithm="RS256", Audience=audience)
        value = "Value '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]' at 'audience' failed to satisfy constraint: "
        assert text == f"1 validation error detected: {value}{TOO_LONG.format(10)}"

    @pytest.mark.parametrize(
        ("operation", "members", "message"),
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
    def test_artifact_repeats_the_invalid_list_or_map(
        self, stranger: Client, operation: str, members: dict[str, object], message: str
    ) -> None:
        """AWS Artifact repeats the whole list or map, and says whether its keys or its values are invalid."""
        error = stranger.expect_error("artifact", operation, resourceArn=ARN, **members)
        assert error.message.startswith(
            f"1 validation error detected: {message} must satisfy constraint: [{TOO_LONG[:30]}"
        )
        (field,) = error.data["fieldList"]
        assert field == {"name": next(iter(members)), "message": error.message}


class TestOrganizations:
    """The reasons and messages of AWS Organizations.

    Recorded: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_inputs.json
    and organizations_handshakes.json beside it.
    """

    @pytest.mark.parametrize(
        ("operation", "members", "reason", "text"),
        [
            ("DescribeHandshake", {}, "INPUT_REQUIRED:HANDSHAKE_ID", "You must provide a value for the parameter."),
            (
                "DescribeHandshake",
                {"HandshakeId": ""},
                "INVALID_PATTERN:HANDSHAKE_ID",
                "You provided a value that does not match the required pattern.",
            ),
            (
                "ListHandshakesForAccount",
                {"Filter": {"ActionType": "no"}},
                "INVALID_ENUM:FILTER_ACTION_TYPE",
                "You specified an invalid value.",
            ),
            (
                "TagResource",
                {"ResourceId": "r-0000", "Tags": [{"Key": "a", "Value": ""}, {"Key": "b"}]},
                "INPUT_REQUIRED:TAGS_2_MEMBER_VALUE",
                "You must provide a value for the parameter.",
            ),
            (
                "UpdateOrganizationalUnit",
                {"OrganizationalUnitId": "ou-0000-00000000", "Name": "x" * 129},
                "MAX_LENGTH_EXCEEDED:NAME",
                "You provided a string that exceeds that maximum length.",
            ),
            (
                "EnableAWSServiceAccess",
                {"ServicePrincipal": "a b"},
                "INVALID_PATTERN:SERVICE_PRINCIPAL",
                "You provided a value that does not match the required pattern.",
            ),
            (
                "CreatePolicy",
                {"Name": "n", "Description": "", "Content": "{}", "Type": "NO"},
                "INVALID_ENUM_POLICY_TYPE",
                "You specified an invalid policy type.",
            ),
            (
                "ListEffectivePolicyValidationErrors",
                {"AccountId": "r-0000", "PolicyType": "TAG_POLICY"},
                "TARGET_NOT_SUPPORTED",
                "You specified a target that is not currently supported.",
            ),
            (
                "InviteAccountToOrganization",
                {},
                "INVALID_PATTERN",
                "You provided a value that does not match the required pattern.",
            ),
            (
                "ListEffectivePolicyValidationErrors",
                {"PolicyType": "TAG_POLICY"},
                "TARGET_NOT_SUPPORTED",
                "You specified a target that is not currently supported.",
            ),
        ],
    )
    def test_reason_names_the_parameter(
        self, management: Client, operation: str, members: dict[str, object], reason: str, text: str
    ) -> None:
        """The reason names the parameter in capitals, except the reasons that stand for one already."""
        before = management.app.world.state
        error = management.expect_error("organizations", operation, **members)
        assert (error.code, error.data["Reason"], error.message) == ("InvalidInputException", reason, text)
        assert management.app.world.state is before
