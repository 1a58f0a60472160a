"""The condition keys of simulated requests."""

import pytest

from artifact_state.errors import InvalidSimulationInput
from artifact_state.policy_evaluation.simulation.keys import ContextEntry, default_keys, given_keys
from artifact_state.policy_syntax.wildcards import Multivalued
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, current_organization, world_with_organization


class TestGivenKeys:
    """given_keys."""

    def test_given_keys_are_lowered(self) -> None:
        """Keys are returned by their names in lower case; the values of lists are multivalued even if there is one."""
        keys = given_keys(
            [ContextEntry("aws:SourceIp", "ipList", ["10.0.0.1"]), ContextEntry("a:flag", "boolean", ["TRUE"])]
        )
        assert keys == {"aws:sourceip": ("10.0.0.1",), "a:flag": ("TRUE",)}
        assert {name: isinstance(values, Multivalued) for name, values in keys.items()} == {
            "aws:sourceip": True,
            "a:flag": False,
        }

    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            ("numeric", "01.00", "1.00"),
            ("numeric", "+1", "1"),
            ("numericList", "010", "10"),
            ("date", "2035-01-02", "2035-01-02T00:00:00.000Z"),
            ("date", "2035-01-02T03:04:05+02:00", "2035-01-02T01:04:05.000Z"),
            ("date", "2035-01-02T03:04:05.123456Z", "2035-01-02T03:04:05.123Z"),
            ("date", "0", "1970-01-01T00:00:00.000Z"),
            ("date", "-10000-01-01", "-10000-01-01"),
            ("ip", "2001:0db8::1", "2001:0db8::1"),
            ("ip", "192.000.002.1", "192.000.002.1"),
            ("binary", "YQ==", "YQ=="),
            ("binary", "", ""),
            ("string", "01.00", "01.00"),
        ],
    )
    def test_value_has_the_text_of_its_type(self, kind: str, value: str, text: str) -> None:
        """Numbers and dates have a text of their own for the operators that compare texts."""
        assert given_keys([ContextEntry("a:key", kind, [value])]) == {"a:key": (text,)}

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            (ContextEntry("a:key", None, ["a"]), "Context key a:key has invalid type null."),
            (ContextEntry(None, "string", ["a"]), "ContextKeyName cannot be null or empty."),
            (ContextEntry("a:key", "string", []), "Context values for context key a:key cannot be null or empty."),
            (ContextEntry("a:key", "stringList", []), "Context values for context key a:key cannot be null or empty."),
        ],
    )
    def test_incomplete_entry_is_refused(self, entry: ContextEntry, message: str) -> None:
        """An entry needs a name, a type and values; one without any of them is ignored."""
        with pytest.raises(InvalidSimulationInput) as refusal:
            given_keys([entry])
        assert refusal.value.message == message
        assert given_keys([ContextEntry(None, None, [])]) == {}

    @pytest.mark.parametrize(
        ("kind", "values", "message"),
        [
            ("string", ["a", "b"], "Context key string expected a single value, but received 2."),
            ("numeric", ["abc"], "Invalid context value for key a:key: expected numeric format."),
            ("numericList", ["1", "NaN"], "Invalid context value for key a:key: expected numeric format."),
            ("date", ["tomorrow"], "Invalid context value for key a:key: expected DateTime format."),
            ("ip", ["999.0.0.1"], "Invalid context value for key a:key: expected IP address."),
            ("ip", ["192.0.2.0/24"], "Invalid context value for key a:key: expected IP address."),
            ("ip", ["fe80::1%1"], "Invalid context value for key a:key: expected IP address."),
            ("binary", ["YR=="], "Invalid context value for key a:key: expected base-64 encoded binary format."),
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
