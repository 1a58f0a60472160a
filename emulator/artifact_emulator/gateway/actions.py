"""The actions, resources and condition keys of a call to another service, and what is not known of them.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/ and the tables that the data is made from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from artifact_emulator.gateway.operations import ForeignCall
from artifact_emulator.gateway.resource_values import UNKNOWN, normalized, source_of, values_of
from artifact_emulator.gateway.service_tables import ServiceTable, service_table

ANYTHING = "*"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_CONDITION = re.compile("(?=[?!@])")
_MAX_RESOURCES = 1000
"""Of one type that are told apart; of more, only the type is known."""
_MAX_KINDS = 8
"""Of resources that a call may concern; of more than these, nothing is said."""
Keys = dict[str, tuple[str, ...]]


class ActionRequest(NamedTuple):
    """One action that a call needs, with its resources and condition keys."""

    action: str
    resources: tuple[str, ...] = ()
    """The full ARNs of its resources; `*` alone for an action without types of resources."""
    keys: Mapping[str, tuple[str, ...]] = {}
    """The condition keys that the call carries itself."""
    partial: tuple[str, ...] = ()
    """The ARNs of further resources as far as they are known, with `*` for what is not."""
    unknown_keys: tuple[str, ...] = ()
    """The condition keys of the action whose values only the service knows."""
    is_known: bool = True
    """Whether AWS has the action; if not, the operation's name stands for it."""


class ForeignRequest(NamedTuple):
    """The authorization request of a call to another service."""

    actions: tuple[ActionRequest, ...]
    unknown: tuple[str, ...] = ()
    """What is not known, in words."""


def actions_of(call: ForeignCall, account: str, partition: str) -> ForeignRequest:
    """Return the actions that a call needs, with resources of the calling account unless the call names others."""
    table = service_table(call.service)
    prefix = table.prefix or call.service
    parts = table.operations.get(call.operation, (None,))[1:]
    if not parts:
        action = f"{prefix}:{call.operation}" if call.operation else f"{prefix}:"
        text = f"no action is known for {prefix}:{call.operation or f'{call.method} {call.path}'}"
        return ForeignRequest((ActionRequest(action, partial=(ANYTHING,), is_known=False),), (text,))
    known = {"Partition": partition, "Region": call.region, "Account": account}
    requests = tuple(request for part in parts for request in _requests(table, call, part, known))
    texts = [] if call.members is not None else [f"the input of {call.name}: its body cannot be read"]
    return ForeignRequest(requests, (*texts, *(text for request in requests for text in _unknown(request))))


def _unknown(request: ActionRequest) -> Iterator[str]:
    for resource in request.partial:
        yield f"the resource of {request.action}: only {resource} is known of it"
    for key in request.unknown_keys:
        yield f"condition key {key}"


def _requests(
    table: ServiceTable, call: ForeignCall, part: Sequence[Any], known: Mapping[str, str]
) -> Iterator[ActionRequest]:
    """Yield the request of an action, unless the call does not need it."""
    text, key_set, types, *own = part
    name, *condition = _CONDITION.split(text or call.operation, maxsplit=1)
    members = normalized(table.prefix, call.members or {})
    fills: Mapping[str, str] = {**table.fills, **dict(pair.split("=", 1) for pair in own)}
    principal = ""
    for clause in condition:
        if clause[0] == "@":
            source, _, principal = clause[1:].partition(">")
            members, fills = source_of(members, source, fills)
            if _is_absent(members, is_role=principal != "") and call.members is not None:
                return
        elif any(name in members for name in clause[1:].split("|")) is (clause[0] == "!"):
            return
    action = name if ":" in name else f"{table.prefix}:{name}"
    names = dict(_with_key_set(kind, key_set) for kind in types.split(";")) if types else {}
    full, partial = _resources(table, call, _Types(names, fills, members, key_set), known)
    carrying = call.members and members if "CopySource" in text else call.members
    of_request = {"ec2:Region": (call.region,), **call.keys}
    for number in dict.fromkeys((*full.values(), *partial.values())):
        # Of more kinds of resources than are told apart, no key is surely one.
        is_vague = partial.get(ANYTHING) == number
        keys, unknown_keys = _keys(table.key_sets[number], None if is_vague else carrying)
        for key in of_request.keys() & set(unknown_keys):
            keys[key] = of_request[key]
            unknown_keys.remove(key)
        if principal:
            keys["iam:PassedToService"] = (principal,)
            unknown_keys.remove("iam:PassedToService")
        arns, patterns = ([arn for arn, of in found.items() if of == number] for found in (full, partial))
        yield ActionRequest(action, tuple(arns), keys, tuple(patterns), tuple(unknown_keys))


def _with_key_set(marked: str, of_action: int) -> tuple[str, int]:
    """Return a type of resources with its marks, and the number of its condition keys, if they are not the action's."""
    kind, _, number = marked.partition(",")
    return kind, int(number or of_action)


def _is_absent(members: Mapping[str, Any], *, is_role: bool) -> bool:
    """Return whether a call has nothing that an action is needed for: no such structure in its list, or no role."""
    return not any(any(value) if is_role and isinstance(value, list) else value for value in members.values())


class _Types(NamedTuple):
    """The types of resources of an action, and what tells their ARNs."""

    names: Mapping[str, int]
    """With their marks, and the numbers of their condition keys."""
    fills: Mapping[str, str]
    members: Mapping[str, Any]
    key_set: int
    """The number of all condition keys of the action."""


_Arns = dict[str, int]
"""ARNs, each with the number of the condition keys of its type."""


def _resources(table: ServiceTable, call: ForeignCall, types: _Types, known: Mapping[str, str]) -> tuple[_Arns, _Arns]:
    """Return the full and the partial ARNs of the resources of an action."""
    if not types.names:
        return {ANYTHING: types.key_set}, {}
    special = _SPECIAL_TYPES.get(next(iter(types.names)))
    if special is not None:
        found, patterns = special(call, types.members, known)
        return dict.fromkeys(found, types.key_set), dict.fromkeys(patterns, types.key_set)
    full, partial, possible = _Arns(), _Arns(), _Arns()
    for marked, key_set in types.names.items():
        kind, is_created, is_required = marked.rstrip("!+"), marked.endswith("+"), marked.endswith("!")
        arns = list(_arns(table, kind, types, known))
        of_kind = {arn: key_set for arn, is_full in arns if is_full}
        if is_created and not of_kind:
            of_kind = {_filled(table.arns[kind][0], known): key_set}
        full |= of_kind
        others = {arn: key_set for arn, is_full in arns if not is_full}
        if not of_kind and is_required:
            partial |= others
        elif not of_kind:
            possible |= others
    if not full and not partial:
        partial = possible if len(possible) <= _MAX_KINDS else {ANYTHING: types.key_set}
    # A query of an index needs no permission for its table.
    tables = [arn for arn in full if any(other.startswith(f"{arn}/index/") for other in full)]
    return {arn: number for arn, number in full.items() if arn not in tables}, partial


def _arns(table: ServiceTable, kind: str, types: _Types, known: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the ARNs of a type of resources that a call names, each with whether it is complete."""
    for arn_format in table.arns[kind]:
        variables = [name for name in _VARIABLE.findall(arn_format) if name not in known]
        if not variables:
            # A type without variables is one of many; only a call that needs it surely concerns it.
            yield _filled(arn_format, known), len(types.names) == 1 or f"{kind}!" in types.names
            continue
        pattern = _pattern(arn_format)
        given = [value for value in _texts(types.members) if value.startswith("arn:") and pattern.fullmatch(value)]
        yield from ((value, True) for value in given)
        if given:
            continue
        choices = [
            list(values_of(table.prefix, kind, variable, types.members, types.fills.get(f"{kind}.{variable}")))
            or [UNKNOWN]
            for variable in variables
        ]
        if prod(map(len, choices)) > _MAX_RESOURCES:
            yield _filled(arn_format, known), False
            continue
        for chosen in product(*choices):
            values = dict(known)
            for variable, value in zip(variables, chosen, strict=True):
                values |= {variable: value.text, **value.known}
            yield _filled(arn_format, values), all(value.is_full for value in chosen)


def _path_resource(
    call: ForeignCall, members: Mapping[str, Any], known: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the resource of an action of Amazon API Gateway: the path, without the version of the API.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    """
    return [f"arn:{known['Partition']}:apigateway:{call.region}::{call.path.removeprefix('/v2')}"], []


def _tagged_resources(
    call: ForeignCall, members: Mapping[str, Any], known: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the resources of ec2:CreateTags: those that the call creates, whose ids are not known, or that it names.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    start = f"arn:{known['Partition']}:ec2:{call.region}:"
    specifications = members.get("TagSpecifications") or members.get("TagSpecification")
    kinds = [entry.get("ResourceType") for entry in specifications or () if isinstance(entry, dict)]
    created = [f"{start}{'' if kind in _OWNED_BY_NONE else known['Account']}:{kind}/*" for kind in kinds]
    ids = members.get("Resources", [])
    return created, [f"{start}*:*/{name}" for name in (ids if isinstance(ids, list) else [ids])]


_OWNED_BY_NONE = ("image", "snapshot")
_SPECIAL_TYPES = {"@path": _path_resource, "@tagged": _tagged_resources}


def _texts(members: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts among the members of a call, and those in its lists."""
    for value in members.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, str))


def _filled(arn_format: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match[1], ANYTHING), arn_format)


@lru_cache(maxsize=1024)
def _pattern(arn_format: str) -> re.Pattern[str]:
    """Return the pattern of the ARNs of a type of resources; only their last variable has further parts."""
    parts = _VARIABLE.split(arn_format)
    texts = [re.escape(part) if number % 2 == 0 else "[^:/]*" for number, part in enumerate(parts)]
    if len(texts) > 2:
        texts[-2] = ".+"
    return re.compile("".join(texts))


def _keys(key_set: str, members: Mapping[str, Any] | None) -> tuple[Keys, list[str]]:
    """Return the condition keys that a call carries, and those that only the service knows."""
    keys: Keys = {}
    unknown = []
    for text in key_set.split():
        key, _, holder = text.partition("=")
        member, has_default, other = holder.partition("|")
        value = None if members is None else _member(members, member)
        if value is not None:
            keys |= _key_values(key, value)
        elif not member or members is None or (has_default and (not other or other in members)):
            unknown.append(key)
    return keys, unknown


def _member(members: Mapping[str, Any], path: str) -> Any:
    """Return the value of a member, which may be in a structure, or None."""
    value: Any = members
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _key_values(key: str, value: Any) -> Keys:
    name, _, variable = key.partition("/")
    if variable or name.lower() in ("aws:tagkeys", "s3:requestobjecttagkeys"):
        tags = dict(_tags(value))
        return {f"{name}/{tag}": (text,) for tag, text in tags.items()} if variable else {name: tuple(tags)}
    if isinstance(value, list):
        return {key: tuple(_text(entry) for entry in value if not isinstance(entry, dict | list))}
    return {} if isinstance(value, dict) else {key: (_text(value),)}


def _tags(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the tags in the forms that services have for them: lists of pairs, maps, keys, or a query."""
    if isinstance(value, str):
        yield from parse_qsl(value, keep_blank_values=True)
    elif isinstance(value, dict):
        if isinstance(value.get("Tags"), list | dict):
            yield from _tags(value["Tags"])
        else:
            yield from ((str(name), _text(text)) for name, text in value.items())
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict):
            yield _text(entry), ""
            continue
        lowered = {name.lower(): part for name, part in entry.items()}
        inner = lowered.get("tags", lowered.get("tag"))
        if isinstance(inner, list):
            yield from _tags(inner)
        name = lowered.get("key", lowered.get("tagkey"))
        if name is not None:
            yield str(name), _text(lowered.get("value", lowered.get("tagvalue", "")))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
