"""Ids: of AWS's form, repeatable, and unique."""

import re
from base64 import b32decode
from collections.abc import Callable
from uuid import UUID

import pytest

from artifact_state import ids

# The patterns of AWS's API references, as narrow as the ids that AWS issues.
FORMS: dict[str, tuple[Callable[[str, int], str], str]] = {
    "organization": (ids.organization_id, "o-[a-z0-9]{10}"),
    "root": (ids.root_id, "r-[0-9a-z]{4}"),
    "account": (ids.account_id, "[1-9][0-9]{11}"),
    "creation": (ids.creation_id, "car-[a-z0-9]{32}"),
    "handshake": (ids.handshake_id, "h-[0-9a-z]{32}"),
    "role": (lambda seed, serial: ids.unique_id("AROA", seed, serial), "AROA[A-Z0-9]{17}"),
    "customer agreement": (ids.customer_agreement_id, "customer-agreement-[a-zA-Z0-9]{16}"),
    "NDA token": (lambda seed, serial: ids.token("nda-token-", seed, serial), "nda-token-[a-zA-Z0-9]{24}"),
    "agreement token": (
        lambda seed, serial: ids.token("agreement-token-", seed, serial), "agreement-token-[a-zA-Z0-9]{24}"
    ),
    "access key": (lambda seed, serial: ids.access_key_id("ASIA", "123456789012", seed, serial), "ASIA[A-Z2-7]{16}"),
    "secret": (lambda seed, serial: ids.secret(40, seed, serial), "[A-Za-z0-9]{40}"),
    "session token": (lambda seed, serial: ids.secret(356, seed, serial), "[A-Za-z0-9]{356}"),
    "uuid": (ids.uuid, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
}  # fmt: skip
every_form = pytest.mark.parametrize(("draw", "form"), FORMS.values(), ids=FORMS)


class TestIds:
    """Every kind of id."""

    @every_form
    def test_id_has_awss_form(self, draw: Callable[[str, int], str], form: str) -> None:
        """Prefix, length and alphabet are AWS's."""
        for serial in range(200):
            assert re.fullmatch(form, draw("seed", serial))

    @pytest.mark.parametrize("draw", [draw for draw, _ in FORMS.values()], ids=FORMS)
    def test_id_is_repeatable(self, draw: Callable[[str, int], str]) -> None:
        """Equal seeds and serials give equal ids."""
        assert [draw("seed", serial) for serial in range(20)] == [draw("seed", serial) for serial in range(20)]

    @every_form
    def test_id_is_unique(self, draw: Callable[[str, int], str], form: str) -> None:
        """Different serials and different seeds give different ids."""
        # The four characters of a root id can collide; creating an organization then draws another one.
        count = 30 if "{4}" in form[-3:] else 2000
        assert len({draw("seed", serial) for serial in range(count)}) == count
        assert draw("seed", 1) != draw("other", 1)


class TestDraw:
    """draw."""

    def test_parts_of_the_source_are_separated(self) -> None:
        """A source of two parts differs from a source with the same letters in one part."""
        assert ids.draw(ids.HEX, 20, "a", "bc") != ids.draw(ids.HEX, 20, "ab", "c") != ids.draw(ids.HEX, 20, "abc")

    def test_whole_alphabet_is_used(self) -> None:
        """Every letter of the alphabet occurs."""
        text = "".join(ids.draw(ids.LOWER, 40, serial) for serial in range(50))
        assert set(text) == set(ids.LOWER)


class TestUnitId:
    """unit_id."""

    def test_unit_id_contains_its_roots_characters(self) -> None:
        """The first part of the id is the root's."""
        assert re.fullmatch("ou-ab12-[a-z0-9]{8}", ids.unit_id("r-ab12", "seed", 1))


class TestUuid:
    """uuid."""

    def test_uuid_has_version_4(self) -> None:
        """Python parses the id as a UUID of version 4."""
        assert UUID(ids.uuid("seed", 1)).version == 4


class TestAccessKeyId:
    """access_key_id."""

    @pytest.mark.parametrize("account", ["000000000000", "000000000001", "123456789012", "999999999999"])
    def test_access_key_id_encodes_its_account(self, account: str) -> None:
        """The public algorithm that decodes the account of AWS's keys decodes the account of this one."""
        key = ids.access_key_id("ASIA", account, "seed", 7)
        assert (int.from_bytes(b32decode(key[4:])[:6], "big") & 0x7FFFFFFFFF80) >> 7 == int(account)

    def test_public_algorithm_decodes_a_key_of_aws(self) -> None:
        """The algorithm returns the known account of a key that AWS issued.

        Source: https://awsteele.com/blog/2020/09/26/aws-access-key-format.html
        """
        number = int.from_bytes(b32decode("ASIAY34FZKBOKMUTVV7A"[4:])[:6], "big")
        assert (number & 0x7FFFFFFFFF80) >> 7 == 609629065308
        assert ids.account_of_access_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"
