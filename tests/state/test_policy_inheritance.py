from typing import Any

from artifact_state.policy_inheritance import merged


def tag(name: str, **settings: Any) -> dict[str, Any]:
    """Give a tag policy of one tag; its settings are operators."""
    return {"tags": {name: settings}}


def effective(*levels: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """Merge levels of one policy or several each, from the root down."""
    chain = [level if isinstance(level, list) else [level] for level in levels]
    return merged([[(str(at), one) for at, one in enumerate(level)] for level in chain]).document


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

    def test_counts_below(self) -> None:
        """A limit further up counts for all settings below it, those that are new included."""
        assert effective({"tags": {**NONE}}, ROOT) == {}
        parent = {"tags": {"costcenter": {**ROOT["tags"]["costcenter"], **NONE}}}
        assert effective(parent, tag("costcenter", tag_value={"@@append": ["New"]})) == effective(ROOT)
        assert "other" in effective(parent, tag("other", tag_key={"@@assign": "Other"}))["tags"]

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


class TestSources:
    """Which policies contributed."""

    def test_below_a_path(self) -> None:
        """Every policy that set or changed a value is named, each once."""
        found = merged([[("root", ROOT)], [("unit", tag("costcenter", tag_value={"@@append": ["New"]}))]])
        assert found.sources_below(("tags",)) == ["root", "unit"]
        assert found.sources_below(("tags", "costcenter", "tag_key")) == ["root"]
        assert found.sources_below(("plans",)) == []
