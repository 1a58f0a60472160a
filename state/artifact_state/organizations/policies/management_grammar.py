"""The grammar of management and declarative policies: settings, and operators that say what children inherit.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
and the page on the syntax of each type beside it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from artifact_state.errors import MalformedPolicyDocument

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
VALUE_OPERATORS = (ASSIGN, APPEND, REMOVE)
CHILD_OPERATORS = "@@operators_allowed_for_child_policies"
_ALLOWED = {"@@all", "@@none", *VALUE_OPERATORS}
Check = Callable[[Any, str], None]
ANY_NAME = "*"


def check_management_policy(document: dict[str, Any]) -> None:
    """Refuse what breaks the rules that all these types have in common.

    Unverified: the grammar of the newest types beyond that.
    Raises MalformedPolicyDocument.
    """
    _require(bool(document), "The document is empty.", "")
    for name, value in document.items():
        _check_settings(value, name)


def check_tag_policy(document: dict[str, Any]) -> None:
    """Refuse what is no tag policy.

    Raises MalformedPolicyDocument.
    """
    lists = _setting(_is_texts)
    tag = _members(
        {
            "tag_key": _setting(_is_text),
            "tag_value": lists,
            "enforced_for": lists,
            "report_required_tag_for": lists,
        }
    )
    _top(document, "tags", _members({ANY_NAME: tag}))


def check_ai_opt_out_policy(document: dict[str, Any]) -> None:
    """Refuse what is no AI services opt-out policy.

    Raises MalformedPolicyDocument.
    """
    choice = _setting(lambda value: value in ("optIn", "optOut"))
    _top(document, "services", _members({ANY_NAME: _members({"opt_out_policy": choice})}))


def check_backup_policy(document: dict[str, Any]) -> None:
    """Refuse what is no backup policy.

    Raises MalformedPolicyDocument.
    """
    text, texts = _setting(_is_text), _setting(_is_texts)
    rule = _members(
        {
            "schedule_expression": text,
            "schedule_expression_timezone": text,
            "start_backup_window_minutes": text,
            "complete_backup_window_minutes": text,
            "enable_continuous_backup": _settings,
            "target_backup_vault_name": text,
            "target_logically_air_gapped_backup_vault_arn": text,
            "recovery_point_tags": _settings,
            "index_actions": _settings,
            "scan_actions": _settings,
            "lifecycle": _settings,
            "copy_actions": _settings,
        }
    )
    plan = _members(
        {
            "regions": texts,
            "rules": _members({ANY_NAME: rule}),
            "selections": _settings,
            "backup_plan_tags": _settings,
            "advanced_backup_settings": _settings,
            "scan_settings": _settings,
        }
    )
    _top(document, "plans", _members({ANY_NAME: plan}))


def check_chatbot_policy(document: dict[str, Any]) -> None:
    """Refuse what is no chat applications policy.

    Raises MalformedPolicyDocument.
    """
    platforms = _members(dict.fromkeys(("slack", "microsoft_teams", "chime"), _settings))
    _top(document, "chatbot", _members({"platforms": platforms, "default": _settings}))


def check_ec2_declarative_policy(document: dict[str, Any]) -> None:
    """Refuse what is no declarative policy for EC2.

    Raises MalformedPolicyDocument.
    """
    names = (
        "vpc_block_public_access",
        "serial_console_access",
        "image_block_public_access",
        "allowed_images_settings",
        "instance_metadata_defaults",
        "snapshot_block_public_access",
        "exception_message",
    )
    _top(document, "ec2_attributes", _members(dict.fromkeys(names, _settings)))


def check_s3_policy(document: dict[str, Any]) -> None:
    """Refuse what is no Amazon S3 policy.

    Raises MalformedPolicyDocument.
    """
    choice = _setting(lambda value: value in ("all", "none"))
    _top(document, "s3_attributes", _members({"public_access_block_configuration": choice}))


def check_inspector_policy(document: dict[str, Any]) -> None:
    """Refuse what is no Amazon Inspector policy.

    Raises MalformedPolicyDocument.
    """
    _top(document, "inspector", _members({"enablement": _settings}))


def check_security_hub_policy(document: dict[str, Any]) -> None:
    """Refuse what is no Security Hub policy; AWS's page writes its lists with and without an operator.

    Raises MalformedPolicyDocument.
    """
    regions = ("enable_in_regions", "disable_in_regions")
    _top(document, "securityhub", _members(dict.fromkeys(regions, _settings)))


def _top(document: dict[str, Any], name: str, check: Check) -> None:
    _require(document.keys() == {name}, f"The document has one element, {name}.", "")
    check(document[name], name)


def _members(known: Mapping[str, Check]) -> Check:
    """Check an object of named settings, beside which it may say what children are allowed."""

    def check(value: Any, at: str) -> None:
        _require(isinstance(value, dict), "is an object", at)
        for name, one in value.items():
            if name == CHILD_OPERATORS:
                _check_control(one, at)
                continue
            found = known.get(name, known.get(ANY_NAME))
            if found is None or name.startswith("@@"):
                raise MalformedPolicyDocument(f"{at}: {name} is not known here")
            found(one, f"{at}/{name}")

    return check


def _setting(fits: Callable[[Any], bool]) -> Check:
    """Check one setting: an object of operators, whose values fit."""

    def check(value: Any, at: str) -> None:
        _require(isinstance(value, dict) and value.keys() <= {*VALUE_OPERATORS, CHILD_OPERATORS}, "is set by operators", at)
        _check_operators(value, at)
        _require(all(fits(value[name]) for name in value.keys() & {*VALUE_OPERATORS}), "has a value that is none", at)

    return check


def _settings(value: Any, at: str) -> None:
    _check_settings(value, at)


def _check_settings(value: Any, at: str) -> None:
    """Check settings of which no more is known than that operators stand where they may."""
    if not isinstance(value, dict):
        return
    if value.keys() & {*VALUE_OPERATORS}:
        _require(value.keys() <= {*VALUE_OPERATORS, CHILD_OPERATORS}, "mixes operators with settings", at)
        _check_operators(value, at)
        return
    for name, one in value.items():
        if name == CHILD_OPERATORS:
            _check_control(one, at)
            continue
        _require(not name.startswith("@@"), f"{name} is no operator", at)
        _check_settings(one, f"{at}/{name}")


def _check_operators(value: dict[str, Any], at: str) -> None:
    for name in (APPEND, REMOVE):
        _require(isinstance(value.get(name, []), list), f"{name} is for lists", at)
    _require(not (ASSIGN in value and value.keys() & {APPEND, REMOVE}), "assigns and adds at once", at)
    _require(not isinstance(value.get(ASSIGN), dict), "assigns an object", at)
    if CHILD_OPERATORS in value:
        _check_control(value[CHILD_OPERATORS], at)


def _check_control(value: Any, at: str) -> None:
    kept = isinstance(value, list) and bool(value) and all(isinstance(one, str) and one in _ALLOWED for one in value)
    _require(kept, f"{CONTROL} lists operators", at)
    _require(len(value) == 1 or not {"@@all", "@@none"} & set(value), "@@all and @@none stand alone", at)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and re.search(r"\S", one) for one in value)


def _require(kept: bool, why: str, at: str) -> None:  # noqa: FBT001 - a rule, and what it says
    if not kept:
        raise MalformedPolicyDocument(f"{at}: {why}" if at else why)
