from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.organizations.policies.inheritance import MergedPolicy, merge_policies

POLICY_TYPES = {
    "tags": "TAG_POLICY",
    "services": "AISERVICES_OPT_OUT_POLICY",
    "plans": "BACKUP_POLICY",
    "chatbot": "CHATBOT_POLICY",
    "securityhub": "SECURITYHUB_POLICY",
}
"""The policy type by the top element of its documents."""


def tag(name: str, **settings: Any) -> dict[str, Any]:
    """Return a tag policy of one tag with its settings."""
    return {"tags": {name: settings}}


def merge(*levels: dict[str, Any] | list[dict[str, Any]]) -> MergedPolicy:
    """Merge levels with one policy or several, from the root down; a policy's id is its position in its level."""
    lists = [level if isinstance(level, list) else [level] for level in levels]
    elements = {element.lower() for level in lists for document in level for element in document}
    policy_type = next((POLICY_TYPES[element] for element in elements if element in POLICY_TYPES), "TAG_POLICY")
    named = [[(str(n), document) for n, document in enumerate(level)] for level in lists]
    return merge_policies(catalog.policy_grammar(policy_type), named)


def effective(*levels: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """Return the merged document of levels with one policy or several, from the root down."""
    return merge(*levels).document


def values(*levels: dict[str, Any] | list[dict[str, Any]]) -> list[str]:
    """Return the merged values of the tag `a`, whose settings each policy gives."""
    lists = [level if isinstance(level, list) else [level] for level in levels]
    merged = effective(*([tag("a", tag_value=operators) for operators in level] for level in lists))
    found: list[str] = merged["tags"]["a"]["tag_value"]
    return found


def opt_out(service: str, choice: str, **operators: Any) -> dict[str, Any]:
    """Return an opt-out policy of one service that assigns a choice, with further operators."""
    return {"services": {service: {"opt_out_policy": {"@@assign": choice, **operators}}}}


VAULT = "target_backup_vault_name"
ROOT = tag("costcenter", tag_key={"@@assign": "CostCenter"}, tag_value={"@@assign": ["Development", "Support"]})
ALLOW_NONE = {"@@operators_allowed_for_child_policies": ["@@none"]}
ALLOW_APPEND = {"@@operators_allowed_for_child_policies": ["@@append"]}


class TestOperators:
    """The operators that set values; the documents are AWS's own examples."""

    def test_assign_overwrites_values_and_adds_settings(self) -> None:
        """A child that assigns overwrites inherited values and adds settings."""
        child = tag(
            "costcenter",
            tag_key={"@@assign": "CostCenter"},
            tag_value={"@@assign": ["Sandbox"]},
            enforced_for={"@@assign": ["redshift:ALL_SUPPORTED", "dynamodb:table"]},
        )
        assert effective(ROOT, child) == tag(
            "costcenter",
            tag_key="CostCenter",
            tag_value=["Sandbox"],
            enforced_for=["redshift:ALL_SUPPORTED", "dynamodb:table"],
        )

    def test_append_adds_values_without_duplicates(self) -> None:
        """A child that appends adds values to an inherited list or to none, without duplicates."""
        child = tag("costcenter", tag_value={"@@append": ["Marketing", "Support"]}, enforced_for={"@@append": ["a:b"]})
        assert effective(ROOT, child) == tag(
            "costcenter",
            tag_key="CostCenter",
            tag_value=["Development", "Support", "Marketing"],
            enforced_for=["a:b"],
        )

    def test_remove_deletes_values_and_keeps_an_emptied_list(self) -> None:
        """A child removes inherited values; a list without any value left stays as an empty list."""
        unit = tag("costcenter", tag_value={"@@append": ["Marketing"]}, enforced_for={"@@append": ["a:b"]})
        account = tag(
            "costcenter",
            tag_value={"@@remove": ["Development", "Marketing", "Unknown"]},
            enforced_for={"@@remove": ["a:b"]},
        )
        assert effective(ROOT, unit, account) == tag(
            "costcenter", tag_key="CostCenter", tag_value=["Support"], enforced_for=[]
        )

    @pytest.mark.parametrize(
        ("levels", "merged"),
        [
            ([{"@@assign": ["x", "y"]}], ["x", "y"]),
            ([{"@@append": ["x"]}], ["x"]),
            ([{"@@remove": ["x"]}], ["*"]),
            ([{"@@assign": ["x"], "@@append": ["y"], "@@remove": ["x"]}], ["y"]),
            ([{"@@assign": ["x"]}, {"@@remove": ["x"]}], []),
            ([{"@@assign": [1, True, "x"]}], ["1", "true", "x"]),
            ([{"@@Assign": ["x"]}, {"@@APPEND": ["y"]}], ["x", "y"]),
            ([[{"@@assign": ["x"]}, {"@@assign": ["y"]}]], ["x"]),
            ([[{"@@assign": ["x", "y"]}, {"@@remove": ["x"]}]], ["y"]),
            ([[{"@@append": ["x"]}, {"@@assign": ["y"]}]], ["y", "x"]),
            ([[{"@@remove": ["y"]}, {"@@append": ["x"]}, {"@@assign": ["y"]}]], ["x"]),
        ],
    )
    def test_operators_apply_in_the_order_of_aws(self, levels: list[Any], merged: list[str]) -> None:
        """On one target all assignments apply, then all that is appended, then all that is removed."""
        assert values(*levels) == merged

    def test_setting_may_append_and_remove(self) -> None:
        """A setting may append some values and remove others."""
        child = tag("costcenter", tag_value={"@@append": ["New"], "@@remove": ["Support"]})
        assert effective(ROOT, child)["tags"]["costcenter"]["tag_value"] == ["Development", "New"]

    def test_settings_missing_from_a_child_are_inherited(self) -> None:
        """Settings that a child policy does not have are inherited unchanged."""
        assert effective(ROOT, [], tag("other", tag_key={"@@assign": "Other"}))["tags"] == {
            "costcenter": {"tag_key": "CostCenter", "tag_value": ["Development", "Support"]},
            "other": {"tag_key": "Other", "tag_value": ["*"]},
        }

    def test_appending_an_empty_list_creates_the_setting(self) -> None:
        """Appending nothing creates an empty list: Security Hub needs both of its lists."""
        regions = {"enable_in_regions": {"@@append": ["ALL_SUPPORTED"]}, "disable_in_regions": {"@@append": []}}
        assert effective({"securityhub": regions}) == {
            "securityhub": {"enable_in_regions": ["ALL_SUPPORTED"], "disable_in_regions": []}
        }

    def test_append_and_remove_ignore_settings_that_are_not_lists(self) -> None:
        """Append and remove do not change a setting that is not a list."""
        for operator in ("@@append", "@@remove"):
            assert effective(ROOT, tag("costcenter", tag_key={operator: ["CostCenter"]})) == effective(ROOT)

    def test_child_overrides_a_backup_plan_and_adds_another(self) -> None:
        """A child overrides some settings of a plan and adds another plan, as in AWS's backup examples two and five."""
        rule = {"schedule_expression": {"@@assign": "cron(0 0/1 ? * * *)"}, VAULT: {"@@assign": "FortKnox"}}
        parent = {"plans": {"PII": {"regions": {"@@append": ["us-east-1"]}, "rules": {"hourly": rule}}}}
        child = {
            "plans": {
                "PII": {
                    "regions": {"@@assign": ["us-west-2"]},
                    "rules": {"hourly": {VAULT: {"@@assign": "Default"}}},
                },
                "Monthly": {"regions": {"@@append": ["us-east-1", "eu-central-1"]}},
            }
        }
        assert effective(parent, child) == {
            "plans": {
                "PII": {
                    "regions": ["us-west-2"],
                    "rules": {"hourly": {"schedule_expression": "cron(0 0/1 ? * * *)", VAULT: "Default"}},
                },
                "Monthly": {"regions": ["us-east-1", "eu-central-1"]},
            }
        }

    def test_value_operator_on_an_object_has_no_effect(self) -> None:
        """A value operator beside the top element, which AWS accepts, changes nothing."""
        assert effective(ROOT, {"@@assign": None, "tags": {}}) == effective(ROOT)

    def test_document_without_operators_has_no_effect(self) -> None:
        """Settings without operators, which only documents of earlier versions have, are not merged."""
        regions = {"securityhub": {"enable_in_regions": {"@@assign": ["eu-west-1"]}}}
        assert effective(regions, {"securityhub": {"enable_in_regions": ["us-east-1"], "other": {}}}) == {
            "securityhub": {"enable_in_regions": ["eu-west-1"]}
        }

    def test_policies_without_values_merge_to_an_empty_document(self) -> None:
        """Policies that set no value, or no policies at all, merge to an empty document."""
        assert effective([], []) == effective({"tags": {}}) == effective({"plans": {"a": {"rules": {"b": {}}}}}) == {}


class TestChildControl:
    """The operators that a parent allows in child policies."""

    def test_child_uses_only_the_allowed_operators(self) -> None:
        """A locked value stays; a list that may only be appended to is neither replaced nor reduced."""
        parent = tag(
            "project",
            tag_key={"@@assign": "Project", **ALLOW_NONE},
            tag_value={"@@assign": ["Maintenance", "Escalations"], **ALLOW_APPEND},
        )
        child = tag("project", tag_key={"@@assign": "PROJECT"}, tag_value={"@@append": ["Research"]})
        changed = effective(parent, child)["tags"]["project"]
        assert changed == {"tag_key": "Project", "tag_value": ["Maintenance", "Escalations", "Research"]}
        for operator in ("@@assign", "@@remove"):
            assert effective(parent, tag("project", tag_value={operator: ["Maintenance"]})) == effective(parent)

    def test_limit_on_an_object_prevents_new_members(self) -> None:
        """A limit on an object prevents new members; existing members have limits of their own."""
        assert effective({"tags": ALLOW_NONE}, ROOT) == {}
        parent = {"services": {**ALLOW_NONE, **opt_out("default", "optOut")["services"]}}
        assert effective(parent, opt_out("lex", "optIn")) == {"services": {"default": {"opt_out_policy": "optOut"}}}
        assert effective(parent, opt_out("default", "optIn")) == {"services": {"default": {"opt_out_policy": "optIn"}}}

    def test_limit_on_a_member_prevents_its_new_settings_only(self) -> None:
        """A limit on a member prevents new settings of that member, and does not affect other members."""
        parent = {"tags": {"costcenter": {**ROOT["tags"]["costcenter"], **ALLOW_NONE}}}
        enforced = tag("costcenter", tag_value={"@@append": ["New"]}, enforced_for={"@@assign": ["a:b"]})
        assert effective(parent, enforced)["tags"]["costcenter"] == {
            "tag_key": "CostCenter",
            "tag_value": ["Development", "Support", "New"],
        }
        assert "other" in effective(parent, tag("other", tag_key={"@@assign": "Other"}))["tags"]

    def test_limits_on_every_object_prevent_all_changes(self) -> None:
        """Limits on every object prevent all changes by children, as in AWS's first opt-out example."""
        locked = opt_out("default", "optOut", **ALLOW_NONE)["services"]["default"]
        parent = {"services": {**ALLOW_NONE, "default": {**ALLOW_NONE, **locked}}}
        for name in ("default", "lex"):
            assert effective(parent, opt_out(name, "optIn")) == effective(opt_out("default", "optOut"))

    def test_child_may_add_backup_plans_and_change_none(self) -> None:
        """Children that may append add whole plans and change none, as in AWS's fourth backup example."""
        rule = {**ALLOW_NONE, "hourly": {**ALLOW_NONE, VAULT: {**ALLOW_NONE, "@@assign": "FortKnox"}}}
        parent = {"plans": {**ALLOW_APPEND, "PII": {**ALLOW_NONE, "rules": rule}}}
        added = {"rules": {"monthly": {VAULT: {"@@assign": "Default"}}}}
        changed = {"rules": {"hourly": {VAULT: {"@@assign": "Other"}}, "daily": {VAULT: {"@@assign": "Other"}}}}
        assert effective(parent, {"plans": {"Monthly": added, "PII": changed}}) == {
            "plans": {
                "PII": {"rules": {"hourly": {VAULT: "FortKnox"}}},
                "Monthly": {"rules": {"monthly": {VAULT: "Default"}}},
            }
        }

    def test_child_that_may_only_remove_adds_no_member(self) -> None:
        """A child that may only remove adds no member."""
        parent = {"services": {"@@operators_allowed_for_child_policies": ["@@remove"]}}
        assert effective(parent, opt_out("lex", "optIn")) == {}

    def test_limit_of_a_prevented_member_has_no_effect(self) -> None:
        """The limits of a member that could not be added have no effect."""
        chain = [
            {"services": {"default": {**ALLOW_NONE}}},
            opt_out("lex", "optOut", **ALLOW_NONE),
            opt_out("lex", "optIn"),
        ]
        assert effective(*chain) == effective(opt_out("lex", "optOut"))
        kept_out = opt_out("default", "optOut", **ALLOW_NONE)
        assert effective(chain[0], kept_out) == {}

    def test_child_cannot_undo_a_limit(self) -> None:
        """A child that allows all operators does not undo the limit of its parent."""
        everything = {"@@operators_allowed_for_child_policies": ["@@all"]}
        parent = tag("a", tag_value={"@@assign": ["x"], **ALLOW_NONE})
        assert effective(parent, tag("a", tag_value=everything), tag("a", tag_value={"@@assign": ["y"]})) == effective(
            parent
        )

    def test_limit_does_not_apply_to_its_own_level(self) -> None:
        """A limit applies to levels below: another policy of the same level may still append."""
        beside = tag("costcenter", tag_value={"@@append": ["New"]})
        assert "New" in effective([{"tags": {**ALLOW_NONE}}, ROOT, beside])["tags"]["costcenter"]["tag_value"]

    def test_limits_of_one_level_are_intersected(self) -> None:
        """Two limits of one level allow the operators that both allow."""
        first = tag("project", tag_value={"@@assign": ["Maintenance"], **ALLOW_APPEND})
        second = tag("project", tag_value={"@@operators_allowed_for_child_policies": ["@@append", "@@remove"]})
        append, remove = (
            tag("project", tag_value={operator: ["Maintenance", "x"]}) for operator in ("@@append", "@@remove")
        )
        assert effective([first, second], append)["tags"]["project"]["tag_value"] == ["Maintenance", "x"]
        assert effective([first, second], remove) == effective(first)


class TestOneLevel:
    """Several policies that are attached to the same target."""

    def test_policy_attached_first_wins(self) -> None:
        """Of two assigned values, the one of the policy attached first wins."""
        first = tag("project", tag_key={"@@assign": "PROJECT"}, tag_value={"@@append": ["Maintenance"]})
        second = tag("project", tag_key={"@@assign": "project"})
        assert effective([first, second]) == tag("project", tag_key="PROJECT", tag_value=["Maintenance"])

    def test_appended_values_accumulate(self) -> None:
        """The values that several policies append accumulate."""
        first, second = (tag("a", tag_value={"@@append": [value]}) for value in "xy")
        assert effective([first, second])["tags"]["a"]["tag_value"] == ["x", "y"]


class TestNames:
    """Names in other cases, and the values that settings have by default."""

    def test_names_that_differ_in_case_merge_in_lower_case(self) -> None:
        """Settings under names that differ only in case are merged, in lower case."""
        first = tag("CostCenter", tag_key={"@@assign": "CostCenter"})
        merged = merge(first, {"TAGS": {"costcenter": {"Tag_Value": {"@@assign": ["A"]}}}})
        assert merged.document == tag("costcenter", tag_key="CostCenter", tag_value=["A"])

    def test_names_keep_their_case_where_aws_keeps_it(self) -> None:
        """The names of backup plans and copy actions keep their case; those of rules do not."""
        copy = {"target_backup_vault_arn": {"@@assign": "arn:Default"}}
        plan = {"plans": {"PII": {"rules": {"Hourly": {"copy_actions": {"arn:Default": copy}}}}}}
        assert effective(plan, {"plans": {"pii": {"rules": {"HOURLY": {VAULT: {"@@assign": "A"}}}}}}) == {
            "plans": {
                "PII": {
                    "rules": {
                        "hourly": {
                            "copy_actions": {"arn:Default": {"target_backup_vault_arn": "arn:Default"}},
                            VAULT: "A",
                        }
                    }
                }
            }
        }

    def test_chat_names_are_returned_in_lower_case(self) -> None:
        """The names of a chat policy are returned in lower case, those of workspaces too."""
        settings = {"T0ABC": {"Supported_Role_Settings": {"@@Assign": ["user_role"]}}}
        assert effective({"ChatBot": {"Platforms": {"Slack": {"Overrides": settings}}}}) == {
            "chatbot": {"platforms": {"slack": {"overrides": {"t0abc": {"supported_role_settings": ["user_role"]}}}}}
        }

    def test_tag_has_its_key_and_every_value_by_default(self) -> None:
        """A tag without a key or values has its name in lower case and an asterisk."""
        assert effective(tag("Mixed")) == tag("mixed", tag_key="mixed", tag_value=["*"])

    def test_limit_applies_to_every_spelling_of_a_name(self) -> None:
        """A limit applies to a name in every spelling."""
        locked = tag("A", tag_key={"@@assign": "A", **ALLOW_NONE})
        assert effective(locked, tag("a", tag_key={"@@assign": "a"})) == effective(locked)


class TestSources:
    """The policies that contributed to a value."""

    def test_contributing_policies_are_listed_without_duplicates(self) -> None:
        """Every policy that set or changed a value is listed, without duplicates."""
        merged = merge([ROOT, tag("costcenter", tag_value={"@@append": ["New"]}), tag("costcenter")])
        assert merged.sources_below(("tags",)) == ["0", "1"]
        assert merged.sources_below(("tags", "costcenter", "tag_key")) == ["0"]
        assert merged.sources_below(("plans",)) == []
