"""Scenario files and scenarios in the control API."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from artifact_emulator.app import App
from artifact_emulator.scenarios.files import InvalidScenario, built_in_scenarios, load_file, read_scenario
from artifact_emulator.scenarios.writing import to_yaml
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.snapshot import load_world
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client

SCHEMA = Path(__file__).parents[2] / "docs/scenario.schema.json"
OLD_FILES = Path(__file__).parents[1] / "files" / "first-version"
MANAGEMENT = "organizations:\n  - management: {id: 111122223333}\n"

# Nine aliases of nine aliases, eight times over: 43 million values in a few lines.
ALIASES = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}' if before else 'x'] * 9)}]\n"
    for before, name in zip(["", *"abcdefg"], "abcdefgh", strict=True)
)


class TestBuiltIn:
    """The built-in scenarios."""

    def test_every_scenario_has_a_name_and_a_description(self) -> None:
        """The built-in scenarios are listed by name, each with a description."""
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
    def test_export_of_every_scenario_loads_the_same_world(self, name: str, tmp_path: Path) -> None:
        """A built-in scenario can be loaded, exported to a file and loaded again."""
        world = load_file(name)
        path = tmp_path / "again.yaml"
        path.write_text(to_yaml(export_scenario(world)))
        assert export_scenario(load_file(str(path))) == export_scenario(world)

    def test_published_schema_is_up_to_date(self) -> None:
        """The published schema is generated from the models with `artifact-emulator scenario schema`."""
        assert json.loads(SCHEMA.read_text()) == Scenario.model_json_schema()


def canonical(text: str) -> str:
    """Return the text of the old scenario with its policies in the form in which AWS keeps them."""
    statement = "Statement:\n        Effect: Allow\n        Principal:\n          AWS: '391751215310'\n"
    assert statement in text
    kept = "Statement:\n      - Effect: Allow\n        Principal:\n          AWS: arn:aws:iam::391751215310:root\n"
    trust = "        AWS: '111122223333'\n"
    assert trust in text
    return text.replace(statement, kept).replace(trust, "        AWS: arn:aws:iam::111122223333:root\n")


class TestOldVersion:
    """A scenario that the first version exported, with contents of every kind."""

    def test_scenario_of_the_old_version_loads_the_same_world(self) -> None:
        """The world is the one that the first version loaded, apart from ids and the form of the resource policy."""
        world = load_file(str(OLD_FILES / "scenario.yaml"))
        loaded_before = load_world(json.loads((OLD_FILES / "scenario-loaded.json").read_text()))
        assert canonical(to_yaml(export_scenario(loaded_before))) == to_yaml(export_scenario(world))
        assert world.clock.frozen_at == loaded_before.clock.frozen_at

    def test_scenario_of_the_old_version_is_exported_unchanged(self) -> None:
        """Loading and exporting the file gives the same text, apart from the form of the resource policy."""
        text = (OLD_FILES / "scenario.yaml").read_text()
        assert to_yaml(export_scenario(load_file(str(OLD_FILES / "scenario.yaml")))) == canonical(text)


class TestErrors:
    """Errors of scenario files."""

    @pytest.mark.parametrize(
        ("text", "line", "message"),
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
    def test_error_names_file_line_and_remedy(self, tmp_path: Path, text: str, line: int, message: str) -> None:
        """Errors of syntax, schema and contents have the file and the line."""
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        with pytest.raises(InvalidScenario) as caught:
            load_file(str(path))
        assert str(caught.value).startswith(f"{path}:{line}: ")
        assert message in str(caught.value)

    def test_deep_nesting_is_an_error(self, tmp_path: Path) -> None:
        """A file that is nested deeper than YAML can read is an error."""
        path = tmp_path / "mine.yaml"
        path.write_text("[" * 5_000)
        with pytest.raises(InvalidScenario, match=f"{path}:.*(nested deeper|nesting depth)"):
            load_file(str(path))

    def test_file_that_is_not_utf8_is_an_error(self, tmp_path: Path) -> None:
        """A file must be UTF-8 text."""
        path = tmp_path / "mine.yaml"
        path.write_bytes(b"seed: \xff\n")
        with pytest.raises(InvalidScenario, match="not UTF-8 text"):
            load_file(str(path))

    def test_unknown_name_suggests_a_similar_one(self) -> None:
        """A name that is neither built in nor a file suggests a similar name."""
        with pytest.raises(InvalidScenario, match="did you mean organization"):
            read_scenario("organisation")

    def test_account_id_without_quotes_keeps_its_zeros(self, tmp_path: Path) -> None:
        """An account id is text with or without quotes."""
        path = tmp_path / "mine.yaml"
        path.write_text("accounts:\n  - {id: 000011112222, name: Zero}\nclock: 2026-01-01T00:00:00Z\n")
        assert read_scenario(str(path)).accounts[0].id == "000011112222"

    def test_json_file_is_read(self, tmp_path: Path) -> None:
        """A scenario can be a JSON file."""
        path = tmp_path / "mine.json"
        path.write_text(json.dumps({"accounts": [{"id": "000011112222"}]}))
        assert read_scenario(str(path)).accounts[0].id == "000011112222"


class TestControl:
    """Scenarios in the control API."""

    def test_world_can_be_created_from_a_scenario(self, app: App) -> None:
        """A world can be created from a built-in scenario, to which a reset returns."""
        reply = control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": "agreement-accepted"})
        assert (reply["organizations"], reply["accounts"]) == (1, 3)
        member = Client(app, "222233334444", endpoint="http://127.0.0.1:4700/worlds/mine")
        assert len(member.do("artifact", "ListCustomerAgreements")["customerAgreements"]) == 1
        management = Client(app, "111122223333", endpoint="http://127.0.0.1:4700/worlds/mine")
        management.do("organizations", "RemoveAccountFromOrganization", AccountId="222233334444")
        assert member.do("artifact", "ListCustomerAgreements")["customerAgreements"] == []
        control_done(app, "POST", "/worlds/mine/_emulator/reset")
        assert len(member.do("artifact", "ListCustomerAgreements")["customerAgreements"]) == 1

    def test_scenario_can_be_the_body_and_is_exported(self, app: App) -> None:
        """A scenario can be given as the body, and a world is exported in JSON or YAML."""
        content = {"organizations": [{"management": {"id": "111122223333", "name": "M"}, "accounts": [{"name": "A"}]}]}
        control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": content})
        exported = control_result(app, "GET", "/worlds/mine/_emulator/scenario")
        assert [account["name"] for account in exported["organizations"][0]["accounts"]] == ["A"]
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
    def test_invalid_scenario_is_refused(self, app: App, body: dict[str, Any], status: int) -> None:
        """An unknown name, an invalid scenario or an invalid body creates no world."""
        assert control_refusal(app, "PUT", "/_emulator/worlds/mine", body)[0] == status

    def test_export_reports_what_it_leaves_out(self, app: App) -> None:
        """An access key is not part of the scenario: it is listed, and mentioned in a comment of the YAML."""
        caller = Client(app, "111122223333")
        path = "/_emulator/scenario/omissions"
        assert control_result(app, "GET", path) == {"omissions": []}
        caller.do("iam", "CreateUser", UserName="ann")
        caller.do("iam", "CreateAccessKey", UserName="ann")
        assert control_result(app, "GET", path) == {"omissions": [{"name": "access_keys", "count": 1}]}
        text = control_reply(app, "GET", "/_emulator/scenario", None, accept="application/yaml").body.decode()
        assert "#   access_keys: 1\n" in text
        assert [user["name"] for user in yaml.safe_load(text)["users"]] == ["ann"]

    def test_built_in_scenarios_and_schema_are_served(self, app: App) -> None:
        """The built-in scenarios are listed and returned, and the schema is returned."""
        names = [scenario["name"] for scenario in control_result(app, "GET", "/_emulator/scenarios")["scenarios"]]
        assert names == list(built_in_scenarios())
        assert control_result(app, "GET", "/_emulator/scenarios/organization")["seed"] == "organization"
        assert control_refusal(app, "GET", "/_emulator/scenarios/none")[0] == 404
        assert control_result(app, "GET", "/_emulator/scenario-schema.json")["title"] == "Scenario"
