"""Ids: in AWS's forms, repeatable, and no two alike."""

import re
from base64 import b32decode
from collections.abc import Callable
from uuid import UUID

import pytest

from artifact_state import ids

# AWS's patterns (facts: organizations 3.1 and 5.3, artifact 1.4), as narrow as what AWS hands out.
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
every_form = pytest.mark.parametrize(("make", "form"), FORMS.values(), ids=FORMS)


class TestIds:
    """Every kind of id."""

    @every_form
    def test_has_awss_form(self, make: Callable[[str, int], str], form: str) -> None:
        """Prefix, length and alphabet are AWS's."""
        for serial in range(200):
            assert re.fullmatch(form, make("seed", serial))

    @pytest.mark.parametrize("make", [make for make, _ in FORMS.values()], ids=FORMS)
    def test_is_repeatable(self, make: Callable[[str, int], str]) -> None:
        """Equal seeds and serials give equal ids."""
        assert [make("seed", serial) for serial in range(20)] == [make("seed", serial) for serial in range(20)]

    @every_form
    def test_is_different_each_time(self, make: Callable[[str, int], str], form: str) -> None:
        """No two serials, and no two seeds, give the same id."""
        # Only a root's four characters are few enough to meet again; the organization tries another then.
        count = 30 if "{4}" in form[-3:] else 2000
        assert len({make("seed", serial) for serial in range(count)}) == count
        assert make("seed", 1) != make("other", 1)


class TestDraw:
    """Drawing text."""

    def test_keeps_sources_apart(self) -> None:
        """A source of two parts is another than the same letters in one."""
        assert ids.draw(ids.HEX, 20, "a", "bc") != ids.draw(ids.HEX, 20, "ab", "c") != ids.draw(ids.HEX, 20, "abc")

    def test_uses_the_whole_alphabet(self) -> None:
        """Every letter comes up."""
        drawn = "".join(ids.draw(ids.LOWER, 40, serial) for serial in range(50))
        assert set(drawn) == set(ids.LOWER)


class TestUnitId:
    """The id of an organizational unit."""

    def test_begins_with_its_roots(self) -> None:
        """The first part is the root's own."""
        assert re.fullmatch("ou-ab12-[a-z0-9]{8}", ids.unit_id("r-ab12", "seed", 1))


class TestUuid:
    """A UUID."""

    def test_is_one(self) -> None:
        """Python reads it as version 4."""
        assert UUID(ids.uuid("seed", 1)).version == 4


class TestAccessKeyId:
    """An access key id."""

    @pytest.mark.parametrize("account", ["000000000000", "000000000001", "123456789012", "999999999999"])
    def test_encodes_its_account(self, account: str) -> None:
        """Tools that read the account out of a key find it, as they do in AWS's keys."""
        key = ids.access_key_id("ASIA", account, "seed", 7)
        assert (int.from_bytes(b32decode(key[4:])[:6], "big") & 0x7FFFFFFFFF80) >> 7 == int(account)

    def test_is_laid_out_as_awss(self) -> None:
        """The same reading finds the account of a key that AWS handed out (facts: organizations 5.3)."""
        number = int.from_bytes(b32decode("ASIAY34FZKBOKMUTVV7A"[4:])[:6], "big")
        assert (number & 0x7FFFFFFFFF80) >> 7 == 609629065308
