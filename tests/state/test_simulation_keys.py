"""The condition keys of simulated requests."""

import pytest

from artifact_state.errors import InvalidSimulationInput
from artifact_state.policy_evaluation.simulation.keys import ContextEntry, default_keys, given_keys
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, current_organization, world_with_organization


class TestGivenKeys:
    """given_keys."""

    def test_given_keys_are_lowered(self) -> None:
        """Keys are returned by their names in lower case, if their values are of their types."""
        assert given_keys(
            [
                ContextEntry("aws:CurrentTime", "date", ["2019-04-25T11:00:00Z"]),
                ContextEntry("aws:SourceIp", "ipList", ["10.0.0.1", "::1"]),
                ContextEntry("s3:max-keys", "numeric", ["10"]),
                ContextEntry("a:bytes", "binary", ["YQ=="]),
                ContextEntry("a:flag", "boolean", ["whatever"]),
                ContextEntry("a:untyped", None, ["a", "b"]),
            ]
        ).keys() == {"aws:currenttime", "aws:sourceip", "s3:max-keys", "a:bytes", "a:flag", "a:untyped"}

    @pytest.mark.parametrize(
        ("kind", "values", "message"),
        [
            ("string", ["a", "b"], "Context key string expected a single value, but received 2."),
            ("numeric", ["abc"], "Invalid context value for key a:key: expected numeric format."),
            ("numericList", ["1", "NaN"], "Invalid context value for key a:key: expected numeric format."),
            ("date", ["tomorrow"], "Invalid context value for key a:key: expected DateTime format."),
            ("ip", ["999.0.0.1"], "Invalid context value for key a:key: expected IP address."),
            ("binary", ["!base64"], "Invalid context value for key a:key: expected base-64 encoded binary format."),
        ],
    )
    def test_value_of_another_type_is_refused(self, kind: str, values: list[str], message: str) -> None:
        """A value that is not of its type is refused with AWS's message."""
        with pytest.raises(InvalidSimulationInput) as refusal:
            given_keys([ContextEntry("a:key", kind, values)])
        assert refusal.value.message == message

    def test_duplicate_key_is_refused(self) -> None:
        """A key is refused a second time, in whatever case."""
        with pytest.raises(InvalidSimulationInput, match=r"Duplicate context key: A:KEY\."):
            given_keys([ContextEntry("a:key", "string", ["a"]), ContextEntry("A:KEY", "string", ["b"])])


class TestDefaultKeys:
    """default_keys."""

    @pytest.mark.parametrize(
        ("kind", "further_keys"),
        [
            ("user", {"aws:username": ("N",), "aws:principaltype": ("User",)}),
            ("role", {"aws:principaltype": ("AssumedRole",)}),
            ("group", {}),
        ],
    )
    def test_default_keys_of_a_caller(self, kind: str, further_keys: dict[str, tuple[str, ...]]) -> None:
        """The keys describe the caller, which need not exist."""
        arn = f"arn:aws:iam::{STANDALONE}:{kind}/path/N"
        assert default_keys(world_with_organization().state, MANAGEMENT, arn, NOW) == {
            "aws:principalarn": (arn,),
            "aws:principalaccount": (STANDALONE,),
            "aws:userid": (arn,),
            **further_keys,
        }

    def test_default_keys_without_a_caller(self) -> None:
        """Without a caller, the keys describe a stub principal of the calling account."""
        world = world_with_organization()
        keys = default_keys(world.state, STANDALONE, None, NOW)
        assert keys == {"aws:principalaccount": (STANDALONE,), "aws:userid": ("STUB_PRINCIPAL_FOR_POLICY_SIMULATOR",)}

    def test_default_keys_of_an_organization(self) -> None:
        """The keys have the id, the path and the management account of the organization."""
        world = world_with_organization()
        keys = default_keys(world.state, STANDALONE, f"arn:aws:iam::{MANAGEMENT}:user/N", NOW)
        organization = current_organization(world)
        assert keys["aws:principalorgid"] == (organization.id,)
        assert keys["aws:principalorgmasteraccountid"] == (MANAGEMENT,)
        assert keys["aws:principalorgpaths"][0].startswith(f"{organization.id}/r-")
