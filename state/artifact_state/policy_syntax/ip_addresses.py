"""IP addresses and networks as AWS reads them, which is in part more lenient than the standards and in part stricter.

Source: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_ip.json
"""

import re
from functools import lru_cache
from typing import NamedTuple

_IPV4 = re.compile(r"\.".join([r"0*(\d{1,3})"] * 4), re.ASCII)
_GROUP = re.compile(r"[0-9a-f]{1,4}", re.IGNORECASE)
_PREFIX_LENGTH = re.compile(r"\+?0*(\d{1,3})", re.ASCII)
_MAPPED = 0xFFFF
"""The first 96 bits of an IPv6 address that stands for an IPv4 address."""


class Address(NamedTuple):
    """An address; those of different lengths are never equal."""

    bits: int
    """32 or 128."""
    number: int


class Network(NamedTuple):
    """A network, which contains the addresses that begin like its own."""

    address: Address
    prefix_length: int


def is_in_network(address: Address, network: Network) -> bool:
    """Return whether a network contains an address."""
    own = network.address
    shift = own.bits - network.prefix_length
    return address.bits == own.bits and address.number >> shift == own.number >> shift


@lru_cache(maxsize=1024)
def address_of(text: str) -> Address | None:
    """Return the address in a text, as IPv4 if it is an IPv4-mapped one; None for a text that is not an address."""
    ipv4 = _ipv4(text)
    if ipv4 is not None:
        return ipv4
    # An IPv4 address may be the end of a mapped IPv6 address only.
    start, colon, end = text.rpartition(":")
    tail = _ipv4(end)
    address = _ipv6(text) if tail is None else _ipv6(f"{start}{colon}{tail.number >> 16:x}:{tail.number & 0xFFFF:x}")
    if address is not None and address.number >> 32 == _MAPPED:
        return Address(32, address.number & 0xFFFFFFFF)
    return address if tail is None else None


@lru_cache(maxsize=1024)
def network_of(text: str) -> Network | None:
    """Return the network in a text; None for a text that is not a network.

    An IPv4 network may have host bits, an IPv6 network may not. A mapped one is an IPv6 network without addresses.
    """
    address_text, slash, length_text = text.partition("/")
    address = _ipv4(address_text) or _ipv6(address_text)
    if address is None:
        return None
    match = _PREFIX_LENGTH.fullmatch(length_text) if slash else None
    if slash and match is None:
        return None
    length = int(match[1]) if match else address.bits
    if length > address.bits:
        return None
    host_bits = address.number & ((1 << address.bits - length) - 1)
    return None if host_bits and address.bits == 128 else Network(address, length)


def _ipv4(text: str) -> Address | None:
    match = _IPV4.fullmatch(text)
    if match is None:
        return None
    octets = [int(octet) for octet in match.groups()]
    return Address(32, int.from_bytes(octets)) if max(octets) < 256 else None


def _ipv6(text: str) -> Address | None:
    """Read an IPv6 address, where colons at the end are ignored and one too many in the middle or in front is zero."""
    halves = text.split("::")
    groups = [half.rstrip(":").split(":") if half.strip(":") else [] for half in halves]
    given = sum(map(len, groups))
    if len(halves) > 2 or (given != 8 if len(halves) == 1 else given > 7):
        return None
    zeros = ["0"] * (8 - given)
    texts = [group or "0" for group in (*groups[0], *zeros, *(groups[1] if len(groups) > 1 else []))]
    if not all(map(_GROUP.fullmatch, texts)):
        return None
    return Address(128, int("".join(group.zfill(4) for group in texts), 16))
