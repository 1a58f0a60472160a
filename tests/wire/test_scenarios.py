"""Scenario files and the control API: what is built in, errors that tell the line, and worlds that begin with one."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from artifact_emulator.app import App
from artifact_emulator.scenarios import files
from artifact_emulator.scenarios.files import InvalidScenario, built_in_scenarios, load_file, read_scenario
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.schema import Scenario
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client

SCHEMA = Path(__file__).parents[2] / "docs/scenario.schema.json"
MANAGEMENT = "organizations:\n  - management: {id: 111122223333}\n"

# Nine aliases of nine aliases, eight times over: 43 million values in a few lines.
ALIASES = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}' if before else 'x'] * 9)}]\n"
    for before, name in zip(["", *"abcdefg"], "abcdefgh", strict=True)
)


class TestBuiltIn:
    """The scenarios that come with the emulator."""

    def test_names(self) -> None:
        """Each says what it describes."""
        assert list(built_in_scenarios()) == [
            "after-disable",
            "agreement-accepted",
            "artifact-enabled",
            "consolidated-billing",
            "landing-zone",
            "member-just-removed",
            "organization",
        ]
        assert all(built_in_scenarios().values())

    @pytest.mark.parametrize("name", built_in_scenarios())
    def test_each_can_be_made_and_written_down(self, name: str, tmp_path: Path) -> None:
        """What is written down makes the same world again."""
        world = load_file(name)
        path = tmp_path / "again.yaml"
        path.write_text(files.to_yaml(export_scenario(world)))
        assert export_scenario(load_file(str(path))) == export_scenario(world)

    def test_schema(self) -> None:
        """The published schema is that of the forms: write it anew with `artifact-emulator scenario schema`."""
        assert json.loads(SCHEMA.read_text()) == Scenario.model_json_schema()


class TestErrors:
    """One error names file, line and cure."""

    @pytest.mark.parametrize(
        ("text", "line", "says"),
        [
            ("organisations: []\n", 1, "did you mean organizations?"),
            (MANAGEMENT + "    accounts:\n      - name: A\n        unit: X\n", 5, "no organizational unit 'X'"),
            (
                MANAGEMENT + "    accounts:\n      - {name: A}\n      - {name: B, email: a@example.com}\n",
                5,
                "another one",
            ),
            ("seed: a\nseed: b\n", 2, "seed appears twice"),
            ("organizations: [\n", 2, ""),
            ("a: b: c\n", 1, ""),
            ("\tseed: a\n", 1, ""),
            (MANAGEMENT + "    trusted_services: [artifacts.amazonaws.com]\n", 3, "mean 'artifact.amazonaws.com'?"),
            (MANAGEMENT + "    acounts: []\n", 3, "did you mean accounts?"),
            (MANAGEMENT + "    units: &u\n      - {name: A, units: *u}\n", 3, "contains itself"),
            (MANAGEMENT + "    agreements: [AWS Organizations Addendum]\n", 3, "did you mean"),
            (MANAGEMENT + "    accounts: [{name: NO}]\n", 3, "put it in quotes"),
            (MANAGEMENT + "    invitations: [{}]\n", 3, "give one of the two"),
            ("clock: 2026-01-01\n", 1, "zone"),
            ("clock: 9999-12-31T00:00:00Z\n", 1, "to 9000-01-01"),
            ("organizations: " + "[" * 100 + "]" * 100 + "\n", 1, "nested deeper"),
            (ALIASES, 1, "fewer aliases"),
            ("users:\n  - {account: 111122223333, name: a, groups: [g]}\n", 2, "no group 'g'"),
            ("organizations:\n  - management:\n      id: 12\n", 3, "management.id"),
            ('{"organizations": [\n{"management": {"id": "1"}}]}', 2, "management.id"),
        ],
    )
    def test_tell_the_line(self, tmp_path: Path, text: str, line: int, says: str) -> None:
        """Whether the form is wrong, or what it says."""
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        with pytest.raises(InvalidScenario) as caught:
            load_file(str(path))
        assert str(caught.value).startswith(f"{path}:{line}: ")
        assert says in str(caught.value)

    def test_nested_without_end(self, tmp_path: Path) -> None:
        """Deeper than YAML is read: an error as any other."""
        path = tmp_path / "mine.yaml"
        path.write_text("[" * 5_000)
        with pytest.raises(InvalidScenario, match=f"{path}: .*nested deeper"):
            load_file(str(path))

    def test_no_text(self, tmp_path: Path) -> None:
        """A file that is no UTF-8."""
        path = tmp_path / "mine.yaml"
        path.write_bytes(b"seed: \xff\n")
        with pytest.raises(InvalidScenario, match="not UTF-8 text"):
            load_file(str(path))

    def test_no_file(self) -> None:
        """A name that is none, and what was meant."""
        with pytest.raises(InvalidScenario, match="did you mean organization"):
            read_scenario("organisation")

    def test_ids_without_quotes(self, tmp_path: Path) -> None:
        """Zeros at the front are kept."""
        path = tmp_path / "mine.yaml"
        path.write_text("accounts:\n  - {id: 000011112222, name: Zero}\nclock: 2026-01-01T00:00:00Z\n")
        assert read_scenario(str(path)).accounts[0].id == "000011112222"

    def test_json(self, tmp_path: Path) -> None:
        """A JSON file is read as well."""
        path = tmp_path / "mine.json"
        path.write_text(json.dumps({"accounts": [{"id": "000011112222"}]}))
        assert read_scenario(str(path)).accounts[0].id == "000011112222"


class TestControl:
    """Scenarios over the control API."""

    def test_world_begins_with_one(self, app: App) -> None:
        """And a reset leads back to it."""
        reply = control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": "agreement-accepted"})
        assert (reply["organizations"], reply["accounts"]) == (1, 3)
        member = Client(app, "222233334444", endpoint="http://127.0.0.1:4700/worlds/mine")
        assert len(member.do("artifact", "ListCustomerAgreements")["customerAgreements"]) == 1
        management = Client(app, "111122223333", endpoint="http://127.0.0.1:4700/worlds/mine")
        management.do("organizations", "RemoveAccountFromOrganization", AccountId="222233334444")
        assert member.do("artifact", "ListCustomerAgreements")["customerAgreements"] == []
        control_done(app, "POST", "/worlds/mine/_emulator/reset")
        assert len(member.do("artifact", "ListCustomerAgreements")["customerAgreements"]) == 1

    def test_what_one_says(self, app: App) -> None:
        """A scenario may be the body itself; what the world then is, is told as one."""
        content = {"organizations": [{"management": {"id": "111122223333", "name": "M"}, "accounts": [{"name": "A"}]}]}
        control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": content})
        exported = control_result(app, "GET", "/worlds/mine/_emulator/scenario")
        assert [one["name"] for one in exported["organizations"][0]["accounts"]] == ["A"]
        as_yaml = control_reply(app, "GET", "/worlds/mine/_emulator/scenario", None, accept="application/yaml")
        assert yaml.safe_load(as_yaml.body)["organizations"] == exported["organizations"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"scenario": "none"}, 404),
            ({"scenario": {"organisations": []}}, 400),
            ({"scenario": {"organizations": [{"management": {"id": "1"}}]}}, 400),
            ({"scenario": "organization", "fork": "default"}, 400),
            ({"scenario": 5}, 400),
        ],
    )
    def test_what_is_none(self, app: App, body: dict[str, Any], status: int) -> None:
        """Is refused, and no world is made."""
        assert control_refusal(app, "PUT", "/_emulator/worlds/mine", body)[0] == status

    def test_lists(self, app: App) -> None:
        """Those that are built in, each in full, and the schema."""
        names = [one["name"] for one in control_result(app, "GET", "/_emulator/scenarios")["scenarios"]]
        assert names == list(built_in_scenarios())
        assert control_result(app, "GET", "/_emulator/scenarios/organization")["seed"] == "organization"
        assert control_refusal(app, "GET", "/_emulator/scenarios/none")[0] == 404
        assert control_result(app, "GET", "/_emulator/scenario-schema.json")["title"] == "Scenario"
