"""The forms of the values in a state: what a field of a name may contain, whatever record has it.

The rules of the domain write nothing else, so that reading needs no checks; a file can be damaged.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from artifact_state import arns
from artifact_state.clock import EARLIEST
from artifact_state.errors import Refused
from artifact_state.model import Map
from artifact_state.ordered_map import OrderedMap
from artifact_state.policy_syntax.grammar import parse_json, require_statements
from artifact_state.policy_syntax.policy import parse_policy
from artifact_state.record import Record, fields

Form = Callable[[Any], bool]
_LATEST_YEAR = 9900
"""A margin for instants that are computed from stored ones."""
_LONGEST = timedelta(days=366 * 100)
_LARGEST = 1 << 53


def _pattern(text: str) -> Form:
    matches = re.compile(text).fullmatch
    return lambda value: matches(value) is not None


@lru_cache(4096)
def _is_policy(document: str) -> bool:
    try:
        require_statements(parse_json(document, ""), may_be_empty=True)
        parse_policy(document)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, Refused):
        return False
    return True


@lru_cache(4096)
def _is_object(document: str) -> bool:
    try:
        return isinstance(json.loads(document), dict)
    except (ValueError, RecursionError):
        return False


_ACCOUNT = _pattern("[0-9]{12}")
_ID = _pattern("[A-Za-z0-9][A-Za-z0-9/._@+=,-]*")
_ORGANIZATION = _pattern("o-[a-z0-9]{10,32}")
_NAME = _pattern(r"[^\x00-\x1f]+")
_UNIQUE_ID = _pattern("[A-Z0-9]{16,128}")
_PATH = _pattern("/(?:[!-~]*/)?")
_FORMS: dict[str, Form] = {
    **dict.fromkeys(("account_id", "management_account_id", "source_account_id", "govcloud_account_id"), _ACCOUNT),
    "organization_id": _ORGANIZATION,
    "source_organization_id": _ORGANIZATION,
    "partition": arns.GLOBAL_REGIONS.__contains__,
    "region": _pattern("[a-z0-9-]*"),
    "path": _PATH,
    "role_path": _PATH,
    "parent_id": _pattern("r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}"),
    "root_id": _pattern("r-[a-z0-9]{4,32}"),
    "id": _ID,
    "email": _pattern(r"[^\s\x00-\x1f@]+@[^\s\x00-\x1f@]+"),
    "trust_policy": _is_policy,
    "inline_policies": _is_policy,
    "document": _is_policy,
    "content": _is_object,
    "scope_down_policies": _is_policy,
    "version_id": _pattern("v[1-9][0-9]*"),
    "default_version_id": _pattern("v[1-9][0-9]*"),
    "policy_id": _ID,
    "seed": _pattern("[A-Z2-7]+"),
    "thumbprints": _pattern("[0-9a-fA-F]{40}"),
    "principal": _pattern(r"[A-Za-z0-9_.-]+"),
    "namespace": _pattern("[a-z0-9-]+"),
    "service": _pattern("[a-z0-9-]+"),
    "managed_policies": _NAME,
    "recipient": _NAME,
    "queries": bool,
    "token": _NAME,
    "secret": _NAME,
}
"""The forms of texts by the name of their field."""
_FORMS_OF_TYPES: dict[tuple[str, str], Form] = {
    ("Organization", "id"): _ORGANIZATION,
    ("Account", "id"): _ACCOUNT,
    ("Unit", "id"): _FORMS["parent_id"],
    ("Policy", "id"): _pattern("p-[a-zA-Z0-9_]{8,128}"),
    ("ResourcePolicy", "id"): _pattern("rp-[a-zA-Z0-9_]{4,128}"),
    ("Handshake", "id"): _pattern("h-[0-9a-z]{8,32}"),
    ("Transfer", "id"): _pattern("rt-[0-9a-z]{8,32}"),
    ("Creation", "id"): _pattern("car-[0-9a-z]{8,32}"),
    **dict.fromkeys((("Role", "id"), ("User", "id"), ("Group", "id"), ("InstanceProfile", "id")), _UNIQUE_ID),
    **dict.fromkeys((("Role", "name"), ("User", "name"), ("Group", "name")), _pattern(r"[\w+=,.@-]+")),
    ("CustomerPolicy", "name"): _pattern(r"[\w+=,.@-]+"),
    ("CredentialReport", "content"): lambda _: True,
    ("Inquiry", "id"): _pattern("compliance-inquiry-[A-Za-z0-9]{16}"),
    ("Inquiry", "region"): _pattern("[a-z0-9-]+"),
    ("Inquiry", "name"): _NAME,
    ("Acceptance", "id"): _pattern("customer-agreement-[A-Za-z0-9]{16}"),
    ("Report", "id"): _pattern("report-[A-Za-z0-9]{16}"),
    ("ReportedEntity", "path"): lambda _: True,
    ("SamlProvider", "metadata"): lambda _: True,
}
"""Forms of fields of one type of record, which come before those by name."""


def faults_in(value: Any, place: str) -> Iterator[str]:
    """Yield the places in a value, which may be a record, where a field does not have its form."""
    if isinstance(value, Record):
        for name, form, may_be_empty in _forms(type(value)):
            member = getattr(value, name)
            if not _has_form(member, form) and not (may_be_empty and member == ""):
                yield f"{place}.{name}"
            elif isinstance(member, Record | tuple | Map | OrderedMap):
                yield from faults_in(member, f"{place}.{name}")
    else:
        for item in _items(value):
            if isinstance(item, Record):
                yield from faults_in(item, place)


@cache
def _forms(record: type[Record]) -> tuple[tuple[str, Form | None, bool], ...]:
    """Return the fields of a type of record, each with its form and whether "" stands for a missing text."""
    return tuple(
        (name, _FORMS_OF_TYPES.get((record.__name__, name), _FORMS.get(name)), default == "")
        for name, default in fields(record).items()
    )


def _has_form(value: Any, form: Form | None) -> bool:
    """Return whether a value, or each of the values in it, has a form."""
    if value is None or isinstance(value, Record):
        return True
    if isinstance(value, str):
        return form is None or form(value)
    if isinstance(value, datetime):
        return value >= EARLIEST and value.year < _LATEST_YEAR
    if isinstance(value, timedelta):
        return timedelta(0) <= value <= _LONGEST
    if isinstance(value, int):
        return -_LARGEST < value < _LARGEST
    return all(_has_form(item, form) for item in _items(value))


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, Map | MappingProxyType | Mapping):
        return iter(value.values())
    return iter(value) if isinstance(value, tuple | frozenset | OrderedMap) else iter(())
