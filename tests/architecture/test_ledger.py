import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "docs" / "sources.md"
DEFAULT_FILE = "tests/sdk/test_mission_document.py"


def _named() -> Iterator[tuple[str, str]]:
    """Give the file and the rest of each test that the ledger names."""
    for name in re.findall(r"`((?:tests/[\w/]+\.py|Test\w+::)[\w:]*)`", LEDGER.read_text()):
        file, _, rest = name.partition("::") if name.startswith("tests/") else (DEFAULT_FILE, "", name)
        yield file, rest


class TestLedger:
    """The ledger names tests that exist."""

    @pytest.mark.parametrize(("file", "test"), sorted(set(_named())))
    def test_row(self, file: str, test: str) -> None:
        """Each test that a row names is there."""
        tree = ast.parse((ROOT / file).read_text())
        classes = {one.name: one for one in tree.body if isinstance(one, ast.ClassDef)}
        steps = test.split("::") if test else []
        if steps:
            assert steps[0] in classes
        if len(steps) > 1:
            assert steps[1] in {one.name for one in classes[steps[0]].body if isinstance(one, ast.FunctionDef)}

    def test_every_row(self) -> None:
        """Every row of a table of rules names a test."""
        proved, _, _ = LEDGER.read_text().partition("## Unverified")
        rows = [line for line in proved.splitlines() if line.startswith("|")]
        rules = [row for row in rows if not re.match(r"\|(-+\||.*\| test \|$)", row)]
        assert len(rules) > 30
        assert [row for row in rules if "`" not in row.rsplit("|", 2)[1]] == []
