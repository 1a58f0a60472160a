from typing import Any

from artifact_state.organizations.policies.inheritance import merge_policies


def tag(name: str, **settings: Any) -> dict[str, Any]:
    """Give a tag policy of one tag; its settings are operators."""
    return {"tags": {name: settings}}


def effective(*levels: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """Merge levels of one policy or several each, from the root down."""
    chain = [level if isinstance(level, list) else [level] for level in levels]
    return merge_policies([[(str(at), one) for at, one in enumerate(level)] for level in chain]).document


def service(name: str, choice: str, **beside: Any) -> dict[str, Any]:
    """Give an opt-out policy of one service."""
    return {"services": {name: {"opt_out_policy": {"@@assign": choice, **beside}}}}


ROOT = tag("costcenter", tag_key={"@@assign": "CostCenter"}, tag_value={"@@assign": ["Development", "Support"]})
NONE = {"@@operators_allowed_for_child_policies": ["@@none"]}
APPEND = {"@@operators_allowed_for_child_policies": ["@@append"]}


class TestOperators:
    """What the value-setting operators do; the documents are AWS's own examples."""

    def test_assign(self) -> None:
        """A child overwrites values and adds settings."""
        child = tag(
            "costcenter",
            tag_key={"@@assign": "CostCenter"},
            tag_value={"@@assign": ["Sandbox"]},
            enforced_for={"@@assign": ["redshift:*", "dynamodb:table"]},
        )
        assert effective(ROOT, child) == tag(
            "costcenter",
            tag_key="CostCenter",
            tag_value=["Sandbox"],
            enforced_for=["redshift:*", "dynamodb:table"],
        )

    def test_append(self) -> None:
        """A child adds values, to what is inherited or to nothing, and none twice."""
        child = tag("costcenter", tag_value={"@@append": ["Marketing", "Support"]}, enforced_for={"@@append": ["a:b"]})
        assert effective(ROOT, child) == tag(
            "costcenter",
            tag_key="CostCenter",
            tag_value=["Development", "Support", "Marketing"],
            enforced_for=["a:b"],
        )

    def test_remove(self) -> None:
        """A child removes what is there; a setting of which nothing is left is gone."""
        unit = tag("costcenter", tag_value={"@@append": ["Marketing"]}, enforced_for={"@@append": ["a:b"]})
        account = tag(
            "costcenter",
            tag_value={"@@remove": ["Development", "Marketing", "Unknown"]},
            enforced_for={"@@remove": ["a:b"]},
        )
        assert effective(ROOT, unit, account) == tag("costcenter", tag_key="CostCenter", tag_value=["Support"])

    def test_append_and_remove(self) -> None:
        """One setting may add some values and remove others."""
        child = tag("costcenter", tag_value={"@@append": ["New"], "@@remove": ["Support"]})
        assert effective(ROOT, child)["tags"]["costcenter"]["tag_value"] == ["Development", "New"]

    def test_other_settings_are_kept(self) -> None:
        """Settings that a child does not speak of are inherited, whatever is beside them."""
        assert effective(ROOT, [], tag("other", tag_key={"@@assign": "Other"}))["tags"] == {
            "costcenter": {"tag_key": "CostCenter", "tag_value": ["Development", "Support"]},
            "other": {"tag_key": "Other"},
        }

    def test_append_of_nothing(self) -> None:
        """A list to which nothing is appended is there, and empty: Security Hub wants both of its lists."""
        regions = {"enable_in_regions": {"@@append": ["ALL_SUPPORTED"]}, "disable_in_regions": {"@@append": []}}
        assert effective({"securityhub": regions}) == {
            "securityhub": {"enable_in_regions": ["ALL_SUPPORTED"], "disable_in_regions": []}
        }

    def test_lists_only(self) -> None:
        """What is no list is neither added to nor reduced."""
        for operator in ("@@append", "@@remove"):
            assert effective(ROOT, tag("costcenter", tag_key={operator: ["CostCenter"]})) == effective(ROOT)

    def test_plans_beside_each_other(self) -> None:
        """A child overrides some settings of a plan and adds another plan: AWS's backup examples two and five."""
        rule = {"schedule_expression": {"@@assign": "cron(0 0/1 ? * * *)"}, "vault": {"@@assign": "FortKnox"}}
        parent = {"plans": {"PII": {"regions": {"@@append": ["us-east-1"]}, "rules": {"hourly": rule}}}}
        child = {
            "plans": {
                "PII": {
                    "regions": {"@@assign": ["us-west-2"]},
                    "rules": {"hourly": {"vault": {"@@assign": "Default"}}},
                },
                "Monthly": {"regions": {"@@append": ["us-east-1", "eu-central-1"]}},
            }
        }
        assert effective(parent, child) == {
            "plans": {
                "PII": {
                    "regions": ["us-west-2"],
                    "rules": {"hourly": {"schedule_expression": "cron(0 0/1 ? * * *)", "vault": "Default"}},
                },
                "Monthly": {"regions": ["us-east-1", "eu-central-1"]},
            }
        }

    def test_value_where_members_are(self) -> None:
        """Where one policy sets a value and another has members, what is inherited stays."""
        value, members = {"x": {"@@assign": "v"}}, {"x": {"y": {"@@assign": "w"}}}
        assert effective(value, members) == {"x": "v"}
        assert effective(members, value) == {"x": {"y": "w"}}
        assert effective(members, value, {"x": {"y": {"@@assign": "z"}}}) == {"x": {"y": "z"}}

    def test_value_without_an_operator(self) -> None:
        """A bare value is assigned, as on the pages of the types that are written so."""
        regions = {"securityhub": {"enable_in_regions": ["us-east-1"]}}
        assert effective({"securityhub": {"enable_in_regions": ["eu-west-1"]}}, regions) == regions

    def test_nothing(self) -> None:
        """No policies come to nothing, and so do policies that set nothing."""
        assert effective([], []) == effective({"tags": {}}) == {}


class TestChildControl:
    """What a parent allows its children."""

    def test_none(self) -> None:
        """What is locked stays; what may be appended to may not be replaced or reduced."""
        parent = tag(
            "project",
            tag_key={"@@assign": "Project", **NONE},
            tag_value={"@@assign": ["Maintenance", "Escalations"], **APPEND},
        )
        child = tag("project", tag_key={"@@assign": "PROJECT"}, tag_value={"@@append": ["Research"]})
        changed = effective(parent, child)["tags"]["project"]
        assert changed == {"tag_key": "Project", "tag_value": ["Maintenance", "Escalations", "Research"]}
        for operator in ("@@assign", "@@remove"):
            assert effective(parent, tag("project", tag_value={operator: ["Maintenance"]})) == effective(parent)

    def test_keeps_new_members_out(self) -> None:
        """Under an object a limit keeps new members out; those that are there have limits of their own."""
        assert effective({"tags": NONE}, ROOT) == {}
        parent = {"services": {**NONE, **service("default", "optOut")["services"]}}
        assert effective(parent, service("lex", "optIn")) == {"services": {"default": {"opt_out_policy": "optOut"}}}
        assert effective(parent, service("default", "optIn")) == {"services": {"default": {"opt_out_policy": "optIn"}}}

    def test_new_settings_of_a_member(self) -> None:
        """Under a member a limit keeps new settings out, and says nothing of other members."""
        parent = {"tags": {"costcenter": {**ROOT["tags"]["costcenter"], **NONE}}}
        enforced = tag("costcenter", tag_value={"@@append": ["New"]}, enforced_for={"@@assign": ["a:b"]})
        assert effective(parent, enforced)["tags"]["costcenter"] == {
            "tag_key": "CostCenter",
            "tag_value": ["Development", "Support", "New"],
        }
        assert "other" in effective(parent, tag("other", tag_key={"@@assign": "Other"}))["tags"]

    def test_every_service_locked(self) -> None:
        """A limit at every place leaves children nothing to do: AWS's first opt-out example."""
        locked = service("default", "optOut", **NONE)["services"]["default"]
        parent = {"services": {**NONE, "default": {**NONE, **locked}}}
        for name in ("default", "lex"):
            assert effective(parent, service(name, "optIn")) == effective(service("default", "optOut"))

    def test_one_plan_locked(self) -> None:
        """Where children may append they add whole plans, and change none: AWS's fourth backup example."""
        rule = {**NONE, "hourly": {**NONE, "vault": {**NONE, "@@assign": "FortKnox"}}}
        parent = {"plans": {**APPEND, "PII": {**NONE, "rules": rule}}}
        added = {"rules": {"monthly": {"vault": {"@@assign": "Default"}}}}
        changed = {"rules": {"hourly": {"vault": {"@@assign": "Other"}}, "daily": {"vault": {"@@assign": "Other"}}}}
        assert effective(parent, {"plans": {"Monthly": added, "PII": changed}}) == {
            "plans": {
                "PII": {"rules": {"hourly": {"vault": "FortKnox"}}},
                "Monthly": {"rules": {"monthly": {"vault": "Default"}}},
            }
        }

    def test_no_members_where_only_removing_is_allowed(self) -> None:
        """Who may remove only adds nothing."""
        parent = {"services": {"@@operators_allowed_for_child_policies": ["@@remove"]}}
        assert effective(parent, service("lex", "optIn")) == {}

    def test_of_a_member_that_is_kept_out(self) -> None:
        """A limit on what could not be added binds nobody."""
        chain = [{"services": {"default": {**NONE}}}, service("lex", "optOut", **NONE), service("lex", "optIn")]
        assert effective(*chain) == effective(service("lex", "optOut"))
        kept_out = {"services": {"default": {"other": {"@@assign": "x", **NONE}}}}
        assert effective(chain[0], kept_out) == {}

    def test_cannot_be_undone(self) -> None:
        """A child that allows everything again allows nothing."""
        everything = {"@@operators_allowed_for_child_policies": ["@@all"]}
        parent = tag("a", tag_value={"@@assign": ["x"], **NONE})
        assert effective(parent, tag("a", tag_value=everything), tag("a", tag_value={"@@assign": ["y"]})) == effective(
            parent
        )

    def test_does_not_bind_its_own_level(self) -> None:
        """A limit is for children: a policy beside it may still add."""
        beside = tag("costcenter", tag_value={"@@append": ["New"]})
        assert "New" in effective([{"tags": {**NONE}}, ROOT, beside])["tags"]["costcenter"]["tag_value"]

    def test_intersection(self) -> None:
        """Of two limits at one level what both allow is allowed."""
        first = tag("project", tag_value={"@@assign": ["Maintenance"], **APPEND})
        second = tag("project", tag_value={"@@operators_allowed_for_child_policies": ["@@append", "@@remove"]})
        append, remove = (tag("project", tag_value={one: ["Maintenance", "x"]}) for one in ("@@append", "@@remove"))
        assert effective([first, second], append)["tags"]["project"]["tag_value"] == ["Maintenance", "x"]
        assert effective([first, second], remove) == effective(first)


class TestOneLevel:
    """Several policies that are attached to the same."""

    def test_the_first_keeps_what_it_set(self) -> None:
        """Of two values the one attached first counts."""
        first = tag("project", tag_key={"@@assign": "PROJECT"}, tag_value={"@@append": ["Maintenance"]})
        second = tag("project", tag_key={"@@assign": "project"})
        assert effective([first, second]) == tag("project", tag_key="PROJECT", tag_value=["Maintenance"])

    def test_add_up(self) -> None:
        """Values that each appends are all there."""
        one, other = (tag("a", tag_value={"@@append": [value]}) for value in "xy")
        assert effective([one, other])["tags"]["a"]["tag_value"] == ["x", "y"]


class TestNames:
    """Names of which case makes no difference."""

    def test_are_one(self) -> None:
        """Settings under names that differ in case only come together, in lower case."""
        levels = [
            [(name, tag(name, **settings))]
            for name, settings in (
                ("CostCenter", {"tag_key": {"@@assign": "CostCenter"}}),
                ("costcenter", {"tag_value": {"@@assign": ["A"]}}),
            )
        ]
        found = merge_policies(levels, case_insensitive=[("tags", "*")])
        assert found.document == tag("costcenter", tag_key="CostCenter", tag_value=["A"])
        assert found.sources_below(("tags", "costcenter")) == ["CostCenter", "costcenter"]

    def test_elsewhere(self) -> None:
        """Other names stay as they are written, above and below such names too."""
        plan = {"plans": {"PII": {"rules": {"Hourly": {"WindowsVSS": {"@@assign": "enabled"}}}}}}
        assert merge_policies([[("p", plan)]], case_insensitive=[("plans", "*", "rules", "*")]).document == {
            "plans": {"PII": {"rules": {"hourly": {"WindowsVSS": "enabled"}}}}
        }

    def test_limits(self) -> None:
        """A lock holds for all ways to write a name."""
        levels = [[("0", tag("A", tag_key={"@@assign": "A", **NONE}))], [("1", tag("a", tag_key={"@@assign": "a"}))]]
        assert merge_policies(levels, case_insensitive=[("tags", "*")]).document == tag("a", tag_key="A")


class TestSources:
    """Which policies contributed."""

    def test_below_a_path(self) -> None:
        """Every policy that set or changed a value is named, each once."""
        found = merge_policies([[("root", ROOT)], [("unit", tag("costcenter", tag_value={"@@append": ["New"]}))]])
        assert found.sources_below(("tags",)) == ["root", "unit"]
        assert found.sources_below(("tags", "costcenter", "tag_key")) == ["root"]
        assert found.sources_below(("plans",)) == []
