"""The condition keys of calls that nobody makes."""

import pytest

from artifact_state.errors import InvalidSimulationInput
from artifact_state.policy_evaluation.simulation.keys import ContextEntry, default_keys, given_keys
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, current_organization, world_with_organization


class TestGiven:
    """given_keys."""

    def test_kinds(self) -> None:
        """Each by its name in lower case, if its values are what they are said to be."""
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
        ("kind", "values", "why"),
        [
            ("string", ["a", "b"], "Context key string expected a single value, but received 2."),
            ("numeric", ["abc"], "Invalid context value for key a:key: expected numeric format."),
            ("numericList", ["1", "NaN"], "Invalid context value for key a:key: expected numeric format."),
            ("date", ["tomorrow"], "Invalid context value for key a:key: expected DateTime format."),
            ("ip", ["999.0.0.1"], "Invalid context value for key a:key: expected IP address."),
            ("binary", ["!base64"], "Invalid context value for key a:key: expected base-64 encoded binary format."),
        ],
    )
    def test_what_they_are_not(self, kind: str, values: list[str], why: str) -> None:
        """Are refused in AWS's words."""
        with pytest.raises(InvalidSimulationInput) as refusal:
            given_keys([ContextEntry("a:key", kind, values)])
        assert refusal.value.message == why

    def test_twice(self) -> None:
        """A key is given once, whatever the case of its name."""
        with pytest.raises(InvalidSimulationInput, match=r"Duplicate context key: A:KEY\."):
            given_keys([ContextEntry("a:key", "string", ["a"]), ContextEntry("A:KEY", "string", ["b"])])


class TestAssumed:
    """assumed_keys."""

    @pytest.mark.parametrize(
        ("kind", "more"),
        [
            ("user", {"aws:username": ("N",), "aws:principaltype": ("User",)}),
            ("role", {"aws:principaltype": ("AssumedRole",)}),
            ("group", {}),
        ],
    )
    def test_of_a_caller(self, kind: str, more: dict[str, tuple[str, ...]]) -> None:
        """Who he is, although he need not be there."""
        arn = f"arn:aws:iam::{STANDALONE}:{kind}/path/N"
        assert default_keys(world_with_organization().state, MANAGEMENT, arn, NOW) == {
            "aws:principalarn": (arn,),
            "aws:principalaccount": (STANDALONE,),
            "aws:userid": (arn,),
            **more,
        }

    def test_of_nobody(self) -> None:
        """Somebody of the account that asks, and of its organization."""
        world = world_with_organization()
        keys = default_keys(world.state, STANDALONE, None, NOW)
        assert keys == {"aws:principalaccount": (STANDALONE,), "aws:userid": ("STUB_PRINCIPAL_FOR_POLICY_SIMULATOR",)}

    def test_of_an_organization(self) -> None:
        """Its id, where in it the account is, and its management account."""
        world = world_with_organization()
        keys = default_keys(world.state, STANDALONE, f"arn:aws:iam::{MANAGEMENT}:user/N", NOW)
        organization = current_organization(world)
        assert keys["aws:principalorgid"] == (organization.id,)
        assert keys["aws:principalorgmasteraccountid"] == (MANAGEMENT,)
        assert keys["aws:principalorgpaths"][0].startswith(f"{organization.id}/r-")
