"""Histories of one value that many clients write and read at once, and whether they are serial.

A history is linearizable if each operation can be given an instant between its begin and its end so that every read
returns the latest written value. With different values that is decided in n log n steps.
Source: P. B. Gibbons and E. Korach, Testing Shared Memories, SIAM Journal on Computing 26(4), 1997.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Operation(NamedTuple):
    """A write or a read of a value; resets write the same value, so that reads cannot tell them apart."""

    begin: float
    end: float
    value: str
    is_write: bool


class _Zone(NamedTuple):
    """The time in which the operations on one value took place.

    It is forward if the value has to be the present one from `low` to `high`, and backward if it may be so at one
    instant in between.
    """

    low: float
    high: float
    is_forward: bool
    value: str


RESET = ""
"""The value of a reset, and of a read that finds none."""


def contradictions(operations: Sequence[Operation]) -> Iterator[str]:
    """Yield why a history is not linearizable; nothing if it is, as far as reads that find no value can tell."""
    writes = {operation.value: operation for operation in operations if operation.is_write and operation.value}
    clusters: dict[str, list[Operation]] = {value: [write] for value, write in writes.items()}
    for operation in operations:
        if operation.is_write or operation.value == RESET:
            continue
        write = writes.get(operation.value)
        if write is None:
            yield f"{operation.value} was read and never written"
        elif operation.end < write.begin:
            yield f"{operation.value} was read before it was written"
        else:
            clusters[operation.value].append(operation)
    zones = [_zone(value, cluster) for value, cluster in clusters.items()]
    # Nothing can be read from a reset, so that it is an instant that has to lie outside of all forward zones.
    zones += [
        _Zone(operation.begin, operation.end, False, RESET)
        for operation in operations
        if operation.is_write and operation.value == RESET
    ]
    yield from _overlaps(zones)
    yield from _impossible_resets(operations)


def _zone(value: str, cluster: Sequence[Operation]) -> _Zone:
    first_end, last_begin = min(of.end for of in cluster), max(of.begin for of in cluster)
    return _Zone(min(first_end, last_begin), max(first_end, last_begin), first_end < last_begin, value)


def _overlaps(zones: Sequence[_Zone]) -> Iterator[str]:
    """Find forward zones that overlap, and backward zones within a forward one."""
    latest: _Zone | None = None
    forward = sorted(zone for zone in zones if zone.is_forward)
    for zone in forward:
        if latest is not None and zone.low < latest.high:
            yield f"{latest.value} and {zone.value} were each read after the other"
        latest = zone
    backward = sorted((zone for zone in zones if not zone.is_forward), key=lambda zone: zone.low)
    position = 0
    for zone in backward:
        while position < len(forward) and forward[position].high <= zone.low:
            position += 1
        if position < len(forward) and forward[position].low < zone.low and zone.high < forward[position].high:
            yield f"{forward[position].value} was read after {zone.value or 'a reset'}, which followed it"


def _impossible_resets(operations: Sequence[Operation]) -> Iterator[str]:
    """Find reads that found no value although a write followed the last reset that can have preceded them."""
    resets = [operation for operation in operations if operation.is_write and operation.value == RESET]
    writes = sorted((operation for operation in operations if operation.is_write and operation.value), key=_end)
    position, last_begin = 0, float("-inf")
    for read in sorted((of for of in operations if not of.is_write and of.value == RESET), key=lambda of: of.begin):
        while position < len(writes) and writes[position].end < read.begin:
            last_begin = max(last_begin, writes[position].begin)
            position += 1
        if last_begin > float("-inf") and not any(
            reset.end > last_begin and reset.begin < read.end for reset in resets
        ):
            yield f"no value was found at {read.begin:.6f}, though one had been written since the last reset"


def _end(operation: Operation) -> float:
    return operation.end
