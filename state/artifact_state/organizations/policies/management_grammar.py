"""The grammar of management and declarative policies, checked against the data of each type.

A document has the one element of its type, and below it objects down to settings, which operators set. Names and
operators ignore case, values do not. What all types have in common is here, what differs is in the catalog.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_backup_structure.json
"""

import re
from datetime import datetime, timedelta
from typing import Any

from artifact_state.catalog.policy_grammar_records import GrammarNode, ObjectGrammar, SettingGrammar, ValueRule
from artifact_state.errors import MalformedPolicyDocument
from artifact_state.organizations.policies.effective_errors import conflicts
from artifact_state.organizations.policies.inheritance import merge_policies
from artifact_state.organizations.policies.operators import (
    ALL,
    ASSIGN,
    CHILD_OPERATORS,
    NONE,
    OPERATOR_PREFIX,
    VALUE_OPERATORS,
    Scalar,
    text_of,
)
from artifact_state.organizations.policies.schedules import time_between_runs

_CHILD_OPERATOR_VALUES = {ALL, NONE, *VALUE_OPERATORS}
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,16}")


def check_management_policy(grammar: ObjectGrammar, document: dict[str, Any], now: datetime) -> None:
    """Refuse a document that its type's grammar does not allow, or that contradicts itself.

    Raises MalformedPolicyDocument.
    """
    # At the top, AWS accepts value operators with plain values, and ignores them.
    ignored = {name: value for name, value in document.items() if name.lower() in VALUE_OPERATORS}
    for name, value in ignored.items():
        values = value if isinstance(value, list) else [value]
        _require(not any(isinstance(item, dict | list) for item in values), name, "needs plain values")
    elements = {name: value for name, value in document.items() if name not in ignored}
    _check_object(grammar, elements, "the document", now)
    _require(any(not name.startswith(OPERATOR_PREFIX) for name in elements), "the document", "has no element")
    _require_distinct_names(document, "the document")
    merged = merge_policies(grammar, [[("", document)]])
    for conflict in conflicts(grammar, merged.document, now, within_one_document=True):
        raise MalformedPolicyDocument(f"{'/'.join(conflict.path)}: {conflict.fields} do not go together")


def _check(grammar: GrammarNode, value: Any, name: str, owner: str, now: datetime) -> None:
    """Check a member of an object, whose own name is `owner`."""
    if isinstance(grammar, SettingGrammar):
        _check_setting(grammar, value, name, owner, now)
    elif isinstance(grammar, ObjectGrammar):
        _check_object(grammar, value, name, now)
    else:
        _check_free(value, name)


def _check_object(grammar: ObjectGrammar, value: Any, name: str, now: datetime) -> None:
    _require(isinstance(value, dict), name, "must be an object")
    _require_distinct_names(value, name)
    for member_name, member in value.items():
        lower = member_name.lower()
        if lower == CHILD_OPERATORS:
            _check_child_operators(member)
        elif lower in grammar.members:
            _check(grammar.members[lower][1], member, member_name, name, now)
        elif grammar.names and grammar.each and not lower.startswith(OPERATOR_PREFIX):
            _require(_is_allowed(grammar.names, member_name, now), member_name, "is not a valid name")
            _check(grammar.each, member, member_name, name, now)
        else:
            raise MalformedPolicyDocument(f"{member_name} is not a member of {name}")
    present = {member_name.lower() for member_name in value}
    _require(present.issuperset(grammar.required), name, "lacks a required member")


def _check_setting(grammar: SettingGrammar, value: Any, name: str, owner: str, now: datetime) -> None:
    _require(isinstance(value, dict), name, "must be set by operators")
    _require_distinct_names(value, name)
    known = VALUE_OPERATORS if grammar.is_list else (ASSIGN,)
    for operator, operand in value.items():
        if operator.lower() == CHILD_OPERATORS:
            _check_child_operators(operand)
            continue
        _require(operator.lower() in known, name, f"does not have the operator {operator}")
        _require(isinstance(operand, list) is grammar.is_list, name, "must be a list, or must not be one")
        values = operand if grammar.is_list else [operand]
        _require(operator.lower() != ASSIGN or len(values) >= grammar.minimum, name, "has too few values")
        _require(all(_is_allowed(grammar.rule, item, now) for item in values), name, "has an invalid value")
        _require(not grammar.is_name or operand.lower() == owner.lower(), name, f"is not {owner}")


def _check_free(value: Any, name: str) -> None:
    """Check an object or a setting of unknown members: operators may only stand beside other operators."""
    _require(isinstance(value, dict), name, "must be an object or be set by operators")
    _require_distinct_names(value, name)
    is_setting = any(member_name.lower() in VALUE_OPERATORS for member_name in value)
    for member_name, member in value.items():
        if member_name.lower() == CHILD_OPERATORS:
            _check_child_operators(member)
        elif is_setting:
            _require(member_name.lower() in VALUE_OPERATORS, name, "mixes operators with members")
            _require(isinstance(member, list) or member_name.lower() == ASSIGN, name, "needs a list")
            values = member if isinstance(member, list) else [member]
            _require(all(isinstance(item, Scalar) for item in values), name, "needs plain values")
        else:
            _require(not member_name.startswith(OPERATOR_PREFIX), member_name, "is not an operator")
            _check_free(member, member_name)


def _check_child_operators(value: Any) -> None:
    is_list = isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
    _require(is_list, CHILD_OPERATORS, "must list operators")
    operators = [item.lower() for item in value]
    _require(_CHILD_OPERATOR_VALUES.issuperset(operators), CHILD_OPERATORS, "lists an unknown operator")
    _require(len(set(value)) == len(value), CHILD_OPERATORS, "lists an operator twice")
    _require(NONE not in operators or len(value) == 1, CHILD_OPERATORS, f"lists {NONE} beside others")


def _is_allowed(rule: ValueRule, value: Any, now: datetime) -> bool:
    """Return whether a rule allows a value or a name."""
    if type(value) not in rule.types:
        return False
    text = text_of(value)
    if rule.whole_numbers:
        least, greatest = rule.whole_numbers
        return bool(_WHOLE_NUMBER.fullmatch(text)) and least <= int(text) <= (
            int(text) if greatest is None else greatest
        )
    if rule.minutes_between_runs is not None:
        between = time_between_runs(text, now)
        return between is not None and between >= timedelta(minutes=rule.minutes_between_runs)
    return text in rule.values or bool(rule.pattern and rule.pattern.fullmatch(text))


def _require_distinct_names(value: dict[str, Any], name: str) -> None:
    _require(len({member.lower() for member in value}) == len(value), name, "has names that differ in case alone")


def _require(holds: bool, name: str, why: str) -> None:  # noqa: FBT001 - An assertion: its condition comes first.
    if not holds:
        raise MalformedPolicyDocument(f"{name} {why}")
