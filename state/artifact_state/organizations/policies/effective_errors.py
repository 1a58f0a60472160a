"""What is wrong with an effective policy although each of its policies is valid.

The limits and dependencies are data of each policy type. A single document must have no conflicts of its own either.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EffectivePolicyValidationError.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_policy_validation.json
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from artifact_state.catalog.policy_grammar_records import Dependency, GrammarNode, ObjectGrammar, SettingGrammar
from artifact_state.organizations.policies.inheritance import MergedPolicy, Path
from artifact_state.organizations.policies.schedules import time_between_runs
from artifact_state.record import Record, replace


class EffectivePolicyFault(Enum):
    """What is wrong with a part of an effective policy."""

    MISSING_MEMBER = "missing member"
    TOO_FEW = "too few"
    TOO_MANY = "too many"
    TOO_MANY_SHARE_A_VALUE = "too many share a value"
    TOO_LARGE = "too large"
    CONFLICT = "conflict"


class EffectivePolicyValidationError(Record):
    """A fault of an effective policy, although each policy by itself is valid."""

    fault: EffectivePolicyFault
    path: Path
    name: str = ""
    """The member, list or object at fault."""
    limit: int = 0
    size: int = 0
    value: str = ""
    """The value that too many members share."""
    members: tuple[str, ...] = ()
    """The members that share it."""
    fields: tuple[tuple[str, str], ...] = ()
    """The settings that are in conflict, with their values."""
    policy_ids: tuple[str, ...] = ()


def validation_errors(
    grammar: ObjectGrammar, merged: MergedPolicy, now: datetime
) -> Iterator[EffectivePolicyValidationError]:
    """Yield the errors of an effective policy, without duplicates."""
    document = merged.document
    for error in dict.fromkeys((*_too_large(grammar, document), *_errors(grammar, document, (), now))):
        is_of_all = error.fault is EffectivePolicyFault.TOO_LARGE
        yield error if is_of_all else replace(error, policy_ids=tuple(merged.sources_below(error.path)))


def conflicts(
    grammar: GrammarNode, value: Any, now: datetime, path: Path = (), *, within_one_document: bool
) -> Iterator[EffectivePolicyValidationError]:
    """Yield the conflicts between settings of a document or of an effective policy."""
    if not isinstance(grammar, ObjectGrammar):
        return
    for dependency in grammar.dependencies:
        if within_one_document or not dependency.within_one_document:
            yield from _conflicts_of(dependency, value, path, now)
    for name, member_grammar, member in _members(grammar, value):
        yield from conflicts(member_grammar, member, now, (*path, name), within_one_document=within_one_document)


def _errors(grammar: GrammarNode, value: Any, path: Path, now: datetime) -> Iterator[EffectivePolicyValidationError]:
    yield from _structural_errors(grammar, value, path)
    yield from conflicts(grammar, value, now, path, within_one_document=False)


def _structural_errors(grammar: GrammarNode, value: Any, path: Path) -> Iterator[EffectivePolicyValidationError]:
    name = path[-1] if path else ""
    if isinstance(grammar, SettingGrammar):
        if grammar.is_list and len(value) < grammar.minimum_when_merged:
            limit = grammar.minimum_when_merged
            yield EffectivePolicyValidationError(fault=EffectivePolicyFault.TOO_FEW, path=path, name=name, limit=limit)
        yield from _too_many(value, grammar.maximum_when_merged, path)
        return
    if not isinstance(grammar, ObjectGrammar):
        return
    for missing in (*grammar.required, *grammar.required_when_merged):
        if missing not in value:
            yield EffectivePolicyValidationError(fault=EffectivePolicyFault.MISSING_MEMBER, path=path, name=missing)
    yield from _too_many(value, grammar.maximum_when_merged, path)
    for list_name, limit in grammar.maximum_sharing.items():
        yield from _too_many_sharing(value, list_name, limit, path)
    for member_name, member_grammar, member in _members(grammar, value):
        yield from _structural_errors(member_grammar, member, (*path, member_name))


def _members(grammar: ObjectGrammar, value: Mapping[str, Any]) -> Iterator[tuple[str, GrammarNode, Any]]:
    """Yield the name, the grammar and the value of each member."""
    for name, member in value.items():
        known = grammar.members.get(name.lower())
        member_grammar = known[1] if known else grammar.each
        if member_grammar is not None:
            yield name, member_grammar, member


def _too_large(grammar: ObjectGrammar, document: Mapping[str, Any]) -> Iterator[EffectivePolicyValidationError]:
    for name, member, _ in _members(grammar, document):
        limit = member.maximum_bytes if isinstance(member, ObjectGrammar) else None
        size = len(effective_content(document).encode()) if limit else 0
        if limit and size > limit:
            yield EffectivePolicyValidationError(
                fault=EffectivePolicyFault.TOO_LARGE, path=(name,), size=size, limit=limit
            )


def effective_content(document: Mapping[str, Any]) -> str:
    """Return the text of an effective policy, without white space."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _too_many(value: Any, limit: int | None, path: Path) -> Iterator[EffectivePolicyValidationError]:
    if limit is not None and len(value) > limit:
        yield EffectivePolicyValidationError(fault=EffectivePolicyFault.TOO_MANY, path=path, name=path[-1], limit=limit)


def _too_many_sharing(
    value: Mapping[str, Any], list_name: str, limit: int, path: Path
) -> Iterator[EffectivePolicyValidationError]:
    sharing: dict[str, list[str]] = {}
    for name, member in value.items():
        for item in dict.fromkeys(member.get(list_name, ())):
            sharing.setdefault(item, []).append(name)
    for item, names in sharing.items():
        if len(names) > limit:
            yield EffectivePolicyValidationError(
                fault=EffectivePolicyFault.TOO_MANY_SHARE_A_VALUE,
                path=path,
                name=list_name,
                limit=limit,
                value=item,
                members=tuple(sorted(names)),
            )


def _conflicts_of(
    dependency: Dependency, value: Mapping[str, Any], path: Path, now: datetime
) -> Iterator[EffectivePolicyValidationError]:
    name, required_value = dependency.when
    for pattern in dependency.blocks:
        for block in _blocks(value, pattern):
            if _setting_at(block, value, name) != required_value:
                continue
            values = [_setting_at(block, value, field) for field in dependency.fields]
            if not _holds(dependency, values, now):
                fields = zip(dependency.fields, values, strict=True)
                yield EffectivePolicyValidationError(
                    fault=EffectivePolicyFault.CONFLICT,
                    path=path,
                    name=path[-1],
                    fields=(dependency.when, *((field, text) for field, text in fields if text is not None)),
                )


def _blocks(value: Mapping[str, Any], pattern: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the objects whose paths match a pattern, in which `*` stands for any name."""
    if not pattern:
        yield value
    elif pattern[0] == "*":
        for member in value.values():
            yield from _blocks(member, pattern[1:])
    else:
        yield from _blocks(value.get(pattern[0], {}), pattern[1:])


def _setting_at(block: Mapping[str, Any], outer: Mapping[str, Any], name: str) -> str | None:
    """Return the setting of a block, or else of the object around it; a slash separates the names of a path."""
    if name in block:
        setting: str | None = block[name]
        return setting
    found: Any = outer
    for part in name.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else None


def _holds(dependency: Dependency, values: Sequence[str | None], now: datetime) -> bool:
    """Return whether the fields of a dependency meet its condition."""
    first, limit = values[0], dependency.limit
    if first is None or dependency.condition == "absent":
        return first is None and dependency.condition == "absent"
    if dependency.condition == "equals":
        return first == limit
    if dependency.condition == "maximum":
        return int(first) <= int(limit)
    if dependency.condition == "days_between_runs":
        between = time_between_runs(first, now)
        return between is not None and between >= timedelta(days=int(limit))
    other = values[1]
    return other is not None and int(first) - int(other) >= int(limit)
