"""The stages of the pipeline: documented as they are in the code, and run in one place."""

import ast
import re
from pathlib import Path

from artifact_emulator import pipeline
from artifact_emulator.pipeline import STAGES, WIRE_STAGES

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
        """One loop runs the stages, and one statement records the call."""
        loops = [ast.unparse(node.iter) for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.For)]
        assert loops == ["stages"]
        assert len(re.findall(r"^    record_call\(call\)$", SOURCE, re.MULTILINE)) == 1
