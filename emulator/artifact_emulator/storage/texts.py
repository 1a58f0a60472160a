"""The texts of what a world has beside its state: options, clock, events, calls and fault rules."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.faults.kinds import KINDS, kind_of
from artifact_emulator.faults.rules import ActiveRule, FaultRule
from artifact_state import events
from artifact_state.clock import Clock
from artifact_state.model import Caller
from artifact_state.record_format import reader_of, to_plain
from artifact_state.snapshot import dump_clock, dump_options, load_clock, load_options
from artifact_state.state_rows import text_of
from artifact_state.world import Options

_INSTANT = "\0instant"
_BYTES = "\0bytes"
"""The members that stand for values that JSON does not have; no name in a call begins with a null character."""


def options_text(options: Options) -> str:
    """Return options as text."""
    return json.dumps(dump_options(options))


def read_options(text: str) -> Options:
    """Return the options of a text.

    Raises InvalidSnapshot.
    """
    return load_options(json.loads(text))


def clock_text(clock: Clock) -> str:
    """Return a clock as text."""
    return json.dumps(dump_clock(clock))


def read_clock(text: str) -> Clock:
    """Return the clock of a text.

    Raises InvalidSnapshot.
    """
    return load_clock(json.loads(text))


def event_text(event: events.Event) -> str:
    """Return an event as text."""
    return f'["{type(event).__name__}",{text_of(event)}]'


def read_event(text: str) -> events.Event:
    """Return the event of a text."""
    name, members = json.loads(text)
    event: events.Event = reader_of(getattr(events, name)).validate_python(members)
    return event


def call_text(call: CallRecord) -> str:
    """Return a call as text."""
    failure = call.failure
    facts = {
        "number": call.number,
        "at": call.at,
        "service": call.service.name,
        "operation": call.operation,
        "members": call.members,
        "value": call.value,
        "failure": failure and [failure.code, failure.message, failure.recorded_message, failure.fault_id],
        "request_id": call.request_id,
        "user_agent": call.user_agent,
        "size": call.size,
    }
    return f'{_encode(facts)[:-1]},"caller":{_caller_text(call.caller)}}}'


@lru_cache(256)
def _caller_text(caller: Caller) -> str:
    # With the region even if it is the default, because it is read in the database.
    return _encode({**to_plain(caller), "region": caller.region})


def value_text(value: Any) -> str:
    """Return a value as text."""
    return _encode(value)


def read_value(text: str) -> Any:
    """Return the value of a text."""
    return json.loads(text, object_hook=_object)


def fault_text(active: ActiveRule) -> str:
    """Return a fault rule with its counters as text."""
    rule = active.rule
    action = {"kind": kind_of(rule.action).name, "action": to_plain(rule.action)}
    counters = {"since": active.since, "eligible": active.eligible, "matched": active.matched}
    matches = {name: getattr(rule, name) for name in _RULE_FIELDS}
    ttl = rule.ttl and rule.ttl.total_seconds()
    return _encode({"id": active.id, **counters, **matches, "ttl": ttl, **action})


def read_fault(text: str) -> ActiveRule:
    """Return the fault rule of a text."""
    fault = json.loads(text, object_hook=_object)
    kind = next(kind for kind in KINDS if kind.name == fault["kind"])
    rule = FaultRule(
        **{name: fault[name] for name in _RULE_FIELDS},
        ttl=None if fault["ttl"] is None else timedelta(seconds=fault["ttl"]),
        action=reader_of(kind.action).validate_python(fault["action"]),
    )
    return ActiveRule(fault["id"], rule, fault["since"], fault["eligible"], fault["matched"])


_RULE_FIELDS = ("service", "operation", "account", "probability", "times", "nth")


def _extra(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_INSTANT: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: value.decode("latin-1")}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encode = json.JSONEncoder(default=_extra, check_circular=False, separators=(",", ":")).encode


def _object(members: dict[str, Any]) -> Any:
    if len(members) == 1:
        if (instant := members.get(_INSTANT)) is not None:
            return datetime.fromisoformat(instant)
        if (content := members.get(_BYTES)) is not None:
            return content.encode("latin-1")
    return members
