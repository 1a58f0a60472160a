"""The grammar of management and declarative policies: settings, and the operators that control their inheritance.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
and the syntax page of each policy type next to it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from artifact_state.errors import MalformedPolicyDocument

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
VALUE_OPERATORS = (ASSIGN, APPEND, REMOVE)
CHILD_OPERATORS = "@@operators_allowed_for_child_policies"
_CHILD_OPERATOR_VALUES = {"@@all", "@@none", *VALUE_OPERATORS}
ANY_NAME = "*"
Check = Callable[[Any, str], None]
"""A check of a value at a path of the document; it raises MalformedPolicyDocument."""


def check_management_policy(document: dict[str, Any]) -> None:
    """Refuse a document that breaks the rules common to all these policy types.

    Unverified: the further grammar of the newest types.
    Raises MalformedPolicyDocument.
    """
    _require(bool(document), "The document is empty.", "")
    for name, settings in document.items():
        _check_settings(settings, name)


def check_tag_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid tag policy.

    Raises MalformedPolicyDocument.
    """
    texts = _setting(_is_texts)
    tag = _object_of(
        {
            "tag_key": _setting(_is_text),
            "tag_value": texts,
            "enforced_for": texts,
            "report_required_tag_for": texts,
        }
    )
    _check_top(document, "tags", _object_of({ANY_NAME: tag}))


def check_ai_opt_out_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid AI services opt-out policy.

    Raises MalformedPolicyDocument.
    """
    choice = _setting(lambda value: value in ("optIn", "optOut"))
    _check_top(document, "services", _object_of({ANY_NAME: _object_of({"opt_out_policy": choice})}))


def check_backup_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid backup policy.

    Raises MalformedPolicyDocument.
    """
    text, texts = _setting(_is_text), _setting(_is_texts)
    rule = _object_of(
        {
            "schedule_expression": text,
            "schedule_expression_timezone": text,
            "start_backup_window_minutes": text,
            "complete_backup_window_minutes": text,
            "enable_continuous_backup": _check_settings,
            "target_backup_vault_name": text,
            "target_logically_air_gapped_backup_vault_arn": text,
            "recovery_point_tags": _check_settings,
            "index_actions": _check_settings,
            "scan_actions": _check_settings,
            "lifecycle": _check_settings,
            "copy_actions": _check_settings,
        }
    )
    plan = _object_of(
        {
            "regions": texts,
            "rules": _object_of({ANY_NAME: rule}),
            "selections": _check_settings,
            "backup_plan_tags": _check_settings,
            "advanced_backup_settings": _check_settings,
            "scan_settings": _check_settings,
        }
    )
    _check_top(document, "plans", _object_of({ANY_NAME: plan}))


def check_chatbot_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid chat applications policy.

    Raises MalformedPolicyDocument.
    """
    platforms = _object_of(dict.fromkeys(("slack", "microsoft_teams", "chime"), _check_settings))
    _check_top(document, "chatbot", _object_of({"platforms": platforms, "default": _check_settings}))


def check_ec2_declarative_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid declarative policy for EC2.

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
    _check_top(document, "ec2_attributes", _object_of(dict.fromkeys(names, _check_settings)))


def check_s3_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid Amazon S3 policy.

    Raises MalformedPolicyDocument.
    """
    choice = _setting(lambda value: value in ("all", "none"))
    _check_top(document, "s3_attributes", _object_of({"public_access_block_configuration": choice}))


def check_inspector_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid Amazon Inspector policy.

    Raises MalformedPolicyDocument.
    """
    _check_top(document, "inspector", _object_of({"enablement": _check_settings}))


def check_security_hub_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid Security Hub policy.

    AWS's syntax page shows its lists with and without an operator, so both are accepted.

    Raises MalformedPolicyDocument.
    """
    regions = ("enable_in_regions", "disable_in_regions")
    _check_top(document, "securityhub", _object_of(dict.fromkeys(regions, _check_settings)))


def _check_top(document: dict[str, Any], name: str, check: Check) -> None:
    _require(document.keys() == {name}, f"The document must have exactly one element, {name}.", "")
    check(document[name], name)


def _object_of(known: Mapping[str, Check]) -> Check:
    """Return the check of an object of named settings, which may also limit the operators of child policies."""

    def check(value: Any, path: str) -> None:
        _require(isinstance(value, dict), "must be an object", path)
        for name, setting in value.items():
            if name == CHILD_OPERATORS:
                _check_child_operators(setting, path)
                continue
            check_setting = known.get(name, known.get(ANY_NAME))
            if check_setting is None or name.startswith("@@"):
                raise MalformedPolicyDocument(f"{path}: unknown setting {name}")
            check_setting(setting, f"{path}/{name}")

    return check


def _setting(is_valid: Callable[[Any], bool]) -> Check:
    """Return the check of one setting: an object of operators with valid values."""

    def check(value: Any, path: str) -> None:
        known = {*VALUE_OPERATORS, CHILD_OPERATORS}
        _require(isinstance(value, dict) and value.keys() <= known, "must be set by operators", path)
        _check_operators(value, path)
        are_valid = all(is_valid(value[operator]) for operator in value.keys() & {*VALUE_OPERATORS})
        _require(are_valid, "has an invalid value", path)

    return check


def _check_settings(value: Any, path: str) -> None:
    """Check settings of unknown structure: operators may only stand beside other operators."""
    if not isinstance(value, dict):
        return
    if value.keys() & {*VALUE_OPERATORS}:
        _require(value.keys() <= {*VALUE_OPERATORS, CHILD_OPERATORS}, "mixes operators with settings", path)
        _check_operators(value, path)
        return
    for name, setting in value.items():
        if name == CHILD_OPERATORS:
            _check_child_operators(setting, path)
            continue
        _require(not name.startswith("@@"), f"{name} is not a valid operator", path)
        _check_settings(setting, f"{path}/{name}")


def _check_operators(value: dict[str, Any], path: str) -> None:
    for operator in (APPEND, REMOVE):
        _require(isinstance(value.get(operator, []), list), f"{operator} needs a list", path)
    _require(not (ASSIGN in value and value.keys() & {APPEND, REMOVE}), f"{ASSIGN} excludes other operators", path)
    _require(not isinstance(value.get(ASSIGN), dict), "assigns an object", path)
    if CHILD_OPERATORS in value:
        _check_child_operators(value[CHILD_OPERATORS], path)


def _check_child_operators(value: Any, path: str) -> None:
    is_list = isinstance(value, list) and bool(value)
    _require(is_list and all(_is_child_operator(name) for name in value), f"{CHILD_OPERATORS} lists operators", path)
    _require(len(value) == 1 or not {"@@all", "@@none"} & set(value), "@@all and @@none exclude other values", path)


def _is_child_operator(value: Any) -> bool:
    return isinstance(value, str) and value in _CHILD_OPERATOR_VALUES


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and re.search(r"\S", text) for text in value)


def _require(holds: bool, why: str, path: str) -> None:  # noqa: FBT001 - An assertion: its condition comes first.
    if not holds:
        raise MalformedPolicyDocument(f"{path}: {why}" if path else why)
