"""The stages of the pipeline: documented as they are in the code, and run in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import artifact_state
from artifact_emulator import pipeline
from artifact_emulator.pipeline import STAGES, WIRE_STAGES

EMULATOR = Path(pipeline.__file__).parent
DOMAIN = Path(artifact_state.__file__).parent
SOURCE = Path(pipeline.__file__).read_text("utf-8")
DOCUMENT = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")
TUPLES = ("STAGES", "WIRE_STAGES")


def definitions(source: str) -> dict[str, str]:
    """Return the text of the definition of each tuple of stages in a source."""
    return {
        node.targets[0].id: ast.get_source_segment(source, node) or ""
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in TUPLES
    }


class TestStages:
    """The tuples of stages."""

    def test_architecture_document_shows_both_tuples(self) -> None:
        """docs/architecture.md has the definitions of both tuples, word for word."""
        blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
        assert definitions(SOURCE) in [definitions(block) for block in blocks]

    def test_architecture_document_explains_each_stage(self) -> None:
        """The table in docs/architecture.md has a row for each stage, in the order of the wire."""
        rows = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
        names = [stage.__name__ for stage in WIRE_STAGES]
        assert [row for row in rows if row in names] == names

    def test_direct_calls_pass_stages_of_the_wire_in_the_same_order(self) -> None:
        """The stages of a direct call are some of those of the wire, in the same order."""
        assert [stage for stage in WIRE_STAGES if stage in STAGES] == list(STAGES)

    def test_every_public_step_of_a_call_is_a_stage(self) -> None:
        """A public function of the pipeline that takes a call and returns nothing is a stage, or records the call."""
        steps = [
            node.name
            for node in ast.parse(SOURCE).body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and ast.unparse(node.args) == "call: ActiveCall"
            and ast.unparse(node.returns or ast.Constant(...)) == "None"
        ]
        assert sorted(steps) == sorted([*(stage.__name__ for stage in WIRE_STAGES), "record_call"])

    def test_stages_run_and_calls_are_recorded_in_one_place(self) -> None:
        """One loop runs the stages; each of the two entrances, over the wire and direct, records its call."""
        loops = [ast.unparse(node.iter) for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.For)]
        assert loops == ["stages"]
        assert len(re.findall(r"^    record_call\(call\)$", SOURCE, re.MULTILINE)) == 2


def sources(*folders: Path) -> Iterator[tuple[str, str]]:
    """Yield the files of some packages, each with its text."""
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            yield f"{folder.name}/{file.relative_to(folder)}", file.read_text("utf-8")


def files_with(pattern: str, *folders: Path) -> list[str]:
    """Return the files of some packages in which a pattern occurs."""
    return [name for name, text in sources(*folders) if re.search(pattern, text)]


class TestExplicitEffects:
    """What fault injection does to a call reaches the rules in the open."""

    def test_no_context_variables(self) -> None:
        """No module keeps anything about a call in a context variable or in a variable of the thread."""
        assert files_with(r"\bContextVar\b|\bthreading\.local\b", EMULATOR, DOMAIN) == []

    def test_state_and_options_of_a_transaction_are_assigned_by_the_world_alone(self) -> None:
        """No module swaps the state or the options of a transaction: an effect is given to it when it begins."""
        assert files_with(r"\btx\.(state|options|effect) = ", EMULATOR, DOMAIN) == []
        assert files_with(r"\bself\.(state|options|effect) = ", DOMAIN) == ["artifact_state/world.py"]

    def test_only_the_context_creates_listings(self) -> None:
        """Handlers get the pages of a list from their context, so that no list ignores an effect on page sizes."""
        assert files_with(r"(?<![\w.])(Listing|NameListing)\(", EMULATOR) == [
            "artifact_emulator/aws/pagination.py",
            "artifact_emulator/services/context.py",
        ]


class TestOnePlace:
    """What is written in one place, so that it cannot differ."""

    def test_next_tokens_are_written_by_the_pagination(self) -> None:
        """No handler spells the member of a reply that leads to the next page."""
        assert files_with(r"[\"'][nN]extToken[\"']\s*[:\]]", EMULATOR / "services") == []

    def test_session_of_a_caller_is_looked_up_once(self) -> None:
        """A call's session is looked up when it is authenticated; the console looks up that of its user."""
        assert files_with(r"(?<!def )\bsession_of\(", EMULATOR, DOMAIN) == [
            "artifact_emulator/aws/authentication.py",
            "artifact_emulator/console/session.py",
        ]

    def test_user_agent_is_read_in_one_place(self) -> None:
        """The header with the name of the client, and the condition key that it fills, are read in one place each."""
        assert files_with(r"get\(\"user-agent\"", EMULATOR) == ["artifact_emulator/http.py"]
        assert files_with(r"\"aws:useragent\":", EMULATOR) == ["artifact_emulator/services/context.py"]
